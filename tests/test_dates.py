"""Dates are read as people and feeds write them, in six languages, and written in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.language.dates import is_relative, leading_date, read_date, show_date, show_month

LANGUAGES = ("fr", "en", "de", "es", "it", "pt")
PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "3 novembre 2026",
        "le 3 novembre 2026",
        "Mardi 3 NOVEMBRE 2026.",
        "mar. 3 nov. 2026",
        "mar., 3 novembre 2026",
        "3\u00a0novembre\u202f2026",
        "Nov 3, 2026",
        "November 3rd, 2026",
        "Tuesday, November 3, 2026",
        "3rd of November 2026",
        "on 3 November 2026",
        "2026-11-03",
        "2026/11/03",
        "20261103",
        "03/11/2026",
        "3.11.2026",
        "03/11/26",
        "03-Nov-2026",
        "Dienstag, 3. November 2026",
        "am 3. November 2026",
        "martes, 3 de noviembre de 2026",
        "el 3 de noviembre de 2026",
        "martedì 3 novembre 2026",
        "terça-feira, 3 de novembro de 2026",
    ],
)
def test_a_day_is_noon_where_it_was_written(text: str) -> None:
    assert read_date(text, tz=PARIS) == datetime(2026, 11, 3, 12, tzinfo=PARIS)


@pytest.mark.parametrize(
    "text",
    [
        "3 novembre 2026 à 10h30",
        "3 novembre 2026, 10 h 30",
        "3 novembre 2026 - 10:30",
        "November 3, 2026 at 10:30 am",
        "2026-11-03T10:30",
        "2026-11-03 10:30:00",
        "2026-11-03T09:30:00Z",
        "2026-11-03T09:30:00.123456+00:00",
        "2026-11-03T11:30:00+0200",
        "Tue, 03 Nov 2026 10:30:00 +0100",
        "Tue, 03 Nov 2026 09:30:00 GMT",
        "Tue, 03 Nov 26 04:30:00 EST",
        "Tue Nov  3 10:30:00 2026",
        "Tue Nov 03 10:30:00 CET 2026",
        "mar., 03 nov. 2026 10:30:00 +0100",
    ],
)
def test_an_hour_and_a_zone_are_kept(text: str) -> None:
    assert read_date(text, tz=PARIS) == datetime(2026, 11, 3, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1er février 2026", (2026, 2, 1)),
        ("1er fevrier 2026", (2026, 2, 1)),
        ("15 août 2026", (2026, 8, 15)),
        ("déc. 2, 2025", (2025, 12, 2)),
        ("mars 2026", (2026, 3, 1)),
        ("2026-03", (2026, 3, 1)),
        ("mar 3, 2026", (2026, 3, 3)),
        ("mar. 3 mars 2026", (2026, 3, 3)),
        ("12. März 2026", (2026, 3, 12)),
        ("1º maggio 2026", (2026, 5, 1)),
        ("12 de março de 2026", (2026, 3, 12)),
        ("septiembre de 2026", (2026, 9, 1)),
    ],
)
def test_months_are_known_by_their_names_and_abbreviations(text: str, day: tuple[int, int, int]) -> None:
    read = read_date(text, tz=PARIS)
    assert read is not None
    assert (read.year, read.month, read.day) == day


@pytest.mark.parametrize(
    "text",
    [
        "", "2026", "mai 68", "10:30", "novembre", "le 3", "samedi", "2026-02-30", "0000-00-00", "1699999999", "99999999999",
        "2026-11-03T25:00:00", "2026-11-03T10:00:00+9999", "1970-01-01T00:00:00Z", "32 mars 2026", "3 novembre 2026 à Lyon",
        "Publié le 3 novembre 2026", "version 3.11.2026.4", "9999-12-31T23:00:00-11:00", "il y a 3 ans de cela", "hier soir",
        "3 out", "10 set", "3 de noviembre de lluvia",
    ],
)  # fmt: skip
def test_what_is_not_a_sane_date_gives_none(text: str) -> None:
    assert read_date(text, relative_to=NOW, tz=PARIS) is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("il y a 3 jours", NOW - timedelta(days=3)),
        ("Il y a environ deux semaines", NOW - timedelta(days=14)),
        ("il y a une heure", NOW - timedelta(hours=1)),
        ("il y a un mois", datetime(2026, 10, 24, 8, tzinfo=UTC)),
        ("il y a 2 ans", datetime(2024, 11, 24, 9, tzinfo=UTC)),
        ("hier", NOW - timedelta(days=1)),
        ("avant-hier", NOW - timedelta(days=2)),
        ("aujourd’hui", NOW),
        ("hier à 10h30", datetime(2026, 11, 23, 9, 30, tzinfo=UTC)),
        ("3 days ago", NOW - timedelta(days=3)),
        ("an hour ago", NOW - timedelta(hours=1)),
        ("a few minutes ago", NOW - timedelta(minutes=1)),
        ("Yesterday at 5 pm", datetime(2026, 11, 23, 16, tzinfo=UTC)),
    ],
)
def test_a_date_told_from_today_counts_from_the_moment_given(text: str, moment: datetime) -> None:
    assert read_date(text, relative_to=NOW, tz=PARIS) == moment
    assert read_date(text, tz=PARIS) is None
    assert is_relative(text)


@pytest.mark.parametrize("text", ["3 novembre 2026", "2026-11-03", "3 novembre", "days", "hierarchy"])
def test_a_date_told_by_itself_is_not_relative(text: str) -> None:
    assert not is_relative(text)


def test_the_end_of_a_month_stays_in_the_month_before() -> None:
    assert read_date("il y a un mois", relative_to=datetime(2026, 3, 31, 10, tzinfo=UTC), tz=UTC) == datetime(
        2026, 2, 28, 10, tzinfo=UTC
    )


def test_a_day_without_its_year_is_the_last_there_was() -> None:
    assert read_date("3 novembre", relative_to=NOW, tz=UTC) == datetime(2026, 11, 3, 12, tzinfo=UTC)
    assert read_date("25 décembre", relative_to=NOW, tz=UTC) == datetime(2025, 12, 25, 12, tzinfo=UTC)
    assert read_date("25 décembre", tz=UTC) is None


def test_a_date_more_than_two_days_ahead_is_not_sane() -> None:
    assert read_date("2026-11-25", relative_to=NOW, tz=UTC) is not None
    assert read_date("2026-11-27", relative_to=NOW, tz=UTC) is None
    assert read_date("2126-11-27", tz=UTC) is not None


def test_the_order_of_day_and_month_depends_on_the_language() -> None:
    assert read_date("03/11/2026", lang="fr", tz=UTC) == datetime(2026, 11, 3, 12, tzinfo=UTC)
    assert read_date("03/11/2026", lang="en", tz=UTC) == datetime(2026, 3, 11, 12, tzinfo=UTC)


def test_the_other_order_is_taken_where_the_first_cannot_be() -> None:
    assert read_date("11/25/2025", lang="fr", tz=UTC) == datetime(2025, 11, 25, 12, tzinfo=UTC)
    assert read_date("25/11/2025", lang="en", tz=UTC) == datetime(2025, 11, 25, 12, tzinfo=UTC)
    assert read_date("12/11/2026", lang="en", relative_to=NOW, tz=UTC) == datetime(2026, 11, 12, 12, tzinfo=UTC)


def test_a_leading_date_says_where_it_ends() -> None:
    text = "3 novembre 2026 à 10h30 par Zoé Lemaître"
    found = leading_date(text, tz=PARIS)
    assert found is not None
    assert text[found[1] :] == " par Zoé Lemaître"


@pytest.mark.parametrize("text", ["11 novembre 2026 personnes sont venues", "2026-11-030", "3 novembre 20267"])
def test_digits_are_never_cut_in_two(text: str) -> None:
    found = leading_date(text, tz=PARIS)
    assert found is None or not text[found[1] :][:1].isdigit()


@given(st.text(alphabet="0123456789/-: TZ+.ahierjounovetmb,pm’à", max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    read = read_date(text, relative_to=NOW, tz=PARIS)
    assert read is None or (read.tzinfo == UTC and read <= NOW + timedelta(days=2))


@given(st.integers(min_value=0, max_value=3_400_000_000).map(lambda s: datetime(1990, 1, 2, tzinfo=UTC) + timedelta(seconds=s)))
def test_a_date_that_is_shown_reads_back_the_same_day(moment: datetime) -> None:
    for language in LANGUAGES:
        read = read_date(show_date(moment, language, PARIS), lang=language, tz=PARIS)
        assert read is not None
        assert read.astimezone(PARIS).date() == moment.astimezone(PARIS).date()


def test_dates_are_shown_in_words() -> None:
    day = datetime(2026, 11, 3, 23, 30, tzinfo=UTC)
    assert show_date(day, "fr", PARIS) == "4 novembre 2026"
    assert show_date(day, "en", UTC) == "3 November 2026"
    assert show_date(datetime(2026, 11, 1, tzinfo=UTC), "fr", UTC) == "1er novembre 2026"
    assert show_date(datetime(2026, 11, 11, tzinfo=UTC), "fr", UTC) == "11 novembre 2026"


@pytest.mark.parametrize(
    ("language", "first", "third", "month"),
    [
        ("fr", "1er novembre 2026", "3 novembre 2026", "novembre 2026"),
        ("en", "1 November 2026", "3 November 2026", "November 2026"),
        ("de", "1. November 2026", "3. November 2026", "November 2026"),
        ("es", "1 de noviembre de 2026", "3 de noviembre de 2026", "noviembre de 2026"),
        ("it", "1º novembre 2026", "3 novembre 2026", "novembre 2026"),
        ("pt", "1 de novembro de 2026", "3 de novembro de 2026", "novembro de 2026"),
    ],
)
def test_each_language_writes_its_dates_as_its_readers_do(language: str, first: str, third: str, month: str) -> None:
    assert show_date(datetime(2026, 11, 1, tzinfo=UTC), language, UTC) == first
    assert show_date(datetime(2026, 11, 3, tzinfo=UTC), language, UTC) == third
    assert show_month(datetime(2026, 11, 3, tzinfo=UTC), language, UTC) == month
