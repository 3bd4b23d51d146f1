"""The second part of the scale benchmark: many newsletters, their feeds on a server, and a whole round by one worker and by two.

`python benchmarks/scale_workers.py PORT_FILE --feeds 5000 --latency 0.15` serves the feeds on loopback until it is killed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg import Connection as _Psycopg

    Connection = _Psycopg[Any]

ROOT = Path(__file__).parent.parent
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
import numpy as np  # noqa: E402

from benchmarks.load import LITTLE, _Connection  # noqa: E402 - its server: cheap, with latency

HOSTS = 1_000
"""Addresses that the feeds are served from."""
ENTRIES, BLOCKS, SENTENCES = 8, (2, 4), (3, 6)
"""Entries of a feed; the fewest and the most paragraphs of one, and sentences of a paragraph."""
THEMED, TERMS = 3, 4
"""One entry in so many is about a theme, or several: it has so many of their terms, again and again."""
FOLLOWED = (20, 60)
"""The fewest and the most feeds of a newsletter."""
LATENCY = 0.15
"""Seconds before each answer."""
AT_ONCE = 100
"""Newsletters that one command takes in."""


@dataclass(frozen=True, slots=True)
class Round:
    """What one round took, in seconds: by the clock, and of the processor."""

    elapsed: float
    workers: tuple[float, ...]
    database: float
    feeds: float
    drafts: int
    articles: int

    @property
    def processor(self) -> float:
        return sum(self.workers) + self.database + self.feeds


# ------------------------------------------------------------------------------------------------ the feeds


@contextmanager
def feeds(folder: Path, count: int, latency: float, port: int = 0) -> Iterator[tuple[int, int]]:
    """The server of the feeds, in a process of its own: its port (any that is free, or this one) and its process."""
    port_file = folder / "port"
    port_file.unlink(missing_ok=True)
    command = [sys.executable, __file__, str(port_file), "--feeds", str(count), "--latency", str(latency), "--port", str(port)]
    process = subprocess.Popen(command)
    try:
        while not (port_file.exists() and port_file.read_text(encoding="ascii")):
            assert process.poll() is None, "the server of the feeds did not start"
            time.sleep(0.1)
        yield int(port_file.read_text(encoding="ascii")), process.pid
    finally:
        process.terminate()
        process.wait()


def address(port: int, number: int) -> str:
    """Where a feed is served."""
    host = number % HOSTS
    return f"http://127.1.{host // 250}.{host % 250 + 1}:{port}/{number}"


async def serve(port_file: Path, count: int, latency: float, port: int) -> None:
    loop, answers = asyncio.get_running_loop(), {b"/%d" % number: _answer(number) for number in range(count)}
    hosts = sorted({address(0, number).split("/")[2].split(":")[0] for number in range(min(count, HOSTS))})
    first = await loop.create_server(lambda: _Connection(answers, latency), hosts[0], port, backlog=256)
    port = first.sockets[0].getsockname()[1]
    await loop.create_server(lambda: _Connection(answers, latency), hosts[1:], port, backlog=256)  # Linux has all of 127/8
    port_file.write_text(str(port), encoding="ascii")
    await asyncio.Event().wait()


def _answer(number: int) -> tuple[bytes, bytes, bytes]:
    """The whole answer, the one that says "unchanged", and the ETag that asks for it."""
    body, etag = _feed(number).encode(), b'"%d"' % number
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml; charset=utf-8\r\nContent-Length: %d\r\n" % len(body)
    return head + b"ETag: %s\r\n\r\n" % etag + body, b"HTTP/1.1 304 Not Modified\r\nETag: %s\r\n\r\n" % etag, etag


def _feed(number: int) -> str:
    """A feed of the last days: paragraphs of the starter's articles dealt at random, so that some articles have a theme."""
    chance, terms = random.Random(number), _terms()
    newest = datetime.now(UTC).replace(microsecond=0)
    items = []
    for entry in range(ENTRIES):
        url = f"https://site{number}.example/article-{entry}"
        date = f"{newest - timedelta(hours=5 + 40 * entry, minutes=chance.randrange(900)):%a, %d %b %Y %H:%M:%S +0000}"
        told = chance.choices(terms, k=TERMS) if entry % THEMED == 0 else []
        title = " ".join((*chance.choices(_words(), k=7), *told[:1])).capitalize()
        content = "".join(f"<p>{_paragraph(chance, told)}</p>" for _ in range(chance.randint(*BLOCKS)))
        items.append(
            f"<item><title>{title}</title><link>{url}</link><guid>{url}</guid><pubDate>{date}</pubDate>"
            f"<content:encoded><![CDATA[{content}]]></content:encoded></item>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel><title>Site {number}</title><link>https://site{number}.example/</link><language>fr</language>"
        f"{''.join(items)}</channel></rss>"
    )


def _paragraph(chance: random.Random, terms: Sequence[str]) -> str:
    """Sentences of words that nobody has, which the little words of French hold together, and some terms of the themes."""
    sentences = []
    for _ in range(chance.randint(*SENTENCES)):
        said = [chance.choice(LITTLE if place % 2 else _words()) for place in range(chance.randint(12, 24))]
        if terms:
            said.insert(chance.randrange(len(said)), chance.choice(terms))
        sentences.append(" ".join(said).capitalize())
    return ". ".join(sentences) + "."


@cache
def _words() -> list[str]:
    from benchmarks.scale_stores import vocabulary

    return vocabulary(np.random.default_rng(6))


@cache
def _terms() -> list[str]:
    """The terms of the starter's themes that speak for themselves."""
    from digest.config import load
    from digest.resources import folder as shipped

    return [word for theme in load(shipped("starter") / "sources.yaml").settings.themes for word in theme.words]


# ------------------------------------------------------------------------------------------------ the newsletters


def newsletters(folder: Path, count: int, feeds: int, port: int, database: str) -> list[Path]:
    """The folders of newsletters with the starter's themes that follow some of the feeds, the same at each run."""
    from digest.resources import folder as shipped

    lines = (shipped("starter") / "sources.yaml").read_text(encoding="utf-8").splitlines()
    starter = "\n".join(line for line in lines if not line.startswith("store:"))
    before, _, after = starter.partition("\nsources:\n")
    themes = after[after.index("\nthemes:\n") :].replace("\ncollect:\n", "\ncollect:\n  allow_private_addresses: true\n")
    chance, made = random.Random(5), []
    for number in range(count):
        place = folder / f"lettre-{number}"
        place.mkdir(parents=True, exist_ok=True)
        followed = sorted(chance.sample(range(feeds), min(chance.randint(*FOLLOWED), feeds)))
        sources = "\n".join(f"  - name: Source {one}\n    feed: {address(port, one)}" for one in followed)
        name = before.replace("name: Le fil commun\n", f"name: Lettre {number}\n", 1)
        text = f'{name}\nstore: "{database}"\nsources:\n{sources}\n{themes}'
        (place / "sources.yaml").write_text(text, encoding="utf-8")
        made.append(place)
    return made


def take_in(folders: Sequence[Path], database: str) -> None:
    """Let workers serve the newsletters, each of them to be drafted at once."""
    import psycopg

    for start in range(0, len(folders), AT_ONCE):
        some = folders[start : start + AT_ONCE]
        subprocess.run([*_DIGEST, "newsletters", "add", *map(str, some)], check=True, stdout=subprocess.DEVNULL)
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE timetable SET next = as_of")


_DIGEST = (sys.executable, "-m", "digest")


# ------------------------------------------------------------------------------------------------ a round


def round_of(workers: int, folders: Sequence[Path], server: str, name: str, start: str, postmaster: int, feeds: int) -> Round:
    """Collect and draft for all the newsletters, from the database `start`: all that so many workers do until nothing waits.

    `server` is the address of its databases, `postmaster` and `feeds` the processes of the two servers.
    """
    import psycopg

    database = f"{server}/{name}"
    for folder in folders:
        shutil.rmtree(folder / "editions", ignore_errors=True)
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}".encode())
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {start}".encode())
        connection.execute(b"CHECKPOINT")
    before = (spent(postmaster), spent(feeds))
    command = [*_DIGEST, "--config", str(folders[0] / "sources.yaml"), "worker"]
    with psycopg.connect(database, autocommit=True) as connection:
        began = time.monotonic()
        running = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(workers)]
        while _count(connection, "timetable WHERE ended IS NULL"):
            assert all(process.poll() is None for process in running), "a worker ended"
            time.sleep(0.2)
        elapsed = time.monotonic() - began
        processor = [_stopped(process) for process in running]
        articles, drafts = _count(connection, "articles WHERE story <> ''"), _count(connection, "editions")
    after = (spent(postmaster), spent(feeds))
    return Round(elapsed, tuple(processor), after[0] - before[0], after[1] - before[1], drafts, articles)


def _count(connection: Connection, what: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {what}".encode()).fetchone()
    return int(row[0]) if row else 0


def _stopped(process: subprocess.Popen[bytes]) -> float:
    """Seconds of processor time of a worker and its children, which ends now."""
    process.send_signal(signal.SIGINT)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime


def spent(process: int) -> float:
    """Seconds of processor time of a process and of its children, those that ended too."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    own = sum(map(int, fields[11:15]))  # utime, stime, and those of the children that ended
    living = 0.0
    for child in children:
        try:
            living += sum(map(int, Path(f"/proc/{child}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[11:15]))
        except FileNotFoundError:
            continue
    ticks: int = os.sysconf("SC_CLK_TCK")
    return (own + living) / ticks


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port_file", type=Path)
    parser.add_argument("--feeds", type=int, default=5000)
    parser.add_argument("--latency", type=float, default=LATENCY)
    parser.add_argument("--port", type=int, default=0)
    asked = parser.parse_args()
    asyncio.run(serve(asked.port_file, asked.feeds, asked.latency, asked.port))
