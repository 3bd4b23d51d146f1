"""One value of a YAML text changed in place: every other character, comments and order included, stays as it is. Pure.

What comes out is read again and compared with what was meant: a text written in a way that these edits do not know is refused,
and never spoilt.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any, Final

from digest.errors import N_
from digest.yaml_text import Span, YamlError, inline_yaml, read_yaml, yaml_lines, yaml_spans

Path = tuple[str | int, ...]

WIDTH: Final = 120
"""Columns of a line, before words that are added to a list between brackets go to the next one."""


def set_value(text: str, path: Path, value: str | bool | None) -> str:
    """The text with a value at a path, put there where there was none; None takes its key away.

    Raises YamlError where the text cannot be changed so.
    """
    spans = yaml_spans(text)
    there = spans.get(path)
    if there is None and value is None:
        return text
    if value is None:
        return _meant(text, _without(text, spans, path), path, None)
    if there is None:
        return _meant(text, _with(text, spans, path, inline_yaml(value)), path, value)
    return _meant(text, text[: there.start] + inline_yaml(value) + text[there.end :], path, value)


def set_words(text: str, path: Path, words: Sequence[str]) -> str:
    """The text with a list of words at a path: those that stay keep their place, their line and its comment.

    An empty list takes its key away. Raises YamlError where the text cannot be changed so.
    """
    spans = yaml_spans(text)
    there = spans.get(path)
    if there is None or not words:
        if not words:
            return set_value(text, path, None)
        return _meant(text, _with(text, spans, path, _between_brackets(words)), path, list(words))
    before = _at(read_yaml(text), path)
    if before == list(words):
        return text
    if there.kind == "list" and isinstance(before, list) and before:
        edit = _edited_inline if there.inline else _edited_lines
        items = [spans[(*path, place)] for place in range(len(before))]
        edited = edit(text, items, [str(word) for word in before], list(words))
        if _says(edited, _replaced(read_yaml(text), path, list(words))):
            return edited
    return _meant(text, text[: there.start] + _between_brackets(words) + text[there.end :], path, list(words))


# ------------------------------------------------------------------------------------------------ keys


def _with(text: str, spans: dict[Path, Span], path: Path, written: str) -> str:
    """The text with a key at the end of the group that a path leads to."""
    group = spans.get(path[:-1])
    if group is None or group.kind != "group":
        raise _refused(text, path)
    keys = [span for other, span in spans.items() if other[:-1] == path[:-1] and len(other) == len(path)]
    if not keys:
        raise _refused(text, path)
    last = max(keys, key=lambda span: span.start)
    if group.inline:
        return f"{text[: last.end]}, {path[-1]}: {written}{text[last.end :]}"
    margin = " " * (group.start - _line_start(text, group.start))
    end = _line_end(text, last.end)
    return f"{text[:end]}{'' if text[:end].endswith(chr(10)) else chr(10)}{margin}{path[-1]}: {written}\n{text[end:]}"


def _without(text: str, spans: dict[Path, Span], path: Path) -> str:
    """The text without a key and its value: its lines, or its part of the line between brackets."""
    there, group = spans[path], spans[path[:-1]]
    if group.inline:
        before = text[: there.key].rstrip()
        if before.endswith(","):
            return before[:-1] + text[there.end :]
        return text[: there.key] + re.sub(r"^\s*,?\s*", "", text[there.end :], count=1)
    start = _line_start(text, there.key)
    if text[start : there.key].strip():  # beside the dash of its item: what follows takes its place
        following = [span.key for other, span in spans.items() if other[:-1] == path[:-1] and span.key > there.key]
        return text[: there.key] + text[min(following) :] if following else text
    return text[:start] + text[_line_end(text, there.end) :]


# ------------------------------------------------------------------------------------------------ lists


def _edited_inline(text: str, items: Sequence[Span], before: Sequence[str], after: Sequence[str]) -> str:
    """A list between brackets, edited from its end so that the offsets of what is before stay true."""
    for deed, first, last, start, end in reversed(SequenceMatcher(None, before, after, autojunk=False).get_opcodes()):
        if deed == "equal":
            continue
        new = [inline_yaml(word) for word in after[start:end]]
        if deed == "replace" and len(new) == last - first:
            for item, word in zip(reversed(items[first:last]), reversed(new), strict=True):
                text = text[: item.start] + word + text[item.end :]
            continue
        for item in reversed(items[first:last]):
            text = _cut(text, item)
        if new and first:
            text = _inserted_after(text, items[first - 1], new)
        elif new:
            text = f"{text[: items[0].start]}{', '.join(new)}, {text[items[0].start :]}"
    return text


def _cut(text: str, item: Span) -> str:
    """The text without an item and its comma; nor its line, where nothing else stands on it."""
    after = re.sub(r"^\s*,[ ]?", "", text[item.end :], count=1)
    start, before = _line_start(text, item.start), text[: item.start]
    if not before[start:].strip() and re.match(r"[ \t]*\r?\n", after):
        return text[:start] + after.partition("\n")[2]
    return before + after


def _inserted_after(text: str, item: Span, words: Sequence[str]) -> str:
    """The words after an item, on its line where they fit and else on the next one."""
    start = _line_start(text, item.start)
    added = f", {', '.join(words)}"
    if _line_end(text, item.end) - start + len(added) > WIDTH:
        before = text[start : item.start]
        margin = before[: len(before) - len(before.lstrip())]
        added = f",\n{margin}{'  ' if '[' in before else ''}{', '.join(words)}"
    return text[: item.end] + added + text[item.end :]


def _edited_lines(text: str, items: Sequence[Span], before: Sequence[str], after: Sequence[str]) -> str:
    """A list of one item a line, edited from its end."""
    margin = text[_line_start(text, items[0].start) : items[0].start]
    for deed, first, last, start, end in reversed(SequenceMatcher(None, before, after, autojunk=False).get_opcodes()):
        if deed == "equal":
            continue
        new = [inline_yaml(word) for word in after[start:end]]
        if deed == "replace" and len(new) == last - first:
            for item, word in zip(reversed(items[first:last]), reversed(new), strict=True):
                text = text[: item.start] + word + text[item.end :]
            continue
        at = _line_end(text, items[first - 1].end) if first else _line_start(text, items[0].start)
        for item in reversed(items[first:last]):
            text = text[: _line_start(text, item.start)] + text[_line_end(text, item.end) :]
        lines = "".join(f"{margin}{word}\n" for word in new)
        text = text[:at] + ("\n" if lines and at and text[at - 1] != "\n" else "") + lines + text[at:]
    return text


def _between_brackets(words: Sequence[str]) -> str:
    return f"[{', '.join(inline_yaml(word) for word in words)}]"


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _line_end(text: str, at: int) -> int:
    """The offset after the line on which a value ends, its comment included."""
    if at and text[at - 1] == "\n":  # a block of several lines ends on the next one
        return at
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1


# ------------------------------------------------------------------------------------------------ what was meant


def _meant(before: str, after: str, path: Path, value: object) -> str:
    if not _says(after, _replaced(read_yaml(before), path, value)):
        raise _refused(before, path)
    return after


def _says(text: str, data: object) -> bool:
    try:
        return read_yaml(text) == data
    except YamlError:
        return False


def _at(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data


def _replaced(data: Any, path: Path, value: object) -> Any:
    """Data with another value at a path; None takes it away."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(data, list) and isinstance(step, int):
        return [_replaced(each, rest, value) if place == step else each for place, each in enumerate(data)]
    if not rest and value is None:
        return {key: each for key, each in data.items() if key != step}
    return {**data, step: _replaced(data.get(step, {}), rest, value)}


def _refused(text: str, path: Path) -> YamlError:
    lines = yaml_lines(text)
    while path and path not in lines:
        path = path[:-1]
    message = N_("this part is written in a way that cannot be changed from here; change it in the file")
    return YamlError(message, line=lines.get(path, 1), column=1)
