"""Workers that are killed, a server that stops or is restarted under them, and processes that come back from the dead.

No test waits for the half minute after which a worker is taken for dead: either `Worker.alive` is short, or the test ages the
last sign of life in the database.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.store.hosts import Hosts
from tests.conftest import NOW
from tests.databases import Postgres, running_postgres
from tests.federations import (
    KILLED,
    PER_HOST,
    Host,
    Program,
    a_while_later,
    articles,
    everything,
    federation,
    hosted,
    made,
    newsletter,
    queued,
    running_hosts,
    take_in,
    until,
)

pytestmark = pytest.mark.postgres
EVERYTHING = os.environ.get("DIGEST_ALL_SERVERS") == "1"
NAMED = (
    "before reading",
    "between storing and placing",
    "before the draft is kept",
    "in the middle of the files",
    "before the team is told",
    "before how it went is noted",
    "before it is acknowledged",
)


@pytest.fixture(scope="module")
def hosts() -> Iterator[list[Host]]:
    with running_hosts(2) as hosts:
        yield hosts


@pytest.fixture(scope="module")
def undisturbed(
    postgres: Postgres, tmp_path_factory: pytest.TempPathFactory, hosts: list[Host], program: Program
) -> dict[str, object]:
    """What one worker makes of two newsletters when nothing happens to it."""
    store = postgres.new_schema()
    folders = federation(tmp_path_factory.mktemp("undisturbed"), store, hosts, 2)
    program.work(folders[0])
    return everything(store, folders)


@pytest.fixture(autouse=True)
def _nothing_runs_yet(hosts: list[Host], program: Program) -> None:
    program.end()
    for host in hosts:
        host.forget()
        host.delay = 0.0


# ------------------------------------------------------------------------------------------- killed


@pytest.mark.parametrize("moment", NAMED if EVERYTHING else NAMED[1:4] + NAMED[6:])
def test_what_a_killed_worker_was_at_is_done_by_the_next_one_as_if_nothing_had_happened(
    moment: str, postgres: Postgres, tmp_path: Path, hosts: list[Host], program: Program, undisturbed: dict[str, object]
) -> None:
    store = postgres.new_schema()
    folders = federation(tmp_path, store, hosts, 2)
    killed = program.start(folders[0], dies=moment)
    assert killed.wait() == KILLED, killed.said()
    assert [job for job in queued(store) if job[1] == "doing"]
    a_while_later(store, *folders)
    program.work(folders[0])
    assert everything(store, folders) == undisturbed
    assert queued(store) == []
    assert all(host.asked.count("/0.xml") <= 2 for host in hosts)


def test_what_was_stored_finds_its_story_though_no_feed_is_to_be_read_any_more(
    postgres: Postgres, tmp_path: Path, hosts: list[Host], program: Program
) -> None:
    store = postgres.new_schema()
    folder = newsletter(tmp_path / "lettre", store, [f"{hosts[0].url}/0.xml"])
    take_in(folder)
    killed = program.start(folder, dies="between storing and placing")
    assert killed.wait() == KILLED, killed.said()
    a_while_later(store)
    program.work(folder)
    assert len(articles(store)["stories"]) == 3
    assert hosts[0].asked == ["/0.xml"]
    assert len(made(folder)["stories"]) == 3


def test_a_worker_killed_at_any_moment_again_and_again_costs_nothing(
    postgres: Postgres, tmp_path: Path, hosts: list[Host], program: Program, undisturbed: dict[str, object]
) -> None:
    draw = random.Random(2026)
    for attempt in range(8 if EVERYTHING else 2):
        store = postgres.new_schema()
        folders = federation(tmp_path / str(attempt), store, hosts, 2)
        points = [draw.randrange(5, 420) for _ in range(3)]
        for point in points:
            ended = program.start(folders[0], point=point)
            assert ended.wait() in (KILLED, 0), ended.said()
            a_while_later(store, *folders)
        program.work(folders[0])
        program.work(folders[0])  # what feeds were read after
        assert everything(store, folders) == undisturbed, points
        assert queued(store) == [], points
        assert [hosted(folder).error for folder in folders] == [None, None], points


def test_the_others_go_on_when_one_is_killed_and_take_its_job(
    postgres: Postgres, tmp_path: Path, hosts: list[Host], program: Program, undisturbed: dict[str, object]
) -> None:
    store = postgres.new_schema()
    folders = federation(tmp_path, store, hosts, 2)
    dying = program.start(folders[0], dies="in the middle of the files", alive=1.2)
    others = [program.start(folders[0], until_idle=False, alive=1.2) for _ in range(2)]
    until(lambda: all(hosted(folder).ended for folder in folders))
    until(lambda: queued(store) == [])
    dying.send(signal.SIGKILL)
    for other in others:
        other.send(signal.SIGTERM)
    assert [other.wait() for other in others] == [0, 0], [other.said() for other in others]
    assert everything(store, folders) == undisturbed
    assert all(host.most_at_once <= PER_HOST for host in hosts)


def test_a_draft_that_ends_its_worker_each_time_is_given_up_and_told_and_the_others_are_made(
    postgres: Postgres, tmp_path: Path, hosts: list[Host], program: Program
) -> None:
    store = postgres.new_schema()
    folders = federation(tmp_path, store, hosts, 1)
    for _ in range(5):
        killed = program.start(folders[0], dies="before the draft is kept")
        assert killed.wait() == KILLED, killed.said()
        a_while_later(store, *folders)
    program.work(folders[0])
    assert queued(store) == [("draft", "failed", 5)]
    assert "5" in str(hosted(folders[0]).error)
    program.work(folders[0], ahead=86400)
    assert made(folders[0])["revision"] == 1
    assert hosted(folders[0]).error is None


def test_a_part_of_the_feeds_that_ends_its_worker_each_time_does_not_hold_up_drafts(
    postgres: Postgres, tmp_path: Path, hosts: list[Host], program: Program
) -> None:
    store = postgres.new_schema()
    folders = federation(tmp_path, store, hosts[:1], 1)
    for _ in range(5):
        killed = program.start(folders[0], dies="before reading")
        assert killed.wait() == KILLED, killed.said()
        a_while_later(store, *folders)
    program.work(folders[0])
    assert ("read", "failed", 5) in queued(store)
    assert made(folders[0])["revision"] == 1


def test_what_goes_wrong_with_a_part_of_the_feeds_is_told_and_does_not_hold_up_drafts(
    postgres: Postgres, tmp_path: Path, hosts: list[Host], program: Program
) -> None:
    store = postgres.new_schema()
    folders = federation(tmp_path, store, hosts[:1], 1)
    said = program.work(folders[0], dies="before reading", breaks=True)
    assert "of the feeds: RuntimeError: as the test wants" in said
    assert ("read", "todo", 1) in queued(store)
    assert made(folders[0])["revision"] == 1


# ------------------------------------------------------------------------------------------- told to end


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_told_to_end_ends_its_job_first(
    number: signal.Signals, postgres: Postgres, tmp_path: Path, hosts: list[Host], program: Program
) -> None:
    store = postgres.new_schema()
    folders = federation(tmp_path, store, hosts[:1], 1)
    hosts[0].delay = 0.5
    worker = program.start(folders[0], until_idle=False)
    until(lambda: hosts[0].asked)
    worker.send(number)
    assert worker.wait() == 0, worker.said()
    assert "The job in hand is ended first." in worker.said()
    assert queued(store) == [("draft", "todo", 0)], "it read its part of the feeds, and began nothing else"
    hosts[0].delay = 0
    program.work(folders[0])
    assert hosts[0].asked
    assert len(hosts[0].asked) == len(set(hosts[0].asked))
    assert made(folders[0])["revision"] == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_with_nothing_to_do_ends_at_once(
    number: signal.Signals, postgres: Postgres, tmp_path: Path, hosts: list[Host], program: Program
) -> None:
    store = postgres.new_schema()
    (folder,) = federation(tmp_path, store, hosts[:1], 1)
    worker = program.start(folder, until_idle=False, words=("worker",))
    until(lambda: "is ready" in worker.said() or "prêt" in worker.said())
    began = time.monotonic()
    worker.send(number)
    assert worker.wait() == 0, worker.said()
    assert time.monotonic() - began < 5


# ------------------------------------------------------------------------------------------- the server


def test_a_server_that_stops_and_starts_in_the_middle_is_waited_for(
    tmp_path: Path, hosts: list[Host], program: Program, undisturbed: dict[str, object]
) -> None:
    with running_postgres() as server:
        store = server.new_database()
        folders = federation(tmp_path, store, hosts, 2)
        hosts[0].delay = 0.3
        workers = [program.start(folders[0], until_idle=False, look_every=0.3, alive=1.5) for _ in range(2)]
        until(lambda: hosts[0].asked)
        server.stop()  # as when it crashes, in the middle of a part of the feeds
        until(lambda: all("The server is gone" in worker.said() for worker in workers))
        server.start()
        until(lambda: all(hosted(folder).ended for folder in folders) and queued(store) == [])
        server.stop()  # with nothing to do
        server.start()
        take_in(*folders)  # again, and overdue
        until(lambda: all((hosted(folder).next or NOW) > NOW for folder in folders) and queued(store) == [])
        for worker in workers:
            worker.send(signal.SIGTERM)
        assert [worker.wait() for worker in workers] == [0, 0], [worker.said() for worker in workers]
        assert everything(store, folders) == undisturbed
        assert all(host.asked.count("/0.xml") <= 3 for host in hosts)
        assert all("Traceback" not in worker.said() for worker in workers), workers[0].said()


def test_connections_that_the_server_ends_are_made_again(
    postgres: Postgres, tmp_path: Path, hosts: list[Host], program: Program, undisturbed: dict[str, object]
) -> None:
    store = postgres.new_schema()
    folders = federation(tmp_path, store, hosts, 2)
    for host in hosts:
        host.delay = 0.1
    worker = program.start(folders[0], until_idle=False, look_every=0.2, alive=1.2)
    mine = f"application_name LIKE 'digest {worker.pid} %'"
    for _ in range(6):
        postgres.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {mine}")
        time.sleep(0.25)
    until(lambda: all(hosted(folder).ended for folder in folders) and queued(store) == [])
    worker.send(signal.SIGTERM)
    assert worker.wait() == 0, worker.said()
    assert everything(store, folders) == undisturbed
    assert "Traceback" not in worker.said()


@pytest.mark.parametrize("it_keeps", ["its connections", "nothing"])
def test_a_worker_that_was_taken_for_dead_and_comes_back_spoils_nothing(
    it_keeps: str, postgres: Postgres, tmp_path: Path, hosts: list[Host], program: Program, undisturbed: dict[str, object]
) -> None:
    store = postgres.new_schema()
    folders = federation(tmp_path, store, hosts, 2)
    frozen = program.start(folders[0], until_idle=False, dies="before the draft is kept", freezes=True)
    until(lambda: Path(f"/proc/{frozen.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] == "T")
    a_while_later(store)
    if it_keeps == "nothing":
        postgres.execute(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'digest {frozen.pid} %'"
        )
    other = program.start(folders[0], until_idle=False)
    until(lambda: "lettre-1: draft 2026-11 is ready" in other.said())
    if it_keeps == "nothing":
        until(lambda: "lettre-0: draft 2026-11 is ready" in other.said())
    else:
        assert "lettre-0: draft" not in other.said(), "one run at a time"
    frozen.send(signal.SIGCONT)  # it goes on where it was, with a job that is another's
    until(lambda: queued(store) == [] and hosted(folders[0]).error is None)
    for worker in (frozen, other):
        worker.send(signal.SIGTERM)
    assert [worker.wait() for worker in (frozen, other)] == [0, 0], [frozen.said(), other.said()]
    assert everything(store, folders) == undisturbed
    assert "Traceback" not in frozen.said() + other.said()


def test_a_program_that_stands_still_loses_its_place_before_a_host(postgres: Postgres) -> None:
    store = postgres.new_schema()
    still, other = Hosts(store), Hosts(store, frozen=0.3)

    async def come_in() -> float:
        async with still.gate("a.example", 2), still.gate("a.example", 2), still.gate("b.example", 1):
            began = time.monotonic()
            async with other.gate("a.example", 2):
                return time.monotonic() - began

    assert 0.3 < asyncio.run(come_in()) < 10
    for one in (still, other):
        one.close()
