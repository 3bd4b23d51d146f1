# ruff: noqa: E501 - lists of traps and trees of strategies are kept whole
"""A feed of a stranger is read, or refused with words, in bounded time: whatever its bytes, its fields and its headers."""

from __future__ import annotations

import json
import re
from html import escape

from hypothesis import given
from hypothesis import strategies as st

from digest.gather.parse import ParsedFeed, parse_feed
from tests.fuzz.hostile import broken, encoded, hostile, line
from tests.fuzz.promise import explored, storable, taken
from tests.fuzz.sound import FEEDS, NOW, PARIS, check_article

NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read(body: bytes, content_type: str = "") -> ParsedFeed | None:
    parsed = taken(
        lambda: parse_feed(
            body,
            url="https://a.example/feed",
            headers={"content-type": content_type},
            source="S",
            collected=NOW,
            language="fr",
            tz=PARIS,
        ),
        len(body),
    )
    if parsed is not None:
        for article in parsed.articles:
            check_article(article)
        assert len({article.id for article in parsed.articles}) == len(parsed.articles)
        assert sum(len(article.text) for article in parsed.articles) <= 2 * len(body)
        assert storable(parsed.title)
        assert parsed.note is None or parsed.note.text()
    return parsed


@explored(60)
@given(encoded(broken(FEEDS)), line())
def test_bytes_of_a_feed(body: bytes, content_type: str) -> None:
    """Any bytes give articles that can be stored, each once, or a GatherError."""
    read(body, content_type)


def xml(words: str) -> str:
    return escape(NO_XML.sub("", words))


FIELDS = (
    "title",
    "link",
    "description",
    "guid",
    "pubDate",
    "author",
    "category",
    "content:encoded",
    "dc:creator",
    "media:title",
    "source",
)


@explored(60)
@given(st.dictionaries(st.sampled_from(FIELDS), hostile(), max_size=4), st.booleans())
def test_fields_of_an_rss_feed(fields: dict[str, str], first: bool) -> None:
    """Whatever stands in the fields of one entry, the sound entry beside it is read, whole."""
    hostile_item = "".join(f"<{name}>{xml(words)}</{name}>" for name, words in fields.items())
    sound = "<item><title>Douze voisines</title><link>https://a.example/douze</link><description>Un serveur partagé.</description></item>"
    items = f"<item>{hostile_item}</item>{sound}" if first else f"{sound}<item>{hostile_item}</item>"
    spaces = 'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    body = f'<rss version="2.0" {spaces} xmlns:media="http://search.yahoo.com/mrss/"><channel>{items}</channel></rss>'
    parsed = read(body.encode())
    assert parsed is not None
    found = [(article.title, article.url, article.text) for article in parsed.articles if article.title == "Douze voisines"]
    assert ("Douze voisines", "https://a.example/douze", "Un serveur partagé.") in found


values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), line(), hostile(20_000)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["name", "url", "a"]), inner, max_size=3)
    ),
    max_leaves=4,
)
KEYS = ("id", "url", "external_url", "title", "content_html", "content_text", "summary", "authors", "author", "date_published", "language",
        "image", "banner_image", "tags")  # fmt: skip


@explored(60)
@given(st.lists(st.one_of(values, st.dictionaries(st.sampled_from(KEYS), values, max_size=5)), max_size=3), values, values)
def test_fields_of_a_json_feed(items: list[object], title: object, home: object) -> None:
    """Values of any type give articles that can be stored, and the sound item beside them is read."""
    sound = {"id": "sound", "url": "https://a.example/douze", "title": "Douze voisines", "content_text": "Un serveur partagé."}
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": title, "home_page_url": home, "items": [*items, sound]}
    parsed = read(json.dumps(feed).encode())
    assert parsed is not None
    assert "Douze voisines" in [article.title for article in parsed.articles]
