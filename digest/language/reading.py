"""The words of a text, as they stand and where: split once, however many ask."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]

_WORD = re.compile(r"[^\W_]+")
_SIGNS = (*".,;:!?'’‘\"«»“”„()[]/-–—…%*+=&_#@•·€$|<>", "\u00a0", "\u202f")
"""What mostly stands between words, each replaced in one go."""
_ODD_SPACES = ("\u0085", "\u1680", *map(chr, range(0x2000, 0x200B)), "\u2028", "\u2029", "\u205f", "\u3000")
"""What `str.split` parts words at too, beside the signs that stand before the space in ASCII."""

_MOST_NUMBERS = 200_000


class Reading:
    """The words and numbers of one text; apostrophes, hyphens and other signs part them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._plain: str | None = text
        for sign in (*_SIGNS, *_ODD_SPACES):
            self._plain = self._plain.replace(sign, " ")
        self.words = self._plain.split()
        if not "".join(self.words).isalnum():
            self._plain, self.words = None, _WORD.findall(text)

    @cached_property
    def starts(self) -> Integers:
        """Where each word starts, in characters of the text."""
        if self._plain is None:
            return np.array([word.start() for word in _WORD.finditer(self.text)], dtype=np.int64)
        is_letter = np.frombuffer(f" {self._plain}".encode("utf-32-le"), dtype=np.uint32) > ord(" ")
        return np.flatnonzero(is_letter[1:] & ~is_letter[:-1])


@lru_cache(maxsize=3)
def read(text: str) -> Reading:
    """The words of a text. The last three are kept: an article's title, summary and text are read again for its takeaways."""
    return Reading(text)


def numbered(*texts: Sequence[str]) -> list[Integers]:
    """The words of texts as numbers: the same one for the same word, whatever its case. They are good for these texts only."""
    if len(_NUMBERS) > _MOST_NUMBERS:
        _NUMBERS.clear()
    return [np.fromiter(map(_NUMBERS.__getitem__, words), np.int64, len(words)) for words in texts]


class _Numbers(dict[str, int]):
    """A number for each word, filled as words are met."""

    def __missing__(self, word: str) -> int:
        lower = word.lower()
        number = self[word] = len(self) if lower == word else self[lower]
        return number


_NUMBERS = _Numbers()
