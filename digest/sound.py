"""Whether what was read from JSON is what its noun says: every field of its type, all the way down. Pure.

A store is a file, and files get damaged, edited by hand, restored by halves: what is read from one is checked, so that a mistake
is told where it is read, and not where it is printed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache, wraps
from math import isfinite
from types import UnionType
from typing import Any, Final, Literal, ParamSpec, TypeVar, get_args, get_origin, get_type_hints

from digest.errors import N_, StoreError

P = ParamSpec("P")
T = TypeVar("T")
Check = Callable[[Any], bool]

_MISREAD: Final = (KeyError, TypeError, ValueError, AttributeError)
_YEARS: Final = range(1900, 2200)
"""Years in which an edition may be made, and in which a moment can be told in any time zone."""


def soundly(read: Callable[P, T]) -> Callable[P, T]:
    """A function that reads nouns from JSON, which raises StoreError where the JSON is not theirs."""

    @wraps(read)
    def reading(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            made = read(*args, **kwargs)
            if not _sound(made):
                raise ValueError("a value of another kind")
        except _MISREAD as error:
            raise StoreError(
                N_("an edition is kept in a form that cannot be read ({cause}); restore the store from a backup"),
                cause=f"{type(error).__name__}: {error}"[:200],
            ) from error
        return made

    return reading


def _sound(value: object) -> bool:
    """Whether a noun, or each of some nouns, holds values of the types of its fields."""
    if isinstance(value, tuple):
        return all(map(_sound, value))
    return not is_dataclass(value) or all(check(getattr(value, name)) for name, check in _checks(value.__class__))


@cache
def _checks(noun: Any) -> tuple[tuple[str, Check], ...]:
    hints = get_type_hints(noun)
    return tuple((field.name, _check(hints[field.name])) for field in fields(noun))


def _check(hint: Any) -> Check:
    """What a value of a type of the nouns must pass; a whole number is no `bool`, and half of a character is no text."""
    kind, parts = get_origin(hint), get_args(hint)
    if kind is Literal:
        return lambda value: isinstance(value, str) and value in parts
    if kind is tuple:
        each = _check(parts[0])
        return lambda value: type(value) is tuple and all(map(each, value))
    if kind is UnionType:
        checks = [_check(part) for part in parts]
        return lambda value: any(check(value) for check in checks)
    if is_dataclass(hint):
        return lambda value: type(value) is hint and _sound(value)
    return _PLAIN.get(hint, lambda value: type(value) is hint)


def _is_text(value: object) -> bool:
    return type(value) is str and (value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value))


_PLAIN: Final[dict[Any, Check]] = {
    str: _is_text,
    float: lambda value: type(value) in (int, float) and isfinite(value),
    datetime: lambda value: isinstance(value, datetime) and value.tzinfo is not None and value.year in _YEARS,
}
