"""What the tests share: a moment that never moves, settings, invented articles, and the command as a person types it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from digest import cli
from digest.config import write_starter
from digest.model import Article
from digest.settings import Settings, parse
from tests import databases, mailservers
from tests.databases import Postgres, running_postgres
from tests.mailservers import Dovecot, running_dovecot

if TYPE_CHECKING:
    from tests.federations import Program

hypothesis.settings.register_profile("digest", deadline=None)  # a busy machine is no mistake of the program
hypothesis.settings.load_profile("digest")

NOW = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)

SETTINGS: dict[str, Any] = {
    "newsletter": {"name": "Le fil d'essai", "sender": {"name": "Collectif d'essai", "email": "lettre@essai.example"}},
    "themes": [
        {"id": "ia", "name": {"fr": "IA", "en": "AI"}, "words": ["intelligence artificielle", "IA", "algorithme"]},
        {"id": "europe", "name": "Europe", "words": ["Commission européenne", "Parlement européen", "DSA"]},
    ],
    "sources": [{"name": "Dossier", "folder": "articles"}],
}


@pytest.fixture
def now() -> datetime:
    """The moment at which every test happens."""
    return NOW


@pytest.fixture
def settings() -> Settings:
    """A small newsletter with two themes and one folder."""
    return parse(SETTINGS)


@pytest.fixture
def article() -> Callable[..., Article]:
    """Makes an article that differs from the others by what is given."""
    plain = Article(
        id="00000000000000aa",
        url="https://gazette.example/a",
        title="Un titre",
        source="La Gazette",
        collected=NOW,
        text="Un premier paragraphe qui dit de quoi il s'agit.",
        published=NOW,
        dated_by="author",
    )

    def make(**fields: Any) -> Article:
        return replace(plain, **fields)

    return make


@dataclass
class Said:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Digest = Callable[..., Said]


@pytest.fixture
def digest(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Digest:
    """Runs a command the way the shell does, in the folder of the newsletter, at the moment of the tests."""
    monkeypatch.setattr(cli, "clock", lambda: NOW)
    monkeypatch.setattr("sys.excepthook", sys.excepthook)  # which --debug replaces
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)

    def run(*words: str, folder: Path | None = None) -> Said:
        monkeypatch.chdir(folder or tmp_path)
        monkeypatch.setattr("sys.argv", ["digest", *words])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capfd.readouterr()
        return Said(int(ended.value.code or 0), out, err)

    return run


@pytest.fixture
def starter(tmp_path: Path) -> Path:
    """A starter newsletter whose files were saved today."""
    for file in write_starter(tmp_path / "lettre"):
        os.utime(file, (NOW.timestamp(), NOW.timestamp()))
    return tmp_path / "lettre"


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A mail server on which any name is an account; tests that use it bear the mark `dovecot`."""
    with running_dovecot() as server:
        yield server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server of PostgreSQL; tests that use it bear the mark `postgres`."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """What starts workers, loaded once for all of them."""
    from tests.federations import running_program

    with running_program(tmp_path_factory.mktemp("said")) as program:
        yield program


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where a store may be: a test that asks for it is run on both databases."""
    if request.param == "sqlite":
        return tmp_path / "digest.db"
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_schema()


_SERVERS = {
    "dovecot": ("Dovecot 2.3", mailservers.PROGRAM, mailservers.INSTALL),
    "postgres": ("PostgreSQL", databases.PROGRAMS, databases.INSTALL),
    "sqlite3": ("sqlite3", shutil.which("sqlite3"), "apt-get install -y --no-install-recommends sqlite3"),
    "systemd": ("systemd", shutil.which("systemd-analyze"), "apt-get install -y --no-install-recommends systemd"),
}
"""By the mark of the tests that need it: its name, its program where it is installed, and how to install it."""


def pytest_configure(config: pytest.Config) -> None:
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell leaves it to what it starts in its background
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for mark, (name, _, _) in _SERVERS.items():
        config.addinivalue_line("markers", f"{mark}: needs a real {name}, which DIGEST_ALL_SERVERS=1 insists on")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a program its tests are left out, and the summary says so; with DIGEST_ALL_SERVERS=1 they fail."""
    for mark, (name, program, _) in _SERVERS.items():
        if program is None and os.environ.get("DIGEST_ALL_SERVERS") != "1":
            for item in items:
                if item.get_closest_marker(mark):
                    item.add_marker(pytest.mark.skip(reason=f"{name} is not installed"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for name, _, install in _SERVERS.values():
        missing = f"{name} is not installed"
        if left_out := [report for report in terminalreporter.getreports("skipped") if missing in str(report.longrepr)]:
            terminalreporter.write_line(f"not run, as {missing}: {len(left_out)} tests; to run them: {install}", yellow=True)
