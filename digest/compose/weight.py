"""Keeps an email under its weight: which stories give way, in a fair order, and how many have to."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

from digest.model import Edition


@dataclass(frozen=True, slots=True)
class Lightening:
    """What the email leaves out of its stories: `folded` ones keep a title and a link, `hidden` ones are only counted."""

    folded: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()


WHOLE = Lightening()


def lightest_needed(edition: Edition, weigh: Callable[[Lightening], int], limit: int) -> Lightening:
    """The least lightening with which the email weighs at most `limit` bytes; the greatest one where nothing is enough.

    `weigh` gives the bytes of the email made with a lightening.
    """
    if weigh(WHOLE) <= limit:
        return WHOLE
    steps = _steps(edition)
    enough = bisect_left(range(len(steps)), True, key=lambda step: weigh(steps[step]) <= limit)
    return steps[min(enough, len(steps) - 1)]


def _steps(edition: Edition) -> list[Lightening]:
    """Every lightening from none to all: stories fold one by one, then, when all are folded, are hidden one by one."""
    order = giving_way(edition)
    everything = frozenset(order)
    folding = [Lightening(frozenset(order[:count])) for count in range(len(order) + 1)]
    hiding = [Lightening(everything, frozenset(order[:count])) for count in range(1, len(order) + 1)]
    return [*folding, *hiding]


def giving_way(edition: Edition) -> tuple[str, ...]:
    """Ids of the stories in the order in which they give way: the last of the longest theme first, so that themes stay even."""
    places = (
        (position, rank, story.id) for rank, theme in enumerate(edition.themes) for position, story in enumerate(theme.stories)
    )
    return tuple(id for _, _, id in sorted(places, reverse=True))
