"""What a person does to the takeaways of a story: which words of a sentence may be kept, and what is said of it afterwards."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from digest.compose.changes import changes
from digest.compose.revising import around, change, narrowed
from digest.errors import UsageError
from digest.language.translations import translator
from digest.model import Edition, LeftOut, Takeaway
from tests.editions import sample

TEXT = (
    "## Un titre\n\nLa ferme vend 12\u00a0000\u00a0paniers (bio) par an. "
    "Elle n’a plus de dettes\u202f; l’équipe, elle, double !\n\n"
    "- Une liste qui compte aussi pour une phrase\n- La ferme vend autre chose"
)
SECOND = (TEXT.index("Elle"), TEXT.index(" !") + 2)


def quoting(words: str) -> Takeaway:
    start = TEXT.index(words)
    return Takeaway(TEXT, "a" * 16, start, start + len(words), "section", score=0.7, version=3)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("plus de dettes", TEXT[slice(*SECOND)]),
        ("par an. Elle n’a", TEXT[TEXT.index("La ferme") : SECOND[1]]),
        ("qui compte", "Une liste qui compte aussi pour une phrase"),
        ("autre chose", "La ferme vend autre chose"),
        ("Un titre", "Un titre"),
    ],
)
def test_the_sentence_around_a_quotation_is_the_whole_one_on_its_line(words: str, sentence: str) -> None:
    start, end = around(TEXT, TEXT.index(words), TEXT.index(words) + len(words), "fr")
    assert TEXT[start:end] == sentence


def test_every_run_of_whole_words_of_a_sentence_may_be_kept_and_is_a_quotation() -> None:
    whole = quoting(TEXT[slice(*SECOND)])
    words = whole.text.split()
    for first, last in combinations(range(len(words) + 1), 2):
        part = narrowed(whole, TEXT, " ".join(words[first:last]), "fr")
        assert part.text.split() == words[first:last]
        assert part.text == TEXT[part.start : part.end]
        assert SECOND[0] <= part.start < part.end <= SECOND[1]
        assert (part.made_by, part.score, part.version) == ("extract", 0.7, 3)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("12 000 paniers", "12\u00a0000\u00a0paniers"),
        ("  vend\t12\u202f000 ", "vend 12\u00a0000"),
        ("paniers (bio)", "paniers (bio)"),
        ("(bio) par an.", "(bio) par an."),
    ],
)
def test_the_spaces_of_a_keyboard_find_those_of_the_article(typed: str, kept: str) -> None:
    assert narrowed(quoting("La ferme vend 12"), TEXT, typed, "fr").text == kept


def test_an_apostrophe_is_one_however_it_was_typed() -> None:
    for typed in ("l'équipe, elle, double", "l’équipe, elle, double"):
        assert narrowed(quoting("Elle n’a plus"), TEXT, typed, "fr").text == "l’équipe, elle, double"


@pytest.mark.parametrize(
    "typed", ["", " ", "erme vend", "La fer", "vend autre chose", "Elle", "paniers bio", "la ferme", ".*", "12 00"]
)
def test_half_a_word_other_words_and_those_of_another_sentence_are_refused(typed: str) -> None:
    with pytest.raises(UsageError):
        narrowed(quoting("La ferme vend 12"), TEXT, typed, "fr")


# ------------------------------------------------------------------------------------------------ said of it afterwards


def said(before: Edition, after: Edition) -> list[str]:
    return [one.text(translator("en")) for one in changes(before, after)]


def with_takeaways(*order: int) -> Edition:
    edition = replace(sample(), highlights=())
    kept = edition.stories[0].takeaways
    return change(edition, edition.stories[0].id, lambda story: replace(story, takeaways=tuple(kept[at] for at in order)))


def test_a_takeaway_that_goes_is_told_without_those_that_stay() -> None:
    story = sample().stories[0]
    told = f"takeaway of “{story.title}” removed: “{story.takeaways[0].text}”"
    assert said(with_takeaways(0, 1, 2), with_takeaways(1, 2)) == [told]
    assert said(with_takeaways(1, 2), with_takeaways(0, 1, 2)) == [told.replace("removed", "added")]


def test_another_order_is_told_as_an_order() -> None:
    title = sample().stories[0].title
    assert said(with_takeaways(0, 1, 2), with_takeaways(0, 2, 1)) == [f"the order of the takeaways of “{title}” changed"]
    assert said(with_takeaways(0, 1, 2), with_takeaways(0, 1, 2)) == []


def test_what_is_told_apart_and_what_is_told_with_another_is_said_whatever_the_story_is_called_by() -> None:
    edition = replace(sample(), highlights=())
    one, two = edition.stories[0], edition.stories[1]
    other = LeftOut("f" * 16, "Le même, ailleurs", None, "rejected")
    many = change(edition, one.id, lambda story: replace(story, id=other.id, articles=(one.article, other.id)))
    alone = replace(change(edition, one.id, lambda story: replace(story, articles=(one.article,))), left_out=(other,))
    assert said(many, alone) == ["“Le même, ailleurs” is now a story of its own: it waits in the tray"]
    assert said(alone, many) == [f"“Le même, ailleurs” is now told with “{one.title}”"]
    both = change(edition, one.id, lambda story: replace(story, articles=(one.article, two.article)))
    themes = tuple(replace(theme, stories=tuple(s for s in theme.stories if s.id != two.id)) for theme in both.themes)
    merged = replace(both, themes=themes)
    assert said(alone, merged) == [f"“{two.title}” is now told with “{one.title}”"]
    assert said(merged, alone) == [f"“{two.title}” came in, under {edition.themes[0].name}"]
