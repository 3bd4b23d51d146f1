"""The page of the themes: terms changed with their effect shown first, a text tried, and sources.yaml as people wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from digest.config import load
from digest.settings import Theme

from .conftest import Digest
from .visitors import Answer, Desk, Visitor, open_desk


@pytest.fixture
def file(starter: Path, digest: Digest) -> Path:
    """sources.yaml of the starter newsletter, its articles read."""
    assert digest("collect", folder=starter).code == 0
    return starter / "sources.yaml"


@pytest.fixture
def desk(file: Path) -> Iterator[Desk]:
    with open_desk(file.parent) as desk:
        yield desk


@pytest.fixture
def owner(desk: Desk) -> Visitor:
    owner = desk.owner()
    owner.get("/")
    return owner


def theme_of(file: Path, id: str = "ia") -> Theme:
    return next(theme for theme in load(file).settings.themes if theme.id == id)


def typed(owner: Visitor, **changes: str) -> dict[str, str]:
    """The form of the first theme as a browser would send it, but for `changes`."""
    text = owner.get("/themes/ia").text
    fields = {name: unescape(value) for name, value in re.findall(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"', text)}
    fields |= {
        name: unescape(value) for name, value in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', text, re.S)
    }
    return {**{name: value.replace("\n", "\r\n") for name, value in fields.items()}, **changes}


def look(owner: Visitor, form: dict[str, str]) -> Answer:
    return owner.post("/themes/ia", {**form, "do": "look"})


def test_the_themes_are_listed_and_opened(owner: Visitor) -> None:
    page = owner.get("/themes")
    assert 'href="/themes/ia"' in page.text
    assert "mots" in page.words
    assert "intelligence artificielle" in owner.get("/themes/ia").text
    assert owner.get("/themes/sport").status == 404


def test_a_form_sent_as_it_was_opened_changes_nothing(owner: Visitor, file: Path) -> None:
    before = file.read_bytes()
    page = look(owner, typed(owner))
    assert "Rien n'a encore été changé" in page.words
    owner.post("/themes/ia", {**typed(owner), "do": "save"})
    assert file.read_bytes() == before


def test_what_a_theme_would_gain_and_lose_is_shown_with_the_evidence_and_nothing_is_saved(owner: Visitor, file: Path) -> None:
    before = file.read_bytes()
    gained = look(owner, typed(owner, words=typed(owner)["words"] + "\r\nassociation"))
    assert "gagnerai" in gained.words
    assert re.search(r"« associations? » \((titre|début|texte)\)", gained.words)
    lost = look(owner, typed(owner, words="un terme que personne n'écrit", weak_words=""))
    assert "perdrai" in lost.words
    assert "« IA »" in lost.words
    assert file.read_bytes() == before


def test_saving_changes_the_edited_lines_and_keeps_the_file_as_it_was(owner: Visitor, file: Path) -> None:
    before = file.read_text(encoding="utf-8")
    form = typed(
        owner,
        words=typed(owner)["words"].replace("deepfake\r\n", "") + "\r\nun terme neuf",
        **{"name:fr": "Intelligence artificielle"},
    )
    page = look(owner, form)
    assert 'value="save"' in page.text
    answer = owner.follow(owner.post("/themes/ia", {**form, "do": "save"}))
    assert "sources.yaml.bak" in answer.words
    theme = theme_of(file)
    assert theme.title("fr") == "Intelligence artificielle"
    assert theme.title("en") == "AI"
    assert theme.words[-1] == "un terme neuf"
    assert "deepfake" not in theme.words
    after = file.read_text(encoding="utf-8")
    assert len([line for line in before.splitlines() if line not in after.splitlines()]) <= 3
    assert [line for line in before.splitlines() if "#" in line] == [line for line in after.splitlines() if "#" in line]
    assert (file.parent / "sources.yaml.bak").read_text(encoding="utf-8") == before


def test_what_cannot_be_saved_is_told_and_what_was_typed_stays(owner: Visitor, file: Path) -> None:
    before = file.read_bytes()
    for changes in ({"words": ""}, {"name:fr": " "}, {"words": "x" * 300}):
        page = owner.post("/themes/ia", {**typed(owner, exclude="gardé sur la page", **changes), "do": "save"})
        assert (page.status, 'role="alert"' in page.text) == (200, True)
        assert "gardé sur la page" in page.text
    assert file.read_bytes() == before


def test_a_field_that_is_not_sent_stays_as_it_was(owner: Visitor, file: Path) -> None:
    assert "perdrai" in owner.post("/themes/ia", {"words": "rien du tout", "weak_words": "", "do": "look"}).words
    owner.post("/themes/ia", {"name:fr": "L'IA", "do": "save", "seen": typed(owner)["seen"]})
    assert (theme_of(file).title("fr"), theme_of(file).title("en"), len(theme_of(file).words) > 50) == ("L'IA", "AI", True)


def test_what_someone_else_saved_meanwhile_is_not_overwritten(owner: Visitor, file: Path) -> None:
    form = typed(owner, exclude="Coupe du monde")
    file.write_text(file.read_text(encoding="utf-8").replace("chatbot", "robot qui parle"), encoding="utf-8")
    page = owner.post("/themes/ia", {**form, "do": "save"})
    assert "sources.yaml a changé" in page.words
    assert "Coupe du monde" in page.text
    assert theme_of(file).exclude != ("Coupe du monde",)


def test_words_that_yaml_would_read_otherwise_are_kept_as_words(owner: Visitor, file: Path) -> None:
    words = ["no", "1984", "a: b", "# dièse", "[crochet", "l'IA", '"', "5G, 4G"]
    owner.post("/themes/ia", {**typed(owner, words="\r\n".join(words)), "do": "save"})
    assert theme_of(file).words == tuple(words)


def test_a_text_is_weighed(owner: Visitor) -> None:
    page = owner.post("/themes", {"text": "Une intelligence artificielle pour les associations\nElle aide à relire."})
    assert "Il a ce thème" in page.words
    assert "« intelligence artificielle » (titre)" in page.words


def test_the_name_of_a_file_is_a_text_and_no_file_is_read(owner: Visitor, file: Path) -> None:
    secret = file.parent / "secret.txt"
    secret.write_text("Une intelligence artificielle secrète", encoding="utf-8")
    for name in (str(secret), "secret.txt", "articles/../secret.txt"):
        page = owner.post("/themes", {"text": name})
        assert "secrète" not in page.text
        assert "Il a ce thème" not in page.words
    unknown = owner.post("/themes", {"text": "https://gazette.example/nulle-part"})
    assert 'role="alert"' in unknown.text
