"""The tables of the store, as they are today; `migrations` brings an older store here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    DDL,
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    event,
    false,
    text,
)
from sqlalchemy.types import TypeEngine

metadata = MetaData()


class Moment(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC. SQLite has no time zones: `DateTime(timezone=True)` would drop the offset in silence."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - its signature
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - its signature
        return value.replace(tzinfo=UTC) if value else None


class Words(TypeDecorator[str]):
    """Text that sorts the same everywhere, by its code points as SQLite does, whatever language a server of PostgreSQL speaks.

    PostgreSQL keeps no NUL: U+FFFD stands for it there, so that what follows keeps its place.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        ours = Text(collation="C") if dialect.name == "postgresql" else self.impl_instance
        return dialect.type_descriptor(ours)

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], str | None] | None:  # none for SQLite: it costs time
        return _without_nul if dialect.name == "postgresql" else None


def _without_nul(value: str | None) -> str | None:
    return value and value.replace("\0", "\ufffd")


class Word(Words):
    """A short one: an id, a name, a state."""

    impl = String  # type: ignore[assignment]  # as Text is
    cache_ok = True


migrations = Table(
    "migrations",
    metadata,
    Column("version", Integer, primary_key=True),
    Column("name", Word, nullable=False),
)
sources = Table(
    "sources",
    metadata,
    Column("key", Word, primary_key=True),
    Column("state", JSON, nullable=False),
)
articles = Table(
    "articles",
    metadata,
    Column("id", Word(16), primary_key=True),
    Column("url", Words),
    Column("source", Words, nullable=False),
    Column("collected", Moment, nullable=False),
    Column("published", Moment),
    Column("dated_by", Word),
    Column("version", Integer, nullable=False),
    Column("fingerprint", Word(32), nullable=False),
    Column("story", Word(16), nullable=False),
    Column("withdrawn", Moment),
    Index("articles_by_story", "story"),
    Index("articles_by_source", "source", text("coalesce(published, collected)")),
)
"""A newsletter finds its articles by their sources and dates, and those that only their file dates by their sources."""
_BY_FILE = "CREATE INDEX articles_by_file ON articles (source) WHERE dated_by = 'file'"
event.listen(articles, "after_create", DDL(_BY_FILE))  # type: ignore[no-untyped-call]  # SQLAlchemy's
versions = Table(
    "versions",
    metadata,
    Column("article", ForeignKey("articles.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("title", Words, nullable=False),
    Column("author", Words),
    Column("lang", Word, nullable=False),
    Column("text", Words, nullable=False),
    Column("summary", Words, nullable=False),
    Column("links", JSON, nullable=False),
    Column("picture", JSON),
    Column("seen", Moment, nullable=False),
)
addresses = Table(
    "addresses",
    metadata,
    Column("address", Words, primary_key=True),
    Column("article", ForeignKey("articles.id"), nullable=False, index=True),
)
carriers = Table(
    "carriers",
    metadata,
    Column("article", ForeignKey("articles.id"), primary_key=True),
    Column("source", Words, primary_key=True),
    Index("carriers_by_source", "source"),
)
kinships = Table(
    "kinships",
    metadata,
    Column("article", ForeignKey("articles.id"), primary_key=True),
    Column("story", Word(16), nullable=False),
    Column("to", Word(16)),
    Column("because", Word, nullable=False),
    Column("score", Float, nullable=False),
)
regroupings = Table(
    "regroupings",
    metadata,
    Column("newsletter", Words, primary_key=True),
    Column("article", ForeignKey("articles.id"), primary_key=True),
    Column("story", Word(16), nullable=False),
    Index("regroupings_by_article", "article"),
)
"""Where the team of a newsletter put an article, for its own editions: `articles.story` is where the program did, for all."""
signatures = Table(
    "signatures",
    metadata,
    Column("article", Word(16), primary_key=True),
    Column("day", Integer, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Index("signatures_by_day", "day"),
)
"""What the articles placed last are looked up by, until they are filed in `marks`; `day` is that of the article, from 1970."""
marks = Table(
    "marks",
    metadata,
    Column("key", BigInteger, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("article", Word(16), primary_key=True),
    Index("marks_by_day", "day"),
    sqlite_with_rowid=False,
)
"""An index of the keys of many signatures: which articles share a band of their text, or a word of their title."""
newsletters = Table(
    "newsletters",
    metadata,
    Column("name", Words, primary_key=True),
    Column("file", Words, nullable=False),
    Column("home", Words, nullable=False),
    Index("newsletters_by_file", "file"),
    Index("newsletters_by_home", "home"),
)
"""The newsletters that share the store: where the settings of each are now (`file`), and the folder in which they first were."""
timetable = Table(
    "timetable",
    metadata,
    Column("newsletter", Words, primary_key=True),
    Column("cron", Words),
    Column("zone", Words, nullable=False),
    Column("next", Moment),
    Column("as_of", Moment, nullable=False),
    Column("began", Moment),
    Column("ended", Moment),
    Column("error", Words),
    Index("timetable_by_next", "next"),
)
"""The newsletters that workers serve, and when they draft each: a cron expression in a time zone, or never.

`next` is what it gives next, as worked out at `as_of`; `began`, `ended` and `error` tell the last draft.
"""
follows = Table(
    "follows",
    metadata,
    Column("newsletter", Words, primary_key=True),
    Column("source", Words, primary_key=True),
    Column("asked", Boolean, nullable=False, server_default=false()),
    Index("follows_by_source", "source"),
)
"""The sources that a newsletter follows, or once followed, by their keys: it sees their articles and no others.

`asked`: a feed that needs no secret and is not paused, which workers read for all who follow it.
"""
editions = Table(
    "editions",
    metadata,
    Column("newsletter", Words, primary_key=True),
    Column("edition", Word, primary_key=True),
    Column("status", Word, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("approval", JSON),
    Column("tray", JSON, nullable=False),
)
"""Where each edition stands; `tray` holds what it leaves out and how the sources fared, which no revision prints."""
revisions = Table(
    "revisions",
    metadata,
    Column("newsletter", Words, primary_key=True),
    Column("edition", Word, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("made", Moment, nullable=False),
    Column("by", Words),
    Column("content", JSON, nullable=False),
)
events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("newsletter", Words, nullable=False),
    Column("edition", Word, nullable=False),
    Column("deed", Word, nullable=False),
    Column("by", Words),
    Column("at", Moment, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("place", Words),
    Index("events_by_edition", "newsletter", "edition"),
)
uses = Table(
    "uses",
    metadata,
    Column("newsletter", Words, primary_key=True),
    Column("edition", Word, primary_key=True),
    Column("article", Word(16), primary_key=True),
    Column("delivered", Boolean, nullable=False),
)
"""The articles of each edition that is open or was delivered; a newsletter delivers an article once, the index sees to it.

The index is written out: as an Index with `postgresql_where`, it would load all that SQLAlchemy has for PostgreSQL.
"""
_DELIVERED_ONCE = "CREATE UNIQUE INDEX uses_delivered_once ON uses (newsletter, article) WHERE delivered"
event.listen(uses, "after_create", DDL(_DELIVERED_ONCE))  # type: ignore[no-untyped-call]  # SQLAlchemy's
decisions = Table(
    "decisions",
    metadata,
    Column("newsletter", Words, primary_key=True),
    Column("story", Word(16), primary_key=True),
    Column("state", Word, nullable=False),
    Column("edition", Word, nullable=False),
    Column("by", Words, nullable=False),
    Column("made", Moment, nullable=False),
)
deliveries = Table(
    "deliveries",
    metadata,
    Column("newsletter", Words, primary_key=True),
    Column("edition", Word, primary_key=True),
    Column("place", Words, primary_key=True),
    Column("id", Words, nullable=False),
    Column("where", Words, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("at", Moment, nullable=False),
)
accounts = Table(
    "accounts",
    metadata,
    Column("newsletter", Words, primary_key=True),
    Column("name", Words, primary_key=True),
    Column("role", Word, nullable=False),
    Column("password", Words, nullable=False),
)
"""Who may open the review page of a newsletter that a team shares; `password` is an argon2 hash."""
pictures = Table(
    "pictures",
    metadata,
    Column("name", Word, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
albums = Table(
    "albums",
    metadata,
    Column("newsletter", Words, primary_key=True),
    Column("picture", Words, primary_key=True),
    Index("albums_by_picture", "picture"),
)
"""The pictures that were kept for each newsletter: one that is in no album any more is nobody's."""
