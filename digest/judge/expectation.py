"""What an author's key points would share with each sentence of an article, if the author had written any.

Key points say again the words that an article says often and widely, and those of its title. So each word has a likelihood of
being in them: a logistic model with rounded weights, fitted by cross-validation on articles whose authors wrote their key points.
Sentences are worth the words they would share; a word said twice is worth nothing the second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from digest.language.words import lemmas, tokens, tokens_of_each

Floats = NDArray[np.float64]

_EXPECTED_LENGTH = 75
"""Tokens of an author's key points: 13 to 343 measured, 71 on average."""
_HEADING = 8
"""Tokens of what may be a heading, marked or not."""
_LONG = 15
"""Sentences of an article long enough to have a conclusion."""


class Expectation:
    """The sentences of one article, weighed; `say` tells it which were chosen."""

    def __init__(self, sentences: Sequence[str], title: str, lang: str) -> None:
        self.words = words = tokens_of_each(sentences)
        """The tokens of each sentence."""
        said = list(chain.from_iterable(words))
        places = _numbered(said)
        title_words = [word for word in tokens(title) if word in places]
        self._lengths = np.array([len(sentence) for sentence in words], dtype=np.int64)
        ids = np.fromiter(map(places.__getitem__, said), dtype=np.int64, count=len(said))
        self._holds = np.zeros((len(words), len(places)))
        """1 where a sentence (row) holds a word (column)."""
        rows = np.repeat(np.arange(len(words)), self._lengths)
        self._holds[rows, ids] = 1
        first = np.zeros(len(places))
        first[ids[::-1]] = rows[::-1]
        counts = np.bincount(ids, minlength=len(places))
        families = _same_lemma(places, lang)
        self._likely = self._likelihoods(counts, families, first, [places[word] for word in title_words])
        values = np.einsum("ij,j->i", self._holds, self._likely)
        self._weights = self._emphasis(values, [places[word] for word in title_words if len(word) > 3])
        self._gains: Floats = self._weights * values
        """Words that each sentence would add to those shared by the sentences said so far."""
        self._said = np.zeros(len(places), dtype=bool)
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
        new = np.flatnonzero((self._holds[number] > 0) & ~self._said)
        self._said[new] = True
        self._gains = self._gains - self._weights * np.einsum("ij,j->i", self._holds[:, new], self._likely[new])

    def _likelihoods(self, counts: NDArray[np.int64], families: NDArray[np.int64], first: Floats, in_title: list[int]) -> Floats:
        """For each word, how likely the key points are to use it."""
        if not len(counts):
            return np.zeros(0)
        spread = self._holds.mean(axis=0)
        related = np.bincount(families, weights=counts)[families]
        odds = 1.0 - 0.7 * np.log(counts.sum()) + 0.8 * np.log(counts) + 0.3 * np.log(related) + 1.5 * spread + 0.4 / (1 + first)
        odds[in_title] += 1.0
        odds[self._holds[self._lengths <= _HEADING].any(axis=0)] += 0.3
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
        weights[self._holds[:, in_title].any(axis=1)] *= 1.05
        if number >= _LONG:
            weights[int(0.9 * number) + 1 :] *= 1.05
        return weights


def _numbered(names: Iterable[str]) -> dict[str, int]:
    """A number for each different name."""
    different = dict.fromkeys(names)
    return dict(zip(different, range(len(different)), strict=True))


def _same_lemma(words: Iterable[str], lang: str) -> NDArray[np.int64]:
    """For each word the number of its lemma."""
    found = lemmas(words, lang)
    places = _numbered(found)
    return np.fromiter(map(places.__getitem__, found), dtype=np.int64, count=len(found))
