"""A worker: takes one job at a time, and looks at the timetable twice a minute.

Feeds are read before any draft is made, and no draft while another worker still reads some. What a dead worker held is taken
back; a server that is gone is waited for.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from procrastinate import App, JobContext, exceptions
from psycopg_pool import PoolTimeout

from digest.config import Config, load, site
from digest.errors import N_, BusyError, DigestError, GateError, StoreError
from digest.federation import queue, rounds
from digest.federation.hosting import address
from digest.federation.timetable import next_time
from digest.language.translations import team_translator
from digest.model import Edition
from digest.store import Store, open_store
from digest.store.hosting import Hosted

if TYPE_CHECKING:
    from procrastinate.worker import Worker as Runner

LOOK: Final = 30.0
"""Seconds between two looks at the timetable."""
PATIENCE: Final = 300.0
"""Seconds that a draft waits for other workers to read their feeds."""
GRACE: Final = 240.0
"""Seconds that the job in hand has to end once the worker is told to."""
BROWSE: Final = 1800.0
"""Seconds between two looks at the feeds of newsletters that are never drafted."""
AT_ONCE: Final = 500
"""Newsletters whose drafts are put in the queue in one transaction."""

_PUT_OFF = 3
"""Times that a draft is put off since feeds are to be read first."""
_FEEDS_FIRST = N_("feeds are to be read first")

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
    alive: float = queue.ALIVE
    _app: App = field(init=False)
    _number: int | None = field(init=False, default=None)
    """By which the queue knows it."""
    _browse_at: float = field(init=False, default=0.0)
    _ending: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _in_hand: set[int] = field(init=False, default_factory=set)
    """The jobs that this process is at, by their numbers."""
    _lost: set[int] = field(init=False, default_factory=set)
    """Those that the queue says it has, and it has not: the server went while it told how they ended."""

    async def work(self) -> None:
        """Work until `end`, or a signal. Raises StoreError where the server cannot be reached, at first or with `until_idle`."""
        with open_store(self._address):
            pass  # it says better than procrastinate what is wrong with an address
        asyncio.get_running_loop().set_exception_handler(_unnoticed)
        with suppress(ValueError, RuntimeError, NotImplementedError):  # in a thread, or where there are no signals
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, self.end)
        while not self._ending.is_set():
            try:
                await self._work()
                if self.until_idle:
                    return
            except (exceptions.ConnectorException, PoolTimeout, StoreError) as error:
                if self.until_idle:
                    raise error if isinstance(error, StoreError) else self._gone(error) from error
                if not self._ending.is_set():
                    self.say(N_("The server is gone; trying again in {n} s."), n=round(self.look_every))
                await self._pause()

    def end(self) -> None:
        """End once the job in hand is done; a second signal ends the program at once."""
        self._ending.set()
        if self._in_hand:
            self.say(N_("The job in hand is ended first."))
        with suppress(ValueError, RuntimeError, NotImplementedError):
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().remove_signal_handler(number)

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self.look_every):
                await self._ending.wait()

    @property
    def _address(self) -> str:
        return address(self.operator)

    def _gone(self, error: Exception) -> StoreError:
        return StoreError(N_("{database}: the server is gone ({cause})"), database=self._address.partition("?")[0], cause=error)

    async def _work(self) -> None:
        """Work until told to end, or until idle where that is asked. Raises what the server raises once it is gone."""
        self._app = queue.new_app(self._address, timeout=self.alive / 3)
        self._app.task(name="read", retry=queue.AGAIN)(self._read)
        self._app.task(name="draft", retry=queue.AGAIN, pass_context=True)(self._draft)
        self._number = None
        await asyncio.to_thread(self._make_tables)
        await self._look(wait=True)  # what another puts in the queue just now is there to be done
        async with self._app.open_async():
            running = self._app.run_worker_async(
                queues=[queue.FEEDS, f"site:{site()}"],
                wait=not self.until_idle,
                delete_jobs="successful",
                install_signal_handlers=False,
                shutdown_graceful_timeout=GRACE,
                update_heartbeat_interval=self.alive / 3,
                stalled_worker_timeout=self.alive,
                worker_middleware=[self._at_hand],
            )
            tasks = [asyncio.create_task(one) for one in (running, self._look_for_ever(), self._ending.wait())]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()  # of the first one, to end its job
                ended = await asyncio.gather(*tasks, return_exceptions=True)
        for error in ended:
            if isinstance(error, Exception):  # a cancelled one is none
                raise error

    def _make_tables(self) -> None:
        with open_store(self._address) as store:
            queue.make_tables(store)

    async def _at_hand(self, do: Callable[[], Awaitable[Any]], job: JobContext, runner: Runner) -> Any:
        assert job.job.id is not None
        self._number = runner.worker_id
        self._in_hand.add(job.job.id)
        try:
            return await do()
        finally:
            self._in_hand.discard(job.job.id)

    # ------------------------------------------------------------------------------------------- the timetable

    async def _look_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self.look_every)
            await self._look(wait=False)

    async def _look(self, *, wait: bool) -> None:
        """Look after the queue, even if others do with `wait`: put in it what is due, and take back what a dead worker held."""
        while await asyncio.to_thread(self._look_after, wait=wait):
            pass

    def _look_after(self, *, wait: bool) -> bool:
        """Whether there may be more to do. All of it is done, or nothing, and by one worker at a time."""
        now = self.clock()
        with open_store(self._address) as store, store.together():
            if not queue.alone(store.driver(), wait=wait):
                return False
            self._take_back(store, now)
            queue.forget(store.driver())
            for hosted in store.hosting.adrift(now, AT_ONCE):
                store.hosting.plan(_again(hosted, now), now)
            due = store.hosting.due(now, AT_ONCE)
            jobs = [queue.reading(group) for group in self._groups(store, now, some_are_due=bool(due))]
            jobs += [queue.drafting(hosted) for hosted in due]
            known = store.hosting.doing([str(job.queueing_lock) for job in jobs]) if jobs else {}
            queue.put([job for job in jobs if job.queueing_lock not in known], store.driver())
            for hosted in due:
                store.hosting.plan(_again(hosted, now), now)
        return len(due) == AT_ONCE

    def _groups(self, store: Store, now: datetime, *, some_are_due: bool) -> list[int]:
        """The parts of the feeds to read now: before drafts, and every day for newsletters that have none."""
        if some_are_due:
            return rounds.groups_due(store, now)
        if monotonic() < self._browse_at or not store.hosting.some_are_never_drafted():
            return []
        self._browse_at = monotonic() + BROWSE
        return rounds.groups_due(store, now, rounds.DAILY)

    def _take_back(self, store: Store, now: datetime) -> None:
        lost = queue.doing(store.driver(), self._number) - self._in_hand if self._number else set()
        orphans, self._lost = lost & self._lost, lost  # one that is being noted as done is not there the next time
        for job in queue.take_back(store.driver(), alive=self.alive, orphans=orphans):
            if job.given_up and job.task == "draft":
                error = DigestError(N_("its worker ended {n} times before the draft was made"), n=queue.ATTEMPTS)
                store.hosting.end(str(job.values["newsletter"]), now, self._told(error))

    # ------------------------------------------------------------------------------------------- the jobs

    async def _read(self, group: int) -> None:
        """Read a part of the feeds."""
        try:
            reports = await asyncio.to_thread(asyncio.run, rounds.read_group(self.operator, group, now=self.clock()))
        except Exception as error:
            self.say(N_("Part {group} of the feeds: {cause}"), group=group, cause=self.operator.hide(self._told(error)))
            raise  # to be tried again
        failed = sum(report.status == "failed" for report in reports)
        self.say(N_("{feeds} feeds read; failed: {failed}."), feeds=len(reports), failed=failed)

    async def _draft(self, job: JobContext, newsletter: str) -> None:
        """Make the draft of a newsletter."""
        await self._feeds_read(job.job.attempts)
        assert job.job.id is not None
        await asyncio.to_thread(self._make_draft, newsletter, _Hand(job.job.id, self._number))

    async def _feeds_read(self, attempts: int) -> None:
        """Wait until no worker reads feeds any more, for as long as that is reasonable. Raises BusyError to come back later."""
        waiting = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while (found := await queue.readings(self._app))[0]:
                    if self._ending.is_set():
                        raise BusyError(_FEEDS_FIRST)
                    await asyncio.sleep(0.5)
                waiting = found[1]
        if waiting and attempts < _PUT_OFF:  # taken back from a worker that died
            raise BusyError(_FEEDS_FIRST)

    def _make_draft(self, newsletter: str, hand: _Hand) -> None:
        with open_store(self._address) as store:
            hosted = store.hosting.find(newsletter)
            if hosted is None:  # it was taken away meanwhile
                return
            store.hosting.begin(newsletter, self.clock())
        made: Edition | None = None
        failed: Exception | None = None
        hide: Callable[[str], str] = str
        try:
            config = load(rounds.settings_of(hosted.file))
            hide = config.hide
            made = rounds.make_draft(config, now=self.clock())
        except GateError:  # the edition of today is signed already
            pass
        except Exception as error:
            failed = error
        told = hide(self._told(failed)) if failed else None  # without the secrets: whoever runs the machines reads it
        self._end(newsletter, told, hand)
        if isinstance(failed, BusyError | StoreError):
            raise failed  # to be tried again
        if made:
            self.say(N_("{newsletter}: draft {edition} is ready."), newsletter=newsletter, edition=made.edition)
        elif told:
            self.say(N_("{newsletter}: {cause}"), newsletter=newsletter, cause=told)

    def _end(self, newsletter: str, error: str | None, hand: _Hand) -> None:
        """Note how a draft went; that it failed, unless another worker is at it, as this one was taken for dead."""
        with open_store(self._address) as store, store.together():
            if error is None or queue.is_held(store.driver(), hand.job, hand.worker):
                store.hosting.end(newsletter, self.clock(), error)

    def _told(self, error: Exception) -> str:
        say = team_translator(self.operator.settings.newsletter.language).gettext
        return error.text(say) if isinstance(error, DigestError) else f"{type(error).__name__}: {error}"


@dataclass(frozen=True, slots=True)
class _Hand:
    """A job, and the number of the worker that has it in hand."""

    job: int
    worker: int | None


def _unnoticed(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What a task left that nobody waits for: that the queue could not be told how a job ended, which takes it back."""
    if not isinstance(context.get("exception"), exceptions.ConnectorException | PoolTimeout):
        loop.default_exception_handler(context)


def _again(hosted: Hosted, now: datetime) -> Hosted:
    """A newsletter with its next time after now; of a time that can no longer be read, tomorrow."""
    try:
        return replace(hosted, next=next_time(hosted.cron, hosted.zone, now) if hosted.cron else None)
    except DigestError:
        return replace(hosted, next=now + timedelta(days=1))
