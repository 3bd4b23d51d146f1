"""The XML of a feed read by feedparser: RSS 0.9x to 2.0, Atom and RDF. The one home of feedparser. Pure.

Both of its slow flags are off: its sanitiser and its resolver of relative addresses hold quadratic regular expressions, and
`markup.py` does that work. A sound feed goes straight from expat to feedparser's reader; any other takes feedparser's own way.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any
from xml.parsers import expat
from xml.sax.xmlreader import AttributesNSImpl

import feedparser
from feedparser.api import StrictFeedParser
from feedparser.mixin import _FeedParserMixin

_OF_INPUTS = ("title", "link", "description", "name")
_OF_PICTURES = ("title", "link", "description", "url", "href", "width", "height")
_NO_DATE = (0,) * 9
# feedparser asks every handler in turn, the last registered first, until one gives a date; `entries.py` reads dates itself.
feedparser.registerDateHandler(lambda _: _NO_DATE)

_MOST_BASES = 1000
"""Elements with a base of their own: feedparser joins each to that around it, and thousands inside each other fill the memory."""
_LONGEST_AUTHOR = 1000
"""Characters: a mail address is looked for in a name by a regular expression that takes the square of its length."""
_SPACED_NAMESPACE = re.compile(r"""\sxmlns(?::[^\s=<>]*)?\s*=\s*(?:"[^"<>]*?\s[^"<>]*"|'[^'<>]*?\s[^'<>]*')""")
"""A namespace whose address holds a space, at which feedparser would divide it."""
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")


def read_xml(text: str) -> Any:
    """What `feedparser.parse` gives for a feed, but for its dates as numbers."""
    if text.count("xml:base") > _MOST_BASES:
        text = text.replace("xml:base", "x-base")
    if "<!DOCTYPE" not in text:  # feedparser rewrites those: entities stand there
        reader = _Reader()
        try:
            return reader.read(text)
        except expat.ExpatError:  # it has another parser, for broken XML
            pass
    return _as_feedparser_does(text)


def _as_feedparser_does(text: str) -> Any:
    # BytesIO: feedparser would take text or bytes for an address or a file's path first. It is not told where the feed came
    # from: it would then join every element's base to it, which takes a fifth of its time; whoever reads the links joins them.
    readable = _SPACED_NAMESPACE.sub("", _REFERENCE.sub(_character_or_none, text))
    return feedparser.parse(
        io.BytesIO(readable.encode("utf-8", "replace")),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def _character_or_none(reference: re.Match[str]) -> str:
    """A reference as it is; left out where XML has no character of its number: feedparser gives up the whole feed there."""
    digits, base = (reference[1], 16) if reference[1] else (reference[2], 10)
    number = int(digits, base) if len(digits) < 10 else -1
    allowed = number in (9, 10, 13) or 0x20 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0x10000 <= number < 0x110000
    return reference[0] if allowed else ""


def _shorten_author(parser: Any, key: str = "author") -> None:
    """What feedparser does once it has read an author, with a name of a length that it can bear, in place."""
    context = parser._get_context()
    if len(context.get(key) or "") > _LONGEST_AUTHOR:
        context[key] = context[key][:_LONGEST_AUTHOR]
    _find_mail_address(parser, key)


def _join_bases(base: str, relative: str | None = None) -> Any:
    """What feedparser joins at each element: a base that is relative grows each time, when it is joined to itself."""
    return base if relative == base else _join(base, relative)


_join = feedparser.mixin.make_safe_absolute_uri
feedparser.mixin.make_safe_absolute_uri = _join_bases
_find_mail_address = _FeedParserMixin._sync_author_detail
_FeedParserMixin._sync_author_detail = _shorten_author  # both of its readers inherit it


class _Reader(StrictFeedParser):  # type: ignore[misc]  # feedparser has no types
    """feedparser's reader of sound XML, without `xml.sax` before it: elements cost a third less."""

    resolve_relative_uris = False
    sanitize_html = False

    def __init__(self) -> None:
        super().__init__("", None, "utf-8")
        self.contentparams: dict[str, Any] = {}
        self._tags: dict[str, str | None] = {}

    def read(self, text: str) -> Any:
        """The feed. Raises ExpatError where the XML is broken."""
        parser = expat.ParserCreate("utf-8", " ")
        parser.namespace_prefixes = True
        parser.buffer_text = True
        parser.StartNamespaceDeclHandler = self.startPrefixMapping
        parser.StartElementHandler = self._open
        parser.EndElementHandler = self._close
        parser.CharacterDataHandler = self.handle_data
        parser.Parse(text.encode("utf-8", "replace"), True)
        return feedparser.FeedParserDict(feed=self.feeddata, entries=self.entries, version=self.version)

    def push_content(self, *element: Any) -> None:
        super().push_content(*element)
        self.contentparams = _Parameters(self.contentparams)

    def unknown_starttag(self, tag: str, attributes: list[tuple[str, str]]) -> None:
        """What feedparser does, in a third of the time, where nothing is said of an element and no text is under way."""
        if attributes or self.incontent or self.baseuri:
            super().unknown_starttag(tag, attributes)
            return
        self.depth += 1
        self.basestack.append(self.baseuri)
        self.langstack.append(self.lang)
        prefix, _, name = tag.rpartition(":")
        prefix = self.namespacemap.get(prefix, prefix)
        if not prefix and name not in _OF_PICTURES:
            self.inimage = 0
        if not prefix and name not in _OF_INPUTS:
            self.intextinput = 0
        name = f"{prefix}_{name}" if prefix else name
        start = getattr(self, f"_start_{name}", None)
        if start is None:
            self.push(name, 1)
        else:
            start({})

    def resolve_uri(self, uri: str) -> Any:
        return super().resolve_uri(uri) if self.baseuri or ":///" in uri else uri

    @staticmethod
    def looks_like_html(text: str) -> Any:
        return ("<" in text or "&" in text) and StrictFeedParser.looks_like_html(text)

    def _open(self, name: str, attributes: Mapping[str, str]) -> None:
        tag = self._tag(name)
        if tag is None or self.decls or any(" " in attribute for attribute in attributes):
            self.startElementNS(_split(name)[0], None, _with_namespaces(attributes))
        else:
            self.unknown_starttag(tag, list({key.lower(): value for key, value in attributes.items()}.items()))

    def _close(self, name: str) -> None:
        tag = self._tag(name)
        if tag is None:
            self.endElementNS(_split(name)[0], None)
        else:
            self.unknown_endtag(tag)

    def _tag(self, name: str) -> str | None:
        """What feedparser calls an element of a namespace that it knows, whatever its prefix; None for others."""
        if name not in self._tags:
            (namespace, local), _ = _split(name)
            prefix = self._matchnamespaces.get((namespace or "").lower())
            self._tags[name] = None if prefix is None else f"{prefix}:{local}".lower().lstrip(":")
        return self._tags[name]


class _Parameters(dict[str, Any]):
    """What is said of a text. feedparser reads this six times an element, which its own dict does ten times as slowly."""

    def __deepcopy__(self, _: object) -> _Parameters:
        return _Parameters(self)  # nothing in it can change


def _split(name: str) -> tuple[tuple[str | None, str], str]:
    """The namespace and name of expat's "namespace name prefix", and the name as it was written."""
    namespace, _, rest = name.rpartition(" ") if name.count(" ") < 2 else name.partition(" ")
    local, _, prefix = rest.partition(" ")
    return (namespace or None, local), f"{prefix}:{local}" if prefix else local


def _with_namespaces(attributes: Mapping[str, str]) -> AttributesNSImpl:
    names = {name: _split(name) for name in attributes}
    return AttributesNSImpl({pair: attributes[name] for name, (pair, _) in names.items()}, dict(names.values()))
