"""Lists that people mark with arrows, emoji, letters or Word's own signs, marked plainly.

Precision first: such a mark may also open a lone line, so a line is an item only next to another of the same list, or under the
name of a part of key points.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from digest.gather.key_points import key_points_name

_SYMBOL = "[\u2190-\u21ff\u25a0-\u25ff\u2600-\u27bf\u2900-\u297f\u2b00-\u2bff\uf000-\uf0ff\U0001f300-\U0001faff]"
_DRESS = "[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]"  # asked for as text or as an image, tone of skin
_MARK = re.compile(
    rf"""(?x)\s*(?:
      (?P<symbol>{_SYMBOL}){_DRESS}*(?:\u200d{_SYMBOL}{_DRESS}*)*[ \t\u00a0\u202f]*
    | (?P<keycap>\d)\ufe0f?\u20e3[ \t\u00a0\u202f]*
    | (?P<sign>[+§])[ \t\u00a0\u202f]+(?!\d)
    | (?P<word>[oØüvq§])\t\s*
    | \(?(?P<letter>[a-z])\)[ \t\u00a0\u202f]+
    | (?P<slash>\d{{1,2}})\s?/\s*(?=[^\W\d])
    )(?=\S.*\w)"""
)
_FURTHEST = 4
"""Lines from one item to the next: the rest of an item that an editor cut, or blank ones."""


@dataclass(frozen=True, slots=True)
class _Marked:
    line: int
    kind: str
    place: int | None
    """In the order of letters or numbers."""
    words: str


def plain_bullets(lines: Sequence[str]) -> list[str]:
    """The lines, with `- ` (or `1. `) in place of any other mark of a list."""
    marked = [found for i, line in enumerate(lines) if (found := _marked(i, line))]
    plain = list(lines)
    listed = False  # whether the mark above is an item
    under_name = False
    for i, mark in enumerate(marked):
        if name := key_points_name(mark.words):
            plain[mark.line] = name
            listed = under_name = False
            continue
        before, after = marked[i - 1] if i else None, marked[i + 1] if i + 1 < len(marked) else None
        named = _under_a_name(lines, mark.line) or (under_name and listed and before is not None and _near(lines, before, mark))
        listed = named or (before is not None and _same(lines, before, mark)) or (after is not None and _same(lines, mark, after))
        under_name = named
        if listed:
            plain[mark.line] = f"{mark.place}. {mark.words}" if mark.kind == "slash" else f"- {mark.words}"
    return plain


def _marked(i: int, line: str) -> _Marked | None:
    found = _MARK.match(line)
    if found is None:
        return None
    kind, mark = found.lastgroup or "", found[found.lastgroup or 0]
    place = ord(mark) if kind == "letter" else int(mark) if kind in ("slash", "keycap") else None
    return _Marked(i, kind if place is not None else mark, place, line[found.end() :].strip())


def _same(lines: Sequence[str], first: _Marked, second: _Marked) -> bool:
    """Whether two marked lines are items of one list, one after the other."""
    follows = first.place is None or second.place is None or second.place == first.place + 1
    return first.kind == second.kind and follows and not key_points_name(first.words) and _near(lines, first, second)


def _near(lines: Sequence[str], first: _Marked, second: _Marked) -> bool:
    """Whether nothing but the rest of the first item stands between two marked lines, or one line that tells more of it."""
    between = lines[first.line + 1 : second.line]
    if len(between) == 1:
        return True
    return len(between) < _FURTHEST and all(not line.strip() or line[0].isspace() or line[0].islower() for line in between)


def _under_a_name(lines: Sequence[str], at: int) -> bool:
    above = next((line for line in reversed(lines[max(0, at - _FURTHEST) : at]) if line.strip()), "")
    return key_points_name(above) is not None
