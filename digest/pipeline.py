"""What runs by itself, from the sources to a draft. Read this first.

    gather                       judge                                      compose                 deliver
    collect -> parse -> store | stories -> themes -> selection -> takeaways -> edition -> render -> files

`update` brings the store up to date; `build_edition` judges and composes, and touches nothing; `draft` keeps the result and
writes its files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from digest.compose.edition import compose, print_themes
from digest.compose.letter import Addresses
from digest.compose.render import render, render_report
from digest.compose.revising import with_tray
from digest.config import Config
from digest.deliver.files import write_edition
from digest.errors import N_, TooFewStoriesError, UsageError
from digest.gather.addresses import article_id, canonical, is_web
from digest.gather.folder import SUFFIXES, read_file
from digest.gather.pages import incomplete, whole_articles
from digest.gather.sources import after_pages, pages_due, read_sources, user_agent
from digest.gather.sources import recall as recall_source
from digest.illustrate import illustrate, illustrate_offline
from digest.judge.highlights import highlights
from digest.judge.selection import select
from digest.judge.stories import group
from digest.judge.takeaways import takeaways
from digest.judge.themes import themes_of
from digest.language.translations import team_translator, translator
from digest.language.words import detect
from digest.ledger import Ledger, after
from digest.model import (
    Article,
    Edition,
    EditionStory,
    Period,
    RenderedEmail,
    SourceReport,
    Takeaway,
    ThemeMatch,
    Working,
)
from digest.placing import place_new
from digest.preflight import check_edition
from digest.settings import Limits, Settings
from digest.store import Store

NEARBY = timedelta(days=31)
"""How far around its period an edition explains what it leaves out."""
TITLE_CHARACTERS = 200
"""The first line of a text to try is its title, up to this length."""

Progress = Callable[[SourceReport], None]
"""Told how each source fared, as soon as it has been read."""


async def update(
    config: Config,
    store: Store,
    *,
    now: datetime,
    force: bool = False,
    progress: Progress = lambda _: None,
    processes: int | None = None,
) -> tuple[SourceReport, ...]:
    """Bring the store up to date with every source, and put each new article in its story: a report for each source.

    `processes` parse what the feeds answer, one for each processor unless it says how many.
    """
    reports: list[SourceReport] = []
    secrets = config.secret_headers()
    known = store.source_states()
    async for ready in read_sources(
        config.settings, config.folder, known,
        secrets=secrets, now=now, force=force, home=store.home, shared=store.shared, gate=store.gate, processes=processes,
    ):  # fmt: skip
        with store.together():
            added = store.add_each([(read.source.key, read.articles) for read in ready])
            store.withdraw([article for read in ready for article in read.removed], now)
            store.save_source_states({read.source.key: read.state(new=new) for read, new in zip(ready, added, strict=True)})
        stored = [read.report(new=new) for read, new in zip(ready, added, strict=True)]
        for report in stored:
            progress(report)
        reports += stored
    place_new(store, now)
    return tuple(reports)


def recall(config: Config, store: Store) -> tuple[SourceReport, ...]:
    """How every source fared when it was last read."""
    known = store.source_states()
    return tuple(recall_source(source, known.get(source.key, {})) for source in config.settings.sources)


async def complete(config: Config, store: Store, edition: Edition) -> int:
    """Read the pages of the stories of an edition that a feed only gave an excerpt of; how many are now whole.

    A page that fails leaves the excerpt, and is asked less and less.
    """
    settings = config.settings
    leads = {story.article for story in edition.stories}
    articles = [article for article in store.stories({story.id for story in edition.stories}) if article.id in leads]
    excerpts = incomplete(articles, {source.name: source.full_text for source in settings.sources if source.feed})
    asked: list[tuple[Article, bool]] = []
    due = pages_due(excerpts, settings.sources, store.source_states(), edition.made)
    if due:
        agent = user_agent(settings.newsletter)
        async for article, read in whole_articles(due, limits=settings.collect, user_agent=agent, gate=store.gate):
            if isinstance(read, Article):
                store.complete(read)
            asked.append((article, isinstance(read, Article)))
        store.save_source_states(after_pages(asked, settings.sources, store.source_states(), edition.made))
    return sum(whole for _, whole in asked)


async def prepare(
    config: Config,
    store: Store,
    name: str,
    period: Period,
    *,
    reports: Sequence[SourceReport],
    now: datetime,
    offline: bool = False,
) -> Edition:
    """The plan of an edition once its excerpts were completed and its pictures kept; `offline`, with what the store holds."""
    planned = plan(config, store, name, period, reports=reports, now=now)
    if offline:
        return await illustrate_offline(config, store, planned)
    if await complete(config, store, planned):
        planned = plan(config, store, name, period, reports=reports, now=now)
    return await illustrate(config, store, planned)


def plan(
    config: Config, store: Store, name: str, period: Period, *, reports: Sequence[SourceReport] = (), now: datetime
) -> Edition:
    """What the edition would hold, and why every other story near its period is out. Changes nothing."""
    ledger = store.editions.ledger()
    nearby = store.with_kin(since=period.since - NEARBY, until=period.until + NEARBY)
    held = store.stories({id for id, decision in ledger.decisions.items() if decision.state == "held"})
    articles = {article.id: article for article in (*nearby, *held)}
    return build_edition(name, list(articles.values()), config.settings, period=period, ledger=ledger, reports=reports, now=now)


def build_edition(
    name: str,
    articles: Sequence[Article],
    settings: Settings,
    *,
    period: Period,
    ledger: Ledger,
    reports: Sequence[SourceReport],
    now: datetime,
) -> Edition:
    """Judge the articles and compose the edition; pure: the same arguments give the same edition.

    `ledger` tells what other editions and the team did with a story.
    """
    newsletter = settings.newsletter
    stories = group(articles)
    used = {story.id: ledger.state(story.id, [article.id for article in story.articles], but=name) for story in stories}
    themes = themes_of(settings.themes)
    hints = {source.name: source.theme for source in settings.sources}
    selection = select(
        [replace(story, themes=themes.judge(story.lead, hints.get(story.lead.source))) for story in stories],
        themes=settings.themes,
        limits=newsletter.limits,
        period=period,
        language=newsletter.language,
        states={story: state for story, (state, _) in used.items()},
        published_in={story: edition for story, (state, edition) in used.items() if state == "published" and edition},
        held_for=ledger.held_in(name),
        uncapped={source.name for source in settings.sources if source.folder},
    )
    printed = print_themes(
        selection.chosen,
        themes=settings.themes,
        takeaways={story.id: _takeaways(story.lead, settings) for _, stories in selection.chosen for story in stories},
        points=selection.scores,
        instead_of={story: place.instead_of for story, place in selection.placements.items() if place.instead_of},
        language=newsletter.language,
    )
    return compose(
        name,
        newsletter=newsletter,
        translator=translator(newsletter.language),
        period=period,
        themes=printed,
        highlights=highlights(printed, language=newsletter.language),
        left_out=selection.left_out,
        reports=reports,
        now=now,
    )


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft that was kept, and the files it was written to."""

    edition: Edition
    files: tuple[Path, ...]


def draft(
    config: Config, store: Store, planned: Edition, *, output: Path | None = None, templates: Path | None = None, now: datetime
) -> Draft:
    """Keep the plan as the edition's draft and write its files.

    Raises TooFewStoriesError, and then keeps nothing; GateError for an edition that is approved or delivered.
    """
    edition = _keep(config, store, planned, now)
    return Draft(edition, write_files(config, store, edition, output=output, templates=templates))


def rendered(
    config: Config, edition: Edition, addresses: Addresses | None = None, *, templates: Path | None = None
) -> RenderedEmail:
    """The email of an edition; `addresses` where its links lead elsewhere than usual."""
    newsletter = config.settings.newsletter
    words = translator(newsletter.language)
    return render(edition, newsletter, templates=templates or config.templates, translator=words, addresses=addresses)


def write_files(
    config: Config, store: Store, edition: Edition, *, output: Path | None = None, templates: Path | None = None
) -> tuple[Path, ...]:
    """Write the files of an edition, in its folder or in `output` (a folder, or a `.zip`); their paths, the email first."""
    newsletter = config.settings.newsletter
    email = rendered(config, edition, templates=templates)
    findings = check_edition(config, store, edition, email)
    words = team_translator(newsletter.language)
    report = render_report(edition, newsletter, email, findings, templates=templates or config.templates, translator=words)
    return write_edition(
        output or config.editions / edition.edition, edition, email, report, newsletter, store.pictures_of(edition)
    )


def tell(config: Config, store: Store, story: str, theme: str) -> EditionStory:
    """A story of the store as an edition would print it under a theme. Raises UsageError when the store holds no such story."""
    settings = config.settings
    hints = {source.name: source.theme for source in settings.sources}
    found = group(store.stories({story}))
    if not found:
        raise UsageError(N_("the store holds no story {story}"), story=story)
    judged = replace(found[0], themes=themes_of(settings.themes).judge(found[0].lead, hints.get(found[0].lead.source)))
    (printed,) = print_themes(
        [(theme, [judged])],
        themes=settings.themes,
        takeaways={story: _takeaways(judged.lead, settings)},
        language=settings.newsletter.language,
    )
    return printed.stories[0]


def judge_articles(
    articles: Sequence[Article], settings: Settings
) -> Iterator[tuple[Article, tuple[ThemeMatch, ...], tuple[Takeaway, ...]]]:
    """Each article with its themes and takeaways, as an edition would judge it."""
    themes = themes_of(settings.themes)
    hints = {source.name: source.theme for source in settings.sources}
    for article in articles:
        yield article, themes.judge(article, hints.get(article.source)), _takeaways(article, settings)


def try_themes(config: Config, store: Store, what: str, *, now: datetime) -> tuple[Article, tuple[Working, ...]]:
    """An article and how each theme is weighed for it; `what` is its address in the store, its file, or the text itself.

    Raises UsageError for an address that the store does not hold and for a file that is not there.
    """
    settings = config.settings
    article = _meant(config, store, what, now)
    hints = {source.name: source.theme for source in settings.sources}
    return article, themes_of(settings.themes).work(article, hints.get(article.source))


def _meant(config: Config, store: Store, what: str, now: datetime) -> Article:
    language, tz = config.settings.newsletter.language, config.settings.newsletter.tz
    if is_web(what):
        if found := store.find(article_id(canonical(what)), what):
            return found
        raise UsageError(
            N_("{address}: the store holds no such article"),
            hint=N_("digest collect reads the sources; a text between quotes and a file can be tried too"),
            address=what,
        )
    if Path(what).suffix.lower() not in SUFFIXES or "\n" in what:
        title, _, text = what.strip().partition("\n")
        if len(title) > TITLE_CHARACTERS:
            title, text = "", what
        return Article(article_id(what), None, title, "", now, text.strip(), lang=detect(what, language))
    file = Path(what)
    if not file.is_file():
        raise UsageError(N_("{file}: there is no such file"), file=file)
    folders = {source.name: config.folder / source.folder for source in config.settings.sources if source.folder}
    home = next((name for name, folder in folders.items() if file.resolve().is_relative_to(folder.resolve())), "")
    return read_file(file.name, file.read_bytes(), source=home, modified=now, collected=now, tz=tz, language=language)


def _takeaways(article: Article, settings: Settings) -> tuple[Takeaway, ...]:
    limits = settings.newsletter.limits
    return takeaways(article, limit=limits.takeaways_per_story, quoted_words=limits.quoted_words_per_article)


def _keep(config: Config, store: Store, planned: Edition, now: datetime) -> Edition:
    """The plan as a draft: the same revision when nothing in it changed, else the next one.

    A draft that a person touched stays as it is, and only its tray follows the plan.
    """
    kept = store.editions.last(planned.edition)
    after("draft", kept.status if kept else "planned", planned.edition)
    if kept and kept.status == "draft" and store.editions.edited(kept.edition):
        edition = with_tray(kept, planned)
        store.editions.refresh_tray(edition)
        return edition
    _refuse_too_few(planned, config.settings.newsletter.limits)
    if kept and kept.status == "draft":
        same = replace(planned, status=kept.status, revision=kept.revision, made=kept.made)
        if replace(same, sources=kept.sources, left_out=kept.left_out) == kept:
            store.editions.refresh_tray(same)
            return same
    edition = replace(planned, status="draft", revision=(kept.revision if kept else 0) + 1, made=now)
    store.editions.save(edition)
    return edition


def _refuse_too_few(planned: Edition, limits: Limits) -> None:
    if len(planned.stories) < limits.min_stories:
        raise TooFewStoriesError(
            N_("edition {edition}: {found} found where at least {wanted} stories are needed; no draft was made"),
            hint=N_("digest plan {edition} says why each story is left out; --since reaches further back"),
            edition=planned.edition, found=len(planned.stories), wanted=limits.min_stories,
        )  # fmt: skip
