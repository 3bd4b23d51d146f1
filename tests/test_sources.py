"""Every source is read: one that fails is a line in the report, the others are stored, and nothing is lost from earlier."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from digest.gather.sources import SourceRead, describe, read_sources
from digest.model import SourceReport
from digest.settings import Settings, parse
from digest.store import Store, open_store
from tests.conftest import NOW, SETTINGS
from tests.servers import FEED, Site, running_site


def settings(*feeds: str, **collect: Any) -> Settings:
    limits = {"allow_private_addresses": True, "timeout": 1, "max_bytes": 1_000_000, **collect}
    return parse({**SETTINGS, "sources": [{"name": feed.rpartition("/")[2], "feed": feed} for feed in feeds], "collect": limits})


def collected(given: Settings, store: Store, folder: Path, *, force: bool = True) -> dict[str, SourceReport]:
    async def all_of_them() -> list[SourceRead]:
        batches = read_sources(given, folder, store.source_states(), secrets={}, now=NOW, force=force)
        return [read async for batch in batches for read in batch]

    reports = {}
    for read in asyncio.run(all_of_them()):
        new = store.add(read.articles).new
        store.save_source_states({read.source.key: read.state(new=new)})
        reports[read.source.name] = read.report(new=new)
    return reports


BAD = [
    "slow-drip",
    "endless",
    "gzip-bomb",
    "redirect-loop",
    "wrong-length",
    "reset",
    "error-page",
    "empty",
    "too-many",
    "broken",
    "gone",
]


def test_what_fails_is_a_line_each_and_the_rest_is_stored(tmp_path: Path) -> None:
    with running_site() as site, open_store(tmp_path / "digest.db") as store:
        reports = collected(settings(*(f"{site.url}/{route}" for route in (*BAD, "feed"))), store, tmp_path)
        assert len(store.articles()) == 2
    assert (reports["feed"].status, reports["feed"].new) == ("ok", 2)
    for route in BAD:
        assert reports[route].status == "failed"
        assert reports[route].error
        assert "\n" not in (reports[route].error or "")


@pytest.mark.parametrize("body", [b"<html><body>Maintenance</body></html>", b"", b"{", b"<rss version='2.0'><channel>"])
def test_a_source_that_turns_bad_loses_nothing_and_comes_back(tmp_path: Path, body: bytes) -> None:
    with running_site({"/it": ("application/rss+xml", FEED)}) as site, open_store(tmp_path / "digest.db") as store:
        given = settings(f"{site.url}/it")
        collected(given, store, tmp_path)
        site.pages["/it"] = ("text/html", body)
        assert collected(given, store, tmp_path)["it"].status == "failed"
        assert len(store.articles()) == 2
        site.pages["/it"] = ("application/rss+xml", FEED)
        assert collected(given, store, tmp_path)["it"].status == "unchanged"


def test_an_entry_updated_in_place_is_the_next_version_of_its_article(tmp_path: Path) -> None:
    with running_site({"/it": ("application/rss+xml", FEED)}) as site, open_store(tmp_path / "digest.db") as store:
        given = settings(f"{site.url}/it")
        collected(given, store, tmp_path)
        site.pages["/it"] = ("application/rss+xml", FEED.replace(b"Le texte de la premi", b"Le texte revu de la premi"))
        collected(given, store, tmp_path)
        versions = {article.title: (article.version, article.text) for article in store.articles()}
    assert versions["Une première nouvelle"] == (2, "Le texte revu de la première.")
    assert versions["Une autre nouvelle"][0] == 1


def asked(site: Site, path: str) -> int:
    return site.paths().count(path)


def test_a_source_asked_minutes_ago_is_not_asked_again_unless_forced(tmp_path: Path) -> None:
    with running_site() as site, open_store(tmp_path / "digest.db") as store:
        given = settings(f"{site.url}/feed", f"{site.url}/too-many")
        collected(given, store, tmp_path)
        again = collected(given, store, tmp_path, force=False)
        assert (asked(site, "/feed"), asked(site, "/too-many")) == (1, 1)
        assert (again["feed"].status, again["too-many"].status) == ("unchanged", "failed")
        collected(given, store, tmp_path, force=True)
        assert asked(site, "/feed") == 2


def test_what_opens_a_feed_is_never_shown(tmp_path: Path) -> None:
    with running_site() as site, open_store(tmp_path / "digest.db") as store:
        given = settings(*(f"{site.url}/{route}?token=s3cret" for route in (*BAD, "feed", "moved")))
        reports = collected(given, store, tmp_path)
        states = store.source_states()
        rows = [describe(source, states[source.key], NOW) for source in given.sources]
    assert "s3cret" not in str([report.error for report in reports.values()])
    assert "s3cret" not in str([{**row, "name": ""} for row in rows])  # the names are those of this test
    assert rows[-1]["feed"] == f"{site.url}/moved?token=…"
