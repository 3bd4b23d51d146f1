"""Which articles a newsletter sees: those that a source it follows carried.

They are found from its own sources, by an index of sources and dates, so that what others keep in the store costs it nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, literal_column, or_, select, true, union

from digest.store import schema as t
from digest.store.engines import among
from digest.store.rows import OLD_NAME, Names

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
    moved = and_(t.regroupings.c.article == t.articles.c.id, t.regroupings.c.newsletter == names.team)
    told = select(func.coalesce(t.regroupings.c.story, t.articles.c.story)).distinct()
    told = told.select_from(t.articles.outerjoin(t.regroupings, moved)).where(among(connection, t.articles.c.id, articles))
    return list({*articles, *of_stories(connection, names, set(connection.execute(told).scalars()) - {""})})


def of_stories(connection: Connection, names: Names, stories: Collection[str]) -> list[str]:
    """The ids of every article of these stories, as the team of the newsletter regrouped them."""
    if not stories:
        return []
    known = set(connection.execute(select(t.articles.c.id).where(among(connection, t.articles.c.story, list(stories)))).scalars())
    for article, story in _regrouped(connection, names, known, stories):
        (known.add if story in stories else known.discard)(article)
    return _seen(connection, names, among(connection, t.articles.c.id, sorted(known))) if known else []


def _regrouped(connection: Connection, names: Names, articles: Collection[str], stories: Collection[str]) -> Sequence[Any]:
    """Where the team put some articles, and those that it put in some stories: each with its story."""
    if not names.team:
        return ()
    one, other = (
        among(connection, column, list(values))
        for column, values in ((t.regroupings.c.article, articles), (t.regroupings.c.story, stories))
    )
    columns = (t.regroupings.c.article, t.regroupings.c.story)
    return connection.execute(select(*columns).where(t.regroupings.c.newsletter == names.team, or_(one, other))).all()


def found(connection: Connection, names: Names, id: str, address: str) -> list[str]:
    """The id of the article that has this one, or that was seen at this address."""
    there = connection.execute(select(t.addresses.c.article).where(t.addresses.c.address == address)).scalars()
    return _seen(connection, names, among(connection, t.articles.c.id, [id, *there]))


def may_quote(connection: Connection, names: Names, article: str) -> bool:
    """Whether the newsletter sees an article, or used it; those of before newsletters were kept apart may be quoted by all."""
    if not names.newsletter:
        return True
    return bool(connection.execute(_MAY_QUOTE, {"newsletter": names.newsletter, "article": article}).scalar())


def _may_quote() -> Select[tuple[bool]]:
    newsletter: ColumnElement[str] = bindparam("newsletter")
    article: ColumnElement[str] = bindparam("article")
    carried = select(t.carriers.c.source).where(t.carriers.c.article == article)
    first = select(t.articles.c.source).where(t.articles.c.id == article)
    followed_by = select(t.follows.c.source).where(
        t.follows.c.newsletter == newsletter, or_(t.follows.c.source.in_(carried), t.follows.c.source.in_(first))
    )
    used = select(t.uses.c.article).where(t.uses.c.newsletter == newsletter, t.uses.c.article == article)
    old = first.where(t.articles.c.source.startswith(OLD_NAME))
    return select(or_(followed_by.exists(), used.exists(), old.exists()))


_MAY_QUOTE = _may_quote()
"""Made once: an edition asks for each article that it quotes, and to put the statement together takes longer than the answer."""


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
