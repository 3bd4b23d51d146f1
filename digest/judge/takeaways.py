"""What is worth a reader's minute in an article: the author's own key points, else the best sentences, always verbatim.

How sentences are chosen. Key points say again the words that an article says often, and those of its title. So each word has a
likelihood of being in the key points, and the sentences chosen are those that, together, would share most with them: the
expected ROUGE-1 F, `2 x expected shared words / (words chosen + words of the key points)`. That one measure asks for what
matters, in few words, and nothing twice. The likelihood is a logistic model with rounded weights, fitted by cross-validation on
articles whose authors wrote their key points.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from math import exp

from digest.judge.quotable import Fault, fault
from digest.judge.sections import key_points
from digest.language.sentences import sentences
from digest.language.words import STOP_WORDS, lemma, tokens
from digest.model import Article, MadeBy, Takeaway

Span = tuple[int, int]

_MOST_SENTENCES = 200
"""Sentences considered, from the start of an article."""
_EXPECTED_LENGTH = 75
"""Tokens of an author's key points: 13 to 343 measured, 71 on average, more in French."""
_HEADING = 8
"""Tokens of what may be a heading, marked or not."""
_LONG = 15
"""Sentences of an article long enough to have a conclusion."""
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


@dataclass(slots=True, eq=False)  # not frozen: that doubles the cost of making one
class _Sentence:
    start: int
    end: int
    text: str
    tokens: list[str]
    length: int
    """In tokens."""
    words: frozenset[str] = frozenset()
    """Those of its words that the article repeats, or that its title holds."""
    value: float = 0.0
    """How many of its words the key points are expected to share."""


class _Choice:
    """The sentences of an article, weighed once, from which the best are taken under rules that may be relaxed."""

    def __init__(self, article: Article) -> None:
        self.lang = article.lang
        found = _sentences(article)
        self._likely = _weigh(article, found)
        self._weights = dict(zip(found, _weights(article, found), strict=True))
        self._faults: dict[_Sentence, Fault] = {}

    def best(self, limit: int, quoted_words: int, worst: Fault) -> list[tuple[float, _Sentence]]:
        """Scores and sentences, best first, with no fault graver than `worst`: greedily those that raise the expected F most."""
        gains = {one: weight * one.value for one, weight in self._weights.items()}
        chosen: list[tuple[float, _Sentence]] = []
        said: frozenset[str] = frozenset()
        value, length = 0.0, _EXPECTED_LENGTH
        while gains and len(chosen) < limit:
            for one in sorted(gains, key=lambda one: (value + gains[one]) / (length + one.length), reverse=True):
                gain = gains.pop(one)
                if self._fits(one, [other for _, other in chosen], quoted_words, worst):
                    chosen.append((2 * gain / (_EXPECTED_LENGTH + one.length), one))
                    value, length = value + gain, length + one.length
                    quoted_words -= len(one.text.split())
                    self._lower(gains, one.words - said)
                    said |= one.words
                    break
        return sorted(chosen, key=lambda scored: scored[0], reverse=True)

    def _lower(self, gains: dict[_Sentence, float], said: frozenset[str]) -> None:
        """Take from what each sentence would add the words that have just been said."""
        for one in gains:
            again = one.words & said
            if again:
                gains[one] -= self._weights[one] * sum(map(self._likely.__getitem__, again))

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
        return {lemma(word, self.lang) for word in set(one.tokens) - STOP_WORDS.get(self.lang, frozenset())}


def _sentences(article: Article) -> list[_Sentence]:
    text = article.text
    found = []
    for start, end in sentences(text, article.lang)[:_MOST_SENTENCES] or _heading(text):
        words = tokens(text[start:end])
        found.append(_Sentence(start, end, text[start:end], words, len(words)))
    return found


def _heading(text: str) -> list[Span]:
    """The first heading of an article that is nothing but headings."""
    first = text.strip().partition("\n")[0].removeprefix("## ").strip()
    return [(text.index(first), text.index(first) + len(first))] if first else []


def _weigh(article: Article, found: Sequence[_Sentence]) -> dict[str, float]:
    """Gives each sentence its telling words and its value; returns, for each telling word, how likely the article's key points
    are to use it, 0 to 1. A word said once and not in the title counts little, and for all such words the same."""
    counts = Counter(chain.from_iterable(one.tokens for one in found))
    title = counts.keys() & tokens(article.title)
    telling = frozenset(title).union(word for word, count in counts.items() if count > 1)
    spread: Counter[str] = Counter()
    odds: dict[str, float] = {}
    rare = 2.7 * max(1, counts.total()) ** -0.7
    early = [rare * exp(0.4 / (1 + i)) for i in range(len(found))]
    for one, odd in zip(reversed(found), reversed(early), strict=True):
        one.words = telling.intersection(one.tokens)
        spread.update(one.words)
        odds.update(dict.fromkeys(one.words, odd))
    families: dict[str, int] = defaultdict(int)
    for word in telling:
        families[lemma(word, article.lang)] += counts[word]
    for word, uses in spread.items():
        odds[word] *= counts[word] ** 0.8 * families[lemma(word, article.lang)] ** 0.3 * exp(1.5 * uses / len(found))
    for word in title:
        odds[word] *= 2.7
    for word in set(chain.from_iterable(one.words for one in found if one.length <= _HEADING)):
        odds[word] *= 1.35
    likely = {word: chance / (1 + chance) for word, chance in odds.items()}
    for one, odd in zip(found, early, strict=True):
        once = len(set(one.tokens)) - len(one.words)
        one.value = sum(map(likely.__getitem__, one.words)) + once * odd / (1 + odd)
    return likely


def _weights(article: Article, found: Sequence[_Sentence]) -> list[float]:
    """How much the words of each sentence count: more where its neighbours are rich too, where it speaks of the title, and where
    it concludes a long article."""
    title = {word for word in tokens(article.title) if len(word) > 3}
    rich = [one.value / (one.length + 10) for one in found]
    usual = sum(rich) / max(1, len(rich)) or 1.0
    conclusion = 0.9 * len(found) if len(found) >= _LONG else len(found)
    weights = []
    for i, one in enumerate(found):
        around = rich[max(0, i - 2) : i + 3]
        weight = 1 + 0.25 * (sum(around) / len(around) / usual - 1)
        if not title.isdisjoint(one.words):
            weight *= 1.05
        weights.append(weight * (1.05 if i > conclusion else 1.0))
    return weights
