"""A PostgreSQL server that refuses, is full, is stopped or lets go in the middle: what is told, and that nothing is lost."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, event, make_url

from digest.config import write_starter
from digest.store import engines

from .conftest import NOW, Digest
from .databases import Postgres, running_postgres
from .small_disks import small_disk
from .test_adversity import NAME, PAGES, STEPS, needs_a_small_disk, told, write_text
from .test_move import rows_of
from .visitors import open_desk

EVERYTHING = os.environ.get("DIGEST_ALL_SERVERS") == "1"
pytestmark = pytest.mark.postgres


def newsletter(folder: Path, address: str) -> Path:
    """The starter newsletter, whose store is on the server; in the place of one that was there."""
    shutil.rmtree(folder, ignore_errors=True)
    for file in write_starter(folder):
        os.utime(file, (NOW.timestamp(), NOW.timestamp()))
    settings = folder / "sources.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("sqlite:///digest.db", address), encoding="utf-8")
    return folder


def kept(folder: Path, address: str) -> dict[str, Any]:
    """All that the store holds, but for how the sources fared and how often a deed was done again, and the email."""
    emails = {file.name: file.read_bytes() for file in (folder / "editions" / NAME).glob("email.*")}
    rows = {table: values for table, values in rows_of(address).items() if table not in ("sources", "editions", "events")}
    rows["deeds"] = sorted({row.partition("datetime")[0].partition(",")[2] for row in rows_of(address)["events"]})
    return rows | emails


@contextmanager
def at_moment(number: int, act: Callable[[], None]) -> Iterator[list[int]]:
    """Does something when the program tells its store something for the so-many-th time; how many times it did."""
    count = [0]

    def moment(*_: Any, **__: Any) -> None:
        count[0] += 1
        if count[0] == number:
            act()

    for name in ("before_cursor_execute", "commit"):
        event.listen(Engine, name, moment)
    try:
        yield count
    finally:
        for name in ("before_cursor_execute", "commit"):
            event.remove(Engine, name, moment)


def test_a_connection_that_the_server_ends_at_any_moment_is_told_and_the_same_command_ends_the_work(
    digest: Digest, postgres: Postgres, tmp_path: Path
) -> None:
    def cut() -> None:
        postgres.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'digest %'")

    def month(address: str, points: Callable[[str, int], list[int]]) -> dict[str, Any]:
        folder, after = newsletter(tmp_path / "lettre", address), {}
        for step in STEPS:
            if "texte.yaml" in step:
                write_text(digest, folder)
            for point in points(step, moments.get(step, 0)):
                with at_moment(point, cut):
                    said = digest(*step.split(), folder=folder)
                if said.code == 0:
                    break
                told(said, "le serveur s’est arrêté", "rien n’est écrit à moitié")
                failed.add(step)
            else:
                with at_moment(0, cut) as count:
                    assert digest(*step.split(), folder=folder).code == 0, step
                moments.setdefault(step, count[0])
            after[step] = kept(folder, address)
        return after

    moments: dict[str, int] = {}
    failed: set[str] = set()
    undisturbed = month(postgres.new_schema(), lambda _step, _count: [])

    def spread(step: str, count: int) -> list[int]:
        most = min(count, 12) if EVERYTHING else 2
        return sorted({1 + round(part * (count - 2) / most) for part in range(most)})

    assert month(postgres.new_schema(), spread) == undisturbed
    assert failed == set(STEPS)


def test_a_server_that_is_stopped_is_told_on_the_page_which_works_again_without_a_restart(digest: Digest, tmp_path: Path) -> None:
    with running_postgres() as server:
        address = server.new_database()
        folder = newsletter(tmp_path / "lettre", address)
        assert digest("draft", folder=folder).code == 0
        before = kept(folder, address)
        with open_desk(folder) as desk:
            owner = desk.owner()
            server.stop()
            for page in PAGES:
                answer = owner.get(page)
                assert (answer.status, "aucun serveur PostgreSQL n'y répond" in answer.words) == (422, True), page
            told(digest("draft", folder=folder), "aucun serveur PostgreSQL n’y répond")
            server.start()
            assert {owner.get(page).status for page in PAGES} == {200}
        assert digest("draft", folder=folder).code == 0
        assert kept(folder, address) == before


@needs_a_small_disk
def test_a_server_whose_disk_is_full_is_told_and_the_same_command_ends_the_work_once_there_is_room(
    digest: Digest, postgres: Postgres, tmp_path: Path
) -> None:
    folder, place = tmp_path / "lettre", postgres.folder / "petit"
    address = postgres.new_schema()
    assert digest("draft", folder=newsletter(folder, address)).code == 0
    expected = kept(folder, address)
    user = postgres.folder.stat().st_uid
    with small_disk(place, size=6_000_000, owner=user) as disk:
        postgres.execute(f"CREATE TABLESPACE petit LOCATION '{place}'")
        address = postgres.new_schema() + "%20-cdefault_tablespace%3Dpetit"
        try:
            newsletter(folder, address)
            for free in (0, 200_000, 800_000):
                disk.leave(free)
                told(digest("draft", folder=folder), "le disque du serveur est plein", "rien n’est écrit à moitié")
            disk.empty()
            assert digest("draft", folder=folder).code == 0
            assert kept(folder, address) == expected
        finally:
            disk.empty()
            schema = str(make_url(address).query["options"]).partition("=")[2].partition(" ")[0]
            postgres.execute(f"DROP SCHEMA {schema} CASCADE")
            postgres.execute("DROP TABLESPACE petit")


@contextmanager
def read_only(address: str, postgres: Postgres) -> Iterator[None]:
    postgres.execute("ALTER ROLE app SET default_transaction_read_only = on")
    yield
    with psycopg.connect(address, options="-c default_transaction_read_only=off", autocommit=True) as connection:
        connection.execute("ALTER ROLE app RESET default_transaction_read_only")


@contextmanager
def no_connection_left(_address: str, postgres: Postgres) -> Iterator[None]:
    held = []
    try:
        for _ in range(100):
            held.append(psycopg.connect(postgres.address("postgres")))  # noqa: PERF401 - the last one is refused
    except psycopg.OperationalError:
        yield
    finally:
        for connection in held:
            connection.close()


@contextmanager
def kept_to_itself(address: str, _: Postgres) -> Iterator[None]:
    with psycopg.connect(address) as other:
        other.execute("LOCK TABLE events IN ACCESS EXCLUSIVE MODE")
        yield
        other.rollback()


@contextmanager
def table_gone(address: str, postgres: Postgres) -> Iterator[None]:
    schema = str(make_url(address).query["options"]).partition("=")[2]
    postgres.execute(f"ALTER TABLE {schema}.events RENAME TO evenements")
    yield
    postgres.execute(f"ALTER TABLE {schema}.evenements RENAME TO events")


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        (read_only, "le serveur ne se laisse que lire"),
        (no_connection_left, "le serveur n’a plus de connexion libre"),
        (kept_to_itself, "un autre programme y écrit depuis trop longtemps"),
        (table_gone, "il en manque une partie"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_what_a_server_refuses_is_told_and_the_same_command_ends_the_work_once_it_is_mended(
    digest: Digest, postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cause: Any, said: str
) -> None:
    monkeypatch.setattr(engines, "_LONGEST_WAIT", 1)
    approve = f"approve {NAME} --by Camille"
    address = postgres.new_schema()
    folder = newsletter(tmp_path / "lettre", address)
    for words in ("draft", approve):
        assert digest(*words.split(), folder=folder).code == 0
    expected = kept(folder, address)
    address = postgres.new_schema()
    newsletter(folder, address)
    assert digest("draft", folder=folder).code == 0
    with cause(address, postgres):
        told(digest(*approve.split(), folder=folder), said)
    assert digest(*approve.split(), folder=folder).code == 0
    assert kept(folder, address) == expected
