"""A store that an earlier version made becomes today's, with all that it held."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import DatabaseError

from digest.errors import StoreError
from digest.model import Article
from digest.store import Reader, migrations, open_store
from digest.store.engines import Database, engine_of
from digest.store.migrations import STEPS
from tests.databases import Postgres

Make = Callable[..., Article]
DATA = Path(__file__).parent / "data"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A store of the first version."""
    with sqlite3.connect(tmp_path / "old.db") as connection:
        connection.executescript((DATA / "store-1.sql").read_text(encoding="utf-8"))
    connection.close()
    return tmp_path / "old.db"


def shape(database: Path) -> dict[str, set[tuple[object, ...]]]:
    """The columns and indexes of each table."""
    connection = sqlite3.connect(database)
    tables = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")]
    found = {
        table: {row[1:4] + row[5:] for row in connection.execute(f"pragma table_info({table})")}
        | {row[1:3] for row in connection.execute(f"pragma index_list({table})") if not row[1].startswith("sqlite_")}
        for table in tables
    }
    connection.close()
    return found


def shape_on_server(address: str) -> list[tuple[object, ...]]:
    """The same of a database of PostgreSQL."""
    columns = (
        "SELECT table_name, column_name, data_type, is_nullable, collation_name FROM information_schema.columns "
        "WHERE table_schema = 'public' ORDER BY 1, 2"
    )
    return written(address, columns) + written(address, "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1")


def written(database: Database, statement: str) -> list[tuple[object, ...]]:
    """The rows that a statement gives."""
    engine = engine_of(database)
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement)]
    finally:
        engine.dispose()


def bring_up_to_date(database: Path) -> None:
    engine = engine_of(database)
    with engine.begin() as connection:
        migrations.migrate(connection, database)
    engine.dispose()


def test_an_old_store_has_the_tables_of_a_new_one(old: Path, tmp_path: Path) -> None:
    with open_store(old), open_store(tmp_path / "new.db"):
        pass
    assert shape(old) == shape(tmp_path / "new.db")


def test_nothing_that_an_old_store_held_is_lost(old: Path) -> None:
    with open_store(old, Reader("Le fil", {"https://gazette.example/feed": "La Gazette"})) as store:
        (article,) = store.articles()
        assert (article.title, article.source, article.also_in) == ("Un titre", "La Gazette", ("Le Relais",))
        edition = store.editions.last("2026-11")
        assert edition
        assert (edition.revision, edition.subject, edition.status) == (2, "Le fil, corrigé", "draft")
        assert edition.made == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
        assert [out.reason for out in edition.left_out] == ["no-theme"]
        assert [report.name for report in edition.sources] == ["La Gazette"]
        assert [(event.deed, event.by) for event in store.editions.history("2026-11")] == [("draft", None), ("edit", "Camille")]
        assert store.editions.ledger().state(article.story, [article.id]) == ("proposed", "2026-11")
        first = store.editions.revision("2026-11", 1)
        assert first
        assert first.subject == "Le fil"


@pytest.mark.parametrize("version", range(1, len(STEPS)))
def test_a_store_of_any_earlier_version_becomes_todays_with_what_it_held(
    old: Path, tmp_path: Path, version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(migrations, "STEPS", STEPS[:version])
        bring_up_to_date(old)
    with open_store(old, Reader("Le fil")) as store, open_store(tmp_path / "new.db"):
        edition = store.editions.last("2026-11")
        assert edition
        assert (edition.subject, len(store.articles())) == ("Le fil, corrigé", 1)
    assert shape(old) == shape(tmp_path / "new.db")


def test_the_next_step_is_taken_on_both_databases_and_once(
    database: Database, article: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(database) as store:
        store.add([article()])
    both = "ALTER TABLE articles ADD COLUMN shelf TEXT;\nUPDATE articles SET shelf = 'haut'"
    each = {"sqlite": "CREATE TABLE shelves (room BLOB)", "postgresql": "CREATE TABLE shelves (room BYTEA)"}
    monkeypatch.setattr(migrations, "STEPS", (*STEPS, ("shelves", both), ("rooms", each)))
    for _ in range(2):
        with open_store(database) as store:
            assert store.articles() == [article()]
    assert written(database, "SELECT shelf FROM articles") == [("haut",)]
    assert written(database, "SELECT name FROM migrations ORDER BY version")[-2:] == [("shelves",), ("rooms",)]
    assert written(database, "SELECT room FROM shelves") == []


def test_a_step_that_stops_midway_leaves_the_store_as_it_was(
    database: Database, article: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(database) as store:
        store.add([article()])
    stops = "CREATE TABLE shelves (id INTEGER);\nUPDATE articles SET story = 'x';\nSELECT shelf FROM nowhere"
    with monkeypatch.context() as later:
        later.setattr(migrations, "STEPS", (*STEPS, ("shelves", stops)))
        with pytest.raises(StoreError), open_store(database):
            pass
    with open_store(database) as store:
        assert store.articles() == [article()]
    with pytest.raises(DatabaseError):
        written(database, "SELECT id FROM shelves")


@pytest.mark.postgres
@pytest.mark.parametrize("version", range(3, len(STEPS) + 1))
def test_a_store_that_an_earlier_version_made_on_a_server_becomes_todays(postgres: Postgres, version: int) -> None:
    address = postgres.new_database()
    dump = DATA / f"store-{version}-postgresql.sql"
    assert dump.exists(), "pg_dump --inserts --no-owner of a store of this version"
    with psycopg.connect(address) as connection:
        connection.execute(dump.read_bytes())
    with open_store(address, Reader("Le fil", {"https://gazette.example/feed": "La Gazette"})) as store:
        (kept,) = store.articles()
        assert (kept.title, kept.source, kept.also_in) == ("Un titre", "La Gazette", ("Le Relais",))
        edition = store.editions.last("2026-11")
        assert edition
        assert (edition.revision, edition.subject) == (2, "Le fil, corrigé")
    new = postgres.new_database()
    with open_store(new):
        pass
    assert shape_on_server(address) == shape_on_server(new)


def test_a_store_is_brought_up_to_date_once(old: Path) -> None:
    for _ in range(2):
        with open_store(old):
            pass
    connection = sqlite3.connect(old)
    assert connection.execute("select count(*) from migrations").fetchone() == (len(STEPS),)
    connection.close()
