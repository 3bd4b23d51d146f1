"""The newsletters that workers serve: which feeds they follow, when each is drafted, how that went last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, column, delete, exists, func, literal_column, select, table, update

from digest.store import schema as t
from digest.store.engines import among, insert_on

Connecting = Callable[[], AbstractContextManager[Connection]]
Doing = Literal["waiting", "running"]

SKEW = timedelta(minutes=10)
"""How far apart the clocks of two machines may be."""


@dataclass(frozen=True, slots=True)
class Hosted:
    """A newsletter that workers serve."""

    name: str
    file: str
    """Its settings: `machine:/whole/path`."""
    cron: str | None
    """When its draft is made: five fields, read in the time zone `zone`; None: never."""
    zone: str
    next: datetime | None
    began: datetime | None = None
    ended: datetime | None = None
    """Of the last draft; None while it is being made, or when the worker that made it was killed."""
    error: str | None = None
    """Why the last draft was not made, for a person; None where it was."""


@dataclass(frozen=True, slots=True)
class Queue:
    """How much waits for the workers, and how many there are: numbers."""

    workers: int
    """Those that gave a sign of life a minute ago or less."""
    running: int
    feeds: int
    """Parts of the feeds that wait to be read."""
    drafts: int
    """Drafts that wait to be made."""
    failed: int
    """Jobs that were given up in the last thirty days."""


class Hosting:
    """What a store knows of all the newsletters that workers serve: for the doors of whoever runs the machines."""

    def __init__(self, writing: Connecting, reading: Connecting) -> None:
        self._writing = writing
        self._reading = reading

    # ------------------------------------------------------------------------------------------- which ones

    def all(self) -> tuple[Hosted, ...]:
        """Every newsletter that workers serve, by name."""
        return self._found(_EVERY.order_by(t.newsletters.c.name))

    def find(self, name: str) -> Hosted | None:
        """The newsletter of a name; None where workers serve none of it."""
        return next(iter(self.these([name])), None)

    def these(self, names: Sequence[str]) -> tuple[Hosted, ...]:
        """Those of some newsletters that workers serve, by name."""
        with self._reading() as connection:
            return self._found(_EVERY.where(among(connection, t.newsletters.c.name, names)).order_by(t.newsletters.c.name))

    def _found(self, wanted: Any) -> tuple[Hosted, ...]:
        with self._reading() as connection:
            return tuple(_hosted(row) for row in connection.execute(wanted))

    def feeds(self) -> list[str]:
        """The addresses of the feeds that workers read, each once, however many newsletters follow it."""
        served = select(t.timetable.c.newsletter)
        wanted = select(t.follows.c.source).where(t.follows.c.asked, t.follows.c.newsletter.in_(served)).distinct()
        with self._reading() as connection:
            return sorted(connection.execute(wanted).scalars())

    # ------------------------------------------------------------------------------------------- when, and how it went

    def plan(self, hosted: Hosted, now: datetime) -> None:
        """Serve a newsletter from now on, drafted when it says; how its last draft went stays."""
        row = {"newsletter": hosted.name, "cron": hosted.cron, "zone": hosted.zone, "next": hosted.next, "as_of": now}
        with self._writing() as connection:
            keep = insert_on(connection, t.timetable).values(row)
            kept = {name: keep.excluded[name] for name in ("cron", "zone", "next", "as_of")}
            connection.execute(keep.on_conflict_do_update(index_elements=["newsletter"], set_=kept))

    def leave(self, newsletter: str) -> None:
        """Serve a newsletter no longer; all that it has stays."""
        with self._writing() as connection:
            connection.execute(delete(t.timetable).where(t.timetable.c.newsletter == newsletter))

    def due(self, now: datetime, most: int) -> tuple[Hosted, ...]:
        """Those whose time has come, the longest overdue first, at most so many: no other program is given them meanwhile."""
        return self._claimed(t.timetable.c.next <= now, most)

    def some_are_never_drafted(self) -> bool:
        """Whether workers only read the feeds of some."""
        with self._reading() as connection:
            return bool(connection.execute(select(exists().where(t.timetable.c.cron.is_(None)))).scalar())

    def adrift(self, now: datetime, most: int) -> tuple[Hosted, ...]:
        """Those whose next time was worked out by a clock that was ahead of this one: it may be years away."""
        return self._claimed(t.timetable.c.as_of > now + SKEW, most)

    def _claimed(self, which: ColumnElement[bool], most: int) -> tuple[Hosted, ...]:
        wanted = _EVERY.where(which).order_by(t.timetable.c.next, t.timetable.c.newsletter).limit(most)
        return self._found(wanted.with_for_update(of=t.timetable, skip_locked=True))

    def begin(self, newsletter: str, now: datetime) -> None:
        """Note that a draft of a newsletter is being made."""
        self._note(newsletter, began=now, ended=None)

    def end(self, newsletter: str, now: datetime, error: str | None) -> None:
        """Note that the draft of a newsletter was made, or why it was not."""
        self._note(newsletter, ended=now, error=error)

    def _note(self, newsletter: str, **values: datetime | str | None) -> None:
        with self._writing() as connection:
            connection.execute(update(t.timetable).where(t.timetable.c.newsletter == newsletter).values(**values))

    # ------------------------------------------------------------------------------------------- the queue

    def doing(self, locks: Sequence[str]) -> dict[str, Doing]:
        """Whether some jobs wait or run, by what keeps each from waiting twice; empty where there is no queue yet."""
        with self._reading() as connection:
            if connection.dialect.name != "postgresql" or not connection.execute(_THERE).scalar():
                return {}
            meant = among(connection, _JOBS.c.queueing_lock, locks)
            known = select(_JOBS.c.queueing_lock, _is("doing").label("running")).where(meant, _is("todo") | _is("doing"))
            found = sorted(connection.execute(known), key=lambda row: row.running)  # one may run while the next one waits
            return {row.queueing_lock: "running" if row.running else "waiting" for row in found}

    def queue(self) -> Queue | None:
        """How much waits for the workers; None where there is no queue yet."""
        with self._reading() as connection:
            if connection.dialect.name != "postgresql" or not connection.execute(_THERE).scalar():
                return None
            counted = select(_JOBS.c.task_name, _JOBS.c.status, func.count().label("n")).group_by(
                _JOBS.c.task_name, _JOBS.c.status
            )
            jobs = {(row.task_name, row.status): row.n for row in connection.execute(counted)}
            alive = select(func.count()).where(_WORKERS.c.last_heartbeat > func.clock_timestamp() - timedelta(minutes=1))
            workers = connection.execute(alive.select_from(_WORKERS)).scalar() or 0
        running, failed = (sum(n for (_, status), n in jobs.items() if status == one) for one in ("doing", "failed"))
        return Queue(workers, running, jobs.get(("read", "todo"), 0), jobs.get(("draft", "todo"), 0), failed)


_EVERY = select(t.timetable, t.newsletters.c.file).join(t.newsletters, t.newsletters.c.name == t.timetable.c.newsletter)
_JOBS = table("procrastinate_jobs", *(column(name) for name in ("status", "task_name", "queueing_lock")))
"""The queue: procrastinate's table, in the same database."""
_WORKERS = table("procrastinate_workers", column("last_heartbeat"))
_THERE = select(func.to_regclass("procrastinate_jobs"))


def _is(status: str) -> ColumnElement[bool]:
    return _JOBS.c.status == literal_column(f"'{status}'")


def _hosted(row: Row[Any]) -> Hosted:
    return Hosted(row.newsletter, row.file, row.cron, row.zone, row.next, row.began, row.ended, row.error)
