"""One run at a time on a store, and who holds it. A killed run holds nothing: the system lets go of its lock with it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from digest.errors import N_, BusyError, StoreError

UNWRITABLE = N_("{database}: cannot be written; allow writing in its folder, or name another file at 'store' in sources.yaml")


@contextmanager
def one_run_at_a_time(database: Path) -> Iterator[None]:
    """Hold the store for one run. Raises BusyError at once when another run holds it, and tells which.

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


def make_room(database: Path) -> None:
    """The folder of the store, made where it is not there. Raises StoreError."""
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(UNWRITABLE, database=database) from error


def _busy(database: Path, note: Path) -> BusyError:
    try:
        process = int(note.read_text(encoding="ascii"))
        since = datetime.fromtimestamp(note.stat().st_mtime, UTC).astimezone()
    except (OSError, ValueError):  # it has just begun, or just ended
        return BusyError(N_("another run is in progress on {database}; let it end, then try again"), database=database)
    return BusyError(
        N_("another run is in progress on {database}, process {process}, since {since}; let it end, then try again"),
        database=database, process=process, since=f"{since:%Y-%m-%d %H:%M:%S}",
    )  # fmt: skip
