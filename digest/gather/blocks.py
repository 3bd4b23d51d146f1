"""The canonical form of an article's text, and the words of one line.

Blocks separated by one blank line, every block on one line, headings as `## `, list items as `- ` (consecutive items on
consecutive lines). `write_text` makes it and `read_text` reads it back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal

Kind = Literal["heading", "paragraph", "item"]
Block = tuple[Kind, str]
"""One block of a text: what it is, and its words on one line."""


def write_text(blocks: Iterable[Block]) -> str:
    """The canonical text of some blocks; those without words are left out."""
    parts: list[str] = []
    previous = None
    for kind, words in blocks:
        if kind == "paragraph" and words.startswith("- "):
            kind, words = "item", words[2:].strip()
        words = re.sub(r"^(?:#+ +)+", "", words) if words.startswith("#") else words
        if not words:
            continue
        if parts:
            parts.append("\n" if kind == previous == "item" else "\n\n")
        parts.append({"heading": "## ", "item": "- ", "paragraph": ""}[kind] + words)
        previous = kind
    return "".join(parts)


def read_text(text: str) -> list[Block]:
    """The blocks of a canonical text: `read_text(write_text(blocks))` gives the same."""
    blocks: list[Block] = []
    for line in text.split("\n"):
        if line.startswith("## "):
            blocks.append(("heading", line[3:]))
        elif line.startswith("- "):
            blocks.append(("item", line[2:]))
        elif line:
            blocks.append(("paragraph", line))
    return blocks


_BULLET = re.compile(r"^\s*(?:[•●▪◦‣∙·*–—-]|\(?\d{1,2}[.)])[ \t\u00a0]+")


def as_item(line: str) -> str | None:
    """The words of a line that a bullet or a number makes a list item, without the mark; None for another line."""
    mark = _BULLET.match(line)
    return line[mark.end() :].strip() if mark else None


def one_line(text: str) -> str:
    """Words on one line: composed accents, single spaces (a lone no-break space is kept), nothing invisible."""
    text = unicodedata.normalize("NFC", text)
    if text.isprintable():  # then nothing is invisible, and every space is a plain one
        return (_SPACES.sub(" ", text) if "  " in text else text).strip()
    text = _INVISIBLE.sub("", text)
    return _SPACES.sub(" ", text).strip()


_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f\x80-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff"
    "\u202a-\u202e\u2066-\u2069]"  # these turn the way that text is read
)
_SPACES = re.compile(r"\s{2,}|[ \t\n\r\v\f\x1c-\x1f\x85\u2028\u2029]")
