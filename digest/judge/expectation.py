"""What an author's key points would share with each sentence of an article, if the author had written any.

Key points say again the words that an article says often and widely, and those of its title. So each word has a likelihood of
being in them, and from it how many times they may say it: a logistic model whose rounded weights were chosen on articles whose
authors wrote their key points, where they also held for sources and languages kept apart. Sentences are worth the words they
would share, and nothing for words that are said enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from digest.language.reading import read

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_EXPECTED_LENGTH = 65
"""Tokens of an author's key points: 13 to 343 measured, 71 on average."""
_HEADING = 8
"""Tokens of what may be a heading, marked or not."""
_LONG = 15
"""Sentences of an article long enough to have a conclusion."""
_MOST_TIMES = 6
"""Times that a word may be worth saying."""
_AGAIN = 0.5
"""What is left of the worth of a word said before."""


class Expectation:
    """The sentences of one article, weighed; `say` tells it which were chosen."""

    def __init__(self, text: str, spans: Sequence[tuple[int, int]], title: str) -> None:
        reading = read(text)
        limits = np.searchsorted(reading.starts, np.fromiter(chain.from_iterable(spans), np.int64, 2 * len(spans))).tolist()
        self._words = [reading.lower[first:last] for first, last in zip(limits[::2], limits[1::2], strict=True)]
        self._lengths = np.fromiter(map(len, self._words), np.int64, len(spans))
        different = dict.fromkeys(chain.from_iterable(self._words))
        numbers = dict(zip(different, range(len(different)), strict=True))
        said = np.fromiter(map(numbers.__getitem__, chain.from_iterable(self._words)), np.int64, self._lengths.sum())
        self._rows, self._held, self._time = _sorted(np.repeat(np.arange(len(spans)), self._lengths), said)
        """For each word said: its sentence, its number, and how many times the sentence has said it before."""
        title_words = [word for word in read(title).lower if word in numbers]
        likely = self._likelihoods(np.bincount(said, minlength=len(numbers)), [numbers[word] for word in title_words])
        self._weights = self._emphasis(likely, [numbers[word] for word in title_words if len(word) > 3])
        self._worth = _worth(likely).ravel()
        """What saying each word is worth, the first time, then the second, …"""
        self._places = np.minimum(self._time, _MOST_TIMES) * len(numbers) + self._held
        """Where to find what each word said is worth."""
        self._different = len(numbers)
        self._gains = self._sums(self._worth[self._places]) * self._weights
        """Words that each sentence would add to those shared by the sentences said so far."""
        self._gained, self._length = 0.0, _EXPECTED_LENGTH

    def words(self, number: int) -> list[str]:
        """The words of a sentence, in lower case."""
        return self._words[number]

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
        """Count a sentence as said: each of its words is worth less in the others."""
        self._gained += float(self._gains[number])
        self._length += int(self._lengths[number])
        first, last = np.searchsorted(self._rows, (number, number + 1))
        times = np.bincount(self._held[first:last], minlength=self._different)
        self._time = self._time + times[self._held]
        self._places = np.minimum(self._time, _MOST_TIMES) * self._different + self._held
        self._gains = self._sums(self._worth[self._places]) * self._weights

    def _sums(self, values: Floats) -> Floats:
        """Of values for each word said, the sum for each sentence."""
        return np.bincount(self._rows, values, len(self._lengths)).astype(np.float64)

    def _likelihoods(self, counts: Integers, in_title: list[int]) -> Floats:
        """For each word, how likely the key points are to use it."""
        if not len(counts):
            return np.zeros(0)
        once = self._held[self._time == 0]
        spread = np.bincount(once) / len(self._lengths)
        first = np.zeros(len(counts))
        first[self._held[::-1]] = self._rows[::-1]
        odds = -0.3 - 0.5 * np.log(counts.sum()) + 1.1 * np.log(counts) + 1.2 * spread + 0.4 / (1 + first)
        odds[in_title] += 1.0
        odds[self._held[(self._lengths <= _HEADING)[self._rows]]] += 0.3
        likely: Floats = 1 / (1 + np.exp(-odds))
        return likely

    def _emphasis(self, likely: Floats, in_title: list[int]) -> Floats:
        """How much each sentence's words count: more where its neighbours are rich too, where it speaks of the title, and where
        it concludes a long article."""
        number = len(self._lengths)
        rich = self._sums(likely[self._held] * (self._time == 0)) / (self._lengths + 10)
        sums = np.concatenate(([0.0], rich.cumsum()))
        start, end = np.maximum(np.arange(number) - 2, 0), np.minimum(np.arange(number) + 3, number)
        usual = (sums[-1] / max(1, number)) or 1.0
        weights: Floats = 1 + 0.4 * ((sums[end] - sums[start]) / (end - start) / usual - 1)
        titled = np.zeros(len(likely), dtype=bool)
        titled[in_title] = True
        weights[self._rows[titled[self._held]]] *= 1.05
        if number >= _LONG:
            weights[int(0.9 * number) + 1 :] *= 1.1
        return weights


def _sorted(rows: Integers, words: Integers) -> tuple[Integers, Integers, Integers]:
    """Rows and words sorted, and for each how many times it is there before."""
    if not len(words):
        return rows, words, words
    order = np.lexsort((words, rows))
    rows, words = rows[order], words[order]
    place = np.arange(len(words))
    is_new = np.concatenate(([True], (words[1:] != words[:-1]) | (rows[1:] != rows[:-1])))
    return rows, words, place - np.maximum.accumulate(place * is_new)


def _worth(likely: Floats) -> Floats:
    """For each time that a word is said, how likely the key points are to say it so often, by Poisson's law; then 0."""
    mean = -np.log1p(-np.minimum(likely, 1 - 1e-9))
    exactly = np.exp(-mean)
    more = 1 - exactly
    worth = [more]
    for times in range(1, _MOST_TIMES):
        exactly = exactly * mean / times
        more = more - exactly
        worth.append(_AGAIN * more)
    return np.stack([*worth, np.zeros(len(likely))])
