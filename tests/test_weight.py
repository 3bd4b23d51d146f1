"""Weight: an email too heavy gives way fairly, and no more than it has to."""

from __future__ import annotations

import pytest

from digest.compose.render import SENDERS_SHARE, render
from digest.compose.weight import WHOLE, Lightening, giving_way, lightest_needed
from digest.language.translations import translator
from digest.model import EditionTheme, RenderedEmail
from digest.resources import folder
from digest.settings import Limits
from tests.editions import edition, many, newsletter, story


def rendered(stories: int, *, email_bytes: int) -> RenderedEmail:
    settings = newsletter(limits=Limits(email_bytes=email_bytes))
    return render(many(stories, themes=6), settings, templates=folder("templates"), translator=translator("fr"))


def test_the_last_stories_of_the_longest_themes_give_way_first() -> None:
    long_theme = EditionTheme("a", "A", tuple(story(f"a{i}") for i in range(3)))
    short_theme = EditionTheme("b", "B", (story("b0"),))
    titles = {one.id: one.title for one in (*long_theme.stories, *short_theme.stories)}
    assert [titles[id] for id in giving_way(edition((long_theme, short_theme)))] == ["a2", "a1", "b0", "a0"]


@pytest.mark.parametrize(
    ("limit", "folded", "hidden"), [(400, 0, 0), (399, 1, 0), (250, 2, 0), (100, 4, 0), (99, 4, 1), (0, 4, 4), (-1, 4, 4)]
)
def test_stories_fold_one_by_one_then_are_hidden_one_by_one(limit: int, folded: int, hidden: int) -> None:
    an_edition = edition((EditionTheme("a", "A", tuple(story(f"a{i}") for i in range(4))),))

    def weigh(lightening: Lightening) -> int:
        return 400 - 75 * len(lightening.folded) - 25 * len(lightening.hidden)

    found = lightest_needed(an_edition, weigh, limit)
    assert (len(found.folded), len(found.hidden)) == (folded, hidden)


def test_what_weighs_little_is_printed_whole() -> None:
    assert lightest_needed(many(3), lambda _: 10, 10) == WHOLE
    assert rendered(12, email_bytes=100_000).folded == ()


@pytest.mark.parametrize(("stories", "email_bytes"), [(60, 60_000), (150, 100_000), (150, 40_000), (150, 25_000)])
def test_the_html_stays_under_the_limit_with_a_share_for_the_sender(stories: int, email_bytes: int) -> None:
    email = rendered(stories, email_bytes=email_bytes)
    assert len(email.html.encode()) <= email_bytes * (100 - SENDERS_SHARE) // 100
    assert email.folded


def test_folded_stories_keep_their_title_and_link_and_the_text_part_keeps_all() -> None:
    email = rendered(60, email_bytes=60_000)
    for one in many(60, themes=6).stories:
        assert f'href="{one.url}"' in email.html
        assert f"Lire\u00a0: {one.url}\n" in email.text
        assert (f"{one.takeaways[0].text}</li>" in email.html) != (one.id in email.folded)
    assert "n’ont que leur titre. <a" in email.html


def test_stories_that_cannot_even_be_titles_are_counted() -> None:
    assert " autres articles." in rendered(150, email_bytes=25_000).html
