"""The HTML of an email as the checks look at it: what is written, in which colours, and what it would load. A home of lxml."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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
_UNREAD: Final = ("head", "style", "script")
_HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
_BOLD: Final = (*_HEADINGS, "b", "strong", "th")
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
class Look:
    """How words look: their colour and what is behind it, as `#rrggbb`, and their size."""

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
    looks: Mapping[Look, str]
    """Every look that words have, with the first words that have it; hidden ones left out."""
    loads: tuple[str, ...]
    """Every address on another machine that opening it would ask for, in order, once."""
    runs: tuple[str, ...]
    """Names of the elements that a message may not hold."""


def read_page(html: str) -> Page:
    """What an email's HTML holds; the colours are those of its style attributes, in light mode."""
    root = etree.fromstring(html.encode(), etree.HTMLParser(encoding="utf-8"))
    images = tuple(_image(each) for each in root.iter("img"))
    loads = tuple(dict.fromkeys(_loads(root, html)))
    runs = tuple(dict.fromkeys(each.tag for each in root.iter(*_RUNNING)))
    etree.strip_tags(root, etree.Comment)
    etree.strip_elements(root, *_UNREAD, with_tail=False)
    return Page(
        language=root.get("lang") or "",
        text=_text(root),
        headings=tuple(Heading(int(each.tag[1]), _text(each)) for each in root.iter(*_HEADINGS)),
        anchors=tuple(Anchor(_text(each), each.get("href") or "") for each in root.iter("a") if each.get("href")),
        images=images,
        looks=_looks(root),
        loads=loads,
        runs=runs,
    )


def _text(element: etree._Element) -> str:
    """The words of an element, those that stand for a picture included."""
    pictures = [image.get("alt") or "" for image in element.iter("img")]
    return " ".join("".join((*map(str, element.itertext()), *pictures)).split())


def _image(element: etree._Element) -> Image:
    linked = any(True for _ in element.iterancestors("a"))
    return Image(element.get("src") or "", element.get("alt"), linked)


def _looks(root: etree._Element) -> dict[Look, str]:
    """Colours and sizes as they are set and inherited, from the top down."""
    found: dict[Look, str] = {}
    waiting = [(root, Look())]
    while waiting:
        element, around = waiting.pop()
        style = element.get("style") or ""
        if not isinstance(element.tag, str) or _style(style).get("display") == "none":
            continue
        look = _dyed(element.tag, style, element.get("bgcolor") or "", around)
        children = list(element)
        for words in (element.text, *(child.tail for child in children)):
            if words and not words.isspace():
                found.setdefault(look, " ".join(words.split()))
        waiting += [(child, look) for child in reversed(children)]
    return found


@lru_cache(maxsize=2048)
def _dyed(tag: str, styled: str, background: str, around: Look) -> Look:
    style = _style(styled)
    font = style.get("font", "")
    size = re.search(r"([\d.]+)px", style.get("font-size") or font)
    weight = style.get("font-weight") or font
    return Look(
        color=_color(style.get("color", "")) or around.color,
        ground=_color(style.get("background-color") or style.get("background") or background) or around.ground,
        pixels=float(size[1]) if size else around.pixels,
        bold=bool(re.search(r"\b(?:bold|[6-9]00)\b", weight)) or tag in _BOLD or (around.bold and "normal" not in weight),
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


def _loads(root: etree._Element, html: str) -> Iterator[str]:
    for value in _strings(root, " | ".join(f"//@{name}" for name in _LOADING)):
        yield from _ADDRESS.findall(value)
    for link in root.iter("link"):
        if re.search("stylesheet|icon|pre", link.get("rel") or ""):
            yield from _ADDRESS.findall(link.get("href") or "")
    if re.search(r"url\(|@import", html, re.IGNORECASE):
        for style in _strings(root, "//@style | //style/text()"):
            yield from _IN_STYLE.findall(style)
    for comment in root.iter(etree.Comment):  # which Outlook may read
        yield from (one or other for one, other in _IN_COMMENT.findall(comment.text or ""))


def _strings(root: etree._Element, path: str) -> list[str]:
    found = root.xpath(path)
    return [str(value) for value in found] if isinstance(found, list) else []
