"""What an author's key points would share with each sentence of an article, if the author had written any.

Key points say again the words that an article says often and widely, and those of its title. So each word has a likelihood of
being in them: a logistic model with rounded weights, fitted by cross-validation on articles whose authors wrote their key points.
Sentences are worth the words they would share; a word said twice is worth nothing the second time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain

import numpy as np
from numpy.typing import NDArray

from digest.language.words import lemmas, tokens, tokens_of_each

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_EXPECTED_LENGTH = 75
"""Tokens of an author's key points: 13 to 343 measured, 71 on average."""
_HEADING = 8
"""Tokens of what may be a heading, marked or not."""
_LONG = 15
"""Sentences of an article long enough to have a conclusion."""


class Expectation:
    """The sentences of one article, weighed; `say` tells it which were chosen."""

    def __init__(self, sentences: Sequence[str], title: str, lang: str) -> None:
        self.words = tokens_of_each(sentences)
        """The tokens of each sentence."""
        counts = Counter(chain.from_iterable(self.words))
        places = dict(zip(counts, range(len(counts)), strict=True))
        title_words = [word for word in tokens(title) if word in places]
        in_title = [places[word] for word in title_words]
        self._lengths = _integers(map(len, self.words), len(self.words))
        held = [dict.fromkeys(words) for words in self.words]
        self._ends = list(accumulate(map(len, held), initial=0))
        self._held = _integers(map(places.__getitem__, chain.from_iterable(held)), self._ends[-1])
        """The numbers of the different words of the first sentence, then of the second, …"""
        self._rows = np.repeat(np.arange(len(held)), np.diff(self._ends))
        """For each of them, the number of its sentence."""
        self._likely = self._likelihoods(counts, _related(counts, lang), in_title)
        """How likely the key points are to use each word; 0 once it is said."""
        values = self._values()
        self._weights = self._emphasis(values, [places[word] for word in title_words if len(word) > 3])
        self._gains: Floats = self._weights * values
        """Words that each sentence would add to those shared by the sentences said so far."""
        self._gained, self._length = 0.0, _EXPECTED_LENGTH

    def ranked(self) -> list[int]:
        """Numbers of the sentences, first the one with which what is said would agree best with the key points.

        By the expected ROUGE-1 F, `2 x shared words / (words said + words of the key points)`: it asks for what matters in few
        words, and for nothing twice.
        """
        agreement = (self._gained + self._gains) / (self._length + self._lengths)
        ranking: list[int] = np.argsort(-agreement, kind="stable").tolist()
        return ranking

    def score(self, number: int) -> float:
        """How far a sentence by itself would agree with the key points beyond what is said, 0 to 1."""
        return float(min(1.0, 2 * self._gains[number] / (_EXPECTED_LENGTH + self._lengths[number])))

    def say(self, number: int) -> None:
        """Count a sentence as said: its words are worth nothing in the others."""
        self._gained += float(self._gains[number])
        self._length += int(self._lengths[number])
        self._likely[self._held[self._ends[number] : self._ends[number + 1]]] = 0
        self._gains = self._weights * self._values()

    def _values(self) -> Floats:
        """Words that each sentence would share with the key points."""
        values: Floats = np.bincount(self._rows, self._likely[self._held], len(self._lengths)).astype(np.float64)
        return values

    def _likelihoods(self, counts: Counter[str], related: Integers, in_title: list[int]) -> Floats:
        """For each word, how likely the key points are to use it."""
        if not counts:
            return np.zeros(0)
        said = _integers(counts.values(), len(counts))
        spread = np.bincount(self._held) / len(self._lengths)
        first = np.zeros(len(said))
        first[self._held[::-1]] = self._rows[::-1]
        odds = 1.0 - 0.7 * np.log(said.sum()) + 0.8 * np.log(said) + 0.3 * np.log(related) + 1.5 * spread + 0.4 / (1 + first)
        odds[in_title] += 1.0
        odds[self._held[(self._lengths <= _HEADING)[self._rows]]] += 0.3
        likely: Floats = 1 / (1 + np.exp(-odds))
        return likely

    def _emphasis(self, values: Floats, in_title: list[int]) -> Floats:
        """How much each sentence's words count: more where its neighbours are rich too, where it speaks of the title, and where
        it concludes a long article."""
        number = len(values)
        rich = values / (self._lengths + 10)
        sums = np.concatenate(([0.0], rich.cumsum()))
        start, end = np.maximum(np.arange(number) - 2, 0), np.minimum(np.arange(number) + 3, number)
        usual = (sums[-1] / max(1, number)) or 1.0
        weights: Floats = 1 + 0.25 * ((sums[end] - sums[start]) / (end - start) / usual - 1)
        titled = np.zeros(len(self._likely), dtype=bool)
        titled[in_title] = True
        weights[self._rows[titled[self._held]]] *= 1.05
        if number >= _LONG:
            weights[int(0.9 * number) + 1 :] *= 1.05
        return weights


def _related(counts: Counter[str], lang: str) -> Integers:
    """For each word, how many times the words of its lemma are said together."""
    found = lemmas(counts, lang)
    together = dict.fromkeys(found, 0)
    for lemma, count in zip(found, counts.values(), strict=True):
        together[lemma] += count
    return _integers(map(together.__getitem__, found), len(found))


def _integers(values: Iterable[int], count: int) -> Integers:
    return np.fromiter(values, dtype=np.int64, count=count)
