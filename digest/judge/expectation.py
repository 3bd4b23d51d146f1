"""What an author's key points would share with each sentence of an article, if the author had written any.

Key points say again the words that an article says often and widely, and those of its title. So each word has a likelihood of
being in them, and from it how many times they may say it: a logistic model whose rounded weights were chosen on articles whose
authors wrote their key points, where they also held for sources and languages kept apart. Sentences are worth the words they
would share, and nothing for words that are said enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from digest.language.reading import numbered, read

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_EXPECTED_LENGTH = 65
"""Tokens of an author's key points: 13 to 343 measured, 71 on average."""
_HEADING = 8
"""Tokens of what may be a heading, marked or not."""
_LONG = 15
"""Sentences of an article long enough to have a conclusion."""
_SHORT = 3
"""Letters of a word that hardly names anything."""
_MOST_TIMES = 6
"""Times that a word may be worth saying."""
_AGAIN = 0.5
"""What is left of the worth of a word said before."""


class Expectation:
    """The sentences of one article, weighed; `say` tells it which were chosen."""

    def __init__(self, text: str, spans: Sequence[tuple[int, int]], title: str) -> None:
        said, entitled = read(text), read(title)
        limits = np.searchsorted(said.starts, np.fromiter(chain.from_iterable(spans), np.int64, 2 * len(spans))).reshape(-1, 2)
        self._lengths: Integers = limits[:, 1] - limits[:, 0]
        self._ends: Integers = np.cumsum(self._lengths)
        self._rows = np.repeat(np.arange(len(spans)), self._lengths)
        """For each word said, in the order of the text, its sentence."""
        places = np.arange(len(self._rows)) + np.repeat(limits[:, 1] - self._ends, self._lengths)
        words, title_words = numbered(said.words, entitled.words)
        self._held, self._times, different = _counted(words[places], self._rows)
        """For each word said, which of the different words it is, and how many times its sentence has said it before."""
        self._different = len(different)
        in_title = _places(title_words, different)
        named = _places(title_words[[len(word) > _SHORT for word in entitled.words]], different)
        likely = self._likelihoods(in_title)
        self._weights = self._emphasis(likely, named)
        self._worth = _worth(likely).ravel()
        """What saying each word is worth, the first time, then the second, …"""
        self._gained, self._length = 0.0, _EXPECTED_LENGTH
        self._is_given = np.zeros(len(spans), dtype=bool)
        self._weigh()

    def next(self) -> int | None:
        """The sentence, of those not given yet, with which what is said would agree best with the key points; None after all.

        By the expected ROUGE-1 F, `2 x shared words / (words said + words of the key points)`: it asks for what matters in few
        words, and for nothing twice.
        """
        number = int(self._agreement.argmax())
        if self._agreement[number] < 0:
            return None
        self._agreement[number] = -1
        self._is_given[number] = True
        return number

    def score(self, number: int) -> float:
        """How far a sentence by itself would agree with the key points beyond what is said, 0 to 1."""
        return float(min(1.0, 2 * self._gains[number] / (_EXPECTED_LENGTH + self._lengths[number])))

    def say(self, number: int) -> None:
        """Count a sentence as said: each of its words is worth less in the others."""
        self._gained += float(self._gains[number])
        self._length += int(self._lengths[number])
        end = self._ends[number]
        words = self._held[end - self._lengths[number] : end]
        self._times = self._times + np.bincount(words, minlength=self._different)[self._held]
        self._weigh()

    def _weigh(self) -> None:
        places = np.minimum(self._times, _MOST_TIMES) * self._different + self._held
        self._gains = self._sums(self._worth[places]) * self._weights
        """Words that each sentence would add to those shared by the sentences said so far."""
        self._agreement = (self._gained + self._gains) / (self._length + self._lengths)
        self._agreement[self._is_given] = -1

    def _sums(self, values: Floats) -> Floats:
        """Of values for each word said, the sum for each sentence."""
        return np.bincount(self._rows, values, len(self._lengths)).astype(np.float64)

    def _likelihoods(self, in_title: Integers) -> Floats:
        """For each word, how likely the key points are to use it."""
        counts = np.bincount(self._held, minlength=self._different)
        spread = np.bincount(self._held, self._times == 0, self._different) / len(self._lengths)
        first = np.zeros(self._different)
        first[self._held[::-1]] = self._rows[::-1]
        odds = -0.3 - 0.5 * np.log(max(1, len(self._held))) + 1.1 * np.log(counts) + 1.2 * spread + 0.4 / (1 + first)
        odds[in_title] += 1.0
        odds[self._held[(self._lengths <= _HEADING)[self._rows]]] += 0.3
        likely: Floats = 1 / (1 + np.exp(-odds))
        return likely

    def _emphasis(self, likely: Floats, named: Integers) -> Floats:
        """How much each sentence's words count: more where its neighbours are rich too, where it speaks of the title, and where
        it concludes a long article."""
        number = len(self._lengths)
        rich = self._sums(likely[self._held] * (self._times == 0)) / (self._lengths + 10)
        sums = np.concatenate(([0.0], rich.cumsum()))
        start, end = _neighbours(number)
        usual = (sums[-1] / max(1, number)) or 1.0
        weights: Floats = 1 + 0.4 * ((sums[end] - sums[start]) / (end - start) / usual - 1)
        is_named = np.zeros(len(likely), dtype=bool)
        is_named[named] = True
        weights[self._rows[is_named[self._held]]] *= 1.05
        if number >= _LONG:
            weights[int(0.9 * number) + 1 :] *= 1.1
        return weights


@lru_cache(maxsize=256)
def _neighbours(number: int) -> tuple[Integers, Integers]:
    """For each of so many sentences, where the five around it start and end."""
    return np.maximum(np.arange(number) - 2, 0), np.minimum(np.arange(number) + 3, number)


def _counted(words: Integers, rows: Integers) -> tuple[Integers, Integers, Integers]:
    """For each word of the rows, which of the different ones it is, and how many times its row has it before; and the different
    ones."""
    if not len(words):
        return words, words, words
    place = np.arange(len(words))
    bits = len(words).bit_length()
    keys = np.sort((words << bits) | place)  # by word, and in the order of the text for one word: so by row too
    order, sorted_words = keys & ((1 << bits) - 1), keys >> bits
    sorted_rows = rows[order]
    is_new, is_new_pair = np.ones(len(words), dtype=bool), np.ones(len(words), dtype=bool)
    is_new[1:] = sorted_words[1:] != sorted_words[:-1]
    is_new_pair[1:] = is_new[1:] | (sorted_rows[1:] != sorted_rows[:-1])
    held, times = np.empty_like(words), np.empty_like(words)
    held[order] = np.cumsum(is_new) - 1
    times[order] = place - np.maximum.accumulate(place * is_new_pair)
    return held, times, sorted_words[is_new]


def _places(values: Integers, among: Integers) -> Integers:
    """Where those of the values that are among others stand there; the others are sorted."""
    places = np.searchsorted(among, values)
    return places[among[np.minimum(places, len(among) - 1)] == values] if len(among) else places[:0]


def _worth(likely: Floats) -> Floats:
    """For each time that a word is said, how likely the key points are to say it so often, by Poisson's law; then 0."""
    mean = -np.log1p(-np.minimum(likely, 1 - 1e-9))
    exactly = np.exp(-mean)
    worth = np.zeros((_MOST_TIMES + 1, len(likely)))
    worth[0] = more = 1 - exactly
    for times in range(1, _MOST_TIMES):
        exactly *= mean
        exactly /= times
        more = more - exactly
        worth[times] = more
    worth[1:] *= _AGAIN
    return worth
