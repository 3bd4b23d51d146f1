"""Which articles are worth comparing, among a hundred thousand: MinHash of their texts, and the rare words of their titles.

A signature is small and depends on its article alone, so that it can be kept. Two articles that share none of its keys are never
compared; sharing some proves nothing yet.
"""

from __future__ import annotations

import unicodedata
import zlib
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digest.judge.titles import read_title
from digest.language.words import fold, tokens
from digest.model import Article

Keys = NDArray[np.uint64]

BANDS, ROWS = 16, 4
"""64 permutations: two texts that share half their 3-word shingles meet with a chance of 0.64, three quarters of them 0.998."""
_TITLE_WORDS = 10
_WIDTH = BANDS + 1 + _TITLE_WORDS
_LONGEST = 20_000
"""Characters of a text that are read; a book is known by its first chapters."""
COMMON = 60
"""A title word that more articles share leads nowhere."""
_BEFORE = 12
"""Articles that share a key are each compared to so many of those before it."""
_SHARED_WORDS = 2
"""Rare title words two articles must share to be compared."""


def signature(article: Article) -> bytes:
    """What an article is looked up by: 27 keys of 8 bytes (16 bands of its text, its title, 10 words of its title; 0 is none)."""
    keys = np.zeros(_WIDTH, dtype=np.uint64)
    found = shingles(_words(body(article)))
    if found.size:
        keys[:BANDS] = _bands(found)
    title = read_title(article.title)
    if title.words:
        shortest = min(title.undressed, key=lambda body: (len(body), body))
        words = sorted(title.words, key=lambda word: (-len(word), word))[:_TITLE_WORDS]
        keys[BANDS : BANDS + 1 + len(words)] = _hashes([word.encode() for word in (shortest, *words)]) + _TITLE
    return keys.tobytes()


def body(article: Article) -> str:
    """An article's text, then its summary where the text does not hold it."""
    summary = "" if article.summary in article.text else article.summary
    return unicodedata.normalize("NFC", f"{article.text[:_LONGEST]}\n{summary[:_LONGEST]}")


def shingles(words: Sequence[bytes]) -> Keys:
    """The hashes of the runs of three words, in their order; of fewer words, one hash; of none, none."""
    if not words:
        return np.zeros(0, dtype=np.uint64)
    hashes = _hashes([*words, b"", b""][: max(3, len(words))])
    return np.asarray(hashes[:-2] * _FACTORS[0] + hashes[1:-1] * _FACTORS[1] + hashes[2:] * _FACTORS[2])


def candidates(known: Sequence[bytes], new: Sequence[bytes]) -> list[list[tuple[int, bool]]]:
    """For each new signature, the places of those to compare it to, among known then new ones, all before its own; in order.

    With each, whether the texts or whole titles may be the same; if not, the titles only share rare words.
    """
    found: list[list[tuple[int, bool]]] = [[] for _ in new]
    if not new:
        return found
    keys = np.frombuffer(b"".join([*known, *new]), dtype=np.uint64).reshape(-1, _WIDTH)
    first = len(known)
    strong = np.unique(_meeting(keys[:, : BANDS + 1], first))
    weak, times = np.unique(_meeting(keys[:, BANDS + 1 :], first, most=COMMON), return_counts=True)
    every = np.union1d(strong, weak[times >= _SHARED_WORDS])
    for code, by_text in zip(every.tolist(), np.isin(every, strong).tolist(), strict=True):
        found[(code >> 32) - first].append((code & 0xFFFFFFFF, by_text))
    return found


def shared(new: Sequence[bytes], filed: Sequence[tuple[int, str]]) -> list[str]:
    """The ids of the articles worth comparing to one of the new; `filed` tells their keys, each with its article, the last first.

    As `candidates`, where too many articles are known to hold all their signatures.
    """
    by_key: dict[int, list[str]] = {}
    for key, article in filed:
        by_key.setdefault(key, []).append(article)
    found: dict[str, None] = {}
    for signature in new:
        keys = np.frombuffer(signature, dtype=np.int64).tolist()
        for key in keys[: BANDS + 1]:
            found |= dict.fromkeys(by_key.get(key, ())[:_BEFORE])
        rare = [by_key[key] for key in keys[BANDS + 1 :] if key and 0 < len(by_key.get(key, ())) <= COMMON]
        times = Counter(article for articles in rare for article in articles)
        found |= dict.fromkeys(article for article, count in times.items() if count >= _SHARED_WORDS)
    return list(found)


def _bands(found: Keys) -> Keys:
    least = (found[:, None] * _MULTIPLIERS + _SHIFTS).min(axis=0).reshape(BANDS, ROWS)
    return np.asarray((least * _BAND_FACTORS).sum(axis=1, dtype=np.uint64) + _BAND_NUMBERS)


def _meeting(keys: Keys, first: int, most: int | None = None) -> Keys:
    """Pairs that share a key of the same kind, as `later << 32 | earlier`, once for each shared key; `later` is a new one."""
    places = np.repeat(np.arange(len(keys), dtype=np.uint64), keys.shape[1])
    flat = keys.ravel()
    useful = (flat != 0) & np.isin(flat, keys[first:])
    flat, places = flat[useful], places[useful]
    order = np.lexsort((places, flat))
    flat, places = flat[order], places[order]
    if most is not None and flat.size:
        _, sizes = np.unique(flat, return_counts=True)
        rare = np.repeat(sizes <= most, sizes)
        flat, places = flat[rare], places[rare]
    found = [np.zeros(0, dtype=np.uint64)]
    for step in range(1, (most or _BEFORE + 1)):
        together = flat[step:] == flat[:-step]
        if not together.any():
            break
        later, earlier = places[step:][together], places[:-step][together]
        new = (later >= first) & (later != earlier)
        found.append((later[new] << np.uint64(32)) | earlier[new])
    return np.concatenate(found)


def _words(text: str) -> list[bytes]:
    """The words of a text, folded: through Latin-1, which is four times faster than `tokens`, where it is written in it."""
    words = text.replace("œ", "oe").encode("latin-1", "replace").translate(_FOLDED).split()
    if len(words) * _LONG_WORD < len(text):
        return [word.encode() for word in tokens(fold(text))]
    return words


def _hashes(words: Sequence[bytes]) -> Keys:
    return np.fromiter(map(zlib.crc32, words), dtype=np.uint64, count=len(words))


def _constants(start: int, count: int) -> Keys:
    """Odd numbers that never change, so that kept signatures stay good: a Weyl sequence finished as in MurmurHash3."""
    values = np.arange(start, start + count, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    values = (values ^ (values >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return (values ^ (values >> np.uint64(33))) | np.uint64(1)


_FACTORS = _constants(1, 3)
_MULTIPLIERS = _constants(101, BANDS * ROWS)
_SHIFTS = _constants(301, BANDS * ROWS)
_BAND_FACTORS = _constants(501, ROWS)
_TITLE = np.uint64(1 << 40)
_BAND_NUMBERS = _constants(601, BANDS)
_FOLDED = bytes(ord(folded[0]) if (folded := fold(chr(i))).isalnum() and folded.isascii() else 32 for i in range(256))
_LONG_WORD = 20
"""Characters a word, on average, above which a text is in another script."""
