# ruff: noqa: E501 - an article is written in one piece
"""What is kept comes back as it was: articles of any words that an article may hold, in a store and in the one it is moved to."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model import Article, Link
from digest.store import Reader, open_store
from digest.store.engines import Database
from digest.store.move import move
from tests.databases import Postgres
from tests.fuzz.hostile import line
from tests.fuzz.promise import explored
from tests.fuzz.sound import NOW

words = line().map(
    lambda text: "".join(character for character in text if character != "\x00" and not "\ud800" <= character <= "\udfff")
)
"""Nothing that is read holds a NUL or half of a character: the other targets see to it."""


@st.composite
def articles(draw: st.DrawFn) -> Article:
    return Article(
        id=f"{draw(st.integers(0, 99)):016x}", url=draw(st.sampled_from([None, "https://a.example/é", "https://a.example/" + "ab1" * 650])),
        title=draw(words), source="Le Relais", collected=NOW, text=draw(words), lang="fr", author=draw(st.one_of(st.none(), words)),
        published=NOW, dated_by="author", summary=draw(words), links=(Link(draw(words), "https://a.example/"),),
        picture=draw(st.one_of(st.none(), words.map(lambda alt: Link(alt, "https://a.example/p.png")))),
    )  # fmt: skip


kept = st.lists(articles(), min_size=1, max_size=4, unique_by=lambda article: article.id)
READER = Reader("Le fil", {"https://a.example/feed": "Le Relais"}, "", "sources.yaml")


def said(database: Database, given_: list[Article]) -> list[tuple[object, ...]]:
    """What a store holds of some articles, in their order."""
    with open_store(database, READER) as store:
        found = {article.id: article for article in store.these([article.id for article in given_])}
    return [_words(found[article.id]) for article in given_]


def _words(article: Article) -> tuple[object, ...]:
    return article.title, article.text, article.summary, article.author, article.url, article.picture


@explored(8)
@given(kept)
def test_articles_of_any_words(given_: list[Article]) -> None:
    """Articles come back word for word, and so they do from a store that was moved."""
    with TemporaryDirectory() as folder:
        here, there = Path(folder) / "a.db", Path(folder) / "b.db"
        with open_store(here, READER) as store:
            store.add(given_)
        assert said(here, given_) == [_words(article) for article in given_]
        move(here, there)
        assert said(there, given_) == [_words(article) for article in given_]


@pytest.mark.postgres
def test_articles_of_any_words_on_a_server(postgres: Postgres) -> None:
    """The same, through PostgreSQL and back."""

    @explored(4)
    @given(kept)
    def moved(given_: list[Article]) -> None:
        with TemporaryDirectory() as folder:
            here, server, back = Path(folder) / "a.db", postgres.new_schema(), Path(folder) / "b.db"
            with open_store(here, READER) as store:
                store.add(given_)
            move(here, server)
            move(server, back)
            assert said(back, given_) == [_words(article) for article in given_]

    moved()
