"""The signatures of the articles that have a story, by which the next ones find theirs: the latest whole, the others in an index.

A signature is a row of keys (`judge.signatures` makes them; 0 is none). Those of the latest articles are kept whole, which is
quick to write and to compare in one go; once there are many they are filed in the table `marks`, where a key leads to its
articles however many there are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection, delete, exists, func, or_, select

from digest.store import schema as t
from digest.store.engines import add_new, among, insert_on

LATEST = 250
"""Signatures that are kept whole: each new article is compared to all of them, and they are read for it, in a millisecond."""
_AT_ONCE = 20_000
"""Keys that travel together."""

Connecting = Callable[[], AbstractContextManager[Connection]]


@dataclass(frozen=True, slots=True)
class Signed:
    """The signature of an article, and the day of the article, counted from 1970."""

    article: str
    day: int
    signature: bytes


class Signatures:
    """What a store looks new articles up by."""

    def __init__(self, writing: Connecting, reading: Connecting) -> None:
        self._writing = writing
        self._reading = reading

    def none(self) -> bool:
        """Whether there are none at all: the store was made before there were any, or has slept for long."""
        kept = select(or_(exists(select(t.signatures.c.article)), exists(select(t.marks.c.key))))
        with self._reading() as connection:
            return not connection.execute(kept).scalar()

    def latest(self) -> list[Signed]:
        """Those that are kept whole, in the order of ids."""
        wanted = select(t.signatures).order_by(t.signatures.c.article)
        with self._reading() as connection:
            return [Signed(row.article, row.day, row.signature) for row in connection.execute(wanted)]

    def filed(self, signatures: Collection[bytes], *, since: int) -> list[tuple[int, str]]:
        """The filed keys that are those of some signatures, of articles from a day on, each with its article, the last first."""
        found: list[tuple[int, str, int]] = []
        columns = (t.marks.c.day, t.marks.c.article, t.marks.c.key)
        with self._reading() as connection:
            for some in _parts(sorted({key for signature in signatures for key in _keys(signature)})):
                wanted = select(*columns).where(among(connection, t.marks.c.key, some), t.marks.c.day >= since)
                found += [(day, article, key) for day, article, key in connection.execute(wanted)]
        return [(key, article) for _, article, key in sorted(found, reverse=True)]

    def keep(self, signed: Sequence[Signed]) -> None:
        """Keep signatures, over those of the same articles that are still whole."""
        if not signed:
            return
        rows = [{"article": one.article, "day": one.day, "signature": one.signature} for one in signed]
        with self._writing() as connection:
            keep = insert_on(connection, t.signatures)
            kept = {"day": keep.excluded.day, "signature": keep.excluded.signature}
            connection.execute(keep.on_conflict_do_update(index_elements=["article"], set_=kept), rows)

    def file(self, *, most: int, since: int) -> None:
        """File the signatures that are whole, and forget those of articles before the day `since`.

        Of the articles that have one key, the last ones stay: `most` of them, and those of the same day.
        """
        with self._writing() as connection:
            signed = [one for one in self.latest() if one.day >= since]
            connection.execute(delete(t.signatures))
            connection.execute(delete(t.marks).where(t.marks.c.day < since))
            marks = sorted((key, one.day, one.article) for one in signed for key in set(_keys(one.signature)))
            for start in range(0, len(marks), _AT_ONCE):
                its_keys, its_days, articles = zip(*marks[start : start + _AT_ONCE], strict=True)
                add_new(connection, t.marks, {"key": its_keys, "day": its_days, "article": articles})
            for key in _crowded(connection, {key for key, _, _ in marks}, most):
                days = select(t.marks.c.day).where(t.marks.c.key == key).order_by(t.marks.c.day.desc())
                last = days.offset(most - 1).limit(1).scalar_subquery()
                connection.execute(delete(t.marks).where(t.marks.c.key == key, t.marks.c.day < last))


def _keys(signature: bytes) -> list[int]:
    """The keys of a signature, as databases hold them: 64 bits with a sign."""
    keys = np.frombuffer(signature, dtype=np.int64)
    return [int(key) for key in keys[keys != 0]]


def _crowded(connection: Connection, keys: Collection[int], most: int) -> Iterator[int]:
    """Those of the keys that more than `most` articles have."""
    for some in _parts(sorted(keys)):
        of_these = select(t.marks.c.key).where(among(connection, t.marks.c.key, some))
        yield from connection.execute(of_these.group_by(t.marks.c.key).having(func.count() > most)).scalars().all()


def _parts(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(keys), _AT_ONCE):
        yield keys[start : start + _AT_ONCE]
