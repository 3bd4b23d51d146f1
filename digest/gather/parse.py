"""The bytes of a feed made into articles: RSS 0.9x to 2.0, Atom and RDF through feedparser, JSON Feed through our own reader.

Strangers' feeds are parsed in a process that can be killed (`workers.py`): a parser is a large thing to trust. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from html import escape
from typing import Any
from xml.sax import SAXException

from digest.errors import N_, GatherError
from digest.gather.apart import put_back, set_apart, without_unread
from digest.gather.entries import Entry, Feed, articles
from digest.gather.json_feed import read_json_feed
from digest.gather.markup import absolute, plain
from digest.gather.named_pictures import picture_of_entry
from digest.gather.xml_feed import read_xml
from digest.model import Article

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CONTROLS = bytes({*range(32)} - {*b"\t\n\r"})
_PAGE = re.compile(r"(?:\s|<\?xml[^>]*>|<!--.{0,2000}?-->)*<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)
_FEED = re.compile(r"<(?:\w+:)?(?:rss|feed|rdf|channel)\b", re.IGNORECASE)
_DECLARED = re.compile(rb"""^.{0,100}?<\?xml[^>]{0,200}?encoding=["']([\w.-]+)""", re.DOTALL)
_CHARSET = re.compile(r"""charset=["']?([\w.-]+)""", re.IGNORECASE)
_MARKS = (
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What a feed gave."""

    title: str
    link: str | None
    """The site's own page; None where the feed does not say."""
    articles: tuple[Article, ...]
    note: GatherError | None
    """What the team should know although the feed was read; None where all is well."""


def parse_feed(
    body: bytes,
    *,
    url: str,
    headers: Mapping[str, str],
    source: str,
    collected: datetime,
    language: str,
    tz: tzinfo,
    base: str | None = None,
) -> ParsedFeed:
    """The articles of a feed.

    `url` is the address the source is known by, `base` the one that answered after redirects (None: the same), `headers`
    those of the answer. Raises GatherError where there is no feed to read: a page, another format, nothing.
    """
    if not body.strip(b"\0 \t\r\n"):
        raise GatherError(N_("the address answers, but with nothing in it"))
    text = _without_controls(_decoded(body, headers)).lstrip("\ufeff \t\r\n")
    if text.startswith(("{", "[")):
        title, link, declared, entries = read_json_feed(text.encode("utf-8", "replace"), base or url)
        damage = None
    else:
        title, link, declared, entries, damage = _from_xml(text, base or url)
    feed = Feed(key=url, source=source, link=link, language=declared)
    made = articles(entries, feed, collected=collected, language=language, tz=tz)
    return ParsedFeed(title=plain(title), link=link, articles=made, note=_note(made, entries, damage))


def _note(made: tuple[Article, ...], entries: list[Entry], damage: str | None) -> GatherError | None:
    if damage:
        return GatherError(N_("the feed is damaged ({cause}); {count} entries could be read"), cause=damage, count=len(made))
    if not entries:
        return GatherError(N_("the feed is sound but holds no entry"))
    return None


# ------------------------------------------------------------------------------------------------ bytes to characters


def _decoded(body: bytes, headers: Mapping[str, str]) -> str:
    """The characters of a feed whose declared charset may be wrong: what reads as UTF-8 is UTF-8, whatever is declared."""
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body.decode(encoding, "replace")
    try:
        if b"\x1b" not in body:  # ISO-2022-JP is made of ASCII bytes
            return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    for encoding in _declared_charsets(body, headers):
        try:
            return body.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return _mostly_utf8(body) or body.decode("windows-1252", "replace")


def _without_controls(text: str) -> str:
    """The characters that XML allows. Nearly all feeds have no other: to find that out takes four times less among bytes."""
    written = text.encode("utf-8", "replace")
    rare = len(written.translate(None, _CONTROLS)) < len(written) or b"\xef\xbf" in written
    return _NOT_XML.sub("", text) if rare else text


def _declared_charsets(body: bytes, headers: Mapping[str, str]) -> Iterable[str]:
    in_xml = _DECLARED.search(body[:400])
    in_header = _CHARSET.search(headers.get("content-type", ""))
    names = [in_xml[1].decode("ascii") if in_xml else "", in_header[1] if in_header else ""]
    for name in names:
        # iso-8859-1 means windows-1252, on the web (WHATWG Encoding, 4.2)
        yield "windows-1252" if name.lower() in ("iso-8859-1", "latin1", "us-ascii", "ascii") else name


def _mostly_utf8(body: bytes) -> str | None:
    """UTF-8 with a few broken bytes, such as a character cut in two; None for bytes of another charset."""
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    sound = sum(1 for character in text if character > "\x7f") - broken
    return text if sound > 2 * broken else None


# ------------------------------------------------------------------------------------------------ characters to entries


def _from_xml(text: str, base: str) -> tuple[str, str | None, str, list[Entry], str | None]:
    head = text[:4000]
    if _PAGE.match(head) and not _FEED.search(head):
        raise GatherError(
            N_("a web page where a feed should be"), hint=N_("'digest sources add' finds the feed behind a page's address")
        )
    rest, texts = set_apart(text)
    parsed = read_xml(without_unread(rest))
    if texts and not put_back(_details(parsed), texts):
        parsed = read_xml(text)
    damage = _damage(parsed)
    if not parsed.entries and (damage or not parsed.get("version")):
        cause = damage or GatherError(N_("neither RSS, Atom nor JSON Feed"))
        raise GatherError(N_("this is no feed that can be read ({cause})"), cause=cause)
    feed = parsed.feed
    entries = [_entry(dict(entry), base) for entry in parsed.entries]  # a plain dict is read ten times as fast as theirs
    return feed.get("title", ""), _joined(base, feed.get("link")) or None, feed.get("language", ""), entries, damage


def _details(parsed: Any) -> Iterator[Any]:
    """Every text of a feed that may have been set apart."""
    for holder in (parsed.feed, *parsed.entries):
        details = (dict.get(holder, "summary_detail"), dict.get(holder, "subtitle_detail"), *dict.get(holder, "content", ()))
        yield from (detail for detail in details if isinstance(detail, dict))


def _damage(parsed: Any) -> str | None:
    """What is broken in the XML, as expat says it with its line; None where it is well formed."""
    error = parsed.get("bozo_exception")
    if not isinstance(error, SAXException):  # its other complaints are about charsets, which are settled before
        return None
    return re.sub(r"^<unknown>:", "", str(error))[:120]


def _entry(entry: dict[str, Any], base: str) -> Entry:
    content = _content(entry)
    return Entry(
        id=entry.get("id") or "",
        links=_links(entry, base),
        title=_html(entry.get("title_detail") or {}),
        content=_html(content),
        summary=_html(entry.get("summary_detail") or {}),
        author=_author(entry),
        dates=tuple(entry[key] for key in ("published", "updated", "created") if key in entry),
        language=content.get("language") or entry.get("language") or "",
        base=_joined(base, content.get("base")),
        picture=_joined(base, picture_of_entry(entry)),
    )


def _links(entry: dict[str, Any], base: str) -> tuple[str, ...]:
    """Addresses of an entry: the one behind FeedBurner, its own, and for a podcast without one the recording."""
    links = [entry.get("feedburner_origlink"), entry.get("link")]
    rest = [dict(link) for link in entry.get("links") or ()]
    links += [link.get("href") for link in rest if link.get("rel") == "alternate" and "html" in link.get("type", "html")][:1]
    if not any(links):
        kinds = ("audio/", "video/")
        links += [link.get("href") for link in rest if link.get("rel") == "enclosure" and link.get("type", "").startswith(kinds)][
            :1
        ]
    return tuple(dict.fromkeys(url for link in dict.fromkeys(links) if (url := _joined(base, link))))


def _joined(base: str, address: str | None) -> str:
    """A complete address of the web; empty for none, and for one that cannot be read."""
    return absolute(address, base) or "" if address else ""


def _content(entry: dict[str, Any]) -> Mapping[str, Any]:
    """The longest content that can be read as text."""
    readable = [
        part for part in entry.get("content") or [] if part.get("type", "text/html").startswith(("text/", "application/xhtml"))
    ]
    return max(readable, key=lambda part: len(part.get("value") or ""), default={})


def _html(detail: Mapping[str, Any]) -> str:
    """The HTML of a part; one declared as plain text is escaped, unless it is HTML all the same, as most RSS titles are."""
    value = detail.get("value") or ""
    if detail.get("type") == "text/plain" and not re.search(r"<[a-zA-Z/!]|&#?\w+;", value):
        return (
            "".join(f"<p>{escape(part, quote=False)}</p>" for part in value.split("\n\n")) if "\n\n" in value else escape(value)
        )
    return value


def _author(entry: dict[str, Any]) -> str:
    """The names of several authors; of a single one what was written, which feedparser takes apart wrongly."""
    authors = [dict(author) for author in entry.get("authors") or ()]
    names = dict.fromkeys(author["name"] for author in authors if author.get("name"))
    return ", ".join(names) if len(authors) > 1 else entry.get("author") or ""
