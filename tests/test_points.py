"""The plan shows what each story is worth, from which parts, and where one stands under its second-best theme."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from digest.formats import edition_from_json, edition_json
from digest.language.names import show_number
from digest.model import LeftOut, Points

from . import editions
from .conftest import Digest
from .test_cli import write_newsletter

POINTS = Points(theme=32.0, recency=18.0, sources=7.5, completeness=15.0, length=5.0, language=0.0, held=0.0)
ARTICLE = "---\ntitle: {title}\nurl: https://{n}.example/a\ndate: 2026-11-2{n}\n---\n\n{text}\n"


@pytest.fixture
def planned(tmp_path: Path, digest: Digest) -> Path:
    """A newsletter with one place a theme: two stories fit AI best, and one of them fits Europe nearly as well."""
    files = {
        "1.md": ARTICLE.format(
            n=1, title="L'intelligence artificielle et son algorithme", text="L'IA au musée de Sète trie les archives sonores."
        ),
        "2.md": ARTICLE.format(
            n=2,
            title="L'IA vue par la Commission européenne",
            text="Un algorithme de plus, dit le Parlement européen.",
        ),
        "3.md": ARTICLE.format(n=3, title="La tarte aux pommes", text="Une recette de saison, lue dans un vieux cahier."),
    }
    newsletter = {
        "name": "Le fil", "sender": {"name": "C", "email": "a@b.example"}, "limits": {"stories_per_theme": 1, "min_stories": 1},
    }  # fmt: skip
    folder = write_newsletter(tmp_path / "n", files, newsletter=newsletter)
    assert digest("collect", folder=folder).code == 0
    return folder


def by_title(edition: Any) -> dict[str, Any]:
    stories = [story for theme in edition["themes"] for story in theme["stories"]]
    return {story["title"]: story for story in [*stories, *edition["left_out"]]}


def test_every_story_of_a_plan_has_its_points_by_parts(planned: Path, digest: Digest) -> None:
    edition = digest("plan", "--json", folder=planned).json
    assert len(by_title(edition)) == 3
    for story in by_title(edition).values():
        points = dict(story["points"])
        assert points.pop("total") == pytest.approx(sum(points.values()))
        assert set(points) == {"theme", "recency", "sources", "completeness", "length", "language", "held"}
    assert by_title(edition)["La tarte aux pommes"]["points"]["theme"] == 0.0


def test_a_story_that_stands_under_its_second_best_theme_says_so(planned: Path, digest: Digest) -> None:
    stories = by_title(digest("plan", "--json", folder=planned).json)
    moved = [story for story in stories.values() if story.get("instead_of")]
    assert [(story["title"], story["instead_of"]) for story in moved] == [("L'IA vue par la Commission européenne", "ia")]
    assert "placé ici : IA lui convient mieux" in digest("plan", folder=planned).out.replace("\N{NO-BREAK SPACE}", " ")


def test_the_plan_of_a_person_shows_the_sum_and_the_parts_when_asked(planned: Path, digest: Digest) -> None:
    total = by_title(digest("plan", "--json", folder=planned).json)["L'IA vue par la Commission européenne"]["points"]["total"]
    plain, detailed = digest("plan", folder=planned).out, digest("plan", "--points", folder=planned).out
    assert f"{total:.1f} points".replace(".", ",") in plain
    assert "fraîcheur" not in plain
    assert detailed.count("fraîcheur") == 3, "two stories and one left out"


def test_the_draft_keeps_the_points_and_show_gives_them_back(planned: Path, digest: Digest) -> None:
    before = by_title(digest("plan", "--json", folder=planned).json)
    assert digest("draft", folder=planned).code == 0
    assert {title: story["points"] for title, story in by_title(digest("show", "--json", folder=planned).json).items()} == {
        title: story["points"] for title, story in before.items()
    }
    digest("draft", folder=planned)
    assert digest("show", "--json", folder=planned).json["revision"] == 1


def test_points_come_back_from_json_and_an_edition_kept_before_them_has_none() -> None:
    plain = editions.without_takeaways()
    first, *others = plain.themes
    stories = (replace(first.stories[0], points=POINTS, instead_of="europe"), *first.stories[1:])
    given = replace(
        plain,
        themes=(replace(first, stories=stories), *others),
        left_out=(LeftOut("f" * 16, "Un titre", None, "theme-full", POINTS),),
    )
    content = edition_json(given)
    kept = edition_from_json(content, lambda *_: "")
    assert (kept.stories[0], kept.left_out) == (given.stories[0], given.left_out)
    for item in [*content["left_out"], *(story for theme in content["themes"] for story in theme["stories"])]:
        del item["points"]
        item.pop("instead_of", None)
    older = edition_from_json(content, lambda *_: "")
    assert {story.points for story in older.stories} | {out.points for out in older.left_out} == {None}


def test_a_number_is_written_as_its_language_does() -> None:
    assert (show_number(1234.56, "fr", 1), show_number(0.714, "en", 2), show_number(7, "fr", 1)) == (
        "1\u202f234,6",
        "0.71",
        "7,0",
    )


def test_an_edition_kept_by_another_version_is_read() -> None:
    """Parts of the points that it did not know count for nothing, and keys that we do not know are passed over."""
    plain = editions.without_takeaways()
    theme = plain.themes[0]
    stories = tuple(replace(story, points=replace(POINTS, language=5.0)) for story in theme.stories)
    content = edition_json(replace(plain, themes=(replace(theme, stories=stories),)))
    story = content["themes"][0]["stories"][0]
    del story["points"]["language"]
    story["points"]["charm"] = story["mood"] = 3.0
    assert edition_from_json(content, lambda *_: "").stories[0].points == POINTS
