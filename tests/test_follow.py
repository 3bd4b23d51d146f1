"""Following a source: the feeds behind an address, and OPML as other programs write it."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import GatherError
from digest.gather.follow import FoundFeed, feeds_in_page, find_feeds, read_opml, write_opml
from digest.settings import Collect
from tests.servers import FEED, running_site

PAGE = """<!DOCTYPE html><html><head><title>La Gazette</title>
<link rel="alternate" type="application/rss+xml" title="La Gazette » Commentaires" href="/comments/feed/">
<link rel="Alternate" type="application/rss+xml" title="La  Gazette &amp; co" href="/feed/">
<LINK REL='alternate' TYPE='application/atom+xml; charset=utf-8' HREF='https://autre.example/atom.xml' />
<link rel="alternate" hreflang="en" href="/en/"><link rel="stylesheet" type="text/css" href="x.css">
<link rel="alternate" type="application/rss+xml" href="/feed/">
<link rel="alternate" type="application/rss+xml" href="javascript:x">
</head><body>Bonjour</body></html>"""


def find(url: str) -> tuple[FoundFeed, ...]:
    limits = Collect(timeout=5, allow_private_addresses=True)
    return asyncio.run(find_feeds(url, limits=limits, user_agent="digest-test"))


# ------------------------------------------------------------------------------------------------ a page


def test_the_feeds_of_a_page_are_listed_and_comments_come_last() -> None:
    assert feeds_in_page(PAGE, "https://gazette.example/") == (
        FoundFeed("https://gazette.example/feed/", "La Gazette & co"),
        FoundFeed("https://autre.example/atom.xml", ""),
        FoundFeed("https://gazette.example/comments/feed/", "La Gazette » Commentaires"),
    )


def test_a_base_moves_the_links_of_its_page() -> None:
    page = '<base href="/blog/"><link rel="alternate" type="application/rss+xml" href="rss">'
    assert feeds_in_page(page, "https://gazette.example/a/b") == (FoundFeed("https://gazette.example/blog/rss"),)


def test_an_address_that_is_a_feed_is_its_own() -> None:
    with running_site() as site:
        assert find(f"{site.url}/feed") == (FoundFeed(f"{site.url}/feed", "La Gazette d'essai"),)


def test_an_address_that_moved_for_good_is_followed_where_it_lives() -> None:
    with running_site() as site:
        assert find(f"{site.url}/moved") == (FoundFeed(f"{site.url}/feed", "La Gazette d'essai"),)


def test_the_feeds_a_page_declares_are_found() -> None:
    with running_site({"/": ("text/html", PAGE.encode())}) as site:
        assert find(f"{site.url}/")[0].url == f"{site.url}/feed/"


def test_a_page_that_declares_none_is_tried_at_the_usual_places() -> None:
    with running_site({"/": ("text/html", b"<html></html>"), "/rss.xml": ("text/xml", FEED)}) as site:
        assert find(f"{site.url}/") == (FoundFeed(f"{site.url}/rss.xml", "La Gazette d'essai"),)


def test_no_feed_anywhere_is_said_with_what_to_do() -> None:
    with (
        running_site({"/": ("text/html", b"<html></html>")}) as site,
        pytest.raises(GatherError, match="no feed behind") as raised,
    ):
        find(f"{site.url}/")
    assert "RSS or Atom" in (raised.value.hint_text() or "")


@pytest.mark.parametrize(
    ("url", "said"), [("gazette.example", "no address of the web"), ("http://127.0.0.1:1/", "does not accept")]
)
def test_an_address_that_does_not_answer_says_why(url: str, said: str) -> None:
    with pytest.raises(GatherError, match=said):
        find(url)


# ------------------------------------------------------------------------------------------------ OPML


def test_nested_opml_is_read_in_its_order_and_each_feed_once() -> None:
    body = """<?xml version="1.0"?><opml version="1.1"><head><title>Mes flux</title></head><body>
    <outline text="Presse"><outline text="Locale"><outline type="rss" text="A" title="La Gazette" xmlUrl="https://a.example/rss"/></outline>
    <outline type="rss" text="B" xmlURL="feed://b.example/rss" htmlUrl="https://b.example"/></outline>
    <outline text="Sans flux"/><outline type="link" url="https://c.example"/><outline type="rss" text="D" url="https://d.example/rss"/>
    <outline text="Encore" xmlUrl=" https://a.example/rss "/><outline xmlUrl="javascript:x"/></body></opml>"""
    assert read_opml(body.encode()) == (
        FoundFeed("https://a.example/rss", "La Gazette"),
        FoundFeed("http://b.example/rss", "B"),
        FoundFeed("https://d.example/rss", "D"),
    )


def test_broken_opml_gives_the_feeds_it_still_tells() -> None:
    body = "<opml><body><outline text='R & D' xmlUrl='https://a.example/?a=1&b=2'><outline text=\"é\" xmlUrl=\"https://b.example/\"/>"
    expected = (FoundFeed("https://a.example/?a=1&b=2", "R & D"), FoundFeed("https://b.example/", "é"))
    assert read_opml(body.encode()) == expected


def test_an_address_of_opml_is_one_that_sources_yaml_takes() -> None:
    body = '<opml><outline xmlUrl="https://ana:s3cret@a.example/rss"/><outline xmlUrl="https://b.example/le flux"/></opml>'
    assert [feed.url for feed in read_opml(body.encode())] == ["https://a.example/rss", "https://b.example/le%20flux"]


@pytest.mark.parametrize(
    "body", [b"", b"Bonjour", b"<html><body/></html>", FEED, b'<!DOCTYPE opml [<!ENTITY a "aaaa">]><opml><body>&a;</body></opml>']
)
def test_what_is_no_opml_is_refused(body: bytes) -> None:
    with pytest.raises(GatherError, match="no OPML"):
        read_opml(body)


NAMES = st.text(st.characters(blacklist_categories=["Cs", "Cc", "Cf", "Zs", "Zl", "Zp", "Cn", "Co"]), min_size=1, max_size=20)


@given(st.dictionaries(st.integers(0, 99).map(lambda n: f"https://a.example/?n={n}&x=<\"'>"), NAMES, max_size=5))
def test_what_is_exported_imports_again(named: dict[str, str]) -> None:
    feeds = tuple(FoundFeed(url, title) for url, title in named.items())
    again = read_opml(write_opml(feeds, title="Mes <flux>").encode())
    assert [feed.url for feed in again] == [feed.url for feed in feeds]
