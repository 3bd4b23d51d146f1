"""The promise that every target holds the program to, and how long it is tried."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from time import process_time
from typing import Any, TypeVar

import hypothesis
from hypothesis import Phase
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.vendor import pretty

from digest.errors import DigestError
from digest.language.translations import translator
from digest.model import Takeaway

T = TypeVar("T")

EXPLORING = os.environ.get("DIGEST_FUZZ", "")
"""Folder that keeps failing inputs, where `make fuzz` explores; empty in the test suite, whose inputs are always the same."""
SECONDS = 1.0
"""Of the processor, for any input; and as much again for each 200 KB of it."""
_BYTES_PER_SECOND = 200_000
_LONGEST_MESSAGE = 2000
"""Characters; a message is a line of a report."""

pretty._type_pprinters[Takeaway] = lambda takeaway, printer, _cycle: printer.text(repr(takeaway))  # it is not made of its fields

tried: Counter[str] = Counter()
"""How many inputs were tried since it was cleared: `make fuzz` prints that."""


def explored(examples: int) -> hypothesis.settings:
    """The budget of a target: rounds of so many fresh inputs where it explores; in the test suite a quarter, always the same."""
    kept = DirectoryBasedExampleDatabase(EXPLORING) if EXPLORING else None
    phases = [Phase.explicit, Phase.reuse, Phase.generate]  # a failing input may take minutes to be made small
    return hypothesis.settings(
        phases=phases if EXPLORING else [*phases, Phase.shrink],
        max_examples=examples if EXPLORING else max(4, examples // 4),
        database=kept,
        derandomize=not EXPLORING,
        deadline=None,  # time is counted below, of the processor alone
        print_blob=bool(EXPLORING),
        suppress_health_check=list(hypothesis.HealthCheck),
        report_multiple_bugs=False,
    )


@dataclass(frozen=True, slots=True)
class Refused:
    """What the program said of an input that it does not take: its message and its hint in French and in English."""

    kind: type[DigestError]
    told: tuple[str, ...]


def outcome(act: Callable[[], T], size: int) -> T | Refused:
    """What an act gives for an input of `size` bytes or characters, or why it is refused. The promise:

    only a DigestError comes out, whose text and hint can be told in French and in English; the processor spends a bounded time;
    and the same input gives the same twice.
    """
    tried.update(["inputs"])
    first, spent = _timed(act)
    second, spent_again = _timed(act)
    assert repr(first) == repr(second), "the same input gave something else the second time"
    allowed = SECONDS + size / _BYTES_PER_SECOND
    least = min(spent, spent_again)  # the first time may load a dictionary
    assert least <= allowed, f"{size} bytes took {least:.1f} s of the processor; {allowed:.1f} s are allowed"
    return first


def taken(act: Callable[[], T], size: int) -> T | None:
    """As `outcome`, with None for an input that is refused."""
    found = outcome(act, size)
    return None if isinstance(found, Refused) else found


def _timed(act: Callable[[], T]) -> tuple[T | Refused, float]:
    start = process_time()
    try:
        found: T | Refused = act()
    except DigestError as error:
        found = Refused(type(error), _told(error))
    return found, process_time() - start


def _told(error: DigestError) -> tuple[str, ...]:
    told = []
    for language in ("fr", "en"):
        translate = translator(language).gettext
        message, hint = error.text(translate), error.hint_text(translate)
        assert message.strip(), "an error without words"
        assert len(message) <= _LONGEST_MESSAGE, f"a message of {len(message)} characters"
        told += [message, hint or ""]
    assert told[:2] == [error.text(translator("fr").gettext), error.hint_text(translator("fr").gettext) or ""]
    return tuple(told)


def storable(value: Any) -> bool:
    """Whether every word of a value can be stored and sent: UTF-8 can hold it, and PostgreSQL refuses none of it (no NUL)."""
    return not any(character == "\x00" or "\ud800" <= character <= "\udfff" for character in _characters(value))


def _characters(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, (tuple, list)):
        return "".join(map(_characters, value))
    if isinstance(value, dict):
        return "".join(_characters(each) for pair in value.items() for each in pair)
    if is_dataclass(value):
        return "".join(_characters(getattr(value, field.name)) for field in fields(value))
    return ""
