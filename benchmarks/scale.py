"""What grows with a store of a million articles that a thousand newsletters share, and what a second worker is worth.

    .venv/bin/python benchmarks/scale.py [--articles 1000000] [--keep FOLDER] [--only store|crowd|workers]

**store**: two stores on one server of PostgreSQL, of 10,000 and of 1,000,000 articles (24 months, 5,000 sources, 1,000
newsletters with twelve delivered editions each). The measured newsletter is the same in both: it follows 40 sources, which
gave 8,000 articles, 30 of them in its folder; its draft is the same too. What differs is everybody else's, so that a ratio tells
what the growth of the others costs it; in the large store some of the news it follows was told by others too, which must be
looked at to see that it is not its own. Rounds alternate between the two; medians. Each thing is timed twice where it has a
command: inside a process that has imported everything (which is what can grow), and as the command that a person types, with
Python's start.

**adding**: one article more, stored as when a feed brought it, then timed while it is put in its story; half of them are new,
half are copies, with a few words changed, of an article of the last weeks. Some 62,500 articles of the large store are of the 45
days in which one looks for its story. **crowd**: the same where all of the million are.

**workers**: newsletters that follow 20 to 60 of some feeds each, on an empty store of the same server; feeds are served by a
process of its own that answers after 150 ms, from 1,000 addresses. A round reads all feeds and makes all drafts; it is run by one
worker, then from the same start by two. Processor time is told beside the clock's: with two processors, what the servers
spend is not there for a second worker.

The server is tuned for a machine of 8 GB, and as safe as PostgreSQL is by itself (see `scale_stores.TUNED`).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
from benchmarks import scale_stores, scale_workers  # noqa: E402 - found through the line above
from benchmarks.review import good, served, this_month  # noqa: E402

if TYPE_CHECKING:
    from digest.config import Config
    from digest.model import Article
    from digest.store import Store
    from tests.visitors import Visitor

ARTICLES, SMALL = 1_000_000, 10_000
ROUNDS, ADDED = 15, 400
NEWSLETTERS, FEEDS = 1_000, 5_000
AIM, AIM_ADDED, AIM_WORKERS = 1.5, 10, 1.7
"""Times; milliseconds; times."""


@dataclass(frozen=True, slots=True)
class Made:
    """A store of the benchmark, and the newsletter that is measured in it."""

    file: Path
    address: str
    edition: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=ARTICLES)
    parser.add_argument("--small", type=int, default=SMALL)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--newsletters", type=int, default=NEWSLETTERS, help="for the workers")
    parser.add_argument("--feeds", type=int, default=FEEDS, help="for the workers")
    parser.add_argument("--keep", type=Path, help="make everything in this folder and leave it there; used again if there")
    parser.add_argument("--only", choices=("store", "crowd", "workers"))
    asked = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f} of {os.cpu_count()} processors", file=sys.stderr)
    with tempfile.TemporaryDirectory(dir=asked.keep and asked.keep.parent) as temporary:
        folder = (asked.keep or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)  # the server may be another user's
        with scale_stores.server(folder / "server") as address:
            if asked.only in (None, "store", "crowd"):
                stores(folder, address, asked)
            if asked.only in (None, "workers"):
                workers(folder, address, asked.newsletters, asked.feeds)


# ------------------------------------------------------------------------------------------------ the stores


def stores(folder: Path, address: str, asked: argparse.Namespace) -> None:
    """Make the two stores where they are not there, and tell what grows."""
    now = datetime.now(UTC)
    small, large = (made(folder, address, size, asked.small, now) for size in (asked.small, asked.articles))
    print(f"{scale_stores.room(folder)}\n\n| median | {asked.small:,} articles | {asked.articles:,} | ratio | aim |", flush=True)
    print("|---|---|---|---|---|")
    if asked.only != "crowd":
        compare(small, large, asked.rounds)
    added(small, large, "adding one article", asked.rounds)
    if asked.only != "store":
        scale_stores.crowd(large.address, now)
        added(small, large, "adding one article, all of the last 45 days", asked.rounds)


def made(folder: Path, address: str, size: int, small: int, now: datetime) -> Made:
    """A store of so many articles, and its newsletter with the draft of this month."""
    from digest.config import load

    name, place = f"of_{size}", folder / f"of_{size}"
    known = place / "made"
    if not known.exists():
        scale_stores.new_database(address, name)
    file = scale_stores.newsletter(place, f"{address}/{name}", scale_stores.own_sources())
    if not known.exists():
        scale_stores.fill(file, scale_stores.World(size, small * 4 // 5, now))
        config = load(file)
        known.write_text(this_month(config, now)[0])
        draft(config, now)
    return Made(file, f"{address}/{name}", known.read_text())


def compare(small: Made, large: Made, rounds: int) -> None:
    """What the measured newsletter waits for, in either store."""
    from digest.config import load

    configs, now = (load(small.file), load(large.file)), datetime.now(UTC)
    tell("plan, in process", alternately(*(lambda config=config: plan(config, now) for config in configs), rounds=rounds))
    tell("draft, in process", alternately(*(lambda config=config: draft(config, now) for config in configs), rounds=rounds))
    for words in (("plan",), ("draft", "--no-collect")):
        peaks: tuple[list[float], list[float]] = ([], [])

        def typed(one: Made, peak: list[float], words: tuple[str, ...] = words) -> None:
            peak.append(command(one.file, *words))

        took = alternately(
            *(lambda one=one, peak=peak: typed(one, peak) for one, peak in zip((small, large), peaks, strict=True)), rounds=rounds
        )
        tell(f"digest {' '.join(words)}", took)
        tell("its memory", peaks, "MB")
    pages(small, large, rounds)
    with scale_workers.feeds(small.file.parent, scale_stores.FOLLOWED, 0.0, scale_stores.SERVED_ON):
        tell("memory of digest collect", tuple([command(one.file, "collect", "--force")] for one in (small, large)), "MB")


def alternately(one: Callable[[], object], other: Callable[[], object], *, rounds: int) -> tuple[list[float], list[float]]:
    """Milliseconds of two things done by turns, after one time that does not count."""
    took: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 1):
        for place in (0, 1) if number % 2 else (1, 0):
            start = time.perf_counter()
            (one, other)[place]()
            if number:
                took[place].append((time.perf_counter() - start) * 1000)
    return took


def tell(name: str, took: tuple[Sequence[float], Sequence[float]], unit: str = "ms", aim: float = AIM) -> None:
    small, large = (statistics.median(times) for times in took)
    ratio = large / small
    print(f"| {name} | {small:.0f} {unit} | {large:.0f} {unit} | {ratio:.2f}{' missed' * (ratio > aim)} | {aim} |", flush=True)


def plan(config: Config, now: datetime) -> None:
    """As `digest plan` does."""
    from digest import pipeline
    from digest.opening import opened

    name, period = this_month(config, now)
    with opened(config, alone=True) as store:
        pipeline.plan(config, store, name, period, reports=pipeline.recall(config, store), now=now)


def draft(config: Config, now: datetime) -> None:
    """As `digest draft --no-collect` does."""
    from digest import pipeline
    from digest.opening import opened

    name, period = this_month(config, now)
    with opened(config, alone=True) as store:
        reports = pipeline.recall(config, store)
        planned = asyncio.run(pipeline.prepare(config, store, name, period, reports=reports, now=now, offline=True))
        pipeline.draft(config, store, planned, now=now)


def command(file: Path, *words: str) -> float:
    """Run a command as a person does; the most memory it held, in MB."""
    peak = file.with_name("peak")
    run = [sys.executable, "-c", _COMMAND, str(peak), "--config", str(file), *words]
    done = subprocess.run(run, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return int(peak.read_text(encoding="ascii")) / 1024


_COMMAND = """
import atexit, sys
peak = sys.argv.pop(1)

@atexit.register
def tell():
    with open("/proc/self/status", encoding="utf-8") as status, open(peak, "w") as file:
        file.write(status.read().partition("VmHWM:")[2].split()[0])

from digest.cli import main
main()
"""
"""`digest`, which tells in a file the kilobytes that it held at most: `wait4` also counts the process it was forked from."""


def pages(small: Made, large: Made, rounds: int) -> None:
    """The pages of the review, by the real server."""
    with ExitStack() as both:
        visitors: list[Visitor] = [both.enter_context(served(one.file)) for one in (small, large)]
        here = f"/editions/{small.edition}"
        for name, path in (
            ("review: the editions", "/"),
            ("review: an edition", here),
            ("review: the sources", "/sources"),
            ("review: search in the tray", f"{here}/tray?q=association"),
        ):
            tell(name, alternately(*(partial(page, one, path) for one in visitors), rounds=rounds))


def page(visitor: Visitor, path: str) -> None:
    good(visitor.get(path, **({"HX_Request": "true"} if "tray" in path else {})))


# ------------------------------------------------------------------------------------------------ one article more


def added(small: Made, large: Made, name: str, rounds: int) -> None:
    """What it takes to store one article more and to put it in its story."""
    cells = []
    for one in (small, large):
        began = time.process_time()
        took, right = times_of_adding(one.file, count := min(ADDED, rounds * 30))
        own = (time.process_time() - began) * 1000 / count
        middle, late = statistics.median(took), statistics.quantiles(took, n=20)[-1]
        cells.append(f"{middle:.1f} ms, 95 % in {late:.1f}, worst {max(took):.0f}; {own:.1f} ms of processor; {right:.0%} right")
    print(f"| {name} | {cells[0]} | {cells[1]} | | {AIM_ADDED} ms |", flush=True)


def times_of_adding(file: Path, count: int) -> tuple[list[float], float]:
    """Milliseconds of each article, and the share of those that were put where they belong."""
    from digest.config import load
    from digest.opening import opened
    from digest.placing import place_new

    took, right, now = [], 0, datetime.now(UTC)
    with opened(load(file)) as store:
        for article, story in new_articles(store, count, now):
            store.add([article])
            start = time.perf_counter()
            place_new(store, now)
            took.append((time.perf_counter() - start) * 1000)
            (kept,) = store.these([article.id])
            right += kept.story == (story or article.id)
    return took, right / count


def new_articles(store: Store, count: int, now: datetime) -> Iterator[tuple[Article, str]]:
    """Articles of today, each with the story it belongs to, or none: every second one is nearly one that the store holds."""
    known = [one for one in store.articles(since=now - timedelta(days=30), files=False) if one.source.startswith("Source")]
    stamp = time.monotonic_ns()
    for number in range(count):
        first, other = known[number % len(known)], known[(number * 7 + 3) % len(known)]
        words = first.text.split(" ")
        half = len(words) // 2
        copy = " ".join([*words[:half], f"ajout{stamp}", *words[half + 3 :]])
        new = " ".join(f"{word}{stamp % 9973 + number}" for word in other.text.replace("\n\n", " ").split(" "))
        id = f"{stamp + number:016x}"[-16:]
        url = f"https://ailleurs.example/{id}"
        made = replace(first, id=id, url=url, aliases=(url,), collected=now, published=now, story="", also_in=())
        if number % 2:
            yield replace(made, text=copy, summary=copy[:150]), first.story
        else:
            yield replace(made, title=f"Titre {stamp + number} seul", text=new, summary=new[:150]), ""


# ------------------------------------------------------------------------------------------------ the workers


def workers(folder: Path, address: str, newsletters: int, feeds: int) -> None:
    """What a second worker is worth."""
    postmaster = int((folder / "server" / "data" / "postmaster.pid").read_text().split()[0])
    start = scale_stores.new_database(address, "debut")
    with scale_workers.feeds(folder, feeds, scale_workers.LATENCY) as (port, process):
        places = scale_workers.newsletters(folder / "lettres", newsletters, feeds, port, start)
        scale_workers.take_in(places, start)
        scale_workers.newsletters(folder / "lettres", newsletters, feeds, port, f"{address}/tour")
        print(f"\n| {newsletters:,} newsletters, {feeds:,} feeds | clock | workers | PostgreSQL | feeds | drafts | articles |")
        print("|---|---|---|---|---|---|---|")
        rounds = []
        for count in (1, 2):
            one = scale_workers.round_of(count, places, address, "tour", "debut", postmaster, process)
            each = " + ".join(f"{seconds:.1f}" for seconds in one.workers)
            print(
                f"| {count} | {one.elapsed:.1f} s | {each} s | {one.database:.1f} s | {one.feeds:.1f} s | {one.drafts} "
                f"| {one.articles} |",
                flush=True,
            )
            rounds.append(one)
    ratio = rounds[0].elapsed / rounds[1].elapsed
    print(f"\ntwo workers are {ratio:.2f} times as fast as one{' (missed)' * (ratio < AIM_WORKERS)}; aim {AIM_WORKERS}")


if __name__ == "__main__":
    main()
