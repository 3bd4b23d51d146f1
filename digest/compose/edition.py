"""Makes an edition of what was judged: the stories as they are printed, the introduction, the subject and the preheader.

Every word that stands for an article is the article's own; what the program writes of itself is chrome, in the newsletter's
language.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from digest.language.dates import show_date, show_month
from digest.language.sentences import sentences
from digest.language.translations import Translator
from digest.language.typography import NBSP, THIN, euphonic, typeset
from digest.model import (
    Also,
    Article,
    Edition,
    EditionStory,
    EditionTheme,
    Highlight,
    LeftOut,
    Period,
    Points,
    SourceReport,
    Story,
    Takeaway,
)
from digest.settings import Newsletter, Theme

WORDS_A_MINUTE = 230
"""Silent reading of an article: 238 words a minute in English (Brysbaert 2019, a meta-analysis), a little less in French."""
SUMMARY_CHARACTERS = 280
PREHEADER_CHARACTERS = 90
"""Inboxes show 40 to 90 characters after the subject."""
SUBJECT_CHARACTERS = 78


def print_themes(
    chosen: Sequence[tuple[str, Sequence[Story]]],
    *,
    themes: Sequence[Theme],
    takeaways: Mapping[str, Sequence[Takeaway]],
    points: Mapping[str, Points] | None = None,
    instead_of: Mapping[str, str] | None = None,
    language: str,
) -> tuple[EditionTheme, ...]:
    """The themes that have stories, as the edition prints them.

    By the id of a story: its `takeaways`, its `points`, and the theme that it was moved from (`instead_of`), if it was.
    """
    names = {theme.id: theme.title(language) for theme in themes}
    points, instead_of = points or {}, instead_of or {}

    def printed(story: Story, theme: str) -> EditionStory:
        plain = _print_story(story, theme, tuple(takeaways.get(story.id, ())))
        return replace(plain, points=points.get(story.id), instead_of=instead_of.get(story.id))

    return tuple(EditionTheme(id, names[id], tuple(printed(story, id) for story in stories)) for id, stories in chosen)


def compose(
    name: str,
    *,
    newsletter: Newsletter,
    translator: Translator,
    period: Period,
    themes: Sequence[EditionTheme],
    highlights: Sequence[Highlight],
    left_out: Sequence[LeftOut] = (),
    reports: Sequence[SourceReport] = (),
    now: datetime,
) -> Edition:
    """The plan of an edition: revision 0, status `planned`; it becomes a draft when it is saved."""
    lead = highlights[0].takeaway.text if highlights else next((s.title for t in themes for s in t.stories), "")
    return Edition(
        edition=name,
        newsletter=newsletter.name,
        language=newsletter.language,
        status="planned",
        revision=0,
        made=now,
        period=period,
        subject=_subject(name, newsletter, translator, period, themes),
        preheader=shorten(lead, PREHEADER_CHARACTERS),
        introduction=_introduction(newsletter, translator, themes),
        highlights=tuple(highlights),
        themes=tuple(themes),
        left_out=tuple(left_out),
        sources=tuple(reports),
    )


def presented(edition: Edition, newsletter: Newsletter, translator: Translator) -> Edition:
    """The edition with the subject, the preview line and the introduction that the program would write for its stories."""
    anew = compose(
        edition.edition,
        newsletter=newsletter,
        translator=translator,
        period=edition.period,
        themes=edition.themes,
        highlights=edition.highlights,
        now=edition.made,
    )
    return replace(edition, subject=anew.subject, preheader=anew.preheader, introduction=anew.introduction)


def following(before: Edition, after: Edition, newsletter: Newsletter, translator: Translator) -> Edition:
    """An edition that a person revised, in which what the program had written follows the stories; a person's words stay."""
    was, now = presented(before, newsletter, translator), presented(after, newsletter, translator)
    ours = {
        name: getattr(now, name)
        for name in ("subject", "preheader", "introduction")
        if getattr(after, name) == getattr(before, name) == getattr(was, name)
    }
    return replace(after, **ours)


def summary(article: Article, takeaways: Sequence[Takeaway]) -> str:
    """What the article says of itself, in its own sentences: its standfirst, else its first paragraph.

    At most two sentences and about 280 characters; empty where it would say a takeaway again.
    """
    source = article.summary or next((b for b in article.text.split("\n\n") if not b.startswith(("## ", "- "))), "")
    said = {takeaway.text for takeaway in takeaways}
    kept: list[str] = []
    for start, end in sentences(source, article.lang):
        sentence = source[start:end]
        if sentence in said or len(kept) == 2 or (kept and len(" ".join(kept)) + len(sentence) >= SUMMARY_CHARACTERS):
            break
        kept.append(sentence)
    return shorten(" ".join(kept), 2 * SUMMARY_CHARACTERS)


def shorten(text: str, most: int) -> str:
    """The text when it fits in `most` characters, else its first words and an ellipsis."""
    text = re.sub(r"[ \t\r\n]+", " ", text).strip()  # a no-break space stays one
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip(" ,;:.…–—-") + "…"


def _print_story(story: Story, theme: str, takeaways: tuple[Takeaway, ...]) -> EditionStory:
    lead = story.lead
    return EditionStory(
        id=story.id,
        article=lead.id,
        title=lead.title,
        url=lead.url,
        source=lead.source,
        published=lead.published,
        lang=lead.lang,
        summary=summary(lead, takeaways),
        reading_minutes=max(1, math.ceil(len(lead.text.split()) / WORDS_A_MINUTE)),
        takeaways=takeaways,
        because=next((match.because for match in story.themes if match.id == theme), ()),
        also=_also(story),
        articles=tuple(article.id for article in story.articles),
    )


def _also(story: Story) -> tuple[Also, ...]:
    """The other articles of the story, then the other sources that carried the leading one; each source once."""
    found = [Also(other.title, other.url, other.source) for other in story.others]
    found += [Also(story.lead.title, story.lead.url, source) for source in story.lead.also_in]
    unique: dict[str, Also] = {}
    for also in found:
        if also.source != story.lead.source or also.url != story.lead.url:
            unique.setdefault(also.source, also)
    return tuple(unique.values())


def _subject(name: str, newsletter: Newsletter, translator: Translator, period: Period, themes: Sequence[EditionTheme]) -> str:
    lead = next((story.title for theme in themes for story in theme.stories), "")
    pattern = typeset(newsletter.subject or "{name} – {month}", newsletter.language)
    fields = {
        "name": newsletter.name,
        "edition": name,
        "month": period_label(newsletter, translator, period),
    }
    room = SUBJECT_CHARACTERS - len(pattern.format(**fields, lead=""))
    subject = pattern.format(**fields, lead=shorten(lead, max(room, 20)))
    return shorten(subject if lead else subject.rstrip(f" {NBSP}{THIN}:–—-|"), SUBJECT_CHARACTERS)


def period_label(newsletter: Newsletter, translator: Translator, period: Period) -> str:
    """The period as a reader says it: "novembre 2026", "semaine du 16 novembre 2026"."""
    if newsletter.period == "month":
        return show_month(period.since, translator.language, newsletter.tz)
    day = show_date(period.since, translator.language, newsletter.tz)
    return euphonic(translator.gettext("week of {day}").format(day=day), translator.language)


def _introduction(newsletter: Newsletter, translator: Translator, themes: Sequence[EditionTheme]) -> str:
    """A first sentence that says what is inside; the team writes its own over it."""
    stories = [story for theme in themes for story in theme.stories]
    if not stories:
        return ""
    minutes = sum(story.reading_minutes for story in stories)
    if newsletter.period == "month":
        opening = translator.ngettext("This month, one article to read", "This month, {n} articles to read", len(stories))
    else:
        opening = translator.ngettext("This week, one article to read", "This week, {n} articles to read", len(stories))
    names = _and([theme.name for theme in themes], translator)
    sentence = translator.ngettext(
        "{opening}: {themes}. All of it takes one minute.",
        "{opening}: {themes}. All of it takes {minutes} minutes; the essential, one.",
        minutes,
    )
    return sentence.format(opening=opening.format(n=len(stories)), themes=names, minutes=minutes)


def _and(names: Sequence[str], translator: Translator) -> str:
    if len(names) < 2:
        return "".join(names)
    joined = translator.gettext("{first} and {last}").format(first=", ".join(names[:-1]), last=names[-1])
    return euphonic(joined, translator.language)
