"""The queue of the workers: procrastinate's tables, in the database of the store, and the two kinds of jobs in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from procrastinate import App, PsycopgConnector, RetryStrategy, SyncPsycopgConnector, exceptions
from procrastinate.jobs import Job
from procrastinate.schema import migrations_path
from procrastinate.tasks import configure_task

from digest.store.engines import postgresql_options
from digest.store.hosting import Hosted

FEEDS: Final = "feeds"
"""The queue of the parts of the feeds, which any worker may read."""
ALIVE: Final = 30
"""Seconds since the last sign of life of a worker after which it is taken for dead; it gives one every ten."""
ATTEMPTS: Final = 5
"""Times that a job is begun: one that ends its worker each time must not end them all."""
AGAIN: Final = RetryStrategy(max_attempts=ATTEMPTS, exponential_wait=4)
"""Seconds before a job is tried again: 4, 16, 64, 256, 1,024."""


def new_app(address: str) -> App:
    """The way to the queue of a database; nothing is opened yet."""
    options = postgresql_options(address)
    return App(connector=PsycopgConnector(conninfo=address, kwargs=options, min_size=1, max_size=4, timeout=10))


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


async def make_tables(app: App) -> None:
    """The tables of the queue, made or brought up to the version of procrastinate that is installed; several may try at once."""
    steps = sorted(file.name for file in migrations_path.iterdir() if file.name.endswith(".sql"))
    done = await _last_step(app)
    if done == steps[-1]:
        return
    try:
        if done is None:
            await app.schema_manager.apply_schema_async()
        for step in steps:
            if done and step > done:
                script = (migrations_path / step).read_text(encoding="utf-8").replace("%", "%%")
                await app.connector.execute_query_async(script)
        await app.connector.execute_query_async(f"COMMENT ON TABLE procrastinate_jobs IS '{steps[-1]}'")
    except exceptions.ConnectorException:
        if await _last_step(app) is None:  # else another program was first
            raise


async def _last_step(app: App) -> str | None:
    """The last step of procrastinate that the tables have behind them; None where there are none, empty where nobody noted it."""
    asked = "SELECT to_regclass('procrastinate_jobs') AS there, obj_description(to_regclass('procrastinate_jobs')) AS step"
    row = await app.connector.execute_query_one_async(asked)
    return (row["step"] or "") if row["there"] else None
