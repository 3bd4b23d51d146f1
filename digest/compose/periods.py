"""Editions and the time they cover: `2026-11` is a month, `2026-W47` a week from its Monday, in the newsletter's time zone."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Literal

from digest.errors import N_, UsageError
from digest.model import Period


def edition_of(moment: datetime, kind: Literal["month", "week"], tz: tzinfo) -> str:
    """The name of the edition whose period contains a moment."""
    day = moment.astimezone(tz).date()
    if kind == "month":
        return f"{day:%Y-%m}"
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def period_of(edition: str, tz: tzinfo) -> Period | None:
    """The period that an edition's name says; None for a name that is not a month or a week (`rentree`)."""
    if found := re.fullmatch(r"(\d{4})-(\d{2})", edition):
        year, month = int(found[1]), int(found[2])
        if not 1 <= month <= 12 or year < 1:
            raise UsageError(N_("edition {edition}: there is no such month; write 2026-11"), edition=edition)
        first = date(year, month, 1)
        return _days(first, (first + timedelta(days=32)).replace(day=1), tz)
    if found := re.fullmatch(r"(\d{4})-W(\d{2})", edition):
        try:
            monday = date.fromisocalendar(int(found[1]), int(found[2]), 1)
        except ValueError as error:
            raise UsageError(N_("edition {edition}: there is no such week; write 2026-W47"), edition=edition) from error
        return _days(monday, monday + timedelta(days=7), tz)
    if not re.fullmatch(r"[\w][\w.-]{0,79}", edition):
        raise UsageError(N_("edition {edition}: a name may hold letters, digits, '.', '-' and '_'"), edition=repr(edition))
    return None


def choose_period(edition: str, *, since: date | None, until: date | None, now: datetime, tz: tzinfo) -> Period:
    """The period of an edition: what `--since` and `--until` say (`until` included), else what its name says.

    An edition with a name of its own and no dates covers the thirty days that end today.
    """
    named = period_of(edition, tz)
    today = now.astimezone(tz).date()
    whole = named or _days(today - timedelta(days=30), today + timedelta(days=1), tz)
    period = Period(
        since=midnight(since, tz) if since else whole.since,
        until=midnight(until + timedelta(days=1), tz) if until else whole.until,
    )
    if period.since >= period.until:
        raise UsageError(N_("--since must come before --until"))
    return period


def midnight(day: date, tz: tzinfo) -> datetime:
    """The first moment of a day."""
    return datetime.combine(day, time(), tzinfo=tz)


def _days(first: date, after: date, tz: tzinfo) -> Period:
    return Period(since=midnight(first, tz), until=midnight(after, tz))
