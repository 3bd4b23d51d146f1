"""Whether two articles tell the same news: copies of one piece, or the same event told by two outlets. A wrong yes is worse
than a wrong no.

What speaks against counts first: numbers, dates or names that each text has and the other has not are the sign of a series made
on one template, however alike the rest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from digest.judge.signatures import Keys, body, shingles
from digest.judge.titles import Likeness, Title, closeness, compare_titles, mark, read_title, words_of
from digest.language.words import fold, tokens
from digest.model import Article

CLOSE = timedelta(days=3)
"""How far apart the same news, or two short copies, may be dated: less than the week that parts two issues."""
TELLING = 3
"""Subject words two titles must share to say something: "Revue de presse" says nothing."""

SURE = 0.7
"""How close two titles must be when each has a word that the other has not ("adopte", "rejette")."""


@dataclass(frozen=True, slots=True)
class Match:
    """Two articles tell the same news: how, and how alike they are (0 to 1)."""

    because: Literal["copy", "same-news"]
    score: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What is compared of an article, worked out once; words and names are folded."""

    title: Title
    words: tuple[str, ...]
    """Of its text and summary, in their order."""
    runs: Keys
    """The hash of the three words that begin at each place of `words`."""
    shingles: Keys
    """The same, sorted, each once."""
    names: frozenset[str]
    """Proper names of its text and summary."""
    vocabulary: frozenset[str]
    """Every word of the article, its title's included."""
    marks: frozenset[str]
    """Every number and date of the article, its title's included."""
    marked: Mapping[str, str]
    """Words of its text and summary that tell a number or a date, each with what it tells."""
    moment: datetime
    outlet: str
    lang: str


def read(article: Article) -> Reading:
    """An article made ready to be compared."""
    text = article.text.rstrip()
    article = replace(article, text=text[:-_TAIL] + _FEED_FOOTER.sub("", text[-_TAIL:]))
    title = read_title(article.title)
    words = tuple(words_of(body(article)))
    marked = {word: found for word in set(words) if (found := mark(word))}
    runs = shingles([word.encode() for word in words])
    return Reading(
        title=title,
        words=words,
        runs=runs,
        shingles=np.unique(runs),
        names=frozenset(tokens(fold(" ".join(_NAME.findall(f"{article.text}\n{article.summary}"))))),
        vocabulary=title.words.union(words),
        marks=title.marks.union(marked.values()),
        marked=marked,
        moment=article.published or article.collected,
        outlet=outlet(article),
        lang=article.lang,
    )


def outlet(article: Article) -> str:
    """Who publishes an article: the site of its address, else its source."""
    host = urlsplit(article.url).hostname if article.url else None
    return host.removeprefix("www.") if host else article.source


def likely(one: str, two: str) -> bool:
    """Whether two titles alone make it worth comparing the texts."""
    return compare_titles(read_title(one), read_title(two)) in ("same", "near")


def compare(one: Reading, two: Reading) -> Match | None:
    """How two articles tell the same news; None when they do not, or when it is not certain."""
    likeness = compare_titles(one.title, two.title)
    if likeness == "conflict":
        return None
    return _copy(one, two, likeness) or (_same_news(one, two) if likeness in ("same", "near") else None)


def _copy(one: Reading, two: Reading, likeness: Likeness) -> Match | None:
    least, most = sorted((one.shingles.size, two.shingles.size))
    near = abs(one.moment - two.moment) <= CLOSE
    common = len(one.title.words & two.title.words)
    if not least:  # a title alone is little: within hours, and of several words
        alone = likeness == "same" and common > TELLING and abs(one.moment - two.moment) < CLOSE / 4
        return Match("copy", round(closeness(one.title, two.title), 3)) if alone else None
    shared = int(_found(one.shingles, two.shingles).sum())
    alike, inside = shared / (least + most - shared), shared / least
    telling = common >= TELLING
    if likeness == "same":
        copied = _same_text(alike, inside, least, near=near, telling=telling)
    elif likeness == "near":
        copied = least >= 40 and (alike >= 0.6 or inside >= 0.9)
    else:
        copied = least >= 60 and (alike >= 0.75 or (alike >= 0.5 and inside >= 0.95))
    if not copied:
        return None
    mine, its = _common_part(one, two), _common_part(two, one)
    if _refilled(one, two, mine, its):
        return None
    if _redated(one, two, mine, its) and not (likeness == "same" and near and telling and _revised(one, two, alike, least)):
        return None
    return Match("copy", round(max(alike, inside), 3))


def _same_text(alike: float, inside: float, least: int, *, near: bool, telling: bool) -> bool:
    """Whether two texts under one title are one; `least` is the number of shingles of the shorter.

    A title of few words, and a text of few, may come back every week: they must be nearer each other, in words and in time.
    """
    if least < 10:
        return near and alike == 1
    if not near:
        return (alike >= 0.6 and least >= 40 and telling) or (inside >= 0.9 and least >= 100)
    return alike >= 0.6 or inside >= 0.8 if telling else alike >= 0.85 or (inside >= 0.95 and least >= 40)


def _refilled(one: Reading, two: Reading, mine: Set[str], its: Set[str]) -> bool:
    """Whether one template was filled in twice: each has names, or words of its title, that the other has nowhere."""
    return _swapped(
        (one.names & mine).union(one.title.words.intersection(one.words)),
        (two.names & its).union(two.title.words.intersection(two.words)),
        one,
        two,
    )


def _redated(one: Reading, two: Reading, mine: Set[str], its: Set[str]) -> bool:
    """Whether each has, in the part they share, numbers or dates that the other has nowhere."""
    its_marks = {two.marked[word] for word in two.marked.keys() & its}
    return bool({one.marked[word] for word in one.marked.keys() & mine} - two.marks and its_marks - one.marks)


def _revised(one: Reading, two: Reading, alike: float, least: int) -> bool:
    """Whether a long text was worked over, and not only its numbers replaced."""
    reworded = one.vocabulary ^ two.vocabulary
    return least >= 100 and alike >= 0.8 and sum(mark(word) is None for word in reworded) >= 3


def _swapped(mine: Set[str], its: Set[str], one: Reading, two: Reading) -> bool:
    """Whether each side has a word that the other article has nowhere."""
    return bool(mine - two.vocabulary and its - one.vocabulary)


def _common_part(one: Reading, two: Reading) -> Set[str]:
    """The words of a text from the first to the last it shares with another, without what one of two sites put around it."""
    places = np.flatnonzero(_found(one.runs, two.shingles))
    if not places.size:
        return frozenset()
    return frozenset(one.words[max(0, places[0] - _EDGE) : places[-1] + 3 + _EDGE])


def _found(runs: Keys, among: Keys) -> NDArray[np.bool_]:
    """Which of the runs are among others, sorted: what np.isin does, without its preparations."""
    return np.asarray(among[np.minimum(np.searchsorted(among, runs), among.size - 1)] == runs)


def _same_news(one: Reading, two: Reading) -> Match | None:
    """Two outlets that give nearly the same title in the same days, and whose texts share names or numbers beyond it."""
    if one.outlet == two.outlet or one.lang != two.lang or abs(one.moment - two.moment) > CLOSE:
        return None
    mine, its = one.title.words - two.title.words, two.title.words - one.title.words
    if (mine & one.names and its & two.names) or (mine and its and closeness(one.title, two.title) < SURE):
        return None
    title = one.title.words & two.title.words
    mine, its = one.names | set(one.marked.values()), two.names | set(two.marked.values())
    shared = mine & its
    if len(title) < TELLING or len(shared - title) < 2 or len(shared) < 0.4 * min(len(mine), len(its)):
        return None
    return Match("same-news", round(closeness(one.title, two.title), 3))


_EDGE = 6
"""Words around the part two texts share that still count as theirs: a template may be filled in at its very end."""
_NAME = re.compile(r"(?<=[a-zà-ÿ0-9,] )[A-ZÀ-Ý][\w-]+|(?<=[a-z]['’])[A-ZÀ-Ý][\w-]+")
"""A word with a capital where no sentence begins."""
_TAIL = 500
"""Characters at the end of a text among which a feed's own words are looked for."""
_FEED_FOOTER = re.compile(
    r"(?:\b(?:l['’]article|cet article|the post)\b[^\n]{0,300}"
    r"\b(?:est apparu en premier|a été publié en premier|appeared first on|first appeared on)\b[^\n]*"
    r"|\b(?:lire la suite|lire plus|en savoir plus|continue reading|read more)\b[^\n]{0,60})\s*$",
    re.IGNORECASE,
)
"""What feeds add under an excerpt: WordPress's line, an invitation to read on."""
