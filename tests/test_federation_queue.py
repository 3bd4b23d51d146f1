"""The queue of the workers: its tables, what is tried again or given up, and clocks that are wrong or jump."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import yaml
from procrastinate.schema import SchemaManager, migrations_path

from digest.federation.queue import make_tables
from digest.store import one_run_at_a_time, open_store
from tests.conftest import NOW, Digest
from tests.databases import Postgres
from tests.federations import (
    Host,
    Program,
    everything,
    federation,
    hosted,
    made,
    queued,
    running_hosts,
    take_in,
    until,
)

pytestmark = pytest.mark.postgres
MINUTE, HOUR, DAY, YEAR = 60.0, 3600.0, 86400.0, 365 * 86400.0


@pytest.fixture
def hosts() -> Iterator[list[Host]]:
    with running_hosts(1) as hosts:
        yield hosts


def execute(store: str, statement: str) -> None:
    with psycopg.connect(store, autocommit=True) as connection:
        connection.execute(statement.encode())


# ------------------------------------------------------------------------------------------- the tables


def shape(store: str) -> dict[str, list[tuple[object, ...]]]:
    """The columns, functions, indexes, kinds and triggers of a schema."""
    asked = {
        "columns": """SELECT table_name, column_name, data_type, column_default, is_nullable FROM information_schema.columns
            WHERE table_schema = current_schema() ORDER BY 1, 2""",
        "functions": """SELECT proname, pg_get_function_identity_arguments(oid), prosrc FROM pg_proc
            WHERE pronamespace = current_schema()::regnamespace ORDER BY 1, 2""",
        "indexes": """SELECT tablename, indexname, replace(indexdef, current_schema(), '') FROM pg_indexes
            WHERE schemaname = current_schema() ORDER BY 1, 2""",
        "values": """SELECT typname, enumlabel FROM pg_enum JOIN pg_type ON pg_type.oid = enumtypid
            WHERE typnamespace = current_schema()::regnamespace ORDER BY 1, 2""",
        "triggers": """SELECT tgname, tgrelid::regclass::text FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
            WHERE relnamespace = current_schema()::regnamespace AND NOT tgisinternal ORDER BY 1""",
        "step": "SELECT obj_description('procrastinate_jobs'::regclass)",
    }
    with psycopg.connect(store) as connection:
        return {name: connection.execute(one.encode()).fetchall() for name, one in asked.items()}


def with_tables(store: str) -> str:
    with open_store(store) as opened:
        make_tables(opened)
    return store


def test_the_tables_are_made_once_by_workers_that_start_together(postgres: Postgres) -> None:
    store, failed = postgres.new_schema(), []
    with open_store(store):
        pass

    def make_them() -> None:
        try:
            with_tables(store)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=make_them) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert shape(store) == shape(with_tables(postgres.new_schema()))


@pytest.mark.parametrize("last", ["02.14.01_01", "03.03.00_01", "03.04.00_01"])
def test_the_tables_of_an_older_procrastinate_become_those_of_today(last: str, postgres: Postgres) -> None:
    store = postgres.new_schema()
    steps = sorted(file.name for file in migrations_path.iterdir() if file.name.endswith(".sql"))
    older = [step for step in steps if step[: len(last)] <= last]
    with psycopg.connect(store, autocommit=True) as connection:
        for step in older:
            connection.execute((migrations_path / step).read_text(encoding="utf-8").encode())
        connection.execute(f"COMMENT ON TABLE procrastinate_jobs IS '{older[-1]}'".encode())
    today = shape(with_tables(postgres.new_schema()))
    assert shape(with_tables(store)) == today


def test_a_store_is_moved_from_a_server_with_a_queue_and_back(
    postgres: Postgres, tmp_path: Path, hosts: list[Host], program: Program, digest: Digest
) -> None:
    store, back = postgres.new_schema(), postgres.new_schema()
    execute(back, SchemaManager.get_schema())  # a queue that is there already is no store
    folders = federation(tmp_path / "federation", store, hosts, 2)
    program.work(folders[0])
    before = everything(store, folders)
    moved = digest("store", "move", f"sqlite:///{tmp_path}/moved.db", "--json", folder=folders[0])
    assert moved.code == 0, moved.err
    assert moved.json["tables"]["timetable"] == 2
    assert "procrastinate_jobs" not in moved.json["tables"]
    settle(folders, f"sqlite:///{tmp_path}/moved.db")
    again = digest("store", "move", back, "--json", folder=folders[0])
    assert again.code == 0, again.err
    settle(folders, back)
    program.work(folders[0], ahead=DAY)
    assert everything(back, folders) == before
    assert [hosted(folder).error for folder in folders] == [None, None]


def settle(folders: list[Path], store: str) -> None:
    for folder in folders:
        file = folder / "sources.yaml"
        settings = yaml.safe_load(file.read_text(encoding="utf-8"))
        file.write_text(yaml.safe_dump(settings | {"store": store}), encoding="utf-8")


# ------------------------------------------------------------------------------------------- tried again, or given up


def test_a_draft_that_meets_another_run_is_tried_again(
    postgres: Postgres, tmp_path: Path, hosts: list[Host], program: Program
) -> None:
    store = postgres.new_schema()
    folders = federation(tmp_path, store, hosts, 2)
    with one_run_at_a_time(store, "lettre-0"):
        program.work(folders[0])
    assert queued(store) == [("draft", "todo", 1)]
    assert "une autre commande travaille" in str(hosted(folders[0]).error)
    assert made(folders[1])["revision"] == 1
    execute(store, "UPDATE procrastinate_jobs SET scheduled_at = now()")
    program.work(folders[0])
    assert queued(store) == []
    assert hosted(folders[0]).error is None
    assert made(folders[0])["revision"] == 1


def test_what_was_given_up_is_forgotten_after_a_month(
    postgres: Postgres, tmp_path: Path, hosts: list[Host], program: Program
) -> None:
    store = postgres.new_schema()
    folders = federation(tmp_path, store, hosts, 1)
    with one_run_at_a_time(store, "lettre-0"):
        for _ in range(6):
            program.work(folders[0])
            execute(store, "UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")
    assert queued(store) == [("draft", "failed", 6)]
    execute(store, "UPDATE procrastinate_events SET at = at - interval '29 days'")
    program.work(folders[0])
    assert queued(store) == [("draft", "failed", 6)]
    execute(store, "UPDATE procrastinate_events SET at = at - interval '2 days'")
    program.work(folders[0])
    assert queued(store) == []


def test_a_job_that_a_living_worker_has_no_more_is_taken_back(
    postgres: Postgres, tmp_path: Path, hosts: list[Host], program: Program
) -> None:
    store = postgres.new_schema()
    folders = federation(tmp_path, store, hosts, 1)
    worker = program.start(folders[0], until_idle=False)
    until(lambda: hosted(folders[0]).ended and queued(store) == [])
    execute(
        store,
        """INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args, status, worker_id)
        SELECT 'feeds', 'read', 'feeds:33', 'feeds:33', '{"group": 33}', 'doing', max(id) FROM procrastinate_workers""",
    )
    until(lambda: queued(store) == [])
    assert "0 feeds read" in worker.said()
    program.end()


def test_a_job_of_a_dead_worker_is_left_to_the_same_one_that_waits(
    postgres: Postgres, tmp_path: Path, hosts: list[Host], program: Program
) -> None:
    store = with_tables(postgres.new_schema())
    folders = federation(tmp_path, store, hosts, 1)
    columns = "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args, status) VALUES "
    job = """('feeds', 'read', 'feeds:33', 'feeds:33', '{"group": 33}', 'doing')"""
    execute(store, f"{columns} {job}, {job.replace('doing', 'todo')}")
    said = program.work(folders[0])
    assert queued(store) == []
    assert said.count("0 feeds read") == 1
    assert made(folders[0])["revision"] == 1


# ------------------------------------------------------------------------------------------- clocks


def test_a_clock_that_jumps_a_year_ahead_and_back_costs_one_night(
    postgres: Postgres, tmp_path: Path, hosts: list[Host], program: Program
) -> None:
    store = postgres.new_schema()
    folders = federation(tmp_path, store, hosts, 2)
    program.work(folders[0], ahead=YEAR)
    assert "2027-11" in str(hosted(folders[0]).error), "nothing was said in that month"
    program.work(folders[0])
    for folder in folders:
        planned = hosted(folder).next
        assert planned
        assert 0 < (planned - NOW).total_seconds() < DAY
    program.work(folders[0], ahead=DAY)
    for folder in folders:
        assert made(folder)["revision"] == 1
        assert hosted(folder).error is None
        assert [file.name for file in (folder / "editions").iterdir()] == ["2026-11"]
    assert max(hosts[0].asked.count(path) for path in hosts[0].asked) == 2, "once in each year"


def test_a_clock_that_goes_back_an_hour_asks_and_drafts_nothing_again(
    postgres: Postgres, tmp_path: Path, hosts: list[Host], program: Program
) -> None:
    store = postgres.new_schema()
    folders = federation(tmp_path, store, hosts, 2)
    program.work(folders[0])
    planned = [hosted(folder).next for folder in folders]
    asked, before = list(hosts[0].asked), everything(store, folders)
    assert program.work(folders[0], ahead=-HOUR) == ""
    assert (hosts[0].asked, everything(store, folders)) == (asked, before)
    assert [hosted(folder).next for folder in folders] == planned


def test_machines_whose_clocks_are_five_minutes_apart_make_one_draft(
    postgres: Postgres, tmp_path: Path, hosts: list[Host], program: Program
) -> None:
    store = postgres.new_schema()
    folders = federation(tmp_path, store, hosts, 2)
    take_in(*folders, cron="33 9 * * *", now=NOW)  # in three minutes
    assert program.work(folders[0]) == ""
    said = [program.work(folders[0], ahead=ahead) for ahead in (5 * MINUTE, MINUTE, 4 * MINUTE, 9 * MINUTE)]
    assert ["is ready" in one for one in said] == [True, False, False, False]
    assert [made(folder)["events"] for folder in folders] == [[("draft", 1)]] * 2
    assert len(hosts[0].asked) == len(set(hosts[0].asked))
