"""sources.yaml as values: every setting, its default and its limits. Pure: `config.py` reads the file.

`parse` turns what YAML gave into `Settings`, or says in one line which key is wrong and
what to write there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath
from string import Formatter
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from digest.errors import N_, SettingsError
from digest.mistakes import explained

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
        raise explained(error.errors(include_url=False), data, Settings, file) from error
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
