# ruff: noqa: E501 - the edition is written in one piece
"""An edition whose every takeaway is of a text that is known, and what holds of any edition."""

from __future__ import annotations

from dataclasses import replace

from digest.model import Edition, LeftOut, StoryState
from tests.editions import sample

NAMES = {theme.id: theme.name for theme in sample().themes}
TEXTS = {story.article: "\n\n".join(one.text for one in story.takeaways) for story in sample().stories}
"""The text that each article's takeaways quote, by the article's id."""
TRAY = "Une phrase de réserve. Une autre phrase, qui attend."
LEFT_OUT = (
    LeftOut("f" * 16, "En réserve", "https://reserve.example/", "theme-full"),
    LeftOut("e" * 16, "Gardé pour décembre", None, "held"),
    LeftOut("d" * 16, "Paru en octobre", None, "published-in:2026-10"),
    LeftOut("c" * 16, "La même nouvelle", None, f"duplicate-of:{sample().stories[0].id}"),
)
DECIDED: dict[str, StoryState] = {"e" * 16: "held"}
EDITION: Edition = replace(
    sample(),
    left_out=LEFT_OUT,
    themes=tuple(
        replace(theme, stories=tuple(replace(story, articles=(story.article,)) for story in theme.stories))
        for theme in sample().themes
    ),
)


def text_of(article: str, version: int) -> str:
    return TEXTS.get(article, TRAY)


def check_edition(edition: Edition, before: Edition = EDITION) -> None:
    """What holds of an edition that a person changed: nothing of it was lost or said twice, and every takeaway quotes its article."""
    printed = [story.id for story in edition.stories]
    assert len(set(printed)) == len(printed), "a story is printed twice"
    there = {*printed, *(out.id for out in edition.left_out)}
    assert {*(story.id for story in before.stories), *(out.id for out in before.left_out)} <= there, "a story was lost"
    assert all(theme.stories for theme in edition.themes)
    assert {theme.id for theme in edition.themes} <= set(NAMES)
    takeaways = [one for story in edition.stories for one in story.takeaways]
    for one in takeaways:
        found = text_of(one.article, one.version)[one.start : one.end]
        assert found.strip()
        assert one.made_by == "editor" or one.text == found
    assert all(highlight.takeaway in takeaways for highlight in edition.highlights)
    for words in (
        edition.subject,
        *(story.title for story in edition.stories),
        *(one.text for one in takeaways if one.made_by == "editor"),
    ):
        assert len(words.splitlines()) == 1
        assert words.strip()
