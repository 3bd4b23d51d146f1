"""When a newsletter is drafted: the next time that a cron expression names. Pure; the one home of croniter."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from croniter import CroniterBadDateError, CroniterError, croniter

from digest.errors import N_, UsageError

_FIELDS = 5


def next_time(cron: str, zone: str, after: datetime) -> datetime:
    """The first moment after another that a cron expression names. Raises UsageError for one that is none, or never comes."""
    fields = cron.split()
    if len(fields) != _FIELDS:
        raise _unreadable(cron)
    try:
        times = croniter(" ".join(fields), after.astimezone(ZoneInfo(zone)))
        found: datetime = times.get_next(datetime)
        while _is_said_again(found, zone) and "*" not in fields[1]:
            found = times.get_next(datetime)
    except CroniterBadDateError as error:
        raise UsageError(N_("{cron}: this day never comes"), cron=cron) from error
    except (CroniterError, ValueError, KeyError) as error:
        raise _unreadable(cron) from error
    return found.astimezone(UTC)


def _is_said_again(moment: datetime, zone: str) -> bool:
    """Whether clocks showed the same an hour ago: the night that summer time ends has one hour twice."""
    return moment.astimezone(ZoneInfo(zone)).fold == 1


def _unreadable(cron: str) -> UsageError:
    return UsageError(
        N_("{cron}: is no time of cron"),
        hint=N_("five fields: minute, hour, day of the month, month, day of the week; “0 4 * * *” is every night at four"),
        cron=cron,
    )
