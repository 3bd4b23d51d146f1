"""A disk that is full or read-only, a store that is damaged, locked or gone: what is told, and that nothing is lost.

Each cause is a real one. Once it is mended, the same command ends in the same place as if nothing had happened.
"""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from digest.config import add_sources, load, write_starter
from digest.desk import settings_file
from digest.errors import DigestError

from .conftest import NOW, Digest, Said
from .small_disks import SmallDisk, may_mount, small_disk
from .test_move import rows_of
from .visitors import open_desk

NAME = "2026-11"
STEPS = (
    "draft",
    f"edit {NAME} --from texte.yaml --by Léa",
    f"approve {NAME} --by Camille",
    f"deliver {NAME} --to files --by Camille",
    "archive",
)
"""What a team does in a month."""
EVERY = (
    *STEPS, "collect", "plan", "articles", "sources", "status", f"show {NAME}", f"history {NAME}", f"check {NAME}",
    f"verify {NAME}", f"edit {NAME} --print", f"reopen {NAME} --by Léa", f"discard {NAME} --by Léa", "sources export",
    "themes try algorithme",    "accounts list", "store move sqlite:///autre.db",
)  # fmt: skip
PAGES = ("/", f"/editions/{NAME}", f"/editions/{NAME}/checks", f"/editions/{NAME}/deliver", f"/editions/{NAME}/history")
NOT_FORESEEN = ("inattendu", "unexpected went", "Traceback", "Errno", "No space", "Permission denied", "Read-only")
"""What a person never reads: our own mistakes, and the system's English."""
needs_a_small_disk = pytest.mark.skipif(not may_mount(), reason="this account may not mount a disk")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disque") as disk:
        yield disk


def starter_at(folder: Path) -> Path:
    for file in write_starter(folder):
        os.utime(file, (NOW.timestamp(), NOW.timestamp()))
    return folder


def write_text(digest: Digest, folder: Path) -> None:
    """What Léa makes of the draft."""
    text = digest("edit", NAME, "--print", folder=folder).out
    (folder / "texte.yaml").write_text(text.replace("Le fil commun", "Le fil de Léa"), encoding="utf-8")


def kept(folder: Path) -> dict[str, Any]:
    """All that the store holds, but for how the sources fared, and the files beside it; nothing else may be there."""
    files = {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
        and file.name != "filler"
        and file.suffix not in (".db", ".lock")
        and not file.name.startswith("digest.db-")
    }
    for name in files:
        if name.endswith("edition.json"):
            files[name] = json.dumps({**json.loads(files[name]), "sources": None}).encode()
        if name.endswith("report.html"):
            assert files[name].rstrip().endswith(b"</html>")
            files[name] = b""
    rows = {table: values for table, values in rows_of(folder / "digest.db").items() if table != "sources"}
    rows["editions"] = [re.sub(r"'sources': \[.*?\]", "", row) for row in rows["editions"]]
    return rows | files


def told(said: Said, *words: str) -> None:
    """One short message that a person understands, and the exit code of a failure."""
    assert said.code == 1, said
    assert not [word for word in NOT_FORESEEN if word in said.err], said.err
    assert all(word in said.err for word in words), said.err
    assert said.err.count("\n") <= 2, said.err


def a_month(digest: Digest, folder: Path, first: Callable[[str], bool] = lambda _: False) -> dict[str, dict[str, Any]]:
    """What is kept after each step; `first` may take it, and says whether it is done."""
    after = {}
    for step in STEPS:
        if "texte.yaml" in step:
            write_text(digest, folder)
        if not first(step):
            said = digest(*step.split(), folder=folder)
            assert said.code == 0, said
        after[step] = kept(folder)
    return after


# ------------------------------------------------------------------------------------------------ the disk


@needs_a_small_disk
def test_each_step_of_a_month_on_a_full_disk_is_told_and_ends_in_the_same_place_once_there_is_room(
    digest: Digest, disk: SmallDisk
) -> None:
    folder = starter_at(disk.folder / "lettre")
    undisturbed = a_month(digest, folder)
    shutil.rmtree(folder)
    starter_at(folder)
    failures = 0

    def with_little_room(step: str) -> bool:
        nonlocal failures
        for free in (0, 60_000, 200_000):
            disk.leave(free)
            said = digest(*step.split(), folder=folder)
            disk.empty()
            if said.code == 0:
                return True
            failures += 1
            told(said, "le disque est plein")
            assert not [file.name for file in (folder / "editions").rglob(".*")], "no half of a file is left"
        return False

    assert a_month(digest, folder, first=with_little_room) == undisturbed
    assert failures >= len(STEPS)


@needs_a_small_disk
def test_every_command_on_a_full_disk_says_so(digest: Digest, disk: SmallDisk) -> None:
    folder = starter_at(disk.folder / "lettre")
    digest("draft", folder=folder)
    write_text(digest, folder)
    before = kept(folder)
    disk.leave(0)
    for words in EVERY:
        told(digest(*words.split(), folder=folder), "le disque est plein")
    disk.empty()
    assert kept(folder) == before


@needs_a_small_disk
def test_every_command_in_a_folder_that_only_lets_itself_be_read_says_so(digest: Digest, disk: SmallDisk) -> None:
    folder = starter_at(disk.folder / "lettre")
    digest("draft", folder=folder)
    write_text(digest, folder)
    before = kept(folder)
    disk.lock()
    for words in EVERY:
        told(digest(*words.split(), folder=folder), str(folder / "digest.db"), "impossible d’y écrire", "autorisez l’écriture")
    with open_desk(folder) as desk:
        owner = desk.owner()
        for page in PAGES:
            answer = owner.get(page)
            assert (answer.status, "impossible d'y écrire" in answer.words) == (422, True), page
        disk.unlock()
        assert {owner.get(page).status for page in PAGES} == {200}
    assert kept(folder) == before


@needs_a_small_disk
def test_a_first_newsletter_on_a_full_disk_leaves_nothing_in_the_way_of_the_next_try(digest: Digest, disk: SmallDisk) -> None:
    disk.leave(30_000)
    said = digest("init", "lettre", folder=disk.folder)
    assert (said.code, "disk is full" in said.err) == (1, True)
    disk.empty()
    assert digest("init", "lettre", folder=disk.folder).code == 0


@needs_a_small_disk
def test_the_settings_are_changed_whole_or_not_at_all_and_their_backup_stays_whole(digest: Digest, disk: SmallDisk) -> None:
    folder = starter_at(disk.folder / "lettre")
    digest("draft", folder=folder)
    config, backup = load(folder / "sources.yaml"), folder / "sources.yaml.bak"
    backup.write_bytes(b"avant\n" * 2000)
    before, others = config.file.read_bytes(), sorted(file.name for file in folder.iterdir())
    for free in (0, 10_000, 30_000):
        disk.leave(free)
        with pytest.raises(DigestError, match="the disk is full"):
            settings_file.save(config, {("newsletter", "name"): "Un autre nom"})
        with pytest.raises(DigestError, match="the disk is full"):
            add_sources(config, [{"name": "La gazette", "feed": "https://gazette.example/feed"}])
        disk.empty()
        assert config.file.read_bytes() == before
        assert backup.read_bytes() in (before, b"avant\n" * 2000)
        assert sorted(file.name for file in folder.iterdir()) == others
    assert settings_file.save(config, {("newsletter", "name"): "Un autre nom"}).newsletter.name == "Un autre nom"
    assert backup.read_bytes() == before


@needs_a_small_disk
def test_a_store_that_does_not_fit_where_it_should_move_to_moves_once_there_is_room(
    digest: Digest, starter: Path, disk: SmallDisk
) -> None:
    digest("draft", folder=starter)
    target = f"sqlite:///{disk.folder}/digest.db"
    for free in (0, 100_000):
        disk.leave(free)
        told(digest("store", "move", target, folder=starter), "le disque est plein")
    disk.empty()
    assert digest("store", "move", target, folder=starter).code == 0
    assert rows_of(disk.folder / "digest.db") == rows_of(starter / "digest.db")


@needs_a_small_disk
def test_what_does_not_fit_elsewhere_leaves_nothing_there(digest: Digest, starter: Path, disk: SmallDisk) -> None:
    for words in ("draft", f"approve {NAME} --by Camille", f"deliver {NAME} --to files"):
        assert digest(*words.split(), folder=starter).code == 0
    disk.leave(20_000)
    for words in (
        f"deliver {NAME} --to files --output {disk.folder}/lettre.zip",
        f"draft 2026-10 --since 2026-01-01 --output {disk.folder}/x",
    ):
        said = digest(*words.split(), folder=starter)
        if said.code != 3:
            told(said, "le disque est plein")
    disk.leave(4_000)
    told(digest("archive", "--output", str(disk.folder / "archive"), folder=starter), "le disque est plein")
    assert not [file for file in disk.folder.rglob("*") if file.is_file() and file.name.startswith(".")]
    disk.empty()
    assert digest("archive", "--output", str(disk.folder / "archive"), folder=starter).code == 0


@needs_a_small_disk
def test_what_a_person_types_is_kept_where_the_disk_is_full_when_it_is_saved(
    digest: Digest, disk: SmallDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = starter_at(disk.folder / "lettre")
    digest("draft", folder=folder)
    editor = disk.folder / "editeur.sh"
    fill = f"head -c 3000000 /dev/zero > '{disk.folder}/filler' 2>/dev/null || true"
    editor.write_text(f"sed -i 's/Le fil commun/Le fil de Léa/' \"$1\"\n{fill}\n", "utf-8")
    monkeypatch.setenv("EDITOR", f"sh {editor}")
    said = digest("edit", NAME, folder=folder)
    assert "le disque est plein" in said.err
    typed = folder / "editions" / NAME / "edit.yaml"
    assert "Le fil de Léa" in typed.read_text("utf-8"), "what was typed is kept"
    disk.empty()
    monkeypatch.setenv("EDITOR", "true")
    said = digest("edit", NAME, folder=folder)
    assert (said.code, typed.exists()) == (0, False), said
    assert "Le fil de Léa" in digest("edit", NAME, "--print", folder=folder).out


@needs_a_small_disk
def test_the_page_says_what_did_not_fit_and_takes_it_once_there_is_room(digest: Digest, disk: SmallDisk) -> None:
    folder = starter_at(disk.folder / "lettre")
    digest("draft", folder=folder)
    before = kept(folder)
    with open_desk(folder) as desk:
        owner = desk.owner()
        page = owner.get(f"/editions/{NAME}/approve")
        form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text)) | {"name": "Camille", "by": "Camille"}
        for free in (0, 60_000):
            disk.leave(free)
            answer = owner.post(f"/editions/{NAME}/approve", form)
            assert (answer.status, "le disque est plein" in answer.words) == (422, True), answer.words
            disk.empty()
            assert kept(folder) == before
        answer = owner.post(f"/editions/{NAME}/approve", form)
        assert answer.status == 303, answer.words
    assert digest("status", "--json", folder=folder).json["editions"][0]["status"] == "approved"


def test_a_limit_on_the_size_of_files_is_told_and_costs_nothing(digest: Digest, starter: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, hard))
    try:
        told(digest("draft", folder=starter), "digest.db", "le disque ne répond plus comme il faut")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert digest("draft", folder=starter).code == 0
    assert len(digest("status", "--json", folder=starter).json["editions"]) == 1


def test_what_another_program_does_not_take_is_told(starter: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "digest", "sources", "export"], cwd=starter, stdout=full, stderr=subprocess.PIPE, text=True,
            env=os.environ | {"LANG": "fr_FR.UTF-8"},
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "digest\u00a0: impossible de continuer\u00a0: le disque est plein\n")


@pytest.mark.parametrize("step", ["draft", f"approve {NAME} --by Camille"])
def test_a_folder_of_editions_that_takes_nothing_is_named_and_the_next_run_ends_the_work(
    digest: Digest, starter: Path, step: str
) -> None:
    for words in ("draft", step):
        digest(*words.split(), folder=starter)
    expected = kept(starter)
    for file in starter.glob("digest.db*"):
        file.unlink()
    shutil.rmtree(starter / "editions")
    if step != "draft":
        digest("draft", folder=starter)
        (starter / "editions").rename(starter / "ailleurs")
    (starter / "editions").write_text("pris", encoding="utf-8")
    told(digest(*step.split(), folder=starter), "editions", "un fichier tient la place d’un dossier", "faites de la place")
    (starter / "editions").unlink()
    if step != "draft":
        (starter / "ailleurs").rename(starter / "editions")
    assert digest(*step.split(), folder=starter).code == 0
    assert kept(starter) == expected


def test_an_edition_whose_folder_takes_nothing_is_not_handed_over(digest: Digest, starter: Path) -> None:
    settings = starter / "sources.yaml"
    place = "deliver: {boite: {imap: {host: 127.0.0.1, port: 1, user: c, security: none, password_file: secret}}}\n"
    settings.write_text(settings.read_text("utf-8") + place, "utf-8")
    (starter / "secret").write_text("secret", "utf-8")
    for words in ("draft", f"approve {NAME} --by Camille"):
        assert digest(*words.split(), folder=starter).code == 0
    shutil.rmtree(starter / "editions" / NAME)
    (starter / "editions" / NAME).write_text("pris", encoding="utf-8")
    said = digest("deliver", NAME, "--to", "boite", folder=starter)
    told(said, "un fichier tient la place d’un dossier")


def test_an_archive_that_takes_nothing_is_named(digest: Digest, starter: Path) -> None:
    for words in ("draft", f"approve {NAME} --by Camille", f"deliver {NAME} --to files"):
        digest(*words.split(), folder=starter)
    (starter / "archive").write_text("pris", encoding="utf-8")
    told(digest("archive", folder=starter), "archive", "un fichier tient la place d’un dossier")
    (starter / "archive").unlink()
    assert digest("archive", folder=starter).code == 0


def test_too_many_open_files_are_told(starter: Path) -> None:
    words = "import resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, (8, 8)); sys.argv = ['digest', 'collect']\n"
    done = subprocess.run(
        [sys.executable, "-c", f"from digest import cli, pipeline\n{words}cli.main()"], cwd=starter, capture_output=True,
        text=True, env=os.environ | {"LANG": "fr_FR.UTF-8"},
    )  # fmt: skip
    assert done.returncode == 1
    first, *_ = done.stderr.splitlines()  # what asyncio says of a loop that it could not make follows
    assert first == "digest\u00a0: impossible de continuer\u00a0: trop de fichiers sont ouverts à la fois"


# ------------------------------------------------------------------------------------------------ the store


def shortened(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2 + 77)


def no_database(file: Path) -> None:
    with file.open("r+b") as database:
        database.write(b"garbage!" * 4)


def page_of(table: str, filler: bytes) -> Callable[[Path], None]:
    """A page in the middle that another program wrote over: the store opens, and one question fails."""

    def damage(file: Path) -> None:
        connection = sqlite3.connect(file)
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        connection.close()
        with file.open("r+b") as database:
            database.seek((root - 1) * size)
            database.write(filler * size)

    damage.__name__ = f"page_of_{table}"
    return damage


def words_spoilt(file: Path) -> None:
    connection = sqlite3.connect(file)
    connection.execute("UPDATE revisions SET content = substr(content, 1, 40)")
    connection.commit()
    connection.close()


def text_spoilt(file: Path) -> None:
    connection = sqlite3.connect(file)
    connection.execute("UPDATE revisions SET content = CAST(x'7bff80ff' AS TEXT)")
    connection.commit()
    connection.close()


DAMAGES = (
    shortened, no_database, page_of("revisions", b"\0"), page_of("uses", b"\xab"), words_spoilt, text_spoilt,
)  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_store_is_told_with_the_way_back_and_the_page_works_again_once_a_copy_is_put_back(
    digest: Digest, starter: Path, damage: Callable[[Path], None]
) -> None:
    digest("draft", folder=starter)
    database, copy = starter / "digest.db", starter / "copie.db"
    shutil.copy(database, copy)
    before = kept(starter)
    damage(database)
    failed = [said for words in ("draft", f"show {NAME}", "articles") if (said := digest(*words.split(), folder=starter)).code]
    assert failed
    for said in failed:
        told(said, str(database), "est abîmé", "Quand quelque chose ne va pas")
    with open_desk(starter) as desk:
        owner = desk.owner()
        answers = [owner.get(page) for page in PAGES]
        assert 422 in {answer.status for answer in answers} <= {200, 422}
        assert "est abîmé" in next(answer.words for answer in answers if answer.status == 422)
        for left in starter.glob("digest.db*"):
            left.unlink()
        shutil.copy(copy, database)
        assert {owner.get(page).status for page in PAGES} == {200}
    assert digest("draft", folder=starter).code == 0
    assert kept(starter) == before


@pytest.mark.parametrize("emptied", [True, False])
def test_a_store_that_is_gone_is_not_silently_begun_again(digest: Digest, starter: Path, emptied: bool) -> None:
    digest("draft", folder=starter)
    before = kept(starter)
    database = starter / "digest.db"
    database.rename(starter / "ailleurs.db")
    if emptied:
        database.touch()
    for words in ("draft", "status") if emptied else EVERY:
        if "--from" not in words:
            told(digest(*words.split(), folder=starter), str(database), f"l’édition {NAME} en a été tirée", "déplacez")
    with open_desk(starter) as desk:
        owner = desk.owner()
        assert {owner.get(page).status for page in PAGES} == {422}
        assert "en a été tirée" in owner.get("/").words
        (starter / "ailleurs.db").replace(database)
        assert {owner.get(page).status for page in PAGES} == {200}
    assert digest("draft", folder=starter).code == 0
    assert kept(starter) == before
    database.unlink()
    (starter / "editions").rename(starter / "anciennes")
    assert digest("draft", folder=starter).code == 0, "to begin afresh is possible"


def test_what_another_program_keeps_to_itself_for_long_is_told_and_reading_goes_on(digest: Digest, starter: Path) -> None:
    digest("draft", folder=starter)
    before = kept(starter)
    (starter / "articles" / "nouvel-article.md").write_text("---\ntitle: Une note\n---\n\nUn algorithme.\n", "utf-8")
    other = sqlite3.connect(starter / "digest.db")
    other.execute("BEGIN IMMEDIATE")
    told(digest("draft", folder=starter), "un autre programme")
    assert digest("show", NAME, folder=starter).code == 0
    other.rollback()
    other.close()
    (starter / "articles" / "nouvel-article.md").unlink()
    assert digest("draft", folder=starter).code == 0
    assert kept(starter) == before


# ------------------------------------------------------------------------------------------------ the folder


@contextmanager
def away(folder: Path) -> Iterator[None]:
    """A folder that is gone for a while: a network drive, a disk that was unplugged."""
    other = folder.with_name("ailleurs")
    folder.rename(other)
    try:
        yield
    finally:
        with suppress(FileNotFoundError):
            shutil.rmtree(folder)
        other.rename(folder)


@pytest.mark.parametrize("own_templates", [False, True])
def test_the_page_says_so_while_its_folder_is_gone_and_goes_on_when_it_is_back(
    digest: Digest, starter: Path, own_templates: bool
) -> None:
    digest("draft", folder=starter)
    if own_templates:
        shutil.copytree(Path(__file__).parent.parent / "templates", starter / "modeles")
        settings = starter / "sources.yaml"
        settings.write_text(settings.read_text("utf-8") + "templates: modeles\n", "utf-8")
    with open_desk(starter) as desk:
        owner = desk.owner()
        assert {owner.get(page).status for page in PAGES} == {200}
        with away(starter):
            for page in PAGES:
                answer = owner.get(page)
                assert (answer.status, "sources.yaml : ce fichier n'existe pas" in answer.words) == (422, True), page
            assert owner.post("/editions", {"edition": "2026-12"}).status == 422
            assert {owner.get(f"/static/{name}").status for name in ("review.css", "palette.css")} == {200}
            time.sleep(0.01)
        assert not starter.with_name("ailleurs").exists()
        assert {owner.get(page).status for page in PAGES} == {200}
