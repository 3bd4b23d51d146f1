"""The tables of the store, as they are today; `migrations` brings an older store here."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
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
    text,
)

metadata = MetaData()


class Moment(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC. SQLite has no time zones: `DateTime(timezone=True)` would drop the offset in silence."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - its signature
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - its signature
        return value.replace(tzinfo=UTC) if value else None


migrations = Table(
    "migrations",
    metadata,
    Column("version", Integer, primary_key=True),
    Column("name", String, nullable=False),
)
sources = Table(
    "sources",
    metadata,
    Column("key", String, primary_key=True),
    Column("state", JSON, nullable=False),
)
articles = Table(
    "articles",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("url", Text),
    Column("source", Text, nullable=False),
    Column("collected", Moment, nullable=False),
    Column("published", Moment),
    Column("dated_by", String),
    Column("version", Integer, nullable=False),
    Column("fingerprint", String(32), nullable=False),
    Column("story", String(16), nullable=False),
    Column("withdrawn", Moment),
    Index("articles_by_published", "published"),
    Index("articles_by_collected", "collected"),
    Index("articles_by_story", "story"),
    Index("articles_by_source", "source"),
)
versions = Table(
    "versions",
    metadata,
    Column("article", ForeignKey("articles.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("author", Text),
    Column("lang", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("links", JSON, nullable=False),
    Column("picture", JSON),
    Column("seen", Moment, nullable=False),
)
addresses = Table(
    "addresses",
    metadata,
    Column("address", Text, primary_key=True),
    Column("article", ForeignKey("articles.id"), nullable=False, index=True),
)
carriers = Table(
    "carriers",
    metadata,
    Column("article", ForeignKey("articles.id"), primary_key=True),
    Column("source", Text, primary_key=True),
    Index("carriers_by_source", "source"),
)
kinships = Table(
    "kinships",
    metadata,
    Column("article", ForeignKey("articles.id"), primary_key=True),
    Column("story", String(16), nullable=False),
    Column("to", String(16)),
    Column("because", String, nullable=False),
    Column("score", Float, nullable=False),
)
newsletters = Table(
    "newsletters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("file", Text, nullable=False),
    Column("home", Text, nullable=False),
)
"""The newsletters that share the store: where the settings of each are now (`file`), and the folder in which they first were."""
follows = Table(
    "follows",
    metadata,
    Column("newsletter", Text, primary_key=True),
    Column("source", Text, primary_key=True),
)
"""The sources that a newsletter follows, or once followed: it sees their articles and no others."""
editions = Table(
    "editions",
    metadata,
    Column("newsletter", Text, primary_key=True),
    Column("edition", String, primary_key=True),
    Column("status", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("approval", JSON),
    Column("tray", JSON, nullable=False),
)
"""Where each edition stands; `tray` holds what it leaves out and how the sources fared, which no revision prints."""
revisions = Table(
    "revisions",
    metadata,
    Column("newsletter", Text, primary_key=True),
    Column("edition", String, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("made", Moment, nullable=False),
    Column("by", Text),
    Column("content", JSON, nullable=False),
)
events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("newsletter", Text, nullable=False),
    Column("edition", String, nullable=False),
    Column("deed", String, nullable=False),
    Column("by", Text),
    Column("at", Moment, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("place", Text),
    Index("events_by_edition", "newsletter", "edition"),
)
uses = Table(
    "uses",
    metadata,
    Column("newsletter", Text, primary_key=True),
    Column("edition", String, primary_key=True),
    Column("article", String(16), primary_key=True),
    Column("delivered", Boolean, nullable=False),
    Index(
        "uses_delivered_once",
        "newsletter",
        "article",
        unique=True,
        sqlite_where=text("delivered"),
        postgresql_where=text("delivered"),
    ),
)
"""The articles of each edition that is open or was delivered; a newsletter delivers an article once, the index sees to it."""
decisions = Table(
    "decisions",
    metadata,
    Column("newsletter", Text, primary_key=True),
    Column("story", String(16), primary_key=True),
    Column("state", String, nullable=False),
    Column("edition", String, nullable=False),
    Column("by", Text, nullable=False),
    Column("made", Moment, nullable=False),
)
deliveries = Table(
    "deliveries",
    metadata,
    Column("newsletter", Text, primary_key=True),
    Column("edition", String, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("id", Text, nullable=False),
    Column("where", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("at", Moment, nullable=False),
)
accounts = Table(
    "accounts",
    metadata,
    Column("newsletter", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("role", String, nullable=False),
    Column("password", Text, nullable=False),
)
"""Who may open the review page of a newsletter that a team shares; `password` is an argon2 hash."""
pictures = Table(
    "pictures",
    metadata,
    Column("name", String, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
