"""MJML text to the HTML of an email. The one home of mjml-python and premailer.

Loads nothing: no web font, no include, no remote or local style sheet. What each step works around was measured on
mjml-python 1.4.2 (mrml 6.0.1) and premailer 3.10.0.
"""

from __future__ import annotations

import html
import logging
import re
import xml.dom
from functools import lru_cache
from typing import Any

from cssutils import CSSParser
from lxml import etree
from mjml import mjml2html
from premailer import Premailer

from digest.compose.mjml_rules import Mistake, check_tags
from digest.errors import N_

_TAG = re.compile(r"""<[a-zA-Z](?:[^'"<>]++|"[^"]*"|'[^']*')*+>""")
_QUOTED = re.compile(r"""\s([\w:-]+)\s*=\s*("[^"]*"|'[^']*')""")
_CLASS = re.compile(r' class="([^"]*)"')
_STYLE = re.compile(r' style="([^"]*)"')
_STYLE_BLOCK = re.compile(r"(?s)<style.*?</style>")
_XML_ENTITIES = {"amp", "lt", "gt", "quot", "apos"}


def to_html(source: str, css: str) -> str:
    """The HTML of an MJML document, the rules of `css` written into `style` attributes. Raises Mistake for wrong MJML."""
    numbered = _numeric_entities(source)
    check_tags(_parsed(numbered))
    return _tidied(_inlined(_rendered(mrml_safe(numbered)), css))


def check_style(css: str) -> None:
    """Raise the first Mistake of a style sheet: what CSS does not understand, and anything that would be loaded."""
    if found := re.search(r"@import|url\(", css):
        line = css.count("\n", 0, found.start()) + 1
        raise Mistake(N_("{file}, line {line}: an email may not load anything, got {got}"), line=line, got=found[0])
    try:
        _parsed_css(css, False)
    except xml.dom.DOMException as error:
        place = re.search(r"\[(\d+):\d+", str(error))
        raise Mistake(N_("{file}, line {line}: {cause}"), line=int(place[1]) if place else None, cause=error) from error


def mrml_safe(source: str) -> str:
    """The same MJML, written so that mrml prints it as it is.

    mrml prints attribute values (and the title, which becomes an aria-label) with Rust's Debug format: no-break spaces, combining
    accents, backslashes and newlines would come out as `\\u{a0}`, `\\\\` and `\\n`; numeric references pass through. It also
    miscounts widths after a `0` without unit, and stumbles over tags that only spaces set apart.
    """
    oneline = re.sub(
        r"(?s)(<mj-title>)(.*?)(</mj-title>)",
        lambda title: title[1] + re.sub(r"[ \t\r\n]+", " ", title[2]).strip(" ") + title[3],
        source,
    )
    tight = re.sub(r"(?<=>)[ \t]+(?=</?mj-)", "", oneline)
    outside = re.split(r"(?s)(<mj-style\b.*?</mj-style>)", tight)
    for i in range(0, len(outside), 2):
        outside[i] = _TAG.sub(lambda tag: _safe_tag(tag[0]), outside[i]).replace("\\", "&#92;")
    return "".join(outside).encode("ascii", "xmlcharrefreplace").decode("ascii")


@lru_cache(maxsize=1024)
def _safe_tag(tag: str) -> str:
    return _QUOTED.sub(_safe_attribute, tag)


def _safe_attribute(attribute: re.Match[str]) -> str:
    name, value = attribute[1], re.sub(r"\s*[\r\n]\s*", " ", attribute[2])
    if name == "padding" or name.endswith("-padding"):
        value = re.sub(r"(?<![\w.])0(?![\w.%])", "0px", value)
    return f" {name}={value}"


def _numeric_entities(source: str) -> str:
    """`&nbsp;` and the like as numbers: XML knows only five names."""

    def numeric(entity: re.Match[str]) -> str:
        found = html.unescape(entity[0])
        return entity[0] if entity[1] in _XML_ENTITIES or found == entity[0] else "".join(f"&#{ord(letter)};" for letter in found)

    return re.sub(r"&([a-zA-Z]\w*);", numeric, source)


def _parsed(source: str) -> etree._Element:
    """The document, for checks. libxml2 refuses what mrml would accept in silence: crossed tags, 257 levels (mrml crashes)."""
    try:
        return etree.fromstring(source.encode(), etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except etree.XMLSyntaxError as error:
        cause = re.sub(r", line \d+, column \d+.*", "", str(error.msg), flags=re.DOTALL)
        raise Mistake(N_("{file}, line {line}: {cause}"), line=error.lineno, cause=cause) from error


def _rendered(source: str) -> str:
    try:
        return mjml2html(source, disable_comments=False, fonts={}, include_loader=None)
    except ValueError as error:
        position = re.search(r"position (\d+):\d+", str(error))
        line = source.count("\n", 0, int(position[1])) + 1 if position else None
        raise Mistake(N_("{file}, line {line}: {cause}"), line=line, cause=error) from error


def _inlined(rendered: str, css: str) -> str:
    # premailer keeps a doctype only when it is written in capitals, and rewrites every style block that does not ask it not to
    marked = rendered.replace("<!doctype html>", "<!DOCTYPE html>", 1).replace("<style", '<style data-premailer="ignore"')
    inliner = _OfflinePremailer(
        marked,
        css_text=css,
        keep_style_tags=False,
        strip_important=False,
        remove_classes=False,
        align_floating_images=False,
        remove_unset_properties=False,
        disable_link_rewrites=True,
        disable_validation=True,
        allow_network=False,
        allow_loading_external_files=False,
        cssutils_logging_level=logging.CRITICAL + 1,
    )
    return str(inliner.transform(pretty_print=False))


class _OfflinePremailer(Premailer):  # type: ignore[misc]
    """premailer whose CSS parser refuses to fetch (`allow_network=False` does not reach cssutils) and that reads a sheet once."""

    def _parse_css_string(self, css_body: str, validate: bool = True) -> Any:
        return _parsed_css(css_body, validate)

    def _parse_style_rules(self, css_body: str, ruleset_index: int) -> Any:
        return _rules(css_body, ruleset_index)

    def _style_to_basic_html_attributes(self, *_: Any, **__: Any) -> None:
        """Width, align and the like stay as MJML wrote them."""


@lru_cache(maxsize=16)
def _parsed_css(css: str, validate: bool) -> Any:
    return CSSParser(fetcher=lambda _: None, raiseExceptions=True).parseString(css, validate=validate)


@lru_cache(maxsize=16)
def _rules(css: str, ruleset_index: int) -> Any:
    reader = _OfflinePremailer("<p>", strip_important=False, disable_validation=True)
    return Premailer._parse_style_rules(reader, css, ruleset_index)


def _tidied(inlined: str) -> str:
    """What MJML writes that HTML does not know, and what only weighs: indentation, classes that no style names."""
    styles = "".join(_STYLE_BLOCK.findall(inlined))
    named = frozenset(re.findall(r"\.([a-zA-Z][\w-]*)", styles))
    tidy = _TAG.sub(lambda tag: _tidy_tag(tag[0], named), _STYLE_BLOCK.sub(lambda block: _tight(block[0]), inlined))
    return re.sub(r"\s*\n\s*", "\n", tidy).strip() + "\n"


@lru_cache(maxsize=64)
def _tight(style: str) -> str:
    """CSS without the spaces that mean nothing."""
    return re.sub(r"(?<=[{};:,])\s+|\s+(?=[{}])|;\s*(?=})", "", style)


@lru_cache(maxsize=1024)
def _tidy_tag(tag: str, named: frozenset[str]) -> str:
    tag = _CLASS.sub(lambda found: _kept_classes(found[1].split(), named), tag)
    tag = _STYLE.sub(lambda found: found[0].replace("; ", ";").replace(", ", ","), tag)
    if tag.startswith("<style"):
        return tag.replace(' data-premailer="ignore"', "")
    if tag.startswith("<td"):
        return re.sub(r' vertical-align="[^"]*"', "", tag)
    if tag.startswith("<table"):
        return re.sub(r' width="(\d+)px"', r' width="\1"', tag)
    if tag.startswith("<img"):
        sized = tag.replace(' height="auto"', "")
        return sized if " alt=" in sized else sized.replace("<img", '<img alt=""', 1)
    return tag


def _kept_classes(classes: list[str], named: frozenset[str]) -> str:
    kept = [name for name in classes if name in named]
    return f' class="{" ".join(kept)}"' if kept else ""
