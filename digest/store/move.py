"""A store copied into another database, from SQLite to PostgreSQL or the other way: all of it or nothing, and checked.

The copy is one transaction of the target: a move that is killed leaves a target without tables, and is simply run again.
The source is read as it was at one moment, and keeps all it has.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, func, select

from digest.errors import N_, StoreError
from digest.store import schema as t
from digest.store.engines import Database, engine_of, in_plain_words, make_room, shown, tables_of, write_alone
from digest.store.migrations import migrate, refuse_encodings

_BATCH = {t.pictures.name: 20, t.revisions.name: 50}
"""How many rows of a table are held at a time, of those that may be long; 500 of the others."""


@dataclass(slots=True)
class Tally:
    """What tells the rows of a table from others, in whatever order they come: their number, and the sum of their hashes."""

    rows: int = 0
    total: int = field(default=0, repr=False)

    def count(self, row: Mapping[str, Any]) -> None:
        values = json.dumps(list(row.items()), default=_plain, sort_keys=True)
        self.rows += 1
        self.total += int.from_bytes(hashlib.blake2b(values.encode(), digest_size=16).digest(), "big")


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else hashlib.blake2b(value).hexdigest()


def move(source: Database, target: Database, *, progress: Callable[[str, int], None] = lambda *_: None) -> dict[str, int]:
    """Copy a store to where there is none; how many rows each table has. `progress` is told the same, table by table.

    Raises StoreError where the target holds something, or where what arrived is not what left; the target is then as before.
    """
    make_room(target)
    moved: dict[str, int] = {}
    with _reading(source) as theirs, _writing(target) as ours:
        for table in t.metadata.sorted_tables:
            moved[table.name] = _copy(table, theirs, ours, source, target)
            progress(table.name, moved[table.name])
    return moved


@contextmanager
def _reading(source: Database) -> Iterator[Connection]:
    """The store as it is now until the end of the block, whatever others write meanwhile."""
    engine = engine_of(source)
    try:
        with in_plain_words(source):
            with engine.begin() as connection:
                migrate(connection, source)
            with engine.connect() as connection:
                if isinstance(source, Path):
                    connection.exec_driver_sql("BEGIN")
                else:
                    connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                yield connection
    finally:
        engine.dispose()


@contextmanager
def _writing(target: Database) -> Iterator[Connection]:
    """New tables, in a transaction that the end of the block commits."""
    engine = engine_of(target)
    try:
        with in_plain_words(target), engine.begin() as connection:
            write_alone(connection)
            if tables_of(connection):
                message = N_("{database}: holds tables already; name a new file, or a database that is empty")
                raise StoreError(message, database=shown(target))
            refuse_encodings(connection, target)
            t.metadata.create_all(connection)
            yield connection
    finally:
        engine.dispose()


def _copy(table: Table, theirs: Connection, ours: Connection, source: Database, target: Database) -> int:
    """Copy the rows of a table, and read them again; how many there are."""
    left, arrived = Tally(), Tally()
    for rows in _batches(table, theirs, source):
        changed = [_as_kept_in(target, table, row, source) for row in rows]
        for row in changed:
            left.count(row)
        ours.execute(table.insert(), changed)
    for rows in _batches(table, ours, target):
        for row in rows:
            arrived.count(row)
    if left != arrived:
        raise StoreError(
            N_("{database}: what arrived in table {table} is not what left ({left} rows, then {arrived}); nothing is kept"),
            database=shown(target), table=table.name, left=left.rows, arrived=arrived.rows,
        )  # fmt: skip
    _count_on(table, ours)
    return left.rows


def _batches(table: Table, connection: Connection, database: Database) -> Iterator[Sequence[dict[str, Any]]]:
    size = _BATCH.get(table.name, 500)
    with in_plain_words(database):
        result = connection.execute(select(table), execution_options={"yield_per": size})
        for rows in result.mappings().partitions():
            yield [dict(row) for row in rows]


def _as_kept_in(target: Database, table: Table, row: dict[str, Any], source: Database) -> dict[str, Any]:
    """A row as the target keeps it: see `schema.Words` for NUL, `newsletters.settle` for the files of settings."""
    if table is t.newsletters:
        row |= {"file": _file_from(target, *_whole(source, row["file"]))}
    if isinstance(target, str):
        row = {name: value.replace("\0", "\ufffd") if isinstance(value, str) else value for name, value in row.items()}
    return row


def _whole(source: Database, file: str) -> tuple[str, str]:
    """The machine and the whole path of the settings of a newsletter."""
    if isinstance(source, Path):
        return platform.node(), (source.parent / file).resolve().as_posix()
    machine, _, path = file.partition(":")
    return machine, path


def _file_from(target: Database, machine: str, path: str) -> str:
    return Path(os.path.relpath(path, target.parent)).as_posix() if isinstance(target, Path) else f"{machine}:{path}"


def _count_on(table: Table, connection: Connection) -> None:
    """Let the numbers that PostgreSQL gives to new rows come after those that arrived; SQLite looks at them by itself."""
    column = table.autoincrement_column
    if column is None or connection.dialect.name == "sqlite":
        return
    sequence = func.pg_get_serial_sequence(table.name, column.name)
    last = select(func.setval(sequence, func.max(column))).having(func.max(column).is_not(None))
    connection.execute(last)
