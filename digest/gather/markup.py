"""HTML and Markdown as plain words: the canonical text of an article, and the links it makes.

What comes out is in the form that `blocks.py` tells. Nothing else of the markup survives, so nothing of it can harm: scripts,
styles and forms are dropped with what they hold, and whoever prints a text escapes it. The home of lxml and markdown-it here.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Literal, TypeAlias
from urllib.parse import urljoin

import lxml.html
from lxml import etree

from digest.gather.addresses import LONGEST_ADDRESS, is_web
from digest.gather.blocks import Block, Kind, as_item, one_line, write_text
from digest.gather.bullets import plain_bullets
from digest.gather.key_points import key_points_name
from digest.model import Link

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

Element: TypeAlias = lxml.html.HtmlElement

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
LONGEST_HEADING = 160
"""Characters; a longer one is a paragraph that someone set in large type, and would hide its words from the takeaways."""
_UNREAD = (
    "script", "style", "noscript", "template", "svg", "math", "iframe", "object", "embed", "canvas", "audio", "video", "head",
    "title", "form", "button", "select", "textarea", "input", "figcaption", "dialog", "rt",
)  # fmt: skip
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt", "fieldset",
    "figure", "footer", "header", "hgroup", "hr", "html", "legend", "main", "nav", "p", "pre", "section", "summary", "table",
    "tbody", "tfoot", "thead", "tr",
})  # fmt: skip
_LISTS = frozenset({"ul", "ol", "menu", "dir"})
_STRUCTURE = _BLOCKS | _LISTS | {*HEADINGS, "br", "li", "q", "td", "th"}
"""Elements that part words or mark them; all others only dress them."""
_BREAK = "\v"  # a line break that was asked for (<br>, a line of <pre>), told from the spaces of the source
_BREAKS = re.compile(rf"{_BREAK}\s*{_BREAK}")
_BLANKS = re.compile(r"[ \t\r\n\f]{2,}|[\t\r\n\f]")


def html_to_text(html: str, base_url: str | None = None) -> tuple[str, tuple[Link, ...]]:
    """The canonical text of a fragment or a page of HTML, and its links to the web, each address once.

    `base_url` completes relative addresses; without it they are left out.
    """
    root = etree.fromstring(_bytes(html), _PARSER)  # its elements take a third less time than those of lxml.html
    if root is None:
        return "", ()
    return element_text(root), element_links(root, base_url)


_PARSER = etree.HTMLParser(encoding="utf-8", huge_tree=True)


def _bytes(html: str) -> bytes:
    # lxml refuses text that declares an encoding ("<?xml version=… encoding=…?>").
    return html.replace("\x00", "").encode("utf-8", "replace")


def plain(html_fragment: str) -> str:
    """One line of plain words from a fragment of HTML such as a title."""
    if "<" not in html_fragment and "&" not in html_fragment:
        return one_line(html_fragment)
    root = parsed(html_fragment)
    if root is None:
        return ""
    drop_unread(root)
    for line_break in root.iter("br", "p", "div"):
        line_break.tail = " " + (line_break.tail or "")
    return one_line(str(root.text_content()))


def markdown_to_html(md: str) -> str:
    """CommonMark with tables as HTML; HTML inside it passes through."""
    return str(_commonmark().render(md))


@cache
def _commonmark() -> MarkdownIt:
    from markdown_it import MarkdownIt  # the processes that read feeds start in a third less time without it

    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def parsed(html: str) -> Element | None:
    """The tree of a page or fragment, however broken; None where there is nothing in it."""
    try:
        return lxml.html.document_fromstring(_bytes(html), parser=lxml.html.HTMLParser(encoding="utf-8", huge_tree=True))
    except etree.ParserError:
        return None


def drop_unread(root: etree._Element) -> None:
    """Takes out of a tree, in place, what nobody reads as text: comments, scripts, forms, captions, marks of footnotes."""
    etree.strip_elements(root, etree.Comment, etree.ProcessingInstruction, *_UNREAD, with_tail=False)
    marks = [mark for mark in root.iter("sup") if _is_footnote(mark)]
    for mark in marks:
        mark.tag = "template"
    if marks:
        etree.strip_elements(root, "template", with_tail=False)


def _is_footnote(mark: etree._Element) -> bool:
    links = mark.findall(".//a")
    return bool(links) and all(link.get("href", "").startswith("#") for link in links)


def element_links(root: etree._Element, base_url: str | None) -> tuple[Link, ...]:
    """The links to the web under an element that `element_text` has read: in their order, each address once, with their words."""
    links: dict[str, Link] = {}
    for anchor in root.iter("a"):
        url = absolute(anchor.get("href", ""), base_url)
        if url and url not in links:
            words = one_line("".join(map(str, anchor.itertext())) if len(anchor) else anchor.text or "")
            if words:
                links[url] = Link(text=words, url=url)
    return tuple(links.values())


_COMPLETE = re.compile(r"https?://[a-zA-Z0-9][a-zA-Z0-9.-]*/[A-Za-z0-9_~.,;:!$&'()*+=@%/?-]*[A-Za-z0-9_/]")


def absolute(href: str, base_url: str | None) -> str | None:
    """A complete http or https address; None for any other, or for a place in the same page."""
    href = href.strip()
    if not href or href.startswith("#"):
        return None
    if len(href) <= LONGEST_ADDRESS and _COMPLETE.fullmatch(href):  # nearly all are, and joining takes ten times as long
        return href
    try:
        url = urljoin(base_url or "", href)
    except ValueError:
        return None
    return url if is_web(url) else None


def element_text(root: etree._Element) -> str:
    """The canonical text under an element, which loses in place what is not read."""
    drop_unread(root)
    writer = _BlockWriter()
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag
        if event == "start":
            if tag in _STRUCTURE:
                writer.open(element, tag)
            if words := element.text:
                writer.say(words.replace("\n", _BREAK) if tag == "pre" else words)
        else:
            if tag in _STRUCTURE:
                writer.close(tag)
            if element is not root and (words := element.tail):
                in_pre = "\n" in words and element.getparent().tag == "pre"
                writer.say(words.replace("\n", _BREAK) if in_pre else words)
    writer.flush()
    return write_text(_settled(writer.blocks))


class _BlockWriter:
    """Gathers words until a block ends, and knows what the block is."""

    def __init__(self) -> None:
        self.blocks: list[tuple[Kind | Literal["bold"], str]] = []
        self._words: list[str] = []
        self.say = self._words.append
        self._items = 0  # <li> that are open
        self._inside: Literal["heading", "bold"] | None = None

    def open(self, element: etree._Element, tag: str) -> None:
        if tag in _BLOCKS:
            self._end_block(tag)
            if self._inside is None and not self._items and _all_bold(element):
                self._inside = "bold"
        elif tag == "br":
            self._words.append(_BREAK)
        elif tag in HEADINGS:
            self.flush()
            self._inside = "heading"
        elif tag == "li" or tag in _LISTS:
            self.flush()
            self._items += tag == "li"
        elif tag == "q":
            self._words.append('"')

    def close(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._end_block(tag)
            if self._inside == "bold":
                self._inside = None
        elif tag in HEADINGS:
            self.flush()
            self._inside = None
        elif tag == "li" or tag in _LISTS:
            self.flush()
            self._items -= tag == "li"
        elif tag in ("td", "th"):
            self._words.append(" | ")
        elif tag == "q":
            self._words.append('"')

    def _end_block(self, tag: object) -> None:
        if self._inside == "heading" or (self._items and tag in ("p", "div")):
            self._words.append(_BREAK)  # paragraphs of one item or one heading stay together
        else:
            self.flush()

    def flush(self) -> None:
        words = "".join(self._words)
        self._words.clear()
        if not words or words.isspace():
            return
        kind = self._inside or ("item" if self._items else "paragraph")
        if kind != "paragraph" or _BREAK not in words:
            self._add(kind, words)
            return
        for paragraph in _BREAKS.split(_BLANKS.sub(" ", words)):
            self._add_lines(paragraph.split(_BREAK))

    def _add_lines(self, lines: list[str]) -> None:
        if len(lines) == 1:
            self._add("paragraph", lines[0])
            return
        lines = plain_bullets(lines)
        items = [as_item(line) for line in lines]
        if sum(item is not None for item in items) < 2:
            self._add("paragraph", " ".join(lines))
            return
        for line, item, below in zip(lines, items, (*items[1:], None), strict=True):
            if item is None and below is not None and (name := key_points_name(line)):
                self._add("heading", name)
            else:
                self._add("paragraph" if item is None else "item", item or line)

    def _add(self, kind: Kind | Literal["bold"], words: str) -> None:
        line = one_line(words).strip("| ")
        if line:
            self.blocks.append((kind, line))


def _all_bold(element: etree._Element) -> bool:
    """Whether an element holds nothing but one bold run: how many editors of sites write a heading."""
    if element.text and not element.text.isspace():  # so begin nearly all paragraphs, and what follows takes ten times as long
        return False
    children = [child for child in element if child.tag != "br"]
    if len(children) != 1 or children[0].tag not in ("strong", "b"):
        return False
    return not any((child.tail or "").strip() for child in element)


def _settled(blocks: list[tuple[Kind | Literal["bold"], str]]) -> list[Block]:
    settled: list[Block] = []
    for i, (kind, words) in enumerate(blocks):
        if kind == "heading":
            settled.append(("heading" if len(words) <= LONGEST_HEADING else "paragraph", words))
        elif kind == "bold":
            leads = i + 1 < len(blocks) and blocks[i + 1][0] in ("paragraph", "item")
            heads = leads and _reads_as_heading(words)
            settled.append(("heading", words.rstrip(" :\u00a0\u202f")) if heads else ("paragraph", words))
        else:
            settled.append((kind, words))
    return settled


def _reads_as_heading(words: str) -> bool:
    return len(words) <= 90 and len(words.split()) <= 14 and words[-1] not in ".!…;,"
