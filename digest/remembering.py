"""What was worked out of a long value is kept while that very value is at hand: to compare or to hash thousands of stories, as
`functools.lru_cache` does, would take longer than most of what is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Final, TypeVar

V = TypeVar("V")
R = TypeVar("R")

LAST: Final = 4
"""Values that are remembered: those of the editions that a team has open."""


def remembered(function: Callable[[V], R]) -> Callable[[V], R]:
    """A pure function of a frozen value, which answers at once for one of the last values: the same one, not its equal."""
    last: tuple[tuple[V, R], ...] = ()

    @wraps(function)
    def answer(value: V) -> R:
        nonlocal last  # replaced whole, so that requests in other threads see one or the other
        for known, result in last:
            if known is value:
                return result
        result = function(value)
        last = ((value, result), *last[: LAST - 1])
        return result

    return answer
