"""The few takeaways at the top of an edition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from digest.judge.highlights import highlights
from digest.model import EditionStory, EditionTheme, MadeBy, Takeaway

LONG = "La métropole " + "prolonge encore un peu son expérimentation " * 8 + "cette année."


def quote(text: str, made_by: MadeBy = "extract") -> Takeaway:
    return Takeaway(text, article="a", start=0, end=len(text), made_by=made_by, words=text if made_by == "editor" else None)


def story(id: str, *takeaways: Takeaway) -> EditionStory:
    return EditionStory(id, id, f"Titre {id}", f"https://{id}.example", "s", None, "fr", "", 1, takeaways)


def theme(id: str, stories: Sequence[EditionStory]) -> EditionTheme:
    return EditionTheme(id, id, tuple(stories))


def themes(*sizes: int) -> list[EditionTheme]:
    """Themes of so many stories, each with a takeaway made of its name alone."""
    return [
        theme(f"t{i}", [story(f"t{i}s{n}", quote(f"mot{i}x{n} autre{i}x{n}")) for n in range(size)])
        for i, size in enumerate(sizes)
    ]


def texts(chosen: Sequence[EditionTheme]) -> list[str]:
    return [highlight.takeaway.text for highlight in highlights(chosen, language="fr")]


def test_the_leading_story_of_each_theme_comes_first_then_the_next_ones_in_turn() -> None:
    assert [h.url for h in highlights(themes(3, 3, 3), language="fr")] == [
        f"https://{id}.example" for id in ("t0s0", "t1s0", "t2s0", "t0s1", "t1s1")
    ]


@pytest.mark.parametrize(
    ("sizes", "expected"), [((6,), 3), ((1, 1), 2), ((2, 2), 3), ((3, 3, 1), 4), ((6, 6, 6), 5), ((1,) * 7, 5), ((), 0)]
)
def test_there_are_three_to_five_unless_there_are_fewer_stories(sizes: tuple[int, ...], expected: int) -> None:
    assert len(highlights(themes(*sizes), language="fr")) == expected


def test_a_story_is_quoted_once() -> None:
    chatty = theme("a", [story("1", quote("un deux"), quote("trois quatre"), quote("cinq six"))])
    assert len(highlights([chatty], language="fr")) == 1


def test_a_theme_whose_first_story_has_nothing_to_quote_is_told_by_the_next() -> None:
    assert texts([theme("a", [story("1"), story("2", quote("Le vote est acquis."))])]) == ["Le vote est acquis."]


def test_no_two_say_the_same() -> None:
    twice = "Le Sénat adopte la loi sur la sobriété numérique"
    other = quote("Une amende attend les retardataires")
    found = texts(
        [theme("a", [story("1", quote(f"{twice}."))]), theme("b", [story("2", quote(f"Mardi, {twice} en séance."), other)])]
    )
    assert found == [f"{twice}.", other.text]


def test_the_authors_own_words_come_before_the_editors_and_ours() -> None:
    ours, editors, authors = quote("Ours."), quote("Éditrice.", "editor"), quote("Autrice.", "section")
    assert texts([theme("a", [story("1", ours, editors, authors)])]) == ["Autrice."]
    assert texts([theme("a", [story("1", ours, editors)])]) == ["Éditrice."]


def test_a_short_one_comes_before_a_long_one() -> None:
    assert texts([theme("a", [story("1", quote(LONG, "section"), quote("Bref."))])]) == ["Bref."]
    assert texts([theme("a", [story("1", quote(LONG))])]) == [LONG]


def test_a_story_in_the_newsletters_language_comes_before_one_in_another() -> None:
    (theme_of_two,) = themes(2)
    english, french = theme_of_two.stories
    stories = (replace(english, lang="en"), french)
    first = highlights([replace(theme_of_two, stories=stories)], language="fr")[0]
    assert first.url == french.url
