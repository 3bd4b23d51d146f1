"""A saved web page read by simple rules: its main part, and what its head says of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from digest.gather.blocks import one_line, read_text, write_text
from digest.gather.furniture import without_title
from digest.gather.markup import Element, absolute, drop_unread, element_links, element_text, parsed
from digest.gather.named_pictures import picture
from digest.language.words import fold
from digest.model import Link


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the web: what it says, and what it says of itself (None or empty where it does not)."""

    title: str
    text: str
    """Canonical form, without the title."""
    links: tuple[Link, ...]
    lang: str | None
    """Two letters."""
    url: str | None
    """The address that it calls its own."""
    published: str | None
    """As written."""
    author: str | None
    summary: str
    picture: Link | None = None
    """Its address is absolute."""


def read_html(html: str, base_url: str | None = None) -> Page:
    """The article of a page: its <article> or <main>, else its body without what surrounds an article."""
    root = parsed(html)
    if root is None:
        return Page("", "", (), None, None, None, None, "")
    meta, linked = page_meta(root), _linked_data(root)
    url = absolute(_canonical(root) or meta.get("og:url", ""), base_url)
    main = _main(root)
    title = _title(root, main, meta, linked)
    published = _published(main, meta, linked)
    lang, author = _lang(root, meta), _author(meta, linked)
    drop_unread(main)
    _drop_surroundings(main)
    text = write_text(without_title(read_text(element_text(main)), title))
    summary = one_line(meta.get("description") or meta.get("og:description") or "")
    shown = page_picture(meta, url or base_url)
    return Page(title, text, element_links(main, base_url or url), lang, url, published, author, summary, shown)


def page_picture(meta: Mapping[str, str], url: str | None) -> Link | None:
    """The picture that a page gives to those who link to it, with its alternative text; None where it gives none."""
    for name in ("og:image", "twitter:image"):
        if address := absolute(meta.get(name, ""), url):
            return picture(address, meta.get(f"{name}:alt", ""))
    return None


def page_meta(root: Element) -> dict[str, str]:
    """The page's <meta> values by name, in small letters; the first of each."""
    values: dict[str, str] = {}
    for element in root.iter("meta"):
        name = element.get("name") or element.get("property") or element.get("itemprop") or element.get("http-equiv")
        content = one_line(element.get("content") or "")
        if name and content:
            values.setdefault(name.strip().lower(), content)
    return values


def _linked_data(root: Element) -> dict[str, Any]:
    """What schema.org calls the article of the page, as JSON-LD gives it; empty where it gives nothing sound."""
    for script in root.iter("script"):
        if script.get("type", "").strip().lower() != "application/ld+json":
            continue
        try:
            data = json.loads(script.text or "")
        except (ValueError, RecursionError):
            continue
        for item in _items(data):
            if re.search(r"Article|BlogPosting|Report", str(item.get("@type"))):
                return item
    return {}


def _items(data: object) -> list[dict[str, Any]]:
    if isinstance(data, dict):
        graph = data.get("@graph")
        return [data, *(item for item in graph if isinstance(item, dict))] if isinstance(graph, list) else [data]
    return [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []


def _canonical(root: Element) -> str:
    return next(
        (str(link.get("href") or "") for link in root.iter("link") if "canonical" in link.get("rel", "").lower().split()), ""
    )


def _main(root: Element) -> Element:
    """The longest <article> when it is most of the page's articles, else <main>, else the body."""
    lengths = {article: _length(article) for article in root.iter("article")}
    if lengths:
        longest = max(lengths, key=lengths.__getitem__)
        if lengths[longest] >= 0.5 * sum(lengths.values()) and lengths[longest] > 0:
            return longest
    for candidate in root.xpath("//main | //*[@role='main']"):
        if _length(candidate) > 0:
            return candidate
    body = root.find(".//body")
    return body if body is not None else root


def _length(element: Element) -> int:
    return len(one_line(str(element.text_content())))


_SURROUNDINGS = ("nav", "footer")
_CLASS = re.compile(
    r"(?:^|[\s_-])(?:share|sharing|partage|social|breadcrumbs?|fil-ariane|related|similaires|cookies?|newsletter|comments?|commentaires"
    r"|sidebar|pagination|post-navigation|skip-link|author-box|tags)(?:$|[\s_-])",
    re.IGNORECASE,
)


def _drop_surroundings(main: Element) -> None:
    """Takes out, in place, what surrounds an article; a box that holds more words than links stays, for it may be "À retenir"."""
    whole = _length(main)
    for element in list(main.iterdescendants()):
        if not isinstance(element.tag, str) or element.getparent() is None:
            continue
        if _surrounds(element, main, whole):
            element.drop_tree()


def _surrounds(element: Element, main: Element, whole: int) -> bool:
    tag = element.tag
    if tag in _SURROUNDINGS or element.get("aria-hidden") == "true" or element.get("hidden") is not None:
        return True
    if element.get("role") in ("navigation", "complementary", "contentinfo", "banner", "search"):
        return True
    if tag == "header":
        return main.tag not in ("article", "main")
    if tag == "aside":
        return _links_share(element) > (0.1 if main.tag == "body" else 0.3)
    named = f"{element.get('class', '')} {element.get('id', '')}"
    return bool(_CLASS.search(named)) and _length(element) < 0.3 * whole


def _links_share(element: Element) -> float:
    return sum(_length(link) for link in element.iter("a")) / max(1, _length(element))


def _title(root: Element, main: Element, meta: dict[str, str], linked: dict[str, Any]) -> str:
    inside = _first_words(main, "h1")
    told = meta.get("og:title") or meta.get("twitter:title") or str(linked.get("headline") or "") or _first_words(root, "title")
    told = _without_site(one_line(told), meta.get("og:site_name", ""))
    return inside or told or _first_words(root, "h1") or _first_words(main, "h2")


def _first_words(element: Element, tag: str) -> str:
    words = (one_line(str(found.text_content())) for found in element.iter(tag))
    return next((word for word in words if word), "")


def _without_site(title: str, site: str) -> str:
    """A <title> without the site's name after its last bar or dash."""
    found = re.fullmatch(r"(.{8,})\s+([|–—·•-])\s+(.{2,60})", title)
    if found and (found[2] == "|" or (site and fold(found[3]) == fold(site))):
        return found[1].strip()
    return title


_DATES = (
    "article:published_time", "datepublished", "date", "pubdate", "publishdate", "dc.date", "dc.date.issued", "dcterms.created",
    "dcterms.date", "citation_publication_date", "parsely-pub-date", "sailthru.date",
)  # fmt: skip


def _published(main: Element, meta: dict[str, str], linked: dict[str, Any]) -> str | None:
    told = next((meta[name] for name in _DATES if name in meta), None) or linked.get("datePublished")
    if isinstance(told, str) and told:
        return told
    times = [time for time in main.iter("time") if time.get("datetime")]
    marked = [time for time in times if time.get("pubdate") is not None or time.get("itemprop") == "datePublished"]
    if not marked and not any(parent.tag == "header" for time in times for parent in time.iterancestors()):
        return None  # a time in the prose is the time of something else
    return str((marked or times)[0].get("datetime"))


def _lang(root: Element, meta: dict[str, str]) -> str | None:
    html = root if root.tag == "html" else None
    told = (
        (html.get("lang") or html.get("xml:lang") if html is not None else None)
        or meta.get("og:locale")
        or meta.get("content-language")
    )
    found = re.match(r"\s*([a-zA-Z]{2})(?![a-zA-Z])", told or "")
    return found[1].lower() if found else None


def _author(meta: dict[str, str], linked: dict[str, Any]) -> str | None:
    told = meta.get("author") or meta.get("article:author") or meta.get("dc.creator")
    if not told:
        names = linked.get("author")
        people = names if isinstance(names, list) else [names]
        told = ", ".join(name for p in people if (name := p.get("name") if isinstance(p, dict) else p) and isinstance(name, str))
    told = one_line(told or "")
    return told if told and not re.match(r"https?://", told) else None
