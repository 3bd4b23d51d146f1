"""A newsletter that leaves takes all that is its own, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

from digest.errors import BusyError, UsageError
from digest.model import Kinship
from digest.store import one_run_at_a_time, open_store
from digest.store.accounts import Account
from digest.store.engines import Database
from tests.conftest import NOW, Digest
from tests.databases import Postgres
from tests.dying import KILLED, dying_program
from tests.kept_apart import MARK, MARKED, NEIGHBOURS, SECRET, open_as, rows_of, seen, three, traces
from tests.servers import Site, running_site

EDITION = "2026-11"


@pytest.fixture
def site() -> Iterator[Site]:
    with running_site() as site:
        yield site


@pytest.fixture
def folders(database: Database, tmp_path: Path, site: Site, digest: Digest, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """Three newsletters that have worked for a while, the marked one first."""
    monkeypatch.setenv("CLE_ZQX", SECRET)
    return worked(three(tmp_path, database, site), digest)


def worked(folders: dict[str, Path], digest: Digest) -> dict[str, Path]:
    for name, folder in folders.items():
        person = f"Camille {MARK}" if name == MARKED else f"Sacha de {name}"
        assert digest("draft", folder=folder).code == 0
        assert digest("approve", EDITION, "--by", person, folder=folder).code == 0
        assert digest("deliver", EDITION, "--to", "files", folder=folder).code == 0
        with open_as(folder) as store:
            store.accounts.save(Account(person, "approver", f"$argon2id${name}"))
            store.keep_pictures({"00000000000000aa.png": b"partout", f"{name[-3:]:0>16}.png": name.encode()})
            lorient = next(article for article in store.articles() if article.title == "Lorient apprend")
            if name == MARKED:
                store.place([Kinship(lorient.id, lorient.id, None, "team", 0.0)])
    return folders


def test_what_is_its_own_goes_and_what_the_others_have_stays_to_the_byte(
    database: Database, folders: dict[str, Path], digest: Digest
) -> None:
    others = {name: seen(folders[name]) for name in NEIGHBOURS}
    before = rows_of(database)
    assert traces(database)
    said = digest("newsletters", "remove", MARKED, "--yes", folder=folders["La lettre"])
    assert said.code == 0, said.err
    after = rows_of(database)
    assert {name: seen(folders[name]) for name in NEIGHBOURS} == others
    assert traces(database) == []
    moved = {name for name, rows in after.items() if rows - before[name]}
    assert moved <= {"articles"}, "an article that the marked one brought first is the gazette's now"
    assert len(after["articles"] - before["articles"]) <= 1
    assert len(after["pictures"]) == len(before["pictures"]) - 1
    assert len(after["articles"]) == len(before["articles"]) - 3, "its note, what the private feed gave, what only it followed"
    again = digest("collect", "--force", "--json", folder=folders["La lettre"])
    assert (again.code, again.json["new_articles"]) == (0, 0)
    for name in NEIGHBOURS:
        assert digest("newsletters", "remove", name, "--yes", folder=folders[name]).code == 0
    left = {name: rows for name, rows in rows_of(database).items() if rows and name != "migrations"}
    assert left == {}, "the last one leaves nothing but the tables"


def test_the_folder_stays_and_starts_anew(folders: dict[str, Path], digest: Digest) -> None:
    folder = folders[MARKED]
    files = sorted(str(file) for file in folder.rglob("*"))
    assert digest("newsletters", "remove", MARKED, "--yes", folder=folder).code == 0
    assert sorted(str(file) for file in folder.rglob("*")) == files
    assert digest("articles", "--json", folder=folder).json != []  # what the neighbours follow too
    assert digest("show", EDITION, folder=folder).code == UsageError.exit_code
    assert digest("draft", folder=folder).code == 0
    with open_as(folder) as store:
        assert [event.deed for event in store.editions.history(EDITION)] == ["draft"]
        assert store.accounts.all() == ()


def test_nothing_is_removed_without_yes_nor_during_a_run_of_it_nor_for_another_name(
    database: Database, folders: dict[str, Path], digest: Digest
) -> None:
    before = rows_of(database)
    said = digest("newsletters", "remove", MARKED, folder=folders[MARKED])
    assert said.code == UsageError.exit_code
    assert "--yes" in said.err
    assert "éditions : 1, comptes : 1" in said.out.replace("\u00a0", " ").replace("\u202f", " ")
    assert f"{MARK}/sources.yaml" in said.out
    with one_run_at_a_time(database, MARKED):
        assert digest("newsletters", "remove", MARKED, "--yes", folder=folders["La lettre"]).code == BusyError.exit_code
    for words in (("remove", "Personne", "--yes"), ("export", "Personne", "--output", "a.zip")):
        said = digest("newsletters", *words, folder=folders["La lettre"])
        assert said.code == UsageError.exit_code
        assert "Le bulletin" in said.err
    assert rows_of(database) == before


@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_killed_at_any_moment_nothing_or_all_of_it_is_gone(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path, site: Site, digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLE_ZQX", SECRET)
    database: Database = tmp_path / "digest.db"
    if engine == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        database = server.new_schema()
    folders = worked(three(tmp_path, database, site), digest)
    before, others = rows_of(database), {name: seen(folders[name]) for name in NEIGHBOURS}
    words = ("newsletters", "remove", MARKED, "--yes")
    with dying_program() as run_dying:
        for point in range(1, 200, 14):
            (ended,) = run_dying(words, [(folders["La lettre"], point)])
            now = rows_of(database)
            if now != before:
                assert {name: seen(folders[name]) for name in NEIGHBOURS} == others
                assert not [row for rows in now.values() for row in rows if MARK in row]
                break
            assert ended.code == KILLED, ended
        assert point > 10


@pytest.mark.postgres
def test_its_drafts_leave_the_queue(postgres: Postgres, tmp_path: Path, site: Site, digest: Digest) -> None:
    from digest.federation import queue
    from digest.federation.hosting import take_in

    address = postgres.new_schema()
    folders = three(tmp_path, address, site)

    with open_store(address) as store:
        queue.make_tables(store)
    served = [take_in(folder, cron="0 4 * * *", now=NOW) for folder in folders.values()]
    with open_store(address) as store, store.together():
        queue.put([queue.drafting(hosted) for hosted in served], store.driver())
    assert any(MARK in row for row in rows_of(address)["procrastinate_jobs"])
    assert not any("CLE_ZQX" in row or SECRET in row for rows in rows_of(address).values() for row in rows)
    assert digest("newsletters", "remove", MARKED, "--yes", folder=folders["La lettre"]).code == 0
    assert traces(address) == []
    with open_store(address) as store:
        assert store.hosting.doing([f"draft:{name}" for name in folders]) == dict.fromkeys(
            (f"draft:{name}" for name in NEIGHBOURS), "waiting"
        )


def test_an_export_holds_all_that_is_its_own_and_nothing_of_the_others(
    database: Database, folders: dict[str, Path], digest: Digest, tmp_path: Path
) -> None:
    for file in ("un.zip", "deux.zip"):
        assert digest("newsletters", "export", "--output", str(tmp_path / file), folder=folders[MARKED]).code == 0
    assert (tmp_path / "un.zip").read_bytes() == (tmp_path / "deux.zip").read_bytes()
    with ZipFile(tmp_path / "un.zip") as archive:
        files = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    held = {name: json.loads(content) for name, content in files.items() if name.endswith(".json")}
    assert held["accounts.json"] == [{"name": f"Camille {MARK}", "role": "approver"}]
    assert {event["by"] for event in held[f"editions/{EDITION}/history.json"]} >= {None, f"Camille {MARK}"}
    assert held[f"editions/{EDITION}/revision-0001.json"]["content"]["newsletter"] == MARKED
    assert held[f"editions/{EDITION}/edition.json"]["status"] == "delivered"
    texts = [version["text"] for article in held["articles.json"] for version in article["versions"]]
    assert len(texts) == 3
    assert all(MARK in text for text in texts)
    assert all(one["url"] for one in held["articles_of_others.json"])
    assert files[f"pictures/{MARK:0>16}.png"] == MARKED.encode()
    assert "LISEZMOI.txt" in files
    whole = b"".join(files.values()).decode()
    assert "argon2" not in whole
    assert SECRET not in whole
    assert "Roubaix" not in whole
    for name in NEIGHBOURS:
        assert f"Sacha de {name}" not in whole
        assert name not in whole.replace("La lettre", "", 0) or name == "La lettre"
    digest("newsletters", "export", *folders, "--output", str(tmp_path / "tout.zip"), folder=folders[MARKED])
    with ZipFile(tmp_path / "tout.zip") as archive:
        assert {name.partition("/")[0] for name in archive.namelist()} == {f"Le-fil-{MARK}", "La-lettre", "Le-bulletin"}
