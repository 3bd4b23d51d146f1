"""A body as large as is read (8 MB of a feed, 5 MB of a file) never takes the square of its size.

What takes long in proportion is stopped at the deadline of its worker (20 s): `tests/test_workers.py`.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from contextlib import suppress
from time import process_time

import pytest

from digest.errors import DigestError
from digest.gather.folder import read_file
from digest.gather.parse import parse_feed
from digest.gather.robots import read_rules
from digest.gather.webpage import read_html
from tests.fuzz.sound import NOW, PARIS

SMALL = 4_000
"""Bytes; the other body is four times as large, and may take twelve times as long before it is called a square."""
_QUICK = 0.1
"""Seconds under which nothing is said of a body: its first words take most of that."""
PIECES = ("<a ", "<b>", "<item>", "&amp;", "<![CDATA[", "<!--", "[", "![", "- a\n", "a\n", "a@", "*a ", "> ", "a b. ", "{", "\\")


def feed(words: str) -> object:
    body = f"<rss><channel><item><title>{words}</title><author>{words}</author><description>{words}".encode()
    return parse_feed(body, url="https://a.example/", headers={}, source="S", collected=NOW, language="fr", tz=PARIS)


def sound_feed(words: str) -> object:
    cdata = words.replace("]]>", "")
    item = "".join(f"<{name}><![CDATA[{cdata}]]></{name}>" for name in ("title", "author", "description", "pubDate", "link"))
    body = f"<rss><channel><item>{item}</item></channel></rss>".encode()
    return parse_feed(body, url="https://a.example/", headers={}, source="S", collected=NOW, language="fr", tz=PARIS)


def file(name: str) -> Callable[[str], object]:
    def read(words: str) -> object:
        body = f"Un titre\n\n{words}".encode()
        return read_file(name, body, source="D", modified=NOW, collected=NOW, tz=PARIS, language="fr")

    return read


READERS: dict[str, Callable[[str], object]] = {
    "broken feed": feed,
    "sound feed": sound_feed,
    "markdown": file("a.md"),
    "pasted": file("a.txt"),
    "saved page": file("a.html"),
    "page": read_html,
    "robots": lambda words: read_rules(f"User-agent: *\nDisallow: {words}", "digest").allow("https://a.example/" + words[:2000]),
}


def seconds(read: Callable[[str], object], words: str) -> float:
    gc.collect()
    start = process_time()
    with suppress(DigestError):
        read(words)
    return process_time() - start


@pytest.mark.parametrize("reader", READERS)
def test_a_body_four_times_as_large_takes_about_four_times_as_long(reader: str) -> None:
    read = READERS[reader]
    seconds(read, "un mot ")  # what is loaded once
    for piece in PIECES:
        small, large = (piece * (size // len(piece)) for size in (SMALL, 4 * SMALL))
        took = seconds(read, large)
        if took > _QUICK:
            before = max(seconds(read, small), _QUICK / 4)
            assert took < 12 * before, f"{piece!r}: {before:.2f} s, then {took:.2f} s for four times as much"
