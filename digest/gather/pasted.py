"""Plain text as people paste it from a site, made into blocks: headings without marks, any bullets, lines cut at 72 columns.

Precision first: a wrong heading hides a text from the takeaways, so a line that may be either stays a paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from digest.gather.blocks import Block, Kind, as_item, one_line
from digest.gather.bullets import plain_bullets
from digest.gather.furniture import is_furniture, says_the_title
from digest.gather.key_points import key_points_name

_RULE = re.compile(r"\s*([=\-_*~–—#])(?:\s*\1){2,}\s*")
_UNDERLINE = re.compile(r"\s*(?:={3,}|-{3,}|~{3,})\s*")
_MARKED = re.compile(r"\s{0,3}#{1,6}\s+(.+?)\s*#*\s*")
_NUMBERED = re.compile(r"\s*\(?\d{1,2}[.)]\s")
_WIDEST_WRAP = 100
"""Characters; lines cut by an editor are not longer, paragraphs that stand on one line are."""
HANGING = frozenset(
    [
        "le",
        "la",
        "les",
        "l",
        "un",
        "une",
        "des",
        "de",
        "du",
        "d",
        "et",
        "ou",
        "à",
        "au",
        "aux",
        "en",
        "par",
        "pour",
        "sur",
        "avec",
        "the",
        "a",
        "an",
        "of",
        "and",
        "or",
        "to",
        "in",
        "for",
        "with",
        "by",
    ]
)
_SECTION = re.compile(
    r"(?:(?:ce qu['’]il faut|points? à|[àa]) )?retenir|(?:les )?points? (?:clés?|clefs?)|l['’]essentiel|en (?:bref|résumé)"
    r"|(?:key )?takeaways?|key points?|in (?:brief|short)|summary|tl;?dr|conclusion|introduction",
    re.IGNORECASE,
)
_POINTING = frozenset("→➔➡▶►👉👇")  # so begins a call to do something
Raw = list[str]
"""Lines between two blank ones."""
Piece = tuple[Kind | Literal["line", "number"], str]
"""A block whose kind may not be settled: a `line` that stands alone, a line that begins with a `number`."""


def read_pasted(raw: Sequence[str], *, titled: bool = False) -> list[Piece]:
    """The pieces of the lines of a pasted text, in order; unless it is `titled` already, its title is the first of them.

    `with_headings` settles what the short lines are.
    """
    lines = [line.expandtabs(4).rstrip() for line in _listed(raw, titled)]
    wrapped = _is_wrapped(lines)
    pieces = [piece for group in _groups(lines, wrapped) for piece in _pieces(group, wrapped)]
    return [(kind, words) for kind, words in pieces if words]


def lines_of(text: str) -> list[str]:
    return re.split(r"\r\n|[\r\n\f\v\u2028\u2029\x85]", text)


def _listed(lines: Sequence[str], titled: bool) -> list[str]:
    """The lines with plain bullets; a title, the first line with words, stays as it is."""
    if titled:
        return plain_bullets(lines)
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    return [*lines[: first + 1], *plain_bullets(lines)[first + 1 :]]


def with_headings(pieces: Sequence[Piece]) -> list[Block]:
    """The blocks of a text without its title and its byline: the lines that stand alone become headings or paragraphs."""
    blocks: list[Block] = []
    for i, (kind, words) in enumerate(pieces):
        words = undressed(words) if kind in ("heading", "line") else words
        if kind == "number":
            blocks.append(_numbered(pieces, i))
        elif kind in ("line", "paragraph") and i + 1 < len(pieces) and (name := key_points_name(words)):
            blocks.append(("heading", name))
        elif kind != "line":
            blocks.append((kind, words))
        elif _heads(pieces, i):
            blocks.append(("heading", words.rstrip(" :\u00a0\u202f")))
        else:
            blocks.append(("paragraph", words))
    return blocks


def undressed(line: str) -> str:
    """A line without the rules that someone drew on both sides of it: `*** À retenir ***`."""
    found = re.fullmatch(r"([*=~_#-])\1+\s*(\w.*?)\s*\1{2,}", line)
    return found[2] if found else line


def _is_wrapped(lines: Sequence[str]) -> bool:
    """Whether an editor cut the lines: none is long, and many that end without a stop are nearly as long as the longest."""
    longest = max(map(len, lines), default=0)
    if not 40 <= longest <= _WIDEST_WRAP:
        return False
    cut = sum(
        bool(line and after.strip()) and len(line) > longest * 0.7 and line[-1] not in ".!?:;»" and as_item(after) is None
        for line, after in pairwise(lines)
    )
    return cut >= 2


def _groups(lines: Sequence[str], wrapped: bool) -> list[Raw]:
    groups: list[Raw] = [[]]
    for line in lines:
        if line.strip():
            groups[-1].append(line)
        elif groups[-1]:
            groups.append([])
    groups = [group for group in groups if group]
    if len(groups) == 1 and len(groups[0]) > 1:
        return _without_blank_lines(groups[0], wrapped)
    return groups


def _without_blank_lines(lines: Raw, wrapped: bool) -> list[Raw]:
    """A text without any blank line: a paragraph a line; where lines are cut, a short one that ends a sentence ends it."""
    if not wrapped:
        return _underlined_together(lines)
    longest = max(map(len, lines))
    groups: list[Raw] = [[lines[0]], []]
    for line in lines[1:]:
        above = groups[-1]
        ended = above and len(above[-1]) < longest * 0.75 and above[-1][-1] in ".!?»"
        headed = len(above) == 1 and len(above[0]) < longest * 0.7 and line[:1].isupper()
        if ended or headed:
            groups.append([])
        groups[-1].append(line)
    return [group for group in groups if group]


def _underlined_together(lines: Raw) -> list[Raw]:
    groups: list[Raw] = []
    for line in lines:
        if groups and _UNDERLINE.fullmatch(line):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _pieces(group: Raw, wrapped: bool) -> list[Piece]:
    pieces: list[Piece] = []
    run: Raw = []
    for line in group:
        if _UNDERLINE.fullmatch(line) and len(run) == 1 and len(run[0]) <= 100:
            pieces.append(("heading", one_line(run.pop())))
        elif _RULE.fullmatch(line):
            pieces += _paragraph(run, wrapped, alone=not pieces)
            run = []
        elif marked := _MARKED.fullmatch(line):
            pieces += _paragraph(run, wrapped, alone=False)
            run = []
            pieces.append(("heading", one_line(marked[1])))
        elif (item := as_item(line)) is not None:
            pieces += _paragraph(run, wrapped, alone=False)
            run = []
            pieces.append(("number" if _NUMBERED.match(line) else "item", one_line(line if _NUMBERED.match(line) else item)))
        elif key_points_name(line):
            pieces += _paragraph(run, wrapped, alone=not pieces)
            run = [line]
        elif pieces and not run and pieces[-1][0] in ("item", "number") and _continues(pieces[-1][1], line, wrapped):
            pieces[-1] = (pieces[-1][0], one_line(f"{pieces[-1][1]} {line}"))
        else:
            run.append(line)
    return pieces + _paragraph(run, wrapped, alone=not pieces)


def _continues(item: str, line: str, wrapped: bool) -> bool:
    """Whether a line without a bullet goes on with the item above it."""
    return line[:1].isspace() or line[:1].islower() or (wrapped and item[-1:] not in ".!?;")


def _paragraph(run: Raw, wrapped: bool, *, alone: bool) -> list[Piece]:
    """A run of lines as one paragraph, below the lines above it that only say the title again, with the name of its site."""
    titles = 0
    while titles + 1 < len(run) and not key_points_name(run[titles]) and says_the_title(run[titles], run[titles + 1]):
        titles += 1
    said: list[Piece] = [("line" if alone else "paragraph", one_line(line)) for line in run[:titles]]
    return [*said, *_one_paragraph(run[titles:], wrapped, alone=alone)]


def _one_paragraph(run: Raw, wrapped: bool, *, alone: bool) -> list[Piece]:
    """A run of lines as one paragraph; in a text that is not cut, a short first line above a long one stands apart."""
    if not run:
        return []
    if len(run) > 1 and (name := key_points_name(run[0])):
        end = _end_of_points(run)
        return [("heading", name), *_points(run[1:end], wrapped), *_paragraph(run[end:], wrapped, alone=True)]
    words = one_line(" ".join(run))
    if len(run) == 1:
        return [("line" if alone else "paragraph", words)]
    if _stand_apart([one_line(line) for line in run]):
        return [("paragraph", one_line(line)) for line in run]
    if not wrapped and alone and _may_head(one_line(run[0])) and len(run[1]) > max(80, 1.5 * len(run[0])):
        return [("line", one_line(run[0])), ("paragraph", one_line(" ".join(run[1:])))]
    if wrapped and alone and len(words) <= 120 and len(run) == 2:
        return [("line", words)]  # a title on two lines
    return [("paragraph", words)]


def _end_of_points(run: Raw) -> int:
    """How many lines of a run are a part of key points: all, or those above a line that heads another part."""
    for i, line in enumerate(run[1:-1], 1):
        if i >= 3 and _may_head(one_line(line)):
            return i
        if line[-1] not in ".!?;":
            break
    return len(run)


def _points(lines: Raw, wrapped: bool) -> list[Piece]:
    """The lines under the name of a part of key points: a point each; where lines are cut, a point ends with its sentence."""
    points: list[str] = []
    for line in map(one_line, lines):
        if points and (line[:1].islower() or (wrapped and points[-1][-1:] not in ".!?;")):
            points[-1] += f" {line}"
        else:
            points.append(line)
    return [("item" if len(points) > 1 else "paragraph", point) for point in points]


_MARKDOWN_BLOCK = re.compile(r"\s{0,3}(?:[-+*#>|<=~`]|\d{1,3}[.)]\s)|\s{4}")


def mark_points(lines: Sequence[str]) -> list[str]:
    """The lines of a Markdown text, where those under the name of a part of key points that nothing marks are items."""
    wrapped = _is_wrapped(lines)
    marked: list[str] = []
    done = 0
    for i, line in enumerate(lines):
        if i < done:
            continue
        run, end = _run_under(lines, i) if (name := key_points_name(line)) else ([], i)
        points = [words for kind, words in _points(run, wrapped) if kind == "item"]
        if points and all(len(line) <= _WIDEST_WRAP or line[-1] in ".!?;…" for line in run):
            marked += ["", f"## {name}", "", *(f"- {words}" for words in points)]
            done = end
        else:
            marked.append(line)
    return marked


def _run_under(lines: Sequence[str], i: int) -> tuple[list[str], int]:
    """The lines of plain words right under a line, or under a blank one, and where they end."""
    start = end = i + 2 if i + 1 < len(lines) and not lines[i + 1].strip() else i + 1
    while end < len(lines) and lines[end].strip() and not _MARKDOWN_BLOCK.match(lines[end]):
        end += 1
    return [line.strip() for line in lines[start:end]], end


def _stand_apart(lines: Sequence[str]) -> bool:
    """Whether lines without a blank between them are not one paragraph: a title said twice, an author and a date, titles."""
    if any(line[-1:] in ".!?…;:," or line[:1].islower() for line in lines if line):
        return False
    return all(len(line) <= 60 or says_the_title(line, lines[0]) for line in lines)


def _numbered(pieces: Sequence[Piece], i: int) -> Block:
    """An item of a numbered list, or a numbered heading: one that stands between paragraphs."""
    words = pieces[i][1]
    around = [pieces[j][0] for j in (i - 1, i + 1) if 0 <= j < len(pieces)]
    alone = "number" not in around and i + 1 < len(pieces) and len(pieces[i + 1][1]) > len(words)
    if alone and _may_head(words) and pieces[i + 1][0] != "item":
        return ("heading", words)
    return ("item", as_item(words) or words)


def _heads(pieces: Sequence[Piece], i: int) -> bool:
    """Whether a line that stands alone is the heading of what follows."""
    words = pieces[i][1]
    if i + 1 >= len(pieces):
        return False
    follows = pieces[i + 1]
    if _SECTION.fullmatch(words.rstrip(" :\u00a0\u202f")):
        return True
    if not _may_head(words) or is_furniture(words):
        return False
    if follows[0] == "line" and _may_head(follows[1]) and follows[1][-1] != "?":
        return False  # a run of short lines: names, a list without bullets
    before = pieces[i - 1][1] if i else ""
    if before[-1:] in (":", ",") or all(j >= 0 and pieces[j][0] == "line" and _may_head(pieces[j][1]) for j in (i - 1, i - 2)):
        return False
    return not _is_signature(words, before)


def _may_head(words: str) -> bool:
    """Whether a line has the form of a heading: short, a capital first, no stop at its end, not cut in the middle."""
    if not 2 <= len(words) <= 100 or len(words.split()) > 16 or not re.search(r"[^\W\d_]{2}", words):
        return False
    first = words.lstrip("«“\"' \u00a0\u202f([")[:1]
    if first in _POINTING:
        return False
    last_word = re.split(r"[\s’']", words.lower())[-1]
    if first.islower() or words[-1] in ".!,;:…" or last_word in HANGING:
        return False
    return not re.search(r"https?://|www\.|\S@\S", words) and not re.search(r"[.!]\s+[A-ZÀ-Þ]\w+ \w+ ", words)


def _is_signature(words: str, before: str) -> bool:
    """Whether a line names who said or wrote what stands above it."""
    names = r"[A-ZÀ-Þ][\w’'-]+(?:\s+(?:de\s+|du\s+|van\s+|von\s+)?[A-ZÀ-Þ][\w’'-]+){1,3}"
    if re.fullmatch(rf"\W*{names}\s*[,(–—-]\s*\w.*", words) and re.search(r",\s*[a-zà-ÿ]|\(", words):
        return True
    return before[-1:] in ("»", "”", '"') and bool(re.fullmatch(rf"\W*{names}", words))
