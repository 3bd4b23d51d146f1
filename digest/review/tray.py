"""The tray of an edition: the candidates that it leaves out, why, and those that a search finds. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from digest.compose.reasons import reason
from digest.language.translations import Translator
from digest.model import Edition, LeftOut, StoryState

SHOWN: Final = 30
"""Candidates shown at once: a person searches beyond that."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A story that the edition leaves out, and what is said of it."""

    out: LeftOut
    why: str
    may_come: bool
    """Whether it can be brought in: not what another edition delivered."""


@dataclass(frozen=True, slots=True)
class Tray:
    """What a search found in the tray, the best first."""

    query: str
    candidates: tuple[Candidate, ...]
    found: int
    everything: int


def tray_of(edition: Edition, decided: Mapping[str, StoryState], translator: Translator, query: str = "") -> Tray:
    """The tray of an edition; `query`: words that stand in the title or in the reason, whatever their accents."""
    wanted = _flat(query).split()
    all_of_them = [Candidate(out, _why(out, edition, decided, translator), _may_come(out)) for out in edition.left_out]
    found = [one for one in all_of_them if all(word in _flat(f"{one.out.title} {one.why}") for word in wanted)]
    found.sort(key=_order)
    return Tray(query.strip(), tuple(found[:SHOWN]), len(found), len(all_of_them))


def _why(out: LeftOut, edition: Edition, decided: Mapping[str, StoryState], translator: Translator) -> str:
    told = reason(out, edition, translator)
    if decided.get(out.id) == "rejected":
        return translator.gettext("rejected by the team: it will not be proposed again")
    return told


def _may_come(out: LeftOut) -> bool:
    return not out.reason.startswith("published-in")


def _order(candidate: Candidate) -> tuple[bool, bool, float]:
    """What the team took out first, then by points; what cannot come last."""
    out = candidate.out
    return (
        not candidate.may_come,
        out.reason not in ("rejected", "held", "arrived-later"),
        -(out.points.total if out.points else 0),
    )


def _flat(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(c))
