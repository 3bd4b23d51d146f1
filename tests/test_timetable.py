"""When a newsletter is drafted, on ordinary nights and on those that have an hour twice or not at all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from digest.cli.federating import EVERY_NIGHT
from digest.errors import UsageError
from digest.federation.timetable import next_time

PARIS = "Europe/Paris"


def times(cron: str, after: datetime, count: int) -> list[str]:
    found = []
    for _ in range(count):
        after = next_time(cron, PARIS, after)
        found.append(f"{after:%d %H:%M}")
    return found


def test_a_time_is_read_in_the_zone_of_the_newsletter() -> None:
    assert times(EVERY_NIGHT, datetime(2026, 7, 1, 12, tzinfo=UTC), 2) == ["02 02:00", "03 02:00"]
    assert times(EVERY_NIGHT, datetime(2026, 12, 1, 12, tzinfo=UTC), 2) == ["02 03:00", "03 03:00"]
    assert times("0 4 * * 1", datetime(2026, 11, 24, tzinfo=UTC), 1) == ["30 03:00"]


def test_an_hour_that_a_night_lacks_is_made_good_and_one_that_it_has_twice_counts_once() -> None:
    assert times("30 2 * * *", datetime(2027, 3, 27, 12, tzinfo=UTC), 2) == ["28 01:00", "29 00:30"]
    assert times("30 2 * * *", datetime(2026, 10, 24, 12, tzinfo=UTC), 2) == ["25 00:30", "26 01:30"]
    assert times("30 2 * * *", datetime(2026, 10, 25, 0, 45, tzinfo=UTC), 1) == ["26 01:30"], "between the two"
    assert times("30 * * * *", datetime(2026, 10, 24, 23, tzinfo=UTC), 4) == ["24 23:30", "25 00:30", "25 01:30", "25 02:30"]


@pytest.mark.parametrize("cron", ["", "chaque nuit", "* * * *", "0 4 * * * *", "61 4 * * *", "@daily", "0 4 * * lundi", "é" * 5])
def test_what_is_no_time_of_cron_is_refused(cron: str) -> None:
    with pytest.raises(UsageError, match="is no time of cron"):
        next_time(cron, PARIS, datetime(2026, 11, 24, tzinfo=UTC))


def test_a_day_that_never_comes_is_refused() -> None:
    with pytest.raises(UsageError, match="this day never comes"):
        next_time("0 4 31 2 *", PARIS, datetime(2026, 11, 24, tzinfo=UTC))
