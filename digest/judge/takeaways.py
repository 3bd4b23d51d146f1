"""What is worth a reader's minute in an article: the author's own key points, else the best sentences, always verbatim.

How sentences are chosen. Key points say again the words that an article says often, and those of its title. So each word has a
likelihood of being in the key points, and the sentences chosen are those that, together, would share most with them: the
expected ROUGE-1 F, `2 x expected shared words / (words chosen + words of the key points)`. That one measure asks for what
matters, for few words, and for no word twice. The likelihood is a logistic model with rounded weights, fitted on articles
whose authors wrote their key points, by cross-validation.
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
_EXPECTED_WORDS = 100
"""Words of an author's key points, as tokens: 13 to 343 measured, 71 on average, longer in French."""
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
    chosen = _choose(_Sentences(article), limit, quoted_words)
    return tuple(_takeaway(article, span, "extract", score) for score, span in chosen)


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


class _Sentences:
    """The sentences of an article, taken apart once."""

    def __init__(self, article: Article) -> None:
        self.article = article
        text = article.text
        self.spans = sentences(text, article.lang)[:_MOST_SENTENCES] or _whole(text)
        self.tokens = [tokens(text[start:end]) for start, end in self.spans]
        self.likely = _likelihoods(self, article)
        self._faults: dict[int, Fault] = {}

    def text(self, i: int) -> str:
        start, end = self.spans[i]
        return self.article.text[start:end]

    def fault(self, i: int) -> Fault:
        if i not in self._faults:
            self._faults[i] = fault(self.text(i), self.article.lang)
        return self._faults[i]

    def subjects(self, i: int) -> frozenset[str]:
        stop = STOP_WORDS.get(self.article.lang, frozenset())
        return frozenset(lemma(word, self.article.lang) for word in self.tokens[i] if word not in stop)


def _whole(text: str) -> list[Span]:
    """An article that is nothing but headings is quoted by its first one."""
    first = text.strip().partition("\n")[0].removeprefix("## ")
    return [(text.index(first), text.index(first) + len(first))] if first else []


def _likelihoods(found: _Sentences, article: Article) -> dict[str, float]:
    """For each word of the article, how likely its key points are to use it, 0 to 1."""
    counts: Counter[str] = Counter()
    spread: Counter[str] = Counter()
    first: dict[str, int] = {}
    heads = set()
    for i, words in enumerate(found.tokens):
        counts.update(words)
        spread.update(set(words))
        for word in words:
            first.setdefault(word, i)
        if len(words) <= 8:
            heads.update(words)
    lemmas: Counter[str] = Counter()
    for word, count in counts.items():
        lemmas[lemma(word, article.lang)] += count
    title = set(tokens(article.title))
    size = 0.7 * log(max(1, counts.total()))
    likely = {}
    for word, count in counts.items():
        odds = exp(
            1.0
            + 1.1 * log(count)
            + 0.3 * log(lemmas[lemma(word, article.lang)] / count)
            + 1.5 * spread[word] / len(found.spans)
            + 1.0 * (word in title)
            + 0.3 * (word in heads)
            + 0.4 / (1 + first[word])
            - size
        )
        likely[word] = odds / (1 + odds)
    return likely


@dataclass(slots=True)
class _Choice:
    gain: float
    score: float
    i: int


def _choose(found: _Sentences, limit: int, quoted_words: int) -> list[tuple[float, Span]]:
    """The sentences that together share most with what the key points would be; rules give way one by one if none is left."""
    for worst in Fault:
        chosen = _choose_among(found, limit, quoted_words, worst)
        if chosen:
            return chosen
    return []


def _choose_among(found: _Sentences, limit: int, quoted_words: int, worst: Fault) -> list[tuple[float, Span]]:
    left = set(range(len(found.spans)))
    chosen: list[tuple[float, Span]] = []
    said: set[str] = set()
    subjects: list[frozenset[str]] = []
    value, length = 0.0, _EXPECTED_WORDS
    while left and len(chosen) < limit:
        ranked = []
        for i in left:
            gain = sum(found.likely[word] for word in set(found.tokens[i]) if word not in said)
            ranked.append(((value + gain) / (length + len(found.tokens[i])), -i, gain))
        ranked.sort(reverse=True)
        for _, i, gain in ranked:
            i = -i
            left.discard(i)
            own = found.subjects(i)
            words = len(found.text(i).split())
            if (
                found.fault(i) <= worst
                and (not chosen or words <= quoted_words)
                and not any(len(own & other) > _SAME * min(len(own), len(other)) for other in subjects)
            ):
                chosen.append((2 * gain / (_EXPECTED_WORDS + len(found.tokens[i])), found.spans[i]))
                said.update(found.tokens[i])
                subjects.append(own)
                value += gain
                length += len(found.tokens[i])
                quoted_words -= words
                break
    return sorted(chosen, key=lambda one: -one[0])
