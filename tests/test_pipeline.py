"""The line, from real sources to a draft."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from digest.compose.periods import choose_period
from digest.config import Config
from digest.errors import GateError, TooFewStoriesError
from digest.ledger import Ledger
from digest.model import Article, Edition, Event, Receipt, SourceReport
from digest.pipeline import Draft, build_edition, complete, draft, plan, update
from digest.resources import folder
from digest.settings import Settings, parse
from digest.store import Store, open_store

from .conftest import SETTINGS
from .servers import Site, running_site

Make = Callable[..., Article]


@pytest.fixture
def site() -> Iterator[Site]:
    with running_site() as site:
        yield site


@pytest.fixture
def store(database: Path | str) -> Iterator[Store]:
    with open_store(database) as store:
        yield store


def newsletter(tmp_path: Path, sources: list[dict[str, Any]]) -> Config:
    settings = {**SETTINGS, "sources": sources, "collect": {"allow_private_addresses": True, "timeout": 2}}
    return Config(tmp_path / "sources.yaml", parse(settings))


def collect(config: Config, store: Store, now: datetime, *, force: bool = False) -> dict[str, SourceReport]:
    told: list[SourceReport] = []
    reports = asyncio.run(update(config, store, now=now, force=force, progress=told.append))
    assert tuple(told) == reports, "each source is told once, as it is read"
    return {report.name: report for report in reports}


def test_one_dead_feed_does_not_stop_the_others(tmp_path: Path, store: Store, site: Site, now: datetime) -> None:
    routes = ("feed", "gone", "error-page", "empty", "missing", "reset", "slow-drip")
    config = newsletter(tmp_path, [{"name": route, "feed": f"{site.url}/{route}"} for route in routes])
    reports = collect(config, store, now)
    assert {name: report.status for name, report in reports.items()} == dict.fromkeys(routes, "failed") | {"feed": "ok"}
    assert all(report.error for name, report in reports.items() if name != "feed")
    assert str(reports["error-page"].error).startswith("une page web à la place d’un flux")
    assert [article.title for article in store.articles()] == ["Une autre nouvelle", "Une première nouvelle"]


def test_a_feed_that_did_not_change_is_told_so(tmp_path: Path, store: Store, site: Site, now: datetime) -> None:
    config = newsletter(tmp_path, [{"name": "a", "feed": f"{site.url}/not-modified"}, {"name": "b", "feed": f"{site.url}/feed"}])
    first = collect(config, store, now)
    assert sum(report.new for report in first.values()) == 2, "both feeds carry the same two articles"
    again = collect(config, store, now + timedelta(hours=1))
    assert {name: (report.status, report.new) for name, report in again.items()} == {"a": ("unchanged", 0), "b": ("unchanged", 0)}
    assert site.asked[-1][1].get("if-none-match") or site.asked[-2][1].get("if-none-match")


def test_a_feed_asked_minutes_ago_is_left_in_peace_unless_forced(tmp_path: Path, store: Store, site: Site, now: datetime) -> None:
    config = newsletter(tmp_path, [{"name": "a", "feed": f"{site.url}/feed"}])
    collect(config, store, now)
    collect(config, store, now + timedelta(minutes=5))
    assert len(site.asked) == 1
    collect(config, store, now + timedelta(minutes=5), force=True)
    assert len(site.asked) == 2


def test_a_secret_header_reaches_its_feed_and_nothing_that_is_kept(
    tmp_path: Path, store: Store, site: Site, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAZETTE_TOKEN", "Bearer s3cret")
    headers = {"Authorization": "GAZETTE_TOKEN"}
    config = newsletter(tmp_path, [{"name": n, "feed": f"{site.url}/{n}", "headers_env": headers} for n in ("feed", "broken")])
    reports = collect(config, store, now)
    assert [headers["authorization"] for _, headers in site.asked] == ["Bearer s3cret"] * 2
    assert "s3cret" not in f"{reports} {store.source_states()}"


def test_a_feed_that_breaks_loses_nothing_of_what_it_gave(tmp_path: Path, store: Store, now: datetime) -> None:
    page = "/mouvant"
    with running_site({page: ("application/rss+xml", _feed("Une nouvelle"))}) as site:
        config = newsletter(tmp_path, [{"name": "a", "feed": site.url + page}])
        collect(config, store, now)
        site.pages[page] = ("text/html", b"<!doctype html><html><body>En travaux</body></html>")
        report = collect(config, store, now + timedelta(hours=1))["a"]
        assert report.status == "failed"
        assert str(report.error).startswith("une page web à la place d’un flux")
        assert [article.title for article in store.articles()] == ["Une nouvelle"]
        site.pages[page] = ("application/rss+xml", _feed("Une nouvelle corrigée"))
        assert collect(config, store, now + timedelta(hours=2))["a"].new == 0
        (article,) = store.articles()
        assert (article.title, article.version) == ("Une nouvelle corrigée", 2)


def test_a_file_that_the_team_removes_is_no_candidate_and_one_put_back_is(tmp_path: Path, store: Store, now: datetime) -> None:
    file, other = tmp_path / "articles" / "un.md", tmp_path / "articles" / "deux.md"
    file.parent.mkdir()
    file.write_text("---\ntitle: Un article\n---\n\nSon texte, une phrase entière.\n", encoding="utf-8")
    other.write_text("---\ntitle: Un autre\n---\n\nLe sien, qui dit autre chose.\n", encoding="utf-8")
    config = newsletter(tmp_path, [{"name": "Dossier", "folder": "articles"}])
    collect(config, store, now)
    words = file.read_text(encoding="utf-8")
    file.write_text("---\ntitle: [oups\n---\n", encoding="utf-8")
    collect(config, store, now)
    assert len(store.articles()) == 2, "a file that cannot be read is not a file that was removed"
    file.unlink()
    collect(config, store, now)
    assert [article.title for article in store.articles()] == ["Un autre"]
    file.write_text(words, encoding="utf-8")
    assert collect(config, store, now)["Dossier"].new == 0
    assert {article.title for article in store.articles()} == {"Un article", "Un autre"}


def _feed(title: str) -> bytes:
    item = f"<item><title>{title}</title><link>https://gazette.example/a</link><description>Le texte.</description></item>"
    return f"<rss version='2.0'><channel><title>La Gazette</title>{item}</channel></rss>".encode()


def kept(store: Store, article: Make, count: int = 4) -> list[Article]:
    towns = ("Lorient", "Mulhouse", "Sète", "Roubaix", "Brest", "Nantes")
    articles = [
        article(
            id=f"{n:016x}",
            url=f"https://gazette.example/{n}",
            source=f"Source {n}",
            title=f"{towns[n]} ouvre un atelier sur l'intelligence artificielle",
            text=f"L'intelligence artificielle arrive à {towns[n]}. Un atelier y forme {n + 12} bénévoles à ses limites.",
            story=f"{n:016x}",
        )
        for n in range(count)
    ]
    store.add(articles)
    return articles


def planned(config: Config, store: Store, now: datetime) -> Edition:
    period = choose_period("2026-11", since=None, until=None, now=now, tz=config.settings.newsletter.tz)
    return plan(config, store, "2026-11", period, now=now)


def written(config: Config, store: Store, edition: Edition, now: datetime) -> Draft:
    return draft(config, store, edition, output=config.folder / "out", templates=folder("templates"), now=now)


@pytest.fixture
def config(tmp_path: Path, store: Store, article: Make, now: datetime) -> Config:
    """A newsletter without sources to read, whose store holds four stories."""
    kept(store, article)
    config = newsletter(tmp_path, [{"folder": "articles"}])
    (tmp_path / "articles").mkdir()
    collect(config, store, now)
    return config


def test_the_same_articles_make_the_same_edition_whatever_their_order(
    settings: Settings, store: Store, article: Make, now: datetime
) -> None:
    articles = kept(store, article)
    period = choose_period("2026-11", since=None, until=None, now=now, tz=settings.newsletter.tz)
    editions = [
        build_edition("2026-11", some, settings, period=period, ledger=Ledger(), reports=(), now=now)
        for some in (articles, articles[::-1])
    ]
    assert editions[0] == editions[1]
    assert len(editions[0].stories) == 4


def test_a_draft_in_which_nothing_changed_keeps_its_revision_and_its_bytes(config: Config, store: Store, now: datetime) -> None:
    first = written(config, store, planned(config, store, now), now)
    email = first.files[0].read_bytes()
    later = now + timedelta(hours=5)
    second = written(config, store, planned(config, store, later), later)
    assert (second.edition.revision, second.edition.made) == (1, now)
    assert second.files[0].read_bytes() == email


def test_a_draft_with_a_new_story_is_the_next_revision(config: Config, store: Store, article: Make, now: datetime) -> None:
    written(config, store, planned(config, store, now), now)
    kept(store, article, 5)
    later = now + timedelta(hours=5)
    edition = written(config, store, planned(config, store, later), later).edition
    assert (edition.revision, edition.made, len(edition.stories)) == (2, later, 5)


def test_a_story_published_in_another_edition_is_not_proposed_again(config: Config, store: Store, now: datetime) -> None:
    before = planned(config, store, now)
    published = replace(before, edition="2026-10", status="approved", revision=1)
    store.editions.save(published)
    store.editions.deliver(published, "files", Receipt("1", "ici"), Event("deliver", None, now, 1, place="files"))
    after = planned(config, store, now)
    assert after.stories == ()
    assert {out.reason for out in after.left_out} == {"published-in:2026-10"}


def test_too_few_stories_keep_and_write_nothing(config: Config, store: Store, now: datetime) -> None:
    few = replace(planned(config, store, now), themes=())
    with pytest.raises(TooFewStoriesError) as caught:
        written(config, store, few, now)
    assert caught.value.exit_code == 3
    assert store.editions.last("2026-11") is None
    assert not (config.folder / "out").exists()


PAGE = """<!doctype html><html lang="fr"><head><title>Un atelier</title></head><body><nav><a href="/">Accueil</a></nav><article>
<h1>Un atelier sur l'intelligence artificielle ouvre à Lorient</h1>
<p>À Lorient, un atelier forme des bénévoles aux limites de l'intelligence artificielle, un soir par semaine, à la maison des
associations. Vingt personnes y viennent, de dix-sept à quatre-vingts ans.</p>
<h2>À retenir</h2><ul><li>L'atelier est ouvert à toutes et tous, sans inscription.</li><li>Il se tient le mardi soir.</li></ul>
<p>Les séances commencent par une erreur de la machine, que chacun doit trouver. La suite se fait sans écran.</p>
</article><footer>Mentions légales</footer></body></html>"""


def test_the_page_of_a_chosen_excerpt_is_read_and_its_key_points_quoted(tmp_path: Path, store: Store, now: datetime) -> None:
    with running_site() as site:
        item = (
            "<item><title>Un atelier sur l'intelligence artificielle ouvre à Lorient</title>"
            f"<link>{site.url}/atelier</link><pubDate>Mon, 23 Nov 2026 08:00:00 +0100</pubDate>"
            "<description>À Lorient, un atelier forme des bénévoles aux limites de l'intelligence artificielle…"
            "</description></item>"
        )
        other = item.replace("l'intelligence artificielle", "le jardinage").replace("/atelier<", "/jardin<")
        site.pages["/flux"] = (
            "application/rss+xml",
            f"<rss version='2.0'><channel><title>G</title>{item}{other}</channel></rss>".encode(),
        )
        config = newsletter(tmp_path, [{"name": "a", "feed": f"{site.url}/flux"}])
        collect(config, store, now)
        assert [asyncio.run(complete(config, store, planned(config, store, now))) for _ in range(2)] == [0, 0]
        assert site.paths().count("/atelier") == 1, "a page that gave nothing is left in peace for a while"
        site.pages["/atelier"] = ("text/html; charset=utf-8", PAGE.encode())
        now += timedelta(hours=2)
        assert asyncio.run(complete(config, store, planned(config, store, now))) == 1
        assert "/jardin" not in site.paths(), "no page is asked for a story that the edition will not use"
        (story,) = planned(config, store, now).stories
        assert [(takeaway.made_by, takeaway.text) for takeaway in story.takeaways] == [
            ("section", "L'atelier est ouvert à toutes et tous, sans inscription."),
            ("section", "Il se tient le mardi soir."),
        ]
        collect(config, store, now, force=True)
        assert asyncio.run(complete(config, store, planned(config, store, now))) == 0
        assert site.paths().count("/atelier") == 2


def test_a_delivered_edition_is_closed(config: Config, store: Store, now: datetime) -> None:
    edition = planned(config, store, now)
    delivered = replace(edition, status="delivered", revision=1)
    store.editions.save(delivered)
    store.editions.mark(delivered, Event("deliver", None, now, 1, place="files"))
    with pytest.raises(GateError, match="edition 2026-11 is delivered: its draft is closed"):
        written(config, store, edition, now)


def test_every_takeaway_of_an_edition_quotes_its_article(config: Config, store: Store, now: datetime) -> None:
    edition = planned(config, store, now)
    takeaways = [takeaway for story in edition.stories for takeaway in story.takeaways]
    assert takeaways
    for takeaway in takeaways:
        assert store.text_of(takeaway.article, takeaway.version)[takeaway.start : takeaway.end] == takeaway.text
