"""What an edition leaves out, as a person reads it: each story where they are few, else those nearest to coming in and how many
others there are for each reason. Pure.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from digest.compose.reasons import KINDS, reason, titles_of
from digest.language.translations import Translator
from digest.model import Edition, LeftOut
from digest.remembering import remembered

MOST: Final = 200
"""Stories told one by one: beyond that nobody reads, and a page of thousands takes longer to write than all the rest."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a report says of the stories that an edition leaves out."""

    alike: tuple[tuple[str, tuple[LeftOut, ...]], ...]
    """A reason in words, and the stories that it keeps out."""
    counted: tuple[tuple[str, int], ...]
    """A kind of reason in words, and how many others it keeps out, the commonest first."""

    @property
    def others(self) -> int:
        """How many are only counted."""
        return sum(number for _, number in self.counted)


def told(edition: Edition, translator: Translator) -> Told:
    """The stories that an edition leaves out: MOST of them by their titles, the others counted."""
    shown, counted = _parted(edition.left_out)
    alike = [tuple(group) for _, group in groupby(shown, key=_reason)]
    titles = titles_of(edition) if any(_kind(out) == "duplicate-of" for out in shown) else {}
    return Told(
        tuple((reason(group[0], edition, translator, titles), group) for group in alike),
        tuple((translator.gettext(KINDS.get(kind, kind)), number) for kind, number in counted),
    )


@remembered
def nearest(left_out: tuple[LeftOut, ...]) -> tuple[LeftOut, ...]:
    """The stories in the order in which they would come in: what the team took out, then by points; last, what cannot."""
    return tuple(sorted(left_out, key=_order))


def may_come(out: LeftOut) -> bool:
    """Whether a story can be brought in: not what another edition delivered."""
    return not out.reason.startswith("published-in")


@remembered
def _parted(left_out: tuple[LeftOut, ...]) -> tuple[tuple[LeftOut, ...], tuple[tuple[str, int], ...]]:
    """Those that are told, reason by reason, and how many others there are of each kind of reason."""
    chosen = {id(out) for out in nearest(left_out)[:MOST]}
    shown = sorted((out for out in left_out if id(out) in chosen), key=_reason)
    return tuple(shown), tuple(Counter(_kind(out) for out in left_out if id(out) not in chosen).most_common())


def _reason(out: LeftOut) -> str:
    return out.reason


def _kind(out: LeftOut) -> str:
    return out.reason.partition(":")[0]


def _order(out: LeftOut) -> tuple[bool, bool, float]:
    return (
        not may_come(out),
        out.reason not in ("rejected", "held", "arrived-later"),
        -(out.points.total if out.points else 0),
    )
