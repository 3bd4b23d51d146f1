"""A style sheet written into the style attributes of an email. The one home of premailer and cssutils.

Reads the rules and merges them as premailer does; elements that fall under the same rules are merged once, which is most of an
edition. Loads nothing: `allow_network=False` does not reach cssutils, so its parser refuses to fetch.
"""

from __future__ import annotations

import logging
import re
import xml.dom
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import cssutils
from cssutils import CSSParser
from lxml import etree
from lxml.cssselect import CSSSelector
from premailer import Premailer
from premailer.merge_style import csstext_to_pairs, merge_styles

from digest.compose.mjml_rules import Mistake
from digest.errors import N_

cssutils.log.setLevel(logging.CRITICAL + 1)


def inlined(html: str, css: str) -> str:
    """The HTML, each rule of `css` written on the elements that it selects; these lose the classes that no style block names."""
    sheet = _read(css)
    html = html.replace("</head>", sheet.remainder + "</head>", 1)
    named = frozenset(re.findall(r"\.([a-zA-Z][\w-]*)", "".join(re.findall(r"(?s)<style.*?</style>", html))))
    page = etree.fromstring(html, etree.HTMLParser())
    rules: dict[Any, tuple[int, ...]] = {}
    for number, select in sheet.others:
        for element in cast(list[Any], select(page)):
            rules[element] = (*rules.get(element, ()), number)
    for element in page.iter(*sheet.tags):
        classes = element.get("class")
        if found := _plain_rules(css, element.tag, classes or ""):
            rules[element] = rules.get(element, ()) + found
        if classes is not None:
            _keep(element, _kept(classes, named))
    for element, numbers in rules.items():
        element.set("style", _merged(css, numbers, element.get("style", "")))
    return etree.tostring(page.getroottree(), method="html", encoding="utf-8").decode()


def check_style(css: str) -> None:
    """Raise the first Mistake of a style sheet: what CSS does not understand, and anything that would be loaded."""
    if found := re.search(r"@import|url\(", css):
        raise Mistake(N_("{file}, line {line}: an email may not load anything, got {got}"), line=_line(css, found), got=found[0])
    try:
        _sheet(css)
    except xml.dom.DOMException as error:
        place = re.search(r"\[(\d+):\d+", str(error))
        raise Mistake(N_("{file}, line {line}: {cause}"), line=int(place[1]) if place else None, cause=error) from error


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The rules of a style sheet, numbered: the most specific last."""

    pairs: tuple[list[tuple[str, str]], ...]
    plain: tuple[tuple[int, str, frozenset[str]], ...]
    """Rules for a tag ("" for any) and classes that the element has all of: found without a search through the page."""
    others: tuple[tuple[int, CSSSelector], ...]
    tags: frozenset[str]
    """Those of the plain rules, or `*`."""
    remainder: str
    """What cannot stand in a style attribute (`@media`, `:hover`), as a style block."""


@lru_cache(maxsize=16)
def _read(css: str) -> _Sheet:
    reader = _Reader("<p>", strip_important=False)
    found, remaining = reader._parse_style_rules(css, 0)
    rules = sorted(found, key=lambda rule: rule[0])
    plain = {
        number: (match[1].lower(), frozenset(filter(None, match[2].split("."))))
        for number, (_, selector, _) in enumerate(rules)
        if (match := re.fullmatch(r"([a-zA-Z]\w*|)((?:\.[\w-]+)*)", selector))
    }
    tags = frozenset(tag for tag, _ in plain.values())
    return _Sheet(
        pairs=tuple(csstext_to_pairs(style, validate=False) for _, _, style in rules),
        plain=tuple((number, *rule) for number, rule in plain.items()),
        others=tuple((n, CSSSelector(rule[1], translator="html")) for n, rule in enumerate(rules) if n not in plain),
        tags=tags if tags and "" not in tags else frozenset("*"),
        remainder=f'<style type="text/css">{reader._css_rules_to_string(remaining)}</style>' if remaining else "",
    )


@lru_cache(maxsize=1024)
def _plain_rules(css: str, tag: str, classes: str) -> tuple[int, ...]:
    its_own = set(classes.split())
    return tuple(number for number, name, wanted in _read(css).plain if name in ("", tag) and wanted <= its_own)


class _Reader(Premailer):  # type: ignore[misc]
    """premailer, reading with our parser."""

    def _parse_css_string(self, css_body: str, **_: bool) -> Any:
        return _sheet(css_body)


@lru_cache(maxsize=16)
def _sheet(css: str) -> Any:
    return CSSParser(fetcher=lambda _: None, raiseExceptions=True).parseString(css, validate=False)


def _keep(element: Any, classes: str) -> None:
    if classes:
        element.set("class", classes)
    else:
        del element.attrib["class"]


@lru_cache(maxsize=1024)
def _kept(classes: str, named: frozenset[str]) -> str:
    return " ".join(name for name in classes.split() if name in named)


@lru_cache(maxsize=4096)
def _merged(css: str, numbers: tuple[int, ...], own: str) -> str:
    """The style of an element under the rules of these numbers; what it has of its own prevails."""
    pairs = _read(css).pairs
    style = str(merge_styles(own, [pairs[number] for number in sorted(numbers)], [""] * len(numbers)))
    return style.replace("; ", ";").replace(", ", ",")


def _line(css: str, found: re.Match[str]) -> int:
    return css.count("\n", 0, found.start()) + 1
