"""What a person's text of an edition may hold, and what is refused with its line: small editions, nothing on disk."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from digest.compose.manuscript import MOST, Revised, base_revision, read, write
from digest.compose.revising import one_line, paragraphs
from digest.language.translations import translator
from digest.model import Edition, EditionStory, EditionTheme, LeftOut, Period, StoryState, Takeaway
from digest.yaml_text import YamlError, read_yaml, write_yaml

from .conftest import NOW

TEXT = "Douze associations partagent un serveur. Chacune paie sa part."
NAMES = {"ia": "IA", "europe": "Europe"}


def story(id: str) -> EditionStory:
    quoted = Takeaway(TEXT, article=id, start=0, end=40, made_by="extract")
    return EditionStory(id, id, f"Titre {id}", None, "La Gazette", None, "fr", "", 1, (quoted,), articles=(id,))


EDITION = Edition(
    edition="2026-11", newsletter="Le fil", language="fr", status="draft", revision=3, made=NOW,
    period=Period(NOW - timedelta(days=20), NOW), subject="Novembre", preheader="", introduction="", highlights=(),
    themes=(EditionTheme("ia", "IA", (story("12345678901234e5"), story("b"))), EditionTheme("europe", "Europe", (story("c"),))),
    left_out=(
        LeftOut("held", "Gardé", None, "held"),
        LeftOut("tray", "En réserve", None, "no-theme"),
        LeftOut("out", "Paru", None, "published-in:2026-10"),
    ),
)  # fmt: skip
DECIDED: dict[str, StoryState] = {"held": "held", "of-last-spring": "rejected"}


def text_of(_article: str, _version: int) -> str:
    return TEXT


def written() -> str:
    return write(EDITION, DECIDED, translator("fr"), text_of)


def page() -> dict[str, Any]:
    data = read_yaml(written())
    assert isinstance(data, dict)
    return data


def revised(text: object) -> Revised:
    given = text if isinstance(text, str) else write_yaml(text)
    return read(given, EDITION, DECIDED, names=NAMES, text_of=text_of, tell=lambda id, _theme: story(id))


def test_what_is_written_is_read_back_the_same_even_an_id_that_looks_like_a_number() -> None:
    assert revised(written()) == Revised(EDITION, {})


def test_a_decision_that_the_text_does_not_show_stays() -> None:
    assert revised(page() | {"held": []}).decided == {"held": "new"}, "and not what was rejected last spring"
    without = page()
    del without["held"], without["rejected"]
    assert revised(without).decided == {}, "a group that is gone says nothing"


@pytest.mark.parametrize("broken", ["Un\u2028deux", "Un\rdeux", "Un \n\n deux", "Un\x0bdeux", "Un\x85deux", "U\x07n deux"])
def test_a_subject_is_one_line_whatever_was_typed(broken: str) -> None:
    assert revised(page() | {"subject": broken}).edition.subject == "Un deux"
    assert one_line(broken) == "Un deux"


def test_an_introduction_keeps_its_lines() -> None:
    assert paragraphs("Un\r\n\r\ndeux\u2028trois\x1b") == "Un\n\ndeux\ntrois"


def test_a_theme_that_stands_twice_is_one() -> None:
    twice = page()
    twice["themes"].append({"id": "ia", "stories": twice["themes"].pop(1)["stories"]})
    assert [(theme.id, len(theme.stories)) for theme in revised(twice).edition.themes] == [("ia", 3)]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"edition": "2026-10"}, "the text is of edition 2026-10"),
        ({"revision": 2}, "no such revision"),
        ({"revision": None}, "no such revision"),
        ({"subject": True}, "must be text"),
        ({"subject": 1.10}, "must be text"),
        ({"introduction": "mot " * 6000}, "must not be longer than 20000"),
    ],
)
def test_what_cannot_be_meant_is_refused(change: dict[str, Any], told: str) -> None:
    with pytest.raises(YamlError, match=told):
        revised(page() | change)


def test_a_text_without_its_themes_does_not_empty_the_edition() -> None:
    without = page()
    del without["themes"]
    with pytest.raises(YamlError, match="the key themes is missing"):
        revised(without)
    assert revised(page() | {"themes": []}).edition.themes == (), "one that says so does"


def test_a_published_story_does_not_come_in_again() -> None:
    again = page()
    again["themes"][0]["stories"].append({"id": "out", "title": "Paru"})
    with pytest.raises(YamlError, match="already published in 2026-10"):
        revised(again)


def test_a_story_of_the_tray_comes_in_under_the_title_it_is_given() -> None:
    come_in = page()
    come_in["themes"][1]["stories"].insert(0, {"id": "tray", "title": "Notre titre", "why": "lu"})
    edition = revised(come_in).edition
    assert [one.title for one in edition.themes[1].stories] == ["Notre titre", "Titre c"]
    assert "tray" not in [out.id for out in edition.left_out]


def test_a_key_takeaway_given_twice_stands_once() -> None:
    quoted = TEXT[:40]
    assert len(revised(page() | {"highlights": [quoted, quoted]}).edition.highlights) == 1


def test_a_text_of_another_size_than_an_edition_is_refused_before_it_is_read() -> None:
    with pytest.raises(YamlError, match="is it the right one"):
        base_revision("mot " * (MOST // 4 + 1))


def test_a_draft_of_another_revision_is_read_against_its_own() -> None:
    older = replace(EDITION, revision=2)
    text = write(older, DECIDED, translator("fr"), text_of)
    assert base_revision(text) == 2
    with pytest.raises(YamlError, match="no such revision"):
        revised(text)


@pytest.mark.parametrize("wrong", [{"k" * 5000: 1}, {"edition": "e" * 5000}, {"held": ["h" * 5000]}])
def test_a_message_is_a_line_whatever_was_typed(wrong: dict[str, Any]) -> None:
    with pytest.raises(YamlError) as told:
        revised(page() | wrong)
    assert len(str(told.value)) < 800
