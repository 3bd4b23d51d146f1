"""JSON Feed (https://jsonfeed.org/version/1.1) read into entries: the one format that feedparser does not know. Pure."""

from __future__ import annotations

import json
import re
from html import escape
from typing import Any
from urllib.parse import urljoin

from digest.errors import N_, GatherError
from digest.gather.entries import Entry

_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What JSON can write and XML cannot, halves of a surrogate pair among them: no store and no email holds them."""


def read_json_feed(body: bytes, base: str) -> tuple[str, str | None, str, list[Entry]]:
    """Title, site, declared language and entries of a JSON Feed. Raises GatherError for JSON that is not one.

    Fields of the wrong type are read as missing: generators in the wild write numbers for ids and null for anything.
    """
    try:
        feed = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise GatherError(N_("broken JSON where a feed should be: {cause}"), cause=str(error)) from error
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list) or not str(feed.get("version", "")).startswith("https://jsonfeed.org/"):
        raise GatherError(N_("the address gives JSON that is not a feed"))
    entries = [_entry(item, feed, base) for item in items if isinstance(item, dict)]
    return _text(feed, "title"), _address(feed, "home_page_url", base), _text(feed, "language"), entries


def _entry(item: dict[str, Any], feed: dict[str, Any], base: str) -> Entry:
    links = (_address(item, key, base) for key in ("url", "external_url"))
    return Entry(
        id=_text(item, "id"),
        links=tuple(link for link in links if link),
        title=escape(_text(item, "title"), quote=False),
        content=_text(item, "content_html") or _paragraphs(_text(item, "content_text")),
        summary=escape(_text(item, "summary"), quote=False),
        author=_author(item) or _author(feed),
        dates=tuple(date for date in (_text(item, "date_published"), _text(item, "date_modified")) if date),
        language=_text(item, "language"),
        picture=_address(item, "image", base) or _address(item, "banner_image", base) or "",
    )


def _text(values: dict[str, Any], key: str) -> str:
    value = values.get(key)
    return _NO_TEXT.sub("", str(value)) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _address(values: dict[str, Any], key: str, base: str) -> str | None:
    try:
        return urljoin(base, _text(values, key)) if _text(values, key) else None
    except ValueError:
        return None


def _author(values: dict[str, Any]) -> str:
    """Names of the authors; version 1.0 had a single `author`."""
    authors = values.get("authors") or [values.get("author")]
    names = [_text(author, "name") for author in authors if isinstance(author, dict)] if isinstance(authors, list) else []
    return escape(", ".join(name for name in names if name), quote=False)


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(block)}</p>" for block in text.split("\n\n") if block.strip()).replace("\n", "<br>")
