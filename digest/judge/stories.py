"""One story, once: which articles tell the same news, and which of them leads. A wrong merge is worse than a miss.

The evidence of every decision is kept, so that a person can undo it. Stories that exist are never merged nor renamed by an
article that comes after them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from digest.judge.likeness import Match, compare, likely, outlet, read
from digest.judge.signatures import candidates, signature
from digest.model import Article, Kinship, Story


def assign(
    new: Sequence[Article], known: Sequence[Article], *, signatures: Mapping[str, bytes] | None = None
) -> tuple[Kinship, ...]:
    """The story of each new article, in the order in which they were collected, then of their ids, with the evidence.

    An article joins the story of the earlier one it is most like (a copy before a telling of the same news), else it starts
    one. `known` articles carry their story; one that is also in `new` is judged anew. `signatures` (see `signature`) spare the
    reading of articles by their id. The order of the arguments does not matter.
    """
    fresh = _in_order(new)
    renewed = {article.id for article in fresh}
    pool = [*_in_order(article for article in known if article.id not in renewed), *fresh]
    given = signatures or {}
    keys = [given.get(article.id) or signature(article) for article in pool]
    first = len(pool) - len(fresh)
    stories = [article.story or article.id for article in pool[:first]]
    read_one = lru_cache(maxsize=2000)(lambda place: read(pool[place]))
    kinships = []
    for place, found in enumerate(candidates(keys[:first], keys[first:]), start=first):
        near = [other for other, by_text in found if by_text or likely(pool[place].title, pool[other].title)]
        matches = [(compare(read_one(place), read_one(other)), other) for other in near]
        kinship = _kinship(pool[place], [(match, pool[other], stories[other]) for match, other in matches if match])
        stories.append(kinship.story)
        kinships.append(kinship)
    return tuple(kinships)


def group(articles: Sequence[Article]) -> tuple[Story, ...]:
    """The stories that articles make, by their `story`, the earliest first; the best article leads each.

    The lead is, in this order of importance: a whole text (not cut short, and at least 80 % of the longest), with an address,
    dated by its author, published first, collected first, the longest, the smallest id. The others follow by date, one of each
    outlet before the second of any.
    """
    members: dict[str, list[Article]] = {}
    for article in _in_order(articles):
        members.setdefault(article.story or article.id, []).append(article)
    stories = [_story(id, found) for id, found in members.items()]
    return tuple(sorted(stories, key=lambda story: (_moment(story.lead), story.id)))


def is_whole(article: Article) -> bool:
    """Whether an article's text is there to its end, as far as its last words tell: no ellipsis, no "read more"."""
    return bool(article.text.strip()) and not _CUT.search(article.text[-120:])


def _in_order(articles: Iterable[Article]) -> list[Article]:
    return sorted({article.id: article for article in articles}.values(), key=lambda article: (article.collected, article.id))


def _kinship(article: Article, matches: Sequence[tuple[Match, Article, str]]) -> Kinship:
    """Where an article belongs, given those it matches, in order, each with its story: with the best match, the first if many."""
    if not matches:
        return Kinship(article.id, story=article.id, to=None, because="alone", score=0.0)
    match, other, story = max(matches, key=lambda found: _rank(found[0]))
    return Kinship(article.id, story=story, to=other.id, because=match.because, score=match.score)


def _rank(match: Match) -> tuple[bool, float]:
    return match.because == "copy", match.score


def _story(id: str, articles: Sequence[Article]) -> Story:
    longest = max(len(article.text) for article in articles)
    lead, *others = sorted(articles, key=lambda article: _merit(article, longest))
    return Story(id, lead, tuple(_taking_turns(others, outlet(lead))))


def _merit(article: Article, longest: int) -> tuple[bool, bool, bool, datetime, datetime, int, str]:
    """What the lead is chosen by, the smallest first."""
    whole = is_whole(article) and len(article.text) >= 0.8 * longest
    length = -len(article.text)
    return (
        not whole,
        article.url is None,
        article.dated_by != "author",
        _moment(article),
        article.collected,
        length,
        article.id,
    )


def _taking_turns(articles: Sequence[Article], leading: str) -> list[Article]:
    turns = {leading: 1}
    ranked = []
    for article in sorted(articles, key=lambda article: (_moment(article), article.id)):
        turn = turns.get(outlet(article), 0)
        turns[outlet(article)] = turn + 1
        ranked.append((turn, article))
    return [article for _, article in sorted(ranked, key=lambda pair: pair[0])]


def _moment(article: Article) -> datetime:
    return article.published or article.collected


_CUT = re.compile(
    r"(?:…|\.\.\.|\[(?:…|\.\.\.|&hellip;)\]|(?:lire la suite|lire plus|en savoir plus|continue reading|read more)[\s.…>»→]*)\s*$",
    re.IGNORECASE,
)
