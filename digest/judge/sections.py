"""The key points an author wrote as such, under a heading that says so: found, and given exactly as they stand.

A strong name counts on a heading, on an unmarked line, or at the start of a paragraph ("À retenir : …"). A weak one needs a
heading, or a list right under it, and points that speak of the article rather than of other news.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from digest.judge.section_names import Strength, strength
from digest.language.sentences import sentences
from digest.language.words import STOP_WORDS, fold, tokens
from digest.model import Article

Span = tuple[int, int]

_LONGEST_NAME = 100
"""Characters of a line that may name a section."""
_LONGEST_PROSE = 300
"""Words: under a heading, more prose than this is the article itself."""
_OWN_SHARE = 0.15
"""Share of the words of a weak section that the rest of the article must use too."""
_BLOCK = re.compile(
    r"^(## |- |[•●▪◦‣∙·*–—](?=\s)|\d{1,2}[.)](?=\s))?[^\S\n]*(?:\[[ xX]?\][^\S\n]*)?(\S.*?)[^\S\n]*$", re.MULTILINE
)
_NUMBER = re.compile(r"(?:^|(?<=\n)|(?<=[;.,:!?…]\s))\(?(\d{1,2})[.)]\s+(?=\S)")
_CELLS = re.compile(r"\s\|\s")
_LONGEST_COLUMN_NAME = 3
"""Words of the name of a column."""
_LEAD_IN = re.compile(r"^([^\n:]{3,60}?)\s?:\s+(?=\S)")


class _Block(NamedTuple):
    kind: Literal["heading", "item", "paragraph"]
    start: int
    end: int


def key_points(article: Article) -> tuple[Span, ...]:
    """Spans of the author's own key points in `article.text`, in order: the bullets of the section, or its sentences if it is
    prose; empty where the article has no such section."""
    text = article.text
    names = list(_names(text, article.title))
    if not names:
        return ()
    blocks = _blocks(text)
    for wanted in ("strong", "weak"):
        for start, found in names:
            if found == wanted:
                spans = _points(article, blocks, start, found)
                if spans and (found == "strong" or _speaks_of_article(article, spans)):
                    return spans
    return ()


def _names(text: str, title: str) -> list[tuple[int, Strength]]:
    """Where lines start that may name the section, and how surely they do."""
    found: list[tuple[int, Strength]] = []
    start = 0
    for line in text.split("\n"):
        length = len(line)
        if length > _LONGEST_NAME + 3 and ":" not in line[:67]:  # a paragraph, as most lines
            start += length + 1
            continue
        if line and line[:2] != "- ":
            name = line[3:] if line.startswith("## ") else line
            if len(name) > _LONGEST_NAME or name.endswith("."):
                lead_in = _LEAD_IN.match(name) if ":" in name[:64] else None
                name = lead_in[1] if lead_in else ""
            sure = strength(name, title) if name else None
            if sure:
                found.append((start, sure))
        start += length + 1
    return found


def _blocks(text: str) -> list[_Block]:
    kinds: dict[str, Literal["heading", "item", "paragraph"]] = {"": "paragraph", "## ": "heading"}
    return [_Block(kinds.get(block[1] or "", "item"), *block.span(2)) for block in _BLOCK.finditer(text)]


def _points(article: Article, blocks: list[_Block], start: int, found: Strength) -> tuple[Span, ...]:
    """What the section named by the line at `start` holds."""
    at = next(i for i, block in enumerate(blocks) if block.end > start)
    name = blocks[at]
    under = _until_heading(blocks[at + 1 :])
    first_item = next((i for i, block in enumerate(under) if block.kind == "item"), None)
    if first_item == 0 or (first_item == 1 and name.kind == "heading"):
        items = under[first_item:]
        length = next((i for i, block in enumerate(items) if block.kind != "item"), len(items))
        points = ((block.start, block.end) for block in items[:length])
        return tuple(part for point in points for part in _numbered(article.text, *point) or [point])
    if name.kind == "heading":
        return _prose(article, under)
    if found == "strong":
        lead_in = _LEAD_IN.match(article.text[name.start : name.end])
        if lead_in and name.end - name.start > lead_in.end():
            return _prose(article, [_Block("paragraph", name.start + lead_in.end(), name.end)])
        return _prose(article, under[:1])
    return ()


def _until_heading(blocks: list[_Block]) -> list[_Block]:
    length = next((i for i, block in enumerate(blocks) if block.kind == "heading"), len(blocks))
    return blocks[:length]


def _prose(article: Article, blocks: list[_Block]) -> tuple[Span, ...]:
    """The points of blocks that are no list: rows of a table, what numbers part, or sentences."""
    spans = tuple(span for block in _without_column_names(article.text, blocks) for span in _parts(article, block))
    words = sum(len(article.text[start:end].split()) for start, end in spans)
    return spans if words <= _LONGEST_PROSE else ()


def _parts(article: Article, block: _Block) -> list[Span]:
    if numbered := _numbered(article.text, block.start, block.end):
        return numbered
    return [
        (block.start + start, block.start + end) for start, end in sentences(article.text[block.start : block.end], article.lang)
    ]


def _numbered(text: str, start: int, end: int) -> list[Span]:
    """What stands between the numbers 1, 2, … of a list written in one line, without the signs that end it; empty without."""
    marks = list(_NUMBER.finditer(text, start, end))
    if not marks or [int(mark[1]) for mark in marks] != list(range(int(marks[0][1]), int(marks[0][1]) + len(marks))):
        return []
    starts = [mark.end() for mark in marks]
    ends = [mark.start() for mark in marks[1:]] + [end]
    if marks[0].start() > start:  # the first number was the mark of an item
        if int(marks[0][1]) != 2:
            return []
        starts, ends = [start, *starts], [marks[0].start(), *ends]
    if len(starts) < 2:
        return []
    return [(start, start + len(text[start:end].rstrip(" ;,"))) for start, end in zip(starts, ends, strict=True)]


def _without_column_names(text: str, blocks: list[_Block]) -> list[_Block]:
    """The blocks without the first row of a table that names its columns: a few words in each cell, and no number."""
    rows = [_CELLS.split(text[block.start : block.end]) for block in blocks[:2]]
    if len(rows) == 2 and 1 < len(rows[0]) == len(rows[1]):  # noqa: SIM102 - two questions
        if all(len(cell.split()) <= _LONGEST_COLUMN_NAME and not re.search(r"\d", cell) for cell in rows[0]):
            return blocks[1:]
    return blocks


def _speaks_of_article(article: Article, spans: tuple[Span, ...]) -> bool:
    """Whether the points share their words with the rest of the article, and are not a list of links to other pieces."""
    texts = [article.text[start:end] for start, end in spans]
    links = {link.text for link in article.links}
    if sum(text in links for text in texts) * 2 > len(texts):
        return False
    own = _stems(" ".join(texts), article.lang)
    if own & _stems(article.title, article.lang):
        return True
    rest = _stems(f"{article.text[: spans[0][0]]} {article.text[spans[-1][1] :]}", article.lang)
    return len(own & rest) >= _OWN_SHARE * len(own)


def _stems(text: str, lang: str) -> set[str]:
    stop = STOP_WORDS.get(lang, frozenset())
    return {fold(word)[:6] for word in tokens(text) if len(word) > 2 and word not in stop}
