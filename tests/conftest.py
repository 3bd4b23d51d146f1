"""What the tests share: a moment that never moves, settings, and invented articles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from digest.model import Article
from digest.settings import Settings, parse

NOW = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)

SETTINGS: dict[str, Any] = {
    "newsletter": {"name": "Le fil d'essai", "sender": {"name": "Collectif d'essai", "email": "lettre@essai.example"}},
    "themes": [
        {"id": "ia", "name": {"fr": "IA", "en": "AI"}, "words": ["intelligence artificielle", "IA", "algorithme"]},
        {"id": "europe", "name": "Europe", "words": ["Commission européenne", "Parlement européen", "DSA"]},
    ],
    "sources": [{"name": "Dossier", "folder": "articles"}],
}


@pytest.fixture
def now() -> datetime:
    """The moment at which every test happens."""
    return NOW


@pytest.fixture
def settings() -> Settings:
    """A small newsletter with two themes and one folder."""
    return parse(SETTINGS)


@pytest.fixture
def article() -> Callable[..., Article]:
    """Makes an article that differs from the others by what is given."""
    plain = Article(
        id="00000000000000aa",
        url="https://gazette.example/a",
        title="Un titre",
        source="La Gazette",
        collected=NOW,
        text="Un premier paragraphe qui dit de quoi il s'agit.",
        published=NOW,
        dated_by="author",
    )

    def make(**fields: Any) -> Article:
        return replace(plain, **fields)

    return make
