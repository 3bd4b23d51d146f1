"""Whether two articles tell the same news: copies of one piece, or the same event told by two outlets. A wrong yes is worse
than a wrong no.

What speaks against counts first: numbers, dates or names that each text has and the other has not are the sign of a series made
on one template, however alike the rest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

import numpy as np

from digest.judge.signatures import Keys, shingles
from digest.judge.titles import Likeness, Title, closeness, compare_titles, marks, read_title
from digest.language.words import fold, tokens
from digest.model import Article

CLOSE = timedelta(days=3)
"""How far apart the same news, or two short copies, may be dated: less than the week that parts two issues."""
TELLING = 3
"""Subject words two titles must share to say something: "Revue de presse" says nothing."""


@dataclass(frozen=True, slots=True)
class Match:
    """Two articles tell the same news: how, and how alike they are (0 to 1)."""

    because: Literal["copy", "same-news"]
    score: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What is compared of an article, worked out once; words and names are folded."""

    title: Title
    shingles: Keys
    body: frozenset[str]
    """Words of its text and summary."""
    marks: frozenset[str]
    """Numbers and dates of its text and summary."""
    names: frozenset[str]
    """Proper names of its text and summary."""
    moment: datetime
    outlet: str
    lang: str

    @property
    def words(self) -> frozenset[str]:
        """Every word of the article, its title's included."""
        return self.body | self.title.words


def read(article: Article) -> Reading:
    """An article made ready to be compared."""
    text = _FEED_FOOTER.sub("", article.text)
    body = f"{text}\n{article.summary}"
    return Reading(
        title=read_title(article.title),
        shingles=shingles(text, article.summary),
        body=frozenset(tokens(fold(body))),
        marks=marks(body),
        names=frozenset(tokens(fold(" ".join(_NAME.findall(body))))),
        moment=article.published or article.collected,
        outlet=outlet(article),
        lang=article.lang,
    )


def outlet(article: Article) -> str:
    """Who publishes an article: the site of its address, else its source."""
    host = urlsplit(article.url).hostname if article.url else None
    return host.removeprefix("www.") if host else article.source


def compare(one: Reading, two: Reading) -> Match | None:
    """How two articles tell the same news; None when they do not, or when it is not certain."""
    likeness = compare_titles(one.title, two.title)
    if likeness == "conflict":
        return None
    return _copy(one, two, likeness) or (_same_news(one, two) if likeness in ("same", "near") else None)


def _copy(one: Reading, two: Reading, likeness: Likeness) -> Match | None:
    least, most = sorted((one.shingles.size, two.shingles.size))
    if not least:
        return None
    shared = np.intersect1d(one.shingles, two.shingles, assume_unique=True).size
    alike, inside = shared / (least + most - shared), shared / least
    near = abs(one.moment - two.moment) <= CLOSE
    telling = len(one.title.words & two.title.words) >= TELLING
    if likeness == "same":
        copied = _same_text(alike, inside, least, near=near, telling=telling)
    elif likeness == "near":
        copied = least >= 60 and (alike >= 0.6 or inside >= 0.9)
    else:
        copied = least >= 60 and (alike >= 0.75 or (alike >= 0.5 and inside >= 0.95))
    corrected = likeness == "same" and near and telling and least >= 150 and alike >= 0.9
    if not copied or (_refilled(one, two) and not corrected):
        return None
    return Match("copy", round(max(alike, inside), 3))


def _same_text(alike: float, inside: float, least: int, *, near: bool, telling: bool) -> bool:
    """Whether two texts under one title are one; `least` is the number of shingles of the shorter.

    A title of few words, and a text of few, may come back every week: they must be nearer each other, in words and in time.
    """
    if least < 10:
        return near and alike == 1
    if alike >= (0.6 if telling else 0.85) and (near or least >= 40):
        return True
    return inside >= 0.9 and least >= 100 if not near else telling and inside >= 0.8


def _refilled(one: Reading, two: Reading) -> bool:
    """Whether one template was filled in twice: each side has numbers, names or title words that the other has nowhere."""
    mine = one.names | (one.title.words & one.body)
    its = two.names | (two.title.words & two.body)
    return _both(one.marks - two.marks, two.marks - one.marks) or _both(mine - two.words, its - one.words)


def _both(mine: frozenset[str], its: frozenset[str]) -> bool:
    return bool(mine and its)


def _same_news(one: Reading, two: Reading) -> Match | None:
    """Two outlets that give nearly the same title in the same days, and whose texts share names or numbers beyond it."""
    if one.outlet == two.outlet or one.lang != two.lang or abs(one.moment - two.moment) > CLOSE:
        return None
    if _both((one.title.words & one.names) - two.words, (two.title.words & two.names) - one.words):
        return None
    title = one.title.words & two.title.words
    mine, its = one.names | one.marks, two.names | two.marks
    shared = mine & its
    if len(title) < TELLING or len(shared - title) < 2 or len(shared) < 0.4 * min(len(mine), len(its)):
        return None
    return Match("same-news", round(closeness(one.title, two.title), 3))


_NAME = re.compile(r"(?<=[a-zà-ÿ0-9,] )[A-ZÀ-Ý][\w-]+|(?<=[a-z]['’])[A-ZÀ-Ý][\w-]+")
"""A word with a capital where no sentence begins."""
_FEED_FOOTER = re.compile(
    r"(?:^|\n)[^\n]{0,40}\b(?:l['’]article|cet article|the post)\b[^\n]{0,300}"
    r"\b(?:est apparu en premier|a été publié en premier|appeared first on|first appeared on)\b[^\n]*\s*$",
    re.IGNORECASE,
)
"""The line that WordPress adds under an excerpt."""
