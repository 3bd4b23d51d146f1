"""The store: articles once, what became of each source, and the editions. One SQLite file; a team can copy it to keep it.

It decides nothing: what an article, a story or an edition is worth is judged elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, Row, Select, bindparam, create_engine, event, func, or_, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DatabaseError

from digest import schema as t
from digest.errors import N_, BusyError, StoreError
from digest.formats import edition_from_json, edition_json
from digest.model import Article, Edition, Kinship, Link, StoryState


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
        given = list(articles)
        unique: dict[str, Article] = {}
        for article in given:
            unique.setdefault(article.id, article)
        with self._writing() as connection:
            known = _known(connection, unique)
            new = [article for id, article in unique.items() if id not in known]
            changed = [
                (article, known[article.id].version + 1)
                for article in unique.values()
                if article.id in known and known[article.id].fingerprint != _fingerprint(article)
            ]
            _insert(connection, new)
            _update(connection, changed)
            back = [id for id, row in known.items() if row.withdrawn]
            if back:
                connection.execute(t.articles.update().where(t.articles.c.id.in_(back)).values(withdrawn=None))
            sources = {id: article.source for id, article in unique.items()} | {id: row.source for id, row in known.items()}
            _note_addresses(connection, given, sources)
        return Added(new=len(new), updated=len(changed))

    def complete(self, article: Article) -> None:
        """Keep the whole text of an article whose feed gave an excerpt: its next version.

        What the feed gave stays its fingerprint, so that the same excerpt, collected again, changes nothing.
        """
        with self._writing() as connection:
            version = _known(connection, {article.id})[article.id].version + 1
            connection.execute(t.articles.update().where(t.articles.c.id == article.id).values(version=version))
            connection.execute(insert(t.versions), [_version(article, version)])

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
        dated = func.coalesce(t.articles.c.published, t.articles.c.collected)
        bounds = [dated >= since] if since else []
        bounds += [dated < until] if until else []
        wanted = select(t.articles.c.id)
        if bounds:
            inside = bounds[0] if len(bounds) == 1 else bounds[0] & bounds[1]
            wanted = wanted.where(or_(inside, t.articles.c.dated_by == "file") if files else inside)
        return self._load(wanted)

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
        if not kinships:
            return
        story = t.articles.update().where(t.articles.c.id == bindparam("article")).values(story=bindparam("its_story"))
        with self._writing() as connection:
            connection.execute(insert(t.kinships), [_fields(kinship) for kinship in kinships])
            connection.execute(story, [{"article": kinship.article, "its_story": kinship.story} for kinship in kinships])

    def _load(self, wanted: Select[Any]) -> list[Article]:
        current = (t.versions.c.article == t.articles.c.id) & (t.versions.c.version == t.articles.c.version)
        rows = (
            select(t.articles, t.versions)
            .join(t.versions, current)
            .where(t.articles.c.id.in_(wanted), t.articles.c.withdrawn.is_(None))
            .order_by(func.coalesce(t.articles.c.published, t.articles.c.collected), t.articles.c.id)
        )
        with self._engine.connect() as connection:
            aliases = _lists(connection, select(t.addresses.c.article, t.addresses.c.address), t.addresses.c.article, wanted)
            carriers = _lists(connection, select(t.carriers.c.article, t.carriers.c.source), t.carriers.c.article, wanted)
            return [_article(row, aliases, carriers) for row in connection.execute(rows)]

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


def _fingerprint(article: Article) -> str:
    """What tells two versions apart: the words of the article, not its date or links."""
    words = "\0".join((article.title, article.text, article.summary))
    return hashlib.blake2b(words.encode(), digest_size=16).hexdigest()


def _known(connection: Connection, ids: Collection[str]) -> dict[str, Row[Any]]:
    found: dict[str, Row[Any]] = {}
    for some in _chunks(sorted(ids)):
        columns = ("id", "version", "fingerprint", "source", "withdrawn")
        rows = select(*(t.articles.c[name] for name in columns))
        found |= {row.id: row for row in connection.execute(rows.where(t.articles.c.id.in_(some)))}
    return found


def _insert(connection: Connection, articles: Sequence[Article]) -> None:
    if not articles:
        return
    own = ("id", "url", "source", "collected", "published", "dated_by")
    rows = [{name: getattr(article, name) for name in own} for article in articles]
    for row, article in zip(rows, articles, strict=True):
        row |= {"version": 1, "fingerprint": _fingerprint(article), "story": ""}
    connection.execute(insert(t.articles), rows)
    connection.execute(insert(t.versions), [_version(article, 1) for article in articles])


def _update(connection: Connection, changed: Sequence[tuple[Article, int]]) -> None:
    if not changed:
        return
    current = (
        t.articles.update()
        .where(t.articles.c.id == bindparam("article"))
        .values(version=bindparam("its_version"), fingerprint=bindparam("its_fingerprint"))
    )
    rows = [
        {"article": article.id, "its_version": version, "its_fingerprint": _fingerprint(article)} for article, version in changed
    ]
    connection.execute(current, rows)
    connection.execute(insert(t.versions), [_version(article, version) for article, version in changed])


def _version(article: Article, version: int) -> dict[str, Any]:
    return {
        "article": article.id,
        "version": version,
        "title": article.title,
        "author": article.author,
        "lang": article.lang,
        "text": article.text,
        "summary": article.summary,
        "links": [(link.text, link.url) for link in article.links],
        "seen": article.collected,
    }


def _note_addresses(connection: Connection, articles: Sequence[Article], first_source: Mapping[str, str]) -> None:
    addresses = [{"address": address, "article": article.id} for article in articles for address in article.aliases]
    carriers = [
        {"article": article.id, "source": source}
        for article in articles
        for source in (article.source, *article.also_in)
        if source != first_source[article.id]
    ]
    if addresses:
        connection.execute(insert(t.addresses).on_conflict_do_nothing(), addresses)
    if carriers:
        connection.execute(insert(t.carriers).on_conflict_do_nothing(), carriers)


def _lists(connection: Connection, pairs: Select[Any], article: Any, wanted: Select[Any]) -> dict[str, list[str]]:
    lists: dict[str, list[str]] = {}
    for id, value in connection.execute(pairs.where(article.in_(wanted)).order_by(*pairs.selected_columns)):
        lists.setdefault(id, []).append(value)
    return lists


def _article(row: Row[Any], aliases: Mapping[str, Sequence[str]], carriers: Mapping[str, Sequence[str]]) -> Article:
    return Article(
        id=row.id,
        url=row.url,
        title=row.title,
        source=row.source,
        collected=row.collected,
        text=row.text,
        lang=row.lang,
        author=row.author,
        published=row.published,
        dated_by=row.dated_by,
        summary=row.summary,
        links=tuple(Link(*link) for link in row.links),
        aliases=tuple(aliases.get(row.id, ())),
        also_in=tuple(carriers.get(row.id, ())),
        version=row.version,
        story=row.story,
    )


def _fields(kinship: Kinship) -> dict[str, Any]:
    return {name: getattr(kinship, name) for name in ("article", "story", "to", "because", "score")}


def _chunks(ids: Sequence[str], size: int = 500) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
