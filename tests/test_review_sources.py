"""The page of the sources: how they fare, one more by its address, one paused, and sources.yaml as people wrote it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from digest.config import load
from digest.model import Article
from digest.opening import reader_of
from digest.review.sources import months_until
from digest.store import open_store

from .conftest import Digest
from .servers import FEED, Site, running_site
from .visitors import Desk, Visitor, open_desk

PAGE = b'<html><head><link rel="alternate" type="application/rss+xml" href="/feed" title="Le fil"></head></html>'
TWO = PAGE.replace(b"</head>", b'<link rel="alternate" type="application/rss+xml" href="/autre" title="L\'autre fil"></head>')


@pytest.fixture
def site() -> Iterator[Site]:
    pages = {
        "/une": ("text/html", PAGE),
        "/deux": ("text/html", TWO),
        "/autre": ("application/rss+xml", FEED),
        "/rien": ("text/html", b"<html></html>"),
    }
    with running_site(pages) as site:
        yield site


@pytest.fixture
def file(starter: Path) -> Path:
    """sources.yaml of a newsletter that may read sites of this machine."""
    file = starter / "sources.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "  allow_private_addresses: true\n", encoding="utf-8")
    return file


@pytest.fixture
def desk(file: Path) -> Iterator[Desk]:
    with open_desk(file.parent) as desk:
        yield desk


@pytest.fixture
def owner(desk: Desk) -> Visitor:
    owner = desk.owner()
    owner.get("/")
    return owner


def test_each_source_tells_how_it_fares_and_what_it_gave(owner: Visitor, digest: Digest, file: Path) -> None:
    assert "pas encore lue" in owner.get("/sources").words
    digest("collect", folder=file.parent)
    page = owner.get("/sources")
    assert "Nos articles" in page.words
    assert "1 source suivie" in page.words
    assert "articles en un an" in page.words
    assert 'role="img" aria-label="Articles par mois' in page.text
    assert page.text.count("<rect") == 12


def test_the_articles_of_a_source_are_counted_by_month(file: Path, article: Callable[..., Article]) -> None:
    config = load(file)
    with open_store(config.database, reader_of(config)) as store:
        days = (date(2026, 9, 30), date(2026, 11, 2), date(2026, 11, 3), date(2025, 1, 1))
        articles = [
            article(id=f"{n:016x}", source="Nos articles", published=datetime(day.year, day.month, day.day, 9, tzinfo=UTC))
            for n, day in enumerate(days)
        ]
        articles.append(article(id="f" * 16, source="Nos articles", published=None, dated_by=None))
        articles.append(article(id="e" * 16, source="Une association", published=datetime(2026, 10, 5, tzinfo=UTC)))
        store.add(articles, brought_by="folder:articles")
        assert store.articles_a_month(datetime(2025, 12, 1, tzinfo=UTC)) == {
            "folder:articles": {"2026-09": 1, "2026-10": 1, "2026-11": 3}
        }


def test_the_last_twelve_months_end_with_this_one() -> None:
    months = months_until(date(2026, 2, 28))
    assert (months[0], months[-1], len(months)) == ("2025-03", "2026-02", 12)


def test_the_feed_behind_an_address_is_found_and_followed(owner: Visitor, file: Path, site: Site) -> None:
    before = file.read_text(encoding="utf-8")
    found = owner.post("/sources/find", {"address": f"{site.url}/une"})
    assert f'value="{site.url}/feed"' in found.text
    assert "La Gazette d'essai" in found.words, "as the feed calls itself"
    answer = owner.post("/sources/follow", {"feed": f"{site.url}/feed", "name": "La Gazette", "theme": "europe"})
    assert "La Gazette est suivi" in owner.follow(answer).words
    source = load(file).settings.sources[-1]
    assert (source.name, source.feed, source.theme) == ("La Gazette", f"{site.url}/feed", "europe")
    after = file.read_text(encoding="utf-8")
    assert [line for line in before.splitlines() if line not in after.splitlines()] == []
    again = owner.post("/sources/find", {"address": f"{site.url}/une"})
    assert "déjà suivi, sous le nom La Gazette" in again.words
    assert owner.post("/sources/follow", {"feed": f"{site.url}/feed"}).status == 422


def test_of_several_feeds_one_is_chosen(owner: Visitor, file: Path, site: Site) -> None:
    page = owner.post("/sources/find", {"address": f"{site.url}/deux"})
    assert "2 flux trouvés : choisissez-en un" in page.words
    owner.post("/sources/follow", {"feed": f"{site.url}/autre", f"title:{site.url}/autre": "L'autre fil"})
    assert load(file).settings.sources[-1].name == "L'autre fil"


@pytest.mark.parametrize("address", ["/rien", "/gone", "javascript:alert(1)", "file:///etc/passwd", ""])
def test_an_address_without_a_feed_is_told_beside_its_field(owner: Visitor, site: Site, address: str) -> None:
    page = owner.post("/sources/find", {"address": f"{site.url}{address}" if address.startswith("/") else address})
    assert page.status == 200
    assert 'role="alert"' in page.text


def test_no_feed_is_followed_that_is_no_address_of_the_web(owner: Visitor, file: Path) -> None:
    before = file.read_bytes()
    for url in ("file:///etc/passwd", "javascript:alert(1)", "", "https://a.example/\n- x"):
        assert owner.post("/sources/follow", {"feed": url, "name": "Un nom"}).status == 422
    assert file.read_bytes() == before


def test_a_source_is_paused_and_goes_on_and_the_file_keeps_its_comments(owner: Visitor, file: Path, digest: Digest) -> None:
    before = file.read_text(encoding="utf-8")
    answer = owner.post("/sources", {"source": "folder:articles", "do": "pause"})
    assert "est en pause" in owner.follow(answer).words
    paused = file.read_text(encoding="utf-8")
    assert [line for line in paused.splitlines() if line not in before.splitlines()] == ["    paused: true"]
    assert digest("collect", "--json", folder=file.parent).json["new_articles"] == 0
    assert digest("sources", "--json", folder=file.parent).json[0]["standing"] == "paused"
    owner.post("/sources", {"source": "folder:articles", "do": "resume"})
    assert file.read_text(encoding="utf-8") == before
    assert digest("collect", "--json", folder=file.parent).json["new_articles"] > 0


def test_a_theme_is_hinted_at_and_taken_back(owner: Visitor, file: Path) -> None:
    before = file.read_text(encoding="utf-8")
    owner.post("/sources", {"source": "folder:articles", "theme": "europe"})
    assert load(file).settings.sources[0].theme == "europe"
    assert owner.post("/sources", {"source": "folder:articles", "theme": "sport"}).status == 422
    owner.post("/sources", {"source": "folder:articles", "theme": ""})
    assert file.read_text(encoding="utf-8") == before
    assert owner.post("/sources", {"source": "folder:nowhere", "do": "pause"}).status == 404
