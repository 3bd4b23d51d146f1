"""Where each new article finds its story: among those like it, which its signature leads to however large the store is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from digest.judge.signatures import COMMON, candidates, shared, signature
from digest.judge.stories import assign
from digest.model import Article
from digest.store import Store
from digest.store.signatures import LATEST, Signed

KIN = timedelta(days=45)
"""How far back a new article looks for the story it belongs to."""
_AT_ONCE = 5
"""Days whose articles are signed in one go."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def place_new(store: Store, now: datetime) -> None:
    """Put every article that has no story yet in one: that of an article like it, found by its signature, or its own."""
    with store.placing():
        unplaced = store.unplaced()
        if not unplaced:
            return
        signed = [_signed(article) for article in unplaced]
        first = _day_of(now - 2 * KIN)
        latest = store.signatures.latest() or _latest_of_old(store, first)
        alike = store.these(_alike(store, signed, latest, min(one.day for one in signed) - KIN.days))
        store.place(assign(unplaced, alike, signatures={one.article: one.signature for one in signed}))
        store.signatures.keep([one for one in signed if one.day >= first])
        if len(latest) + len(signed) > LATEST:
            store.signatures.file(most=COMMON + 1, since=first)


def _latest_of_old(store: Store, first: int) -> list[Signed]:
    """The signatures that are whole, once those of a store that has none were made, and filed."""
    if store.signatures.none():
        _sign(store, first)
        store.signatures.file(most=COMMON + 1, since=first)
    return store.signatures.latest()


def _sign(store: Store, first: int) -> None:
    """Sign what the store holds from a day on, a few days at a time: it may be more than memory holds."""
    last = first + 2 * KIN.days
    for day in range(first, last, _AT_ONCE):
        until = day + _AT_ONCE
        store.signatures.keep(
            [_signed(article) for article in store.placed(_moment_of(day), _moment_of(until) if until < last else None)]
        )


def _alike(store: Store, new: Sequence[Signed], whole: Sequence[Signed], since: int) -> set[str]:
    """The ids of the placed articles, from the day `since` on, that are worth comparing to one of the new."""
    signatures = [one.signature for one in new]
    latest = [one for one in whole if one.day >= since]
    found = {place for pairs in candidates([one.signature for one in latest], signatures) for place, _ in pairs}
    return {latest[place].article for place in found if place < len(latest)}.union(
        shared(signatures, store.signatures.filed(signatures, since=since))
    )


def _signed(article: Article) -> Signed:
    return Signed(article.id, _day_of(article.published or article.collected), signature(article))


def _day_of(moment: datetime) -> int:
    """A day, counted from 1970."""
    return (moment - _EPOCH).days


def _moment_of(day: int) -> datetime:
    return _EPOCH + timedelta(days=day)
