"""A real PostgreSQL server on loopback, with a database of its own for whoever asks: made in a second, gone without a trace."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.mailservers import _free_ports as free_ports

INSTALL = "apt-get install -y --no-install-recommends postgresql"
PASSWORD = "sésame-ouvre-toi"
"""Of the user `guarded`; `app` needs none."""
_DEBIAN = sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)
"""Debian keeps the programs of each version apart."""
_FOUND = shutil.which("initdb", path=os.pathsep.join([os.environ.get("PATH", ""), *_DEBIAN]))
PROGRAMS = Path(_FOUND).resolve().parent if _FOUND else None
"""Where initdb, pg_ctl, pg_dump and psql are; None where PostgreSQL is not installed."""

_QUICK = (
    "fsync=off",
    "full_page_writes=off",
    "autovacuum=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_connections=60",
)
_DOORS = """
host all guarded 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 trust
local all all trust
"""

_WATCH = 'read _; kill -QUIT $(head -n 1 "$0/data/postmaster.pid"); sleep 0.2; rm -rf "$0"'
"""Ends a server, which is nobody's child, with whoever started it: a killed test run leaves none behind."""


@dataclass
class Postgres:
    """A server that runs: `app` owns it, `guarded` has a password."""

    folder: Path
    port: int
    _count: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def address(self, database: str, user: str = "app") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """The address of an empty database."""
        name = f"essai_{next(self._count)}"
        self.execute(f"CREATE DATABASE {name}")
        return self.address(name)

    def new_schema(self) -> str:
        """The address of an empty schema, which is a database to whoever uses it and comes and goes much faster."""
        name = f"essai_{next(self._count)}"
        self.execute(f"CREATE SCHEMA {name}")
        return f"{self.address('postgres')}?options=-csearch_path%3D{name}"

    def execute(self, statement: str, database: str = "postgres") -> None:
        with psycopg.connect(self.address(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def start(self) -> None:
        options = " ".join(f"-c {setting}" for setting in (*_QUICK, "listen_addresses=127.0.0.1", f"port={self.port}"))
        _run("pg_ctl", "-D", self.folder / "data", "-w", "-l", self.folder / "log", "-o", f"{options} -k {self.folder}", "start")

    def stop(self) -> None:
        """At once, as when it crashes."""
        _run("pg_ctl", "-D", self.folder / "data", "-w", "-m", "immediate", "stop")


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A server of PostgreSQL until the end of the block."""
    if PROGRAMS is None:
        raise RuntimeError(f"these tests need PostgreSQL: {INSTALL}")
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) and shutil.disk_usage("/dev/shm").free > 2**30 else None
    folder = Path(tempfile.mkdtemp(prefix="postgres-", dir=memory))  # short: a socket's path has 108 bytes at most
    if _identity():
        os.chown(folder, _identity()["user"], _identity()["group"])
    server = Postgres(folder, free_ports(1)[0])
    watch = subprocess.Popen(
        ["sh", "-c", _WATCH, folder], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _run("initdb", "-D", folder / "data", "-A", "trust", "-U", "app", "--locale=C.UTF-8", "-E", "UTF8", "--no-sync")
        (folder / "data" / "pg_hba.conf").write_text(_DOORS)
        server.start()
        server.execute(f"CREATE ROLE guarded LOGIN PASSWORD '{PASSWORD}'")
        yield server
    finally:
        _kill(folder / "data" / "postmaster.pid")
        shutil.rmtree(folder, ignore_errors=True)
        watch.communicate()


def _run(program: str, *words: object) -> None:
    assert PROGRAMS
    done = subprocess.run(
        [PROGRAMS / program, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/", **_identity()
    )
    if done.returncode:
        raise RuntimeError(f"{program}: {done.stdout.decode(errors='replace')}")


def _identity() -> dict[str, Any]:
    """Who runs it: the server refuses to be root."""
    if os.getuid():
        return {}
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        user = pwd.getpwnam("nobody")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _kill(pid: Path) -> None:
    try:
        process = int(pid.read_text().split()[0])
    except FileNotFoundError:  # it never started, or was stopped
        return
    os.kill(process, signal.SIGQUIT)  # at once, its children with it
