"""One run at a time on a store, and who holds it. A killed run holds nothing: the system, or the server, lets go of its lock."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from digest.errors import N_, BusyError, StoreError
from digest.store.engines import UNWRITABLE, Database, make_room, needs_driver, postgresql_options, shown, told

if TYPE_CHECKING:
    from psycopg import Connection


def one_run_at_a_time(database: Database, newsletter: str = "") -> AbstractContextManager[None]:
    """Hold the store for one run. Raises BusyError at once when another run holds it, and tells which.

    On a server, the runs of several newsletters may go on side by side; without a `newsletter` the run is alone on the store.
    """
    return _file_held(database) if isinstance(database, Path) else _database_held(database, newsletter)


@contextmanager
def _file_held(database: Path) -> Iterator[None]:
    """The lock of a SQLite file.

    Files beside the store: `.lock` is what is locked and stays; `.run` tells the process that holds it and goes away, and one
    that a killed run left tells nothing, since nobody asks while the lock is free.
    """
    lock = FileLock(f"{database}.lock", timeout=0)
    note = Path(f"{database}.run")
    try:
        make_room(database)
        lock.acquire()
        with suppress(OSError):  # it only informs
            note.write_text(str(os.getpid()), encoding="ascii")
    except Timeout as error:
        raise _busy(database, note) from error
    except OSError as error:
        raise StoreError(UNWRITABLE, database=database) from error
    try:
        yield
    finally:
        with suppress(OSError):
            note.unlink()
        lock.release()


def _busy(database: Path, note: Path) -> BusyError:
    try:
        process = int(note.read_text(encoding="ascii"))
        since = datetime.fromtimestamp(note.stat().st_mtime, UTC)
    except (OSError, ValueError):  # it has just begun, or just ended
        return BusyError(_IN_PROGRESS, database=database)
    return _held_by(database, str(process), since)


@contextmanager
def _database_held(address: str, newsletter: str) -> Iterator[None]:
    """The lock of a PostgreSQL database: an advisory one of a connection of its own, which ends with the process."""
    try:
        import psycopg
    except ImportError as error:
        raise needs_driver(address, error) from error
    connection = None
    try:
        connection = psycopg.connect(address, autocommit=True, **postgresql_options(address))
        outlive_no_machine(connection)
        for key, shared in _keys(newsletter):
            if not _locked(connection, key, shared=shared):
                raise _busy_there(address, connection, key)
    except psycopg.Error as error:
        raise told(address, error) from error
    else:
        yield
    finally:
        if connection:
            connection.close()


def _keys(newsletter: str) -> list[tuple[str, bool]]:
    """What is locked, and whether it may be shared: the store by all its newsletters, and each newsletter by one run."""
    return [("", True), (newsletter, False)] if newsletter else [("", False)]


_NUMBERS = "hashtext('digest'), hashtext(current_schema() || %s)"
"""The two numbers of a lock in this database."""


def outlive_no_machine(connection: Connection) -> None:
    """Let the server end a connection whose machine vanished, and with it the locks, but none for being idle."""
    for setting, seconds in (("idle", 60), ("interval", 10)):  # of a machine that vanished, the server hears nothing else
        connection.execute(f"SET tcp_keepalives_{setting} = {seconds}")
    connection.execute("SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'idle_session_timeout'")  # since 14


def _locked(connection: Connection, key: str, *, shared: bool) -> bool:
    kind = "pg_try_advisory_lock_shared" if shared else "pg_try_advisory_lock"
    row = connection.execute(f"SELECT {kind}({_NUMBERS})", (key and f"/{key}",)).fetchone()
    return bool(row and row[0])


def _busy_there(address: str, connection: Connection, key: str) -> BusyError:
    holder = f"""SELECT application_name, backend_start FROM pg_locks JOIN pg_stat_activity USING (pid)
        WHERE locktype = 'advisory' AND objsubid = 2 AND granted AND (classid::bigint, objid::bigint) = (
            SELECT a::bigint & 4294967295, b::bigint & 4294967295 FROM (SELECT {_NUMBERS}) AS keys (a, b)
        ) AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""  # noqa: S608 - of constants
    row = connection.execute(holder, (key and f"/{key}",)).fetchone()
    if row is None or row[1] is None:  # it has just ended, or is another user's
        return BusyError(_IN_PROGRESS, database=shown(address))
    return _held_by(address, row[0].removeprefix("digest "), row[1])


_IN_PROGRESS = N_("another run is in progress on {database}; let it end, then try again")


def _held_by(database: Database, process: str, since: datetime) -> BusyError:
    return BusyError(
        N_("another run is in progress on {database}, process {process}, since {since}; let it end, then try again"),
        database=shown(database), process=process, since=f"{since.astimezone():%Y-%m-%d %H:%M:%S}",
    )  # fmt: skip
