"""sources.yaml as values: every setting, its default and its limits. Pure: `config.py` reads the file.

`parse` turns what YAML gave into `Settings`, or says in one line which key is wrong and
what to write there.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Annotated, Any, Literal, get_args
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from digest.errors import N_, SettingsError
from digest.mistakes import explained, shown
from digest.settings.kinds import Color, Email, Name, Slug, Strict, Subject, Timezone, Url
from digest.settings.places import Delivery, Notify, Review, Smtp

Language = Literal["fr", "en", "de", "es", "it", "pt"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
"""Languages of a newsletter; its articles may be in any, and its team reads French or English."""


def store_mistake(address: str) -> str | None:
    """What is wrong with the address of a store, as a message with the value `got`; None for a sound one."""
    try:
        parts = urlsplit(address)
        secret = parts.password is not None or any("password" in key for key in parse_qs(parts.query))
        if secret and parts.scheme.startswith("postgres"):
            return N_("must not hold the password: put it in the variable PGPASSWORD, or in the file .pgpass of your home folder")
        if parts.scheme == "postgresql" and parts.path.strip("/") and "/" not in parts.path[1:]:
            parts.port  # noqa: B018 - raises ValueError for one that is no number
            return None
    except ValueError:
        return _WHERE
    return None if address.startswith("sqlite:///") and address.removeprefix("sqlite:///").strip() else _WHERE


_WHERE = N_("must be sqlite:///FILE (a path from this folder) or postgresql://USER@HOST/DATABASE, got {got}")


def _store(value: str) -> str:
    if mistake := store_mistake(value):
        raise PydanticCustomError("store", mistake)
    return value


class Sender(Strict):
    """Who signs the newsletter; printed in its footer and used as From."""

    name: Name
    email: Email
    postal_address: Name | None = None


class Brand(Strict):
    """How the newsletter looks: one colour, from which the palette is computed, and a logo."""

    color: Color = "#0b5d7a"
    logo: Url | None = None
    """Address of a picture that subscribers can load; None: the newsletter's name is written."""
    logo_alt: str | None = None
    web: Url | None = None


class Limits(Strict):
    """How much an edition may hold."""

    stories_per_theme: int = Field(6, ge=1, le=100)
    stories_per_source: int = Field(3, ge=1, le=100)
    takeaways_per_story: int = Field(3, ge=1, le=10)
    min_stories: int = Field(3, ge=1, le=100)
    quoted_words_per_article: int = Field(80, ge=10, le=1000)
    email_bytes: int = Field(100_000, ge=20_000, le=1_000_000)


class Newsletter(Strict):
    """The newsletter itself: its name, rhythm, language and limits."""

    name: Name
    language: Language = "fr"
    period: Literal["month", "week"] = "month"
    layout: Literal["lettre", "brèves"] = "lettre"
    """`lettre` tells each story; `brèves` gives its title and one takeaway."""
    images: Literal["none", "local"] = "none"
    """`local`: pictures are fetched when the draft is made, made small, and travel with the email."""
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


class Theme(Strict):
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


class Source(Strict):
    """One entry of `sources`: a feed or a folder of files."""

    name: Name = ""
    feed: Url | None = None
    folder: Name | None = None
    """A path from sources.yaml's own folder."""
    theme: Slug | None = None
    """A hint, not a verdict: the theme this source mostly speaks of."""
    full_text: Literal["auto", "always", "never"] = "auto"
    paused: bool = False
    """Not read for now: what it gave stays, and nothing new comes."""
    headers_env: dict[Name, Name] = Field(default_factory=dict)
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


class Collect(Strict):
    """How feeds are fetched."""

    timeout: float = Field(20, gt=0, le=600)
    """Seconds for one whole request, redirects included."""
    concurrency: int = Field(16, ge=1, le=200)
    per_host: int = Field(2, ge=1, le=20)
    max_bytes: int = Field(8_000_000, ge=10_000, le=200_000_000)
    """Largest body read, in bytes once decompressed."""
    allow_private_addresses: bool = False


class Settings(Strict):
    """The whole of sources.yaml."""

    newsletter: Newsletter
    themes: tuple[Theme, ...] = Field(min_length=1)
    sources: tuple[Source, ...] = Field(min_length=1)
    store: Annotated[str, AfterValidator(_store)] = "sqlite:///digest.db"
    collect: Collect = Collect()
    templates: Name | None = None
    """The team's own copy of the templates: a path from this folder."""
    deliver: dict[Slug, Delivery] = Field(default_factory=dict)
    smtp: Smtp | None = None
    notify: Notify | None = None
    review: Review | None = None


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
    if "files" in settings.deliver:
        raise SettingsError(N_("is always there; give this place another name"), file=file, path="deliver.files")
    if settings.notify and settings.smtp is None:
        raise SettingsError(N_("needs a mail server: give 'smtp' beside it"), file=file, path="notify")
    for i, source in enumerate(settings.sources):
        known = [theme.id for theme in settings.themes]
        if source.theme is not None and source.theme not in known:
            raise SettingsError(
                N_("no theme has the id {got}; there are {known}"),
                file=file, path=f"sources[{i}].theme", got=shown(source.theme), known=", ".join(known),
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
                file=file, path=f"{items}[{i}].{key}", got=shown(value), first=f"{items}[{values.index(value)}]",
            )  # fmt: skip
