"""Says which themes an article belongs to, and on what evidence, from the terms of the settings alone.

Each term found gives points, more in the title than in the opening, more there than in the body. The points of a theme add up;
one point is the threshold, and the score is `1 - 0.5 ** points`: 0.5 at one point, 0.75 at two.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log2
from typing import Literal

from digest.judge.terms import Found, Lexicon, Term
from digest.language.reading import read
from digest.model import Article, Evidence, ThemeMatch, Unheard, Working
from digest.settings import Theme

Place = Literal["title", "opening", "body"]

POINTS: dict[tuple[str, Place], float] = {
    ("strong", "title"): 1.3,
    ("strong", "opening"): 0.9,
    ("strong", "body"): 0.4,
    ("weak", "title"): 1.1,
    ("weak", "opening"): 0.65,
    ("weak", "body"): 0.3,
}
"""Points of a term said once; these and the figures below were chosen on labelled articles, see tests/data/themes.jsonl."""
BARE = 0.7
"""What is left of a weak term that is one bare word: "européen" says less than "Commission européenne"."""
NEAR = 20
"""Words within which a weak word and its context speak together; the title and the first words of the text are near."""
FAR = 0.5
"""What is left of a weak word whose context stands further off."""
TITLED = 1.4
"""What becomes of a weak word of the text whose context is in the title."""
PRESENCE = (0.0, 0.5, 0.8, 1.0)
"""What is left of weak words whose context stands 0, 1, 2, 3 times in the text, but not in the title nor as a strong word."""
OPENING = 60
"""Words of the text that count as its opening."""
DENSE = 220
"""Words of text in which a term said once has its full points in the body; in a longer text it must come back to have them."""
BRIEF, BRIEF_WORDS = 0.4, 100
"""The less there is to read, the more each term says: two fifths more for a title alone, nothing more from 100 words on."""
SOURCE = 0.3
"""Points of the theme that the source is known for: a weak vote, never enough alone."""
THRESHOLD = 0.5
SHOWN = 8
"""Pieces of evidence kept for a theme."""


class Themes:
    """The themes of a newsletter, ready to judge articles; terms are compiled for each language when it is first met."""

    def __init__(self, themes: Sequence[Theme]) -> None:
        self._themes = tuple(themes)
        self._terms = tuple(term for place, theme in enumerate(themes) for term in _terms(place, theme))
        self._lexicons: dict[str, Lexicon] = {}

    def judge(self, article: Article, hint: str | None = None) -> tuple[ThemeMatch, ...]:
        """The themes that fit an article, best first; `hint` is the id of the theme its source is known for, if any."""
        matches = [match for match in self.weigh(article, hint) if match.score >= THRESHOLD]
        return tuple(sorted(matches, key=lambda match: -match.score))

    def weigh(self, article: Article, hint: str | None = None) -> tuple[ThemeMatch, ...]:
        """Every theme of which the article says something, in the order of the settings, even where that is too little."""
        reading = self._read(article)
        matches = []
        for place in sorted(reading.found):
            if evidence := self._weighed(place, reading, article, hint):
                because = sorted(evidence, key=lambda each: -each.weight)[:SHOWN]
                matches.append(ThemeMatch(self._themes[place].id, _score(evidence), tuple(because)))
        return tuple(matches)

    def work(self, article: Article, hint: str | None = None) -> tuple[Working, ...]:
        """How each theme of the settings is weighed, in their order: for someone who edits the terms."""
        reading = self._read(article)
        workings = []
        for place, theme in enumerate(self._themes):
            evidence = sorted(self._weighed(place, reading, article, hint), key=lambda each: -each.weight)
            unheard = _unheard(theme, reading.found[place])
            workings.append(Working(theme.id, _score(evidence), THRESHOLD, tuple(evidence), tuple(dict.fromkeys(unheard))))
        return tuple(workings)

    def _read(self, article: Article) -> _Reading:
        if article.lang not in self._lexicons:
            self._lexicons[article.lang] = Lexicon(self._terms, article.lang)
        return _Reading(article, self._lexicons[article.lang])

    def _weighed(self, place: int, reading: _Reading, article: Article, hint: str | None) -> list[Evidence]:
        """Every piece of evidence for one theme, in the order of the article."""
        theme = self._themes[place]
        evidence = [_evidence(heard, reading.length) for heard in _heard(theme, reading.found[place])]
        if evidence and hint == theme.id:
            evidence.append(Evidence(article.source, "source", SOURCE))
        return evidence


def themes_of(themes: Sequence[Theme]) -> Themes:
    """The themes of a newsletter, compiled once as long as they stay the same: a worker drafts for many that have the same."""
    return _compiled(tuple(theme.model_dump_json(by_alias=True) for theme in themes))


@lru_cache(maxsize=8)
def _compiled(written: tuple[str, ...]) -> Themes:
    return Themes([Theme.model_validate_json(one) for one in written])


class _Reading:
    """An article's title and text as words, and the terms of each theme in them.

    Words are counted from the start of the text: those of the title have negative places.
    """

    __slots__ = ("found", "length")

    def __init__(self, article: Article, lexicon: Lexicon) -> None:
        title, *parts = (read(part) for part in (article.title, *_texts(article)))
        self.length = sum(len(part.words) for part in parts)
        self.found: defaultdict[int, list[Found]] = defaultdict(list)
        place = -len(title.words)
        for part in (title, *parts):
            for each in lexicon.find(part, place):
                self.found[each.term.theme].append(each)
            place += len(part.words)


@dataclass(slots=True)
class _Heard:
    """A term that counts in one place: how the text says it first, and how many times, those out of context for less."""

    term: Term
    place: Place
    quote: str
    times: float = 0.0


def _terms(place: int, theme: Theme) -> Iterator[Term]:
    yield from (Term(place, "strong", text) for text in theme.words)
    yield from (Term(place, "weak", text) for text in theme.weak_words)
    yield from (Term(place, "with", text) for text in theme.context)
    yield from (Term(place, "not", text) for text in theme.exclude)


def _texts(article: Article) -> tuple[str, ...]:
    """The article's text, after its summary where the text does not begin with it."""
    if not article.summary or article.summary[:60] in article.text[:2000]:
        return (article.text,)
    return (article.summary, article.text)


def _heard(theme: Theme, found: Sequence[Found]) -> list[_Heard]:
    """The terms of one theme that count: the strong ones, and the weak ones in company."""
    terms, company = _sifted(theme, found)
    heard: dict[tuple[Term, Place], _Heard] = {}
    for each in terms:
        times = 1.0 if each.term.kind == "strong" else company.closeness(each)
        if times:
            place = _place(each)
            if (each.term, place) not in heard:
                heard[each.term, place] = _Heard(each.term, place, each.quote)
            heard[each.term, place].times += times
    return list(heard.values())


def _unheard(theme: Theme, found: Sequence[Found]) -> Iterator[Unheard]:
    """The terms of one theme that do not count, and why."""
    terms, company = _sifted(theme, found)
    hidden, exclusions = _hidden(found), [each for each in found if each.term.kind == "not"]
    for each in found:
        if each.term.kind not in ("strong", "weak"):
            continue
        if hidden.issuperset(range(each.start, each.end)):
            around = next(other for other in exclusions if other.start < each.end and each.start < other.end)
            yield Unheard(each.quote, _place(each), "excluded", around.quote)
        elif each not in terms:
            around = next(other for other in terms if other.start <= each.start and each.end <= other.end)
            yield Unheard(each.quote, _place(each), "longer", around.quote)
        elif each.term.kind == "weak" and not company.closeness(each):
            yield Unheard(each.quote, _place(each), "alone")


def _sifted(theme: Theme, found: Sequence[Found]) -> tuple[list[Found], _Company]:
    """The terms that stand outside excluded expressions and longer terms, and what the weak ones may stand beside."""
    if hidden := _hidden(found):
        found = [each for each in found if not hidden.issuperset(range(each.start, each.end))]
    terms = _longest([each for each in found if each.term.kind in ("strong", "weak")])
    return terms, _Company([each for each in found if each.term.kind in ("strong", "with")] if theme.context else terms)


def _hidden(found: Sequence[Found]) -> set[int]:
    """The places of the words inside excluded expressions."""
    return {place for each in found if each.term.kind == "not" for place in range(each.start, each.end)}


def _place(found: Found) -> Place:
    return "title" if found.start < 0 else "opening" if found.start < OPENING else "body"


class _Company:
    """What weak terms of one theme may stand beside, in reading order."""

    __slots__ = ("_found", "_in_title", "_presence", "_starts", "_terms")

    def __init__(self, found: Sequence[Found]) -> None:
        self._found = found
        self._starts = [each.start for each in found]
        self._terms = {each.term for each in found}
        self._in_title = {each.term for each in found if each.start < 0}
        spoken = bool(self._in_title) or any(term.kind == "strong" for term in self._terms)
        self._presence = 1.0 if spoken else PRESENCE[min(len(set(self._starts)), len(PRESENCE) - 1)]

    def closeness(self, weak: Found) -> float:
        """What a weak term is worth by its company: most under a title that has it, less beside it, less further off, else 0."""
        if weak.start >= 0 and self._in_title - {weak.term}:
            return TITLED
        if not self._terms - {weak.term}:
            return 0.0
        first, last = bisect_left(self._starts, weak.start - NEAR), bisect_left(self._starts, weak.end + NEAR)
        for other in self._found[first:last]:
            if other.term is not weak.term and not (other.start < weak.end and weak.start < other.end):
                return self._presence
        return FAR * self._presence if len(self._found) > last - first else 0.0


def _longest(terms: Sequence[Found]) -> list[Found]:
    """The terms that do not stand inside a longer one (the same words may be several terms)."""
    kept: list[Found] = []
    for each in sorted(terms, key=lambda each: (each.start, -each.end)):
        if not kept or each.end > kept[-1].end or (each.start, each.end) == (kept[-1].start, kept[-1].end):
            kept.append(each)
    return kept


def _evidence(heard: _Heard, length: int) -> Evidence:
    """What a term weighs in an article whose text has `length` words."""
    term = heard.term
    points = POINTS[term.kind, heard.place] * (1 if term.kind == "strong" or term.is_precise else BARE)
    if heard.place == "body":
        points *= log2(1 + heard.times * min(1.0, DENSE / length))
    else:
        points *= min(TITLED if term.kind == "weak" else 1.0, heard.times)
    return Evidence(heard.quote, heard.place, round(points * (1 + BRIEF * max(0.0, 1 - length / BRIEF_WORDS)), 3))


def _score(evidence: Sequence[Evidence]) -> float:
    return round(1 - 0.5 ** sum(each.weight for each in evidence), 4)
