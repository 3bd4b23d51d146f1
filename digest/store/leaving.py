"""A newsletter that leaves a store: what is its own, as data, and how that is taken out with nothing of anyone else.

Its own are the rows under its name, the sources that nobody else follows, and the articles that nobody else sees.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, column, delete, func, literal_column, select, table, tuple_, union, update

from digest.store import schema as t
from digest.store.engines import among, delete_for_good, one_writer_at_a_time, write_alone
from digest.store.newsletters import THEIRS
from digest.store.rows import KEYS

Connecting = Callable[[], AbstractContextManager[Connection]]
_OF_ARTICLES = (t.regroupings, t.kinships, t.carriers, t.addresses, t.versions, t.signatures, t.marks)


@dataclass(frozen=True, slots=True)
class Belongings:
    """How much is a newsletter's own, and where its settings are."""

    name: str
    file: str
    editions: int
    articles: int
    """That nobody else sees."""
    sources: int
    """That nobody else follows."""
    accounts: int
    pictures: int
    """That no other newsletter prints."""
    shared: int
    """Articles of its sources that others see too: they stay."""


@dataclass(frozen=True, slots=True)
class _Own:
    """The keys of sources and the ids of articles that are one newsletter's alone, and the articles that it brought to others."""

    sources: tuple[str, ...]
    articles: tuple[str, ...]
    shared: tuple[str, ...]
    pictures: tuple[str, ...]


class Leaving:
    """What a store knows of a newsletter that leaves: for the doors of whoever runs the machines."""

    def __init__(self, writing: Connecting, reading: Connecting) -> None:
        self._writing = writing
        self._reading = reading

    def known(self) -> tuple[str, ...]:
        """The names of all newsletters that have something here."""
        names = union(select(t.newsletters.c.name), *(select(kept.c.newsletter) for kept in (t.editions, t.follows, t.accounts)))
        with self._reading() as connection:
            return tuple(sorted(name for name in connection.execute(names).scalars() if name))

    def belongings(self, name: str) -> Belongings:
        """How much would go."""
        with self._reading() as connection:
            own = _own(connection, name)
            places = select(t.newsletters.c.file).where(t.newsletters.c.name == name)
            return Belongings(
                name,
                connection.execute(places).scalar() or "",
                _count(connection, t.editions, name),
                len(own.articles),
                len(own.sources),
                _count(connection, t.accounts, name),
                len(own.pictures),
                _seen_too(connection, name, own),
            )

    def data(self, name: str) -> dict[str, Any]:
        """All that is its own, as JSON but for the pictures (bytes, by name): dates as ISO 8601, in an order that stays the same.

        Passwords are not in it, not even their hashes; articles that others see too are named, without their text.
        """
        with self._reading() as connection:
            own = _own(connection, name)
            rows = {kept.name: _rows(connection, kept, name) for kept in THEIRS}
            used = sorted({row["article"] for row in rows["uses"]} - set(own.articles))
            pictures = select(t.pictures).where(among(connection, t.pictures.c.name, [row["picture"] for row in rows["albums"]]))
            return {
                "newsletter": _plain(
                    connection.execute(select(t.newsletters).where(t.newsletters.c.name == name)).mappings().all()
                ),
                "sources": [{"source": row["source"], "own": row["source"] in own.sources} for row in rows["follows"]],
                "accounts": [{"name": row["name"], "role": row["role"]} for row in rows["accounts"]],
                **{kept: rows[kept] for kept in ("timetable", "decisions", "deliveries", "uses", "regroupings")},
                **{kept: rows[kept] for kept in ("editions", "revisions", "events")},
                "articles": _articles(connection, own.articles),
                "articles_of_others": _named(connection, used),
                "pictures": {row.name: row.content for row in connection.execute(pictures.order_by(t.pictures.c.name))},
            }

    def remove(self, name: str) -> Belongings:
        """Take out all that is its own, in one transaction; what went. No run of it may be in progress (`one_run_at_a_time`)."""
        with self._writing() as connection:
            delete_for_good(connection)
            write_alone(connection)
            one_writer_at_a_time(connection)
            gone, own = self.belongings(name), _own(connection, name)
            _forget_carriers(connection, own)
            for kept in _OF_ARTICLES:
                connection.execute(delete(kept).where(among(connection, kept.c.article, own.articles)))
            connection.execute(delete(t.articles).where(among(connection, t.articles.c.id, own.articles)))
            connection.execute(delete(t.sources).where(among(connection, t.sources.c.key, own.sources)))
            connection.execute(delete(t.pictures).where(among(connection, t.pictures.c.name, own.pictures)))
            for kept in THEIRS:
                connection.execute(delete(kept).where(kept.c.newsletter == name))
            connection.execute(delete(t.newsletters).where(t.newsletters.c.name == name))
            _forget_jobs(connection, name)
        return gone


def _own(connection: Connection, name: str) -> _Own:
    follows = t.follows.c
    mine = select(follows.source).where(follows.newsletter == name)
    theirs = select(follows.source).where(follows.newsletter != name)
    sources = sorted(connection.execute(mine.where(follows.source.not_in(theirs))).scalars())
    first = select(t.articles.c.id).where(among(connection, t.articles.c.source, sources))
    later = select(t.carriers.c.article).where(among(connection, t.carriers.c.source, sources))
    brought = sorted(connection.execute(union(first, later)).scalars())
    used = select(t.uses.c.article).where(t.uses.c.newsletter != name, among(connection, t.uses.c.article, brought))
    seen_first = select(t.articles.c.id).where(among(connection, t.articles.c.id, brought), t.articles.c.source.in_(theirs))
    seen_later = select(t.carriers.c.article).where(
        among(connection, t.carriers.c.article, brought), t.carriers.c.source.in_(theirs)
    )
    shared = set(connection.execute(union(used, seen_first, seen_later)).scalars())
    albums = t.albums.c
    others = select(albums.picture).where(albums.newsletter != name)
    pictures = connection.execute(select(albums.picture).where(albums.newsletter == name, albums.picture.not_in(others)))
    return _Own(
        tuple(sources),
        tuple(id for id in brought if id not in shared),
        tuple(sorted(shared)),
        tuple(sorted(pictures.scalars())),
    )


def _seen_too(connection: Connection, name: str, own: _Own) -> int:
    """How many articles of its sources others see too."""
    mine = select(t.follows.c.source).where(t.follows.c.newsletter == name)
    first = select(t.articles.c.id).where(t.articles.c.source.in_(mine))
    later = select(t.carriers.c.article).where(t.carriers.c.source.in_(mine))
    seen = union(first, later).subquery()
    return (connection.execute(select(func.count()).select_from(seen)).scalar() or 0) - len(own.articles)


def _forget_carriers(connection: Connection, own: _Own) -> None:
    """Of the articles that it brought to others as well, keep that others carried them, and nothing of its own sources."""
    theirs = set(connection.execute(select(t.follows.c.source).distinct()).scalars()) - set(own.sources)
    carried = defaultdict(list)
    columns = (t.carriers.c.article, t.carriers.c.source)
    for article, source in connection.execute(select(*columns).where(among(connection, columns[0], own.shared))):
        carried[article].append(source)
    first = select(t.articles.c.id, t.articles.c.source).where(among(connection, t.articles.c.id, own.shared))
    for article, source in connection.execute(first).all():
        gone = _gone([source, *carried[article]], own.sources)
        if source in gone and (left := sorted(key for key in carried[article] if key in theirs)):
            connection.execute(update(t.articles).where(t.articles.c.id == article).values(source=left[0]))
            gone.add(left[0])
        pairs = tuple_(*columns).in_([(article, key) for key in gone])
        connection.execute(delete(t.carriers).where(pairs))


def _gone(carried: Sequence[str], own: Collection[str]) -> set[str]:
    """Of what carried an article, the sources of one newsletter, and the names that its files gave their own."""
    gone = {key for key in carried if key in own}
    folders = [key for key in carried if key.startswith("folder:")]
    if folders and gone.issuperset(folders):
        gone |= {name for name in carried if not name.startswith(KEYS)}
    return gone


def _forget_jobs(connection: Connection, name: str) -> None:
    """Take its drafts out of the queue of the workers; one that is being made finds nothing, and ends."""
    if connection.dialect.name == "sqlite" or not connection.execute(select(func.to_regclass("procrastinate_jobs"))).scalar():
        return
    jobs = table("procrastinate_jobs", column("queueing_lock"), column("status"))
    waiting = jobs.c.status != literal_column("'doing'")
    connection.execute(delete(jobs).where(jobs.c.queueing_lock == f"draft:{name}", waiting))


def _count(connection: Connection, kept: Table, name: str) -> int:
    return connection.execute(select(func.count()).select_from(kept).where(kept.c.newsletter == name)).scalar() or 0


def _rows(connection: Connection, kept: Table, name: str) -> list[dict[str, Any]]:
    """The rows of a newsletter, without its name."""
    rows = connection.execute(select(kept).where(kept.c.newsletter == name).order_by(*kept.primary_key.columns)).mappings().all()
    return [{key: value for key, value in row.items() if key != "newsletter"} for row in _plain(rows)]


def _articles(connection: Connection, ids: Collection[str]) -> list[dict[str, Any]]:
    """Articles with every version of their words."""
    versions = (
        select(t.versions).where(among(connection, t.versions.c.article, list(ids))).order_by(*t.versions.primary_key.columns)
    )
    words = defaultdict(list)
    for row in _plain(connection.execute(versions).mappings().all()):
        words[row.pop("article")].append(row)
    kept = ("id", "url", "source", "collected", "published", "story", "withdrawn")
    rows = select(*(t.articles.c[name] for name in kept)).where(among(connection, t.articles.c.id, list(ids)))
    return [
        row | {"versions": words[row["id"]]}
        for row in _plain(connection.execute(rows.order_by(t.articles.c.id)).mappings().all())
    ]


def _named(connection: Connection, ids: Collection[str]) -> list[dict[str, Any]]:
    rows = (
        select(t.articles.c.id, t.articles.c.url, t.versions.c.title)
        .join(t.versions, (t.versions.c.article == t.articles.c.id) & (t.versions.c.version == t.articles.c.version))
        .where(among(connection, t.articles.c.id, list(ids)))
        .order_by(t.articles.c.id)
    )
    return _plain(connection.execute(rows).mappings().all())


def _plain(rows: Iterable[RowMapping]) -> list[dict[str, Any]]:
    return [{key: _iso(value) for key, value in row.items()} for row in rows]


def _iso(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
