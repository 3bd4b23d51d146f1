"""The way of an edition out of the review page: checks, history, test, approval, delivery, and the ways back."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from digest import desk as the_desk
from digest.compose.revising import change, take_out
from digest.config import load
from digest.desk import regrouping
from digest.model import Edition, Finding
from digest.opening import reader_of
from digest.review.checks import place_of
from digest.review.trial import people
from digest.store import one_run_at_a_time, open_store

from .conftest import NOW, Digest
from .visitors import Desk, Visitor, open_desk

HERE = "/editions/2026-11"


@pytest.fixture
def letter(digest: Digest, starter: Path) -> Path:
    """The starter newsletter with a draft."""
    assert digest("draft", "--quiet", folder=starter).code == 0
    return starter


@pytest.fixture
def desk(letter: Path) -> Iterator[Desk]:
    with open_desk(letter) as desk:
        yield desk


@pytest.fixture
def owner(desk: Desk) -> Visitor:
    owner = desk.owner()
    owner.get("/")
    return owner


def last(folder: Path) -> Edition:
    config = load(folder / "sources.yaml")
    with open_store(config.database, reader_of(config)) as store:
        return the_desk.opened(store, "2026-11")


def retitled(folder: Path, title: str) -> Edition:
    """Somebody gives the first story another title."""
    config = load(folder / "sources.yaml")
    with open_store(config.database, reader_of(config)) as store:
        edition = the_desk.opened(store, "2026-11")
        after = change(edition, edition.stories[0].id, lambda story: replace(story, title=title))
        return the_desk.revise(config, store, edition, after, by="Camille", now=NOW)


def without_subject(folder: Path) -> None:
    config = load(folder / "sources.yaml")
    with open_store(config.database, reader_of(config)) as store:
        edition = the_desk.opened(store, "2026-11")
        the_desk.revise(config, store, edition, replace(edition, subject=""), by="Camille", now=NOW)


def sign(owner: Visitor, revision: int = 1, by: str = "Camille") -> None:
    answer = owner.post(f"{HERE}/approve", {"revision": revision, "by": by})
    assert (answer.status, answer.where) == (303, f"{HERE}/deliver"), answer.words


@pytest.mark.parametrize("page", ["checks", "history", "history/1", "test", "approve", "deliver", "reopen", "files.zip"])
def test_an_edition_that_does_not_exist_has_no_page(owner: Visitor, page: str) -> None:
    answer = owner.get(f"/editions/2020-01/{page}")
    assert answer.status == 404
    assert "Cette page n'existe pas" in answer.words


# ------------------------------------------------------------------------------------------------ checks


def test_the_checks_say_what_is_wrong_and_lead_to_the_place(owner: Visitor, letter: Path) -> None:
    without_subject(letter)
    answer = owner.get(f"{HERE}/checks")
    assert "1 erreur empêche ce numéro d'être approuvé" in answer.words
    assert f'href="{HERE}#subject"' in answer.text
    assert answer.words.index("À corriger") < answer.words.index("Bon à savoir")
    assert "newsletter.unsubscribe" in answer.words


def test_every_kind_of_finding_leads_where_it_is_mended(letter: Path) -> None:
    edition = last(letter)
    id = edition.stories[0].id

    def place(check: str, story: str | None = None, **values: object) -> str:
        found = place_of(Finding(check, "warning", "", values, story), edition)
        return (found.address or found.key) if found else ""

    assert place("dates", id) == f"{HERE}#story-{id}"
    assert place("placeholders", place="the introduction") == f"{HERE}#introduction"
    assert place("spam-words") == f"{HERE}#subject"
    assert place("stories") == HERE
    assert place("sources") == "/sources"
    assert place("sender") == "newsletter.sender"
    assert place("headings") == ""
    assert place_of(Finding("subject", "note", ""), edition) is None


def test_the_links_are_tried_when_asked_and_nothing_changes(owner: Visitor, letter: Path) -> None:
    before = last(letter)
    answer = owner.post(f"{HERE}/checks")
    assert answer.status == 200
    assert "Chaque adresse vient d'être essayée" in answer.words
    assert last(letter) == before


# ------------------------------------------------------------------------------------------------ history


def test_the_history_says_what_each_revision_changed(owner: Visitor, letter: Path) -> None:
    retitled(letter, "Un titre à nous")
    answer = owner.get(f"{HERE}/history")
    assert "révision 2 enregistrée par Camille" in answer.words
    assert "Un titre à nous" in answer.words
    assert f'href="{HERE}/history/1"' in answer.text
    assert answer.words.index("révision 2") < answer.words.index("révision 1 faite")


def test_an_earlier_revision_is_read_and_brought_back_as_a_new_one(owner: Visitor, letter: Path) -> None:
    first = last(letter)
    retitled(letter, "Un titre à nous")
    page = owner.get(f"{HERE}/history/1")
    assert first.stories[0].title in page.text
    assert "Un titre à nous" in page.words, "what bringing it back changes"
    assert owner.post(f"{HERE}/history/1", {"revision": 2}).where == HERE
    now = last(letter)
    assert (now.revision, now.stories) == (3, first.stories)
    assert owner.get(f"{HERE}/history/9").status == 404


def test_a_story_that_an_earlier_revision_did_not_have_waits_in_the_tray(owner: Visitor, letter: Path) -> None:
    config, first = load(letter / "sources.yaml"), last(letter)
    gone = first.stories[0].id
    with open_store(config.database, reader_of(config)) as store:
        without = the_desk.revise(config, store, first, take_out(first, gone), by="Camille", now=NOW)
        regrouping.bring_back(config, store, without, 1, by="Camille", now=NOW)
    assert gone in {story.id for story in last(letter).stories}
    assert owner.post(f"{HERE}/history/2", {"revision": 3}).status == 303
    now = last(letter)
    assert gone not in {story.id for story in now.stories}
    assert gone in {out.id for out in now.left_out}


def test_what_someone_saved_meanwhile_is_not_overwritten(owner: Visitor, letter: Path) -> None:
    retitled(letter, "Un titre à nous")
    retitled(letter, "Un autre titre")
    answer = owner.post(f"{HERE}/history/1", {"revision": 2})
    assert answer.status == 409
    assert "Un autre titre" in answer.words
    assert last(letter).stories[0].title == "Un autre titre"


# ------------------------------------------------------------------------------------------------ test


def test_without_a_mail_server_the_page_says_what_the_settings_need(owner: Visitor) -> None:
    answer = owner.get(f"{HERE}/test")
    assert "smtp" in answer.words
    assert "<textarea" not in answer.text
    refused = owner.post(f"{HERE}/test", {"to": "camille@essai.example"})
    assert refused.status == 422
    assert "smtp" in refused.words


def test_what_is_no_address_is_told(owner: Visitor, letter: Path) -> None:
    file = letter / "sources.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "\nsmtp: {host: 127.0.0.1, port: 9, security: none}\n", encoding="utf-8")
    assert "127.0.0.1" in owner.get(f"{HERE}/test").words
    assert "Écrivez au moins une adresse" in owner.post(f"{HERE}/test", {"to": " "}).words
    assert "n'est pas une adresse" in owner.post(f"{HERE}/test", {"to": "camille"}).words
    answer = owner.post(f"{HERE}/test", {"to": "camille@essai.example"})
    assert (answer.status, "127.0.0.1" in answer.words) == (422, True)


def test_addresses_are_written_as_people_write_them() -> None:
    assert people("a@b.example, c@d.example;\n e@f.example a@b.example") == ("a@b.example", "c@d.example", "e@f.example")


# ------------------------------------------------------------------------------------------------ approval


def test_an_edition_is_signed_with_a_name_and_then_delivered(owner: Visitor, desk: Desk, letter: Path) -> None:
    page = owner.get(f"{HERE}/approve")
    assert last(letter).subject in page.text
    assert "14 sujets" in page.words or "sujets" in page.words
    sign(owner)
    approval = last(letter).approval
    assert approval is not None
    assert (approval.by, approval.revision) == ("Camille", 1)
    assert "Approuvé par Camille" in owner.get(f"{HERE}/approve").words
    deliver(owner, desk, "files")
    assert last(letter).status == "delivered"
    page = owner.get(f"{HERE}/deliver")
    assert str(letter / "editions" / "2026-11") in page.text
    assert "Livrer à nouveau" in page.words


def deliver(owner: Visitor, desk: Desk, place: str) -> None:
    assert owner.post(f"{HERE}/deliver", {"place": place}).where == f"{HERE}/deliver"
    deadline = time.monotonic() + 20
    while not desk.office.errands["2026-11"].done:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_nobody_signs_what_they_did_not_see(owner: Visitor, letter: Path) -> None:
    owner.get(f"{HERE}/approve")
    retitled(letter, "Un titre à nous")
    answer = owner.post(f"{HERE}/approve", {"revision": 1, "by": "Camille"})
    assert answer.status == 409
    assert "a changé depuis que vous l'avez regardé" in answer.words
    assert last(letter).status == "draft"


def test_a_name_is_needed_to_sign(owner: Visitor, letter: Path) -> None:
    assert owner.post(f"{HERE}/approve", {"revision": 1, "by": "  "}).status == 422
    assert last(letter).status == "draft"


def test_what_the_checks_refuse_is_not_signed(owner: Visitor, letter: Path) -> None:
    without_subject(letter)
    page = owner.get(f"{HERE}/approve")
    assert "À corriger d'abord" in page.words
    assert 'name="by"' not in page.text
    assert owner.post(f"{HERE}/approve", {"revision": 2, "by": "Camille"}).status == 409


def test_signing_waits_for_a_run_that_is_in_progress(owner: Visitor, letter: Path) -> None:
    with one_run_at_a_time(letter / "digest.db"):
        answer = owner.post(f"{HERE}/approve", {"revision": 1, "by": "Camille"})
    assert answer.status == 409
    assert "Attendez une minute" in answer.words
    sign(owner)


# ------------------------------------------------------------------------------------------------ delivery


def test_a_draft_is_delivered_nowhere(owner: Visitor, desk: Desk) -> None:
    assert "n'est pas encore approuvé" in owner.get(f"{HERE}/deliver").words
    assert owner.post(f"{HERE}/deliver", {"place": "files"}).status == 409
    assert owner.get(f"{HERE}/files.zip").status == 409
    assert desk.office.errands == {}


def test_the_files_of_an_approved_edition_are_downloaded(owner: Visitor, letter: Path) -> None:
    sign(owner)
    answer = owner.get(f"{HERE}/files.zip")
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''2026-11.zip"
    names = zipfile.ZipFile(io.BytesIO(answer.body)).namelist()
    assert "2026-11/email.html" in names
    assert last(letter).status == "approved", "looking at it uses up nothing"


def test_a_place_that_refuses_is_told_in_words_and_nothing_is_used_up(
    owner: Visitor, desk: Desk, letter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = letter / "sources.yaml"
    place = "\ndeliver:\n  boite: {imap: {host: 127.0.0.1, port: 9, user: camille, password_env: MOT_DE_PASSE}}\n"
    file.write_text(file.read_text(encoding="utf-8") + place, encoding="utf-8")
    monkeypatch.setenv("MOT_DE_PASSE", "un secret")
    sign(owner)
    assert "le dossier de brouillons de camille, à 127.0.0.1" in owner.get(f"{HERE}/deliver").words
    deliver(owner, desk, "boite")
    page = owner.get(f"{HERE}/deliver")
    assert "la livraison n'a pas abouti" in page.words
    assert "127.0.0.1" in page.words
    assert "un secret" not in page.text
    assert last(letter).status == "approved"
    deliver(owner, desk, "nulle part")
    assert "nulle part" in owner.get(f"{HERE}/deliver").words


# ------------------------------------------------------------------------------------------------ the ways back


def test_an_approved_edition_is_made_a_draft_again_after_a_question(owner: Visitor, letter: Path) -> None:
    assert owner.get(f"{HERE}/reopen").status == 409, "there is nothing to reopen"
    sign(owner)
    assert "Refaire du numéro 2026-11 un brouillon" in owner.get(f"{HERE}/reopen").words
    assert last(letter).status == "approved"
    assert owner.post(f"{HERE}/reopen").where == HERE
    assert last(letter).status == "draft"


def test_an_edition_is_given_up_after_a_question(owner: Visitor, letter: Path) -> None:
    assert "Abandonner le numéro 2026-11" in owner.get(f"{HERE}/discard").words
    assert last(letter).status == "draft"
    answer = owner.post(f"{HERE}/discard")
    assert "est abandonné" in owner.follow(answer).words
    assert last(letter).status == "discarded"
    for page in ("approve", "deliver", "test", "checks", "history"):
        assert owner.get(f"{HERE}/{page}").status == 200
