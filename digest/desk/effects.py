"""What other terms would change: which articles of a period a theme would gain or lose, and on what evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from digest.config import Config
from digest.judge.themes import Themes
from digest.model import Article, Evidence, Period
from digest.settings import Settings
from digest.store import Store

MOST = 3000
"""Articles that are weighed, the latest first: enough for any month that a team could read."""


@dataclass(frozen=True, slots=True)
class Move:
    """An article that a theme gains or loses, and what speaks for the theme in it: afterwards, or before."""

    article: Article
    because: tuple[Evidence, ...]


@dataclass(slots=True)
class Effect:
    """What becomes of a theme."""

    theme: str
    gained: list[Move] = field(default_factory=list)
    lost: list[Move] = field(default_factory=list)
    kept: int = 0
    """Articles that have the theme before and after."""


def effects(config: Config, store: Store, after: Settings, period: Period) -> tuple[dict[str, Effect], int]:
    """What the themes of `after` change for the articles of a period, by theme; and how many articles were weighed."""
    articles = [one for one in store.articles(since=period.since, until=period.until) if _is_in(one, period)][-MOST:]
    found = {theme.id: Effect(theme.id) for theme in after.themes}
    for article, was, now in _weighed(articles, config.settings, after):
        for id, effect in found.items():
            if id in now and id in was:
                effect.kept += 1
            elif id in now:
                effect.gained.append(Move(article, now[id]))
            elif id in was:
                effect.lost.append(Move(article, was[id]))
    return found, len(articles)


_Given = dict[str, tuple[Evidence, ...]]


def _weighed(articles: Sequence[Article], before: Settings, after: Settings) -> Iterator[tuple[Article, _Given, _Given]]:
    """Each article, the latest first, with the evidence of the themes that it has before and after."""
    old, new = Themes(before.themes), Themes(after.themes)
    hints = {source.name: source.theme for source in after.sources}
    for article in reversed(articles):
        hint = hints.get(article.source)
        was = {match.id: match.because for match in old.judge(article, hint)}
        yield article, was, {match.id: match.because for match in new.judge(article, hint)}


def _is_in(article: Article, period: Period) -> bool:
    return article.dated_by == "file" or (article.published or article.collected) in period
