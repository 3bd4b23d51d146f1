"""Every source is read: one that fails is a line in the report, the others are stored, and nothing is lost from earlier."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from digest.gather import sources
from digest.gather.sources import SourceRead, describe, read_sources
from digest.gather.workers import open_workers
from digest.model import SourceReport
from digest.settings import Settings, parse
from digest.store import Store, open_store
from tests.conftest import NOW, SETTINGS
from tests.servers import FEED, Site, running_site


def settings(*feeds: str, **collect: Any) -> Settings:
    limits = {"allow_private_addresses": True, "timeout": 1, "max_bytes": 1_000_000, **collect}
    return parse({**SETTINGS, "sources": [{"name": feed.rpartition("/")[2], "feed": feed} for feed in feeds], "collect": limits})


def collected(given: Settings, store: Store, folder: Path, *, force: bool = True, now: datetime = NOW) -> dict[str, SourceReport]:
    async def all_of_them() -> list[SourceRead]:
        batches = read_sources(given, folder, store.source_states(), secrets={}, now=now, force=force)
        return [read async for batch in batches for read in batch]

    reports = {}
    for read in asyncio.run(all_of_them()):
        new = store.add(read.articles).new
        store.save_source_states({read.source.key: read.state(new=new)})
        reports[read.source.name] = read.report(new=new)
    return reports


BAD = (
    "slow-drip", "endless", "gzip-bomb", "redirect-loop", "redirect-to-script", "wrong-length", "reset", "not-http", "many-items",
    "error-page", "empty", "locked", "too-many", "broken", "gone", "missing",
)  # fmt: skip


def test_a_source_that_turns_hostile_is_a_line_loses_nothing_and_stops_no_other(
    tmp_path: Path, database: Path | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every one gives a feed, then what its name says, then the feed again."""
    monkeypatch.setattr(sources, "open_workers", partial(open_workers, deadline=3.0))
    with running_site() as site, open_store(database) as store:
        given = settings(*(f"{site.url}/{route}" for route in (*BAD, "slow")), timeout=3, per_host=20)
        good = {f"/{route}": "/not-modified" for route in BAD}
        site.turned |= good
        assert all(report.status != "failed" for report in collected(given, store, tmp_path).values())
        before = store.source_states()
        site.turned.clear()
        reports = collected(given, store, tmp_path)
        assert reports.pop("slow").status == "unchanged"
        assert {name: report.status for name, report in reports.items()} == dict.fromkeys(BAD, "failed")
        assert all(10 < len(report.error or "") < 300 and "\n" not in (report.error or "") for report in reports.values())
        assert {article.title for article in store.articles()} == {"Une première nouvelle", "Une autre nouvelle"}
        about_failures = ("asked", "failures", "error", "not_before", "gone")
        for key, state in store.source_states().items():
            assert state | {name: before[key][name] for name in about_failures} == before[key]
        site.turned |= good
        assert {report.status for report in collected(given, store, tmp_path).values()} == {"unchanged"}


def test_a_certificate_that_is_wrong_fails_its_own_source_alone(tmp_path: Path, database: Path | str) -> None:
    with running_site(tls=True) as wrong, running_site() as site, open_store(database) as store:
        reports = collected(settings(f"{wrong.url}/wrong", f"{site.url}/feed"), store, tmp_path)
        assert len(store.articles()) == 2
    assert (reports["wrong"].status, reports["feed"].status) == ("failed", "ok")
    assert "127.0.0.1" in (reports["wrong"].error or "")


def test_an_address_of_our_own_network_fails_its_own_source_alone(tmp_path: Path, database: Path | str) -> None:
    with running_site() as site, open_store(database) as store:
        reports = collected(settings(f"{site.url}/feed", allow_private_addresses=False), store, tmp_path)
        assert (reports["feed"].status, site.asked) == ("failed", [])


MESSY = """<?xml version="1.0" encoding="iso-8859-1"?>
<rss version="2.0"><channel><title>Le Réseau — d’ici</title><link>/</link><language>fr</language>
<item><title>L’été à la ferme \x00(1)</title><link>/un</link><guid>même</guid><pubDate>lun., 23 novembre 2026 08:00</pubDate>
<description>&lt;p&gt;Un &lt;a href="/lien"&gt;lien&lt;/a&gt;,
un &lt;a href="javascript:alert(1)"&gt;piège&lt;/a&gt;.&lt;/p&gt;</description></item>
<item><title>Sans adresse</title><link>javascript:alert(1)</link><guid>même</guid><pubDate>2026-02-30</pubDate></item>
<item><title>Sans date</title><link>trois</link></item>
<item><title>En avance</title><link>/quatre</link><pubDate>Fri, 31 Dec 9999 00:00:00 GMT</pubDate></item>
<item><guid isPermaLink="false">vide</guid></item>
</channel></rss>"""


def test_a_feed_as_the_real_web_has_them_is_stored_clean(tmp_path: Path, database: Path | str) -> None:
    page = ("application/rss+xml; charset=utf-8", MESSY.encode("windows-1252"))
    with running_site({"/messy": page}) as site, open_store(database) as store:
        assert collected(settings(f"{site.url}/messy"), store, tmp_path)["messy"].new == 4
        found = {article.title: article for article in store.articles()}
    first = found["L’été à la ferme (1)"]
    assert (first.url, first.text) == (f"{site.url}/un", "Un lien, un piège.")
    assert [link.url for link in first.links] == [f"{site.url}/lien"]
    assert first.published == datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    assert [found[title].published for title in ("Sans adresse", "Sans date", "En avance")] == [None, None, None]
    assert found["Sans adresse"].url is None
    assert found["Sans date"].url == f"{site.url}/trois"


def test_an_entry_whose_id_changes_is_no_new_article(tmp_path: Path, database: Path | str) -> None:
    with running_site({"/it": ("application/rss+xml", FEED)}) as site, open_store(database) as store:
        collected(settings(f"{site.url}/it"), store, tmp_path)
        site.pages["/it"] = ("application/rss+xml", FEED.replace(b"<guid>1", b"<guid>https://gazette.example/?p=1"))
        assert collected(settings(f"{site.url}/it"), store, tmp_path)["it"].new == 0
        assert len(store.articles()) == 2


def test_a_feed_that_moved_is_asked_where_it_lives_once_the_move_is_stable(tmp_path: Path, database: Path | str) -> None:
    with running_site() as site, open_store(database) as store:
        given = settings(f"{site.url}/moved")
        for day in range(5):
            assert collected(given, store, tmp_path, now=NOW + timedelta(days=day))["moved"].status != "failed"
        assert (asked(site, "/moved"), asked(site, "/feed")) == (3, 5)
        (row,) = (describe(source, store.source_states()[source.key], NOW) for source in given.sources)
        assert row["moved_to"] == f"{site.url}/feed"


def test_a_feed_that_is_gone_is_asked_once(tmp_path: Path, database: Path | str) -> None:
    with running_site() as site, open_store(database) as store:
        for day in range(3):
            report = collected(settings(f"{site.url}/gone"), store, tmp_path, force=False, now=NOW + timedelta(days=day))["gone"]
            assert report.status == "failed"
        assert asked(site, "/gone") == 1


def test_sources_that_are_ready_together_keep_their_order(
    tmp_path: Path, database: Path | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "_MOMENT", 5.0)
    with running_site() as site, open_store(database) as store:
        assert list(collected(settings(f"{site.url}/slow", f"{site.url}/feed"), store, tmp_path)) == ["slow", "feed"]
        assert {article.source for article in store.articles()} == {"slow"}


@pytest.mark.parametrize("body", [b"<html><body>Maintenance</body></html>", b"", b"{", b"<rss version='2.0'><channel>"])
def test_a_source_that_turns_bad_loses_nothing_and_comes_back(tmp_path: Path, database: Path | str, body: bytes) -> None:
    with running_site({"/it": ("application/rss+xml", FEED)}) as site, open_store(database) as store:
        given = settings(f"{site.url}/it")
        collected(given, store, tmp_path)
        site.pages["/it"] = ("text/html", body)
        assert collected(given, store, tmp_path)["it"].status == "failed"
        assert len(store.articles()) == 2
        site.pages["/it"] = ("application/rss+xml", FEED)
        assert collected(given, store, tmp_path)["it"].status == "unchanged"


def test_an_entry_updated_in_place_is_the_next_version_of_its_article(tmp_path: Path, database: Path | str) -> None:
    with running_site({"/it": ("application/rss+xml", FEED)}) as site, open_store(database) as store:
        given = settings(f"{site.url}/it")
        collected(given, store, tmp_path)
        site.pages["/it"] = ("application/rss+xml", FEED.replace(b"Le texte de la premi", b"Le texte revu de la premi"))
        collected(given, store, tmp_path)
        versions = {article.title: (article.version, article.text) for article in store.articles()}
    assert versions["Une première nouvelle"] == (2, "Le texte revu de la première.")
    assert versions["Une autre nouvelle"][0] == 1


def asked(site: Site, path: str) -> int:
    return site.paths().count(path)


def test_a_source_asked_minutes_ago_is_not_asked_again_unless_forced(tmp_path: Path, database: Path | str) -> None:
    with running_site() as site, open_store(database) as store:
        given = settings(f"{site.url}/feed", f"{site.url}/too-many")
        collected(given, store, tmp_path)
        again = collected(given, store, tmp_path, force=False)
        assert (asked(site, "/feed"), asked(site, "/too-many")) == (1, 1)
        assert (again["feed"].status, again["too-many"].status) == ("unchanged", "failed")
        collected(given, store, tmp_path, force=True)
        assert asked(site, "/feed") == 2


def test_what_opens_a_feed_is_never_shown(tmp_path: Path, database: Path | str) -> None:
    with running_site() as site, open_store(database) as store:
        given = settings(*(f"{site.url}/{route}?token=s3cret" for route in ("error-page", "gone", "reset", "feed", "moved")))
        reports = collected(given, store, tmp_path)
        states = store.source_states()
        rows = [describe(source, states[source.key], NOW) for source in given.sources]
    assert "s3cret" not in str([report.error for report in reports.values()])
    assert "s3cret" not in str([{**row, "name": ""} for row in rows])  # the names are those of this test
    assert rows[-1]["feed"] == f"{site.url}/moved?token=…"
