"""The store: articles once, what became of each source, and the editions. One SQLite file; a team can copy it to keep it.

It decides nothing: what an article, a story or an edition is worth is judged elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, Select, create_engine, event, or_, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DatabaseError

from digest import schema as t
from digest.errors import N_, BusyError, StoreError
from digest.formats import edition_from_json, edition_json
from digest.model import Article, Edition, Kinship, StoryState
from digest.rows import (
    fingerprint,
    ids_between,
    insert_articles,
    known_rows,
    load_articles,
    note_addresses,
    place_articles,
    update_articles,
    version_row,
)


@contextmanager
def one_run_at_a_time(database: Path) -> Iterator[None]:
    """Hold the store for one run. Raises BusyError at once when another run holds it; a killed run holds nothing."""
    lock = FileLock(f"{database}.lock", timeout=0)
    try:
        _make_room(database)
        lock.acquire()
    except Timeout as error:
        raise BusyError(N_("another run is in progress on {database}; let it end, then try again"), database=database) from error
    except OSError as error:
        raise StoreError(_UNWRITABLE, database=database) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def open_store(database: Path) -> Iterator[Store]:
    """The store in a file, made or brought up to date where needed. Raises StoreError when it cannot be."""
    engine = _engine(database)
    try:
        _make_room(database)
        with engine.begin() as connection:
            t.migrate(connection)
        yield Store(engine)
    except DatabaseError as error:
        message = next((message for words, message in _CAUSES.items() if words in str(error.orig)), N_("{database}: {cause}"))
        raise StoreError(message, database=database, cause=error.orig) from error
    finally:
        engine.dispose()


def _make_room(database: Path) -> None:
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(_UNWRITABLE, database=database) from error


_DAMAGED = N_("{database}: is damaged; put a copy of it back, or move it away: the sources will be read again")
_UNWRITABLE = N_("{database}: cannot be written; allow writing in its folder, or name another file at 'store' in sources.yaml")
_CAUSES = {
    "not a database": _DAMAGED,
    "malformed": _DAMAGED,
    "unable to open": _UNWRITABLE,
    "readonly": _UNWRITABLE,
}
"""What SQLite says, and what a person can do about it."""


@dataclass(frozen=True, slots=True)
class Added:
    """What became of the articles given to the store: their numbers."""

    new: int
    updated: int


class Store:
    """What is kept between two runs. Made by `open_store`; every method is one transaction, or a part of `together`'s."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._open: Connection | None = None

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make one transaction of all that is written inside: many small ones take twice as long."""
        with self._engine.begin() as connection:
            self._open = connection
            try:
                yield
            finally:
                self._open = None

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        if self._open is not None:
            yield self._open
        else:
            with self._engine.begin() as connection:
                yield connection

    # ------------------------------------------------------------------------------------------- articles

    def add(self, articles: Iterable[Article]) -> Added:
        """Store articles once: an unknown one is new, a known one whose words changed gets its next version.

        A known one keeps its date, its source and its story; other sources and addresses of it are noted.
        Of one article given twice, the first is stored.
        """
        with self._writing() as connection:
            new, changed = _add(connection, list(articles))
        return Added(new=len(new), updated=changed)

    def add_each(self, sources: Sequence[Sequence[Article]]) -> list[int]:
        """Store the articles of several sources, one after the other as `add` does; how many of each are new."""
        ids = {article.id for articles in sources for article in articles}
        if len(ids) < sum(map(len, sources)):  # what one brought is known when the next is stored
            return [self.add(articles).new for articles in sources]
        with self._writing() as connection:  # all at once: a third less time
            new, _ = _add(connection, [article for articles in sources for article in articles])
        return [sum(article.id in new for article in articles) for articles in sources]

    def complete(self, article: Article) -> None:
        """Keep the whole text of an article whose feed gave an excerpt: its next version.

        What the feed gave stays its fingerprint, so that the same excerpt, collected again, changes nothing.
        """
        with self._writing() as connection:
            version = known_rows(connection, {article.id})[article.id].version + 1
            connection.execute(t.articles.update().where(t.articles.c.id == article.id).values(version=version))
            connection.execute(insert(t.versions), [version_row(article, version)])

    def withdraw(self, articles: Collection[str], now: datetime) -> None:
        """Take articles out of what editions may use, since the team removed their files; `add` brings them back."""
        if not articles:
            return
        with self._engine.begin() as connection:
            connection.execute(t.articles.update().where(t.articles.c.id.in_(articles)).values(withdrawn=now))

    def articles(self, *, since: datetime | None = None, until: datetime | None = None, files: bool = True) -> list[Article]:
        """The articles dated from `since` to `until` (excluded), by their own date or else by when they were collected.

        With `files`, articles that only their file dates are there whatever the period. In the order of their dates.
        """
        return self._load(ids_between(since, until, files=files))

    def with_kin(self, *, since: datetime, until: datetime) -> list[Article]:
        """The articles of a period, as `articles` finds them, and every other article of their stories."""
        stories = select(t.articles.c.story).where(t.articles.c.id.in_(ids_between(since, until, files=True)))
        return self._load(select(t.articles.c.id).where(t.articles.c.story.in_(stories)))

    def stories(self, stories: Collection[str]) -> list[Article]:
        """Every article of these stories."""
        return self._load(select(t.articles.c.id).where(t.articles.c.story.in_(stories)))

    def unplaced(self) -> list[Article]:
        """The articles that no story holds yet."""
        return self._load(select(t.articles.c.id).where(t.articles.c.story == ""))

    def find(self, id: str, address: str) -> Article | None:
        """The article of this id or seen at this address; None when the store does not hold it."""
        seen = select(t.addresses.c.article).where(t.addresses.c.address == address)
        found = self._load(select(t.articles.c.id).where(or_(t.articles.c.id == id, t.articles.c.id.in_(seen))))
        return found[0] if found else None

    def text_of(self, article: str, version: int) -> str:
        """The text of one version of an article; empty when the store does not hold it."""
        wanted = select(t.versions.c.text).where(t.versions.c.article == article, t.versions.c.version == version)
        with self._engine.connect() as connection:
            return connection.execute(wanted).scalar() or ""

    def place(self, kinships: Sequence[Kinship]) -> None:
        """Put articles in their stories, and keep why."""
        with self._writing() as connection:
            place_articles(connection, kinships)

    def _load(self, wanted: Select[Any]) -> list[Article]:
        with self._engine.connect() as connection:
            return load_articles(connection, wanted)

    # ------------------------------------------------------------------------------------------- sources

    def source_states(self) -> dict[str, dict[str, Any]]:
        """What is known of each source, by its key."""
        with self._engine.connect() as connection:
            return {row.key: row.state for row in connection.execute(select(t.sources))}

    def save_source_states(self, states: Mapping[str, Mapping[str, Any]]) -> None:
        """Note how sources fare now."""
        rows = [{"key": key, "state": dict(state)} for key, state in states.items()]
        with self._writing() as connection:
            if rows:
                connection.execute(_SAVE_STATES, rows)

    # ------------------------------------------------------------------------------------------- editions

    def edition(self, newsletter: str, name: str) -> Edition | None:
        """The last revision of an edition; None when there is none. Raises SpanError where a takeaway quotes nothing."""
        content = self.edition_content(newsletter, name)
        return edition_from_json(content, self.text_of) if content else None

    def edition_content(self, newsletter: str, name: str) -> dict[str, Any] | None:
        """The JSON of the last revision of an edition, word for word as it was saved; None when there is none."""
        wanted = (
            select(t.revisions.c.content)
            .where(t.revisions.c.newsletter == newsletter, t.revisions.c.edition == name)
            .order_by(t.revisions.c.revision.desc())
            .limit(1)
        )
        with self._engine.connect() as connection:
            content: dict[str, Any] | None = connection.execute(wanted).scalar()
        return content

    def save(self, edition: Edition, *, by: str | None = None) -> None:
        """Add a revision of an edition. `by` is the person who made it; None for the program."""
        same = (t.placements.c.newsletter == edition.newsletter) & (t.placements.c.edition == edition.edition)
        key = {"newsletter": edition.newsletter, "edition": edition.edition, "status": edition.status}
        with self._writing() as connection:
            connection.execute(
                insert(t.revisions).values(
                    **key, revision=edition.revision, made=edition.made, by=by, content=edition_json(edition)
                )
            )
            connection.execute(t.placements.delete().where(same))
            if edition.stories:
                connection.execute(insert(t.placements), [{**key, "story": story.id} for story in edition.stories])

    def story_states(self, newsletter: str) -> dict[str, tuple[StoryState, str]]:
        """What became of each story this newsletter has used, and in which edition; a story not in it is `new`."""
        meaning: dict[str, StoryState] = {"draft": "proposed", "approved": "proposed", "delivered": "published"}
        wanted = select(t.placements).where(t.placements.c.newsletter == newsletter).order_by(t.placements.c.edition)
        with self._engine.connect() as connection:
            rows = connection.execute(wanted).all()
        return {row.story: (meaning[row.status], row.edition) for row in rows if row.status in meaning}


def _add(connection: Connection, given: Sequence[Article]) -> tuple[set[str], int]:
    """The ids of the articles that were stored for the first time, and the number of those that changed."""
    unique: dict[str, Article] = {}
    for article in given:
        unique.setdefault(article.id, article)
    known = known_rows(connection, unique)
    new = [article for id, article in unique.items() if id not in known]
    changed = [
        (article, known[article.id].version + 1)
        for article in unique.values()
        if article.id in known and known[article.id].fingerprint != fingerprint(article)
    ]
    insert_articles(connection, new)
    update_articles(connection, changed)
    back = [id for id, row in known.items() if row.withdrawn]
    if back:
        connection.execute(t.articles.update().where(t.articles.c.id.in_(back)).values(withdrawn=None))
    sources = {id: article.source for id, article in unique.items()} | {id: row.source for id, row in known.items()}
    note_addresses(connection, given, sources)
    return {article.id for article in new}, len(changed)


_SAVE_STATES = insert(t.sources)
_SAVE_STATES = _SAVE_STATES.on_conflict_do_update(index_elements=["key"], set_={"state": _SAVE_STATES.excluded.state})


def _engine(database: Path) -> Engine:
    engine = create_engine(f"sqlite:///{database}")

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: object) -> None:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            "busy_timeout=5000",
            "wal_autocheckpoint=8000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine
