"""One value of a YAML text changed in place: what else stands there stays, character by character."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.yaml_edits import set_value, set_words
from digest.yaml_text import YamlError, read_yaml

LETTER = """\
# La lettre
themes:
  - id: ia
    name: {fr: IA, en: AI}   # deux langues
    words: [
      intelligence artificielle, IA,   # les nôtres
      # en anglais
      "AI", deepfake,
    ]
    not:
      - Coupe d'Europe   # du football
      # et aussi
      - "l'IA : le film"
sources:
  - name: Nos articles
    folder: articles           # à côté
  - {name: Été, feed: "https://été.example/"}   # 🎉 un flux

  # la fin
store: sqlite:///digest.db
"""
WORDS = ("themes", 0, "words")
NOT = ("themes", 0, "not")


def changed(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines that only one of two texts has."""
    return [line for line in before.splitlines() if line not in after.splitlines()], [
        line for line in after.splitlines() if line not in before.splitlines()
    ]


def test_a_value_is_replaced_where_it_stands() -> None:
    after = set_value(LETTER, ("themes", 0, "name", "fr"), "Intelligence, artificielle")
    assert changed(LETTER, after)[1] == ["    name: {fr: 'Intelligence, artificielle', en: AI}   # deux langues"]
    assert set_value(LETTER, ("sources", 1, "name"), "Hiver") == LETTER.replace("Été", "Hiver")


def test_a_key_is_added_to_an_item_and_taken_away_again() -> None:
    paused = set_value(LETTER, ("sources", 0, "paused"), True)
    assert paused == LETTER.replace("# à côté\n", "# à côté\n    paused: true\n")
    assert set_value(paused, ("sources", 0, "paused"), None) == LETTER
    inline = set_value(LETTER, ("sources", 1, "paused"), True)
    assert inline == LETTER.replace('example/"}', 'example/", paused: true}')
    assert set_value(inline, ("sources", 1, "paused"), None) == LETTER


def test_the_first_key_of_an_item_is_taken_away() -> None:
    after = set_value(LETTER, ("sources", 0, "name"), None)
    assert "  - folder: articles           # à côté\n" in after
    assert set_value(LETTER, ("sources", 1, "name"), None) == LETTER.replace("name: Été, ", "")


def test_taking_away_what_is_not_there_changes_nothing() -> None:
    assert set_value(LETTER, ("sources", 0, "theme"), None) == LETTER


def test_a_text_without_a_last_line_break_gets_its_key() -> None:
    after = set_value("sources:\n  - name: A\n    feed: https://a.example/", ("sources", 0, "theme"), "ia")
    assert read_yaml(after) == {"sources": [{"name": "A", "feed": "https://a.example/", "theme": "ia"}]}


@pytest.mark.parametrize(
    "words",
    [
        ["intelligence artificielle", "IA", "AI", "deepfake", "RAG"],
        ["intelligence artificielle", "IA", "AI"],
        ["IA", "AI", "deepfake"],
        ["deepfake", "intelligence artificielle"],
        ["réseau: neuronal", "a, b", "#x", "no", "1e3", "2026-11-01", "'", '"'],
        ["IA"],
        [f"terme {n}" for n in range(40)] + ["IA"],
        ["IA", "AI", *(f"un long terme {n}" for n in range(20)), "deepfake"],
    ],
)
@pytest.mark.parametrize("path", [WORDS, NOT])
def test_a_list_says_what_was_meant(words: list[str], path: tuple[str | int, ...]) -> None:
    after = set_words(LETTER, path, words)
    data = read_yaml(after)
    assert isinstance(data, dict)
    assert data["themes"][0][path[-1]] == words
    for other in ("# La lettre", "# deux langues", "# à côté", "# 🎉 un flux", "# la fin"):
        assert other in after


def test_words_that_stay_keep_their_lines_and_comments() -> None:
    more = set_words(LETTER, WORDS, ["intelligence artificielle", "IA", "LLM", "AI", "deepfake"])
    assert changed(LETTER, more)[1] == ["      intelligence artificielle, IA, LLM,   # les nôtres"]
    fewer = set_words(LETTER, WORDS, ["intelligence artificielle", "AI"])
    assert "      # en anglais\n" in fewer
    assert "# les nôtres" in fewer
    lines = set_words(LETTER, NOT, ["Coupe d'Europe", "Ligue Europa", "l'IA : le film"])
    assert changed(LETTER, lines) == ([], ["      - Ligue Europa"])
    assert set_words(LETTER, NOT, ["Coupe d'Europe"]) == LETTER.replace('      - "l\'IA : le film"\n', "")


def test_a_list_that_was_not_there_is_added_and_an_empty_one_goes() -> None:
    after = set_words(LETTER, ("themes", 0, "with"), ["numérique", "données"])
    assert "    with: [numérique, données]\n" in after
    assert set_words(after, ("themes", 0, "with"), []) == LETTER
    assert "not:" not in set_words(LETTER, NOT, [])


def test_windows_lines_and_the_starter_newsletter_are_edited_too() -> None:
    windows = LETTER.replace("\n", "\r\n")
    for path in (WORDS, NOT):
        data = read_yaml(set_words(windows, path, ["IA", "neuf", "deepfake"]))
        assert isinstance(data, dict)
        assert data["themes"][0][path[-1]] == ["IA", "neuf", "deepfake"]
    starter = (Path(__file__).parent.parent / "sources.yaml").read_text(encoding="utf-8")
    data = read_yaml(starter)
    assert isinstance(data, dict)
    for place, theme in enumerate(data["themes"]):
        after = set_words(starter, ("themes", place, "words"), [*theme["words"][1:], "un mot de plus"])
        gone, new = changed(starter, after)
        assert len(gone) <= 2
        assert len(new) <= 3
        assert [line for line in starter.splitlines() if "#" in line] == [line for line in after.splitlines() if "#" in line]


def test_what_is_said_elsewhere_is_refused_and_not_spoilt() -> None:
    with pytest.raises(YamlError, match="cannot be changed from here"):
        set_words("a: &x [un, deux]\nb: *x\n", ("b",), ["trois"])
