"""The tables of the store, and how an older store becomes today's: one named step after the other, each in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    inspect,
    select,
)

from digest.errors import N_, StoreError

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
revisions = Table(
    "revisions",
    metadata,
    Column("newsletter", Text, primary_key=True),
    Column("edition", String, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("made", Moment, nullable=False),
    Column("by", Text),
    Column("status", String, nullable=False),
    Column("content", JSON, nullable=False),
)
placements = Table(
    "placements",
    metadata,
    Column("newsletter", Text, primary_key=True),
    Column("edition", String, primary_key=True),
    Column("story", String(16), primary_key=True),
    Column("status", String, nullable=False),
)


def _first_tables(connection: Connection) -> None:
    metadata.create_all(connection)


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (_first_tables,)
"""In order; a step that a released version has run is never changed, the next one is added."""


def migrate(connection: Connection) -> None:
    """Bring a store up to date. Raises StoreError for a store written by a newer version of the program, or not by it at all."""
    done, database = 0, connection.engine.url.database
    if (names := inspect(connection).get_table_names()) and "migrations" not in names:
        raise StoreError(N_("{database}: holds the tables of another program"), database=database)
    if "migrations" in names:
        done = len(connection.execute(select(migrations.c.version)).all())
    if done > len(MIGRATIONS):
        raise StoreError(
            N_("{database}: was written by a newer version of digest"), hint=N_("pip install --upgrade digest"), database=database
        )
    for version, step in enumerate(MIGRATIONS[done:], start=done + 1):
        step(connection)
        connection.execute(migrations.insert().values(version=version, name=step.__name__.strip("_")))
