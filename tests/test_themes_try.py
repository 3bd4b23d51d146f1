"""Someone who edits the terms sees at once how they weigh: for a text, a file, or an article of the store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .conftest import Digest


@pytest.fixture
def collected(starter: Path, digest: Digest) -> Path:
    """A starter newsletter whose articles are in the store."""
    assert digest("collect", folder=starter).code == 0
    return starter


def working(found: dict[str, Any], theme: str) -> dict[str, Any]:
    return next(dict(each) for each in found["themes"] if each["id"] == theme)


def test_a_text_is_tried_with_its_first_line_as_the_title(starter: Path, digest: Digest) -> None:
    said = digest("themes", "try", "--json", "L'IA au musée\nLa Commission européenne en parle.", folder=starter)
    assert (said.code, said.err) == (0, "")
    assert (said.json["title"], said.json["lang"], said.json["words"]) == ("L'IA au musée", "fr", 5)
    ia, europe = working(said.json, "ia"), working(said.json, "europe")
    assert ia["fits"]
    assert ia["score"] >= ia["threshold"] == 0.5
    assert ("IA", "title") in [(each["term"], each["where"]) for each in ia["because"]]
    assert ("Commission européenne", "opening") in [(each["term"], each["where"]) for each in europe["because"]]
    assert ia["points"] == pytest.approx(sum(each["weight"] for each in ia["because"]), abs=0.001)


def test_a_paragraph_is_tried_as_a_text_without_a_title(starter: Path, digest: Digest) -> None:
    said = digest("themes", "try", "--json", "Il sera question du vent et de la pluie, puis du vent. " * 5, folder=starter)
    assert (said.json["title"], said.json["words"]) == ("", 60)


def test_what_does_not_count_is_shown_with_its_reason(starter: Path, digest: Digest) -> None:
    trap = "La Coupe d'Europe à Lyon"
    europe = working(digest("themes", "try", "--json", trap, folder=starter).json, "europe")
    assert not europe["fits"]
    assert {"term": "Europe", "where": "title", "why": "excluded", "inside": "Coupe d'Europe"} in europe["unheard"]
    shown = digest("themes", "try", trap, folder=starter).out
    assert "dans « Coupe d'Europe », que le thème exclut" in shown.replace("\N{NO-BREAK SPACE}", " ").replace("\u202f", " ")


def test_editing_the_terms_changes_the_working_at_once(starter: Path, digest: Digest) -> None:
    text = "Le tricot à l'école"
    assert not working(digest("themes", "try", "--json", text, folder=starter).json, "ia")["because"]
    settings = starter / "sources.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("words: [", "words: [tricot, ", 1), encoding="utf-8")
    assert working(digest("themes", "try", "--json", text, folder=starter).json, "ia")["fits"]


def test_a_collected_article_is_tried_under_any_address_of_it_as_it_was_judged(collected: Path, digest: Digest) -> None:
    articles = digest("articles", "--json", folder=collected).json
    for article in [one for one in articles if one["url"]][:4]:
        for address in (article["url"], article["url"] + "?utm_source=lettre"):
            said = digest("themes", "try", "--json", address, folder=collected)
            assert said.json["title"] == article["title"]
            given = {theme["id"]: theme["score"] for theme in article["themes"]}
            assert {theme["id"]: theme["score"] for theme in said.json["themes"] if theme["fits"]} == given


def test_a_file_is_tried_as_the_article_it_would_be(collected: Path, digest: Digest) -> None:
    file = next((collected / "articles").glob("*.html"))
    tried = digest("themes", "try", "--json", str(file), folder=collected).json
    titles = {one["title"]: one for one in digest("articles", "--json", folder=collected).json}
    assert [theme["id"] for theme in titles[tried["title"]]["themes"]] == [
        theme["id"] for theme in sorted(tried["themes"], key=lambda theme: -theme["score"]) if theme["fits"]
    ]


@pytest.mark.parametrize("what", ["https://nulle-part.example/a", "nulle-part.md"])
def test_what_is_not_there_is_told(starter: Path, digest: Digest, what: str) -> None:
    said = digest("themes", "try", what, folder=starter)
    assert (said.code, said.out) == (2, "")
    assert what in said.err
