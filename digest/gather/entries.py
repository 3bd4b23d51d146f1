"""Entries of a feed, whatever its format, made into articles: cleaned, dated, with an identity that lasts. Pure.

`parse.py` and `json_feed.py` read a format into `Entry` values; everything that all formats share is decided here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from html import unescape
from urllib.parse import unquote, urlsplit

from digest.gather.addresses import article_id, canonical, is_web
from digest.gather.blocks import one_line
from digest.gather.markup import html_to_text, plain
from digest.gather.named_pictures import picture
from digest.language.dates import read_date
from digest.language.words import KNOWN, STOP_WORDS, detect, tokens
from digest.model import Article, DatedBy, Link

_TAG = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>", re.IGNORECASE)
# What WordPress writes under every entry, in its two languages most met.
_FOOTER = re.compile(
    r"\s*(?:^|\n\n|(?<=[.!?…\]]) )(?:The post .{1,400} (?:appeared first|first appeared) on"
    r"|(?:L[’']article|Cet article) .{1,400} est apparu en premier sur) [^\n]{1,200}$"
)
_IN_FOOTER = ("appeared first on", "first appeared on", "est apparu en premier sur")
_MAIL = re.compile(r"[(<]?[^\s()<>]+@[^\s()<>]+[)>]?")
_LONGEST_TITLE = 300
_WORDS_TO_BELIE = 30
_COMMON_SHARE = 0.15  # stop words are 35 to 50 % of a text in its language, and under 12 % of one in another
_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as its feed gives it: HTML where feeds give HTML, dates as they are written."""

    id: str = ""
    links: tuple[str, ...] = ()
    """Absolute addresses, the most telling first; may hold schemes that are refused later."""
    title: str = ""
    content: str = ""
    """HTML of the article; empty where the feed only has a summary."""
    summary: str = ""
    """HTML of the excerpt."""
    author: str = ""
    dates: tuple[str, ...] = ()
    """As written: published first, then updated."""
    language: str = ""
    base: str = ""
    """What relative addresses inside the HTML start from; empty: the entry's own link."""
    picture: str = ""
    """Address of the picture that stands for it; empty where the feed names none."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What the entries of one feed share."""

    key: str
    """Address that the source is known by: tells apart entries that have no address of their own."""
    source: str
    link: str | None
    """The site's own page, None where the feed does not say."""
    language: str
    """As declared; empty where it is not."""


def articles(entries: Sequence[Entry], feed: Feed, *, collected: datetime, language: str, tz: tzinfo) -> tuple[Article, ...]:
    """The articles of a feed in its order. An entry is left out only when it has neither link, title nor text.

    `language` is for texts whose language neither the feed nor their words tell, `tz` for dates without a zone.
    """
    repeated = _repeated(entries, feed)
    made: dict[str, Article] = {}
    for entry in entries:
        article = _article(entry, feed, repeated, collected=collected, language=language, tz=tz)
        if article is not None:
            made.setdefault(article.id, article)
    return tuple(made.values())


@dataclass(frozen=True, slots=True)
class _Repeated:
    """What does not tell one entry of a feed from another."""

    links: frozenset[str]
    """The site's own page, and addresses that entries with different ids all give."""
    ids: frozenset[str]
    """Ids that entries with different titles all give."""


def _repeated(entries: Sequence[Entry], feed: Feed) -> _Repeated:
    links = Counter(link for link, _ in {(canonical(_link(entry) or ""), entry.id or entry.title) for entry in entries})
    ids = Counter(id for id, _ in {(entry.id, entry.title) for entry in entries})
    home = canonical(feed.link or "")
    return _Repeated(
        links=frozenset(link for link, times in links.items() if times > 1 or link == home),
        ids=frozenset(id for id, times in ids.items() if times > 1),
    )


def _article(entry: Entry, feed: Feed, repeated: _Repeated, *, collected: datetime, language: str, tz: tzinfo) -> Article | None:
    link = _link(entry)
    text, links, summary = _words(entry, link or feed.link)
    title = _title(entry.title) or _title_from(text, link)
    if not title:
        return None
    lang = _language(entry.language or feed.language, f"{title}\n{text}", language)
    published = _date(entry.dates, lang=lang, collected=collected, tz=tz)
    return Article(
        id=_identity(entry, link, repeated, feed, title),
        url=canonical(link) if link else None,
        title=title,
        source=feed.source,
        collected=collected,
        text=text,
        lang=lang,
        author=_author(entry.author),
        published=published,
        dated_by=_dated_by(published),
        summary=summary,
        links=links,
        aliases=tuple(dict.fromkeys(address for address in entry.links if is_web(address))),
        picture=picture(entry.picture) if entry.picture else None,
    )


def _link(entry: Entry) -> str | None:
    """The first address of the entry that is one of the web: never `javascript:`, `data:` or a bare path."""
    return next((link for link in entry.links if is_web(link)), None)


def _identity(entry: Entry, link: str | None, repeated: _Repeated, feed: Feed, title: str) -> str:
    """The id of the article's address; where that says nothing, of the feed and the entry's own id, else its title and date.

    Feeds change their ids and repeat them, so an address of its own comes first.
    """
    address = canonical(link) if link else ""
    if address and address not in repeated.links:
        return article_id(address)
    if entry.id and entry.id not in repeated.ids:
        return article_id(f"{feed.key}\n{entry.id}")
    return article_id("\n".join((feed.key, entry.id, title, *entry.dates[:1])))


def _words(entry: Entry, base: str | None) -> tuple[str, tuple[Link, ...], str]:
    """Text, links, and the excerpt where it is not the text itself."""
    body = entry.content or entry.summary
    text, links = html_to_text(_unescaped(body), entry.base or base)
    text = _without_footer(text)
    if not entry.content or entry.content == entry.summary:
        return text, links, ""
    excerpt = _without_footer(plain(_unescaped(entry.summary)))
    return text, links, "" if excerpt == text else excerpt


def _without_footer(text: str) -> str:
    return _FOOTER.sub("", text) if any(words in text[-300:] for words in _IN_FOOTER) else text


def _unescaped(html: str) -> str:
    """HTML that a feed escaped once too often is read as the HTML it was; sample code inside real HTML stays code."""
    if "&lt;" in html and not _TAG.search(html) and _TAG.search(unescape(html)):
        return unescape(html)
    return html


def _title(html: str) -> str:
    words = plain(html)
    if _TAG.search(words):  # escaped twice
        words = plain(words)
    return _shortened(one_line(_TAG.sub(" ", words)), _LONGEST_TITLE)


def _title_from(text: str, link: str | None) -> str:
    """A title for an entry without one: the first words of its text, else the words of its address."""
    first = next((line.removeprefix("## ").removeprefix("- ") for line in text.split("\n") if line), "")
    words = first.split()
    if words:
        return _shortened(" ".join(words[:12]) + ("…" if len(words) > 12 else ""), 120)
    if link is None:
        return ""
    parts = urlsplit(link)
    last = re.sub(r"\.\w{2,5}$", "", unquote(parts.path).rstrip("/").rpartition("/")[2])
    return one_line(re.sub(r"[-_+]+", " ", _TAG.sub(" ", last))) or parts.netloc


def _shortened(words: str, longest: int) -> str:
    return words if len(words) <= longest else words[: longest - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def _language(declared: str, text: str, default: str) -> str:
    """The declared language, unless the words belie it: many a French site still says `en-US`, as its software came."""
    code = declared.strip().lower()[:2]
    if code not in KNOWN:
        return detect(text, default)
    words = tokens(text[:600])
    common = sum(map(STOP_WORDS[code].__contains__, words))
    return detect(text, code) if len(words) >= _WORDS_TO_BELIE and common < _COMMON_SHARE * len(words) else code


def _author(written: str) -> str | None:
    """A name without the mail address that RSS asks for: `ana@example.org (Ana)`, `Ana <ana@example.org>`."""
    name = one_line(_MAIL.sub(" ", unescape(written[:300]))).strip("()<>\"' ,")
    return plain(name) or None


def _date(dates: Sequence[str], *, lang: str, collected: datetime, tz: tzinfo) -> datetime | None:
    """The first date that can be read and is sane: from 1990 to two days after it was collected."""
    for written in dates:
        moment = _moment(written.strip(), lang=lang, collected=collected, tz=tz)
        if moment is not None and _OLDEST <= moment <= collected + _AHEAD:
            return moment
    return None


def _moment(written: str, *, lang: str, collected: datetime, tz: tzinfo) -> datetime | None:
    """A date as RSS writes it (RFC 822), as Atom does (RFC 3339), or as people do."""
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(written)
            return (moment if moment.tzinfo else moment.replace(tzinfo=tz)).astimezone(UTC)
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
    return read_date(written, lang=lang, relative_to=collected, tz=tz) if len(written) < 100 else None


def _dated_by(published: datetime | None) -> DatedBy | None:
    return "author" if published else None
