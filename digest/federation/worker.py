"""A worker: takes one job at a time, and looks at the timetable twice a minute.

Feeds are read before any draft is made, and no draft while another worker still reads some. What a dead worker held is taken
back; a server that is gone is waited for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from procrastinate import App, exceptions
from procrastinate.jobs import Status
from psycopg_pool import PoolTimeout

from digest.config import Config, load, site
from digest.errors import N_, BusyError, DigestError, GateError, StoreError
from digest.federation import queue, rounds
from digest.federation.hosting import address
from digest.federation.timetable import next_time
from digest.language.translations import team_translator
from digest.store import open_store
from digest.store.hosting import Hosted

LOOK: Final = 30.0
"""Seconds between two looks at the timetable."""
PATIENCE: Final = 300.0
"""Seconds that a draft waits for other workers to read their feeds."""
AT_ONCE: Final = 500
"""Newsletters whose drafts are put in the queue in one transaction."""

Say = Callable[..., None]
"""Tells the person at the terminal: a message and its values."""


@dataclass(slots=True)
class Worker:
    """One process at work for every newsletter of a server."""

    operator: Config
    """Its `collect` settings, its address and its language are those of the feeds that are read for all."""
    clock: Callable[[], datetime]
    say: Say
    until_idle: bool = False
    """End once nothing waits any more; else never."""
    look_every: float = LOOK
    _app: App = field(init=False)

    async def work(self) -> None:
        """Work until interrupted. Raises StoreError where the server cannot be reached, at first or with `until_idle`."""
        with open_store(self._address):
            pass  # it says better than procrastinate what is wrong with an address
        while True:
            try:
                await self._work()
                return
            except (exceptions.ConnectorException, PoolTimeout, StoreError) as error:
                if self.until_idle:
                    raise error if isinstance(error, StoreError) else self._gone(error) from error
                self.say(N_("The server is gone; trying again in {n} s."), n=round(self.look_every))
                await asyncio.sleep(self.look_every)

    @property
    def _address(self) -> str:
        return address(self.operator)

    def _gone(self, error: Exception) -> StoreError:
        return StoreError(N_("{database}: the server is gone ({cause})"), database=self._address.partition("?")[0], cause=error)

    async def _work(self) -> None:
        self._app = queue.new_app(self._address)
        self._app.task(name="read", retry=queue.AGAIN)(self._read)
        self._app.task(name="draft", retry=queue.AGAIN)(self._draft)
        async with self._app.open_async():
            await queue.make_tables(self._app)
            await self._look()
            working = asyncio.create_task(
                self._app.run_worker_async(
                    queues=[queue.FEEDS, f"site:{site()}"],
                    wait=not self.until_idle,
                    delete_jobs="successful",
                    shutdown_graceful_timeout=60,
                    stalled_worker_timeout=queue.ALIVE,
                )
            )
            looking = asyncio.create_task(self._look_for_ever())
            done, _ = await asyncio.wait((working, looking), return_when=asyncio.FIRST_COMPLETED)
            for task in (looking, working):
                task.cancel()
            await asyncio.gather(working, looking, return_exceptions=True)
            for task in done:
                task.result()

    # ------------------------------------------------------------------------------------------- the timetable

    async def _look_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self.look_every)
            await self._look()

    async def _look(self) -> None:
        """Put in the queue what is due, and take back what a dead worker held."""
        await self._take_back()
        while await asyncio.to_thread(self._put_due):
            pass

    def _put_due(self) -> bool:
        """Put the drafts that are due in the queue, after the feeds; whether there may be more. All of it, or nothing."""
        now = self.clock()
        with open_store(self._address) as store, store.together():
            for hosted in store.hosting.adrift(now, AT_ONCE):
                store.hosting.plan(_again(hosted, now), now)
            due = store.hosting.due(now, AT_ONCE)
            if due:
                jobs = [queue.reading(group) for group in rounds.groups_due(store, now)]
                jobs += [queue.drafting(hosted) for hosted in due]
                waiting = store.hosting.waiting([str(job.queueing_lock) for job in jobs])
                queue.put([job for job in jobs if job.queueing_lock not in waiting], store.driver())
            for hosted in due:
                store.hosting.plan(_again(hosted, now), now)
        return len(due) == AT_ONCE

    async def _take_back(self) -> None:
        for job in await self._app.job_manager.get_stalled_jobs(seconds_since_heartbeat=queue.ALIVE):
            with suppress(exceptions.ConnectorException):  # another worker was first
                if job.attempts + 1 < queue.ATTEMPTS:
                    await self._app.job_manager.retry_job(job)
                    continue
                await self._app.job_manager.finish_job(job, Status.FAILED, delete_job=False)
                if job.task_name == "draft":
                    error = N_("its worker ended {n} times before the draft was made")
                    await asyncio.to_thread(self._end, str(job.task_kwargs["newsletter"]), DigestError(error, n=queue.ATTEMPTS))

    # ------------------------------------------------------------------------------------------- the jobs

    async def _read(self, group: int) -> None:
        """Read a part of the feeds."""
        reports = await asyncio.to_thread(asyncio.run, rounds.read_group(self.operator, group, now=self.clock()))
        failed = sum(report.status == "failed" for report in reports)
        self.say(N_("{feeds} feeds read; failed: {failed}."), feeds=len(reports), failed=failed)

    async def _draft(self, newsletter: str) -> None:
        """Make the draft of a newsletter."""
        await self._feeds_read()
        await asyncio.to_thread(self._make_draft, newsletter)

    async def _feeds_read(self) -> None:
        """Wait until no living worker reads feeds any more, for as long as that is reasonable."""
        at_it = """SELECT count(*) AS n FROM procrastinate_jobs JOIN procrastinate_workers AS worker ON worker.id = worker_id
            WHERE task_name = 'read' AND status = 'doing' AND last_heartbeat > now() - make_interval(secs => %(alive)s)"""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while (await self._app.connector.execute_query_one_async(at_it, alive=queue.ALIVE))["n"]:
                    await asyncio.sleep(0.5)

    def _make_draft(self, newsletter: str) -> None:
        with open_store(self._address) as store:
            hosted = store.hosting.find(newsletter)
            if hosted is None:  # it was taken away meanwhile
                return
            store.hosting.begin(newsletter, self.clock())
        try:
            config = load(rounds.settings_of(hosted.file))
            made = rounds.make_draft(config, now=self.clock())
        except GateError:  # the edition of today is signed already
            self._end(newsletter, None)
        except (BusyError, StoreError) as error:
            self._end(newsletter, error)
            raise  # to be tried again
        except Exception as error:
            self._end(newsletter, error)
            self.say(N_("{newsletter}: {cause}"), newsletter=newsletter, cause=error)
        else:
            self._end(newsletter, None)
            self.say(N_("{newsletter}: draft {edition} is ready."), newsletter=newsletter, edition=made.edition)

    def _end(self, newsletter: str, error: Exception | None) -> None:
        """Note how a draft went."""
        say = team_translator(self.operator.settings.newsletter.language).gettext
        told = error.text(say) if isinstance(error, DigestError) else f"{type(error).__name__}: {error}" if error else None
        with open_store(self._address) as store:
            store.hosting.end(newsletter, self.clock(), told)


def _again(hosted: Hosted, now: datetime) -> Hosted:
    """A newsletter with its next time after now; of a time that can no longer be read, tomorrow."""
    try:
        return replace(hosted, next=next_time(hosted.cron, hosted.zone, now) if hosted.cron else None)
    except DigestError:
        return replace(hosted, next=now + timedelta(days=1))
