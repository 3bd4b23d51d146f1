"""Newsletters that share a store, each trying to see, or to change, what is another's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from digest.config import load
from digest.desk import merge, split
from digest.errors import DigestError, UsageError
from digest.model import Article, Kinship
from digest.review.sign_in import hashed
from digest.store import Reader, open_store
from digest.store.accounts import Account
from digest.store.engines import Database
from tests.conftest import NOW, Digest
from tests.databases import Postgres
from tests.kept_apart import MARK, MARKED, SECRET, feed, newsletter, open_as, three
from tests.servers import Site, running_site
from tests.visitors import open_desk

Make = Callable[..., Article]
EDITION = "2026-11"
GAZETTE = "https://gazette.example/feed"
TEAM = "https://lettre.essai.example"


@pytest.fixture
def site() -> Iterator[Site]:
    with running_site() as site:
        yield site


@pytest.fixture
def folders(database: Database, tmp_path: Path, site: Site, digest: Digest, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """Three newsletters with a draft each; the marked one has what the others must not see."""
    monkeypatch.setenv("CLE_ZQX", SECRET)
    made = three(tmp_path, database, site)
    for folder in made.values():
        assert digest("draft", folder=folder).code == 0
    return made


def texts(folder: Path, digest: Digest) -> dict[str, list[str]]:
    """The texts of the articles that a newsletter sees, by their titles."""
    found: dict[str, list[str]] = {}
    for one in digest("articles", "--json", "--text", folder=folder).json:
        found.setdefault(one["title"], []).append(one["text"])
    return found


# ------------------------------------------------------------------------------------------------ to see


def test_no_command_tells_what_is_anothers(folders: dict[str, Path], digest: Digest, site: Site) -> None:
    marked, lettre = folders[MARKED], folders["La lettre"]
    assert digest("draft", f"hors-serie-{MARK}", "--since", "2026-11-01", folder=marked).code == 0
    own = {one["id"] for one in digest("articles", "--json", folder=marked).json if MARK in one["title"]}
    assert len(own) == 3
    said = [
        digest(*words, folder=lettre)
        for words in (
            ("articles", "--json", "--text"),
            ("plan", "--json"),
            ("show", "--json"),
            ("show", f"hors-serie-{MARK}"),
            ("history", EDITION, "--json"),
            ("verify", "--json"),
            ("check", "--json"),
            ("status", "--json"),
            ("sources", "--json"),
            ("accounts", "list"),
            ("edit", EDITION, "--print"),
            ("themes", "try", f"{site.url}/{MARK}-brest"),
            ("themes", "try", f"{site.url}/{MARK}"),
        )
    ]
    for one in said:
        lines = [line for line in (one.out + one.err).splitlines() if MARK in line]
        assert not [line for line in lines if f"hors-serie-{MARK}" not in line and f"{site.url}/{MARK}" not in line], lines
        assert not own & set(one.out.replace('"', " ").split())
    assert [one.code for one in said[-2:]] == [UsageError.exit_code] * 2


def test_no_method_of_the_store_gives_what_is_anothers(folders: dict[str, Path], site: Site) -> None:
    with open_as(folders[MARKED]) as store:
        store.accounts.save(Account("Camille", "approver", "$argon2"))
        own = [article for article in store.articles() if MARK in article.title]
        mine = {article.story for article in own}
    assert len(own) == 3
    with open_as(folders["La lettre"]) as store:
        assert not [article for article in store.articles() if MARK in article.text]
        assert not [article for article in store.stories(mine) if MARK in article.text]
        assert not [article for article in store.with_kin(since=NOW.replace(year=2000), until=NOW) if MARK in article.text]
        for article in own:
            assert store.find(article.id, article.url or "") is None
            assert store.text_of(article.id, article.version) == ""
        assert not [key for key in store.source_states() if MARK in key]
        assert not [key for key in store.articles_a_month(NOW.replace(year=2000)) if MARK in key]
        assert store.accounts.find("Camille") is None
        assert store.editions.standing(f"hors-serie-{MARK}") is None
        assert {article.id for article in own}.isdisjoint(store.editions.ledger().uses)


def test_the_review_page_shows_nothing_of_another_newsletter(folders: dict[str, Path], digest: Digest) -> None:
    marked, lettre = folders[MARKED], folders["La lettre"]
    digest("draft", f"hors-serie-{MARK}", "--since", "2026-11-01", folder=marked)
    with open_as(marked) as store:
        edition = store.editions.last(EDITION)
        assert edition
        own = [story for story in edition.stories if MARK in story.title]
        store.keep_pictures({"0123456789abcdef.png": b"zqx"})
    assert own
    pages = [
        f"/editions/hors-serie-{MARK}",
        f"/editions/hors-serie-{MARK}/history",
        f"/editions/hors-serie-{MARK}/history/1",
        *(f"/editions/{EDITION}/stories/{story.id}/article" for story in own),
    ]
    with open_desk(marked) as desk:
        owner = desk.owner()
        assert {owner.get(path).status for path in pages} == {200}
    with open_desk(lettre) as desk:
        owner = desk.owner()
        for path in (
            "/",
            "/sources",
            "/themes",
            *(f"/editions/{EDITION}{end}" for end in ("", "/history", "/history/1", "/checks")),
        ):
            page = owner.get(path)
            assert (page.status, MARK in page.text) == (200, False), path
        assert {owner.get(path).status for path in (*pages, f"/editions/{EDITION}/pictures/0123456789abcdef.png")} == {404}
        assert "Brest" not in owner.get(f"/editions/{EDITION}/tray?q={MARK}").text
        with open_as(lettre) as store:
            mine = store.editions.last(EDITION)
        assert mine
        here, printed = f"/editions/{EDITION}", mine.stories[0].id
        for story in own:
            span = f"{story.article}-1-0-20"
            for path, did in (
                ("tray", f"in:{story.id}"),
                (f"stories/{printed}", f"merge:{story.id}"),
                (f"stories/{printed}", f"split:{story.article}"),
                *((f"stories/{printed}", f"{act}:{span}") for act in ("add", "quote", "part", "top")),
                (f"stories/{story.id}", "reject"),
            ):
                answer = owner.post(f"{here}/{path}", {"revision": mine.revision, "do": did, "other": story.id, "theme": "ia"})
                assert MARK not in answer.text.replace(f"{MARK}/", ""), (path, did)
        assert MARK not in owner.get(here).text
    with open_as(marked) as store:
        assert store.editions.last(EDITION) == edition


def test_an_account_opens_the_page_of_its_own_newsletter_alone(folders: dict[str, Path]) -> None:
    with open_as(folders[MARKED]) as store:
        store.accounts.save(Account("Camille", "approver", hashed("un mot de passe de zqx")))
    for name, where in ((MARKED, "/"), ("La lettre", "")):
        with open_desk(folders[name], url=TEAM) as desk:
            answer = desk.visitor().post("/sign-in", {"name": "Camille", "password": "un mot de passe de zqx"})
            assert answer.where == where, name
            assert (answer.status == 303) is (name == MARKED)


# ------------------------------------------------------------------------------------------------ to be taken for a source


@pytest.mark.parametrize("source", ["gazette", "Notes", "folder:lettre/articles", "private:x", "name:gazette", "folder:articles"])
def test_a_file_that_names_a_source_of_another_newsletter_stays_with_its_own(
    source: str, database: Database, tmp_path: Path, site: Site, digest: Digest
) -> None:
    site.pages["/gazette.xml"] = feed("gazette", [("Lorient apprend", f"{site.url}/lorient")])
    sources = [{"name": "gazette", "feed": f"{site.url}/gazette.xml"}, {"name": "Notes", "folder": "articles"}]
    mine = newsletter(tmp_path / "fil", "Le fil", database, sources, "note du fil", source=json.dumps(source))
    theirs = newsletter(tmp_path / "lettre", "La lettre", database, sources, "note de la lettre")
    for folder in (theirs, mine, theirs, mine):
        assert digest("collect", "--force", folder=folder).code == 0
    assert set(texts(mine, digest)) == {"note du fil", "Lorient apprend"}
    assert set(texts(theirs, digest)) == {"note de la lettre", "Lorient apprend"}


@pytest.mark.parametrize("first", ["file", "feed"])
def test_a_file_at_the_address_of_an_article_of_a_feed_and_the_article_never_mix(
    first: str, database: Database, tmp_path: Path, site: Site, digest: Digest
) -> None:
    """The marked newsletter has the store beside its settings: it was there alone before the other came."""
    address = f"{site.url}/lorient"
    site.pages["/gazette.xml"] = feed("gazette", [("Lorient apprend", address)])
    place = tmp_path / "fil" / "digest.db" if isinstance(database, Path) else database
    mine = newsletter(tmp_path / "fil", "Le fil", place, [{"folder": "articles"}], f"note {MARK}", url=address)
    settings = mine / "sources.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("sqlite:///../digest.db", "sqlite:///digest.db"), "utf-8")
    theirs = newsletter(tmp_path / "lettre", "La lettre", place, [{"feed": f"{site.url}/gazette.xml"}], "rien")
    settings = theirs / "sources.yaml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace("sqlite:///../digest.db", "sqlite:///../fil/digest.db"), "utf-8"
    )
    order = (mine, theirs) if first == "file" else (theirs, mine)
    for folder in order * 3:
        assert digest("collect", "--force", folder=folder).code == 0
        (seen,) = texts(theirs, digest).get("Lorient apprend", [""])
        assert MARK not in seen
        assert not [title for title in texts(theirs, digest) if MARK in title]
        assert all(MARK in text for of_title in texts(mine, digest).values() for text in of_title)
    assert [len(digest("articles", "--json", folder=folder).json) for folder in order] == [1, 1]
    assert list(texts(theirs, digest)) == ["Lorient apprend"]
    (mine / "articles" / "note.md").unlink()
    digest("collect", folder=mine)
    assert digest("articles", "--json", folder=mine).json == []
    assert len(digest("articles", "--json", folder=theirs).json) == 1, "a file that is gone takes nothing away from others"


@pytest.mark.parametrize("theirs_too", [None, "autre-sesame"])
def test_what_a_feed_gives_for_a_secret_is_for_whoever_has_that_secret(
    theirs_too: str | None, database: Database, tmp_path: Path, site: Site, digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLE_ZQX", SECRET)
    monkeypatch.setenv("CLE_AUTRE", theirs_too or "")
    plain: dict[str, Any] = {"name": "Réservé", "feed": f"{site.url}/reserve.xml"}
    mine = newsletter(tmp_path / "fil", "Le fil", database, [plain | {"headers_env": {"X-Cle": "CLE_ZQX"}}], "note")
    other = plain | ({"headers_env": {"X-Cle": "CLE_AUTRE"}} if theirs_too else {})
    theirs = newsletter(tmp_path / "lettre", "La lettre", database, [other], "note")
    for _ in range(2):
        site.pages["/reserve.xml"] = feed("reserve", [(f"Pour {MARK}", f"{site.url}/a"), (f"Autre {MARK}", f"{site.url}/b")])
        assert digest("collect", "--force", folder=mine).code == 0
        site.pages["/reserve.xml"] = feed("public", [("Pour chacun", f"{site.url}/a")])
        assert digest("collect", "--force", folder=theirs).code == 0
        assert set(texts(mine, digest)) == {f"Pour {MARK}", f"Autre {MARK}"}
        assert set(texts(theirs, digest)) == {"Pour chacun"}
    del site.pages["/reserve.xml"]
    digest("collect", "--force", folder=mine)
    (told,) = digest("sources", "--json", folder=theirs).json
    assert (told["failures"], told["error"]) == (0, None), "how it fares for one is nothing to the other"
    monkeypatch.delenv("CLE_ZQX")
    assert digest("plan", folder=theirs).code == 0, "the secret of one is not needed by the other"


def test_the_sources_of_an_old_store_that_had_names_alone_are_of_who_comes_first(database: Database, article: Make) -> None:
    with open_store(database) as store:
        store.add([article(source="name:La Gazette")])
    for name, seen in (("Le fil", 1), ("La lettre", 0), ("Le fil", 1)):
        with open_store(database, Reader(name, {GAZETTE: "La Gazette"})) as store:
            assert [kept.source for kept in store.articles()] == ["La Gazette"] * seen, name


# ------------------------------------------------------------------------------------------------ to change


@pytest.mark.parametrize("first", ["gazette", "copie"])
def test_a_feed_that_one_follows_does_not_change_what_the_site_itself_tells_another(
    first: str, database: Database, article: Make
) -> None:
    """Anyone can publish a feed that says something else at the address of an article of the Gazette."""
    forged = "https://copie.example/feed"
    true = article(text="Ce que dit la Gazette.", source="G")
    false = replace(true, text="Ce qu'elle n'a jamais dit.", source="C")
    mine = Reader("Le fil", {GAZETTE: "G"}, "fil", "fil/sources.yaml")
    theirs = Reader("La lettre", {forged: "C"}, "lettre", "lettre/sources.yaml")
    given = {"gazette": (mine, GAZETTE, true), "copie": (theirs, forged, false)}
    for name in [first, *given, *given]:
        reader, key, brought = given[name]
        with open_store(database, reader) as store:
            store.add_each([(key, [brought])])
    with open_store(database, mine) as store:
        (kept,) = store.articles()
        assert (kept.text, kept.source, kept.also_in) == (true.text, "G", ())
        assert store.add_each([(GAZETTE, [replace(true, text="Corrigé.")])]) == [0]
        assert store.articles()[0].text == "Corrigé."
    with open_store(database, theirs) as store:
        assert [(kept.text, kept.source) for kept in store.articles()] == [("Corrigé.", "C")]


def regrouping(database: Database, name: str) -> Any:
    return open_store(database, Reader(name, {GAZETTE: "La Gazette"}))


def test_how_a_team_groups_stories_changes_its_own_editions_alone(database: Database, article: Make) -> None:
    one, two, three_ = (article(id=letter * 16, aliases=()) for letter in "abc")
    with regrouping(database, "Le fil") as store:
        store.add([one, two, three_])
        store.place([Kinship("a" * 16, "a" * 16, None, "alone", 0.0), Kinship("b" * 16, "a" * 16, "a" * 16, "copy", 1.0)])
        store.place([Kinship("c" * 16, "c" * 16, None, "alone", 0.0)])
        split(store, "b" * 16)
        merge(store, ["c" * 16], "a" * 16, "a" * 16)
        assert [kept.story[0] for kept in store.articles()] == ["a", "b", "a"]
        assert [kept.id[0] for kept in store.stories({"a" * 16})] == ["a", "c"]
        assert [kept.id[0] for kept in store.stories({"b" * 16})] == ["b"]
        assert store.stories({"c" * 16}) == []
        assert len(store.with_kin(since=NOW, until=NOW.replace(year=2030))) == 3
        assert [kept.story[0] for kept in store.placed(NOW)] == ["a", "a", "c"], "where the next ones look"
    with regrouping(database, "La lettre") as store:
        assert [kept.story[0] for kept in store.articles()] == ["a", "a", "c"]
        assert [kept.id[0] for kept in store.stories({"a" * 16})] == ["a", "b"]
        store.add([replace(one, id=letter * 16, text=letter) for letter in "de"])
        store.place([Kinship("d" * 16, "c" * 16, "c" * 16, "copy", 1.0), Kinship("e" * 16, "c" * 16, "d" * 16, "copy", 1.0)])
        assert [kept.story[0] for kept in store.articles()] == ["a", "a", "c", "c", "c"]
    with regrouping(database, "Le fil") as store:
        assert [kept.story[0] for kept in store.articles()] == ["a", "b", "a", "a", "a"], "as the article they are like"


def test_a_newsletter_cannot_take_the_name_of_another(folders: dict[str, Path], digest: Digest) -> None:
    settings = folders["La lettre"] / "sources.yaml"
    data = yaml.safe_load(settings.read_text(encoding="utf-8"))
    data["newsletter"]["name"] = MARKED
    settings.write_text(yaml.safe_dump(data), encoding="utf-8")
    for words in (("show", "--json"), ("articles", "--json"), ("draft",), ("newsletters", "export", "--output", "a.zip")):
        said = digest(*words, folder=folders["La lettre"])
        assert (said.code, said.out) == (2, "")


@pytest.mark.postgres
def test_nor_from_another_machine_unless_it_is_said_to_have_moved(
    postgres: Postgres, tmp_path: Path, digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = postgres.new_schema()
    for place, machine in (("nord", "nord"), ("sud", "sud")):
        monkeypatch.setenv("DIGEST_SITE", machine)
        folder = newsletter(tmp_path / place, "Le fil", address, [{"folder": "articles"}], f"note du {machine}")
        assert digest("collect", folder=folder).code == (0 if machine == "nord" else 2)
    assert digest("newsletters", "add", str(folder), "--moved").code == 0
    other = newsletter(tmp_path / "autre", "Le fil", address, [{"folder": "articles"}], "note")
    assert digest("newsletters", "add", str(other), "--moved").code == 2, "its folder is still there, on this machine"
    assert set(texts(folder, digest)) == {"note du nord"}, "it is the same newsletter, elsewhere"


@pytest.mark.postgres
def test_what_is_noted_of_a_draft_that_failed_holds_no_secret(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from digest.federation import queue, rounds
    from digest.federation.hosting import take_in
    from digest.federation.worker import Worker, _Hand

    monkeypatch.setenv("CLE_ZQX", SECRET)
    address, told = postgres.new_schema(), []
    source = {"feed": "https://reserve.example/feed", "headers_env": {"X-Cle": "CLE_ZQX"}}
    folder = newsletter(tmp_path / "fil", "Le fil", address, [source], "note")
    take_in(folder, cron="0 4 * * *", now=NOW)

    def fail(*_: object, **__: object) -> None:
        raise DigestError("the server answered {answer}", answer=f"401: {SECRET} is not known")

    monkeypatch.setattr(rounds, "make_draft", fail)
    worker = Worker(load(folder / "sources.yaml"), lambda: NOW, lambda message, **values: told.append(f"{message} {values}"))
    monkeypatch.setattr(queue, "is_held", lambda *_: True)
    worker._make_draft("Le fil", _Hand(1, 1))
    with open_store(address) as store:
        noted = store.hosting.find("Le fil")
    assert noted
    assert noted.error == "the server answered 401: … is not known"
    assert SECRET not in str(told)
