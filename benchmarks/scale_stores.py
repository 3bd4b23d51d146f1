"""The stores of the scale benchmark: a server of PostgreSQL as one would be run, and two stores that hold the same of one letter.

What the measured newsletter follows, and all that its sources gave, is the same in a small store and in a large one; what differs
is everybody else's: the other newsletters, their sources, articles, stories, editions and used articles.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sqlalchemy import Table

    from digest.model import Article

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MONTHS = 24
SERVED_ON = 18181
"""Port on which the feeds of the measured newsletter are served, when they are: it is a part of their addresses."""
FOLLOWED = 40
"""Sources of the measured newsletter."""
FILES = 30
"""Articles in the folder of each newsletter, dated by their files."""
BLOCKS = (3, 9)
"""The fewest and the most paragraphs of an article of the measured newsletter."""
WORDS = (90, 180)
"""The fewest and the most words of any other article: a gigabyte and a half for a million."""
ALIKE, CARRIED = 10, 20
"""One article in so many tells the news of another; one in so many was carried by a second source."""
WHOLE = 1_000
"""Signatures that are not filed yet, of the last articles: between none and 2,000 in a store at work."""
EDITIONS, USED = 12, 30
"""Delivered editions of each other newsletter, and the articles of each."""
TUNED = (
    "shared_buffers=2GB", "effective_cache_size=8GB", "work_mem=16MB", "maintenance_work_mem=512MB", "max_wal_size=4GB",
    "checkpoint_timeout=15min", "random_page_cost=1.1", "max_connections=100",
)  # fmt: skip
"""What is not PostgreSQL's own choice: sizes for a machine of 8 GB or more with an SSD. It writes as safely as it does by itself
(fsync, full pages, commits that wait for the disk), and autovacuum runs."""


@dataclass(frozen=True, slots=True)
class World:
    """How much there is in a store."""

    articles: int
    own: int
    """Articles of the sources that the measured newsletter follows."""
    now: datetime

    @property
    def sources(self) -> int:
        return FOLLOWED + max(10, (self.articles - self.own) // 200)

    @property
    def newsletters(self) -> int:
        return max(2, self.articles // 1000)


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """A server of PostgreSQL on loopback, whose data are in a folder, made where there are none; the address of its databases."""
    from tests import databases

    folder.mkdir(parents=True, exist_ok=True)
    data, port = folder / "data", databases.free_ports(1)[0]
    if who := databases._identity():
        os.chown(folder, who["user"], who["group"])
    if not data.exists():
        databases._run("initdb", "-D", data, "-A", "trust", "-U", "app", "--locale=C.UTF-8", "-E", "UTF8")
    options = " ".join(f"-c {setting}" for setting in (*TUNED, "listen_addresses=127.0.0.1", f"port={port}"))
    databases._run("pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", f"{options} -k {folder}", "start")
    try:
        yield f"postgresql://app@127.0.0.1:{port}"
    finally:
        databases._run("pg_ctl", "-D", data, "-w", "-m", "fast", "stop")


def new_database(address: str, name: str) -> str:
    """The address of a new, empty database of a server."""
    import psycopg

    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}".encode())
        connection.execute(f"CREATE DATABASE {name}".encode())
    return f"{address}/{name}"


def newsletter(folder: Path, address: str, sources: Sequence[tuple[str, str]], name: str = "Le fil commun") -> Path:
    """The starter newsletter that follows some feeds, (name, address) each, with its store at an address; its sources.yaml."""
    from digest.config import add_sources, load, write_starter

    if not (folder / "sources.yaml").exists():
        write_starter(folder)
        add_sources(load(folder / "sources.yaml"), [{"name": name, "feed": feed} for name, feed in sources])
    lines = (folder / "sources.yaml").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("store:") and line != _PRIVATE]
    kept = [f"  name: {name}" if line.startswith("  name: Le fil commun") else line for line in kept]
    kept.insert(kept.index("collect:") + 1, _PRIVATE)
    (folder / "sources.yaml").write_text("\n".join([*kept, f'store: "{address}"']) + "\n", encoding="utf-8")
    return folder / "sources.yaml"


_PRIVATE = "  allow_private_addresses: true"


def own_sources() -> list[tuple[str, str]]:
    """The feeds of the measured newsletter: name and address."""
    return [(f"Source {n}", _feed(n)) for n in range(FOLLOWED)]


def _feed(number: int) -> str:
    from benchmarks.scale_workers import address

    if number < FOLLOWED:
        return address(SERVED_ON, number)
    return f"https://site{number}.example/feed.xml"


# ------------------------------------------------------------------------------------------------ all that a store holds


def fill(file: Path, world: World) -> None:
    """Fill the new store of a newsletter, whose settings are in a file: written straight into the tables, then analysed."""
    from digest.config import load
    from digest.opening import opened, reader_of

    started = time.monotonic()
    config = load(file)
    with opened(config):  # makes the tables, and notes what it follows
        pass
    folder = reader_of(config).kept_as("folder:articles")
    database = config.database
    with _writing(database) as write:
        _people(write, world)
        articles = list(_dated(world, folder))
        _articles(write, articles)
        _ledgers(write, world, [one.id for one, _ in articles[:: max(1, len(articles) // 50_000)]])
        _signatures(write, [one for one, _ in articles], world.now)
    print(f"{world.articles:,} articles stored in {time.monotonic() - started:.0f} s", file=sys.stderr)


class Writer:
    """Rows into the tables of a database, as quickly as it takes them."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw

    def __call__(self, table: Table, rows: Iterable[Sequence[Any]], columns: Sequence[str] = ()) -> None:
        names = columns or [column.name for column in table.columns]
        quoted = ", ".join(f'"{name}"' for name in names)
        if hasattr(self.raw, "executemany"):  # sqlite3
            marks = ", ".join("?" * len(names))
            self.raw.executemany(f"INSERT INTO {table.name} ({quoted}) VALUES ({marks})", map(_for_sqlite, rows))
            return
        with self.raw.cursor().copy(f"COPY {table.name} ({quoted}) FROM STDIN".encode()) as copy:
            for row in rows:
                copy.write_row(row)


def _for_sqlite(row: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(f"{value:%Y-%m-%d %H:%M:%S.%f}" if isinstance(value, datetime) else value for value in row)


@contextmanager
def _writing(database: Path | str) -> Iterator[Writer]:
    """Without the indexes, which are made at the end, and without the checks of foreign keys."""
    from sqlalchemy.schema import CreateIndex, DropIndex

    from digest.store import schema as t
    from digest.store.engines import engine_of

    engine = engine_of(database)
    indexes = [index for table in t.metadata.tables.values() for index in table.indexes]
    with engine.begin() as connection:
        for index in indexes:
            connection.execute(DropIndex(index))
        raw = connection.connection.dbapi_connection
        if isinstance(database, str):
            connection.exec_driver_sql("SET session_replication_role = replica")
        else:
            connection.exec_driver_sql("PRAGMA cache_size = -500000")
        yield Writer(raw)
        for index in indexes:
            connection.execute(CreateIndex(index))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM (ANALYZE)" if isinstance(database, str) else "ANALYZE")
        if isinstance(database, str):
            connection.exec_driver_sql("CHECKPOINT")
    engine.dispose()


def _people(write: Writer, world: World) -> None:
    """The other newsletters, what they follow, and how each source fares."""
    from digest.store import schema as t

    chance = random.Random(2)
    state = json.dumps({"etag": '"0123456789abcdef"', "checked": f"{world.now:%Y-%m-%dT%H:%M:%S+00:00}", "failures": 0})
    write(t.sources, ((_feed(n), state) for n in range(world.sources)))
    others = [(n, f"Lettre {n}") for n in range(1, world.newsletters)]
    write(t.newsletters, ((name, f"ailleurs:/srv/{n}/sources.yaml", f"srv/{n}") for n, name in others), ("name", "file", "home"))
    write(
        t.follows,
        (
            (name, _feed(one), True)
            for n, name in others
            for one in sorted(chance.sample(range(world.sources), min(chance.randint(20, 60), world.sources)))
        ),
        ("newsletter", "source", "asked"),
    )


def _articles(write: Writer, articles: Sequence[tuple[Article, str]]) -> None:
    """Articles, each with the key of a second source that carried it, or none."""
    from digest.store import schema as t

    def naive(moment: datetime | None) -> datetime | None:
        return moment and moment.replace(tzinfo=None)

    write(
        t.articles,
        (
            (one.id, one.url, one.source, naive(one.collected), naive(one.published), one.dated_by, 1, "0" * 32, one.story, None)
            for one, _ in articles
        ),
    )
    write(
        t.versions,
        (
            (one.id, 1, one.title, one.author, one.lang, one.text, one.summary, "[]", None, naive(one.collected))
            for one, _ in articles
        ),
    )
    write(t.addresses, ((one.url, one.id) for one, _ in articles if one.url))
    write(t.carriers, ((one.id, carrier) for one, carrier in articles if carrier))
    write(
        t.kinships,
        (
            (one.id, one.story, *((None, "alone", 0.0) if one.story == one.id else (one.story, "same-news", 0.9)))
            for one, _ in articles
        ),
    )


def _ledgers(write: Writer, world: World, some: Sequence[str]) -> None:
    """The editions that the other newsletters delivered, and the articles that these used up."""
    from digest.store import schema as t

    chance = random.Random(3)
    names = [f"{2025 + n // 12}-{n % 12 + 1:02}" for n in range(EDITIONS)]
    every = [(f"Lettre {n}", edition) for n in range(1, world.newsletters) for edition in names]
    write(t.editions, ((name, edition, "delivered", 1, None, '{"left_out": [], "sources": []}') for name, edition in every))
    made = world.now.replace(tzinfo=None) - timedelta(days=60)
    write(t.revisions, ((name, edition, 1, made, None, "{}") for name, edition in every))
    write(
        t.uses,
        (
            (name, edition, article, True)
            for n in range(1, world.newsletters)
            for name, articles in [(f"Lettre {n}", chance.sample(some, min(EDITIONS * USED, len(some))))]
            for place, edition in enumerate(names)
            for article in articles[place::EDITIONS]
        ),
    )


def _signatures(write: Writer, articles: Sequence[Article], now: datetime) -> None:
    """Those of the articles of the last 90 days: all filed but the last ones, as `Signatures.file` does."""
    from digest.judge.signatures import signature
    from digest.store import schema as t

    recent = [one for one in articles if one.published and one.published > now - timedelta(days=90)]
    days = [(one.published - EPOCH).days for one in recent if one.published]
    signed = [signature(one) for one in recent]
    write(t.signatures, list(zip((one.id for one in recent), days, signed, strict=True))[-WHOLE:])
    filed = max(0, len(recent) - WHOLE)
    keys = np.frombuffer(b"".join(signed[:filed]), dtype=np.int64).reshape(filed, -1 if filed else 1)
    write(t.marks, ((key, days[place], recent[place].id) for key, place in marks(keys, np.array(days[:filed], dtype=np.int64))))


def crowd(database: str, now: datetime) -> None:
    """As if every article of a store were of the last 45 days: its keys are filed under one of these days.

    The keys of its title are its own; those of its text are random numbers, as those of texts that share nothing are.
    """
    import psycopg

    from digest.judge.signatures import BANDS, signature
    from digest.model import Article
    from digest.store import schema as t

    with psycopg.connect(database) as connection:
        known = connection.execute("SELECT article, title FROM versions ORDER BY article").fetchall()
        empty = (Article(id, None, title, "", now, "") for id, title in known)
        keys = np.frombuffer(b"".join(map(signature, empty)), dtype=np.int64).reshape(len(known), -1).copy()
        chance = np.random.default_rng(7)
        keys[:, :BANDS] = chance.integers(-(2**63), 2**63 - 1, size=(len(known), BANDS))
        days = (now - EPOCH).days - chance.integers(0, 45, size=len(known))
        connection.execute("TRUNCATE marks")
        Writer(connection)(t.marks, ((key, int(days[place]), known[place][0]) for key, place in marks(keys, days)))
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE marks")


def marks(keys: NDArray[np.int64], days: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """The keys of articles, a row each, in order, each with the place of its article: of one key, the last 61, and their day."""
    from digest.judge.signatures import COMMON

    places = np.repeat(np.arange(len(keys)), keys.shape[1])
    flat = keys.ravel()
    order = np.lexsort((places, days[places], flat))
    order = order[flat[order] != 0]
    flat, places = flat[order], places[order]
    twice = np.zeros(len(flat), dtype=bool)
    twice[1:] = (flat[1:] == flat[:-1]) & (places[1:] == places[:-1])
    flat, places = flat[~twice], places[~twice]
    ends = np.searchsorted(flat, flat, side="right")
    last = np.maximum(ends - (COMMON + 1), np.searchsorted(flat, flat))
    kept = days[places] >= days[places[last]]
    yield from zip(flat[kept].tolist(), places[kept].tolist(), strict=True)


# ------------------------------------------------------------------------------------------------ the articles


def _dated(world: World, folder: str) -> Iterator[tuple[Article, str]]:
    """Every article, in the order of the dates, each with the key of a second source that carried it, or none."""
    own = list(_own(world, folder))
    others = _others(world, [one.id for one, _ in own])
    yield from sorted([*own, *others], key=lambda pair: pair[0].collected)


def _own(world: World, folder: str) -> Iterator[tuple[Article, str]]:
    """Those of the measured newsletter: the same in every store."""
    from benchmarks.review import paragraphs

    chance, blocks = random.Random(1), paragraphs()
    words = sorted({word for block in blocks for word in block.split() if word.isalpha() and len(word) > 4})
    every = timedelta(days=MONTHS * 30.4) / world.own
    story = ""
    for number in range(world.own):
        text = "\n\n".join(chance.choices(blocks, k=chance.randint(*BLOCKS)))
        id, title = _id(f"own {number}"), " ".join(chance.choices(words, k=8)).capitalize()
        story = story if story and number % ALIKE == 0 else id
        source, other = chance.sample(range(FOLLOWED), 2)
        moment = world.now - every * (world.own - number)
        in_folder = number >= world.own - FILES
        yield (
            _article(id, folder if in_folder else _feed(source), moment, title, text, story, file=in_folder),
            _feed(other) if number % CARRIED == 0 else "",
        )


def _others(world: World, own: Sequence[str]) -> Iterator[tuple[Article, str]]:
    """Everybody else's: one in `ALIKE` tells the news of an article of the same week or so, of whatever source."""
    count = world.articles - world.own
    chance = np.random.default_rng(4)
    words = np.array(vocabulary(chance))
    sizes = chance.integers(*WORDS, size=count)
    sources = chance.integers(FOLLOWED, world.sources, size=(count, 2))
    titles = chance.zipf(1.3, size=(count, 8)) % len(words)
    kin = chance.integers(1, 2000, size=count)
    every = timedelta(days=MONTHS * 30.4) / max(1, count)
    ids = [_id(f"other {number}") for number in range(count)]
    for number in range(count):
        text = " ".join(words[chance.integers(0, len(words), sizes[number])])
        story = ids[number]
        if number % ALIKE == 0:
            before = number - int(kin[number])
            story = ids[before] if before >= 0 and before % ALIKE else own[number * len(own) // count]
        file = count - number <= FILES * (world.newsletters - 1)
        source = f"folder:srv/{number % world.newsletters}/articles" if file else _feed(int(sources[number, 0]))
        yield (
            _article(
                ids[number], source, world.now - every * (count - number),
                " ".join(words[titles[number]]).capitalize(), text, story, file=file,
            ),
            _feed(int(sources[number, 1])) if number % CARRIED == 0 else "",
        )  # fmt: skip


def vocabulary(chance: np.random.Generator) -> list[str]:
    """Words that nobody has: 20,000 of them."""
    parts = [f"{first}{second}" for first in "bcdfglmnprst" for second in "aeio"]
    found: dict[str, None] = {}
    while len(found) < 20_000:
        found["".join(parts[one] for one in chance.integers(0, len(parts), chance.integers(2, 5)))] = None
    return list(found)


def _article(id: str, source: str, moment: datetime, title: str, text: str, story: str, *, file: bool) -> Article:
    from digest.model import Article

    return Article(
        id, f"https://site.example/{id}", title, source, moment + timedelta(minutes=30), text,
        author="Ana Exemple", published=moment, dated_by="file" if file else "author", summary=text[:150], story=story,
    )  # fmt: skip


def _id(name: str) -> str:
    return hashlib.blake2b(name.encode(), digest_size=8).hexdigest()


def room(folder: Path) -> str:
    """How much room a folder takes, to tell."""
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return f"{size / 1e9:.1f} GB of {shutil.disk_usage(folder).free / 1e9:.0f} free"
