"""Bytes of a file as text."""

from __future__ import annotations

import codecs
import re

from digest.errors import N_, GatherError

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
