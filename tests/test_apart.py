"""What feedparser is spared makes no difference to what a feed gives."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from digest.gather import parse as module
from digest.gather.apart import put_back, set_apart, without_unread
from digest.gather.parse import ParsedFeed, parse_feed

LONG = "Un atelier ouvre ses portes samedi, et l'on y répare &amp; y prête. " * 8


def parsed(xml: str) -> ParsedFeed:
    zone, moment = ZoneInfo("Europe/Paris"), datetime(2026, 11, 24, tzinfo=UTC)
    return parse_feed(xml.encode(), url="https://a.example", headers={}, source="A", collected=moment, language="fr", tz=zone)


def rss(item: str) -> str:
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel><title>T</title><description>{LONG}</description><item><title>Une</title>{item}</item></channel></rss>"
    )


def atom(content: str) -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><title>Une</title>{content}</entry></feed>'


HTML = f"<h2>À retenir</h2><p>{LONG}</p><p>a &lt; b &#8217; &#x2019;</p>"
ESCAPED = HTML.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
FEEDS = [
    rss(f"<description>Bref.</description><content:encoded><![CDATA[{HTML}]]></content:encoded>"),
    rss(f"<description>{ESCAPED}</description>"),
    rss(f"<description>\n<![CDATA[ {HTML} ]]>\n</description>"),
    rss(f"<description><![CDATA[{LONG}]]]]><![CDATA[>{LONG}]]></description>"),
    rss(f"<description>{LONG} &nbsp; {LONG}</description>"),
    rss(f"<description>{LONG}<b>nu</b></description>"),
    rss(f"<description><![CDATA[<pre>&lt;content type='html'&gt;</pre> <content>{LONG}</content> {LONG}]]></description>"),
    rss(f"<!-- <description>{LONG}</description> --><description>{ESCAPED}</description>"),
    rss(f"<description>{LONG.replace('é', 'Ã©')}</description>"),
    rss(f"<category>x</category><category domain='d'/><category><![CDATA[y]]></category><description>{ESCAPED}</description>"),
    atom(f"<summary>{LONG}</summary><content type='html'>{ESCAPED}</content>"),
    atom(f"<content type='text'>{LONG}</content>"),
    atom(f"<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>{LONG}</p></div></content>"),
    atom("<content type='html' src='https://a.example/x'/>"),
]


@pytest.mark.parametrize("xml", FEEDS)
def test_a_feed_gives_the_same_with_and_without(monkeypatch: pytest.MonkeyPatch, xml: str) -> None:
    spared = parsed(xml)
    monkeypatch.setattr(module, "set_apart", lambda text: (text, []))
    monkeypatch.setattr(module, "without_unread", lambda text: text)
    assert spared.articles == parsed(xml).articles


def test_long_texts_are_set_apart_and_put_back() -> None:
    rest, texts = set_apart(FEEDS[0])
    assert "atelier" not in rest
    details: list[dict[str, Any]] = [
        {"value": "digest-text-1-set-apart"},
        {"value": "digest-text-0-set-apart"},
        {"value": "Bref."},
    ]
    assert put_back(details, texts)
    assert details[0]["value"] == HTML
    assert not put_back([{"value": "x digest-text-0-set-apart"}], texts)


def test_a_feed_that_holds_a_mark_is_left_alone() -> None:
    assert set_apart(rss(f"<description>digest-text-0-set-apart {LONG}</description>"))[1] == []


def test_what_is_never_closed_takes_no_time() -> None:
    start = time.perf_counter()
    for part in ("<description><![CDATA[", "<description>", "<category>", "<description><![CDATA[]]>"):
        without_unread(set_apart(part * 100_000)[0])
    assert time.perf_counter() - start < 5
