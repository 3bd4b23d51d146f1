"""YAML as people write it: what is read is what the page seems to say. The one home of PyYAML.

Plain values follow YAML 1.2's core rules rather than 1.1's: only `true` and `false` are booleans, so `no`, `on`, `off`, `yes` and
`NO` (Norway) stay words; dates (`2026-11-03`), times (`12:30`) and numbers with a leading zero (`01000`, a postcode) stay text.
A key given twice is an error, where YAML would silently keep the last.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import yaml

from digest.errors import N_, DigestError

_UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What YAML 1.2 lets no text hold (section 5.1)."""
_DEEPEST = 100
"""Levels of nesting; libyaml has no limit of its own, and 50,000 levels overflow the stack and end the process."""

_LARGEST = 200_000
"""Characters of a text once its aliases are written out; one without any may be longer."""


class YamlError(DigestError):
    """A text that is not sound YAML: where, and why."""

    def __init__(self, message: str, *, line: int, column: int, hint: str | None = None, **values: object) -> None:
        super().__init__(message, hint=hint, **values)
        self.line = line
        """Counted from 1."""
        self.column = column
        """Counted from 1."""

    def without_place(self) -> DigestError:
        """Why, for someone who tells the place otherwise."""
        values: dict[str, Any] = self.values
        return DigestError(self.message, **values)

    def text(self, translate: Callable[[str], str] = str) -> str:
        place = translate(N_("line {line}, column {column}")).format(line=self.line, column=self.column)
        return f"{place}: {super().text(translate)}"


def read_yaml(text: str) -> object:
    """The value that a YAML text holds; None for an empty one. Raises YamlError."""
    try:
        _refuse_abysses(text)
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader, with fewer kinds of plain values
    except yaml.reader.ReaderError as error:
        raise _unreadable_character(text, error.position) from error
    except UnicodeEncodeError as error:  # half of a character
        raise _unreadable_character(text, error.start) from error
    except yaml.MarkedYAMLError as error:
        raise _explained(error) from error


def yaml_lines(text: str) -> dict[tuple[str | int, ...], int]:
    """The line (from 1) on which each value of a sound YAML text starts, by the keys and places that lead to it."""
    lines: dict[tuple[str | int, ...], int] = {}
    root = yaml.compose(text, Loader=_Loader)
    waiting: list[tuple[tuple[str | int, ...], yaml.Node]] = [((), root)] if root else []
    while waiting:
        path, node = waiting.pop()
        lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                waiting.append(((*path, key.value), value))
                lines.setdefault((*path, key.value), key.start_mark.line + 1)
        elif isinstance(node, yaml.SequenceNode):
            waiting += [((*path, place), value) for place, value in enumerate(node.value)]
    return lines


@dataclass(frozen=True, slots=True)
class Span:
    """Where a value stands in a YAML text: offsets in characters, its end after its last word and before what follows it."""

    start: int
    end: int
    key: int
    """Where its key starts; its own start where it has none."""
    kind: Literal["words", "list", "group"]
    inline: bool
    """Whether a list or a group stands between brackets."""


def yaml_spans(text: str) -> dict[tuple[str | int, ...], Span]:
    """Where each value of a sound YAML text stands, by the keys and places that lead to it."""
    spans: dict[tuple[str | int, ...], Span] = {}
    root = yaml.compose(text, Loader=_Loader)
    waiting: list[tuple[tuple[str | int, ...], yaml.Node, yaml.Node]] = [((), root, root)] if root else []
    while waiting:
        path, key, node = waiting.pop()
        group, many = isinstance(node, yaml.MappingNode), isinstance(node, yaml.SequenceNode)
        kind: Literal["words", "list", "group"] = "group" if group else "list" if many else "words"
        start, inline = node.start_mark.index, bool(getattr(node, "flow_style", False))
        spans[path] = Span(start, _end(node), key.start_mark.index, kind, inline)
        if group:
            waiting += [((*path, name.value), name, value) for name, value in node.value]
        elif many:
            waiting += [((*path, place), value, value) for place, value in enumerate(node.value)]
    return spans


def inline_yaml(value: str | bool) -> str:
    """A value as it may stand anywhere in a YAML text, between brackets too, on one line."""
    written = yaml.dump([value], Dumper=_Dumper, allow_unicode=True, default_flow_style=True, width=10**6).strip()[1:-1]
    return written if read_yaml(f"[{written}]") == [value] else "'" + str(value).replace("'", "''") + "'"


def write_yaml(data: object) -> str:
    """A YAML text that a person can read and edit: accents as they are, keys in their order, long texts as blocks."""
    return yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=False, width=100)


def append_items(text: str, key: str, items: Sequence[Mapping[str, str]]) -> str:
    """The text with items added at the end of the list under a top-level key; every other character stays as it is.

    Raises YamlError where that list is not written one item a line, each behind its dash.
    """
    root = yaml.compose(text, Loader=_Loader)
    there = next((value for name, value in root.value if name.value == key), None) if isinstance(root, yaml.MappingNode) else None
    if not isinstance(there, yaml.SequenceNode) or there.flow_style or not there.value:
        mark = there.start_mark if there else None
        raise _at(mark, N_("the list {key} must be written one item a line, each behind a '-'"), key=repr(key))
    margin = " " * there.start_mark.column
    added = "".join(margin + line + "\n" for item in items for line in _item(item))
    lines = text.splitlines(keepends=True)
    after = _last_line(there) + 1
    before = "".join(lines[:after])
    return before + ("" if before.endswith("\n") else "\n") + added + "".join(lines[after:])


def broken_items(text: str) -> tuple[tuple[int, str], ...]:
    """Items of lists that run over several lines without quotes, each after its line (from 1): a comma or a dash was forgotten.

    YAML joins such lines with a space, so that two items silently become one. The text must be sound.
    """
    found: list[tuple[int, str]] = []
    in_list = [False]
    events: Iterable[Any] = yaml.parse(text, Loader=_Loader)
    for event in events:
        start, end = event.start_mark, event.end_mark
        if isinstance(event, yaml.CollectionStartEvent):
            in_list.append(isinstance(event, yaml.SequenceStartEvent))
        elif isinstance(event, yaml.CollectionEndEvent):
            in_list.pop()
        elif in_list[-1] and isinstance(event, yaml.ScalarEvent) and not event.style and end.line > start.line:
            found.append((start.line + 1, event.value))
    return tuple(found)


def _item(item: Mapping[str, str]) -> list[str]:
    lines = write_yaml(dict(item)).splitlines()
    return [("- " if i == 0 else "  ") + line for i, line in enumerate(lines)]


def _last_line(node: yaml.Node) -> int:
    """The line (from 0) on which the last value of a node ends, comments after it left out."""
    children = [child for pair in node.value for child in pair] if isinstance(node, yaml.MappingNode) else node.value
    if isinstance(node, yaml.ScalarNode) or not children or getattr(node, "flow_style", False):
        mark = node.end_mark
        return int(mark.line if mark.column else mark.line - 1)
    return _last_line(children[-1])


def _end(node: yaml.Node) -> int:
    """The offset after the last word of a node; libyaml ends a block where the next one starts, comments between included."""
    children = [child for pair in node.value for child in pair] if isinstance(node, yaml.MappingNode) else node.value
    if isinstance(node, yaml.ScalarNode) or not children or getattr(node, "flow_style", False):
        return int(node.end_mark.index)
    return max(_end(child) for child in children)


def _refuse_abysses(text: str) -> None:
    """Refuses a text nested too deep, and one whose aliases (`*name`) stand for more than anyone wrote, or for themselves.

    Ten lines of lists that hold the list above ten times are ten thousand million values to whoever walks through them.
    """
    opened: list[tuple[str | None, int]] = []
    sizes: dict[str | None, int] = {}
    size = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            opened.append((event.anchor, size))
            if len(opened) > _DEEPEST:
                raise _at(event.start_mark, N_("more than {limit} levels of lists and keys"), limit=_DEEPEST)
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = opened.pop()
            sizes[anchor] = size - before
        elif isinstance(event, yaml.ScalarEvent):
            sizes[event.anchor] = 1 + len(event.value)
            size += sizes[event.anchor]
        elif isinstance(event, yaml.AliasEvent):
            size += sizes.get(event.anchor, 0)
            if size > _LARGEST or event.anchor in [anchor for anchor, _ in opened]:
                raise _at(event.start_mark, N_("a text that starts with '*'; put it in quotes"))


_INTEGER = r"[-+]?(?:0|[1-9][0-9]{0,99})"
"""More digits are no number that anyone counts with, and from 4,300 on Python refuses them: they stay text."""
_NUMBER = re.compile(rf"{_INTEGER}(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # which of the two depends on libyaml
    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own way to say which plain values are not text

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[tuple[str, str]] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and (key.tag, key.value) in seen:
                raise _at(key.start_mark, N_("the key {key} is given twice; keep one"), key=repr(key.value))
            seen.add((key.tag, str(key.value)))
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return mapping


for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", _INTEGER, "-+0123456789"),
    ("float", _NUMBER.pattern, "-+0123456789."),
    ("merge", r"<<", "<"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), list(_first))


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - lists stand inside their key
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - `*id001` means nothing to an editor of newsletters
        return True


def _write_words(dumper: yaml.SafeDumper, words: str) -> yaml.ScalarNode:
    number = _NUMBER.fullmatch(words)  # as 4e7, a word to YAML 1.1 and to PyYAML, and a number to whoever reads it back
    style = '"' if _RARE_BREAKS.search(words) else "|" if "\n" in words else "'" if number else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", words, style=style)


_RARE_BREAKS = re.compile("[\r\x85\u2028\u2029]")
"""Ends of lines to YAML, which come back as others, or as spaces, unless they are escaped."""
_Dumper.add_representer(str, _write_words)


_CAUSES = (
    (r"mapping values are not", N_("a ':' where none is expected; line it up with its neighbours, or put the text in quotes")),
    (r"cannot start any token|found a tab", N_("a character that cannot start a value; write spaces for tabs, or use quotes")),
    (r"could not find expected ':'", N_("a key without its ':'")),
    (r"did not find expected key|expected <block end>|'-' indicator", N_("a line that does not line up with those above it")),
    (r"unexpected end of stream|while scanning a quoted scalar", N_("a quote that is never closed")),
    (r"expected ',' or|expected ']'|expected '}'", N_("a bracket that is never closed, or a comma that is missing")),
    (r"expected node content", N_("a bracket that is never closed, or a comma that is missing")),
    (r"unknown escape character", N_("a '\\' inside double quotes; write it twice, or use single quotes")),
    (r"undefined alias", N_("a text that starts with '*'; put it in quotes")),
    (r"could not determine a constructor", N_("a text that starts with '!'; put it in quotes")),
    (r"single document", N_("a second '---': the file must hold one document")),
    (r"unhashable|unacceptable key", N_("a key that is a list or a group of keys")),
)  # fmt: skip


def _explained(error: yaml.MarkedYAMLError) -> YamlError:
    mark = error.problem_mark or error.context_mark
    said = f"{error.problem} {error.context or ''}"
    for pattern, cause in _CAUSES:
        if re.search(pattern, said):
            opened = error.context_mark if "quoted scalar" in said else None  # the quote, not the end of the file
            return _at(opened or mark, cause)
    return _at(mark, N_("{problem}"), problem=error.problem or "?")


def _at(mark: Any, message: str, **values: Any) -> YamlError:
    return YamlError(message, line=mark.line + 1 if mark else 1, column=mark.column + 1 if mark else 1, **values)


def _unreadable_character(text: str, position: int) -> YamlError:
    found = _UNREADABLE.search(text)  # the position that libyaml tells is in bytes
    position = found.start() if found else position
    before = text[:position]
    code = f"{ord(text[position : position + 1] or chr(0)):04X}"
    return YamlError(
        N_("a character that no text holds (U+{code}); remove it"),
        line=before.count("\n") + 1, column=position - before.rfind("\n"), code=code,
    )  # fmt: skip
