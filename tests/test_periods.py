"""Editions and the time they cover."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from digest.compose.periods import choose_period, edition_of, period_of
from digest.errors import UsageError

PARIS = ZoneInfo("Europe/Paris")


def test_the_edition_of_a_moment_follows_the_newsletters_time_zone() -> None:
    new_year_in_paris = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert edition_of(new_year_in_paris, "month", PARIS) == "2027-01"
    assert edition_of(new_year_in_paris, "month", UTC) == "2026-12"
    assert edition_of(new_year_in_paris, "week", PARIS) == "2026-W53"


@pytest.mark.parametrize(
    ("edition", "since", "until"),
    [
        ("2026-11", datetime(2026, 11, 1, tzinfo=PARIS), datetime(2026, 12, 1, tzinfo=PARIS)),
        ("2026-12", datetime(2026, 12, 1, tzinfo=PARIS), datetime(2027, 1, 1, tzinfo=PARIS)),
        ("2026-W47", datetime(2026, 11, 16, tzinfo=PARIS), datetime(2026, 11, 23, tzinfo=PARIS)),
    ],
)
def test_a_name_says_its_period(edition: str, since: datetime, until: datetime) -> None:
    period = period_of(edition, PARIS)
    assert period is not None
    assert (period.since, period.until) == (since, until)
    assert since in period
    assert until not in period


@pytest.mark.parametrize("edition", ["2026-13", "2026-00", "2026-W60", "../ailleurs", "a/b", "", ".cache"])
def test_a_name_that_means_nothing_is_refused(edition: str) -> None:
    with pytest.raises(UsageError):
        period_of(edition, PARIS)


def test_a_named_edition_covers_the_last_thirty_days(now: datetime) -> None:
    period = choose_period("assises", since=None, until=None, now=now, tz=PARIS)
    assert now in period
    assert (period.until - period.since).days == 31


def test_dates_given_replace_those_of_the_name(now: datetime) -> None:
    period = choose_period("2026-11", since=date(2026, 10, 15), until=date(2026, 11, 10), now=now, tz=PARIS)
    assert period.since == datetime(2026, 10, 15, tzinfo=PARIS)
    assert period.until == datetime(2026, 11, 11, tzinfo=PARIS), "the last day is included"
    with pytest.raises(UsageError, match="--since must come before --until"):
        choose_period("2026-11", since=date(2026, 12, 15), until=None, now=now, tz=PARIS)
