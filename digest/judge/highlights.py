"""The few takeaways at the top of an edition: what a reader who stops there should have seen."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from digest.language.words import STOP_WORDS, fold, tokens
from digest.model import EditionStory, EditionTheme, Highlight, Takeaway

LEAST, MOST = 3, 5
ALIKE = 0.5
"""Share of the fewer subject words of two takeaways from which they say the same."""
SHORT = 35
"""Words that a takeaway at the top should not exceed where a story has a shorter one."""
_MAKERS = ("section", "editor", "extract")


def highlights(themes: Sequence[EditionTheme], *, language: str) -> tuple[Highlight, ...]:
    """Three to five takeaways, at most one a story and no two alike: one for each theme first (five themes at most), then the
    next story of each theme in turn, until half of the edition's stories are told. In a theme, the stories written in the
    newsletter's `language` come first: not every reader reads another.

    Fewer only where there are fewer stories that have something of their own to say. Of one story: a short takeaway before a
    long one, then the author's, then the editor's, then ours, then the best.
    """
    themes = [replace(theme, stories=tuple(sorted(theme.stories, key=lambda story: story.lang != language))) for theme in themes]
    stories = [story for theme in themes for story in theme.stories]
    wanted = min(MOST, max(LEAST, len(themes), math.ceil(len(stories) / 2)))
    chosen: list[Highlight] = []
    told: set[str] = set()
    for turn in _turns(themes):
        for story in turn:
            found = None if story.id in told else _new(story, chosen)
            if found and len(chosen) < wanted:
                chosen.append(found)
                told.add(story.id)
                break
    return tuple(chosen)


def _turns(themes: Sequence[EditionTheme]) -> Iterator[Sequence[EditionStory]]:
    """The stories to try for each place: any of a theme, its first one first, for each theme; then each other story alone."""
    yield from (theme.stories for theme in themes)
    for row in zip_longest(*(theme.stories for theme in themes)):
        yield from ([story] for story in row if story is not None)


def _new(story: EditionStory, chosen: Sequence[Highlight]) -> Highlight | None:
    """The best takeaway of a story that says what none of the chosen ones says; None when there is none."""
    for takeaway in sorted(story.takeaways, key=_merit):
        if not any(_alike(takeaway.text, other.takeaway.text) for other in chosen):
            return Highlight(takeaway, story.url)
    return None


def _merit(takeaway: Takeaway) -> tuple[bool, int]:
    """What a story's takeaways are sorted by; those of equal merit stay in their order, which is best first."""
    return len(takeaway.text.split()) > SHORT, _MAKERS.index(takeaway.made_by)


def _alike(one: str, two: str) -> bool:
    mine, its = _subject(one), _subject(two)
    return len(mine & its) >= ALIKE * min(len(mine), len(its))


def _subject(text: str) -> frozenset[str]:
    return frozenset(word for word in tokens(fold(text)) if word not in _STOP)


_STOP = frozenset(fold(word) for words in STOP_WORDS.values() for word in words)
