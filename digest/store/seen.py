"""Which articles a newsletter sees: those that a source it follows carried.

They are found from its own sources, by an index of sources and dates, so that what others keep in the store costs it nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, literal_column, or_, select, true, union

from digest.store import schema as t
from digest.store.engines import among
from digest.store.rows import Names

DATED = func.coalesce(t.articles.c.published, t.articles.c.collected, type_=t.articles.c.collected.type)
"""The date of an article: its own, or else when it was collected. `articles_by_source` indexes these words."""
_BY_FILE = t.articles.c.dated_by == literal_column("'file'")
"""Spelled out, as in the index `articles_by_file`: SQLite uses such an index for no value that it is given apart."""


def between(connection: Connection, names: Names, since: datetime | None, until: datetime | None, *, files: bool) -> list[str]:
    """The ids of the articles dated from `since` to `until` (excluded); with `files`, also of all that only their file dates."""
    bounds = [*([since <= DATED] if since else []), *([until > DATED] if until else [])]
    ways = [and_(true(), *bounds), *([_BY_FILE] if files and bounds else [])]
    if not names.newsletter:
        return list(connection.execute(select(t.articles.c.id).where(or_(*ways))).scalars())
    sources = followed(connection, names)
    first = [select(t.articles.c.id).where(among(connection, t.articles.c.source, sources), way) for way in ways]
    carried = select(t.carriers.c.article).join(t.articles, t.articles.c.id == t.carriers.c.article)
    later = carried.where(among(connection, t.carriers.c.source, sources), or_(*ways))
    return list(connection.execute(union(*first, later)).scalars())


def with_kin(connection: Connection, names: Names, articles: Sequence[str]) -> list[str]:
    """The ids of articles and of every other one of their stories."""
    told = select(t.articles.c.story).distinct().where(among(connection, t.articles.c.id, articles), t.articles.c.story != "")
    return list({*articles, *of_stories(connection, names, connection.execute(told).scalars().all())})


def of_stories(connection: Connection, names: Names, stories: Collection[str]) -> list[str]:
    """The ids of every article of these stories."""
    return _seen(connection, names, among(connection, t.articles.c.story, list(stories))) if stories else []


def found(connection: Connection, names: Names, id: str, address: str) -> list[str]:
    """The id of the article that has this one, or that was seen at this address."""
    there = connection.execute(select(t.addresses.c.article).where(t.addresses.c.address == address)).scalars()
    return _seen(connection, names, among(connection, t.articles.c.id, [id, *there]))


def followed(connection: Connection, names: Names) -> list[str]:
    """The keys of the sources that the newsletter follows, or once followed."""
    return list(connection.execute(select(t.follows.c.source).where(t.follows.c.newsletter == names.newsletter)).scalars())


def _seen(connection: Connection, names: Names, wanted: ColumnElement[bool]) -> list[str]:
    rows: Sequence[Any] = connection.execute(select(t.articles.c.id, t.articles.c.source).where(wanted)).all()
    if not names.newsletter:
        return [row.id for row in rows]
    sources = followed(connection, names)
    own = set(sources)
    others = [row.id for row in rows if row.source not in own]
    carried = select(t.carriers.c.article).where(
        among(connection, t.carriers.c.article, others), among(connection, t.carriers.c.source, sources)
    )
    known = set(connection.execute(carried).scalars()) if others else set()
    return [row.id for row in rows if row.source in own or row.id in known]
