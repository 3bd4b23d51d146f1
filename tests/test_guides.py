"""The guides: what they show is there, and light."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
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


@pytest.mark.parametrize(
    ("guide", "heading", "kind"), [("guide.fr.md", "Le disque, la mémoire", 1), ("guide.en.md", "The disk, the store", 0)]
)
def test_what_a_guide_says_you_see_of_the_disk_and_the_store_is_what_is_shown(guide: str, heading: str, kind: int) -> None:
    with (ROOT / "locales" / "fr" / "LC_MESSAGES" / "digest.po").open("rb") as file:
        catalogue = read_po(file, locale="fr")
    shown = "\n".join(str((message.id, message.string)[kind]) for message in catalogue).replace("'", "’")
    section = (DOCS / guide).read_text("utf-8").partition(f"### {heading}\n")[2].partition("\n**")[0]
    seen = [
        quoted
        for line in section.splitlines()
        if line.startswith("| `")
        for quoted in re.findall("`([^`]+)`", line.split("|")[1])
    ]
    assert len(seen) >= 10
    assert [quoted for quoted in seen if quoted.replace("'", "’") not in shown] == []
