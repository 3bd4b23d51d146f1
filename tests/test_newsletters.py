"""Several newsletters on one store: each its own ledger, team and looks; what they both follow is fetched once."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from digest.config import load
from digest.opening import reader_of
from digest.resources import folder as shipped
from digest.store import open_store
from digest.store.accounts import Account

from .conftest import SETTINGS, Digest
from .servers import Site, running_site

TOWNS = ("Lorient", "Mulhouse", "Sète", "Roubaix")


def feed(name: str, site: str) -> bytes:
    items = "".join(
        f"<item><title>{town} : l'intelligence artificielle à {name}</title><link>{site}/{name}/{number}</link>"
        f"<pubDate>Mon, {9 + number:02} Nov 2026 08:00:00 +0100</pubDate><description>"
        + f"L'intelligence artificielle arrive à {town}, où {name} forme {number + 12} bénévoles à ses limites. " * 12
        + "</description></item>"
        for number, town in enumerate(TOWNS)
    )
    head = f'<rss version="2.0"><channel><title>{name}</title><link>{site}/{name}</link><language>fr</language>'
    return f'<?xml version="1.0" encoding="utf-8"?>{head}{items}</channel></rss>'.encode()


@pytest.fixture
def site() -> Iterator[Site]:
    with running_site() as site:
        for name in ("gazette", "relais"):
            site.pages[f"/{name}.xml"] = ("application/rss+xml", feed(name, site.url))
        yield site


def write(folder: Path, name: str, sources: list[dict[str, str]], **changes: Any) -> Path:
    """A newsletter in a folder, on the store beside it, with one article of its own."""
    newsletter = SETTINGS["newsletter"] | {
        "name": name,
        "unsubscribe": "https://essai.example/stop",
        "limits": {"min_stories": 1},
    }
    settings = SETTINGS | {
        "newsletter": newsletter,
        "store": "sqlite:///../commun.db",
        "collect": {"allow_private_addresses": True},
    }
    folder.mkdir()
    (folder / "articles").mkdir()
    (folder / "articles" / "note.md").write_text(
        f"---\ntitle: Note de {name}\ndate: 2026-11-12\n---\n\nL'intelligence artificielle vue par {name}. Un algorithme y aide "
        "trois associations à relire leurs comptes rendus avant chaque réunion de bureau.\n",
        encoding="utf-8",
    )
    (folder / "sources.yaml").write_text(yaml.safe_dump({**settings, "sources": sources, **changes}), encoding="utf-8")
    return folder


@pytest.fixture
def two(tmp_path: Path, site: Site) -> tuple[Path, Path]:
    """Two newsletters that both follow the gazette, each under a name of its own, and both have a folder `articles`."""
    articles, whole = {"name": "Notes", "folder": "articles"}, {"full_text": "never"}
    gazette, relais = ({"feed": f"{site.url}/{name}.xml"} | whole for name in ("gazette", "relais"))
    return (
        write(tmp_path / "fil", "Le fil", [gazette | {"name": "La Gazette"}, articles]),
        write(tmp_path / "lettre", "La lettre", [gazette | {"name": "Gazette (flux)"}, relais, articles]),
    )


def sources_of(digest: Digest, folder: Path) -> dict[str, str]:
    return {article["title"]: article["source"] for article in digest("articles", "--json", folder=folder).json}


def test_what_two_newsletters_follow_is_fetched_once_and_both_see_it_under_their_own_name(
    digest: Digest, two: tuple[Path, Path], site: Site
) -> None:
    fil, lettre = two
    assert digest("collect", "--json", folder=fil).json["new_articles"] == 5
    second = digest("collect", "--json", folder=lettre).json
    assert second["new_articles"] == 5, "those of the relais, and its own note"
    assert site.paths().count("/gazette.xml") == 1
    ours, theirs = sources_of(digest, fil), sources_of(digest, lettre)
    titles = {name for name in ours if name.startswith("Lorient")}
    assert {ours[name] for name in titles} == {"La Gazette"}
    assert {theirs[name] for name in titles} == {"Gazette (flux)"}


def test_neither_sees_the_articles_editions_decisions_or_accounts_of_the_other(digest: Digest, two: tuple[Path, Path]) -> None:
    fil, lettre = two
    for folder in two:
        assert digest("draft", "--json", folder=folder).json["edition"] == "2026-11"
    assert "Note de La lettre" in sources_of(digest, lettre)
    assert not {"Note de La lettre", *(title for title in sources_of(digest, lettre) if "relais" in title)} & set(
        sources_of(digest, fil)
    )
    first, second = (digest("show", "2026-11", "--json", folder=folder).json for folder in two)
    assert (first["newsletter"], second["newsletter"]) == ("Le fil", "La lettre")

    page = yaml.safe_load(digest("edit", "2026-11", "--print", folder=fil).out)
    rejected = next(story for theme in page["themes"] for story in theme["stories"] if "gazette" in story["title"])
    for theme in page["themes"]:
        theme["stories"] = [story for story in theme["stories"] if story != rejected]
    (fil / "texte.yaml").write_text(yaml.safe_dump(page | {"rejected": [rejected["id"]]}), encoding="utf-8")
    assert digest("edit", "2026-11", "--from", "texte.yaml", "--by", "Camille", folder=fil).code == 0
    assert digest("show", "2026-11", "--json", folder=lettre).json == second

    assert digest("approve", "2026-11", "--by", "Camille", folder=fil).code == 0
    assert digest("deliver", "2026-11", "--to", "files", folder=fil).code == 0
    states = {article["state"] for article in digest("articles", "--json", folder=lettre).json}
    assert states == {"proposed", "new"}, "what one delivered is not used up for the other"
    assert digest("approve", "2026-11", "--by", "Sacha", folder=lettre).code == 0

    mine, theirs = (load(folder / "sources.yaml") for folder in two)
    with open_store(mine.database, reader_of(mine)) as store:
        store.accounts.save(Account("camille", "approver", "hash"))
    with open_store(theirs.database, reader_of(theirs)) as store:
        assert store.accounts.all() == ()


def test_each_has_templates_of_its_own(digest: Digest, two: tuple[Path, Path]) -> None:
    fil, _ = two
    shutil.copytree(shipped("templates"), fil / "gabarits")
    text = fil / "gabarits" / "email.txt.j2"
    text.write_text("Le gabarit du fil.\n" + text.read_text(encoding="utf-8"), encoding="utf-8")
    with (fil / "sources.yaml").open("a", encoding="utf-8") as settings:
        settings.write("templates: gabarits\n")
    printed = []
    for folder in two:
        assert digest("draft", folder=folder).code == 0
        printed.append((folder / "editions" / "2026-11" / "email.txt").read_text(encoding="utf-8"))
    assert ["Le gabarit du fil." in text for text in printed] == [True, False]


def test_a_second_newsletter_of_the_same_name_is_refused_in_one_line_and_keeps_nothing(
    digest: Digest, two: tuple[Path, Path]
) -> None:
    fil, lettre = two
    digest("draft", folder=fil)
    rename(lettre, "La lettre", "Le fil")
    said = digest("draft", folder=lettre)
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert said.err.startswith("sources.yaml: newsletter.name: ")
    assert str(fil / "sources.yaml") in said.err
    assert len(sources_of(digest, fil)) == 5


def rename(folder: Path, old: str, new: str) -> None:
    file = folder / "sources.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace(f"name: {old}\n", f"name: {new}\n"), encoding="utf-8")


def test_a_newsletter_that_is_renamed_keeps_its_editions_and_all_it_used_up(digest: Digest, two: tuple[Path, Path]) -> None:
    fil, lettre = two
    for folder in two:
        digest("draft", folder=folder)
    digest("approve", "2026-11", "--by", "Camille", folder=fil)
    digest("deliver", "2026-11", "--to", "files", folder=fil)
    history = digest("history", "2026-11", "--json", folder=fil).json
    before = digest("articles", "--json", folder=fil).json
    rename(fil, "Le fil", "Le fil commun")
    assert digest("history", "2026-11", "--json", folder=fil).json == history
    assert digest("articles", "--json", folder=fil).json == before
    assert "published" in {article["state"] for article in before}
    rename(fil, "Le fil commun", "Le fil")
    assert digest("history", "2026-11", "--json", folder=fil).json == history
    assert digest("show", "2026-11", "--json", folder=lettre).json["status"] == "draft"


def test_a_name_that_was_used_before_takes_up_what_was_kept_under_it(digest: Digest, two: tuple[Path, Path]) -> None:
    """As in a store of a time when newsletters were known by their names alone."""
    fil, _ = two
    digest("draft", folder=fil)
    with sqlite3.connect(fil.parent / "commun.db") as connection:
        connection.execute("delete from newsletters")
    connection.close()
    rename(fil, "Le fil", "Le fil commun")
    assert digest("show", "2026-11", folder=fil).code == 2
    digest("draft", folder=fil)
    rename(fil, "Le fil commun", "Le fil")
    assert digest("show", "2026-11", "--json", folder=fil).json["revision"] == 1


def test_a_newsletter_whose_folder_moves_keeps_what_it_had_and_its_files_are_not_new(
    digest: Digest, two: tuple[Path, Path], tmp_path: Path
) -> None:
    fil, _ = two
    digest("draft", folder=fil)
    before = digest("articles", "--json", folder=fil).json
    (tmp_path / "archives").mkdir()
    moved = fil.rename(tmp_path / "archives" / "le-fil")
    settings = moved / "sources.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("../commun.db", "../../commun.db"), encoding="utf-8")
    assert digest("collect", "--json", folder=moved).json["new_articles"] == 0
    assert digest("articles", "--json", folder=moved).json == before
    (moved / "articles" / "note.md").unlink()
    digest("collect", folder=moved)
    assert len(digest("articles", "--json", folder=moved).json) == len(before) - 1, "its folder is still its own"

    other = write(tmp_path / "fil", "Un autre", [{"name": "Notes", "folder": "articles"}])
    assert digest("collect", "--json", folder=other).json["new_articles"] == 1
    assert list(sources_of(digest, other)) == ["Note de Un autre"]


def test_two_settings_files_of_one_folder_are_two_newsletters_or_one_with_another_look(
    digest: Digest, two: tuple[Path, Path]
) -> None:
    fil, _ = two
    digest("draft", folder=fil)
    trial = (fil / "sources.yaml").read_text(encoding="utf-8")
    (fil / "essai.yaml").write_text(trial, encoding="utf-8")
    assert digest("--config", "essai.yaml", "show", "2026-11", folder=fil).code == 0
    (fil / "essai.yaml").write_text(trial.replace("name: Le fil\n", "name: L'essai\n"), encoding="utf-8")
    assert digest("--config", "essai.yaml", "show", "2026-11", folder=fil).code == 2
    assert digest("show", "2026-11", folder=fil).code == 0
