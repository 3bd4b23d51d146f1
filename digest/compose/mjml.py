"""MJML text to the HTML of an email. The one home of mjml-python.

Loads nothing: no web font, no include. What each step works around was measured on mjml-python 1.4.2 (mrml 6.0.1). The HTML
inside mj-text never passes through it: mrml is given the frame, and the HTML is put back into what it made.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache

from lxml import etree
from mjml import mjml2html

from digest.compose.inlining import inlined
from digest.compose.mjml_rules import Mistake, check_tags
from digest.errors import N_

_TAG = re.compile(r"""<[a-zA-Z][\w:-]*+\s(?:[^'"<>]++|"[^"]*"|'[^']*')*+>""")
"""A tag that has attributes: nothing needs to be written otherwise in the others."""
_OPENING = re.compile(r"""<mj-text(?:\s(?:[^'">]++|"[^"]*"|'[^']*')*+)?(?<!/)>""")
_PLACE = re.compile(r'<i id="content-(\d+)"></i>')
_QUOTED = re.compile(r"""\s([\w:-]+)\s*=\s*("[^"]*"|'[^']*')""")
_XML_ENTITIES = {"amp", "lt", "gt", "quot", "apos"}


def to_html(source: str, css: str) -> str:
    """The HTML of an MJML document, the rules of `css` written into `style` attributes. Raises Mistake for wrong MJML."""
    numbered = _numeric_entities(source)
    root = _parsed(numbered)
    frame, contents = _apart(numbered)
    check_tags(root, plain_texts=not any("<mj-" in content for content in contents))
    made = _tidied(_rendered(mrml_safe(frame)))
    whole = inlined(_PLACE.sub(lambda place: contents[int(place[1])], made), css)
    return "\n".join(line for line in map(str.strip, whole.split("\n")) if line).replace(">\n<", "><") + "\n"


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
    tight = re.sub(r">[ \t]+(?=</?mj-)", ">", oneline)
    outside = re.split(r"(?s)(<mj-style\b.*?</mj-style>)", tight)
    for i in range(0, len(outside), 2):
        outside[i] = _TAG.sub(lambda tag: _safe_tag(tag[0]), outside[i]).replace("\\", "&#92;")
    return "".join(outside).encode("ascii", "xmlcharrefreplace").decode("ascii")


@lru_cache(maxsize=256)
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


def _apart(source: str) -> tuple[str, list[str]]:
    """The MJML with a mark in each mj-text, and as many lines, so that mistakes are told where they are; what was in each."""
    frame, contents, end = "", list[str](), 0
    for opening in _OPENING.finditer(source):
        frame += source[end : opening.end()] + f'<i id="content-{len(contents)}"></i>'
        end = source.index("</mj-text", opening.end())
        contents.append(source[opening.end() : end])
        frame += "\n" * contents[-1].count("\n")
    return frame + source[end:], contents


def _rendered(source: str) -> str:
    try:
        # HTML parsers keep a doctype as it is only when it is written in capitals
        return mjml2html(source, disable_comments=False, fonts={}, include_loader=None).replace("<!doctype", "<!DOCTYPE", 1)
    except ValueError as error:
        position = re.search(r"position (\d+):\d+", str(error))
        line = source.count("\n", 0, int(position[1])) + 1 if position else None
        raise Mistake(N_("{file}, line {line}: {cause}"), line=line, cause=error) from error


def _tidied(frame: str) -> str:
    """What MJML writes that HTML does not know, and what only weighs: spaces in styles, names for Outlook that no style has."""
    named = frozenset(re.findall(r"\.([\w-]+-outlook)\b(?!-)", frame))
    tight = re.sub(r"(?s)<style.*?</style>", lambda block: _tight(block[0]), frame)
    return _TAG.sub(lambda tag: _tidy_tag(tag[0], named), tight)


@lru_cache(maxsize=64)
def _tight(style: str) -> str:
    return re.sub(r"(?<=[{};:,])\s+|\s+(?=[{}])|;\s*(?=})", "", style)


@lru_cache(maxsize=256)
def _tidy_tag(tag: str, named: frozenset[str]) -> str:
    tag = re.sub(r' style="[^"]*"', lambda style: style[0].replace("; ", ";").replace(", ", ","), tag)
    tag = re.sub(r' class="([\w-]+-outlook)"', lambda found: found[0] if found[1] in named else "", tag)
    if tag.startswith("<td"):
        return re.sub(r' vertical-align="[^"]*"', "", tag)
    if tag.startswith("<table"):
        return re.sub(r' width="(\d+)px"', r' width="\1"', tag)
    if tag.startswith("<img"):
        sized = tag.replace(' height="auto"', "")
        return sized if " alt=" in sized else sized.replace("<img", '<img alt=""', 1)
    return tag
