"""The database behind a store, a SQLite file or one on a PostgreSQL server: how to open it, and what its errors mean to a person.

What the two do in different ways is here, in `lock` and in the types of `schema`; everything else is the same SQL.
"""

from __future__ import annotations

import json
import logging
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    Table,
    Text,
    any_,
    bindparam,
    create_engine,
    event,
    func,
    inspect,
    make_url,
    select,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DatabaseError

from digest.errors import N_, StoreError

Database = Path | str
"""Where a store is: the file of SQLite, or the address of a database of PostgreSQL, `postgresql://user@host/name`."""

UNWRITABLE = N_("{database}: cannot be written; allow writing in its folder, or name another file at 'store' in sources.yaml")


def engine_of(database: Database) -> Engine:
    """A way to the database; nothing is opened yet. Raises StoreError where the driver of PostgreSQL is not installed."""
    return _sqlite(database) if isinstance(database, Path) else _postgresql(database)


def insert_on(connection: Connection, table: Table) -> Any:
    """An INSERT that may say what to do `on_conflict`, which both databases understand and SQL does not have."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)


def among(connection: Connection, column: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    """Whether a column holds one of many values, which travel as one: SQL that spells each takes long to read."""
    if connection.dialect.name == "sqlite":
        return column.in_(select(func.json_each(json.dumps(list(values))).table_valued("value").c.value))
    kind = BigInteger() if values and isinstance(values[0], int) else Text()
    return column == any_(bindparam(None, list(values), type_=ARRAY(kind)))


def add_new(connection: Connection, table: Table, columns: Mapping[str, Sequence[Any]]) -> None:
    """Add many rows of a table, given by its columns, but for those that are there: in one go, which is ten times as quick."""
    insert = insert_on(connection, table)
    if connection.dialect.name == "sqlite":
        rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
        connection.execute(insert.on_conflict_do_nothing(), rows)
        return
    arrays = [bindparam(None, list(values), type_=ARRAY(table.c[name].type)) for name, values in columns.items()]
    connection.execute(insert.from_select(list(columns), select(*map(func.unnest, arrays))).on_conflict_do_nothing())


def one_writer_at_a_time(connection: Connection) -> None:
    """Let no other program add or place articles before the transaction ends: two might store, or place, the same news twice."""
    if connection.dialect.name == "postgresql":  # in a file, whoever writes is alone already
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('digest articles'), hashtext(current_schema()))")


def write_alone(connection: Connection) -> None:
    """Let no other program make or change tables before the transaction ends, which makes or changes all of them or none."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('digest tables'), hashtext(current_schema()))")
    elif not connection.connection.dbapi_connection.in_transaction:  # type: ignore[union-attr]  # it is open
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # Python begins by itself with the first INSERT, after the tables


def delete_for_good(connection: Connection) -> None:
    """Let what is deleted from now on be overwritten in the file; a server frees the place, and writes over it in time."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON")


def rewritten(engine: Engine) -> bool:
    """Write a file anew without what was deleted, and empty what stands beside it; False where that cannot be done now."""
    if engine.dialect.name != "sqlite":
        return True
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM")
            busy, _, _ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
    except DatabaseError:  # someone reads, or the disk is full
        return False
    return not busy


def tables_of(connection: Connection) -> list[str]:
    """The tables that are there, but for those of procrastinate, which may share the database."""
    return [name for name in inspect(connection).get_table_names() if not name.startswith("procrastinate_")]


def shown(database: Database) -> str:
    """Where a store is, for a person: of an address, what comes before its options."""
    return str(database).partition("?")[0]


def make_room(database: Database) -> None:
    """The folder of a file, made where it is not there. Raises StoreError."""
    try:
        if isinstance(database, Path):
            database.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(UNWRITABLE, database=database) from error


@contextmanager
def in_plain_words(database: Database) -> Iterator[None]:
    """What the database refuses inside, as a StoreError that names what a person can do."""
    try:
        yield
    except DatabaseError as error:
        raise told(database, error.orig) from error


def told(database: Database, error: BaseException | None) -> StoreError:
    """An error of either driver, as one that a person understands."""
    said = str(error).strip()
    if isinstance(database, Path):
        causes, sign = _OF_SQLITE, f"{getattr(error, 'sqlite_errorname', '')} {said}"
    else:
        causes, sign = _OF_POSTGRESQL, getattr(error, "sqlstate", None) or said  # one that lets nobody in gives words alone
    found = (cause for known, cause in causes.items() if any(one in sign for one in known))
    message = next(found, N_("{database}: {cause}"))
    if "unable to open" in sign and isinstance(database, Path) and _may_write(database):
        message = _UNOPENED
    hint = WAY_BACK if message in (_DAMAGED, _LACKING) else None
    return StoreError(message, hint=hint, database=shown(database), cause=" ".join(said.split()))


def _may_write(database: Path) -> bool:
    """Whether this account may write a file that is there; root always may, but on a disk that is read-only."""
    return database.is_file() and os.access(database, os.W_OK) and os.access(database.parent, os.W_OK)


def postgresql_options(address: str) -> dict[str, Any]:
    """What every connection asks for, unless the address says otherwise."""
    wanted: dict[str, Any] = {
        "connect_timeout": 10,  # seconds
        "client_encoding": "utf8",
        "fallback_application_name": f"digest {os.getpid()} {platform.node()}",  # `lock` tells by it who is at work
    }
    return {name: value for name, value in wanted.items() if name not in make_url(address).query}


def needs_driver(database: Database, error: ImportError) -> StoreError:
    """What to install for PostgreSQL."""
    message = N_("{database}: PostgreSQL needs a part of digest that is not installed ({cause})")
    return StoreError(message, hint=N_("pip install 'digest[postgres]'"), database=shown(database), cause=error)


def _sqlite(database: Path) -> Engine:
    engine = create_engine(f"sqlite:///{database}", json_deserializer=partial(_data, database))

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: object) -> None:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            "busy_timeout=5000",
            "wal_autocheckpoint=8000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _postgresql(address: str) -> Engine:
    url = make_url(address).set(drivername="postgresql+psycopg")
    logging.getLogger("psycopg").setLevel(logging.ERROR)  # it warns of what it raises as well
    try:
        engine = create_engine(url, connect_args=postgresql_options(address))
    except ImportError as error:
        raise needs_driver(address, error) from error

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: object) -> None:
        before, connection.autocommit = connection.autocommit, True  # what a transaction sets, its end may undo
        connection.execute(f"SET lock_timeout = '{_LONGEST_WAIT}s'")
        connection.autocommit = before

    return engine


def _data(database: Path, text: str) -> Any:
    """JSON that was kept. Raises StoreError for what is none: a damaged page may hold anything."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise StoreError(_DAMAGED, hint=WAY_BACK, database=shown(database)) from error


_LONGEST_WAIT = 60
"""Seconds that a command waits for tables that another program keeps to itself; it would wait for ever."""
WAY_BACK = N_("the guide tells the way back: 'When something is wrong'")
_DAMAGED = N_("{database}: is damaged; put a copy of it back, or save what can be read of it")
_LACKING = N_("{database}: is damaged, a part of it is missing; put back what pg_dump saved ({cause})")
_UNOPENED = N_("{database}: cannot be opened, as too many files are open; end other programs, then try again")
_OF_SQLITE: dict[tuple[str, ...], str] = {
    ("not a database", "malformed", "SQLITE_CORRUPT", "SQLITE_NOTADB", "Could not decode to UTF-8"): _DAMAGED,
    ("SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"): N_(
        "{database}: the disk is full; make room, then try again: nothing is half written"
    ),
    ("SQLITE_IOERR",): N_(
        "{database}: the disk no longer answers as it should; is it full, unplugged or broken? Nothing is half written ({cause})"
    ),
    ("unable to open", "readonly"): UNWRITABLE,
    ("is locked",): N_("{database}: another program has been writing in it for too long; try again"),
}
_OF_POSTGRESQL: dict[tuple[str, ...], str] = {
    ("28P01", "28000", "no password supplied", "password authentication failed", "no pg_hba.conf entry", "par mot de passe"): N_(
        "{database}: the server lets nobody in under this name and password; put the password in the variable PGPASSWORD "
        "or in the file .pgpass, not in sources.yaml ({cause})"
    ),
    ("3D000", "does not exist", "n'existe pas"): N_(
        "{database}: the server has no database, or no user, of this name; make it with createdb or createuser ({cause})"
    ),
    ("42501",): N_("{database}: the user may not make or change tables there; make it the database's owner ({cause})"),
    ("53100",): N_("{database}: the server's disk is full; make room, then try again: nothing is half written"),
    ("53300", "too many clients", "too many connections", "remaining connection slots"): N_(
        "{database}: the server has no connection left; try again, or raise its max_connections"
    ),
    ("25006",): N_("{database}: the server only lets itself be read; is it the copy of another one?"),
    ("42P01", "42703", "42P07", "XX001", "XX002"): _LACKING,
    ("55P03", "57014"): N_("{database}: another program has been writing in it for too long; try again"),
    ("40001", "40P01"): N_("{database}: two programs wrote the same thing at once; nothing is half written, try again"),
    (
        "57P0",
        "25P03",
        "server closed the connection",
        "connection is lost",
        "connection is closed",
        "starting up",
        "shutting down",
        "in recovery mode",
    ): N_("{database}: the server stopped or is starting; nothing is half written, try again ({cause})"),
    ("connection failed", "failed to resolve", "timeout expired", "could not translate", "could not connect"): N_(
        "{database}: no PostgreSQL server answers there; is it started, and is the address right? ({cause})"
    ),
}
"""What each database says, its SQLSTATE where it gives one (PostgreSQL's are in appendix A of its manual), else its words."""
