"""Finds the terms of the themes in a text, in one pass, as words: inflected, accented or elided, never inside another word.

A term is written once, in any language. Its words are compared by lemma, without case and accents; a word in capitals ("IA",
"ESS") is an acronym, which matches only itself and its plural in s. Between two words of a term may stand a space, an apostrophe,
a hyphen, and small linking words: "économie sociale solidaire" is found in "l'économie sociale et solidaire".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Literal, NamedTuple

from digest.language.reading import Reading, read
from digest.language.words import STOP_WORDS, fold, lemma

Kind = Literal["strong", "weak", "with", "not"]

_LINKS = frozenset(
    "a al am and au aux by d da dans das de degli dei del della der des di die do dos du e el en et f for für il im in l la las "  # noqa: SIM905 - read as words
    "le les los n o of on par pour sul sur the to und y zum zur à".split()
)
"""Small words that may stand between two words of a term, or be missing there, in the languages we know."""
_BREAKS = re.compile(r"[,;:!?)|…\n\t]|\.\s|.{4}")
"""What may not stand between two words of a term."""
_MOST_LINKS = 3
_CACHED_WORDS = 200_000
_CACHED_STEPS = 5_000
"""Words of texts that are remembered after the beginning of a term; there are hundreds of these."""


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """A term of a theme, as the settings give it; `theme` is the theme's place in the settings. Each is equal to itself alone."""

    theme: int
    kind: Kind
    text: str
    is_precise: bool = field(init=False)
    """Whether it is several words, or an acronym of four letters or more: rarer than a bare word or "UE", so it says more."""

    def __post_init__(self) -> None:
        _, words = _significant(read(self.text).words)
        object.__setattr__(self, "is_precise", len(words) > 1 or any(len(word) > 3 and word.isupper() for word in words))


class Found(NamedTuple):
    """A term in a text: it covers the words `start` to `end` (excluded), by their places."""

    term: Term
    start: int
    end: int
    quote: str
    """The term as the text says it."""


@dataclass(slots=True)
class _Node:
    """A place in the tree of terms: what ends here, and where the next word of longer terms leads."""

    ends: list[tuple[Term, str]] = field(default_factory=list)
    """With the small word that must stand before the term ("d" for "d'insertion"), or nothing."""
    next: dict[str, _Node] = field(default_factory=dict)
    steps: _Steps | None = None
    """Where the words of texts lead from here; None at the end of every term."""


class Lexicon:
    """The terms of all themes, for texts in one language; compiled once, since every term is lemmatised."""

    def __init__(self, terms: Sequence[Term], lang: str) -> None:
        self._keys = _Keys(lang)
        stop_words = STOP_WORDS.get(lang, frozenset())
        self._doubtful = {term.text for term in terms if _is_acronym(term.text) and term.text.lower() in stop_words}
        root = _Node()
        for term in terms:
            before, words = _significant(read(term.text).words)
            node = root
            for word in words:
                node = node.next.setdefault(_key_of_term_word(word, lang), _Node())
            if not any((known.theme, known.kind, word) == (term.theme, term.kind, before) for known, word in node.ends):
                node.ends.append((term, before))  # "charity" and "charities" are one term
        self._starts = _Starts(root, self._keys)
        _prepare(root, self._keys)

    def find(self, reading: Reading, place: int = 0) -> list[Found]:
        """Every term in a text whose first word has this place, in reading order; terms inside longer terms are there too."""
        words, starts = reading.words, self._starts
        last = len(words) - 1
        spans: list[tuple[Term, int, int]] = []
        for start in compress(range(len(words)), map(starts.__getitem__, words)):
            for node in starts[words[start]]:
                for term, before in node.ends:
                    if not before or _follows(start, before, words):
                        spans.append((term, start, start + 1))
                if node.steps is not None and start < last and node.steps[words[start + 1]] is not None:
                    _follow(node, words, start, spans)
        doubtful = self._doubtful
        return [
            Found._make((term, place + start, place + end, quote))
            for term, start, end in spans
            if (quote := words[start] if end == start + 1 else _quote(reading, start, end))
            and not (doubtful and term.text in doubtful and _is_shouted(words, start, end))
        ]


def _follow(node: _Node, words: Sequence[str], start: int, spans: list[tuple[Term, int, int]]) -> None:
    """Adds the terms of several words that begin with the word `start`, which leads to the node."""
    links = 0
    for end in range(start + 1, len(words)):
        step = node.steps[words[end]] if node.steps is not None else None
        if step is None:
            return
        if step is _LINK:
            if links == _MOST_LINKS:
                return
            links += 1
            continue
        node, links = step, 0
        for term, before in node.ends:
            if not before or _follows(start, before, words):
                spans.append((term, start, end + 1))


class _Keys(dict[str, tuple[str, ...]]):
    """All that a word of a text may stand for: its lemma, and itself as an acronym; filled as words are met."""

    def __init__(self, lang: str) -> None:
        super().__init__()
        self._lang = lang

    def __missing__(self, word: str) -> tuple[str, ...]:
        if len(self) > _CACHED_WORDS:
            self.clear()
        acronym = word[:-1] if word[-1] == "s" and _is_acronym(word[:-1]) else word  # LLMs
        lemma_key = _lemma_key(word, self._lang)
        keys = self[word] = ("=" + acronym, lemma_key) if _is_acronym(acronym) else (lemma_key,)
        return keys


_LINK = _Node()
"""Not a place in a term: a small word that may stand inside one."""


class _Steps(dict[str, "_Node | None"]):
    """For a word as it stands in a text, where it leads from a node: another one, `_LINK`, or nowhere; filled as met."""

    def __init__(self, node: _Node, keys: _Keys) -> None:
        super().__init__()
        self._node = node
        self._keys = keys

    def __missing__(self, word: str) -> _Node | None:
        if len(self) > _CACHED_STEPS:
            self.clear()
        known = (self._node.next[key] for key in self._keys[word] if key in self._node.next)
        step = self[word] = next(known, _LINK if word.lower() in _LINKS else None)
        return step


def _prepare(node: _Node, keys: _Keys) -> None:
    """Gives a node, and all that follow it, its steps."""
    if node.next:
        node.steps = _Steps(node, keys)
    for following in node.next.values():
        _prepare(following, keys)


class _Starts(dict[str, tuple[_Node, ...]]):
    """For a word as it stands in a text, the nodes that it leads to from the root; filled as words are met."""

    def __init__(self, root: _Node, keys: _Keys) -> None:
        super().__init__()
        self._root = root
        self._keys = keys

    def __missing__(self, word: str) -> tuple[_Node, ...]:
        if len(self) > _CACHED_WORDS:
            self.clear()
        nodes = self[word] = tuple(self._root.next[key] for key in self._keys[word] if key in self._root.next)
        return nodes


def _significant(words: list[str]) -> tuple[str, list[str]]:
    """The small word that a term begins with, or nothing; and its words without those small words (all, if it has no other)."""
    others = [word for word in words if word not in _LINKS]
    return (words[0] if others and words[0] in _LINKS else ""), others or words


def _quote(reading: Reading, start: int, end: int) -> str:
    """The words `start` to `end` as the text says them; empty where something breaks them apart."""
    places = reading.starts[start:end].tolist()
    ends = [place + len(word) for place, word in zip(places, reading.words[start:end], strict=True)]
    for stop, begin in zip(ends, places[1:], strict=False):
        if reading.text[stop:begin] != " " and _BREAKS.search(reading.text, stop, begin):
            return ""
    return reading.text[places[0] : ends[-1]]


def _follows(start: int, before: str, words: Sequence[str]) -> bool:
    return start > 0 and words[start - 1].lower() == before


def _is_shouted(words: Sequence[str], start: int, end: int) -> bool:
    """Whether an acronym that is also a common word is but that word in capitals, among others: "CE QUE J'AI VU"."""
    return any(map(_is_acronym, (*words[max(0, start - 1) : start], *words[end : end + 1])))


def _key_of_term_word(word: str, lang: str) -> str:
    return "=" + word if _is_acronym(word) else _lemma_key(word, lang)


def _is_acronym(word: str) -> bool:
    return len(word) > 1 and word.isupper()


def _lemma_key(word: str, lang: str) -> str:
    """The lemma without accents; a plural in s that the lemmatiser does not know ("startups") loses its s first."""
    word = word.lower()
    if len(word) < 3:
        return fold(word)
    found = lemma(word, lang)
    if found == word and word[-1] == "s" and len(word) > 3:
        found = lemma(word[:-1], lang)
    return fold(found)
