"""The tray of an edition: the candidates that it leaves out, why, and those that a search finds. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from digest.compose.left_out import may_come, nearest
from digest.compose.reasons import REASONS, reason
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
    found = [out for out in nearest(edition.left_out) if not wanted or _answers(out, wanted, translator)]
    shown = [Candidate(out, _why(out, edition, decided, translator), may_come(out)) for out in found[:SHOWN]]
    return Tray(query.strip(), tuple(shown), len(found), len(edition.left_out))


def _answers(out: LeftOut, wanted: Sequence[str], translator: Translator) -> bool:
    """Whether words stand in the title of a candidate or in what is said of its like."""
    kind, _, detail = out.reason.partition(":")
    told = _flat(f"{out.title} {translator.gettext(REASONS[kind]) if kind in REASONS else ''} {detail}")
    return all(word in told for word in wanted)


def _why(out: LeftOut, edition: Edition, decided: Mapping[str, StoryState], translator: Translator) -> str:
    told = reason(out, edition, translator)
    if decided.get(out.id) == "rejected":
        return translator.gettext("rejected by the team: it will not be proposed again")
    return told


def _flat(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(c))
