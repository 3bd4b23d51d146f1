"""An edition that was kept can be shown, and every takeaway in it proved against the stored texts."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from digest.formats import prove

from .conftest import NOW, Digest

TEXT = "Une phrase qui compte. Une autre, qui suit."


@pytest.fixture
def drafted(starter: Path, digest: Digest) -> Path:
    """A starter newsletter with its draft of today."""
    assert digest("draft", folder=starter).code == 0
    return starter


def first_takeaway(folder: Path, digest: Digest) -> dict[str, Any]:
    found: dict[str, Any] = digest("verify", "--json", folder=folder).json[0]
    return found


def tamper(folder: Path, change: str, *values: object) -> None:
    """Changes the stored texts by SQL, behind the program's back."""
    with sqlite3.connect(folder / "digest.db") as connection:
        assert connection.execute(change, values).rowcount
    connection.close()


def test_a_sound_edition_is_proved_in_one_line(drafted: Path, digest: Digest) -> None:
    said = digest("verify", "2026-11", folder=drafted)
    stories = digest("show", "--json", folder=drafted).json["themes"]
    count = sum(len(story["takeaways"]) for theme in stories for story in theme["stories"])
    assert (said.code, said.err, said.out.count("\n")) == (0, "", 1)
    assert f"{count} citations" in said.out


def test_without_a_name_the_edition_of_today_is_proved(drafted: Path, digest: Digest) -> None:
    assert digest("verify", folder=drafted).out == digest("verify", "2026-11", folder=drafted).out


def test_a_word_changed_in_a_quoted_sentence_is_found_and_named(drafted: Path, digest: Digest) -> None:
    quoted = first_takeaway(drafted, digest)
    word = max(quoted["text"].split(), key=len)
    tamper(
        drafted,
        "update versions set text = replace(text, ?, ?) where article = ? and version = ?",
        quoted["text"], quoted["text"].replace(word, "X" * len(word)), quoted["article"], quoted["version"],
    )  # fmt: skip
    said = digest("verify", folder=drafted)
    assert (said.code, said.out) == (1, "")
    assert quoted["title"] in said.err
    assert f"{quoted['start']}:{quoted['end']}" in said.err
    assert quoted["text"] in said.err
    assert "X" * len(word) in said.err
    broken = [proof for proof in digest("verify", "--json", folder=drafted).json if not proof["holds"]]
    assert {proof["article"] for proof in broken} == {quoted["article"]}
    assert all("X" * len(word) in proof["found"] for proof in broken)


def test_a_text_moved_by_one_character_no_longer_holds(drafted: Path, digest: Digest) -> None:
    quoted = first_takeaway(drafted, digest)
    tamper(drafted, "update versions set text = ' ' || text where article = ?", quoted["article"])
    said = digest("verify", "--json", folder=drafted)
    assert said.code == 1
    assert {proof["holds"] for proof in said.json if proof["article"] == quoted["article"]} == {False}
    assert {proof["holds"] for proof in said.json if proof["article"] != quoted["article"]} == {True}


def test_a_text_that_is_gone_is_told_as_nothing(drafted: Path, digest: Digest) -> None:
    quoted = first_takeaway(drafted, digest)
    tamper(drafted, "update versions set text = '' where article = ?", quoted["article"])
    said = digest("verify", folder=drafted)
    assert said.code == 1
    assert "plus rien" in said.err


def test_what_changes_around_a_quoted_sentence_changes_nothing(drafted: Path, digest: Digest) -> None:
    tamper(drafted, "update versions set text = text || ' Une phrase de plus.'")
    assert digest("verify", folder=drafted).code == 0


def test_a_new_version_of_an_article_leaves_the_proof_of_the_old_one(drafted: Path, digest: Digest) -> None:
    for file in (drafted / "articles").iterdir():
        file.write_text(file.read_text(encoding="utf-8") + "\n\nUn dernier mot, ajouté depuis.\n", encoding="utf-8")
        os.utime(file, (NOW.timestamp(), NOW.timestamp()))
    digest("collect", folder=drafted)
    assert digest("verify", folder=drafted).code == 0


@pytest.mark.parametrize("tampered", [False, True])
def test_articles_and_verify_agree(drafted: Path, digest: Digest, tampered: bool) -> None:
    if tampered:
        tamper(drafted, "update versions set text = 'Tout autre chose. ' || text where rowid % 2")
    texts = {one["id"]: one["text"] for one in digest("articles", "--text", "--json", folder=drafted).json}
    proofs = digest("verify", "--json", folder=drafted).json
    assert proofs
    for proof in proofs:
        assert proof["found"] == texts[proof["article"]][proof["start"] : proof["end"]]
        assert proof["holds"] is (proof["found"] == proof["text"])
    assert {proof["holds"] for proof in proofs} == ({True, False} if tampered else {True})


@pytest.mark.parametrize("command", ["verify", "show"])
def test_an_edition_that_is_not_there_says_how_to_make_it(drafted: Path, digest: Digest, command: str) -> None:
    said = digest(command, "2026-10", folder=drafted)
    assert (said.code, said.out) == (2, "")
    assert "2026-10" in said.err
    assert "digest draft 2026-10" in said.err


def test_an_edition_is_shown_as_the_file_beside_its_email(drafted: Path, digest: Digest) -> None:
    written = json.loads((drafted / "editions/2026-11/edition.json").read_text(encoding="utf-8"))
    assert digest("show", "2026-11", "--json", folder=drafted).json == written


def test_an_edition_is_shown_to_a_person_as_a_plan_with_what_became_of_it(drafted: Path, digest: Digest) -> None:
    shown, planned = digest("show", folder=drafted).out.splitlines(), digest("plan", folder=drafted).out.splitlines()
    assert shown[0] == planned[0]
    assert shown[1] == "Brouillon, révision 1 du 24 novembre 2026."
    assert shown[2:] == planned[1:]


# ------------------------------------------------------------------------------------------------ the rule


def content(**takeaway: object) -> dict[str, Any]:
    plain = {"article": "a", "version": 1, "start": 0, "end": 22, "made_by": "extract", "text": "Une phrase qui compte."}
    return {
        "highlights": [],
        "themes": [{"stories": [{"article": "a", "title": "Un titre", "takeaways": [{**plain, **takeaway}]}]}],
    }


def holds(**takeaway: object) -> bool:
    (proof,) = prove(content(**takeaway), lambda article, version: TEXT if (article, version) == ("a", 1) else "")
    return proof.holds


def test_a_takeaway_holds_when_its_words_stand_at_its_place() -> None:
    assert holds()
    assert not holds(text="Une phrase qui conte.")
    assert not holds(start=1)
    assert not holds(version=2)
    assert not holds(article="b")


@pytest.mark.parametrize(("start", "end"), [(-20, -1), (23, 999), (5, 5), (9, 3)])
def test_a_place_outside_the_text_holds_nothing(start: int, end: int) -> None:
    assert not holds(start=start, end=end, text=TEXT[start:end])


def test_the_words_of_a_person_hold_while_what_they_rest_on_is_there() -> None:
    assert holds(made_by="editor", text="Autrement dit.")
    assert not holds(made_by="editor", text="Autrement dit.", end=999)


def test_a_highlight_is_proved_once_with_the_story_it_comes_from_and_alone_when_its_words_differ() -> None:
    one = content()
    takeaway = one["themes"][0]["stories"][0]["takeaways"][0]
    assert len(prove({**one, "highlights": [takeaway]}, lambda *_: TEXT)) == 1
    changed = prove({**one, "highlights": [{**takeaway, "text": "Une phrase."}]}, lambda *_: TEXT)
    assert [(proof.title, proof.holds) for proof in changed] == [("Un titre", False), ("Un titre", True)]
