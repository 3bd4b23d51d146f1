"""The ways back that the guides tell: a backup gives back everything, even of a store at work, a damaged store what it can."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from digest.model import Article
from digest.store import Reader, open_store
from tests.conftest import Digest
from tests.databases import PROGRAMS, Postgres
from tests.test_adversity import page_of
from tests.test_move import fill, rows_of

Make = Callable[..., Article]
GUIDES = [Path(__file__).parent.parent / "docs" / f"guide.{language}.md" for language in ("en", "fr")]


def command(program: str, guide: Path, **names: str) -> list[str]:
    """A command as a guide writes it, with the names of this test."""
    (line,) = set(re.findall(rf"`({program} [^`|]+)`", guide.read_text(encoding="utf-8")))
    for name, value in names.items():
        line = line.replace(name, value)
    return [word.strip('"') for word in re.findall(r'"[^"]+"|\S+', line)]


@pytest.mark.sqlite3
@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_a_file_saved_while_it_is_written_gives_everything_back(guide: Path, tmp_path: Path, article: Make) -> None:
    fill(tmp_path / "digest.db", tmp_path, article, count=20)
    before = rows_of(tmp_path / "digest.db")
    with open_store(tmp_path / "digest.db", Reader("Le fil")) as store, store.together():
        store.add([article(id="b" * 16)])  # under way: not saved
        subprocess.run(command("sqlite3", guide), cwd=tmp_path, check=True)
    (saved,) = (file for file in tmp_path.glob("sa*.db"))
    for left in ("digest.db-wal", "digest.db-shm"):
        (tmp_path / left).unlink(missing_ok=True)
    saved.replace(tmp_path / "digest.db")
    assert rows_of(tmp_path / "digest.db") == before


@pytest.mark.sqlite3
@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_a_damaged_file_gives_back_all_that_can_be_read_of_it(guide: Path, starter: Path, digest: Digest, tmp_path: Path) -> None:
    for words in ("draft", "approve 2026-11 --by Camille", "deliver 2026-11 --to files"):
        assert digest(*words.split(), folder=starter).code == 0
    database = starter / "digest.db"
    before = rows_of(database)
    page_of("carriers", b"\xab")(database)
    assert digest("draft", folder=starter).code == 1
    (line,) = set(re.findall(r"`(sqlite3 digest\.db \.dump [^`]+)`", guide.read_text(encoding="utf-8")))
    subprocess.run(["sh", "-ec", line], cwd=starter, check=True, stderr=subprocess.PIPE)
    for left in starter.glob("digest.db*"):
        left.rename(tmp_path / left.name)
    (saved,) = starter.glob("sa*.db")
    saved.replace(database)
    after = rows_of(database)
    assert {table for table in before if after[table] != before[table]} == {"carriers"}, "but for the page that was lost"
    assert digest("status", "--json", folder=starter).json["editions"][0]["status"] == "delivered"
    assert digest("reopen", "2026-11", "--by", "Camille", folder=starter).code == 0
    assert digest("draft", folder=starter).code == 0


@pytest.mark.postgres
@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_a_database_saved_while_it_is_written_gives_everything_back(
    guide: Path, tmp_path: Path, postgres: Postgres, article: Make
) -> None:
    address, new = postgres.new_database(), postgres.new_database()
    fill(address, tmp_path, article, count=20)
    before = rows_of(address)
    word = "ADDRESS" if guide.name == "guide.en.md" else "ADRESSE"
    with open_store(address, Reader("Le fil")) as store, store.together():
        store.add([article(id="b" * 16)])  # under way: not saved
        run(command("pg_dump", guide, **{word: address}), tmp_path)
    run(command("psql", guide, **{f"{word}_OF_NEW": new, f"{word}_DE_NEUVE": new}), tmp_path)
    assert rows_of(new) == before
    with open_store(new, Reader("Le fil")) as store:
        edition = store.editions.last("2026-11")
        assert edition
        store.editions.refresh_tray(replace(edition, sources=()))
        assert store.add([article(id="b" * 16)]).new == 1


def run(words: list[str], folder: Path) -> None:
    assert PROGRAMS
    subprocess.run([PROGRAMS / words[0], *words[1:]], cwd=folder, check=True, capture_output=True)
