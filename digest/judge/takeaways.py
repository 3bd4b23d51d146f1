"""What is worth a reader's minute in an article: the author's own key points, else the best sentences, always verbatim."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from digest.judge.quotable import faults
from digest.judge.sections import key_points
from digest.language.sentences import sentences
from digest.language.words import STOP_WORDS, lemma, tokens
from digest.model import Article, Takeaway

_MOST_SENTENCES = 200
"""Sentences considered, from the start of an article."""
_LONG_ENOUGH = 18
"""Content words after which a sentence gains nothing by being longer."""
_TITLE, _LEAD, _REPEATED = 0.5, 0.3, 0.5


def takeaways(article: Article, *, limit: int, quoted_words: int) -> tuple[Takeaway, ...]:
    """At most `limit` takeaways of an article, best first, of at most `quoted_words` words together.

    The author's own section comes as it stands, in its order; else the best sentences that stand alone. An article that has
    words always gets one takeaway, however long; an empty one gets none.
    """
    spans = key_points(article)
    if spans:
        return tuple(
            Takeaway(article.text, article.id, start, end, "section", 1.0, article.version)
            for start, end in _within(article.text, spans[:limit], quoted_words)
        )
    chosen = _chosen(article, limit, quoted_words)
    return tuple(
        Takeaway(article.text, article.id, one.start, one.end, "extract", round(one.score, 3), article.version) for one in chosen
    )


def _within(text: str, spans: Sequence[tuple[int, int]], quoted_words: int) -> list[tuple[int, int]]:
    """The first spans that hold at most `quoted_words` words together, one at least."""
    kept: list[tuple[int, int]] = []
    for start, end in spans:
        quoted_words -= len(text[start:end].split())
        if kept and quoted_words < 0:
            break
        kept.append((start, end))
    return kept


class _Candidate(NamedTuple):
    start: int
    end: int
    score: float
    words: int
    lemmas: frozenset[str]


def _chosen(article: Article, limit: int, quoted_words: int) -> list[_Candidate]:
    candidates = _candidates(article)
    chosen: list[_Candidate] = []
    said: set[str] = set()
    while candidates and len(chosen) < limit:
        best = max(candidates, key=lambda one: one.score - _REPEATED * _share(one.lemmas, said))
        candidates.remove(best)
        if chosen and (best.words > quoted_words or _share(best.lemmas, said) > 0.7):
            continue
        chosen.append(best)
        said |= best.lemmas
        quoted_words -= best.words
    return chosen


def _share(lemmas: frozenset[str], others: Iterable[str]) -> float:
    return len(lemmas.intersection(others)) / len(lemmas) if lemmas else 1.0


def _candidates(article: Article) -> list[_Candidate]:
    """The sentences that stand alone; where there is none those that nearly do; else all."""
    text, lang = article.text, article.lang
    stop = STOP_WORDS.get(lang, frozenset())
    spans = sentences(text, lang)[:_MOST_SENTENCES] or ([(0, len(text.rstrip()))] if text.strip() else [])
    lemmas = [[lemma(word, lang) for word in tokens(text[a:b]) if len(word) > 1 and word not in stop] for a, b in spans]
    title = {lemma(word, lang) for word in tokens(article.title) if word not in stop}
    counts = Counter(word for words in lemmas for word in words)
    ranked: dict[int, list[_Candidate]] = {0: [], 1: [], 2: []}
    for i, ((start, end), words) in enumerate(zip(spans, lemmas, strict=True)):
        known = frozenset(words)
        central = sum(counts[word] - 1 for word in known) / max(len(known), _LONG_ENOUGH)
        score = central / 4 + _TITLE * _share(frozenset(title), known) + _LEAD / (1 + i)
        quoted = text[start:end].split()
        ranked[faults(text[start:end], lang)].append(_Candidate(start, end, min(score / 2, 1.0), len(quoted), known))
    return ranked[0] or ranked[1] or ranked[2]
