"""What an edition prints, and the reason of all it does not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.judge.scores import counts_from, is_in, score
from digest.judge.selection import Placement, Selection, select
from digest.model import Article, Period, Points, Story, StoryState, ThemeMatch
from digest.settings import Limits, Theme

PERIOD = Period(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
DAY = datetime(2026, 11, 16, tzinfo=UTC)
THEMES = (Theme(id="ia", name="IA", words=("IA",)), Theme(id="europe", name="Europe", words=("Europe",)))
WORDS = "mot " * 300 + "fin."


def article(id: str, **fields: Any) -> Article:
    values = {
        "url": f"https://{id}.example",
        "source": id,
        "collected": DAY,
        "published": DAY,
        "dated_by": "author",
        "text": WORDS,
    }
    return Article(**{"id": id, "title": f"Titre {id}", **values, **fields})


def story(id: str, *, ia: float = 0.8, europe: float = 0.0, others: Sequence[Article] = (), **fields: Any) -> Story:
    fits = sorted((("ia", ia), ("europe", europe)), key=lambda fit: -fit[1])
    return Story(id, article(id, **fields), tuple(others), tuple(ThemeMatch(theme, score, ()) for theme, score in fits if score))


def choose(
    stories: Sequence[Story], *, limits: Limits | None = None, states: dict[str, StoryState] | None = None, **more: Any
) -> Selection:
    return select(stories, themes=THEMES, limits=limits or Limits(), period=PERIOD, language="fr", states=states or {}, **more)


def printed(selection: Selection) -> dict[str, list[str]]:
    return {theme: [story.id for story in stories] for theme, stories in selection.chosen}


def reasons(selection: Selection) -> dict[str, str]:
    return {out.id: out.reason for out in selection.left_out}


def test_themes_come_in_the_settings_order_and_empty_ones_are_not_printed() -> None:
    assert list(printed(choose([story("b", ia=0, europe=0.9), story("a")]))) == ["ia", "europe"]
    assert list(printed(choose([story("b", ia=0, europe=0.9)]))) == ["europe"]


def test_stories_come_by_points_then_the_newest_then_by_id() -> None:
    newer = story("n", published=DAY + timedelta(days=3))
    assert printed(choose([story("b"), story("a"), newer, story("best", ia=1.0)])) == {"ia": ["best", "n", "a", "b"]}


def test_each_reason_of_the_design_is_given() -> None:
    limits = Limits(stories_per_theme=2, stories_per_source=1)
    stories = [
        story("in1", ia=0.99), story("in2", ia=0.98), story("full", ia=0.6), story("greedy", ia=0.97, source="in1"),
        story("none", ia=0), story("old", published=DAY - timedelta(days=40)), story("done"), story("no"), story("kept"),
        story("twice", ia=0, europe=0.9, others=[article("copy")]),
    ]  # fmt: skip
    states: dict[str, StoryState] = {"done": "published", "no": "rejected", "kept": "held"}
    selection = choose(stories, limits=limits, states=states, published_in={"done": "2026-10"}, held_for={"kept"})
    assert printed(selection) == {"ia": ["in1", "in2"], "europe": ["twice"]}
    assert reasons(selection) == {
        "full": "theme-full", "greedy": "source-full", "none": "no-theme", "old": "outside-period",
        "done": "published-in:2026-10", "no": "rejected", "kept": "held", "copy": "duplicate-of:twice",
    }  # fmt: skip


def test_every_story_is_either_printed_or_explained() -> None:
    stories = [story(str(i), ia=0.5 + i / 100, source="s" if i % 2 else "t") for i in range(30)]
    selection = choose(stories)
    assert {id for ids in printed(selection).values() for id in ids} | reasons(selection).keys() == {one.id for one in stories}
    assert selection.scores.keys() == {one.id for one in stories}


def test_a_held_story_comes_back_even_after_its_period_with_a_few_points_more() -> None:
    old = story("old", published=DAY - timedelta(days=40))
    selection = choose([old, story("new")], states={"old": "held"})
    assert printed(selection) == {"ia": ["new", "old"]}
    assert selection.scores["old"].held == 5.0


def test_a_story_whose_best_theme_is_full_goes_to_another_that_fits_nearly_as_well() -> None:
    stories = [story("a", ia=1.0), story("b", ia=0.8, europe=0.7)]
    selection = choose(stories, limits=Limits(stories_per_theme=1))
    assert printed(selection) == {"ia": ["a"], "europe": ["b"]}
    assert selection.placements["b"] == Placement("europe", "near-theme", instead_of="ia")
    assert selection.scores["b"].theme == 28.0


def test_a_story_that_fits_two_themes_nearly_as_well_goes_where_there_are_fewer() -> None:
    stories = [story("a", ia=0.95), story("b", ia=0.9, europe=0.85), story("c", ia=0.9, europe=0.6)]
    selection = choose(stories)
    assert printed(selection) == {"ia": ["a", "c"], "europe": ["b"]}
    assert selection.placements["b"] == Placement("europe", "near-theme", instead_of="ia")


def test_a_story_does_not_go_to_a_theme_that_fits_it_much_less() -> None:
    stories = [story("a", ia=1.0), story("b", ia=0.9, europe=0.6)]
    assert reasons(choose(stories, limits=Limits(stories_per_theme=1))) == {"b": "theme-full"}


def test_no_source_has_more_than_its_share_of_the_whole_edition() -> None:
    stories = [story(f"a{i}", source="big", ia=0.9 if i % 2 else 0.0, europe=0.0 if i % 2 else 0.9) for i in range(8)]
    selection = choose([*stories, story("b")])
    assert sum(len(ids) for ids in printed(selection).values()) == 4


def test_a_source_that_is_alone_or_the_teams_own_folder_has_no_share_to_keep() -> None:
    stories = [story(f"a{i}", source="articles") for i in range(5)]
    assert len(printed(choose(stories))["ia"]) == 5
    assert len(printed(choose([*stories, story("b")]))["ia"]) == 4
    assert len(printed(choose([*stories, story("b")], uncapped={"articles"}))["ia"]) == 6


def test_no_theme_stays_empty_because_of_a_sources_share() -> None:
    stories = [story(f"a{i}", source="big", ia=0.95) for i in range(3)]
    low = story("low", source="big", ia=0, europe=0.5)
    assert printed(choose([*stories, low, story("b", ia=0.5)]))["europe"] == ["low"]


def test_one_source_does_not_open_every_theme_when_that_costs_little() -> None:
    stories = [story("a1", source="big", ia=0.9), story("a2", source="big", ia=0, europe=0.9)]
    near, far = story("n", ia=0, europe=0.8), story("f", ia=0, europe=0.6)
    assert printed(choose([*stories, near])) == {"ia": ["a1"], "europe": ["n", "a2"]}
    assert printed(choose([*stories, far])) == {"ia": ["a1"], "europe": ["a2", "f"]}


@settings(deadline=None)
@given(st.permutations(range(12)))
def test_the_order_of_the_stories_does_not_matter(order: list[int]) -> None:
    stories = [story(f"{i:02}", ia=0.5 + i % 3 / 10, europe=0.6, source=f"s{i % 2}") for i in range(12)]
    limits = Limits(stories_per_theme=3, stories_per_source=2)
    assert choose([stories[i] for i in order], limits=limits) == choose(stories, limits=limits)


def test_an_article_that_only_its_file_dates_is_for_the_next_edition_whichever_it_is() -> None:
    saved = story("a", dated_by="file", published=DAY - timedelta(days=900))
    assert is_in(saved, PERIOD)
    assert counts_from(saved.lead) is None


def test_an_entry_without_a_date_counts_from_when_it_was_collected() -> None:
    assert is_in(story("a", published=None, dated_by=None), PERIOD)
    assert not is_in(story("a", published=None, dated_by=None, collected=PERIOD.until), PERIOD)


def test_a_story_is_in_the_period_when_any_of_its_articles_is() -> None:
    before = PERIOD.since - timedelta(days=1)
    assert not is_in(story("a", published=before), PERIOD)
    assert is_in(story("a", published=before, others=[article("b")]), PERIOD)


def test_a_score_is_the_sum_of_its_parts() -> None:
    told = story("a", also_in=("x", "y"), others=[article("b", published=PERIOD.until - timedelta(days=3))])
    points = score(told, told.themes[0], PERIOD, language="fr", held=True)
    assert points == Points(theme=32.0, recency=18.0, sources=13.1, completeness=15.0, length=2.5, language=5.0, held=5.0)
    assert points.total == 90.6


def test_a_story_in_the_newsletters_language_comes_before_its_equal_in_another() -> None:
    stories = [story("a", ia=0.9, lang="en"), story("b", ia=0.9)]
    assert printed(choose(stories)) == {"ia": ["b", "a"]}


def test_an_excerpt_without_address_or_date_of_its_own_has_no_points_for_completeness() -> None:
    bare = story("a", text="Un début…", url=None, published=None, dated_by=None)
    assert score(bare, None, PERIOD, language="fr", held=False).completeness == 0.0
