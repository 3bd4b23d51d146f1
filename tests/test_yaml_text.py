"""YAML is read as a person would read it, and written so that a person can edit it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from digest.yaml_text import YamlError, append_items, broken_items, inline_yaml, read_yaml, write_yaml


def test_only_true_and_false_are_booleans() -> None:
    read = read_yaml("a: no\nb: on\nc: off\nd: yes\ne: NO\nf: y\ng: true\nh: False\n")
    assert read == {"a": "no", "b": "on", "c": "off", "d": "yes", "e": "NO", "f": "y", "g": True, "h": False}


def test_dates_times_and_postcodes_stay_text() -> None:
    read = read_yaml("- 2026-11-03\n- 2026-11-03 10:00:00\n- 12:30\n- 01000\n- 0x1F\n- 1_000\n- 0o17\n")
    assert read == ["2026-11-03", "2026-11-03 10:00:00", "12:30", "01000", "0x1F", "1_000", "0o17"]


def test_plain_numbers_are_numbers() -> None:
    assert read_yaml("[6, -3, 0, 2.5, 1e3, .5]") == [6, -3, 0, 2.5, 1000.0, ".5"]


@pytest.mark.parametrize("empty", ["", "\n\n", "# rien\n", "~", "null"])
def test_an_empty_text_is_none(empty: str) -> None:
    assert read_yaml(empty) is None


def test_a_key_without_a_value_is_none() -> None:
    assert read_yaml("titre:\nauteur: Zoé\n") == {"titre": None, "auteur": "Zoé"}


def test_a_key_given_twice_is_refused_where_it_stands() -> None:
    with pytest.raises(YamlError, match="'name' is given twice") as caught:
        read_yaml("newsletter:\n  name: Un\n  language: fr\n  name: Deux\n")
    assert (caught.value.line, caught.value.column) == (4, 3)


def test_a_number_and_its_text_are_two_keys() -> None:
    assert read_yaml("1: a\n'1': b\n") == {1: "a", "1": "b"}


def test_merge_keys_may_be_overridden() -> None:
    assert read_yaml("base: &b {x: 1, y: 2}\nother:\n  <<: *b\n  x: 3\n") == {"base": {"x": 1, "y": 2}, "other": {"x": 3, "y": 2}}


@pytest.mark.parametrize(
    ("text", "line", "cause"),
    [
        ("a: b: c\n", 1, "quotes"),
        ("a: 1\n\tb: 2\n", 2, "tabs"),
        ('a: 1\nb: "open\nc: 2\n', None, "quote"),
        ("a: [1, 2\nb: 3\n", None, "bracket"),
        ("a: 1\n b: 2\n", 2, "quotes|line up"),
        ('a: "\\q"\n', 1, "twice"),
        ("a: *x\n", 1, r"'\*'"),
        ("a: !x y\n", 1, "'!'"),
        ("a: 1\n---\nb: 2\n", None, "one document"),
        ("? [a, b]\n: c\n", 1, "key"),
        ("a: 1\nb: x\x07y\n", 2, r"U\+0007"),
    ],
)
def test_a_mistake_is_told_in_plain_words_with_its_place(text: str, line: int | None, cause: str) -> None:
    with pytest.raises(YamlError, match=cause) as caught:
        read_yaml(text)
    if line:
        assert caught.value.line == line
    why = str(caught.value.without_place())
    assert str(caught.value) == f"line {caught.value.line}, column {caught.value.column}: {why}"
    assert "token" not in why


def test_a_mistake_is_told_in_the_readers_language() -> None:
    french = {"line {line}, column {column}": "ligne {line}, colonne {column}"}
    with pytest.raises(YamlError) as caught:
        read_yaml("a: 1\na: 2\n")
    assert caught.value.text(lambda message: french.get(message, message)).startswith("ligne 2, colonne 1: the key 'a'")


@pytest.mark.parametrize("text", ["[" * 60_000, "- " * 60_000 + "x", "{a: " * 60_000])
def test_endless_nesting_is_refused(text: str) -> None:
    with pytest.raises(YamlError):
        read_yaml(text)


def test_tags_cannot_make_objects() -> None:
    with pytest.raises(YamlError):
        read_yaml("!!python/object/apply:os.getcwd []")


def test_what_is_written_reads_back_the_same() -> None:
    data = {
        "édition": "2026-11",
        "status": "no",
        "code": "01000",
        "heure": "12:30",
        "n": 3,
        "juste": True,
        "rien": None,
        "texte": "Une première ligne : « oui »\u00a0!\n\nUne autre.\n",
        "long": "mot " * 60 + "fin",
        "liste": ["- un", "# deux", "* trois", "", "🌱 quatre\u202f?"],
        "listes": [{"id": "ia", "points": ["a", "b"]}],
    }
    assert read_yaml(write_yaml(data)) == data


def test_what_is_written_means_the_same_to_other_readers() -> None:
    data = {"a": "no", "b": "2026-11-03", "c": "010", "d": "on", "e": "12:30", "f": "null"}
    assert yaml.safe_load(write_yaml(data)) == data


def test_writing_keeps_the_order_and_the_accents_and_sets_lists_in() -> None:
    written = write_yaml({"z": "été", "a": ("un", "deux"), "t": "x\ny\n"})
    assert written == "z: été\na:\n  - un\n  - deux\nt: |\n  x\n  y\n"


def test_the_same_value_twice_is_written_twice() -> None:
    shared = ["x"]
    assert write_yaml({"a": shared, "b": shared}) == "a:\n  - x\nb:\n  - x\n"


def test_items_are_added_at_the_end_of_a_list_and_nothing_else_moves() -> None:
    text = "# tête\nsources:  # ce qu'on suit\n  - name: A  # un\n    feed: https://a.example/\n\n  # plus tard\nstore: x\n"
    longer = append_items(text, "sources", [{"name": "no", "feed": "https://b.example/"}])
    added = "  - name: 'no'\n    feed: https://b.example/\n"
    assert longer == text.replace("https://a.example/\n", "https://a.example/\n" + added)


@pytest.mark.parametrize("text", ["sources: [a, b]\n", "sources: []\n", "store: x\n", "- a\n", ""])
def test_items_are_added_only_to_a_list_of_one_item_a_line(text: str) -> None:
    with pytest.raises(YamlError, match="one item a line"):
        append_items(text, "sources", [{"name": "B"}])


def test_a_forgotten_comma_at_the_end_of_a_line_is_seen() -> None:
    assert broken_items("words: [\n  robot, drone\n  prompt, chatbot,\n]\n") == ((2, "drone prompt"),)


def test_a_forgotten_dash_is_seen() -> None:
    assert broken_items("words:\n  - robot\n    drone\n  - prompt\n") == ((2, "robot drone"),)


def test_texts_that_are_meant_to_run_over_lines_are_not_taken_for_items() -> None:
    assert broken_items('- "deux\n  lignes"\n- >\n  deux\n  lignes\n- name: deux\n    lignes\n- un mot, deux\n') == ()


def test_the_starter_newsletter_has_no_broken_item() -> None:
    assert broken_items((Path(__file__).parent.parent / "sources.yaml").read_text(encoding="utf-8")) == ()


def test_a_quote_that_is_never_closed_is_told_where_it_opens() -> None:
    with pytest.raises(YamlError, match=r"^line 2, column 7: a quote that is never closed"):
        read_yaml('a: b\nname: "Le fil\nlanguage: fr\n')


def test_a_number_that_nobody_counts_with_stays_text() -> None:
    digits = "9" * 5000  # Python reads no more than 4,300
    assert read_yaml(f"- {digits}\n- -{digits}.5\n- 12\n") == [digits, f"-{digits}.5", 12]
    assert read_yaml(write_yaml([digits, "12"])) == [digits, "12"]


def test_ten_lines_that_stand_for_ten_thousand_million_values_are_refused() -> None:
    """YAML reads them at once, as lists that share lists; whoever walks through them never comes back."""
    laughs = "a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n"
    laughs += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    with pytest.raises(YamlError, match=r"^line 6, column \d+: a text that starts with '\*'"):
        read_yaml(laughs)


@pytest.mark.parametrize("text", ["&a [*a]", "a: &a\n  b: *a\n", "- &a {x: [1, *a]}"])
def test_a_value_that_holds_itself_is_refused(text: str) -> None:
    with pytest.raises(YamlError, match="a text that starts with"):
        read_yaml(text)


def test_an_alias_that_says_something_again_is_read() -> None:
    assert read_yaml("a: &a [un, deux]\nb: *a\n") == {"a": ["un", "deux"], "b": ["un", "deux"]}


@pytest.mark.parametrize("words", ["\x85", "un\x85deux", "un\ndeux\x85trois\n", "un\rdeux", "un\u2028deux"])
def test_the_rare_ends_of_lines_come_back_as_they_were(words: str) -> None:
    assert read_yaml(write_yaml({"a": words})) == {"a": words}
    assert read_yaml(f"[{inline_yaml(words)}]") == [words]


def test_half_of_a_character_is_told_where_it_stands() -> None:
    with pytest.raises(YamlError, match=r"^line 2, column 4: a character that no text holds \(U\+D83D\)"):
        read_yaml("a: b\nc: \ud83d\n")
