"""What is worth a reader's minute in an article: the author's own key points, else the best sentences, always verbatim."""

from __future__ import annotations

from collections.abc import Sequence

from digest.judge.expectation import Expectation
from digest.judge.quotable import Fault, fault
from digest.judge.sections import key_points
from digest.language.sentences import sentences
from digest.language.words import STOP_WORDS, tokens
from digest.model import Article, MadeBy, Takeaway

Span = tuple[int, int]

_MOST_SENTENCES = 200
"""Sentences considered, from the start of an article."""
_SHORTEST, _FEWEST = 15, 2
"""Characters, or words, that say nothing by themselves ("Bientôt.")."""
_SAME = 0.6
"""Share of its subject words that a sentence may have in common with one already chosen."""


def takeaways(article: Article, *, limit: int, quoted_words: int) -> tuple[Takeaway, ...]:
    """At most `limit` takeaways of an article, best first, of at most `quoted_words` words together.

    The author's own section comes as it stands, in its order; else the best sentences that stand alone. An article that says
    something always gets one takeaway, however long; one that is empty, or a word or two, gets none.
    """
    points = key_points(article)
    if points:
        return tuple(_takeaway(article, span, "section", 1.0) for span in _within(article.text, points[:limit], quoted_words))
    return tuple(_takeaway(article, span, "extract", score) for score, span in _extract(article, limit, quoted_words))


def _takeaway(article: Article, span: Span, made_by: MadeBy, score: float) -> Takeaway:
    return Takeaway(article.text, article.id, *span, made_by, round(score, 3), article.version)


def _within(text: str, spans: Sequence[Span], quoted_words: int) -> list[Span]:
    """The first spans that hold at most `quoted_words` words together, one at least."""
    kept: list[Span] = []
    for start, end in spans:
        quoted_words -= len(text[start:end].split())
        if kept and quoted_words < 0:
            break
        kept.append((start, end))
    return kept


def _extract(article: Article, limit: int, quoted_words: int) -> list[tuple[float, Span]]:
    """Scores and spans of the best sentences without fault, or, where there is none, with the lightest faults."""
    spans = sentences(article.text, article.lang)[:_MOST_SENTENCES] or _heading(article.text)
    if not any(end - start > _SHORTEST or len(tokens(article.text[start:end])) > _FEWEST for start, end in spans):
        return []
    choice = _Choice(article, spans)
    for worst in Fault:
        chosen = choice.best(limit, quoted_words, worst)
        if chosen:
            return [(score, spans[number]) for score, number in chosen]
    return []


def _heading(text: str) -> list[Span]:
    """The first heading of an article that is nothing but headings."""
    first = text.strip().partition("\n")[0].removeprefix("## ").strip()
    return [(text.index(first), text.index(first) + len(first))] if first else []


class _Choice:
    """The sentences of an article, from which the best are taken under rules that may be relaxed."""

    def __init__(self, article: Article, spans: Sequence[Span]) -> None:
        self._article = article
        self._spans = spans
        self._texts = [article.text[start:end] for start, end in spans]
        self._faults: dict[int, Fault] = {}

    def best(self, limit: int, quoted_words: int, worst: Fault) -> list[tuple[float, int]]:
        """Scores and numbers of the sentences with no fault graver than `worst`, best first."""
        expectation = Expectation(self._article.text, self._spans, self._article.title)
        chosen: list[tuple[float, int]] = []
        said: list[set[str]] = []
        while (number := expectation.next()) is not None:
            length = len(self._texts[number].split())
            if (chosen and length > quoted_words) or self._fault(number) > worst:
                continue
            subjects = self._subjects(number)
            if any(len(subjects & other) > _SAME * min(len(subjects), len(other)) for other in said):
                continue
            chosen.append((expectation.score(number), number))
            if len(chosen) == limit:
                break
            said.append(subjects)
            expectation.say(number)
            quoted_words -= length
        return sorted(chosen, reverse=True)

    def _fault(self, number: int) -> Fault:
        if number not in self._faults:
            self._faults[number] = fault(self._texts[number], self._article.lang)
        return self._faults[number]

    def _subjects(self, number: int) -> set[str]:
        """The words of a sentence that carry a subject."""
        return set(tokens(self._texts[number])) - STOP_WORDS.get(self._article.lang, frozenset())
