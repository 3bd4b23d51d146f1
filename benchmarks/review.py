"""How long the pages of `digest review` take: the real server in a process of its own, real requests on loopback.

    .venv/bin/python benchmarks/review.py [--rounds 15] [--articles 100000]

Two newsletters, made in a temporary folder: the starter with its draft, and one that follows 300 sources, whose articles of the
last 24 months are in its store (100,000 of them, dealt at random from the paragraphs of the starter), with the draft of this
month, whose tray holds every candidate of two months. A person signs in with the link that works once, then asks for each page
twice unmeasured and 15 times measured, one request after the other, each on a connection of its own. An autosave is the form
that the page sends while someone types in the introduction; the live preview is that form, then the email, made anew beside the
page. The history is asked for after the autosaves: it tells some 35 revisions.

What is timed is the whole answer, by the clock, so that other work on the machine counts too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
if TYPE_CHECKING:
    from digest.config import Config
    from digest.model import Article, Edition, Period
    from digest.store import Store
    from tests.visitors import Answer, Visitor

ARTICLES, SOURCES, MONTHS = 100_000, 300, 24
BLOCKS = (3, 9)
"""The fewest and the most paragraphs of an article."""
ALIKE = 10
"""One article in so many tells the news of the one before it."""
AT_ONCE = 10_000
"""Articles stored in one transaction."""
WARM = 2
"""Requests that are not counted."""
LIVE = "live preview: autosave, then email.html"
AIMS, LIVE_AIM = (100, 300), 150
"""Milliseconds that the median of a page may take, on the starter and on the large store; and the live preview on either."""

Request = Callable[[], Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--articles", type=int, default=ARTICLES)
    parser.add_argument("--keep", type=Path, help="make the newsletters in this folder and leave them there; used again if there")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.keep or Path(temporary)
        makers: tuple[Callable[[Path], str], ...] = (starter, lambda place: large(place, asked.articles))
        measured = []
        for name, make in zip(("starter", "large"), makers, strict=True):
            place = folder / name
            edition = (place / "made").read_text() if (place / "made").exists() else make(place)
            (place / "made").write_text(edition)
            measured.append(times(place / "sources.yaml", edition, asked.rounds))
    report(measured, asked.articles)


# ------------------------------------------------------------------------------------------------ the newsletters


def starter(folder: Path) -> str:
    """The starter newsletter with its draft; the name of the edition."""
    from digest import pipeline
    from digest.config import load, write_starter

    write_starter(folder)
    config, now = load(folder / "sources.yaml"), datetime.now(UTC)
    with opened(config) as store:
        asyncio.run(pipeline.update(config, store, now=now, force=False, progress=lambda _: None))
        return drafted(config, store, now)


def large(folder: Path, count: int) -> str:
    """A newsletter of SOURCES more sources, with their articles and a draft; the name of the edition."""
    from digest.config import add_sources, load, write_starter
    from digest.model import Kinship

    started = time.monotonic()
    write_starter(folder)
    followed = {f"Source {number}": f"https://site{number}.example/feed.xml" for number in range(SOURCES)}
    add_sources(load(folder / "sources.yaml"), [{"name": name, "feed": feed} for name, feed in followed.items()])
    config, now = load(folder / "sources.yaml"), datetime.now(UTC)
    with opened(config) as store:
        some: list[Article] = []
        for article in invented(count, tuple(followed), now):
            some.append(article)
            if len(some) == AT_ONCE or int(article.id, 16) == count:
                with store.together():
                    store.add(some)
                    alone = [Kinship(one.id, one.story, None, "alone", 0.0) for one in some if one.id == one.story]
                    told = [Kinship(one.id, one.story, one.story, "same-news", 0.9) for one in some if one.id != one.story]
                    store.place([*alone, *told])
                some = []
        stored = time.monotonic()
        edition = drafted(config, store, now)
    size = (folder / "digest.db").stat().st_size if (folder / "digest.db").exists() else 0
    print(
        f"{count:,} articles stored in {stored - started:.0f} s ({size / 1e6:.0f} MB), "
        f"the draft made in {time.monotonic() - stored:.0f} s",
        file=sys.stderr,
    )
    return edition


@contextmanager
def opened(config: Config) -> Iterator[Store]:
    from digest.opening import reader_of
    from digest.store import open_store

    with open_store(config.database, reader_of(config)) as store:
        yield store


def drafted(config: Config, store: Store, now: datetime) -> str:
    from digest import pipeline

    name, period = this_month(config, now)
    planned: Edition = pipeline.plan(config, store, name, period, reports=pipeline.recall(config, store), now=now)
    pipeline.draft(config, store, planned, now=now)
    return name


def this_month(config: Config, now: datetime) -> tuple[str, Period]:
    from digest.compose.periods import edition_of, period_of

    newsletter = config.settings.newsletter
    name = edition_of(now, newsletter.period, newsletter.tz)
    period = period_of(name, newsletter.tz)
    assert period is not None
    return name, period


def invented(count: int, sources: Sequence[str], now: datetime) -> Iterator[Article]:
    """Articles of the last MONTHS in the order of their dates, the same at each run but for these; ids count from 1."""
    from digest.model import Article

    chance, blocks = random.Random(1), paragraphs()
    words = sorted({word for block in blocks for word in block.split() if word.isalpha() and len(word) > 4})
    every = timedelta(days=MONTHS * 30.4) / count
    story = ""
    for number in range(1, count + 1):
        id, url = f"{number:016x}", f"https://site{number % SOURCES}.example/article-{number}"
        dated = now - every * (count - number + 1)
        text = "\n\n".join(chance.choices(blocks, k=chance.randint(*BLOCKS)))
        title = " ".join(chance.choices(words, k=8)).capitalize()
        story = story if number % ALIKE == 0 and story else id
        yield Article(
            id, url, title, chance.choice(sources), dated, text,
            author="Ana Exemple", published=dated, dated_by="author", summary=text[:200], aliases=(url,), story=story,
        )  # fmt: skip


def paragraphs() -> list[str]:
    """The blocks of the starter's French articles that are sentences."""
    from zoneinfo import ZoneInfo

    from digest.gather.folder import read_file

    now = datetime(2026, 11, 24, 9, tzinfo=UTC)
    read = [
        read_file(file.name, file.read_bytes(), source="", modified=now, collected=now, tz=ZoneInfo("UTC"), language="fr")
        for file in sorted((ROOT / "articles").iterdir())
        if file.suffix in (".md", ".txt", ".html")
    ]
    blocks = [block for article in read if article.lang == "fr" for block in article.text.split("\n\n")]
    return [block for block in blocks if len(block) > 150 and not block.startswith(("## ", "- "))]


# ------------------------------------------------------------------------------------------------ the requests


def times(file: Path, edition: str, rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each request, by what is asked for."""
    with served(file) as visitor:
        took = {}
        for name, request in requests(visitor, edition).items():
            every = [timed(request) for _ in range(WARM + rounds)]
            took[name] = every[WARM:]
    return took


@contextmanager
def served(file: Path) -> Iterator[Visitor]:
    """A person who came in to the pages of a newsletter, by the link that the server printed."""
    from urllib.parse import urlsplit

    from tests.visitors import Visitor

    command = [sys.executable, "-m", "digest", "--config", str(file), "review", "--port", "0", "--no-open"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert server.stdout is not None
        address = urlsplit(server.stdout.readline().strip())
        assert address.port, "the server did not start"
        visitor = Visitor(address.port)
        visitor.follow(visitor.get(f"/?{address.query}"))
        yield visitor
    finally:
        server.terminate()
        server.wait(20)


def requests(visitor: Visitor, edition: str) -> Mapping[str, Request]:
    """What is asked for, in this order: every request is checked to be answered as the page wants it."""
    here = f"/editions/{edition}"
    revision = current(visitor, here)  # its forms carry the token of the session too

    def get(path: str, **headers: str) -> Request:
        return lambda: good(visitor.get(path, **headers))

    def autosave() -> None:
        nonlocal revision
        words = {"revision": revision, "introduction": f"Ce mois-ci, une introduction que l'on écrit encore ({revision})."}
        answer = good(visitor.post(f"{here}/words", words, HX_Request="true"))
        revision = json.loads(answer.headers["HX-Trigger"])["saved"]["revision"]

    def live() -> None:
        autosave()
        assert f"({revision - 1})" in good(visitor.get(f"{here}/email.html")).text, "the email is not the one just saved"

    return {
        "editions": get("/"),
        "an edition": get(here),
        "autosave of the introduction": autosave,
        LIVE: live,
        "preview": get(f"{here}/preview"),
        "checks": get(f"{here}/checks"),
        "history": get(f"{here}/history"),
        "approve": get(f"{here}/approve"),
        "deliver": get(f"{here}/deliver"),
        "sources": get("/sources"),
        "themes": get("/themes"),
        "search in the tray": get(f"{here}/tray?q=association", HX_Request="true"),
    }


def current(visitor: Visitor, here: str) -> int:
    """The revision that the page of an edition shows."""
    found = re.search(r'name="revision" value="([0-9]+)"', visitor.get(here).text)
    assert found, "the draft cannot be edited"
    return int(found[1])


def good(answer: Answer) -> Answer:
    assert answer.status == 200, (answer.status, answer.words[:300])
    assert answer.headers.get("HX-Retarget") is None, "a conflict"
    return answer


def timed(request: Request) -> float:
    start = time.perf_counter()
    request()
    return (time.perf_counter() - start) * 1000


# ------------------------------------------------------------------------------------------------ the table


def report(measured: Sequence[Mapping[str, Sequence[float]]], articles: int) -> None:
    print(f"| median (worst), ms | starter | aim | {articles:,} articles | aim |\n|---|---|---|---|---|")
    for name in measured[0]:
        cells = []
        for took, aim in zip(measured, AIMS, strict=True):
            aimed = LIVE_AIM if name == LIVE else aim
            middle = statistics.median(took[name])
            cells += [f"{middle:.0f} ({max(took[name]):.0f})" + (" missed" if middle > aimed else ""), str(aimed)]
        print(f"| {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
