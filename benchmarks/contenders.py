"""One feed reader brings its store up to date with the load, cold and then unchanged; prints the seconds of each as JSON.

`python benchmarks/contenders.py digest|reader|rss2email FOLDER URL…` with the interpreter in which that reader is installed.
What is timed is the update alone: the interpreter, the imports and the list of feeds are there before.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

WORKERS = 20
"""Of lemon24/reader: more made it no faster without latency."""
CONCURRENCY = 150

Contender = tuple[Callable[[], None], Callable[[], int]]
"""What brings the store up to date, and what counts the articles in it."""


def digest(folder: Path, urls: list[str]) -> Contender:
    import asyncio
    from datetime import UTC, datetime

    from digest.gather.sources import read_sources
    from digest.settings import parse
    from digest.store import open_store

    settings = parse(
        {
            "newsletter": {"name": "Banc", "sender": {"name": "Banc", "email": "banc@exemple.example"}},
            "themes": [{"id": "ia", "name": "IA", "words": ["IA"]}],
            "sources": [{"name": url, "feed": url} for url in urls],
            "collect": {"allow_private_addresses": True, "concurrency": CONCURRENCY, "per_host": 2},
        }
    )

    async def update() -> None:
        with open_store(folder / "digest.db") as store:
            failed = 0
            async for ready in read_sources(
                settings, folder, store.source_states(), secrets={}, now=datetime.now(UTC), force=True
            ):
                with store.together():
                    new = store.add_each([(read.source.key, read.articles) for read in ready])
                    store.save_source_states({read.source.key: read.state(new=n) for read, n in zip(ready, new, strict=True)})
                failed += sum(read.status == "failed" for read in ready)
            assert not failed, f"{failed} sources failed"

    return lambda: asyncio.run(update()), lambda: _rows(folder / "digest.db", "articles")


def reader(folder: Path, urls: list[str]) -> Contender:
    from reader import make_reader  # type: ignore[import-not-found]  # in an environment of its own

    store = make_reader(str(folder / "reader.db"))
    for url in urls:
        store.add_feed(url)

    def update() -> None:
        store.update_feeds(workers=WORKERS, scheduled=False)

    return update, lambda: _rows(folder / "reader.db", "entries")


def rss2email(folder: Path, urls: list[str]) -> Contender:
    import logging

    from rss2email.config import CONFIG  # type: ignore[import-not-found]
    from rss2email.feeds import Feeds  # type: ignore[import-not-found]

    logging.disable(logging.CRITICAL)
    CONFIG["DEFAULT"]["email-protocol"] = "maildir"
    CONFIG["DEFAULT"]["maildir-path"] = str(folder)
    CONFIG["DEFAULT"]["maildir-mailbox"] = "box"
    feeds = Feeds(configfiles=[str(folder / "rss2email.cfg")], datafile_path=str(folder / "rss2email.json"), config=CONFIG)
    for number, url in enumerate(urls):
        feeds.new_feed(name=f"feed{number}", url=url, to="banc@exemple.example")

    def update() -> None:
        for feed in feeds:
            feed.run(send=True)
        feeds.save_feeds()

    return update, lambda: sum(file.is_file() for file in (folder / "box").rglob("*"))


def _rows(database: Path, table: str) -> int:
    import sqlite3

    with sqlite3.connect(database) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def main() -> None:
    contender, folder, *urls = sys.argv[1:]
    update, stored = {"digest": digest, "reader": reader, "rss2email": rss2email}[contender](Path(folder), urls)
    result: dict[str, float] = {}
    for step in ("cold", "unchanged"):
        start = time.perf_counter()
        update()
        result[step] = round(time.perf_counter() - start, 3)
    print(json.dumps({**result, "stored": stored()}))


if __name__ == "__main__":
    main()
