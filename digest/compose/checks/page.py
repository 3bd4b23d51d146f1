"""The HTML of an email as the checks look at it: what is written, in which colours, and what it would load. A home of lxml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from lxml import etree

_LOADING: Final = ("src", "srcset", "background", "poster", "data")
"""Attributes whose address is asked for when a message is opened."""
_ADDRESS: Final = re.compile(r"(?:https?:)?//[^\s\"'()<>,]+", re.IGNORECASE)
_IN_STYLE: Final = re.compile(rf"(?:url\(|@import)\s*[\"']?\s*({_ADDRESS.pattern})", re.IGNORECASE)
_IN_COMMENT: Final = re.compile(rf"(?:{'|'.join(_LOADING)})\s*=\s*[\"']?({_ADDRESS.pattern})|{_IN_STYLE.pattern}", re.IGNORECASE)
_RUNNING: Final = ("script", "iframe", "object", "embed", "form", "video", "audio")
"""What a message may not hold: mail programs drop it, and filters count it against the message."""
_UNREAD: Final = ("head", "style", "script", "title")
_BOLD: Final = ("h1", "h2", "h3", "h4", "h5", "h6", "b", "strong", "th")
_NAMED: Final = {"white": "#ffffff", "black": "#000000"}


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: its level (1 to 6) and its words."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link: its words (those of a picture in it included) and its address."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Image:
    """A picture: its address, its alternative text (None where it has none) and whether it is a link."""

    src: str
    alt: str | None
    linked: bool


@dataclass(frozen=True, slots=True)
class Ink:
    """Words in their colours, as `#rrggbb`."""

    text: str = ""
    color: str = "#000000"
    ground: str = "#ffffff"
    pixels: float = 16
    bold: bool = False

    @property
    def is_large(self) -> bool:
        """Large in the sense of WCAG 2.2: 24 px, or 18.66 px in bold."""
        return self.pixels >= 24 or (self.bold and self.pixels >= 18.66)


@dataclass(frozen=True, slots=True)
class Page:
    """An email's HTML, read once."""

    language: str
    text: str
    """All its words, hidden ones too, with single spaces."""
    headings: tuple[Heading, ...]
    anchors: tuple[Anchor, ...]
    images: tuple[Image, ...]
    inks: tuple[Ink, ...]
    loads: tuple[str, ...]
    """Every address on another machine that opening it would ask for, in order, once."""
    runs: tuple[str, ...]
    """Names of the elements that a message may not hold."""


def read_page(html: str) -> Page:
    """What an email's HTML holds; the colours are those of its style attributes, in light mode."""
    root = etree.fromstring(html.encode(), etree.HTMLParser(encoding="utf-8"))
    elements = [element for element in root.iter() if isinstance(element.tag, str)]
    body = next((element for element in elements if element.tag == "body"), root)
    return Page(
        language=root.get("lang") or "",
        text=_text(body),
        headings=tuple(Heading(int(each.tag[1]), _text(each)) for each in elements if re.fullmatch("h[1-6]", each.tag)),
        anchors=tuple(Anchor(_text(each), each.get("href") or "") for each in elements if each.tag == "a" and each.get("href")),
        images=tuple(_image(each) for each in elements if each.tag == "img"),
        inks=tuple(_inks(body, Ink())),
        loads=tuple(dict.fromkeys(_loads(root))),
        runs=tuple(dict.fromkeys(each.tag for each in elements if each.tag in _RUNNING)),
    )


def _text(element: etree._Element) -> str:
    return " ".join("".join(_strings(element)).split())


def _strings(element: etree._Element) -> Iterator[str]:
    if element.tag == "img":
        yield element.get("alt") or ""
    if element.tag in _UNREAD or not isinstance(element.tag, str):
        return
    yield element.text or ""
    for child in element:
        yield from _strings(child)
        yield child.tail or ""


def _image(element: etree._Element) -> Image:
    linked = any(True for _ in element.iterancestors("a"))
    return Image(element.get("src") or "", element.get("alt"), linked)


def _inks(element: etree._Element, around: Ink) -> Iterator[Ink]:
    """Every run of words inside an element, in the colours it inherits and sets; nothing that is hidden."""
    if not isinstance(element.tag, str) or element.tag in _UNREAD:
        return
    style = _style(element.get("style") or "")
    if style.get("display") == "none":
        return
    ink = _dyed(element, style, around)
    for words in (element.text, *(child.tail for child in element)):
        if words and words.strip():
            yield replace(ink, text=" ".join(words.split()))
    for child in element:
        yield from _inks(child, ink)


def _dyed(element: etree._Element, style: dict[str, str], around: Ink) -> Ink:
    font = style.get("font", "")
    size = re.search(r"([\d.]+)px", style.get("font-size") or font)
    weight = style.get("font-weight") or font
    return Ink(
        color=_color(style.get("color", "")) or around.color,
        ground=_color(style.get("background-color") or style.get("background") or element.get("bgcolor") or "") or around.ground,
        pixels=float(size[1]) if size else around.pixels,
        bold=bool(re.search(r"\b(?:bold|[6-9]00)\b", weight)) or element.tag in _BOLD or (around.bold and "normal" not in weight),
    )


def _color(value: str) -> str | None:
    """The colour as `#rrggbb`; None where it is told otherwise than in hexadecimal."""
    found = re.match(r"#([0-9a-f]{6}|[0-9a-f]{3})\b", value.strip().lower())
    if found is None:
        return _NAMED.get(value.strip().lower())
    digits = found[1]
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


@lru_cache(maxsize=512)
def _style(text: str) -> dict[str, str]:
    pairs = (declaration.partition(":") for declaration in text.split(";"))
    return {name.strip().lower(): value.replace("!important", "").strip() for name, _, value in pairs if value}


def _loads(root: etree._Element) -> Iterator[str]:
    for element in root.iter():
        if not isinstance(element.tag, str):  # a comment, which Outlook may read
            yield from (one or other for one, other in _IN_COMMENT.findall(element.text or ""))
            continue
        for name in _LOADING:
            yield from _ADDRESS.findall(element.get(name) or "")
        if element.tag == "link" and re.search("stylesheet|icon|pre", element.get("rel") or ""):
            yield from _ADDRESS.findall(element.get("href") or "")
        yield from _IN_STYLE.findall(element.get("style") or "")
        if element.tag == "style":
            yield from _IN_STYLE.findall(element.text or "")
