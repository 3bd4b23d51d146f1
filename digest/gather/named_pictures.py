"""The picture that stands for an article: which one its feed, its page or its file names. Pure; `pictures.py` asks for it.

Nothing is fetched when feeds are read: the address is noted, and used only if the article is printed with its picture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from digest.gather.addresses import is_web
from digest.gather.blocks import one_line
from digest.model import Link

NARROWEST = 200
"""Pixels; what a feed says is narrower is a thumbnail or a logo."""
_LONGEST_ALT = 300
_FACE = re.compile(r"https?://(?:[\w-]+\.)*gravatar\.com/", re.IGNORECASE)
"""Where people's portraits are: WordPress.com gives its author's as the first picture of an article."""
_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)$", re.IGNORECASE)


def picture(address: str, alt: str = "") -> Link | None:
    """The picture at an address of the web, with its alternative text; None where it is none that may stand for an article.

    A file's name is no alternative text.
    """
    if not is_web(address):
        return None
    return None if _FACE.match(address) else Link(_alternative(alt), address)


def picture_of_file(written: str, alt: str, *, name: str, source: str) -> Link | None:
    """The picture that a file of a folder names: an address, or a path from the file (or, after a `/`, from the folder).

    `name` is the file's own path from the folder, and `source` the folder's name in the settings: the path is kept after it,
    as `Dossier/images/atelier.jpg`, so that no place of this machine is.
    """
    if not written or is_web(written):
        return picture(written, alt)
    path = written.replace("\\", "/")
    from_folder = path.lstrip("/") if path.startswith("/") else str(PurePosixPath(name).parent / path)
    return Link(_alternative(alt), f"{source}/{from_folder}")


def picture_of_entry(entry: Mapping[str, Any]) -> str:
    """The address of the picture in an entry as feedparser reads it: Media RSS first, then an enclosure; empty without one."""
    if media := entry.get("media_content"):
        for address in _widest_first([item for item in media if _is_picture(item)]):
            return address
    if media := entry.get("media_thumbnail"):
        for address in _widest_first(media):
            return address
    for link in entry.get("links") or ():
        if link.get("rel") == "enclosure" and _is_picture(link):
            return str(link.get("href") or "")
    return ""


def _widest_first(media: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    wide = [(width, item["url"]) for item in media if item.get("url") and (width := _width(item)) >= NARROWEST]
    yield from (url for _, url in sorted(wide, key=lambda pair: -pair[0]) if not _FACE.match(url))


def _width(item: Mapping[str, Any]) -> int:
    """Pixels, as the feed says; the least that will do where it does not."""
    found = re.match(r"\d{1,6}", str(item.get("width") or ""))
    return int(found[0]) if found else NARROWEST


def _is_picture(item: Mapping[str, Any]) -> bool:
    kind = item.get("medium") or item.get("type") or ""
    return kind.startswith("image") if kind else bool(_FILE.search((item.get("url") or "").partition("?")[0]))


def _alternative(text: str) -> str:
    words = one_line(text)[:_LONGEST_ALT]
    return "" if _FILE.search(words) else words
