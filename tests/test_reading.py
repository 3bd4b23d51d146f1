"""Reading: the words of a text, as they stand and where."""

from __future__ import annotations

import pytest

from digest.language.reading import Reading, numbered, read


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("L’ESS, c'est 2,6 millions d'emplois — rendez-vous_ici !", "L ESS c est 2 6 millions d emplois rendez vous ici"),
        ("Un\u00a0mot\u2003puis\u3000un\x1cautre\u0085ici", "Un mot puis un autre ici"),
        ("Œuvre ² et ½ kg, 🙂 naïveté", "Œuvre ² et ½ kg naïveté"),
        ("İstanbul; ΣΊΣΥΦΟΣ", "İstanbul ΣΊΣΥΦΟΣ"),
        ("", ""),
        ("… !", ""),
    ],
)
def test_words_are_parted_at_signs_and_spaces_and_each_stands_where_it_is_said(text: str, words: str) -> None:
    found = Reading(text)
    assert found.words == words.split()
    assert [text[start : start + len(word)] for start, word in zip(found.starts, found.words, strict=True)] == found.words


def test_a_text_just_read_is_not_read_again() -> None:
    assert read("Une phrase.") is read("Une phrase.")


def test_a_word_has_the_same_number_whatever_its_case_and_its_text() -> None:
    one, two = numbered(["Coop", "LA", "coop"], ["la", "COOP", "libre"])
    assert one[0] == one[2] == two[1]
    assert one[1] == two[0]
    assert len({*one.tolist(), *two.tolist()}) == 3
