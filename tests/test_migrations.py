"""A store that an earlier version made becomes today's, with all that it held."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.store import Reader, open_store
from digest.store.migrations import STEPS

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


def test_a_store_is_brought_up_to_date_once(old: Path) -> None:
    for _ in range(2):
        with open_store(old):
            pass
    connection = sqlite3.connect(old)
    assert connection.execute("select count(*) from migrations").fetchone() == (len(STEPS),)
    connection.close()
