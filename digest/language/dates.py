"""Dates as people and feeds write them, read and written in every language of a newsletter.

Reading knows all of them at once, as the names of their months do not collide; abbreviations in French and English alone, since
"3 out" is no date. The language only settles 03/11/2026: a day in November, but in English a day in March unless that lies
ahead. A year alone is never a date.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from babel.dates import format_date, format_skeleton, format_time

from digest.language.names import locale_of

OLDEST = 1990
"""Year; feeds write 1900, 1970 and worse for "unknown"."""
_AHEAD = timedelta(days=2)
"""How far in the future a date may lie: clocks and time zones differ."""
_LONGEST = 120
"""Characters that are looked at."""
_NOON = 12
"""Hour of a date that gives none: the same day wherever it is read."""


def read_date(text: str, *, lang: str = "fr", relative_to: datetime | None = None, tz: tzinfo) -> datetime | None:
    """The moment that a text gives, in UTC; None when the whole text is not a date, or not a sane one.

    `tz` is where a date without a zone was written; a date without an hour is noon there. `relative_to` (aware) is what "il y a
    3 jours" counts from and what lends its year to "3 novembre"; a date more than two days after it is not sane.
    """
    text = text.strip()
    found = leading_date(text, lang=lang, relative_to=relative_to, tz=tz)
    if found is None or not _NOTHING_MORE.fullmatch(text, found[1]):
        return None
    return found[0]


_NOTHING_MORE = re.compile(r"[\s.,;]*(?:\([\w +:-]*\))?[\s.]*")


def leading_date(text: str, *, lang: str = "fr", relative_to: datetime | None = None, tz: tzinfo) -> tuple[datetime, int] | None:
    """The date with which a text begins, in UTC, and where it ends (characters); None where there is no sane one."""
    flat = _flat(text[:_LONGEST])
    try:
        found = _told_from_today(flat, relative_to, tz) or _told(flat, lang, relative_to, tz)
    except (ValueError, OverflowError):  # 30 February, 25 o'clock, the year 9999 in another zone
        return None
    return found if found and _is_sane(found[0], relative_to) else None


def is_relative(text: str) -> bool:
    """Whether a text begins with a date told from today: "hier", "il y a 3 jours", "2 days ago"."""
    flat = _flat(text.strip()[:_LONGEST])
    return any(pattern.match(flat) for pattern in (_AGO_FRENCH, _AGO_ENGLISH, _DAY_WORD))


def show_date(moment: datetime, language: str, tz: tzinfo) -> str:
    """A day in words: "3 novembre 2026", "1er novembre 2026", "3. November 2026", "3 de noviembre de 2026"."""
    local = moment.astimezone(tz)
    words = format_date(local, format="long", locale=locale_of(language))
    return words.replace("1", _FIRST[language], 1) if language in _FIRST and local.day == 1 else words


_FIRST = {"fr": "1er", "it": "1º"}
"""The first of a month, which the CLDR writes like any other day."""


def show_moment(moment: datetime, language: str, tz: tzinfo) -> str:
    """A day and an hour in words: "3 novembre 2026, 9:05" as the language writes it."""
    return f"{show_date(moment, language, tz)}, {format_time(moment.astimezone(tz), format='short', locale=locale_of(language))}"


def show_month(moment: datetime, language: str, tz: tzinfo) -> str:
    """A month in words: "novembre 2026", "November 2026", "noviembre de 2026"."""
    return format_skeleton("yMMMM", moment.astimezone(tz), locale=locale_of(language))


def _flat(text: str) -> str:
    """The text in small letters without accents or fancy spaces, character for character, so that offsets stay true."""
    return "".join(map(_flat_character, text))


def _flat_character(character: str) -> str:
    if character.isspace():
        return " "
    if character in "’ʼ":
        return "'"
    return unicodedata.normalize("NFD", character)[0].lower()[0]


def _is_sane(moment: datetime, relative_to: datetime | None) -> bool:
    return moment.year >= OLDEST and (relative_to is None or moment <= relative_to + _AHEAD)


def _one_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _numbered(*groups: str) -> dict[str, int]:
    return {word: number for number, words in enumerate(groups, start=1) for word in words.split()}


_MONTHS = _numbered(
    "janvier janv jan january januar enero gennaio janeiro", "fevrier fevr fev february feb februar febrero febbraio fevereiro",
    "mars mar march marz marzo marco", "avril avr april apr abril aprile", "mai may mayo maggio maio",
    "juin june jun juni junio giugno junho", "juillet juil july jul juli julio luglio julho", "aout august aug agosto",
    "septembre september sept sep septiembre settembre setembro", "octobre october oct oktober octubre ottobre outubro",
    "novembre november nov noviembre novembro", "decembre december dec dezember diciembre dicembre dezembro",
)  # fmt: skip
_WEEKDAYS = _numbered(
    "lundi lun monday mon montag lunes lunedi segunda-feira", "mardi mar tuesday tues tue dienstag martes martedi terca-feira",
    "mercredi mer wednesday wed mittwoch miercoles mercoledi quarta-feira",
    "jeudi jeu thursday thurs thur thu donnerstag jueves giovedi quinta-feira",
    "vendredi ven friday fri freitag viernes venerdi sexta-feira", "samedi sam saturday sat samstag sabado sabato",
    "dimanche dim sunday sun sonntag domingo domenica",
)  # fmt: skip
_ZONES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "met": 1, "cest": 2, "mest": 2, "eet": 2,
    "eest": 3, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip
"""Hours east of Greenwich (RFC 822 and Europe's own)."""

# ------------------------------------------------------------------------------------------------ told from today

_UNITS = {
    "seconds": "secondes seconde seconds second secs sec",
    "minutes": "minutes minute mins min mn",
    "hours": "heures heure hours hour hrs hr h",
    "days": "jours jour days day j d",
    "weeks": "semaines semaine weeks week sem",
    "months": "mois months month",
    "years": "annees annee ans an years year",
}
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words.split()}
_COUNTS = _numbered(
    "un une a an one", "deux two", "trois three", "quatre four", "cinq five", "six", "sept seven", "huit eight", "neuf nine",
    "dix ten", "onze eleven", "douze twelve",
)  # fmt: skip
_COUNT = rf"(?P<count>\d{{1,3}}|(?:{_one_of(_COUNTS)})\b|quelques|a few)\s*(?P<unit>{_one_of(_UNIT_OF)})\b\.?"
_AGO_FRENCH = re.compile(rf"il y a (?:environ |plus de |moins de )?{_COUNT}")
_AGO_ENGLISH = re.compile(rf"(?:about |over |almost )?{_COUNT} ago\b")
_DAYS_BACK = {"avant-hier": 2, "hier": 1, "yesterday": 1, "aujourd'hui": 0, "today": 0, "a l'instant": 0, "just now": 0}
_DAY_WORD = re.compile(rf"(?P<word>{_one_of(_DAYS_BACK)})\b")


def _told_from_today(flat: str, relative_to: datetime | None, tz: tzinfo) -> tuple[datetime, int] | None:
    if relative_to is None:
        return None
    local = relative_to.astimezone(tz)
    if found := _AGO_FRENCH.match(flat) or _AGO_ENGLISH.match(flat):
        moment = _back(local, _count(found["count"]), _UNIT_OF[found["unit"]])
        return moment.astimezone(UTC), found.end()
    if found := _DAY_WORD.match(flat):
        day = local - timedelta(days=_DAYS_BACK[found["word"]])
        return _with_time(day, flat, found.end(), tz)
    return None


def _count(words: str) -> int:
    return int(words) if words.isdigit() else _COUNTS.get(words, 1)  # "quelques heures" is at least one


def _back(moment: datetime, count: int, unit: str) -> datetime:
    if unit in ("seconds", "minutes", "hours"):
        return moment.astimezone(UTC) - timedelta(**{unit: count})
    if unit in ("days", "weeks"):
        return moment - timedelta(**{unit: count})
    months = moment.year * 12 + moment.month - 1 - count * (12 if unit == "years" else 1)
    year, month = months // 12, months % 12 + 1
    return moment.replace(year=year, month=month, day=min(moment.day, calendar.monthrange(year, month)[1]))


# ------------------------------------------------------------------------------------------------ told by themselves

_MONTH = rf"(?P<month>{_one_of(_MONTHS)})(?![a-z])\.?"
_BEFORE = rf"(?:(?:le|the|on|du|am|el|il|em)\s+)?(?:(?:{_one_of(_WEEKDAYS)})\.?(?:\s*,)?\s+)?(?:le\s+)?"
_YEAR = r"(?P<year>\d{4}(?!\d)|\d{2}(?=\s+\d{1,2}:\d{2}))"  # two digits only as RFC 822 has them, before an hour
_FORMS = tuple(
    re.compile(_BEFORE + form)
    for form in (
        r"(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})(?!\d)",
        r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)(?!\d)",
        r"(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)(?![\d-])",
        r"(?P<first>\d{1,2})(?P<mark>[/.-])(?P<second>\d{1,2})(?P=mark)(?P<year>\d{4})(?!\d)",
        r"(?P<first>\d{1,2})/(?P<second>\d{1,2})/(?P<year>\d{2})(?!\d)",
        rf"(?P<day>\d{{1,2}})(?:\s?(?:er|st|nd|rd|th|º)\b)?(?:\s+(?:of|de))?[\s.-]+{_MONTH}(?:[\s,-]*(?:de\s+)?{_YEAR})?",
        rf"{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:h])(?:,?\s+(?P<year>\d{{4}})(?!\d))?",
        rf"{_MONTH}\s+(?:de\s+)?(?P<year>\d{{4}})(?!\d)",
    )
)
_TIME = re.compile(
    r"(?:t|\s*[,|–—-]?\s*(?:(?:a|at|vers)\s+)?)(?P<hour>\d{1,2})"
    r"(?:\s?[h:]\s?(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d|60)(?:[.,]\d+)?)?(?:\s?(?P<half>[ap])\.?m\b\.?)?"
    r"|\s?h(?:eures)?\b|\s?(?P<half_alone>[ap])\.?m\b\.?)"
)
_ZONE = re.compile(rf"\s?(?:(?:utc|gmt)?(?P<shift>[+-]\d{{1,2}}(?::?\d{{2}})?)(?!\d)|(?P<zone>{_one_of(_ZONES)})\b)")
_LATE_YEAR = re.compile(r"\s+(?P<year>\d{4})(?!\d)")  # "Tue Nov  3 10:00:00 2026", as the C library and Java write


def _told(flat: str, lang: str, relative_to: datetime | None, tz: tzinfo) -> tuple[datetime, int] | None:
    found = next((found for form in _FORMS if (found := form.match(flat))), None)
    if found is None:
        return None
    named = found.groupdict()
    month, day = named.get("month"), int(named.get("day") or 1)
    if named.get("first"):
        return _numeric(found, flat, lang, relative_to, tz)
    number = int(month) if month and month.isdigit() else _MONTHS[month or ""]
    if named.get("year"):
        return _with_time(_day(int(named["year"]), number, day, tz), flat, found.end(), tz)
    return _without_year(number, day, flat, found.end(), relative_to, tz)


def _numeric(found: re.Match[str], flat: str, lang: str, relative_to: datetime | None, tz: tzinfo) -> tuple[datetime, int] | None:
    first, second, year = int(found["first"]), int(found["second"]), int(found["year"])
    orders = [(first, second), (second, first)]  # day, month
    if lang == "en":
        orders.reverse()
    moments = [_with_time(_day(year, month, day, tz), flat, found.end(), tz) for day, month in orders if month <= 12]
    return next((moment for moment in moments if _is_sane(moment[0], relative_to)), None)


def _without_year(
    month: int, day: int, flat: str, end: int, relative_to: datetime | None, tz: tzinfo
) -> tuple[datetime, int] | None:
    """ "3 novembre" is the last one there was; without `relative_to`, only a year after the hour can tell."""
    year_after = _LATE_YEAR.match(flat, _time_end(flat, end))
    if year_after:
        moment, _ = _with_time(_day(int(year_after["year"]), month, day, tz), flat, end, tz)
        return moment, year_after.end()
    if relative_to is None:
        return None
    this_year = relative_to.astimezone(tz).year
    moments = (_with_time(_day(year, month, day, tz), flat, end, tz) for year in (this_year, this_year - 1))
    return next((moment for moment in moments if _is_sane(moment[0], relative_to)), None)


def _day(year: int, month: int, day: int, tz: tzinfo) -> datetime:
    return datetime(year + 2000 if year < 100 else year, month, day, _NOON, tzinfo=tz)


def _with_time(day: datetime, flat: str, end: int, tz: tzinfo) -> tuple[datetime, int]:
    """The moment in UTC once the hour and the zone that may follow are read, and where they end."""
    time = _TIME.match(flat, end)
    if time is None:
        return day.astimezone(UTC), end
    half = time["half"] or time["half_alone"]
    hour = int(time["hour"]) % 12 + 12 * (half == "p") if half else int(time["hour"])
    zone = _ZONE.match(flat, time.end())
    moment = day.replace(
        hour=hour, minute=int(time["minute"] or 0), second=min(int(time["second"] or 0), 59), microsecond=0,
        tzinfo=_zone(zone) if zone else tz,
    )  # fmt: skip
    return moment.astimezone(UTC), zone.end() if zone else time.end()


def _time_end(flat: str, end: int) -> int:
    time = _TIME.match(flat, end)
    if time is None:
        return end
    zone = _ZONE.match(flat, time.end())
    return zone.end() if zone else time.end()


def _zone(found: re.Match[str]) -> tzinfo:
    if found["zone"]:
        return timezone(timedelta(hours=_ZONES[found["zone"]]))
    sign, digits = found["shift"][0], found["shift"][1:].replace(":", "")
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
    shift = timedelta(hours=hours, minutes=minutes)
    return timezone(-shift if sign == "-" else shift)
