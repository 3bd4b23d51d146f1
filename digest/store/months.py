"""How many articles each source gave, month by month: for the team's plots."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, extract, func, select, union_all

from digest.store import schema as t
from digest.store.engines import among
from digest.store.seen import DATED


def articles_a_month(connection: Connection, since: datetime, sources: Sequence[str]) -> dict[str, dict[str, int]]:
    """How many articles dated from `since` each of these sources carried, by its key, then by month (`2026-11`)."""
    dated = select(t.articles.c.source.label("source"), DATED.label("dated")).where(
        t.articles.c.withdrawn.is_(None), since <= DATED
    )
    first = dated.where(among(connection, t.articles.c.source, sources))
    others = dated.with_only_columns(t.carriers.c.source.label("source"), DATED.label("dated"))
    others = others.join(t.carriers, t.carriers.c.article == t.articles.c.id).where(
        among(connection, t.carriers.c.source, sources)
    )
    all_of_them = union_all(first, others).subquery()
    year, month = extract("year", all_of_them.c.dated), extract("month", all_of_them.c.dated)
    counts = select(all_of_them.c.source, year, month, func.count()).group_by(all_of_them.c.source, year, month)
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for source, in_year, in_month, count in connection.execute(counts):
        found[source][f"{int(in_year)}-{int(in_month):02}"] = count
    return dict(found)
