"""The queue of the workers: procrastinate's tables, in the database of the store, and the two kinds of jobs in them."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from procrastinate import App, PsycopgConnector, RetryStrategy, SyncPsycopgConnector
from procrastinate.jobs import Job
from procrastinate.schema import SchemaManager, migrations_path
from procrastinate.sync_psycopg_connector import wrap_exceptions
from procrastinate.tasks import configure_task

from digest.store import Store
from digest.store.engines import postgresql_options
from digest.store.hosting import Hosted

logging.getLogger("procrastinate").setLevel(logging.CRITICAL)  # what goes wrong is told by the worker, without secrets

FEEDS: Final = "feeds"
"""The queue of the parts of the feeds, which any worker may read."""
ALIVE: Final = 30
"""Seconds since the last sign of life of a worker after which it is taken for dead; it gives one every ten."""
ATTEMPTS: Final = 5
"""Times that a job is begun: one that ends its worker each time must not end them all."""
REMEMBERED: Final = 30
"""Days after which a job that was given up is forgotten."""
AGAIN: Final = RetryStrategy(max_attempts=ATTEMPTS, exponential_wait=4)
"""Seconds before a job is tried again: 4, 16, 64, 256, 1,024."""


def new_app(address: str, *, timeout: float) -> App:
    """The way to the queue of a database, which waits `timeout` seconds for a connection; nothing is opened yet."""
    options = postgresql_options(address)
    return App(connector=PsycopgConnector(conninfo=address, kwargs=options, min_size=1, max_size=4, timeout=timeout))


def site_queue(hosted: Hosted) -> str:
    """The queue of the drafts of a newsletter: only a machine that sees its folder may take them."""
    return f"site:{hosted.file.partition(':')[0]}"


def reading(group: int) -> Job:
    """The reading of a part of the feeds: before any draft, and by one worker at a time."""
    lock = f"feeds:{group}"
    return _job("read", queue=FEEDS, priority=10, lock=lock, queueing_lock=lock, group=group)


def drafting(hosted: Hosted) -> Job:
    """The draft of a newsletter."""
    lock = f"draft:{hosted.name}"
    return _job("draft", queue=site_queue(hosted), priority=0, lock=lock, queueing_lock=lock, newsletter=hosted.name)


def _job(name: str, *, queue: str, priority: int, lock: str, queueing_lock: str, **values: Any) -> Job:
    options: dict[str, Any] = {"queue": queue, "priority": priority, "lock": lock, "queueing_lock": queueing_lock}
    return configure_task(name=name, job_manager=_ELSEWHERE.job_manager, task_kwargs=values, **options).job


_ELSEWHERE = App(connector=SyncPsycopgConnector())
"""Of a transaction that someone else opened: it has no connection of its own."""


def put(jobs: Sequence[Job], connection: Any) -> None:
    """Put jobs in the queue, in the transaction of a connection of psycopg."""
    if jobs:
        _ELSEWHERE.job_manager.batch_defer_jobs(list(jobs), connection=connection)


def make_tables(store: Store) -> None:
    """The tables of the queue, made or brought up to the version of procrastinate that is installed; several may try at once.

    Each step is one transaction, and says on the tables that it was done: a killed one is begun again.
    """
    with wrap_exceptions():
        while _next_step(store):
            pass


def _next_step(store: Store) -> bool:
    """Do the next step; whether there was one."""
    steps = sorted(file.name for file in migrations_path.iterdir() if file.name.endswith(".sql"))
    with store.together():
        connection = store.driver()
        connection.execute(f"SELECT pg_advisory_xact_lock{_ALONE}")
        done = _last_step(connection)
        step = steps[-1] if not done else next((step for step in steps if step > done), None)
        if step is None:
            return False
        if done is None:
            connection.execute(SchemaManager.get_schema())
        elif done:
            connection.execute((migrations_path / step).read_text(encoding="utf-8"))
        connection.execute(f"COMMENT ON TABLE procrastinate_jobs IS '{step}'")
    return True


def _last_step(connection: Any) -> str | None:
    """The last step of procrastinate that the tables have behind them; None where there are none, empty where nobody noted it."""
    there, step = connection.execute(
        "SELECT to_regclass('procrastinate_jobs'), obj_description(to_regclass('procrastinate_jobs'))"
    ).fetchone()
    return (step or "") if there else None


_ALONE = "(hashtext('digest queue'), hashtext(current_schema()))"
"""The lock of whoever changes the queue, but for taking a job and ending it."""


# ------------------------------------------------------------------------------------------- looking after it


@dataclass(frozen=True, slots=True)
class Taken:
    """A job that a worker began and will not end, and was taken from it."""

    id: int
    task: str
    values: Mapping[str, Any]
    given_up: bool
    """It was begun too often, and is not begun again."""


def alone(connection: Any, *, wait: bool) -> bool:
    """Whether no other worker looks after the queue now, once none does with `wait`; none does until this transaction ends."""
    with wrap_exceptions():
        if wait:
            connection.execute(f"SELECT pg_advisory_xact_lock{_ALONE}")
            return True
        return bool(connection.execute(f"SELECT pg_try_advisory_xact_lock{_ALONE}").fetchone()[0])


def take_back(connection: Any, *, alive: float, orphans: Collection[int] = ()) -> list[Taken]:
    """Take back the jobs of workers that gave no sign of life for `alive` seconds, and some that lost their worker.

    One that a same job waits behind is left to that one.
    """
    values = {"alive": alive, "orphans": list(orphans), "attempts": ATTEMPTS}
    with wrap_exceptions():
        return [Taken(*row) for row in connection.execute(_TAKE_BACK, values).fetchall()]


_TAKE_BACK = """
WITH lost AS (
    SELECT id, attempts + 1 >= %(attempts)s AS given_up, queueing_lock FROM procrastinate_jobs WHERE status = 'doing' AND (
        id = ANY(%(orphans)s::bigint[]) OR NOT EXISTS (
            SELECT FROM procrastinate_workers AS worker
            WHERE worker.id = worker_id AND last_heartbeat >= now() - make_interval(secs => %(alive)s)
        )
    ) FOR UPDATE SKIP LOCKED
), dropped AS (
    DELETE FROM procrastinate_jobs AS job USING lost WHERE job.id = lost.id AND EXISTS (
        SELECT FROM procrastinate_jobs AS other WHERE other.queueing_lock = lost.queueing_lock AND other.status = 'todo'
    ) RETURNING job.id
)
UPDATE procrastinate_jobs AS job SET attempts = attempts + 1, scheduled_at = NULL, worker_id = NULL,
    status = (CASE WHEN given_up THEN 'failed' ELSE 'todo' END)::procrastinate_job_status
FROM lost WHERE job.id = lost.id AND job.id NOT IN (SELECT id FROM dropped)
RETURNING job.id, task_name, args, given_up
"""


def doing(connection: Any, worker: int) -> set[int]:
    """The jobs that a worker has in hand, says the queue."""
    with wrap_exceptions():
        mine = "SELECT id FROM procrastinate_jobs WHERE status = 'doing' AND worker_id = %s"
        return {row[0] for row in connection.execute(mine, (worker,)).fetchall()}


def is_held(connection: Any, job: int, worker: int | None) -> bool:
    """Whether a worker still has a job in hand, says the queue: it may have been taken for dead meanwhile."""
    return job in doing(connection, worker) if worker else False


def forget(connection: Any) -> None:
    """Forget the jobs that were given up long ago."""
    with wrap_exceptions():
        connection.execute(
            """DELETE FROM procrastinate_jobs AS job WHERE status IN ('failed', 'aborted', 'cancelled') AND NOT EXISTS (
                SELECT FROM procrastinate_events WHERE job_id = job.id AND at > now() - make_interval(days => %s)
            )""",
            (REMEMBERED,),
        )


async def readings(app: App) -> tuple[int, int]:
    """The parts of the feeds that are being read, by workers that live or not, and those that wait and may be read now."""
    asked = """SELECT count(*) FILTER (WHERE status = 'doing') AS doing,
        count(*) FILTER (WHERE status = 'todo' AND coalesce(scheduled_at <= now(), true)) AS waiting
        FROM procrastinate_jobs WHERE status IN ('doing', 'todo') AND task_name = 'read'"""
    row = await app.connector.execute_query_one_async(asked)
    return row["doing"], row["waiting"]
