"""The JSON of the design, as a file."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from digest.errors import StoreError
from digest.formats import edition_file, edition_from_json, edition_json, tray_from_json, tray_json
from digest.model import LeftOut, Points
from tests.editions import sample

TRAP = LeftOut("a" * 16, '"left_out": []\n  "left_out": []', None, "no-theme", Points(1, 2, 3, 4, 5, 6, 7))


@pytest.mark.parametrize("left_out", [(), (TRAP,), (TRAP, replace(TRAP, id="b" * 16, points=None))])
def test_the_file_of_an_edition_holds_its_json_and_a_line_for_each_story_left_out(left_out: tuple[LeftOut, ...]) -> None:
    edition = replace(sample(), left_out=left_out, subject='"left_out": []')
    text = edition_file(edition).decode()
    assert json.loads(text) == edition_json(edition)
    assert list(json.loads(text)) == list(edition_json(edition))
    assert sum(line.startswith('    {"id": ') for line in text.splitlines()) == len(left_out)


def test_a_tray_comes_back_from_json_as_it_was() -> None:
    edition = replace(sample(), left_out=(TRAP, replace(TRAP, id="b" * 16, points=None)))
    assert tray_from_json(json.loads(json.dumps(tray_json(edition)))) == (edition.left_out, edition.sources)


DAMAGED: list[dict[str, Any]] = [
    {"themes": None}, {"revision": "deux"}, {"made": "2026-11-24T08:00:00"}, {"subject": 7}, {"subject": "\ud83d"},
    {"status": "sent"}, {"sources": [{"name": 1}]}, {"left_out": [{"id": "a"}]}, {"highlights": [{"article": [], "version": 1}]},
]  # fmt: skip


@pytest.mark.parametrize("change", DAMAGED)
def test_an_edition_that_was_damaged_is_told(change: dict[str, Any]) -> None:
    kept = edition_json(sample()) | change
    with pytest.raises(StoreError, match="an edition is kept in a form that cannot be read"):
        edition_from_json(kept, lambda *_: "Un texte. " * 50)
