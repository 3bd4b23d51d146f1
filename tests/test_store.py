"""The store keeps articles once, in UTC, and gives back what it was given."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from digest.errors import BusyError, SpanError, StoreError
from digest.model import Article, Edition, EditionStory, EditionTheme, Highlight, Kinship, Link, Period, Takeaway
from digest.store import Store, one_run_at_a_time, open_store

Make = Callable[..., Article]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "digest.db") as store:
        yield store


def test_an_article_comes_back_as_it_was(store: Store, article: Make) -> None:
    given = article(
        author="Camille Dupré",
        summary="Un chapeau.",
        links=(Link("le rapport", "https://rapport.example/"),),
        aliases=("https://gazette.example/a", "https://gazette.example/a?utm_source=x"),
        lang="en",
    )
    store.add([given])
    assert store.articles() == [given]


def test_dates_are_kept_in_utc(store: Store, article: Make) -> None:
    paris = datetime(2026, 11, 3, 10, 0, tzinfo=timezone(timedelta(hours=1)))
    store.add([article(published=paris)])
    (kept,) = store.articles()
    assert kept.published == datetime(2026, 11, 3, 9, 0, tzinfo=UTC)


def test_an_article_is_stored_once_and_other_sources_are_noted(store: Store, article: Make) -> None:
    assert store.add([article()]).new == 1
    again = store.add([article(source="Le Relais")])
    assert (again.new, again.updated) == (0, 0)
    (kept,) = store.articles()
    assert (kept.source, kept.also_in) == ("La Gazette", ("Le Relais",))


def test_one_article_given_twice_at_once_keeps_both_addresses_and_sources(store: Store, article: Make) -> None:
    twice = [
        article(aliases=("https://gazette.example/a?x",)),
        article(aliases=("https://gazette.example/a#y",), source="Le Relais"),
    ]
    assert store.add(twice).new == 1
    (kept,) = store.articles()
    assert kept.aliases == ("https://gazette.example/a#y", "https://gazette.example/a?x")
    assert kept.also_in == ("Le Relais",)


def test_sources_stored_together_are_stored_as_one_after_the_other(store: Store, article: Make) -> None:
    one, two = article(id="a" * 16), article(id="b" * 16)
    assert store.add_each([[one], [two], []]) == [1, 1, 0]
    copied, new = replace(one, source="Le Relais"), article(id="c" * 16, aliases=("https://gazette.example/c",))
    assert store.add_each([[copied, new], [replace(new, source="L'Écho", text="Le même, corrigé.")]]) == [1, 0]
    kept = {kept.id[0]: kept for kept in store.articles()}
    assert (kept["a"].source, kept["a"].also_in) == ("La Gazette", ("Le Relais",))
    assert (kept["c"].also_in, kept["c"].version, kept["c"].text) == (("L'Écho",), 2, "Le même, corrigé.")


def test_a_changed_page_is_the_next_version_and_the_quoted_text_stays(store: Store, article: Make) -> None:
    store.add([article()])
    assert store.add([article(text="Un paragraphe corrigé.")]).updated == 1
    (kept,) = store.articles()
    assert (kept.version, kept.text) == (2, "Un paragraphe corrigé.")
    assert store.text_of(kept.id, 1) == "Un premier paragraphe qui dit de quoi il s'agit."


def test_a_whole_text_outlives_the_excerpt_collected_again(store: Store, article: Make) -> None:
    excerpt = article(text="Le début…")
    store.add([excerpt])
    store.complete(article(text="Le début, puis toute la suite.", summary="Le début…"))
    assert store.add([excerpt]).updated == 0
    (kept,) = store.articles()
    assert (kept.version, kept.text) == (2, "Le début, puis toute la suite.")


def test_articles_are_found_by_period_and_files_without_a_date_are_always_there(store: Store, article: Make) -> None:
    october, november = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
    store.add(
        [
            article(id="a" * 16, published=datetime(2026, 10, 31, 23, 59, tzinfo=UTC)),
            article(id="b" * 16, published=november),
            article(id="c" * 16, published=None, dated_by=None),
            article(id="d" * 16, published=datetime(2020, 1, 1, tzinfo=UTC), dated_by="file"),
        ]
    )
    assert [a.id[0] for a in store.articles(since=november)] == ["d", "b", "c"]
    assert [a.id[0] for a in store.articles(since=november, files=False)] == ["b", "c"]
    assert [a.id[0] for a in store.articles(since=october, until=november, files=False)] == ["a"]


def test_articles_are_put_in_stories(store: Store, article: Make) -> None:
    store.add([article(id="a" * 16), article(id="b" * 16)])
    assert len(store.unplaced()) == 2
    store.place(
        [Kinship("a" * 16, "a" * 16, None, "alone", 0.0), Kinship("b" * 16, "a" * 16, "a" * 16, "copy", 0.93)],
    )
    assert store.unplaced() == []
    assert [a.id[0] for a in store.stories({"a" * 16})] == ["a", "b"]


def test_what_is_known_of_a_source_is_replaced(store: Store) -> None:
    store.save_source_states({"https://a.example/feed": {"failures": 1}, "folder:articles": {"failures": 0}})
    store.save_source_states({"https://a.example/feed": {"failures": 2}})
    assert store.source_states() == {"https://a.example/feed": {"failures": 2}, "folder:articles": {"failures": 0}}


def edition(article: Article, now: datetime) -> Edition:
    takeaway = Takeaway(article.text, article=article.id, start=0, end=10, made_by="extract", score=0.5)
    story = EditionStory(
        "b" * 16, article.id, article.title, article.url, article.source, now, "fr", "Un chapeau.", 1, takeaways=(takeaway,)
    )
    return Edition(
        edition="2026-11",
        newsletter="Le fil",
        language="fr",
        status="draft",
        revision=1,
        made=now,
        period=Period(now - timedelta(days=30), now),
        subject="Le fil",
        preheader="",
        introduction="",
        highlights=(Highlight(takeaway, article.url),),
        themes=(EditionTheme("ia", "IA", (story,)),),
    )


def test_an_edition_comes_back_with_its_takeaways_read_from_the_articles(store: Store, article: Make, now: datetime) -> None:
    store.add([article()])
    draft = edition(article(), now)
    store.save(draft)
    assert store.edition("Le fil", "2026-11") == draft
    assert store.edition("Le fil", "2026-12") is None
    assert store.edition("Un autre", "2026-11") is None


def test_the_last_revision_is_the_edition_and_an_older_text_is_still_quoted(store: Store, article: Make, now: datetime) -> None:
    store.add([article()])
    store.save(edition(article(), now))
    store.add([article(text="Bref.")])
    second = replace(edition(article(), now), revision=2, subject="Le fil, corrigé")
    store.save(second, by="Camille")
    assert store.edition("Le fil", "2026-11") == second


def test_a_takeaway_of_an_article_that_is_not_there_is_refused(store: Store, article: Make, now: datetime) -> None:
    store.save(edition(article(), now))
    with pytest.raises(SpanError, match="nothing to quote at 0:10"):
        store.edition("Le fil", "2026-11")


@pytest.mark.parametrize(
    ("status", "state"), [("draft", "proposed"), ("approved", "proposed"), ("delivered", "published"), ("discarded", None)]
)
def test_a_story_is_used_up_only_by_a_delivered_edition(
    store: Store, article: Make, now: datetime, status: str, state: str | None
) -> None:
    store.add([article()])
    store.save(replace(edition(article(), now), status=status))  # type: ignore[arg-type]  # from the parameters
    assert store.story_states("Le fil").get("b" * 16) == ((state, "2026-11") if state else None)


def test_a_second_run_is_told_that_the_first_is_not_over(tmp_path: Path) -> None:
    database = tmp_path / "digest.db"
    with one_run_at_a_time(database):
        with pytest.raises(BusyError, match="another run is in progress") as caught, one_run_at_a_time(database):
            pass
        assert caught.value.exit_code == 75
    with one_run_at_a_time(database):
        pass


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "digest.db").write_text("ceci n'est pas une base de données, mais un texte assez long" * 20, encoding="utf-8")
    with pytest.raises(StoreError, match=r"digest\.db: is damaged; put a copy of it back"), open_store(tmp_path / "digest.db"):
        pass


def test_a_store_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "taken.db").mkdir()
    (tmp_path / "locked.db.lock").mkdir()
    for database in (tmp_path / "file" / "digest.db", tmp_path / "taken.db"):
        with pytest.raises(StoreError, match=r"cannot be written; allow writing in its folder"), open_store(database):
            pass
    for database in (tmp_path / "file" / "digest.db", tmp_path / "locked.db"):
        with pytest.raises(StoreError, match=r"cannot be written; allow writing in its folder"), one_run_at_a_time(database):
            pass


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other.db") as connection:
        connection.execute("create table songs (name text)")
    connection.close()
    with pytest.raises(StoreError, match=r"other\.db: holds the tables of another program"), open_store(tmp_path / "other.db"):
        pass


def test_a_store_from_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    with open_store(tmp_path / "digest.db"):
        pass
    with sqlite3.connect(tmp_path / "digest.db") as connection:
        connection.execute("insert into migrations values (99, 'from the future')")
    connection.close()
    with pytest.raises(StoreError, match="was written by a newer version"), open_store(tmp_path / "digest.db"):
        pass


def test_opening_an_up_to_date_store_changes_nothing(tmp_path: Path, article: Make) -> None:
    for _ in range(2):
        with open_store(tmp_path / "digest.db") as store:
            store.add([article()])
    with sqlite3.connect(tmp_path / "digest.db") as connection:
        assert connection.execute("select version, name from migrations").fetchall() == [(1, "first_tables")]
    connection.close()
