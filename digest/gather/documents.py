"""Bytes of a file as text, and the front matter above it."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from digest.errors import N_, GatherError
from digest.gather.blocks import one_line
from digest.yaml_text import YamlError, read_yaml

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OTHER_KINDS = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"%PDF",
    b"PK\x03\x04",
    b"{\\rtf",
    b"\xd0\xcf\x11\xe0",
    b"RIFF",
    b"\x1f\x8b",
    b"<svg",
)
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffd]")


def decoded(name: str, body: bytes) -> str:
    """The text of a file: its byte order mark, what its HTML declares, UTF-8, else Windows-1252. Raises GatherError."""
    if not body.strip():
        raise GatherError(N_("{file}: is empty; write the article in it, or remove it"), file=name)
    not_text = GatherError(N_("{file}: is not text; save the article as .txt, .md or .html"), file=name)
    if body.startswith(_OTHER_KINDS):
        raise not_text
    text = _decode(body)
    if len(_CONTROLS.findall(text[:20_000])) > len(text[:20_000]) / 100:
        raise not_text
    if not text.strip("\ufeff\x00 \t\r\n"):
        raise GatherError(N_("{file}: is empty; write the article in it, or remove it"), file=name)
    return text


def _decode(body: bytes) -> str:
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body.decode(encoding, "replace").removeprefix("\ufeff")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        declared = re.search(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w-]{3,20})", body[:4000], re.IGNORECASE)
        return body.decode(_known(declared[1].decode("ascii")) if declared else "cp1252", "replace")


def _known(encoding: str) -> str:
    """An encoding that Python knows; as browsers do, Latin-1 and what is unknown are Windows-1252."""
    try:
        found = codecs.lookup(encoding).name
    except LookupError:
        return "cp1252"
    return "cp1252" if found in ("iso8859-1", "ascii", "utf-8") else found


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What a file says of itself above its text; empty or None where it says nothing. Other keys are ignored."""

    title: str = ""
    url: str | None = None
    date: str | None = None
    """As written."""
    author: str | None = None
    lang: str | None = None
    """Two letters."""
    source: str | None = None
    summary: str = ""


_FENCED = re.compile(r"\s*^---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_OPENED = re.compile(r"\s*---[ \t]*\r?\n[ \t]*[\w-]+[ \t]*:[ \t]")


def split_front_matter(name: str, text: str) -> tuple[FrontMatter, str]:
    """The front matter of a text (YAML between two lines of `---`) and what follows. Raises GatherError."""
    if not _OPENED.match(text):
        return FrontMatter(), text
    found = _FENCED.match(text)
    if found is None:
        raise GatherError(
            N_("{file}: line {line}: front matter that is never closed; end it with a line '---'"), file=name, line=1
        )
    above = text[: found.start(1)].count("\n")
    try:
        data = read_yaml(found[1])
    except YamlError as error:
        raise GatherError(
            N_("{file}: line {line}: front matter: {cause}"), file=name, line=error.line + above, cause=error.without_place()
        ) from error
    if not isinstance(data, dict):
        raise GatherError(N_("{file}: line {line}: front matter must hold lines such as 'title: …'"), file=name, line=above + 1)
    return _front_matter({str(key).lower(): value for key, value in data.items()}), text[found.end() :]


def _front_matter(data: dict[str, object]) -> FrontMatter:
    lang = re.match(r"([a-z]{2})(?![a-z])", _words(data.get("lang")).lower())
    return FrontMatter(
        title=_words(data.get("title")),
        url=_words(data.get("url")) or None,
        date=_words(data.get("date")) or None,
        author=_words(data.get("author")) or None,
        lang=lang[1] if lang else None,
        source=_words(data.get("source")) or None,
        summary=_words(data.get("summary")),
    )


def _words(value: object) -> str:
    """A value as one line of words; a list as its words between commas."""
    if isinstance(value, (list, tuple)):
        return ", ".join(word for word in map(_words, value) if word)
    return one_line(str(value)) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""
