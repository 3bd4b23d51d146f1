"""The store keeps articles once, in UTC, and gives back what it was given."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from pathlib import Path

import pytest

from digest.errors import BusyError, ConflictError, GateError, SpanError, StoreError
from digest.model import (
    Article,
    Decision,
    Edition,
    EditionStory,
    EditionTheme,
    Event,
    Highlight,
    Kinship,
    Link,
    Period,
    Receipt,
    Takeaway,
)
from digest.store import Reader, Store, one_run_at_a_time, open_store
from digest.store.editions import Editions
from digest.store.engines import Database, engine_of
from digest.store.migrations import STEPS

Make = Callable[..., Article]


def write(database: Database, statement: str) -> list[tuple[object, ...]]:
    """What a statement does in the database behind the program's back; the rows it gives."""
    engine = engine_of(database)
    with engine.begin() as connection:
        done = connection.exec_driver_sql(statement)
        rows = [tuple(row) for row in done] if done.returns_rows else []
    engine.dispose()
    return rows


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    with open_store(database, Reader("Le fil")) as store:
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
    assert store.add_each([("La Gazette", [one]), ("La Gazette", [two]), ("Le Relais", [])]) == [1, 1, 0]
    copied, new = replace(one, source="Le Relais"), article(id="c" * 16, aliases=("https://gazette.example/c",))
    corrected = replace(new, source="L'Écho", text="Le même, corrigé.")
    assert store.add_each([("La Gazette", [copied, new]), ("L'Écho", [corrected])]) == [1, 0]
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


def test_an_edition_comes_back_with_its_takeaways_read_from_the_articles(
    store: Store, article: Make, now: datetime, database: Database
) -> None:
    store.add([article()])
    draft = edition(article(), now)
    store.editions.save(draft)
    assert store.editions.last("2026-11") == draft
    assert store.editions.last("2026-12") is None
    with open_store(database, Reader("Un autre")) as other:
        assert other.editions.last("2026-11") is None


def test_the_last_revision_is_the_edition_and_an_older_text_is_still_quoted(store: Store, article: Make, now: datetime) -> None:
    store.add([article()])
    first = edition(article(), now)
    store.editions.save(first)
    store.add([article(text="Bref.")])
    second = replace(first, revision=2, subject="Le fil, corrigé")
    store.editions.save(second, by="Camille")
    assert store.editions.last("2026-11") == second
    assert store.editions.revision("2026-11", 1) == first
    assert [(event.deed, event.by, event.revision) for event in store.editions.history("2026-11")] == [
        ("draft", None, 1),
        ("edit", "Camille", 2),
    ]


def test_a_revision_made_from_an_older_one_is_refused_and_changes_nothing(store: Store, article: Make, now: datetime) -> None:
    store.add([article()])
    store.editions.save(edition(article(), now))
    store.editions.save(replace(edition(article(), now), revision=2, subject="De Camille"), by="Camille")
    with pytest.raises(ConflictError, match="saved by someone else"):
        store.editions.save(replace(edition(article(), now), revision=2, subject="D'Alex"), by="Alex")
    kept = store.editions.last("2026-11")
    assert kept
    assert kept.subject == "De Camille"
    assert len(store.editions.history("2026-11")) == 2


def test_a_takeaway_of_an_article_that_is_not_there_is_refused(store: Store, article: Make, now: datetime) -> None:
    store.editions.save(edition(article(), now))
    with pytest.raises(SpanError, match="nothing to quote at 0:10"):
        store.editions.last("2026-11")


def test_a_story_is_used_up_only_by_a_delivered_edition(store: Store, article: Make, now: datetime) -> None:
    store.add([article()])
    draft = edition(article(), now)

    def state() -> tuple[str, str | None]:
        return store.editions.ledger().state("b" * 16, [article().id])

    assert state() == ("new", None)
    store.editions.save(draft)
    assert state() == ("proposed", "2026-11")
    store.editions.mark(replace(draft, status="discarded"), Event("discard", "Camille", now, 1))
    assert state() == ("new", None)
    store.editions.save(replace(draft, revision=2))
    store.editions.deliver(
        replace(draft, revision=2), "files", Receipt("1", "ici"), Event("deliver", None, now, 2, place="files")
    )
    assert state() == ("published", "2026-11")
    assert store.editions.receipts("2026-11") == {"files": Receipt("1", "ici")}


def test_two_delivered_editions_never_hold_the_same_article(store: Store, article: Make, now: datetime) -> None:
    store.add([article()])
    november = edition(article(), now)
    december = replace(november, edition="2026-12")
    for one in (november, december):
        store.editions.save(one)
    store.editions.deliver(november, "files", Receipt("1", "ici"), Event("deliver", None, now, 1, place="files"))
    with pytest.raises(GateError, match="was already published in 2026-11"):
        store.editions.deliver(december, "files", Receipt("2", "ici"), Event("deliver", None, now, 1, place="files"))
    assert [(one.edition, one.status) for one in store.editions.all()] == [("2026-12", "draft"), ("2026-11", "delivered")]


def at_once(*deeds: Callable[[], None]) -> list[BaseException | None]:
    """What became of deeds that are done at the same moment."""
    ended: list[BaseException | None] = [None] * len(deeds)

    def do(number: int) -> None:
        try:
            deeds[number]()
        except Exception as error:
            ended[number] = error

    threads = [threading.Thread(target=do, args=(number,)) for number in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended


def test_two_editions_with_the_same_article_delivered_at_the_same_moment_are_one(
    database: Database, article: Make, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    november = edition(article(), now)
    with open_store(database, Reader("Le fil")) as store:
        store.add([article()])
        for name in ("2026-11", "2026-12"):
            store.editions.save(replace(november, edition=name))
    both, allowed, once = threading.Barrier(2), Editions.refuse_published, threading.local()

    def allow(editions: Editions, one: Edition) -> None:
        allowed(editions, one)
        if not hasattr(once, "waited"):
            once.waited = both.wait(10)  # until the other one was allowed too

    monkeypatch.setattr(Editions, "refuse_published", allow)

    def deliver(name: str) -> None:
        delivered = Event("deliver", None, now, 1, place="files")
        with open_store(database, Reader("Le fil")) as store:
            store.editions.deliver(replace(november, edition=name), "files", Receipt("1", "ici"), delivered)

    refused = [str(error) for error in at_once(lambda: deliver("2026-11"), lambda: deliver("2026-12")) if error]
    assert len(refused) == 1
    assert "was already published in 2026-1" in refused[0]
    with open_store(database, Reader("Le fil")) as store:
        assert sorted(one.status for one in store.editions.all()) == ["delivered", "draft"]


def test_what_two_people_save_and_decide_at_the_same_moment_is_one_revision_and_one_decision(
    database: Database, article: Make, now: datetime
) -> None:
    first = edition(article(), now)
    with open_store(database, Reader("Le fil")) as store:
        store.add([article()])
        store.editions.save(first)
    start = threading.Barrier(6)

    def save(by: str) -> None:
        with open_store(database, Reader("Le fil")) as store:
            start.wait(10)
            store.editions.decide([Decision("b" * 16, "held", "2026-11", by, now)])
            store.editions.save(replace(first, revision=2, subject=f"De {by}"), by=by)

    ended = at_once(*(partial(save, by) for by in ("Camille", "Alex", "Dominique", "Sacha", "Claude", "Noa")))
    assert [type(error) for error in ended if error] == [ConflictError] * 5
    with open_store(database, Reader("Le fil")) as store:
        assert store.editions.ledger().state("b" * 16, ["z"])[0] == "held"
        last = store.editions.last("2026-11")
        assert last
        assert (last.revision, len(store.editions.history("2026-11"))) == (2, 2)


def test_newsletters_that_share_a_store_see_the_articles_of_their_own_sources(database: Database, article: Make) -> None:
    shared, own = "https://gazette.example/feed", "https://relais.example/feed"
    first = Reader("Le fil", {shared: "La Gazette", "folder:articles": "Notes"}, "fil")
    second = Reader("La lettre", {shared: "Gazette (flux)", own: "Le Relais"}, "lettre")
    with open_store(database, first) as store:
        store.add([article()])
        store.add_each([("folder:articles", [article(id="n" * 16, source="Cahier de Camille")])])
        store.save_source_states({"folder:articles": {"held": ["n" * 16]}})
    with open_store(database, second) as store:
        assert store.source_states() == {}, "nothing of sources that it does not follow"
        store.add([article(id="r" * 16, source="Le Relais"), article(source="Gazette (flux)")])
        assert [(kept.id[0], kept.source, kept.also_in) for kept in store.articles()] == [
            ("0", "Gazette (flux)", ()),
            ("r", "Le Relais", ()),
        ]
        assert store.find("n" * 16, "") is None
    with open_store(database, first) as store:
        assert [(kept.id[0], kept.source) for kept in store.articles()] == [("0", "La Gazette"), ("n", "Cahier de Camille")]
        assert store.source_states() == {"folder:articles": {"held": ["n" * 16]}}


def test_what_a_source_brought_stays_seen_once_the_newsletter_no_longer_follows_it(database: Database, article: Make) -> None:
    for sources in ({"https://gazette.example/feed": "La Gazette"}, {"https://relais.example/feed": "Le Relais"}):
        with open_store(database, Reader("Le fil", sources)) as store:
            store.add([article(source="La Gazette")] if "https://gazette.example/feed" in sources else [])
            assert len(store.articles()) == 1


def test_the_articles_of_each_source_are_counted_by_month(database: Database, article: Make) -> None:
    gazette, relais = "https://gazette.example/feed", "https://relais.example/feed"
    with open_store(database, Reader("Le fil", {gazette: "La Gazette", relais: "Le Relais"})) as store:
        october = datetime(2026, 10, 31, 23, 59, tzinfo=UTC)
        store.add([article(id="a" * 16, published=october), article(id="b" * 16), article(id="c" * 16, published=None)])
        store.add([article(id="b" * 16, source="Le Relais"), article(id="d" * 16, published=datetime(2026, 9, 1, tzinfo=UTC))])
        assert store.articles_a_month(datetime(2026, 10, 1, tzinfo=UTC)) == {
            gazette: {"2026-10": 1, "2026-11": 2},
            relais: {"2026-11": 1},
        }


def test_a_second_run_is_told_that_the_first_is_not_over(database: Database) -> None:
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


def test_the_database_of_another_program_is_left_alone(database: Database) -> None:
    write(database, "create table songs (name text)")
    with pytest.raises(StoreError, match="holds the tables of another program"), open_store(database):
        pass


def test_a_store_from_a_newer_version_is_left_alone(database: Database) -> None:
    with open_store(database):
        pass
    write(database, "insert into migrations values (99, 'from the future')")
    with pytest.raises(StoreError, match="was written by a newer version"), open_store(database):
        pass


def test_opening_an_up_to_date_store_changes_nothing(database: Database, article: Make) -> None:
    for _ in range(2):
        with open_store(database) as store:
            store.add([article()])
    assert write(database, "select version, name from migrations order by version") == [
        (version, name) for version, (name, _) in enumerate(STEPS, start=1)
    ]


def test_a_story_held_for_later_is_no_longer_held_once_it_was_delivered(store: Store, article: Make, now: datetime) -> None:
    store.add([article()])
    store.editions.decide([Decision("b" * 16, "held", "2026-10", "Camille", now)])
    november = edition(article(), now)
    store.editions.save(november)
    store.editions.deliver(november, "files", Receipt("1", "ici"), Event("deliver", None, now, 1, place="files"))
    assert store.editions.ledger().decisions == {}
