"""What is worth a reader's minute in an article: the author's own key points, else the best sentences, always verbatim.

How sentences are chosen. Key points say again the words that an article says often, and those of its title. So each word has a
likelihood of being in the key points, and the sentences chosen are those that, together, would share most with them: the
expected ROUGE-1 F, `2 x expected shared words / (words chosen + words of the key points)`. That one measure asks for what
matters, in few words, and nothing twice. The likelihood is a logistic model with rounded weights, fitted by cross-validation on
articles whose authors wrote their key points.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

from digest.judge.quotable import Fault, fault
from digest.judge.sections import key_points
from digest.language.sentences import sentences
from digest.language.words import STOP_WORDS, lemma, tokens
from digest.model import Article, MadeBy, Takeaway

Span = tuple[int, int]

_MOST_SENTENCES = 200
"""Sentences considered, from the start of an article."""
_EXPECTED_LENGTH = 90
"""Tokens of an author's key points: 13 to 343 measured, 71 on average, more in French."""
_HEADING = 8
"""Tokens of what may be a heading, marked or not."""
_SAME = 0.6
"""Share of its subject words that a sentence may have in common with one already chosen."""


def takeaways(article: Article, *, limit: int, quoted_words: int) -> tuple[Takeaway, ...]:
    """At most `limit` takeaways of an article, best first, of at most `quoted_words` words together.

    The author's own section comes as it stands, in its order; else the best sentences that stand alone. An article that has
    words always gets one takeaway, however long; an empty one gets none.
    """
    points = key_points(article)
    if points:
        return tuple(_takeaway(article, span, "section", 1.0) for span in _within(article.text, points[:limit], quoted_words))
    choice = _Choice(article)
    for worst in Fault:
        chosen = choice.best(limit, quoted_words, worst)
        if chosen:
            return tuple(_takeaway(article, (one.start, one.end), "extract", score) for score, one in chosen)
    return ()


def _takeaway(article: Article, span: Span, made_by: MadeBy, score: float) -> Takeaway:
    return Takeaway(article.text, article.id, *span, made_by, round(min(score, 1.0), 3), article.version)


def _within(text: str, spans: Sequence[Span], quoted_words: int) -> list[Span]:
    """The first spans that hold at most `quoted_words` words together, one at least."""
    kept: list[Span] = []
    for start, end in spans:
        quoted_words -= len(text[start:end].split())
        if kept and quoted_words < 0:
            break
        kept.append((start, end))
    return kept


@dataclass(frozen=True, slots=True, eq=False)
class _Sentence:
    start: int
    end: int
    text: str
    length: int
    """In tokens."""
    words: frozenset[str]
    """Its different tokens."""


class _Choice:
    """The sentences of an article, weighed once, from which the best are taken under rules that may be relaxed."""

    def __init__(self, article: Article) -> None:
        self.lang = article.lang
        self.found = _sentences(article)
        self.likely = _likelihoods(article, self.found)
        self.weights = _weights(article, self.found, self.likely)
        self._faults: dict[_Sentence, Fault] = {}

    def best(self, limit: int, quoted_words: int, worst: Fault) -> list[tuple[float, _Sentence]]:
        """Scores and sentences, best first, with no fault graver than `worst`: greedily those that raise the expected F most."""
        left = dict(zip(self.found, self.weights, strict=True))
        chosen: list[tuple[float, _Sentence]] = []
        said: frozenset[str] = frozenset()
        value, length = 0.0, _EXPECTED_LENGTH
        while left and len(chosen) < limit:
            gains = {one: weight * sum(map(self.likely.__getitem__, one.words - said)) for one, weight in left.items()}
            ranked = sorted(gains, key=lambda one: (value + gains[one]) / (length + one.length), reverse=True)
            for one in ranked:
                del left[one]
                if self._fits(one, [other for _, other in chosen], quoted_words, worst):
                    chosen.append((2 * gains[one] / (_EXPECTED_LENGTH + one.length), one))
                    said, value, length = said | one.words, value + gains[one], length + one.length
                    quoted_words -= len(one.text.split())
                    break
        return sorted(chosen, key=lambda scored: scored[0], reverse=True)

    def _fits(self, one: _Sentence, chosen: list[_Sentence], quoted_words: int, worst: Fault) -> bool:
        if chosen and len(one.text.split()) > quoted_words:
            return False
        if one not in self._faults:
            self._faults[one] = fault(one.text, self.lang)
        return self._faults[one] <= worst and not any(self._says_the_same(one, other) for other in chosen)

    def _says_the_same(self, one: _Sentence, other: _Sentence) -> bool:
        a, b = self._subjects(one), self._subjects(other)
        return len(a & b) > _SAME * min(len(a), len(b))

    def _subjects(self, one: _Sentence) -> set[str]:
        return {lemma(word, self.lang) for word in one.words - STOP_WORDS.get(self.lang, frozenset())}


def _sentences(article: Article) -> list[_Sentence]:
    text = article.text
    found = []
    for start, end in sentences(text, article.lang)[:_MOST_SENTENCES] or _heading(text):
        words = tokens(text[start:end])
        found.append(_Sentence(start, end, text[start:end], len(words), frozenset(words)))
    return found


def _heading(text: str) -> list[Span]:
    """The first heading of an article that is nothing but headings."""
    first = text.strip().partition("\n")[0].removeprefix("## ").strip()
    return [(text.index(first), text.index(first) + len(first))] if first else []


def _likelihoods(article: Article, found: Sequence[_Sentence]) -> dict[str, float]:
    """For each word of the sentences, how likely the article's key points are to use it, 0 to 1."""
    counts = Counter(tokens(article.text))
    lemmas = {word: lemma(word, article.lang) for word in counts}
    families: Counter[str] = Counter()
    for word, count in counts.items():
        families[lemmas[word]] += count
    spread: Counter[str] = Counter()
    first: dict[str, int] = {}
    headings: set[str] = set()
    for i, one in enumerate(found):
        spread.update(one.words)
        headings.update(one.words if one.length <= _HEADING else ())
        for word in one.words:
            first.setdefault(word, i)
    title = frozenset(tokens(article.title))
    constant = 1.0 - 0.7 * log(counts.total() or 1)
    odds = {
        word: exp(
            constant
            + 0.8 * log(counts[word])
            + 0.3 * log(families[lemmas[word]])
            + 1.5 * uses / len(found)
            + 1.0 * (word in title)
            + 0.3 * (word in headings)
            + 0.4 / (1 + first[word])
        )
        for word, uses in spread.items()
    }
    return {word: chance / (1 + chance) for word, chance in odds.items()}


def _weights(article: Article, found: Sequence[_Sentence], likely: dict[str, float]) -> list[float]:
    """How much the words of each sentence count: more where its neighbours are rich too, and where it speaks of the title."""
    title = {word for word in tokens(article.title) if len(word) > 3}
    rich = [sum(map(likely.__getitem__, one.words)) / (one.length + 10) for one in found]
    usual = sum(rich) / max(1, len(rich)) or 1.0
    weights = []
    for i, one in enumerate(found):
        around = rich[max(0, i - 2) : i + 3]
        context = sum(around) / len(around) / usual - 1
        weights.append((1 + 0.2 * context) * (1.0 if title.isdisjoint(one.words) else 1.05))
    return weights
