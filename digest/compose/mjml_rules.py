"""What an MJML template may hold: mrml says nothing about a tag or an attribute that it does not know, so we do.

The list is the part of MJML (https://documentation.mjml.io) that mrml renders as node's MJML does and that holds in every client;
carousels, navbars, heroes, includes and web fonts are left out on purpose.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, Protocol

from digest.errors import N_

_PADDING = "padding padding-top padding-right padding-bottom padding-left"
_BORDER = "border border-top border-right border-bottom border-left border-radius"
_BACKGROUND = "background-color background-url background-repeat background-size background-position"
_FONT = "color font-family font-size font-style font-weight letter-spacing line-height text-decoration text-transform"
_COMMON = "css-class mj-class"
_IN_COLUMN = "mj-text mj-image mj-button mj-divider mj-spacer mj-table mj-social mj-raw"

ATTRIBUTES: Final[dict[str, frozenset[str]]] = {
    tag: frozenset(names.split())
    for tag, names in {
        "mjml": "lang dir owa",
        "mj-head": "",
        "mj-title": "",
        "mj-preview": "",
        "mj-attributes": "",
        "mj-breakpoint": "width",
        "mj-style": "",
        "mj-raw": "",
        "mj-body": f"background-color width {_COMMON}",
        "mj-wrapper": f"{_BACKGROUND} {_BORDER} {_PADDING} {_COMMON} full-width text-align",
        "mj-section": f"{_BACKGROUND} {_BORDER} {_PADDING} {_COMMON} full-width text-align direction",
        "mj-group": f"background-color direction vertical-align width {_COMMON}",
        "mj-column": f"background-color inner-background-color {_BORDER} {_PADDING} {_COMMON} vertical-align width",
        "mj-text": f"{_FONT} {_PADDING} {_COMMON} align container-background-color height",
        "mj-image": f"{_BORDER} {_PADDING} {_COMMON} align alt container-background-color fluid-on-mobile font-size height href"
        " max-height name rel src target title width",
        "mj-button": f"{_FONT} {_BORDER} {_PADDING} {_COMMON} align background-color container-background-color height href"
        " inner-padding name rel target text-align title vertical-align width",
        "mj-divider": f"{_PADDING} {_COMMON} align border-color border-style border-width container-background-color width",
        "mj-spacer": f"{_PADDING} {_COMMON} container-background-color height",
        "mj-table": f"color font-family font-size line-height {_PADDING} {_COMMON} align border cellpadding cellspacing"
        " container-background-color role table-layout width",
        "mj-social": f"{_FONT} {_PADDING} {_COMMON} align border-radius container-background-color icon-height icon-padding"
        " icon-size inner-padding mode table-layout text-padding",
        "mj-social-element": f"{_FONT} {_PADDING} {_COMMON} align alt background-color border-radius href icon-height"
        " icon-padding icon-size name rel src target text-padding title vertical-align",
    }.items()
}
"""Attributes of each tag."""

CHILDREN: Final[dict[str, frozenset[str]]] = {
    tag: frozenset(names.split())
    for tag, names in {
        "mjml": "mj-head mj-body",
        "mj-head": "mj-title mj-preview mj-attributes mj-breakpoint mj-style mj-raw",
        "mj-body": "mj-wrapper mj-section mj-raw",
        "mj-wrapper": "mj-section mj-raw",
        "mj-section": "mj-column mj-group mj-raw",
        "mj-group": "mj-column mj-raw",
        "mj-column": _IN_COLUMN,
        "mj-social": "mj-social-element mj-raw",
    }.items()
}
"""Tags that may stand in a tag; a tag that is not listed holds HTML or text."""

_COLOR = r"#(?:[0-9a-fA-F]{3}){1,2}|transparent|none|inherit|[a-z]{3,20}|rgba?\([\d\s,./%]+\)"
_SIZE = r"-?\d+(?:\.\d+)?(?:px|%|em)|0|auto|normal"
_VALUES: Final[tuple[tuple[re.Pattern[str], re.Pattern[str], str], ...]] = tuple(
    (re.compile(names), re.compile(values), example)
    for names, values, example in (
        (r"(?:.*-)?color", _COLOR, "#0b5d7a"),
        (r"(?:inner-|text-|icon-)?padding", rf"(?:{_SIZE})(?: (?:{_SIZE})){{0,3}}", "12px 24px"),
        (r"padding-\w+|width|height|max-height|font-size|icon-size|letter-spacing|border-width", _SIZE, "12px"),
        (r"line-height", rf"{_SIZE}|\d+(?:\.\d+)?", "1.5"),
        (r"align|text-align", "left|right|center|justify", "left"),
        (r"vertical-align", "top|middle|bottom", "top"),
        (r"direction|dir", "ltr|rtl", "ltr"),
    )
)
"""Names of attributes, the values they take, and one of them as an example."""


class Element(Protocol):
    """What is needed of an element of lxml."""

    tag: Any
    text: Any
    tail: Any
    sourceline: Any

    @property
    def attrib(self) -> Any: ...
    def __iter__(self) -> Iterator[Any]: ...
    def xpath(self, path: str, /) -> Any: ...


class Mistake(Exception):  # noqa: N818 - the renderer turns it into a TemplateError that names the template
    """What is wrong in MJML text: a message with `{file}` and `{line}` still to fill in, its values, and the line where known."""

    def __init__(self, message: str, *, line: int | None, **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.values: dict[str, Any] = values


def check_tags(root: Element, *, plain_texts: bool = False) -> None:
    """Raise the first Mistake of an MJML document: a tag, an attribute, a place or a value that MJML does not have.

    `plain_texts` says that no mj-text holds anything like an MJML tag, so that none has to be looked for there.
    """
    if root.tag != "mjml":
        raise _misplaced(str(root.tag), "", root.sourceline, {"mjml"})
    _check_element(root, plain_texts)


def _check_element(element: Element, plain_texts: bool) -> None:
    tag = str(element.tag)
    if tag == "mj-attributes":
        _check_defaults(element)
        return
    _check_attributes(element, tag, ATTRIBUTES[tag])
    allowed = CHILDREN.get(tag)
    if allowed is None:
        if tag != "mj-text" or not plain_texts:
            _check_html(element, tag)
        return
    for child in _elements(element):
        if child.tag not in allowed:
            raise _misplaced(str(child.tag), tag, child.sourceline, allowed)
        _check_element(child, plain_texts)
    _check_text(element, tag)


def _check_defaults(element: Element) -> None:
    """`mj-attributes` holds one empty tag for each component, `mj-all`, and classes that may set anything."""
    anything = frozenset[str]().union(*ATTRIBUTES.values())
    for child in _elements(element):
        tag = str(child.tag)
        if tag in ("mj-all", "mj-class"):
            _check_attributes(child, tag, anything | {"name"})
        elif tag in ATTRIBUTES:
            _check_attributes(child, tag, ATTRIBUTES[tag])
        else:
            raise _misplaced(tag, "mj-attributes", child.sourceline, {*ATTRIBUTES, "mj-all", "mj-class"})


def _check_attributes(element: Element, tag: str, allowed: Iterable[str]) -> None:
    for name, value in element.attrib.items():
        if name not in allowed:
            raise Mistake(
                N_("{file}, line {line}: <{tag}> has no attribute '{name}'; it may have {known}"),
                line=element.sourceline, tag=tag, name=name, known=_closest(str(name), allowed),
            )  # fmt: skip
        for names, values, example in _VALUES:
            if names.fullmatch(str(name)) and not values.fullmatch(str(value).strip()):
                raise Mistake(
                    N_("{file}, line {line}: {name} of <{tag}> cannot be '{value}'; write for example '{example}'"),
                    line=element.sourceline, tag=tag, name=name, value=value, example=example,
                )  # fmt: skip


def _check_html(element: Element, tag: str) -> None:
    for inside in element.xpath("descendant::*[starts-with(name(), 'mj-')]"):
        raise Mistake(N_("{file}, line {line}: <{tag}> cannot stand inside <{parent}>, which holds HTML"),
                      line=inside.sourceline, tag=inside.tag, parent=tag)  # fmt: skip


def _check_text(element: Element, tag: str) -> None:
    loose = [element.text, *(child.tail for child in element)]
    stray = next((text.strip() for text in loose if text and text.strip()), None)
    if stray:
        raise Mistake(N_("{file}, line {line}: the text '{text}' stands in <{tag}>; text goes into <mj-text>"),
                      line=element.sourceline, tag=tag, text=stray[:40])  # fmt: skip


def _misplaced(tag: str, parent: str, line: int | None, allowed: Iterable[str]) -> Mistake:
    if tag in ATTRIBUTES and parent:
        return Mistake(N_("{file}, line {line}: <{tag}> cannot stand in <{parent}>, which may hold {known}"),
                       line=line, tag=tag, parent=parent, known=", ".join(sorted(allowed)))  # fmt: skip
    return Mistake(N_("{file}, line {line}: there is no tag <{tag}> here; you may write {known}"),
                   line=line, tag=tag, known=_closest(tag, allowed))  # fmt: skip


def _closest(name: str, known: Iterable[str]) -> str:
    """The names that a misspelt one most looks like, else all of them."""
    return ", ".join(difflib.get_close_matches(name, known, n=2) or sorted(known))


def _elements(parent: Element) -> list[Element]:
    return [child for child in parent if isinstance(child.tag, str)]
