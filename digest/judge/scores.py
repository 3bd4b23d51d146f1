"""What a story is worth to an edition: a sum of points out of 100, each part of which can be shown.

theme         40 x its score for the theme (0 to 1)
recency       20 x how far through the period it was published: 0 at its first minute, 1 at its end;
              10 where only a file dates it
sources       15 x (1 - 1/2^(n-1)), n being the sources that carry it: 0 for one, 7.5 for two, 11.3 for three
completeness  15 x a third each for a text that is there to its end, an address, and a date given by the author
length        5 x its words / 600, at most 5
language      5 when it is written in the newsletter's own language, which every reader reads
held           5 more for a story kept back from an earlier edition
"""

from __future__ import annotations

from datetime import datetime

from digest.judge.stories import is_whole
from digest.model import Article, Period, Points, Story, ThemeMatch

_LONG = 600
"""Words from which an article gains nothing by being longer."""


def score(story: Story, match: ThemeMatch | None, period: Period, *, language: str, held: bool) -> Points:
    """The points of a story under a theme (None: no theme fits it), in a newsletter written in `language`."""
    lead = story.lead
    complete = (is_whole(lead), lead.url is not None, lead.dated_by == "author")
    return Points(
        theme=theme_points(match),
        recency=round(20 * _recency(story, period), 1),
        sources=round(15 * (1 - 0.5 ** (len(_carriers(story)) - 1)), 1),
        completeness=round(15 * sum(complete) / len(complete), 1),
        length=round(5 * min(1.0, len(lead.text.split()) / _LONG), 1),
        language=5.0 if lead.lang == language else 0.0,
        held=5.0 if held else 0.0,
    )


def theme_points(match: ThemeMatch | None) -> float:
    """The part of a score that depends on the theme a story stands under."""
    return round(40 * match.score, 1) if match else 0.0


def counts_from(article: Article) -> datetime | None:
    """The date that decides whether an article is in a period; None when it is in any.

    The author's date, else, for an entry that gives none, when it was collected. A file's own date says when somebody saved it,
    not when the news is from: such an article is for the next edition, whichever it is, until one publishes it.
    """
    if article.dated_by == "file":
        return None
    return article.published or article.collected


def newest(story: Story) -> datetime:
    """When the last of its articles was published or, without a date, collected."""
    return max(article.published or article.collected for article in story.articles)


def is_in(story: Story, period: Period) -> bool:
    """Whether a story may be in an edition of this period: any of its dated articles is, or only a file dates its lead."""
    if counts_from(story.lead) is None:
        return True
    dates = [counts_from(article) for article in story.articles]
    return any(date in period for date in dates if date is not None)


def _recency(story: Story, period: Period) -> float:
    dates = [date for article in story.articles if (date := counts_from(article)) is not None and date in period]
    if not dates:
        return 0.5 if counts_from(story.lead) is None else 0.0
    return (max(dates) - period.since) / (period.until - period.since)


def _carriers(story: Story) -> set[str]:
    return {source for article in story.articles for source in (article.source, *article.also_in)}
