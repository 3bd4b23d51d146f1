"""What the terminal shows a person: tables, summaries and errors, in French or English. The one home of rich."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from digest.compose.reasons import SILENCES, STANDINGS, WHERE, reason
from digest.errors import N_, DigestError
from digest.formats import Proof
from digest.language.dates import show_date
from digest.language.names import show_number
from digest.language.translations import TEAM_LANGUAGES, Translator
from digest.model import Article, Edition, Evidence, Points, SourceReport, StoryState, ThemeMatch, Working
from digest.settings import Newsletter


def language_of_terminal(*, default: str) -> str:
    """The language that a person at this terminal reads; `default` where the locale names none (cron, containers)."""
    named = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    code = named[:2].lower()
    if named.split(".")[0] in ("", "C", "POSIX"):
        code = default
    return code if code in TEAM_LANGUAGES else "en"


def evidence(because: Sequence[Evidence], translator: Translator, most: int = 3) -> str:
    """Why a theme was given, in words: `Commission européenne (title), règlement sur l'IA (text)`."""
    return ", ".join(f"{item.term} ({translator.gettext(WHERE[item.where])})" for item in because[:most])


class Terminal:
    """Where things are said: data on standard output, messages on standard error."""

    def __init__(self, translator: Translator, newsletter: Newsletter | None = None, *, hide: Callable[[str], str] = str) -> None:
        """`hide` takes the secrets out of what is said of an error."""
        self.translator = translator
        self._hide = hide
        self._newsletter = newsletter
        self.out = Console(highlight=False, soft_wrap=True)
        self._err = Console(stderr=True, highlight=False, soft_wrap=True)

    @property
    def timezone(self) -> tzinfo:
        """The newsletter's time zone; UTC where no newsletter is open."""
        return self._newsletter.tz if self._newsletter else UTC

    def say(self, message: str, **values: object) -> None:
        """A line of the result, on standard output."""
        self.out.print(Text(self.words(message, values)))

    def tell(self, message: str, **values: object) -> None:
        """A message about what is going on, on standard error."""
        self._err.print(Text(self.words(message, values)))

    def error(self, error: DigestError) -> None:
        """One line, and what to type where there is something to type."""
        self._err.print(Text(self._hide(error.text(self.translator.gettext))), style="red")
        if hint := error.hint_text(self.translator.gettext):
            self.tell(N_("hint: {hint}"), hint=self._hide(hint))

    def doubt(self, doubt: DigestError) -> None:
        """Something sound that was probably not meant."""
        self._err.print(Text(doubt.text(self.translator.gettext)), style="yellow")

    def progress(self, total: int) -> Progress:
        """A bar on standard error, shown only where a person looks on."""
        return Progress(
            TextColumn(self.translator.gettext("Collecting")),
            BarColumn(),
            MofNCompleteColumn(),
            console=self._err,
            transient=True,
            disable=not self._err.is_terminal or total < 2,
        )

    def reports(self, reports: Iterable[SourceReport]) -> None:
        """A line for each thing that a source has to say, on standard error."""
        for report in reports:
            mark, style = (N_("FAILED"), "red") if report.status == "failed" else (N_("note"), "yellow")
            for line in (report.error or "").splitlines():
                told = self.words(N_("{title}: {reason}"), {"title": report.name, "reason": self._hide(line)})
                self._err.print(Text.assemble((f"{self.translator.gettext(mark)} ", style), told))

    def sources(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """How each source fares."""
        table = self.table(N_("Source"), N_("State"), N_("Last success"), N_("Last new article"), N_("Failures"))
        for row in rows:
            words = STANDINGS[row["standing"]]
            standing = self.translator.gettext(words)
            values = {"title": standing, "reason": row["error"]}
            state = self.words(N_("{title}: {reason}"), values) if row["error"] else standing
            last = (self.day(row[key] and datetime.fromisoformat(row[key])) for key in ("last_success", "last_new_article"))
            table.add_row(row["name"], state, *last, str(row["failures"]))
        self.out.print(table)

    def articles(self, judged: Iterable[tuple[Article, Sequence[ThemeMatch], StoryState]]) -> None:
        """The articles, a few lines each: title, source and date, and why its themes fit."""
        for article, themes, state in judged:
            self.out.print(Text(article.title, style="bold"))
            facts = (article.source, self.day(article.published), article.lang, self.translator.gettext(_STORY_STATES[state]))
            self.out.print(Text("  " + " · ".join(fact for fact in facts if fact)))
            for match in themes:
                values = {
                    "theme": match.id,
                    "score": self._figure(match.score, 2),
                    "terms": evidence(match.because, self.translator),
                }
                self.out.print(Text("  " + self.words(N_("{theme} {score}: {terms}"), values)))
            if article.url:
                self.out.print(Text(f"  {article.url}", style="dim"))

    def plan(self, edition: Edition, *, with_parts: bool = False) -> None:
        """What the edition holds, and why the rest is out; `with_parts` shows what each story's points are made of."""
        self.say(N_("Edition {edition}: {subject}"), edition=edition.edition, subject=edition.subject)
        if not edition.stories and not edition.left_out:
            self.say(N_("There is no article around this period; digest collect reads the sources."))
        self._stories(edition, with_parts)

    def show(self, edition: Edition) -> None:
        """An edition that was kept: as a plan, with what became of it."""
        self.say(N_("Edition {edition}: {subject}"), edition=edition.edition, subject=edition.subject)
        self.say(_STATUSES[edition.status], revision=edition.revision, date=self.day(edition.made))
        self._stories(edition, with_parts=False)

    def draft(self, edition: Edition, files: Sequence[Path]) -> None:
        """What was made, where it is, and what to do next."""
        counts = ", ".join(f"{theme.name} {len(theme.stories)}" for theme in edition.themes)
        stories, themes = len(edition.stories), len(edition.themes)
        self.say(
            N_("Draft {edition} is ready: {stories} in {themes} ({counts})."),
            edition=edition.edition,
            stories=self.translator.ngettext("{n} story", "{n} stories", stories).format(n=stories),
            themes=self.translator.ngettext("{n} theme", "{n} themes", themes).format(n=themes),
            counts=counts,
        )
        self.say(N_("Its files are in {folder}:"), folder=_shown(files[0].parent))
        for file in files:
            self.out.print(Text(f"  {file.name:<13} {self.translator.gettext(_FILES[file.name])}"))
        self.say(
            N_("What to do next: open email.html in a browser, read report.html beside it, then email.eml in your mail program.")
        )

    def proofs(self, edition: str, proofs: Sequence[Proof]) -> None:
        """One line where every takeaway holds, else one on standard error for each that does not."""
        if all(proof.holds for proof in proofs):
            count = self.translator.ngettext("{n} takeaway", "{n} takeaways", len(proofs)).format(n=len(proofs))
            self.say(N_("Edition {edition}: {takeaways}, all word for word in their articles."), edition=edition, takeaways=count)
        for proof in proofs:
            if not proof.holds:
                message = _TAMPERED if proof.found.strip() else _GONE
                self.tell(
                    message, title=proof.title, start=proof.start, end=proof.end, words=proof.text, found=proof.found
                )  # fmt: skip

    def _stories(self, edition: Edition, with_parts: bool) -> None:
        names = {theme.id: theme.name for theme in edition.themes}
        for theme in edition.themes:
            self.out.print(Text(f"\n{theme.name} ({len(theme.stories)})", style="bold"))
            for story in theme.stories:
                self.out.print(Text(f"  • {story.title}"))
                total = self._total(story.points) if story.points else ""
                facts = (story.source, evidence(story.because, self.translator), total)
                self._dim("    " + " · ".join(fact for fact in facts if fact))
                if story.instead_of:
                    better = {"theme": names.get(story.instead_of, story.instead_of)}
                    self._dim("    " + self.words(N_("placed here: {theme} fits better, but holds more stories"), better))
                if story.points and with_parts:
                    self._dim("    " + self._parts(story.points))
        if edition.left_out:
            self.out.print(Text("\n" + self.words(N_("Left out ({n})"), {"n": len(edition.left_out)}), style="bold"))
        for out in edition.left_out:
            why = reason(out, edition, self.translator)
            self.out.print(Text("  - " + self.words(N_("{title}: {reason}"), {"title": out.title, "reason": why})))
            if out.points and with_parts:
                self._dim(f"    {self._total(out.points)} · {self._parts(out.points)}")

    def _total(self, points: Points) -> str:
        return self.words(N_("{points} points"), {"points": self._figure(points.total, 1)})

    def _parts(self, points: Points) -> str:
        message = N_(
            "theme {theme}, recency {recency}, sources {sources}, completeness {completeness}, length {length}, "
            "language {language}, held {held}"
        )
        return self.words(message, {part: self._figure(worth, 1) for part, worth in asdict(points).items()})

    def workings(self, article: Article, workings: Sequence[Working], names: Mapping[str, str]) -> None:
        """How each theme was weighed for an article; `names` are those of the themes, by id."""
        self.out.print(Text(f"{article.title or article.text[:70]} ({article.lang})", style="bold"))
        for working in workings:
            message = _FITS if working.fits else _FALLS_SHORT if working.because else _SILENT
            figures = {"points": working.points, "score": working.score, "threshold": working.threshold}
            values = {"theme": names[working.id]} | {name: self._figure(figure, 2) for name, figure in figures.items()}
            self.out.print(Text("\n" + self.words(message, values), style="bold"))
            for each in working.because:
                self.out.print(
                    Text(f"  {self._figure(each.weight, 2)}  {each.term} ({self.translator.gettext(WHERE[each.where])})")
                )
            for term in working.unheard:
                why = self.words(SILENCES[term.why], {"inside": term.inside})
                said = self.words(N_("{title}: {reason}"), {"title": term.term, "reason": why})
                self._dim(f"     –  {said}")

    def _dim(self, line: str) -> None:
        self.out.print(Text(line, style="dim"))

    def _figure(self, value: float, digits: int) -> str:
        """A number with so many decimals, as this language writes it."""
        return show_number(value, self.translator.language, digits)

    def words(self, message: str, values: Mapping[str, object]) -> str:
        """A message in the reader's language, its values filled in."""
        return self.translator.gettext(message).format(**values)

    def table(self, *titles: str) -> Table:
        """An empty table with titles in the reader's language."""
        table = Table(box=None, pad_edge=False, header_style="bold")
        for title in titles:
            table.add_column(self.translator.gettext(title), overflow="fold")
        return table

    def day(self, moment: datetime | None) -> str:
        """A date as this language writes it, in the newsletter's time zone; empty where none is known."""
        if moment is None or self._newsletter is None:
            return ""
        return show_date(moment, self.translator.language, self._newsletter.tz)


_STORY_STATES: Mapping[StoryState, str] = {
    "new": N_("new"),
    "proposed": N_("in a draft"),
    "published": N_("published"),
    "held": N_("held"),
    "rejected": N_("rejected"),
}
_TAMPERED = N_('{title}, {start}:{end}: the edition says "{words}", the text now "{found}"')
_GONE = N_('{title}, {start}:{end}: the edition says "{words}", and nothing is there now')
_FITS = N_("{theme}: {points} points, a score of {score}: it fits ({threshold} is enough)")
_FALLS_SHORT = N_("{theme}: {points} points, a score of {score}: too little (it takes {threshold})")
_SILENT = N_("{theme}: no term counts")
_STATUSES: Mapping[str, str] = {
    "draft": N_("Draft, revision {revision} of {date}."),
    "approved": N_("Approved, revision {revision} of {date}."),
    "delivered": N_("Delivered, revision {revision} of {date}."),
    "discarded": N_("Discarded, revision {revision} of {date}."),
}
_FILES: Mapping[str, str] = {
    "email.html": N_("the email, to open in a browser"),
    "email.txt": N_("the same in plain text"),
    "email.eml": N_("the message, to open in a mail program"),
    "edition.json": N_("the same as data"),
    "report.html": N_("why each story is in or out, and how the sources fare"),
}


def _shown(path: Path) -> str:
    """A path as short as it can be said from here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
