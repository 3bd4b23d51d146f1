"""What a person does to an edition, as they do it: from the terminal, on the starter newsletter."""

from __future__ import annotations

import json
import shutil
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from digest import desk
from digest.compose.revising import change, take_out
from digest.config import load
from digest.errors import ConflictError, GateError
from digest.model import Article, Edition
from digest.opening import reader_of
from digest.store import Store, one_run_at_a_time, open_store
from digest.yaml_text import read_yaml, write_yaml

from .conftest import NOW, Digest, Said

NAME = "2026-11"
Page = dict[str, Any]


@pytest.fixture
def letter(digest: Digest, starter: Path, database: Path | str) -> Path:
    """The starter newsletter with a draft."""
    if isinstance(database, str):
        settings = starter / "sources.yaml"
        settings.write_text(settings.read_text(encoding="utf-8").replace("sqlite:///digest.db", database), encoding="utf-8")
    assert digest("draft", folder=starter).code == 0
    return starter


@contextmanager
def store_of(folder: Path) -> Iterator[Store]:
    config = load(folder / "sources.yaml")
    with open_store(config.database, reader_of(config)) as store:
        yield store


def last(folder: Path) -> Edition:
    with store_of(folder) as store:
        return desk.opened(store, NAME)


def page_of(digest: Digest, folder: Path) -> Page:
    page = read_yaml(digest("edit", NAME, "--print", folder=folder).out)
    assert isinstance(page, dict)
    return page


def saved(digest: Digest, folder: Path, page: object) -> Said:
    (folder / "texte.yaml").write_text(page if isinstance(page, str) else write_yaml(page), encoding="utf-8")
    return digest("edit", NAME, "--from", "texte.yaml", "--by", "Camille", folder=folder)


def stories_of(page: Page, theme: int) -> list[Page]:
    stories: list[Page] = page["themes"][theme]["stories"]
    return stories


def test_a_draft_saved_as_it_was_printed_changes_nothing(digest: Digest, letter: Path) -> None:
    before = last(letter)
    said = saved(digest, letter, digest("edit", NAME, "--print", folder=letter).out)
    assert said.code == 0
    assert last(letter) == before


def test_what_a_person_writes_is_the_next_revision_and_the_files_follow(digest: Digest, letter: Path) -> None:
    page = page_of(digest, letter)
    page |= {"subject": "Ce que novembre nous apprend", "introduction": "Chères et chers membres,\n\nbonne lecture."}
    stories_of(page, 0)[0]["title"] = "Un titre à nous"
    saved(digest, letter, page)
    edition = last(letter)
    assert (edition.revision, edition.subject, edition.stories[0].title) == (2, page["subject"], "Un titre à nous")
    files = letter / "editions" / NAME
    assert "Un titre à nous" in (files / "email.txt").read_text(encoding="utf-8")
    assert json.loads((files / "edition.json").read_text(encoding="utf-8"))["revision"] == 2
    assert not (files / "edit.yaml").exists()


def test_what_the_program_wrote_follows_the_stories_and_what_a_person_wrote_stays(digest: Digest, letter: Path) -> None:
    page = page_of(digest, letter)
    stories_of(page, 0).pop()
    saved(digest, letter, page)
    assert "13 articles à lire" in last(letter).introduction
    page = page_of(digest, letter) | {"introduction": "Quatorze articles, et pas un de moins."}
    saved(digest, letter, page)
    page = page_of(digest, letter)
    stories_of(page, 1).pop()
    saved(digest, letter, page)
    assert last(letter).introduction == "Quatorze articles, et pas un de moins."


def test_stories_are_moved_held_rejected_and_brought_back_by_moving_their_blocks(digest: Digest, letter: Path) -> None:
    page = page_of(digest, letter)
    moved, held, rejected = (stories_of(page, theme).pop(0) for theme in (0, 1, 2))
    stories_of(page, 2).insert(0, moved)
    page |= {"held": [held], "rejected": [rejected["id"]]}
    saved(digest, letter, page)
    edition = last(letter)
    assert edition.themes[2].stories[0].id == moved["id"]
    reasons = {out.id: out.reason for out in edition.left_out if not out.reason.startswith("duplicate-of")}
    assert (reasons[held["id"]], reasons[rejected["id"]]) == ("held", "rejected")
    december = digest("plan", "un-autre", "--since", "2026-11-01", "--until", "2026-11-30", "--json", folder=letter).json
    assert held["id"] in [story["id"] for theme in december["themes"] for story in theme["stories"]]
    assert {out["id"]: out["reason"] for out in december["left_out"]}[rejected["id"]] == "rejected"
    page = page_of(digest, letter)
    stories_of(page, 0).extend(page.pop("held"))
    assert saved(digest, letter, page | {"rejected": []}).err == ""
    assert held["id"] in [story.id for story in last(letter).themes[0].stories]
    assert digest("status", "--json", folder=letter).json["next"] == {"do": "edit", "edition": NAME}


def test_a_reworded_takeaway_is_the_persons_and_stays_tied_to_its_sentence(digest: Digest, letter: Path) -> None:
    page = page_of(digest, letter)
    block = stories_of(page, 0)[0]
    quoted = block["takeaways"][0]
    block["takeaways"][0] = "Un tiers de temps gagné, relecture comprise."
    saved(digest, letter, page)
    takeaway = last(letter).stories[0].takeaways[0]
    assert (takeaway.made_by, takeaway.text) == ("editor", "Un tiers de temps gagné, relecture comprise.")
    with store_of(letter) as store:
        text = store.text_of(takeaway.article, takeaway.version)
    assert text[takeaway.start : takeaway.end] + "\n" == quoted
    assert digest("verify", NAME, folder=letter).code == 0
    block = stories_of(page_of(digest, letter), 0)[0]
    assert block["takeaways"][0] == {"text": takeaway.text + "\n", "from": quoted}


def test_a_takeaway_chosen_in_the_article_is_a_quotation(digest: Digest, letter: Path) -> None:
    story = last(letter).stories[0]
    with store_of(letter) as store:
        text = store.text_of(story.article, 1)
    sentence = next(line for line in text.split("\n\n") if not line.startswith(("#", "-")) and line not in str(story)).split(
        ". "
    )[0]
    page = page_of(digest, letter)
    stories_of(page, 0)[0]["takeaways"].append(sentence)
    saved(digest, letter, page)
    added = last(letter).stories[0].takeaways[-1]
    assert (added.text, added.made_by, text[added.start : added.end]) == (sentence, "extract", sentence)


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("subject:", "sujet:", "clé inconnue"),
        ("  - id: ia\n", "  - id: intelligence\n", "il n’y a pas de thème intelligence"),
        ("themes:\n", "themes:\n  - [\n", "crochet"),
        ("highlights:\n", "highlights:\n  - De nulle part.\n", "un point à retenir est l’un des points"),
        ("rejected: []\n", "rejected:\n  - ffffffffffffffff\n", "aucun sujet de cette édition"),
        ("held: []\n", "held: non\n", "doit être une liste"),
        ("    stories:\n", "    stories:\n      - id: FIRST\n", "ce sujet est déjà à la ligne"),
    ],
)
def test_an_unsound_text_is_refused_with_its_line_and_saves_nothing(
    digest: Digest, letter: Path, right: str, wrong: str, told: str
) -> None:
    before = last(letter)
    text = digest("edit", NAME, "--print", folder=letter).out
    assert right in text
    said = saved(digest, letter, text.replace(right, wrong.replace("FIRST", before.stories[-1].id), 1))
    assert said.code != 0
    assert said.err.startswith("ligne ")
    assert told in said.err
    assert last(letter) == before


def editor(folder: Path, monkeypatch: pytest.MonkeyPatch, *replacing: str) -> None:
    """An editor that replaces words of the file it is given, each time it is opened."""
    script = folder / "editeur.py"
    script.write_text(
        "import sys, pathlib\nfile = pathlib.Path(sys.argv[-1])\ntext = file.read_text(encoding='utf-8')\n"
        f"for old, new in zip(*[iter({list(replacing)!r})] * 2):\n    text = text.replace(old, new)\n"
        "file.write_text(text, encoding='utf-8')\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("VISUAL", f"{sys.executable} {script}")


def test_edit_opens_the_persons_editor(digest: Digest, letter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    editor(letter, monkeypatch, "  Le fil commun", '  Bonjour, c\'est "Le fil commun"')
    said = digest("edit", "--by", "Camille", folder=letter)
    assert (said.code, said.out) == (0, f"Édition {NAME}\N{NO-BREAK SPACE}: la révision 2 est enregistrée.\n")
    assert last(letter).subject.startswith('Bonjour, c\'est "Le fil commun"')
    editor(letter, monkeypatch)
    assert "Rien n’a été modifié" in digest("edit", "--by", "Camille", folder=letter).err


def test_a_text_that_cannot_be_saved_is_kept_and_opened_again(
    digest: Digest, letter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = letter / "editions" / NAME / "edit.yaml"
    editor(letter, monkeypatch, "preheader:", "apercu:")
    said = digest("edit", "--by", "Camille", folder=letter)
    assert said.code != 0
    assert "Votre texte est gardé" in said.err
    assert "apercu:" in kept.read_text(encoding="utf-8")
    editor(letter, monkeypatch, "apercu: |\n", "preheader: |\n  Une phrase à nous\n")
    said = digest("edit", "--by", "Camille", folder=letter)
    assert "Votre texte de la dernière fois" in said.err
    assert last(letter).preheader.startswith("Une phrase à nous ")
    assert not kept.exists()


def test_the_second_of_two_people_is_told_what_the_first_changed_and_keeps_their_text(digest: Digest, letter: Path) -> None:
    config = load(letter / "sources.yaml")
    with store_of(letter) as store:
        opened = desk.opened(store, NAME)
        text = desk.manuscript(config, store, NAME)
        first = change(opened, opened.stories[0].id, lambda story: replace(story, title="Le titre de Camille"))
        desk.revise(config, store, opened, first, by="Camille", now=NOW)
        with pytest.raises(ConflictError, match="was saved by Camille") as refused:
            desk.revise_from(config, store, NAME, text.replace("Le fil commun", "Le fil d'Alex"), by="Alex", now=NOW)
        assert [change.values["after"] for change in refused.value.changes] == [
            opened.subject.replace("L’IA fait le brouillon, la bénévole relit", "Le titre de Camille"),
            "Le titre de Camille",
        ], "the subject that the program wrote follows"
        assert desk.opened(store, NAME).stories[0].title == "Le titre de Camille"


def test_a_file_that_is_being_edited_in_another_window_is_left_alone(
    digest: Digest, letter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(letter, monkeypatch, "  Le fil commun", "  Le fil de la seconde")
    kept = letter / "editions" / NAME / "edit.yaml"
    kept.write_text("le texte de la première", encoding="utf-8")
    with one_run_at_a_time(kept.with_name(".edit.yaml")):
        assert digest("edit", "--by", "Camille", folder=letter).code == 75
    assert kept.read_text(encoding="utf-8") == "le texte de la première"


@pytest.mark.parametrize("command", ["/nulle/part", "sh -c 'x", "false"])
def test_an_editor_that_fails_is_told_in_one_line_and_leaves_nothing(
    digest: Digest, letter: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("VISUAL", command)
    said = digest("edit", "--by", "Camille", folder=letter)
    assert said.code == 2
    assert said.err.startswith(f"l’éditeur {command}")
    assert not (letter / "editions" / NAME / "edit.yaml").exists()


def test_a_text_of_another_encoding_is_refused_and_one_of_another_machine_is_read(digest: Digest, letter: Path) -> None:
    text = digest("edit", NAME, "--print", folder=letter).out
    (letter / "texte.yaml").write_bytes(text.encode("cp1252", "replace"))
    said = digest("edit", NAME, "--from", "texte.yaml", "--by", "Camille", folder=letter)
    assert (said.code, "enregistrez-le de nouveau en UTF-8" in said.err) == (2, True)
    (letter / "texte.yaml").write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
    said = digest("edit", NAME, "--from", "texte.yaml", "--by", "Camille", folder=letter)
    assert (said.code, said.out, "Rien n’a été modifié" in said.err) == (0, "", True)


def test_what_cannot_be_written_is_neither_saved_nor_signed(digest: Digest, letter: Path) -> None:
    page = page_of(digest, letter) | {"subject": "Un autre objet"}
    shutil.rmtree(letter / "editions")
    (letter / "editions").write_text("un fichier à la place du dossier", encoding="utf-8")
    before = last(letter)
    assert "impossible d’écrire" in saved(digest, letter, page).err
    assert "impossible d’écrire" in digest("approve", NAME, "--by", "Camille", folder=letter).err
    assert last(letter) == before


def test_a_subject_with_the_ends_of_lines_of_another_alphabet_still_makes_a_message(digest: Digest, letter: Path) -> None:
    assert saved(digest, letter, page_of(digest, letter) | {"subject": "Un\u2028deux\x85trois\rBcc: x@essai.example"}).code == 0
    assert last(letter).subject == "Un deux trois Bcc: x@essai.example"


def test_who_signs_has_a_name_on_one_line(digest: Digest, letter: Path) -> None:
    assert "est approuvée par Anne B. Ensuite" in digest("approve", NAME, "--by", "Anne\nB", folder=letter).out
    said = digest("approve", NAME, "--by", "\n", folder=letter)
    assert (said.code, "il faut un nom" in said.err) == (2, True)


def test_what_to_do_next_is_about_the_edition_of_today_first(digest: Digest, letter: Path) -> None:
    assert digest("draft", "special", "--no-collect", folder=letter).code == 0
    assert digest("status", "--json", folder=letter).json["next"] == {"do": "edit", "edition": NAME}


def test_a_story_held_elsewhere_waits_again_when_the_edition_that_took_it_is_given_up(digest: Digest, letter: Path) -> None:
    page = page_of(digest, letter)
    held = stories_of(page, 0).pop(0)
    saved(digest, letter, page | {"held": [held]})
    assert digest("draft", "special", "--no-collect", folder=letter).code == 0
    text = digest("edit", "special", "--print", folder=letter).out
    assert held["id"] in text
    (letter / "texte.yaml").write_text(text.replace("preheader: |\n", "preheader: |\n  Et aussi", 1), encoding="utf-8")
    assert digest("edit", "special", "--from", "texte.yaml", "--by", "Camille", folder=letter).code == 0
    assert digest("discard", "special", folder=letter).code == 0
    with store_of(letter) as store:
        assert store.editions.ledger().decisions[held["id"]].state == "held"


def test_a_draft_that_a_person_touched_only_gains_candidates(digest: Digest, letter: Path) -> None:
    page = page_of(digest, letter) | {"introduction": "Une introduction à nous."}
    dropped = stories_of(page, 0).pop()
    saved(digest, letter, page)
    before = last(letter)
    (letter / "articles" / "nouveau.md").write_text(
        "---\ntitle: L'intelligence artificielle au guichet\ndate: 2026-11-20\nurl: https://nouveau.example/ia\n---\n\n"
        "L'intelligence artificielle arrive au guichet de douze associations. Un algorithme y trie les demandes, et deux "
        "bénévoles relisent chacune de ses réponses avant l'envoi.\n",
        encoding="utf-8",
    )
    assert digest("draft", folder=letter).code == 0
    after = last(letter)
    assert replace(after, left_out=before.left_out, sources=before.sources) == before
    reasons = {out.title: out.reason for out in after.left_out}
    assert (
        reasons["L’intelligence artificielle au guichet"] in ("arrived-later", "theme-full")
        if "L’intelligence artificielle au guichet" in reasons
        else reasons["L'intelligence artificielle au guichet"] in ("arrived-later", "theme-full")
    )
    assert reasons[dropped["title"].strip()] == "rejected"


def test_only_an_approved_edition_leaves_and_any_change_voids_the_approval(digest: Digest, letter: Path) -> None:
    refused = digest("deliver", NAME, "--to", "files", folder=letter)
    assert (refused.code, "seule une édition approuvée se livre" in refused.err) == (1, True)
    assert digest("approve", NAME, "--by", "Camille Dupré", folder=letter).code == 0
    approval = last(letter).approval
    assert approval
    assert (approval.by, approval.at, approval.revision) == ("Camille Dupré", NOW, 1)
    page = page_of(digest, letter) | {"subject": "Un autre objet"}
    saved(digest, letter, page)
    assert (last(letter).status, last(letter).approval) == ("draft", None)
    assert digest("deliver", NAME, "--to", "files", folder=letter).code == 1


def test_an_edition_that_no_longer_renders_as_it_was_approved_does_not_leave(digest: Digest, letter: Path) -> None:
    digest("approve", NAME, "--by", "Camille", folder=letter)
    settings = letter / "sources.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("period: month", "period: month\n  layout: brèves"), "utf-8")
    said = digest("deliver", NAME, "--to", "files", folder=letter)
    assert said.code == 1
    assert "ne donne plus ce qui a été approuvé" in said.err
    assert digest("status", "--json", folder=letter).json["editions"][0]["status"] == "approved"


def test_a_failing_check_stops_the_approval(digest: Digest, letter: Path) -> None:
    saved(digest, letter, page_of(digest, letter) | {"introduction": "TODO écrire l'introduction"})
    said = digest("approve", NAME, "--by", "Camille", folder=letter)
    assert said.code == 1
    assert "ne peut pas être approuvée" in said.err
    assert last(letter).status == "draft"


def test_a_delivered_edition_uses_up_its_stories_and_can_be_delivered_again(digest: Digest, letter: Path) -> None:
    digest("approve", NAME, "--by", "Camille", folder=letter)
    said = digest("deliver", NAME, "--to", "files", "--output", "novembre.zip", "--json", folder=letter)
    assert said.json["where"] == "novembre.zip"
    with zipfile.ZipFile(letter / "novembre.zip") as packed:
        assert "novembre/email.eml" in packed.namelist()
    assert digest("deliver", NAME, "--to", "files", folder=letter).code == 0
    assert digest("status", "--json", folder=letter).json["next"] == {"do": "wait", "edition": NAME}
    assert {article["state"] for article in digest("articles", "--json", folder=letter).json} <= {"published", "new"}
    again = digest("draft", folder=letter)
    assert (again.code, "son brouillon est fermé" in again.err) == (0, True)
    assert digest("draft", NAME, folder=letter).code == 1, "asked for by name, it is an error"


def test_the_history_tells_who_did_what_and_what_changed(digest: Digest, letter: Path) -> None:
    page = page_of(digest, letter) | {"subject": "Un objet à nous"}
    stories_of(page, 0).pop()
    saved(digest, letter, page)
    digest("approve", NAME, "--by", "Alex", folder=letter)
    digest("reopen", NAME, "--by", "Camille", folder=letter)
    digest("discard", NAME, "--by", "Camille", folder=letter)
    told = digest("history", NAME, "--json", folder=letter).json
    assert [(event["deed"], event["by"], event["revision"]) for event in told] == [
        ("draft", None, 1), ("edit", "Camille", 2), ("approve", "Alex", 2), ("reopen", "Camille", 2), ("discard", "Camille", 2),
    ]  # fmt: skip
    assert any("Un objet à nous" in change for change in told[1]["changes"])
    assert any("est retiré" in change for change in told[1]["changes"])
    assert "révision 2 approuvée par Alex" in digest("history", NAME, folder=letter).out


def test_a_discarded_edition_frees_its_stories_and_is_started_again(digest: Digest, letter: Path) -> None:
    page = page_of(digest, letter) | {"introduction": "Une introduction à nous."}
    saved(digest, letter, page)
    digest("discard", NAME, "--by", "Camille", folder=letter)
    assert {article["state"] for article in digest("articles", "--json", folder=letter).json} == {"new"}
    assert digest("draft", folder=letter).code == 0
    assert last(letter).revision == 3
    assert last(letter).introduction != "Une introduction à nous."


def test_a_story_published_elsewhere_meanwhile_stops_the_approval(digest: Digest, letter: Path) -> None:
    digest("draft", "numero-special", "--since", "2026-11-01", "--until", "2026-11-30", folder=letter)
    digest("approve", "numero-special", "--by", "Camille", folder=letter)
    digest("deliver", "numero-special", "--to", "files", folder=letter)
    said = digest("approve", NAME, "--by", "Camille", folder=letter)
    assert said.code == 1
    assert "a déjà paru dans numero-special" in said.err


def test_an_article_split_from_its_story_starts_its_own_and_can_be_merged_again(letter: Path) -> None:
    with store_of(letter) as store:
        story = last(letter).stories[0]
        other = Article("f" * 16, "https://relais.example/f", "La même nouvelle", "Le Relais", NOW, "Un texte.", published=NOW)
        store.add_each([("folder:articles", [other])])
        desk.merge(store, [other.id], story.id, story.article)
        assert {article.id for article in store.stories({story.id})} == {story.article, other.id}
        desk.split(store, other.id)
        assert [article.id for article in store.stories({other.id})] == [other.id]
        assert {article.id for article in store.stories({story.id})} == {story.article}


def test_a_story_that_is_not_printed_cannot_be_taken_out(letter: Path) -> None:
    with pytest.raises(GateError, match="prints no story"):
        take_out(last(letter), "f" * 16)
