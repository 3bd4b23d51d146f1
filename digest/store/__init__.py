"""The store: articles once, what became of each source, and the editions. One SQLite file, which a team can copy to keep it;
a federation may have it on a PostgreSQL server.

Several newsletters may share one: each sees the articles of the sources it follows and its own editions, never another's.

It decides nothing: what an article, a story or an edition is worth is judged elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine, and_, insert, select

from digest.model import Article, Edition, Kinship
from digest.store import adding, seen
from digest.store import schema as t
from digest.store.accounts import Accounts
from digest.store.editions import Editions
from digest.store.engines import Database, among, engine_of, in_plain_words, insert_on, make_room, one_writer_at_a_time, rewritten
from digest.store.hosting import Hosting
from digest.store.hosts import Hosts
from digest.store.leaving import Leaving
from digest.store.lock import one_run_at_a_time as one_run_at_a_time
from digest.store.migrations import migrate
from digest.store.months import articles_a_month
from digest.store.newsletters import follow, is_shared, move_here, settle
from digest.store.reader import Reader as Reader
from digest.store.rows import Names, known_rows, load_articles, load_to_compare, place_articles, regroup, version_row
from digest.store.signatures import Signatures


@contextmanager
def open_store(database: Database, reader: Reader | None = None) -> Iterator[Store]:
    """The store in a file or on a server, made or brought up to date where needed. Raises StoreError when it cannot be."""
    engine = engine_of(database)
    try:
        make_room(database)
        with in_plain_words(database):
            with engine.begin() as connection:
                migrate(connection, database)
                reader = _settled(connection, database, reader or Reader())
                shared = bool(reader.home) or isinstance(database, str) or is_shared(connection)
            hosts = Hosts(database) if isinstance(database, str) else None
            try:
                yield Store(engine, reader, shared=shared, hosts=hosts)
            finally:
                if hosts:
                    hosts.close()
    finally:
        engine.dispose()


def _settled(connection: Connection, database: Database, reader: Reader) -> Reader:
    """The newsletter as the store knows it: its folders keep the keys they had before it moved."""
    if not (reader.newsletter and reader.file):
        return reader
    return replace(reader, home=settle(connection, database, reader.newsletter, file=reader.file, home=reader.home))


@dataclass(frozen=True, slots=True)
class Added:
    """What became of the articles given to the store: their numbers."""

    new: int
    updated: int


class Store:
    """What is kept between two runs. Made by `open_store`; every method is one transaction, or a part of `together`'s."""

    def __init__(self, engine: Engine, reader: Reader, *, shared: bool = False, hosts: Hosts | None = None) -> None:
        self._engine = engine
        self._open: Connection | None = None
        self._alone = False
        """Whether no other program adds articles until the transaction ends."""
        self._texts: dict[tuple[str, int], str] = {}
        """Those that were asked for: a version never changes, and an edition quotes the same ones many times."""
        self._reader = reader
        self.home = reader.home
        self.shared = shared
        """Whether other newsletters may be kept here too."""
        self._hosts = hosts
        by_key = {reader.kept_as(key): name for key, name in (reader.sources or {}).items()}
        self._names = Names(reader.newsletter if by_key else "", by_key, reader.newsletter)
        self._keys = {name: key for key, name in by_key.items()}
        self.signatures = Signatures(self._writing, self._reading)
        self.hosting = Hosting(self._writing, self._reading)
        self.leaving = Leaving(self._writing, self._reading)
        self.accounts = Accounts(reader.newsletter, self._writing, self._reading)
        self.editions = Editions(reader.newsletter, self._writing, self._reading, self.text_of)
        if by_key and reader.newsletter:
            with self._writing() as connection:
                follow(connection, reader)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make one transaction of all that is written inside: many small ones take twice as long."""
        with self._writing():
            yield

    def gate(self, host: str, most: int) -> AbstractAsyncContextManager[None]:
        """Where a request to a host waits until fewer than `most` are under way, of all programs that work on this server."""
        return self._hosts.gate(host, most) if self._hosts else nullcontext()

    def leave_no_trace(self) -> bool:
        """Write the file of a store anew, without what was deleted; whether it could be. A server looks after its own."""
        return rewritten(self._engine)

    def move_newsletter(self, name: str, file: str) -> None:
        """Note where the newsletter of a name is now: `file` is the path of its settings from the store's folder."""
        with self._writing() as connection:
            move_here(connection, name, file)

    def driver(self) -> Any:
        """The driver's own connection of the transaction that is open, for the queue of the workers, which shares it."""
        assert self._open is not None, "inside `together`"
        return self._open.connection.driver_connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        if self._open is not None:
            yield self._open
            return
        with self._engine.begin() as connection:
            self._open = connection
            try:
                yield connection
            finally:
                self._open, self._alone = None, False

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        if self._open is not None:
            yield self._open
            return
        with self._engine.connect() as connection:
            yield connection

    # ------------------------------------------------------------------------------------------- articles

    def add(self, articles: Iterable[Article], *, brought_by: str = "") -> Added:
        """Store articles once: an unknown one is new, a known one whose words changed gets its next version.

        A known one keeps its date, its source and its story; other sources and addresses of it are noted.
        Of one article given twice, the first is stored. `brought_by` is the key of the source they came through, which may be a
        folder of articles that name sources of their own.
        """
        with self.placing(), self._writing() as connection:
            given = self._apart(connection, [(article, brought_by) for article in articles])
            new, changed = adding.add(connection, given, self._keys, shared=self.shared)
        return Added(new=len(new), updated=changed)

    def add_each(self, sources: Sequence[tuple[str, Sequence[Article]]]) -> list[int]:
        """Store the articles of several sources (key, articles), one after the other as `add` does; how many of each are new."""
        kept = [(self._reader.kept_as(key), articles) for key, articles in sources]
        ids = {article.id for _, articles in kept for article in articles}
        if len(ids) < sum(len(articles) for _, articles in kept):  # what one brought is known when the next is stored
            return [self.add(articles, brought_by=key).new for key, articles in kept]
        with self.placing(), self._writing() as connection:  # all at once: a third less time
            given = self._apart(connection, [(article, key) for key, articles in kept for article in articles])
            new, _ = adding.add(connection, given, self._keys, shared=self.shared)
        stored = iter(article.id in new for article, _ in given)
        return [sum(islice(stored, len(articles))) for _, articles in kept]

    def _apart(self, connection: Connection, given: adding.Given) -> adding.Given:
        return adding.set_apart(connection, given, self.home) if self.shared else given

    def complete(self, article: Article) -> None:
        """Keep the whole text of an article whose feed gave an excerpt: its next version.

        What the feed gave stays its fingerprint, so that the same excerpt, collected again, changes nothing.
        """
        with self.placing(), self._writing() as connection:
            version = known_rows(connection, {article.id})[article.id].version + 1
            connection.execute(t.articles.update().where(t.articles.c.id == article.id).values(version=version))
            connection.execute(insert(t.versions), [version_row(article, version)])

    def withdraw(self, articles: Collection[str], now: datetime) -> None:
        """Take articles out of what editions may use, since the team removed their files; `add` brings them back."""
        if not articles:
            return
        with self._writing() as connection:
            own = adding.own_files(connection, articles, self.home) if self.shared else articles
            connection.execute(t.articles.update().where(t.articles.c.id.in_(own)).values(withdrawn=now))

    def articles(self, *, since: datetime | None = None, until: datetime | None = None, files: bool = True) -> list[Article]:
        """The articles dated from `since` to `until` (excluded), by their own date or else by when they were collected.

        With `files`, articles that only their file dates are there whatever the period. In the order of their dates.
        """
        with self._reading() as connection:
            return self._load(connection, seen.between(connection, self._names, since, until, files=files))

    def with_kin(self, *, since: datetime, until: datetime) -> list[Article]:
        """The articles of a period, as `articles` finds them, and every other article of their stories."""
        with self._reading() as connection:
            dated = seen.between(connection, self._names, since, until, files=True)
            return self._load(connection, seen.with_kin(connection, self._names, dated))

    def stories(self, stories: Collection[str]) -> list[Article]:
        """Every article of these stories."""
        with self._reading() as connection:
            return self._load(connection, seen.of_stories(connection, self._names, stories))

    @contextmanager
    def placing(self) -> Iterator[None]:
        """As `together`, while no other program adds or places articles."""
        with self._writing() as connection:
            if not self._alone:
                one_writer_at_a_time(connection)
                self._alone = True
            yield

    def unplaced(self) -> list[Article]:
        """The articles that no story holds yet, whoever follows their sources."""
        with self._reading() as connection:
            return load_to_compare(connection, t.articles.c.story == "")

    def placed(self, since: datetime, until: datetime | None = None) -> list[Article]:
        """The articles that a story holds, dated from `since` to `until` (excluded), whoever follows their sources."""
        recent = [since <= seen.DATED, *([until > seen.DATED] if until else [])]
        with self._reading() as connection:
            return load_to_compare(connection, and_(t.articles.c.story != "", *recent))

    def these(self, ids: Collection[str]) -> list[Article]:
        """The articles of these ids, whoever follows their sources."""
        with self._reading() as connection:
            return load_to_compare(connection, among(connection, t.articles.c.id, list(ids))) if ids else []

    def find(self, id: str, address: str) -> Article | None:
        """The article of this id or seen at this address; None when the store does not hold it."""
        with self._reading() as connection:
            found = self._load(connection, seen.found(connection, self._names, id, address))
        return found[0] if found else None

    def text_of(self, article: str, version: int) -> str:
        """The text of one version of an article; empty when the store does not hold it, or holds it for others."""
        if known := self._texts.get((article, version)):
            return known
        wanted = select(t.versions.c.text).where(t.versions.c.article == article, t.versions.c.version == version)
        with self._reading() as connection:
            text: str = connection.execute(wanted).scalar() or "" if seen.may_quote(connection, self._names, article) else ""
        self._texts[article, version] = text
        return text

    def place(self, kinships: Sequence[Kinship]) -> None:
        """Put articles in their stories, and keep why; where the team wants them (`team`), for its own editions alone."""
        wanted = {one.article: one.story for one in kinships if one.because == "team" and self._reader.newsletter}
        with self.placing(), self._writing() as connection:
            place_articles(connection, [one for one in kinships if one.article not in wanted])
            regroup(connection, self._reader.newsletter, wanted)

    # ------------------------------------------------------------------------------------------- pictures

    def keep_pictures(self, pictures: Mapping[str, bytes]) -> None:
        """Keep pictures by their names, which tell their bytes: one that is kept already stays."""
        rows = [{"name": name, "content": content} for name, content in pictures.items()]
        album = [{"newsletter": self._reader.newsletter, "picture": name} for name in pictures]
        if rows:
            with self.placing(), self._writing() as connection:  # nobody takes one away meanwhile, that it was the last to have
                connection.execute(insert_on(connection, t.pictures).on_conflict_do_nothing(), rows)
                connection.execute(insert_on(connection, t.albums).on_conflict_do_nothing(), album)

    def pictures_of(self, edition: Edition) -> dict[str, bytes]:
        """The pictures that an edition prints, by their names; one that the store does not hold is not there."""
        names = {story.picture.name for story in edition.stories if story.picture}
        wanted = select(t.pictures).where(t.pictures.c.name.in_(names)).order_by(t.pictures.c.name)
        with self._reading() as connection:
            return {row.name: row.content for row in connection.execute(wanted)} if names else {}

    def _load(self, connection: Connection, ids: Sequence[str]) -> list[Article]:
        return load_articles(connection, ids, self._names) if ids else []

    # ------------------------------------------------------------------------------------------- sources

    def source_states(self) -> dict[str, dict[str, Any]]:
        """What is known of each source that the newsletter follows, by its key."""
        if self._reader.sources is None:
            return self.states_of(None)
        theirs = {self._reader.kept_as(key): key for key in self._reader.sources}
        return {theirs[kept]: state for kept, state in self.states_of(theirs).items()}

    def states_of(self, kept: Collection[str] | None) -> dict[str, dict[str, Any]]:
        """What is known of sources by the keys under which the store keeps them, whoever follows them; of all for None."""
        with self._reading() as connection:
            wanted = select(t.sources)
            if kept is not None:
                wanted = wanted.where(among(connection, t.sources.c.key, list(kept)))
            return {row.key: row.state for row in connection.execute(wanted)}

    def articles_a_month(self, since: datetime) -> dict[str, dict[str, int]]:
        """How many articles each source gave since a moment: by its key, then by month (`2026-11`)."""
        theirs = {self._reader.kept_as(key): key for key in self._reader.sources or {}}
        with self._reading() as connection:
            counts = articles_a_month(connection, since, list(theirs))
        return {theirs[kept]: months for kept, months in counts.items()}

    def save_source_states(self, states: Mapping[str, Mapping[str, Any]]) -> None:
        """Note how sources fare now."""
        rows = [{"key": self._reader.kept_as(key), "state": dict(state)} for key, state in states.items()]
        if not rows:
            return
        with self._writing() as connection:
            save = insert_on(connection, t.sources)
            connection.execute(save.on_conflict_do_update(index_elements=["key"], set_={"state": save.excluded.state}), rows)
