"""How many articles each source gave, month by month: for the team's plots."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sqlalchemy import Connection, and_, extract, func, or_, select, union_all

from digest.store import schema as t


def articles_a_month(connection: Connection, since: datetime) -> dict[str, dict[str, int]]:
    """How many articles are dated from `since`, by the key of each source that carried them, then by month (`2026-11`)."""
    articles = t.articles.c
    dated = func.coalesce(articles.published, articles.collected, type_=articles.collected.type)
    recent = and_(
        or_(articles.published >= since, and_(articles.published.is_(None), articles.collected >= since)),
        articles.withdrawn.is_(None),
    )
    first = select(articles.source.label("source"), dated.label("dated")).where(recent)
    others = select(t.carriers.c.source.label("source"), dated.label("dated")).where(recent, t.carriers.c.article == articles.id)
    all_of_them = union_all(first, others).subquery()
    year, month = extract("year", all_of_them.c.dated), extract("month", all_of_them.c.dated)
    counts = select(all_of_them.c.source, year, month, func.count()).group_by(all_of_them.c.source, year, month)
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for source, in_year, in_month, count in connection.execute(counts):
        found[source][f"{int(in_year)}-{int(in_month):02}"] = count
    return dict(found)
