"""A new article finds its story through the index of signatures, however large the store is and whoever follows the others."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digest import placing
from digest.judge.signatures import COMMON, signature
from digest.model import Article
from digest.placing import KIN, place_new
from digest.store import Reader, Store, open_store
from digest.store.engines import Database, engine_of
from digest.store.schema import metadata
from digest.store.signatures import Signed

NOW = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
WORDS = [f"{start}{middle}{end}" for start in ("bra", "clo", "fri") for middle in ("ma", "ne", "ti", "vo") for end in "lnrst"]


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    with open_store(database) as store:
        yield store


def invented(number: int, *, day: int = 0, source: str = "La Gazette") -> Article:
    """An article that is like no other; `day`: of so many days ago."""
    chance, published = random.Random(number), NOW - timedelta(days=day)
    text = " ".join(f"{chance.choice(WORDS)}{chance.randrange(1000)}" for _ in range(60))
    title = " ".join(f"{word}{number}" for word in chance.sample(WORDS, 6))
    id = f"{number:016x}"
    return Article(id, f"https://gazette.example/{id}", title, source, published, text, published=published, dated_by="author")


def copy(of: Article, *, day: int = 0) -> Article:
    """The same news under the same words, elsewhere."""
    id, published = f"c{of.id[1:]}", NOW - timedelta(days=day)
    return replace(
        of, id=id, url=f"https://relais.example/{id}", source="Le Relais", collected=published, published=published,
        text=f"{of.text} (d'après La Gazette)",
    )  # fmt: skip


def placed(store: Store, *articles: Article) -> dict[str, str]:
    """The story of every article of the store, once these were added one after the other."""
    for article in articles:
        store.add([article])
        place_new(store, NOW)
    return {article.id: article.story for article in store.articles()}


def emptied(database: Database, *tables: str) -> None:
    """Some tables without their rows."""
    engine = engine_of(database)
    with engine.begin() as connection:
        for table in tables:
            connection.exec_driver_sql(f'DELETE FROM "{table}"')
    engine.dispose()


def test_an_article_joins_the_story_of_one_whose_signature_is_whole(store: Store) -> None:
    first, other = invented(1, day=3), invented(2, day=2)
    assert placed(store, first, other, copy(first))[copy(first).id] == first.id


def test_an_article_joins_the_story_of_one_that_was_filed_long_ago(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placing, "LATEST", 4)
    first = invented(1, day=40)
    stories = placed(store, first, *(invented(number, day=30) for number in range(2, 14)), copy(first))
    assert len(store.signatures.latest()) <= 6, "the others are filed"
    assert stories[copy(first).id] == first.id
    assert len(set(stories.values())) == 13


def test_stories_are_the_same_however_many_signatures_are_whole(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    one_by_one: list[Article] = []
    for number in range(30):
        one_by_one.append(invented(number, day=30 - number))
        if number % 3 == 2:
            one_by_one.append(copy(one_by_one[number // 2], day=30 - number))
    found = []
    for latest in (2_000, 0, 3):
        monkeypatch.setattr(placing, "LATEST", latest)
        with open_store(database) as store:
            found.append(placed(store, *one_by_one))
        emptied(database, *(table.name for table in reversed(metadata.sorted_tables) if table.name != "migrations"))
    assert found[0] == found[1] == found[2]
    assert len(set(found[0].values())) == 30


def test_an_article_does_not_join_a_story_of_too_long_ago(store: Store) -> None:
    first = invented(1, day=KIN.days + 2)
    assert placed(store, first, copy(first))[copy(first).id] == copy(first).id


def test_an_article_finds_the_story_that_another_newsletter_read(database: Database) -> None:
    gazette, relais = "https://gazette.example/feed", "https://relais.example/feed"
    first = invented(1, day=3)
    with open_store(database, Reader("Le fil", {gazette: "La Gazette"}, "fil")) as store:
        placed(store, first)
    with open_store(database, Reader("La lettre", {relais: "Le Relais"}, "lettre")) as store:
        assert placed(store, copy(first)) == {copy(first).id: first.id}, "and sees nothing else of it"


def test_a_store_without_signatures_signs_what_it_holds(store: Store, database: Database) -> None:
    first, old = invented(1, day=20), invented(2, day=2 * KIN.days + 10)
    placed(store, old, first)
    emptied(database, "signatures")
    assert store.signatures.none()
    assert placed(store, copy(first))[copy(first).id] == first.id
    kept = {id for one in (first, old) for _, id in store.signatures.filed([signature(one)], since=0)}
    assert kept == {first.id}, "what is too old is not signed"


def test_a_key_that_many_articles_have_leads_to_the_last_of_them(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placing, "LATEST", 0)
    key = signature(invented(1))
    store.signatures.keep([Signed(f"{number:016x}", 100 + number // 2, key) for number in range(20)])
    store.signatures.file(most=5, since=0)
    days = {id: 100 + int(id, 16) // 2 for _, id in store.signatures.filed([key], since=0)}
    assert days == {f"{number:016x}": 100 + number // 2 for number in range(14, 20)}, (
        "five, and those of the same day as the fifth"
    )
    assert {id for _, id in store.signatures.filed([key], since=109)} == {f"{18:016x}", f"{19:016x}"}
    first = [id for _, id in store.signatures.filed([key], since=0)]
    assert first == sorted(first, key=lambda id: (days[id], id), reverse=True), "the last first"


def test_signatures_of_long_ago_are_forgotten(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placing, "LATEST", 0)
    old, new = invented(1), invented(2)
    store.signatures.keep([Signed(old.id, 100, signature(old))])
    store.signatures.file(most=COMMON, since=0)
    store.signatures.keep([Signed(new.id, 200, signature(new))])
    store.signatures.file(most=COMMON, since=150)
    assert store.signatures.filed([signature(old)], since=0) == []
    assert {id for _, id in store.signatures.filed([signature(new)], since=0)} == {new.id}


def test_only_the_newest_are_looked_through_one_by_one(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placing, "LATEST", 5)
    looked = []

    def look(known: Sequence[bytes], new: Sequence[bytes]) -> list[list[tuple[int, bool]]]:
        looked.append(len(known))
        return [[] for _ in new]

    monkeypatch.setattr(placing, "candidates", look)
    placed(store, *(invented(number) for number in range(30)))
    assert max(looked) <= 6
