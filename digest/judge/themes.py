"""Says which themes an article belongs to, and on what evidence, from the terms of the settings alone.

Each term found gives points, more in the title than in the opening, more there than in the body. The points of a theme add up;
one point is the threshold, and the score is `1 - 0.5 ** points`: 0.5 at one point, 0.75 at two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import log2
from typing import Literal

from digest.judge.terms import Found, Lexicon, Term, Words
from digest.model import Article, Evidence, ThemeMatch
from digest.settings import Theme

Place = Literal["title", "opening", "body"]

POINTS: dict[tuple[str, Place], float] = {
    ("strong", "title"): 1.0,
    ("strong", "opening"): 0.6,
    ("strong", "body"): 0.3,
    ("weak", "title"): 0.7,
    ("weak", "opening"): 0.4,
    ("weak", "body"): 0.2,
}
"""Points of a term said once, chosen on labelled articles (tests/data/themes.jsonl is of their kind)."""
BARE = 0.7
"""What is left of a weak term that is one bare word: "européen" says less than "Commission européenne"."""
TITLE_ALONE = 1.5
"""Where there is no text, the title speaks for it too."""
OPENING = 60
"""Words of the text that count as its opening."""
NEAR = 25
"""Words within which a weak word and its context speak together."""
DENSE = 250
"""Words of body in which a term said once has its full points; in a longer body it must come back to have them."""
SOURCE = 0.3
"""Points of the theme that the source is known for: a weak vote, never enough alone."""
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
        if article.lang not in self._lexicons:
            self._lexicons[article.lang] = Lexicon(self._terms, article.lang)
        return tuple(
            sorted((match for match in self._judge_all(article, hint) if match.score >= 0.5), key=lambda match: -match.score)
        )

    def _judge_all(self, article: Article, hint: str | None = None) -> list[ThemeMatch]:
        lexicon = self._lexicons[article.lang]
        title, text = Words(article.title), Words(_text(article))
        in_title, in_text = _by_theme(lexicon.find(title)), _by_theme(lexicon.find(text))
        matches = []
        for place in sorted(in_title.keys() | in_text.keys()):
            theme = self._themes[place]
            heard = _heard(theme, _Page(title, in_title[place]), _Page(text, in_text[place]))
            evidence = _weighed(heard, len(text))
            if evidence and hint == theme.id:
                evidence.append(Evidence(article.source, "source", SOURCE))
            matches.append(_match(theme.id, evidence))
        return matches


@dataclass(frozen=True, slots=True)
class _Heard:
    """A term that counts: which, where, and how the text says it."""

    term: Term
    place: Place
    quote: str


class _Page:
    """A title or a text, and the terms of one theme in it, without those inside an excluded expression or a longer term."""

    __slots__ = ("_context", "terms", "words")

    def __init__(self, words: Words, found: Sequence[Found]) -> None:
        self.words = words
        excluded = [each for each in found if each.term.kind == "not"]
        kept = [each for each in found if each.term.kind != "not" and not any(_covers(other, each) for other in excluded)]
        terms = [each for each in kept if each.term.kind in ("strong", "weak")]
        self.terms = [each for each in terms if not any(_covers(other, each) and len(other) > len(each) for other in terms)]
        self._context = [each for each in kept if each.term.kind in ("with", "strong")]

    @property
    def has_context(self) -> bool:
        return bool(self._context)

    def context_near(self, found: Found) -> bool:
        return any(
            each.start < found.end + NEAR and found.start < each.end + NEAR and not _overlap(each, found)
            for each in self._context
        )


def _terms(place: int, theme: Theme) -> Iterator[Term]:
    yield from (Term(place, "strong", text) for text in theme.words)
    yield from (Term(place, "weak", text) for text in theme.weak_words)
    yield from (Term(place, "with", text) for text in theme.context)
    yield from (Term(place, "not", text) for text in theme.exclude)


def _text(article: Article) -> str:
    """The article's text, after its summary where the text does not begin with it."""
    if not article.summary or article.summary[:60] in article.text[:2000]:
        return article.text
    return f"{article.summary}\n\n{article.text}"


def _by_theme(found: Sequence[Found]) -> defaultdict[int, list[Found]]:
    groups: defaultdict[int, list[Found]] = defaultdict(list)
    for each in found:
        groups[each.term.theme].append(each)
    return groups


def _heard(theme: Theme, title: _Page, text: _Page) -> Iterator[_Heard]:
    """The terms that count: the strong ones, and the weak ones in their context (or, without `with`, beside another term)."""
    distinct = {each.term for page in (title, text) for each in page.terms}
    for page in (title, text):
        for found in page.terms:
            if found.term.kind == "weak" and not (_in_context(found, page, title) if theme.context else len(distinct) > 1):
                continue
            place: Place = "title" if page is title else "opening" if found.start < OPENING else "body"
            yield _Heard(found.term, place, page.words.quote(found.start, found.end))


def _in_context(found: Found, page: _Page, title: _Page) -> bool:
    return page.context_near(found) or (page is not title and title.has_context)


def _weighed(heard: Iterable[_Heard], length: int) -> list[Evidence]:
    """One piece of evidence for each term in each place; `length` is that of the text, in words."""
    groups: dict[tuple[Term, Place], list[str]] = {}
    for each in heard:
        groups.setdefault((each.term, each.place), []).append(each.quote)
    return [
        Evidence(quotes[0], place, round(_points(term, place, len(quotes), length), 3))
        for (term, place), quotes in groups.items()
    ]


def _points(term: Term, place: Place, times: int, length: int) -> float:
    points = POINTS[term.kind, place]
    if term.kind == "weak" and not term.is_precise:
        points *= BARE
    if place == "title":
        return points if length else points * TITLE_ALONE
    if place == "opening":
        return points
    return points * log2(1 + times * min(1.0, DENSE / length))


def _match(theme: str, evidence: Sequence[Evidence]) -> ThemeMatch:
    points = sum(each.weight for each in evidence)
    because = sorted(evidence, key=lambda each: -each.weight)[:SHOWN]
    return ThemeMatch(theme, round(1 - 0.5**points, 4), tuple(because))


def _covers(found: Found, other: Found) -> bool:
    return found.start <= other.start and other.end <= found.end


def _overlap(found: Found, other: Found) -> bool:
    return found.start < other.end and other.start < found.end
