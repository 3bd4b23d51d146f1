"""An article's text for the page of an edition: its blocks, cut into sentences, those that are quoted marked. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from digest.language.sentences import sentences
from digest.model import Takeaway

Kind = Literal["heading", "item", "paragraph"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a block; marked where a takeaway quotes them."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an article, with its place in the text (characters)."""

    start: int
    end: int
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @property
    def quoted(self) -> bool:
        """Whether a takeaway quotes it, or a part of it, already."""
        return any(piece.marked for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Block:
    """A line of an article."""

    kind: Kind
    text: str
    """Of a heading; the others have sentences."""
    sentences: tuple[Sentence, ...] = ()


def blocks(text: str, lang: str, takeaways: Sequence[Takeaway]) -> tuple[Block, ...]:
    """The blocks of an article's text in their order; `takeaways` quote this text."""
    marks = sorted((one.start, one.end) for one in takeaways)
    spans = sentences(text, lang)
    found = []
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        if line.startswith("## "):
            found.append(Block("heading", line.removeprefix("## ")))
        elif line.strip():
            inside = [span for span in spans if start <= span[0] and span[1] <= end]
            kind: Kind = "item" if line.startswith("- ") else "paragraph"
            found.append(Block(kind, "", tuple(Sentence(*span, _pieces(text, *span, marks)) for span in inside)))
        start = end + 1
    return tuple(found)


def _pieces(text: str, start: int, end: int, marks: Sequence[tuple[int, int]]) -> tuple[Piece, ...]:
    pieces, at = [], start
    for first, last in marks:
        first, last = max(first, at), min(last, end)
        if first < last:
            pieces += [Piece(text[at:first], marked=False), Piece(text[first:last], marked=True)]
            at = last
    pieces.append(Piece(text[at:end], marked=False))
    return tuple(piece for piece in pieces if piece.text)
