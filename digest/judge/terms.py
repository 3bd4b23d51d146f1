"""Finds the terms of the themes in a text, in one pass, as words: inflected, accented or elided, never inside another word.

A term is written once, in any language. Its words are compared by lemma, without case and accents; a word in capitals ("IA",
"ESS") is an acronym, which matches only itself and its plural in s. Between two words of a term may stand a space, an apostrophe,
a hyphen, and small linking words: "économie sociale solidaire" is found in "l'économie sociale et solidaire".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from digest.language.words import STOP_WORDS, fold, lemma

Kind = Literal["strong", "weak", "with", "not"]

_WORD = re.compile(r"([^\W_]+)")
_LINKS = frozenset(
    "a al am and au aux by d da dans das de degli dei del della der des di die do dos du e el en et f for für il im in l la las "  # noqa: SIM905 - read as words
    "le les los n o of on par pour sul sur the to und y zum zur à".split()
)
"""Small words that may stand between two words of a term, or be missing there, in the languages we know."""
_BREAKS = re.compile(r"[,;:!?()|…\n\t]|\.\s|.{4}")
"""What may not stand between two words of a term."""
_CACHED_WORDS = 200_000


@dataclass(frozen=True, slots=True)
class Term:
    """A term of a theme, as the settings give it; `theme` is the theme's place in the settings."""

    theme: int
    kind: Kind
    text: str

    @property
    def is_precise(self) -> bool:
        """Whether it is several words, an acronym or a name with inner capitals: rarer than a bare word, so it says more."""
        words = _WORD.findall(self.text)
        return len(words) > 1 or not (words[0].islower() or words[0].istitle())


@dataclass(frozen=True, slots=True)
class Found:
    """A term in a text: it covers the words `start` to `end` (excluded), counted from the first word of the text."""

    term: Term
    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start


class Words:
    """A text cut into words, with what stands between them, so that any stretch can be given back as it stands."""

    __slots__ = ("all_capitals", "pieces")

    def __init__(self, text: str) -> None:
        self.pieces = _WORD.split(text)
        """Between, word, between, word, …, between."""
        self.all_capitals = text.isupper()

    def __len__(self) -> int:
        return len(self.pieces) // 2

    def quote(self, start: int, end: int) -> str:
        """The words `start` to `end` (excluded) as they stand in the text."""
        return "".join(self.pieces[2 * start + 1 : 2 * end])


@dataclass(slots=True)
class _Node:
    """A place in the tree of terms: what ends here, and where the next word of longer terms leads."""

    ends: list[Term] = field(default_factory=list)
    next: dict[str, _Node] = field(default_factory=dict)


class Lexicon:
    """The terms of all themes, for texts in one language; compiled once, since every term is lemmatised."""

    def __init__(self, terms: Iterable[Term], lang: str) -> None:
        self._lang = lang
        root = _Node()
        for term in terms:
            node = root
            for word in _significant(_WORD.findall(term.text)):
                node = node.next.setdefault(_key_of_term_word(word, lang), _Node())
            node.ends.append(term)
        self._starts = _Starts(root, lang)

    def find(self, words: Words) -> list[Found]:
        """Every term in the text, in reading order; terms that stand inside longer terms are there too."""
        pieces, starts = words.pieces, self._starts
        found: list[Found] = []
        for i, word in enumerate(pieces[1::2]):
            if nodes := starts[word]:
                self._follow(nodes, pieces, i, found)
        if words.all_capitals:  # "CE QUE J'AI VU" holds no acronym
            stop_words = STOP_WORDS.get(self._lang, frozenset())
            return [each for each in found if each.term.text.lower() not in stop_words]
        return found

    def _follow(self, nodes: Sequence[_Node], pieces: Sequence[str], start: int, found: list[Found]) -> None:
        """Adds the terms that begin at the word `start`, whose nodes are given."""
        at, links = start, 0
        while True:
            if not links:
                found.extend(Found(term, start, at + 1) for node in nodes for term in node.ends)
                nodes = [node for node in nodes if node.next]
            at += 1
            if not nodes or links > 3 or 2 * at + 1 >= len(pieces) or _BREAKS.search(pieces[2 * at]):
                return
            word = pieces[2 * at + 1]
            keys = _keys_of_text_word(word, self._lang)
            reached = [node.next[key] for node in nodes for key in keys if key in node.next]
            if reached:
                nodes, links = reached, 0
            elif word.lower() in _LINKS:
                links += 1
            else:
                return


class _Starts(dict[str, "tuple[_Node, ...]"]):
    """For a word as it stands in a text, the nodes it leads to from the root; filled as words are met."""

    def __init__(self, root: _Node, lang: str) -> None:
        super().__init__()
        self._root = root
        self._lang = lang

    def __missing__(self, word: str) -> tuple[_Node, ...]:
        if len(self) > _CACHED_WORDS:
            self.clear()
        keys = _keys_of_text_word(word, self._lang)
        nodes = self[word] = tuple(self._root.next[key] for key in keys if key in self._root.next)
        return nodes


def _significant(words: list[str]) -> list[str]:
    """The words of a term without the small linking words between the others."""
    return [word for i, word in enumerate(words) if i in (0, len(words) - 1) or word not in _LINKS]


def _key_of_term_word(word: str, lang: str) -> str:
    return "=" + word if _is_acronym(word) else _lemma_key(word, lang)


def _keys_of_text_word(word: str, lang: str) -> tuple[str, ...]:
    """All that a word of a text may stand for: its lemma, and itself as an acronym."""
    if _is_acronym(word):
        return "=" + word, _lemma_key(word, lang)
    if word[-1] == "s" and _is_acronym(word[:-1]):  # LLMs
        return "=" + word[:-1], _lemma_key(word, lang)
    return (_lemma_key(word, lang),)


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
