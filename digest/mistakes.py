"""What is wrong in sources.yaml, in our words rather than in pydantic's: where, why, and what to write there. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from digest.errors import N_, SettingsError

_MEANINGS = {
    "missing": N_("is missing"),
    "string_type": N_("must be text, got {got}"),
    "string_too_short": N_("must not be empty"),
    "string_too_long": N_("must have at most {max_length} characters"),
    "int_type": N_("must be a whole number, got {got}"),
    "int_parsing": N_("must be a whole number, got {got}"),
    "int_from_float": N_("must be a whole number, got {got}"),
    "float_parsing": N_("must be a number, got {got}"),
    "bool_parsing": N_("must be true or false, got {got}"),
    "bool_type": N_("must be true or false, got {got}"),
    "literal_error": N_("must be one of {expected}, got {got}"),
    "greater_than_equal": N_("must be at least {ge}, got {got}"),
    "greater_than": N_("must be more than {gt}, got {got}"),
    "less_than_equal": N_("must be at most {le}, got {got}"),
    "tuple_type": N_("must be a list, got {got}"),
    "too_short": N_("must not be empty"),
    "dict_type": N_("must hold keys and values, got {got}"),
    "model_type": N_("must hold keys and values, got {got}"),
}
_PATTERNS = {
    "color": N_("must be a colour in quotes, such as '#0b5d7a', got {got}"),
    "email": N_("must be an e-mail address, got {got}"),
}
_PATTERNS["to"] = _PATTERNS["email"]
_VARIABLE = N_("must be the name of an environment variable, such as SMTP_PASSWORD")  # what was given may be the secret
_SLUG = N_("must be made of small letters, digits and hyphens, got {got}")


def explained(errors: Sequence[ErrorDetails], data: dict[str, Any], model: type[BaseModel], file: str) -> SettingsError:
    """The first of pydantic's errors as one line: the path of the key, what is wrong, and the spelling meant where we can tell.

    `data` is what the file holds, `model` what it should be.
    """
    error = _first(errors, data)
    place = _place(error, data)
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{_cut(part)}" for part in place).lstrip(".")
    told = error.get("ctx", {})
    values: dict[str, Any] = {**told, **told.get("keys", {}), "file": file, "path": path, "got": shown(error.get("input"))}
    if error["type"] == "extra_forbidden":
        if meant := _meant(place, model):
            return SettingsError(N_("unknown key; did you mean {meant}?"), meant=repr(meant), **values)
        return SettingsError(N_("unknown key; remove it, or see docs/sources.md"), **values)
    if error["type"] == "literal_error":
        values["expected"] = values["expected"].replace(" or ", ", ")
    return SettingsError(_message(error, place), **values)


def _first(errors: Sequence[ErrorDetails], data: object) -> ErrorDetails:
    """The first error; where a key may be of several types, the one that goes deepest into it.

    A key that is missing beside one that is unknown was most likely misspelt: the unknown one is told.
    """
    place = _place(errors[0], data)
    if errors[0]["type"] == "missing":
        beside = (error for error in errors if error["type"] == "extra_forbidden" and _place(error, data)[:-1] == place[:-1])
        if misspelt := next(beside, None):
            return misspelt
    same = [error for error in errors if _place(error, data)[: len(place)] == place]
    return max(same, key=lambda error: len(_place(error, data)))


def _message(error: ErrorDetails, place: tuple[int | str, ...]) -> str:
    kind = error["type"]
    key = next((part for part in reversed(place) if isinstance(part, str)), "")  # of an item, the key of its list
    if kind == "string_pattern_mismatch" or (kind == "string_type" and key in _PATTERNS):
        return _PATTERNS.get(key, _VARIABLE if key.endswith("_env") else _SLUG)
    return _MEANINGS.get(kind, str(error["msg"]))  # of our own validators, the text that pydantic was given


def _place(error: ErrorDetails, data: object) -> tuple[int | str, ...]:
    """Where the error is, as the reader of the file sees it: pydantic's path without the names of its own types."""
    place: list[int | str] = []
    for part in error["loc"]:
        if (isinstance(data, dict) and part in data) or (isinstance(data, list) and isinstance(part, int)):
            place.append(part)
            data = data[part]  # type: ignore[index]  # what was just checked
        elif error["type"] == "missing":
            place.append(part)
    return tuple(place)


def shown(value: object) -> str:
    """A value as a message tells it: as it is written, and no more of it than one recognises it by."""
    return _cut(repr(value))


def _cut(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"


def _meant(place: tuple[int | str, ...], model: Any) -> str | None:
    """The key that a misspelt one most looks like, among those its place may hold."""
    for part in place[:-1]:
        if part in model.model_fields:  # else a number or a name that the team chose, inside a list or a mapping
            model = _model_in(model.model_fields[part].annotation)
    names = [info.alias or name for name, info in model.model_fields.items()]
    close = difflib.get_close_matches(str(place[-1]), names, n=1)
    return close[0] if close else None


def _model_in(annotation: Any) -> Any:
    """The model that a field's type holds: itself, or the one inside a tuple, a dict or an optional."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
