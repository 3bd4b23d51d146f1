"""A store that moves to another database arrives whole, whichever way it goes and however often it is tried."""

from __future__ import annotations

import platform
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Table, select, update

from digest.errors import BusyError, StoreError, UsageError
from digest.model import Article, Edition, Event, Kinship, Link, Period, Receipt
from digest.store import Reader, one_run_at_a_time, open_store
from digest.store import move as moving
from digest.store import schema as t
from digest.store.accounts import Account
from digest.store.engines import Database, engine_of, tables_of
from digest.store.move import move
from tests.conftest import NOW, Digest
from tests.databases import Postgres

pytestmark = pytest.mark.postgres
Make = Callable[..., Article]
FEED = "https://gazette.example/feed"


@pytest.fixture(params=["there", "back"])
def way(request: pytest.FixtureRequest, tmp_path: Path, postgres: Postgres) -> tuple[Database, Database]:
    """From where to where."""
    ends: tuple[Database, Database] = (tmp_path / "lettre" / "digest.db", postgres.new_schema())
    return ends if request.param == "there" else ends[::-1]


def reader(database: Database, folder: Path) -> Reader:
    """The newsletter in a folder, as the settings there make it."""
    if isinstance(database, str):
        home, file = folder.as_posix().lstrip("/"), f"{platform.node()}:{folder}/sources.yaml"
    else:
        home, file = "", "sources.yaml"
    return Reader("Le fil", {FEED: "La Gazette", "folder:articles": "Notes"}, home, file)


def fill(database: Database, folder: Path, article: Make, count: int = 1200) -> None:
    """A store with something in every table, and more rows than go at once."""
    with open_store(database, reader(database, folder)) as store:
        several = [
            article(id=f"{number:016x}", title=f"Le n° {number}", aliases=(f"https://g.example/{number}",))
            for number in range(count)
        ]
        store.add(several)
        store.add([replace(several[0], text="Corrigé."), replace(several[1], source="Notes")])
        store.add(
            [article(id="e" * 16, picture=Link("Une photo", "https://g.example/p.png"), links=(Link("là", "https://x.example"),))]
        )
        store.add_each(
            [("folder:articles", [article(id="d" * 16, source="Notes", title="« Œuvre » : 100 % d’été 🌻", published=None)])]
        )
        store.place([Kinship("e" * 16, "e" * 16, None, "alone", 1 / 3)])
        store.withdraw([several[2].id], NOW)
        store.keep_pictures({"p.png": bytes(range(256)) * 9})
        store.save_source_states({FEED: {"etag": '"é"', "failures": 2}, "folder:articles": {"held": ["d" * 16]}})
        store.accounts.save(Account("Camille", "approver", "$argon2"))
        period = Period(datetime(2026, 11, 1, tzinfo=UTC), NOW)
        edition = Edition("2026-11", "Le fil", "fr", "draft", 1, NOW, period, "Le fil", "", "", (), ())
        store.editions.save(edition)
        store.editions.save(replace(edition, revision=2, subject="Le fil d’été"), by="Camille")
        store.editions.deliver(
            replace(edition, revision=2), "files", Receipt("1", "ici"), Event("deliver", None, NOW, 2, place="files")
        )


def rows_of(database: Database) -> dict[str, list[str]]:
    """Every row, but the places of the settings, which each store names from itself."""
    engine = engine_of(database)
    with engine.connect() as connection:
        tables = [table for table in t.metadata.sorted_tables if table is not t.newsletters]
        rows = {table.name: sorted(repr(tuple(row)) for row in connection.execute(select(table))) for table in tables}
    engine.dispose()
    return rows


def emptied(database: Database) -> bool:
    """Whether there is nothing; not even a table."""
    engine = engine_of(database)
    with engine.connect() as connection:
        names = tables_of(connection)
    engine.dispose()
    return not names


def test_a_store_arrives_whole_and_the_newsletter_is_known_there(
    way: tuple[Database, Database], tmp_path: Path, article: Make
) -> None:
    source, target = way
    folder = tmp_path / "lettre"
    fill(source, folder, article)
    before = rows_of(source)
    moved = move(source, target)
    assert rows_of(target) == before == rows_of(source)
    assert moved == {name: len(rows) for name, rows in before.items()} | {"newsletters": 1}
    assert min(moved[name] for name in ("articles", "versions", "addresses")) >= 1200
    with open_store(source, reader(source, folder)) as old, open_store(target, reader(target, folder)) as new:
        assert new.home == old.home
        assert new.articles() == old.articles()
        assert new.source_states() == old.source_states()
        assert new.accounts.all() == old.accounts.all()
        assert new.editions.last("2026-11") == old.editions.last("2026-11")
        assert new.editions.history("2026-11") == old.editions.history("2026-11")
        edition = new.editions.last("2026-11")
        assert edition
        new.editions.mark(edition, Event("reopen", "Camille", NOW, 2))  # its number comes after those that arrived
        assert [event.deed for event in new.editions.history("2026-11")] == ["draft", "edit", "deliver", "reopen"]


def test_a_store_that_went_and_came_back_is_the_same(tmp_path: Path, postgres: Postgres, article: Make) -> None:
    address = postgres.new_schema()
    fill(tmp_path / "digest.db", tmp_path, article, count=10)
    move(tmp_path / "digest.db", address)
    move(address, tmp_path / "ailleurs" / "digest.db")
    assert rows_of(tmp_path / "ailleurs" / "digest.db") == rows_of(tmp_path / "digest.db")
    with sqlite3.connect(tmp_path / "ailleurs" / "digest.db") as connection:
        assert connection.execute("select name, file, home from newsletters").fetchall() == [("Le fil", "../sources.yaml", "")]
        assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
    connection.close()


def test_a_move_that_is_killed_leaves_nothing_and_is_run_again(
    way: tuple[Database, Database], tmp_path: Path, article: Make
) -> None:
    source, target = way
    fill(source, tmp_path / "lettre", article, count=700)
    before = rows_of(source)
    run = (
        "import sys, time; from pathlib import Path; from digest.store.move import move\n"
        "ends = [end if '://' in end else Path(end) for end in sys.argv[1:]]\n"
        "move(*ends, progress=lambda table, _: table == 'versions' and (print(table, flush=True), time.sleep(60)))"
    )
    with subprocess.Popen([sys.executable, "-c", run, str(source), str(target)], stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"versions\n"
        process.send_signal(signal.SIGKILL)
    assert emptied(target)
    move(source, target)
    assert rows_of(target) == before == rows_of(source)


def test_a_move_does_not_touch_what_is_already_there(way: tuple[Database, Database], tmp_path: Path, article: Make) -> None:
    source, target = way
    fill(source, tmp_path / "lettre", article, count=3)
    with open_store(target) as store:
        store.add([article(id="c" * 16)])
    there = rows_of(target)
    with pytest.raises(StoreError, match="holds tables already; name a new file, or a database that is empty"):
        move(source, target)
    assert rows_of(target) == there


def test_a_row_that_changes_on_its_way_stops_the_move(
    way: tuple[Database, Database], tmp_path: Path, article: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = way
    fill(source, tmp_path / "lettre", article, count=3)
    batches = moving._batches

    def meddle(table: Table, connection: Connection, database: Database) -> Iterator[Sequence[dict[str, Any]]]:
        if table is t.articles and database == target:
            connection.execute(update(t.articles).values(source="Ailleurs"))
        return batches(table, connection, database)

    monkeypatch.setattr(moving, "_batches", meddle)
    with pytest.raises(StoreError, match=r"what arrived in table articles is not what left \(5 rows, then 5\); nothing is kept"):
        move(source, target)
    assert emptied(target)


def test_a_nul_in_a_file_is_replaced_on_the_server(tmp_path: Path, postgres: Postgres, article: Make) -> None:
    with open_store(tmp_path / "digest.db") as store:
        store.add([article(title="A\0B")])
    address = postgres.new_schema()
    move(tmp_path / "digest.db", address)
    with open_store(address) as store:
        assert store.articles()[0].title == "A\ufffdB"


def test_memory_does_not_grow_with_the_store(tmp_path: Path, postgres: Postgres, article: Make) -> None:
    peaks = []
    for count in (1500, 6000):
        source = tmp_path / f"{count}.db"
        with open_store(source) as store:
            store.add([article(id=f"{number:016x}", text=f"{number} " + "mot " * 500) for number in range(count)])
        run = (
            "import sys, tracemalloc; from pathlib import Path; from digest.store.move import move\n"
            "tracemalloc.start(); move(Path(sys.argv[1]), sys.argv[2]); print(tracemalloc.get_traced_memory()[1])"
        )
        done = subprocess.run([sys.executable, "-c", run, source, postgres.new_schema()], capture_output=True, check=True)
        peaks.append(int(done.stdout))
    assert peaks[1] < 1.2 * peaks[0]


# ------------------------------------------------------------------------------------------- the command


def test_the_command_says_what_to_change_and_the_newsletter_goes_on_there(
    digest: Digest, starter: Path, postgres: Postgres
) -> None:
    assert digest("draft", folder=starter).code == 0
    address, settings = postgres.new_database(), starter / "sources.yaml"
    said = digest("store", "move", address, folder=starter)
    assert said.code == 0
    assert "articles : 15" in said.out.replace("\xa0", " ")
    assert said.out.endswith(f"\nstore: {address}\n")
    before = digest("show", "2026-11", "--json", folder=starter).json
    settings.write_text(settings.read_text(encoding="utf-8").replace("sqlite:///digest.db", address), encoding="utf-8")
    (starter / "digest.db").unlink()
    assert digest("show", "2026-11", "--json", folder=starter).json == before
    assert digest("draft", folder=starter).code == 0
    after = digest("show", "2026-11", "--json", folder=starter).json
    assert after["revision"] == 1, "nothing is new: the folder is known again"
    back = digest("store", "move", "sqlite:///retour.db", "--json", folder=starter)
    assert (back.json["store"], back.json["tables"]["editions"]) == ("sqlite:///retour.db", 1)


def test_the_command_refuses_the_store_itself_and_one_at_work(digest: Digest, starter: Path, postgres: Postgres) -> None:
    assert digest("store", "move", "sqlite:///digest.db", folder=starter).code == UsageError.exit_code
    assert digest("store", "move", "ailleurs.db", folder=starter).code == UsageError.exit_code
    address = postgres.new_schema()
    with one_run_at_a_time(address):
        assert digest("store", "move", address, folder=starter).code == BusyError.exit_code
