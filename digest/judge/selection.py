"""Which stories an edition prints, under which theme, in which order, and why every other one is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from digest.judge.scores import is_in, newest, score, theme_points
from digest.model import LeftOut, Period, Points, Story, StoryState, ThemeMatch
from digest.settings import Limits, Theme

NEAR_THEME = 0.2
"""How much lower its score may be in the theme where a story goes because its best one holds more stories already."""
NEAR_FIRST = 5.0
"""Points that may be given up so that one source does not open every theme."""


@dataclass(frozen=True, slots=True)
class Placement:
    """The theme a story is printed under, and why: it fits best, or fits nearly as well as one that holds more (`instead_of`)."""

    theme: str
    because: Literal["best-theme", "near-theme"]
    instead_of: str | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """What an edition prints and what it does not."""

    chosen: tuple[tuple[str, tuple[Story, ...]], ...]
    """The themes that have stories, in the settings' order, each with its stories in printing order."""
    left_out: tuple[LeftOut, ...]
    """Stories, best first, then the articles that a story already tells."""
    scores: Mapping[str, Points]
    """Of every story, by its id, in the theme where it stands or would stand."""
    placements: Mapping[str, Placement]
    """Of every chosen story, by its id."""


def select(
    stories: Sequence[Story],
    *,
    themes: Sequence[Theme],
    limits: Limits,
    period: Period,
    language: str,
    states: Mapping[str, StoryState],
    published_in: Mapping[str, str] | None = None,
    held_for: Collection[str] = (),
    uncapped: Collection[str] = (),
) -> Selection:
    """Choose the stories of an edition; their order does not matter.

    By points (see `scores`), then the newest, then by id; but the best story of each theme first, so that no theme stays empty
    because of a source's share. `states` and `published_in` (names of editions) are by story id. A story in the state `held` is
    a candidate again, whatever the period, unless `held_for` keeps it out of this edition. `stories_per_source` counts the
    source that leads; it does not bind the `uncapped` ones (the team's own folders), nor the only source there is.
    """
    options = {story.id: _options(story, themes) for story in stories}
    scores = {
        story.id: score(
            story, next(iter(options[story.id]), None), period, language=language, held=states.get(story.id) == "held"
        )
        for story in stories
    }
    ranked = sorted(stories, key=lambda story: _rank(story, scores))
    reasons = {
        story.id: _barred(story, options[story.id], period, states.get(story.id, "new"), published_in or {}, held_for)
        for story in ranked
    }
    candidates = [story for story in ranked if reasons[story.id] is None]
    placements, refused = _place(candidates, options, limits, uncapped)
    for story in candidates:
        if story.id in placements:
            match = next(match for match in options[story.id] if match.id == placements[story.id].theme)
            scores[story.id] = replace(scores[story.id], theme=theme_points(match))
    return Selection(
        chosen=_printed(candidates, themes, placements, scores),
        left_out=_left_out(ranked, reasons | refused, scores),
        scores=scores,
        placements=placements,
    )


def _options(story: Story, themes: Sequence[Theme]) -> list[ThemeMatch]:
    """The themes of the newsletter that fit a story, best first; in the settings' order when they fit as well."""
    order = {theme.id: place for place, theme in enumerate(themes)}
    return sorted((match for match in story.themes if match.id in order), key=lambda match: (-match.score, order[match.id]))


def _rank(story: Story, scores: Mapping[str, Points]) -> tuple[float, float, str]:
    return -scores[story.id].total, -newest(story).timestamp(), story.id


def _barred(
    story: Story,
    options: Sequence[ThemeMatch],
    period: Period,
    state: StoryState,
    published_in: Mapping[str, str],
    held_for: Collection[str],
) -> str | None:
    """Why a story is no candidate at all; None when it is one."""
    if state == "published":
        return f"published-in:{published_in.get(story.id, '')}"
    if state == "rejected":
        return "rejected"
    if story.id in held_for:
        return "held"
    if state != "held" and not is_in(story, period):
        return "outside-period"
    return None if options else "no-theme"


def _place(
    candidates: Sequence[Story], options: Mapping[str, Sequence[ThemeMatch]], limits: Limits, uncapped: Collection[str]
) -> tuple[dict[str, Placement], dict[str, str]]:
    """Where each candidate goes, the best first, and why the others go nowhere."""
    alone = len({story.lead.source for story in candidates}) == 1
    by_theme: Counter[str] = Counter()
    by_source: Counter[str] = Counter()
    placements: dict[str, Placement] = {}
    refused: dict[str, str] = {}
    for opening in (True, False):
        for story in candidates:
            source, best = story.lead.source, options[story.id][0]
            if story.id in placements or (opening and by_theme[best.id]):
                continue
            if by_source[source] >= limits.stories_per_source and not alone and source not in uncapped:
                refused[story.id] = "source-full"
                continue
            room = [match for match in options[story.id] if by_theme[match.id] < limits.stories_per_theme]
            near = [match for match in room if best.score - match.score <= NEAR_THEME]
            if not near:
                refused[story.id] = "theme-full"
                continue
            match = min(near, key=lambda match: by_theme[match.id])  # the best of those that hold the fewest
            by_theme[match.id] += 1
            by_source[source] += 1
            placements[story.id] = (
                Placement(match.id, "best-theme") if match is best else Placement(match.id, "near-theme", best.id)
            )
    return placements, {id: reason for id, reason in refused.items() if id not in placements}


def _printed(
    candidates: Sequence[Story], themes: Sequence[Theme], placements: Mapping[str, Placement], scores: Mapping[str, Points]
) -> tuple[tuple[str, tuple[Story, ...]], ...]:
    printed: dict[str, list[Story]] = {}
    for theme in themes:
        under = [story for story in candidates if story.id in placements and placements[story.id].theme == theme.id]
        if under:
            printed[theme.id] = sorted(under, key=lambda story: _rank(story, scores))
    _share_first_places(printed, scores)
    return tuple((theme, tuple(stories)) for theme, stories in printed.items())


def _share_first_places(printed: Mapping[str, list[Story]], scores: Mapping[str, Points]) -> None:
    """Where one source opens every theme, let the story of another open the one where that costs least, if it costs little."""
    if len(printed) < 2 or len({stories[0].lead.source for stories in printed.values()}) > 1:
        return
    costs = [
        (scores[stories[0].id].total - scores[story.id].total, theme, place)
        for theme, stories in printed.items()
        for place, story in enumerate(stories)
        if story.lead.source != stories[0].lead.source
    ]
    if costs and min(costs)[0] <= NEAR_FIRST:
        _, theme, place = min(costs)
        printed[theme].insert(0, printed[theme].pop(place))


def _left_out(ranked: Sequence[Story], reasons: Mapping[str, str | None], scores: Mapping[str, Points]) -> tuple[LeftOut, ...]:
    out = [
        LeftOut(story.id, story.lead.title, story.lead.url, reason, scores[story.id])
        for story in ranked
        if (reason := reasons[story.id]) is not None
    ]
    out += [
        LeftOut(article.id, article.title, article.url, f"duplicate-of:{story.id}")
        for story in ranked
        for article in story.others
    ]
    return tuple(out)
