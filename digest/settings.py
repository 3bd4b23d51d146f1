"""sources.yaml as values: every setting, its default and its limits. Pure: `config.py` reads the file.

The one home of pydantic. `parse` turns what YAML gave into `Settings`, or says in one line which key is wrong and
what to write there.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from pathlib import PurePath
from string import Formatter
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from digest.errors import N_, SettingsError

LANGUAGES = ("fr", "en")
"""Languages the program writes in; articles may be in any."""


def _absolute_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", value) and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise PydanticCustomError("url", N_("must be an absolute URL (https://…), got {got}"))
    if parts.username or parts.password:
        raise PydanticCustomError("secret", N_("holds a password; name the environment variable that holds it in headers_env"))
    return value


def _subject(value: str) -> str:
    try:
        fields = [(name, how, form) for _, name, form, how in Formatter().parse(value) if name is not None]
    except ValueError:
        fields = [("", None, None)]
    if any(how or form or name not in ("edition", "month", "lead") for name, how, form in fields):
        raise PydanticCustomError("subject", N_("may hold {{edition}}, {{month}} and {{lead}}, and no other brace; got {got}"))
    return value


def _timezone(value: str) -> str:
    if value not in available_timezones():
        raise PydanticCustomError("timezone", N_("must be a time zone such as Europe/Paris, got {got}"))
    return value


def _store(value: str) -> str:
    if not value.startswith("sqlite:///"):
        raise PydanticCustomError("store", N_("must be sqlite:///FILE (a path from this folder), got {got}"))
    return value


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Url = Annotated[str, AfterValidator(_absolute_url)]
Subject = Annotated[Name, AfterValidator(_subject)]
Timezone = Annotated[str, AfterValidator(_timezone)]
Color = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$")]
Email = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_%+'&-]+(\.[A-Za-z0-9_%+'&-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")]
"""Without accents: mail headers carry those only between servers that all have SMTPUTF8 (RFC 6531)."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Sender(_Strict):
    """Who signs the newsletter; printed in its footer and used as From."""

    name: Name
    email: Email
    postal_address: Name | None = None


class Brand(_Strict):
    """How the newsletter looks: one colour, from which the palette is computed, and a logo."""

    color: Color = "#0b5d7a"
    logo: Url | None = None
    """Address of a picture that subscribers can load; None: the newsletter's name is written."""
    logo_alt: str | None = None
    web: Url | None = None


class Limits(_Strict):
    """How much an edition may hold."""

    stories_per_theme: int = Field(6, ge=1, le=100)
    stories_per_source: int = Field(3, ge=1, le=100)
    takeaways_per_story: int = Field(3, ge=1, le=10)
    min_stories: int = Field(3, ge=1, le=100)
    quoted_words_per_article: int = Field(80, ge=10, le=1000)
    email_bytes: int = Field(100_000, ge=20_000, le=1_000_000)


class Newsletter(_Strict):
    """The newsletter itself: its name, rhythm, language and limits."""

    name: Name
    language: Literal["fr", "en"] = "fr"
    period: Literal["month", "week"] = "month"
    layout: Literal["lettre", "brèves"] = "lettre"
    """`lettre` tells each story; `brèves` gives its title and one takeaway."""
    timezone: Timezone = "Europe/Paris"
    sender: Sender
    subject: Subject | None = None
    """May use {edition}, {month} and {lead}; None: the name and the month."""
    brand: Brand = Brand()
    archive_url: Url | None = None
    unsubscribe: Url | None = None
    limits: Limits = Limits()

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class Theme(_Strict):
    """A heading of the newsletter and the terms that lead to it, in any language."""

    id: Slug
    name: Name | Annotated[dict[str, Name], Field(min_length=1)]
    """One name, or one for each language."""
    words: tuple[Name, ...] = Field(min_length=1)
    """Terms that speak for the theme. A bare word matches its inflected forms; an upper-case one only itself."""
    weak_words: tuple[Name, ...] = ()
    """Terms that count only with others."""
    context: tuple[Name, ...] = Field((), alias="with")
    """Where given, a weak word counts only in the company of one of these or of a strong one, and more so near it."""
    exclude: tuple[Name, ...] = Field((), alias="not")
    """Expressions inside which a term does not count ("start-up nation", "Coupe d'Europe")."""

    def title(self, language: str) -> str:
        """The theme's name in a language, else in the first one given."""
        if isinstance(self.name, str):
            return self.name
        return self.name.get(language) or next(iter(self.name.values()))


class Source(_Strict):
    """One entry of `sources`: a feed or a folder of files."""

    name: Name = ""
    feed: Url | None = None
    folder: Name | None = None
    """A path from sources.yaml's own folder."""
    theme: Slug | None = None
    """A hint, not a verdict: the theme this source mostly speaks of."""
    full_text: Literal["auto", "always", "never"] = "auto"
    headers_env: dict[Name, Name] = {}
    """For a feed behind a password: HTTP headers, each with the name of the environment variable that holds its value."""

    @model_validator(mode="before")
    @classmethod
    def _named(cls, data: Any) -> Any:
        if isinstance(data, dict) and not data.get("name"):
            folder, feed = data.get("folder"), data.get("feed")
            named = (
                PurePath(folder).name if isinstance(folder, str) else urlsplit(feed).hostname if isinstance(feed, str) else None
            )
            return {**data, "name": named} if named else data
        return data

    @model_validator(mode="after")
    def _one_place(self) -> Source:
        if (self.feed is None) == (self.folder is None):
            raise PydanticCustomError("place", N_("needs one of 'feed' (an address) or 'folder' (a path)"))
        return self

    @property
    def key(self) -> str:
        """What tells this source from the others in the store: its address or its folder."""
        return self.feed or f"folder:{self.folder}"


class Collect(_Strict):
    """How feeds are fetched."""

    timeout: float = Field(20, gt=0, le=600)
    """Seconds for one whole request, redirects included."""
    concurrency: int = Field(16, ge=1, le=200)
    per_host: int = Field(2, ge=1, le=20)
    max_bytes: int = Field(8_000_000, ge=10_000, le=200_000_000)
    """Largest body read, in bytes once decompressed."""
    allow_private_addresses: bool = False


class Imap(_Strict):
    """A mail account whose drafts folder receives the approved edition."""

    host: Name
    user: Name
    password_env: Name
    """Name of the environment variable that holds the password."""


class Delivery(_Strict):
    """A place where the approved edition goes as a draft."""

    imap: Imap


class Settings(_Strict):
    """The whole of sources.yaml."""

    newsletter: Newsletter
    themes: tuple[Theme, ...] = Field(min_length=1)
    sources: tuple[Source, ...] = Field(min_length=1)
    store: Annotated[str, AfterValidator(_store)] = "sqlite:///digest.db"
    collect: Collect = Collect()
    deliver: dict[Slug, Delivery] = {}


def parse(data: object, *, file: str = "sources.yaml") -> Settings:
    """Settings from what YAML gave.

    Raises SettingsError with one line: the file, the path of the first wrong key, what is wrong, and where we can what was meant.
    """
    if not isinstance(data, dict):
        raise SettingsError(N_("must hold the keys newsletter, themes and sources"), file=file)
    try:
        settings = Settings.model_validate(data)
    except ValidationError as error:
        raise _explained(_first(error.errors(include_url=False), data), data, file) from error
    _refuse_doubles(file, "themes", "id", [theme.id for theme in settings.themes])
    _refuse_doubles(file, "sources", "feed", [source.feed for source in settings.sources])
    _refuse_doubles(file, "sources", "folder", [source.folder for source in settings.sources])
    _refuse_doubles(file, "sources", "name", [source.name for source in settings.sources])
    for i, source in enumerate(settings.sources):
        known = [theme.id for theme in settings.themes]
        if source.theme is not None and source.theme not in known:
            raise SettingsError(
                N_("no theme has the id {got}; there are {known}"),
                file=file, path=f"sources[{i}].theme", got=repr(source.theme), known=", ".join(known),
            )  # fmt: skip
    return settings


def schema() -> dict[str, Any]:
    """The JSON Schema of sources.yaml, for editors."""
    return {"title": "sources.yaml", **Settings.model_json_schema(by_alias=True)}


def _refuse_doubles(file: str, items: str, key: str, values: Sequence[str | None]) -> None:
    for i, value in enumerate(values):
        if value is not None and value in values[:i]:
            raise SettingsError(
                N_("{got} is already used by {first}; give each its own"),
                file=file, path=f"{items}[{i}].{key}", got=repr(value), first=f"{items}[{values.index(value)}]",
            )  # fmt: skip


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
_SLUG = N_("must be made of small letters, digits and hyphens, got {got}")


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


def _explained(error: ErrorDetails, data: dict[str, Any], file: str) -> SettingsError:
    place = _place(error, data)
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")
    values: dict[str, Any] = {"file": file, "path": path, "got": _shown(error.get("input")), **error.get("ctx", {})}
    kind = error["type"]
    if kind == "extra_forbidden":
        meant = _meant(place)
        if meant:
            return SettingsError(N_("unknown key; did you mean {meant}?"), meant=repr(meant), **values)
        return SettingsError(N_("unknown key; remove it, or see docs/sources.md"), **values)
    if kind == "literal_error":
        values["expected"] = values["expected"].replace(" or ", ", ")
    if kind == "string_pattern_mismatch" or (kind == "string_type" and place[-1] in _PATTERNS):
        message = _PATTERNS.get(str(place[-1]), _SLUG)
    elif kind in _MEANINGS:
        message = _MEANINGS[kind]
    else:  # our own validators, whose message is the text pydantic was given
        message = str(error["msg"])
    return SettingsError(message, **values)


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


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _meant(place: tuple[int | str, ...]) -> str | None:
    """The key that a misspelt one most looks like, among those its place may hold."""
    model: Any = Settings
    for part in place[:-1]:
        if isinstance(part, int) or model is None:
            continue
        fields = model.model_fields if isinstance(model, type) and issubclass(model, BaseModel) else {}
        model = _model_in(fields[part].annotation) if part in fields else (Imap if part == "imap" else Delivery)
    names = [info.alias or name for name, info in model.model_fields.items()] if model else []
    close = difflib.get_close_matches(str(place[-1]), names, n=1)
    return close[0] if close else None


def _model_in(annotation: Any) -> Any:
    """The model that a field's type holds: itself, or the one inside a tuple, a dict or an optional."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
