"""The guides: what they show is there, and light."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
LARGEST = 100_000
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")


@pytest.mark.parametrize("guide", ["guide.fr.md", "guide.en.md"])
def test_each_picture_of_a_guide_exists_is_light_and_is_described(guide: str) -> None:
    shown = PICTURE.findall((DOCS / guide).read_text("utf-8"))
    assert shown, "a guide shows what the page looks like"
    for description, name in shown:
        assert len(description) > 20, f"{name} is not described"
        assert 0 < (DOCS / name).stat().st_size < LARGEST, name


def test_no_picture_is_kept_that_neither_guide_shows() -> None:
    shown = {name for guide in DOCS.glob("guide.*.md") for _, name in PICTURE.findall(guide.read_text("utf-8"))}
    assert {f"pictures/{file.name}" for file in (DOCS / "pictures").iterdir()} <= shown
