"""Following a source as people think of it: the feeds behind a page's address, and OPML lists. Pure, but for `find_feeds`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit, urlunsplit
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from digest.errors import N_, GatherError
from digest.gather.addresses import is_web, without_secrets
from digest.gather.blocks import one_line
from digest.gather.collect import FeedRequest, Fetched, open_session
from digest.gather.markup import plain
from digest.settings import Collect

_FEED_TYPES = (
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/rdf+xml",
    "application/x-rss+xml",
)
_FEED_HEAD = re.compile(rb"<(?:\w+:)?(?:rss|feed|RDF)\b|\"https://jsonfeed\.org/version/", re.IGNORECASE)
_PAGE_HEAD = re.compile(rb"<!doctype\s+html|<html\b", re.IGNORECASE)
_FEED_TITLE = re.compile(
    r"<title\b[^>]*>\s*(?:<!\[CDATA\[(.*?)\]\]>|([^<]*))\s*</title>|\"title\"\s*:\s*\"([^\"]*)\"", re.IGNORECASE | re.DOTALL
)
# Where the software of sites puts its feed when a page does not say: WordPress, SPIP, Drupal, Hugo, Ghost, Jekyll.
_USUAL_PLACES = ("feed/", "spip.php?page=backend", "rss.xml", "index.xml", "atom.xml", "feed.xml", "rss/")


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """A feed that a page, an address or a list names."""

    url: str
    title: str = ""
    """As the page or the list calls it; may be empty."""


# ------------------------------------------------------------------------------------------------ a page


def is_feed(body: bytes) -> bool:
    """Whether a body looks like a feed: what comes first in it is a feed's root, not a page's."""
    head = body[:4000].lstrip()
    return bool(_FEED_HEAD.search(head)) and not _PAGE_HEAD.match(head)


def feeds_in_page(html: str, url: str) -> tuple[FoundFeed, ...]:
    """The feeds that a page declares, in its order and each once; those of comments come last, as nobody follows them."""
    links = _FeedLinks()
    links.feed(html[:500_000])
    base = urljoin(url, links.base)
    found: dict[str, FoundFeed] = {}
    for href, title in links.found:
        address = urljoin(base, href.strip())
        if is_web(address):
            found.setdefault(address, FoundFeed(address, one_line(title)))
    return tuple(sorted(found.values(), key=lambda feed: bool(re.search(r"comment", feed.url + feed.title, re.IGNORECASE))))


class _FeedLinks(HTMLParser):
    """Gathers `<link rel="alternate" type="application/rss+xml">`, and the page's base."""

    def __init__(self) -> None:
        super().__init__()
        self.base = ""
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "base" and not self.base:
            self.base = values.get("href", "")
        kind = values.get("type", "").split(";")[0].strip().lower()
        if tag == "link" and kind in _FEED_TYPES and "alternate" in values.get("rel", "").lower().split() and values.get("href"):
            self.found.append((values["href"], values.get("title", "")))


async def find_feeds(url: str, *, limits: Collect, user_agent: str) -> tuple[FoundFeed, ...]:
    """The feeds behind an address: itself where it is one, else those its page declares, else the one at a usual place.

    Raises GatherError when the address does not answer, or when nothing there leads to a feed.
    """
    if not is_web(url):
        raise GatherError(
            N_("{url} is no address of the web"), hint=N_("write it in full, with https://"), url=without_secrets(url)
        )
    async with open_session(limits, user_agent) as session:

        async def ask(address: str) -> Fetched:
            return await session.fetch(
                FeedRequest(key=address, url=address, accept="text/html, application/xml;q=0.9, */*;q=0.5")
            )

        page = await ask(url)
        if page.error:
            raise page.error
        if is_feed(page.body):
            return (FoundFeed(page.moved_to or url, feed_title(page.body)),)
        declared = feeds_in_page(page.body.decode("utf-8", "replace"), page.url)
        if declared:
            return declared
        for place in usual_places(page.url):
            answer = await ask(place)
            if not answer.error and is_feed(answer.body):
                return (FoundFeed(place, feed_title(answer.body)),)
    raise GatherError(
        N_("no feed behind {url}"), hint=N_("look for a link named RSS or Atom on the site"), url=without_secrets(url)
    )


def feed_title(body: bytes) -> str:
    """What a feed calls itself: its first title, which stands before its entries; empty where it has none."""
    head = body[:20_000].decode("utf-8", "replace")
    found = _FEED_TITLE.search(head)
    return plain(unescape(next((part for part in found.groups() if part), ""))) if found else ""


def usual_places(url: str) -> tuple[str, ...]:
    """Addresses at which the site of a page usually has its feed, the most usual first."""
    parts = urlsplit(url)
    return tuple(urljoin(f"{parts.scheme}://{parts.netloc}/", place) for place in _USUAL_PLACES)


# ------------------------------------------------------------------------------------------------ OPML


def read_opml(body: bytes) -> tuple[FoundFeed, ...]:
    """The feeds of an OPML file, however nested, in its order and each once; outlines without a feed's address are passed over.

    An address loses the password that stands in it. Files of old programs with bare `&` or a wrong charset are read all the same.
    Raises GatherError for what is not OPML.
    """
    outlines = list(_outlines(body))
    found: dict[str, FoundFeed] = {}
    for outline in outlines:
        values = {name.lower(): value for name, value in outline.items()}
        url = (
            values.get("xmlurl") or (values.get("url") if values.get("type", "").lower() in ("rss", "atom") else "") or ""
        ).strip()
        url = re.sub(r"^feed:(?://)?(?=https?:)", "", url)
        url = re.sub(r"^feed://", "http://", url)
        if is_web(url):
            url = _without_password(re.sub(r"\s+", "%20", url))
            found.setdefault(url, FoundFeed(url, one_line(values.get("title") or values.get("text") or "")))
    return tuple(found.values())


def _without_password(url: str) -> str:
    """An address without the user and password that some programs write in it; sources.yaml holds neither."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def write_opml(feeds: Iterable[FoundFeed], *, title: str) -> str:
    """An OPML 2.0 file that other feed readers import."""
    lines = [
        f"    <outline type={quoteattr('rss')} text={quoteattr(feed.title or feed.url)} xmlUrl={quoteattr(feed.url)}/>\n"
        for feed in feeds
    ]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n'
        f"  <head>\n    <title>{escape(title)}</title>\n  </head>\n  <body>\n{''.join(lines)}  </body>\n</opml>\n"
    )


def _outlines(body: bytes) -> Iterator[dict[str, str]]:
    if re.search(rb"<!ENTITY", body, re.IGNORECASE):  # nobody needs one in OPML, and entities can be made to explode
        raise GatherError(N_("this is no OPML file that can be read"))
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - without entities there is nothing to expand
    except (ElementTree.ParseError, LookupError, ValueError):
        yield from _outlines_of_broken(body)
        return
    if root.tag.lower().rpartition("}")[2] != "opml":
        raise GatherError(N_("this is no OPML file that can be read"))
    for element in root.iter():
        if element.tag.lower().rpartition("}")[2] == "outline":
            yield dict(element.attrib)


def _outlines_of_broken(body: bytes) -> Sequence[dict[str, str]]:
    text = body.decode("utf-8", "replace")
    if "<opml" not in text[:5000].lower():
        raise GatherError(N_("this is no OPML file that can be read"))
    tags = re.findall(r"<outline\b([^<>]*)>", text, re.IGNORECASE)
    return [{name: unescape(double or single) for name, double, single in _ATTRIBUTE.findall(tag)} for tag in tags]


_ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
