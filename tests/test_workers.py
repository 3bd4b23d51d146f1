"""Hostile bodies cost their own source its deadline, and nobody else anything."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from typing import Any
from zoneinfo import ZoneInfo

from digest.errors import N_, GatherError
from digest.gather.parse import ParsedFeed, parse_feed
from digest.gather.workers import Workers, open_workers
from tests.conftest import NOW
from tests.servers import FEED


def with_workers(use: Callable[[Workers], Awaitable[Any]], count: int = 1, **limits: Any) -> Any:
    async def inside() -> Any:
        async with open_workers(count, **limits) as workers:
            return await use(workers)

    return asyncio.run(inside())


async def feed(workers: Workers, body: bytes) -> ParsedFeed | GatherError:
    return await workers.run(
        parse_feed,
        body,
        url="https://a.example",
        headers={},
        source="A",
        collected=NOW,
        language="fr",
        tz=ZoneInfo("Europe/Paris"),
    )


def refuse(name: str) -> None:
    raise GatherError(N_("{name} is refused"), name=name)


def chatter() -> str:
    print("words among the answers")  # noqa: T201 - what this is about
    os.write(1, b"and more")
    return "done"


def without_end() -> None:
    while True:
        pass


def test_a_feed_is_read_in_another_process() -> None:
    async def use(workers: Workers) -> None:
        assert await workers.run(os.getpid) != os.getpid()
        parsed = await feed(workers, FEED)
        assert isinstance(parsed, ParsedFeed)
        assert len(parsed.articles) == 2

    with_workers(use)


def test_no_process_starts_before_there_is_something_to_read() -> None:
    async def use(workers: Workers) -> None:
        pass

    start = time.perf_counter()
    with_workers(use)
    assert time.perf_counter() - start < 0.1


def test_a_task_without_end_costs_its_deadline_and_no_more() -> None:
    async def use(workers: Workers) -> None:
        await feed(workers, FEED)
        start = time.perf_counter()
        failed = await workers.run(without_end)
        assert "took more than 1.5 s" in str(failed)
        assert time.perf_counter() - start < 10
        assert isinstance(await asyncio.wait_for(retry(workers), 30), ParsedFeed)

    async def retry(workers: Workers) -> ParsedFeed | GatherError:
        while isinstance(parsed := await feed(workers, FEED), GatherError):  # a start on a busy machine may take longer
            pass
        return parsed

    with_workers(use, deadline=1.5)


def test_the_other_quadratic_bodies_are_quick() -> None:
    """Instant with both slow flags of feedparser off: 14 s and 12 s by default."""
    style = b"<description>&lt;p style='" + b"a:b;" * 12_000 + b"'&gt;x&lt;/p&gt;</description>"
    comments = b"<description>" + b"&lt;!--" * 60_000 + b"</description>"

    async def use(workers: Workers) -> None:
        await feed(workers, FEED)
        for item in (style, comments):
            start = time.perf_counter()
            await feed(workers, b"<rss version='2.0'><channel><item><title>t</title>" + item + b"</item></channel></rss>")
            assert time.perf_counter() - start < 3

    with_workers(use)


def test_entities_that_multiply_stay_small() -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    item = "<rss version='2.0'><channel><item><title>&l9;</title></item></channel></rss>"
    bomb = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "ha">{entities}]>{item}'

    async def use(workers: Workers) -> None:
        answer = await feed(workers, bomb.encode())
        assert isinstance(answer, GatherError) or len(answer.articles[0].title) < 1000

    with_workers(use)


def test_too_much_memory_is_a_clear_line_and_the_pool_survives() -> None:
    async def use(workers: Workers) -> None:
        assert "too much memory" in str(await workers.run(bytearray, 10**10))
        assert await workers.run(len, b"123") == 3

    with_workers(use)


def test_a_feed_of_54_mb_ends_one_way_or_the_other() -> None:
    item = b"<item><title>Une nouvelle</title><link>https://a.example/%07d</link><description>Encore.</description></item>"
    body = b"<rss version='2.0'><channel>" + b"".join(item % n for n in range(540_000)) + b"</channel></rss>"
    assert len(body) > 54_000_000

    async def use(workers: Workers) -> None:
        assert "was stopped" in str(await feed(workers, body))

    with_workers(use, deadline=2)


def test_an_error_meant_for_people_comes_back_as_it_was_told() -> None:
    async def use(workers: Workers) -> None:
        answer = await workers.run(refuse, "x")
        assert isinstance(answer, GatherError)
        assert (answer.message, answer.values) == ("{name} is refused", {"name": "x"})

    with_workers(use)


def test_a_mistake_of_ours_costs_one_source() -> None:
    async def use(workers: Workers) -> None:
        assert "could not be read (ValueError" in str(await workers.run(int, "x"))

    with_workers(use)


def test_what_prints_does_not_write_among_the_answers() -> None:
    async def use(workers: Workers) -> None:
        assert await workers.run(chatter) == "done"

    with_workers(use)


def test_more_tasks_than_processes_all_end() -> None:
    async def use(workers: Workers) -> None:
        assert await asyncio.gather(*(workers.run(len, b"1" * n) for n in range(20))) == list(range(20))

    with_workers(use, count=2)
