"""What two titles say of two articles: the same piece, the next issue of a series, or nothing certain.

Sites dress a title up (a tag before it, their own name after it), and series keep it and change a number or a date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from digest.language.words import STOP_WORDS, fold, tokens

Likeness = Literal["same", "near", "other", "conflict"]
"""`conflict`: each has a number or a date that the other has not, as two issues of a series have."""

NEAR = 0.6
"""Least share of common words (Jaccard, stop words left out) of two titles that are near each other."""
_LONGEST = 400
"""Characters of a title that are read."""
_TELLING = 5
"""Words two undressed titles must share to be the same when both were dressed."""


@dataclass(frozen=True, slots=True)
class Title:
    """A title made ready to be compared."""

    whole: str
    """Its words, folded, one space between."""
    undressed: frozenset[str]
    """The same, and what remains of it without the tag before it or the site's name after it."""
    words: frozenset[str]
    """The words that carry its subject, folded; numbers and dates in one spelling."""
    marks: frozenset[str]
    cut: bool
    """It ends with an ellipsis: only its beginning is known."""


@lru_cache(maxsize=10_000)
def read_title(title: str) -> Title:
    """A title as one compares it, whatever its language."""
    title = " ".join(title[:_LONGEST].split())
    whole = _plain(title)
    words = frozenset(mark(word) or word for word in whole.split() if word not in _STOP)
    return Title(whole, _undressed(title) | {whole}, words, marks(whole.split()), title.endswith(("…", "...")))


def compare_titles(one: Title, two: Title) -> Likeness:
    """How alike two titles are; empty ones, or ones of signs alone, are `other`."""
    if one.marks - two.marks and two.marks - one.marks:
        return "conflict"
    if not one.whole or not two.whole:
        return "other"
    if one.whole in two.undressed or two.whole in one.undressed or _begins(one, two) or _begins(two, one):
        return "same"
    if any(len(shared.split()) >= _TELLING for shared in one.undressed & two.undressed):
        return "same"
    return "near" if closeness(one, two) >= NEAR else "other"


def closeness(one: Title, two: Title) -> float:
    """The share of the subject words of two titles that both have, 0 to 1."""
    return len(one.words & two.words) / (len(one.words | two.words) or 1)


def marks(words: Iterable[str]) -> frozenset[str]:
    """What tells two issues apart, among folded words: numbers, versions, ordinals, months, days, each in one spelling."""
    return frozenset(found for word in words if (found := mark(word)))


def mark(word: str) -> str | None:
    """The number or date that a folded word tells, "12" for "douzième" as for "12e"; None for any other word."""
    if word in _MARKS:
        return _MARKS[word]
    if word.isalpha() or not any(map(str.isdigit, word)):
        return None
    return _ORDINAL.sub(r"\1", word).lstrip("0") or "0"


def words_of(text: str) -> list[str]:
    """The words of a text as one compares them: folded, thousands in one piece ("10 000": "10000")."""
    return tokens(_THOUSANDS.sub(lambda group: _NOT_DIGIT.sub("", group.group()), fold(text)))


def _plain(title: str) -> str:
    return " ".join(words_of(title))


def _undressed(title: str) -> frozenset[str]:
    bare = _TAIL_NOTE.sub("", _TAG.sub("", title))
    bodies = [bare]
    if cuts := list(_SEPARATOR.finditer(bare)):
        bodies += [bare[: cuts[-1].start()], bare[cuts[0].end() :]]
    return frozenset(plain for body in bodies if (plain := _plain(body)))


def _begins(one: Title, two: Title) -> bool:
    start = one.whole.rsplit(" ", 1)[0]  # its last word may be cut too
    return one.cut and len(start.split()) >= _TELLING and two.whole.startswith(start)


_TAG = re.compile(r"^(?:\[[^\]]{1,40}\]|[A-ZÀ-Ý][A-ZÀ-Ý' ’]{3,30}\s?[.:|])\s*")
"""A tag before a title: "[MàJ] …", "LONG FORMAT. …", "EXCLUSIF : …"."""
_TAIL_NOTE = re.compile(
    r"\s*[\[(](?:mise? à jour|màj|maj|actualisé|updated?|vidéo|video|podcast)[^\])]{0,30}[\])]$", re.IGNORECASE
)
_SEPARATOR = re.compile(r" [|·•–—-] | ?\| ?| :: ")
_NOT_DIGIT = re.compile(r"\D")
_THOUSANDS = re.compile(r"\b\d{1,3}(?:[ .,]\d{3})+\b")
_ORDINAL = re.compile(r"^(\d+)(?:er|ere|re|e|eme|nd|nde|st|th|rd|o)$")
_STOP = frozenset(fold(word) for words in STOP_WORDS.values() for word in words)

_SPELT = {
    "1": "premier premiere first",
    "2": "deux deuxieme second seconde two ii",
    "3": "trois troisieme three third iii",
    "4": "quatre quatrieme four fourth iv",
    "5": "cinq cinquieme five fifth",
    "6": "six sixieme sixth vi",
    "7": "sept septieme seven seventh vii",
    "8": "huit huitieme eight eighth viii",
    "9": "neuvieme nine ninth ix",
    "10": "dix dixieme ten tenth",
    "11": "onze onzieme eleven eleventh xi",
    "12": "douze douzieme twelve twelfth xii",
}
_NAMED = """
    janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre printemps automne hiver
    lundi mardi mercredi jeudi vendredi samedi dimanche
    january february march april june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday
    januar februar marz juni juli oktober dezember montag dienstag mittwoch donnerstag freitag samstag sonntag
    enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
    lunes martes miercoles jueves viernes sabado domingo
    gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre lunedi martedi mercoledi giovedi venerdi domenica
    janeiro fevereiro maio junho julho setembro outubro novembro dezembro
"""
_MARKS = {word: number for number, words in _SPELT.items() for word in words.split()} | {word: word for word in _NAMED.split()}
