"""What feedparser need not carry: the long texts of a feed, set apart while it reads the rest, and what nobody reads.

feedparser passes a text through a dozen transformations. A text that is simply one CDATA section, or escaped characters, is
decoded here as XML says, and a mark stands in its place until `put_back`. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, MutableMapping
from contextlib import suppress
from html import unescape
from typing import Any
from xml.parsers import expat

_OPENING = re.compile(r"<(content:encoded|description|content|summary)((?:\s[^<>]*)?)>")
_TYPE = re.compile(r"""\btype\s*=\s*["'](?!(?:text|html|text/html|text/plain)["'])""")
_CDATA, _CDATA_END = "<![CDATA[", "]]>"
_LONG = 300
"""Characters; a shorter text is not worth its mark."""
_UNREAD = re.compile(
    r"<(category|comments|slash:comments|wfw:commentRss|thr:total|post-id|dc:subject|media:(?:rating|keywords))"
    r"(?:\s[^<>]*)?(?:/>|>(?:<!\[CDATA\[[^\]<>]*\]\]>|[^<]*)</\1>)\s*"
)
_PICTURE = re.compile(r"<media:content\b[^<>]*\bimage")
_THUMBNAIL = re.compile(r"<media:thumbnail(?:\s[^<>]*)?(?:/>|>[^<]*</media:thumbnail>)\s*")
_C1 = re.compile("[\x80-\x9f]")
_C1_IN_UTF8 = re.compile(rb"\xc2[\x80-\x9f]")
_NO_CHARACTER = expat.errors.codes[expat.errors.XML_ERROR_BAD_CHAR_REF]
_MARK = "digest-text-{}-set-apart"
_MARKED = re.compile(r"digest-text-(\d+)-set-apart")


def set_apart(xml: str) -> tuple[str, list[str]]:
    """The feed with a mark in the place of each long text, and the texts in the order of their marks."""
    if "digest-text-" in xml:
        return xml, []
    parts: list[str] = []
    texts: list[str] = []
    copied = read = 0
    for opening in _OPENING.finditer(xml):
        if opening.start() < read or opening[2].endswith("/") or "mode" in opening[2] or _TYPE.search(opening[2]):
            continue
        text, read = _text_at(xml, opening.end(), f"</{opening[1]}>")
        if text is not None and len(text) >= _LONG:
            parts += (xml[copied : opening.end()], _MARK.format(len(texts)))
            texts.append(_as_meant(text))
            copied = read
    return ("".join((*parts, xml[copied:])), texts) if texts else (xml, [])


def without_unread(xml: str) -> str:
    """The feed without elements that make no difference to an article: each costs feedparser as much as a title."""
    rest = _UNREAD.sub("", xml)
    # A thumbnail is read only where there is no larger picture.
    return _THUMBNAIL.sub("", rest) if "<media:thumbnail" in rest and _PICTURE.search(rest) else rest


def put_back(details: Iterable[MutableMapping[str, Any]], texts: list[str]) -> bool:
    """Put each text back where its mark is the whole `value`; False where a mark is missing: it stood inside another text."""
    missing = set(range(len(texts)))
    for detail in details:
        mark = _MARKED.fullmatch(detail.get("value") or "")
        if mark:
            detail["value"] = texts[int(mark[1])]
            missing.discard(int(mark[1]))
    return not missing


def _text_at(xml: str, start: int, closing: str) -> tuple[str | None, int]:
    """The characters from `start` to a closing tag, and where they end; None where they are not plain characters."""
    if xml.startswith(_CDATA, start):
        end = xml.find(_CDATA_END, start)
        if end < 0:
            return None, len(xml)
        after = end + len(_CDATA_END)
        while xml[after : after + 1].isspace():
            after += 1
        return (xml[start + len(_CDATA) : end] if xml.startswith(closing, after) else None), after
    end = xml.find("<", start)
    if end < 0:
        return None, len(xml)
    return (_unescaped(xml[start:end]) if xml.startswith(closing, end) else None), end


def _unescaped(text: str) -> str | None:
    """The characters that XML's own entities stand for; None where there are others, which a DTD may define."""
    if "&" not in text:
        return text
    parts: list[str] = []
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.CharacterDataHandler = parts.append
    try:
        parser.Parse(f"<text>{text}</text>".encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        return unescape(text) if error.code == _NO_CHARACTER else None  # the number of no character: left out, as browsers do
    return "".join(parts)


def _as_meant(text: str) -> str:
    """Two repairs that feedparser makes: UTF-8 that was encoded twice, and characters of windows-1252 passed off as Unicode."""
    with suppress(UnicodeError):
        text = text.encode("iso-8859-1").decode("utf-8")
    if _C1_IN_UTF8.search(text.encode("utf-8", "replace")):  # five times as fast as to look among characters
        text = _C1.sub(lambda found: found[0].encode("iso-8859-1").decode("windows-1252", "ignore"), text)
    return text.strip()
