# ruff: noqa: E501 - lists of traps and trees of strategies are kept whole
"""The JSON of an edition is an edition that quotes its articles, or is refused: whatever became of the file or of the database."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from hypothesis import given

from digest.formats import edition_file, edition_from_json, edition_json, prove, tray_from_json
from digest.model import Edition
from tests.fuzz.editions import EDITION, text_of
from tests.fuzz.promise import Refused, explored, outcome, taken
from tests.fuzz.trees import damaged

DATA = json.loads(edition_file(EDITION))


def check(edition: Edition) -> None:
    """Of the types that it says, each takeaway a quotation; and it can be written and read again."""
    assert isinstance(edition.revision, int)
    assert isinstance(edition.made, datetime)
    assert edition.made.tzinfo is not None
    words = [edition.edition, edition.newsletter, edition.language, edition.subject, edition.preheader, edition.introduction]
    words += [
        word
        for story in edition.stories
        for word in (story.id, story.article, story.title, story.source, story.summary, story.lang)
    ]
    words += [word for out in edition.left_out for word in (out.id, out.title, out.reason)]
    assert all(isinstance(word, str) for word in words)
    assert all(isinstance(link, str | None) for link in (story.url for story in edition.stories))
    assert edition_from_json(edition_json(edition), text_of) == edition


@explored(120)
@given(damaged(DATA))
def test_edition_kept_as_json(data: Any) -> None:
    """Any JSON gives a sound edition, or a DigestError that says what is wrong with it."""
    found = taken(lambda: edition_from_json(data, text_of), len(repr(data)))
    if found is not None:
        check(found)


@explored(60)
@given(damaged({"left_out": DATA["left_out"], "sources": DATA["sources"]}))
def test_tray_kept_as_json(data: Any) -> None:
    """Any JSON gives a tray, or a DigestError."""
    outcome(lambda: tray_from_json(data), len(repr(data)))


@explored(60)
@given(damaged(DATA))
def test_takeaways_that_are_proved(data: Any) -> None:
    """Any JSON gives proofs, each of which says whether the words stand in their article, or a DigestError."""
    proofs = outcome(lambda: prove(data, text_of), len(repr(data)))
    if not isinstance(proofs, Refused):
        assert all(not proof.holds or text_of(proof.article, proof.version)[proof.start : proof.end].strip() for proof in proofs)
