"""What an edition leaves out, as its report and its tray tell it: a few stories by their titles, thousands by their number."""

from __future__ import annotations

from dataclasses import replace

from digest.compose.left_out import MOST, nearest, told
from digest.compose.letter import with_safe_links
from digest.compose.render import render, render_report
from digest.language.translations import translator
from digest.model import Edition, LeftOut, Points
from digest.remembering import LAST, remembered
from digest.resources import folder
from tests.editions import newsletter, sample

FRENCH = translator("fr")


def out(number: int, reason: str = "outside-period", points: float | None = 10.0) -> LeftOut:
    worth = None if points is None else Points(points, 0, 0, 0, 0, 0, 0)
    return LeftOut(f"{number:016x}", f"Article {number}", f"https://site.example/{number}", reason, worth)


def test_what_would_come_in_first_is_what_the_team_took_out_then_what_has_most_points() -> None:
    left = (
        out(1, "no-theme", None),
        out(2, "published-in:2026-10", 90),
        out(3, "theme-full", 70),
        out(4, "outside-period", 80),
        out(5, "rejected", 1),
        out(6, "theme-full", 70),
    )
    assert [int(one.id, 16) for one in nearest(left)] == [5, 4, 3, 6, 1, 2]


def test_few_are_all_told_reason_by_reason_and_none_is_only_counted() -> None:
    left = tuple(out(number, "no-theme" if number % 2 else "outside-period", float(number)) for number in range(MOST))
    short = told(replace(sample(), left_out=left), FRENCH)
    assert [why for why, _ in short.alike] == ["ne correspond à aucun thème", "hors de la période"]
    assert [out.id for _, alike in short.alike for out in alike] == [one.id for one in (*left[1::2], *left[::2])]
    assert (short.counted, short.others) == ((), 0)


def test_of_thousands_the_nearest_are_told_and_the_others_counted_the_commonest_reason_first() -> None:
    near = tuple(out(number, "theme-full", 50) for number in range(MOST - 1))
    far = (*(out(number, "no-theme", 10) for number in range(1000, 1300)), *(out(2000 + number) for number in range(2500)))
    twins = tuple(out(5000 + number, f"duplicate-of:{near[number].id}", None) for number in range(3))
    short = told(replace(sample(), left_out=(*far, *twins, *near, out(9, "held", 0))), FRENCH)
    assert [(why, len(alike)) for why, alike in short.alike] == [
        ("gardé pour un autre numéro", 1),
        ("son thème est complet", MOST - 1),
    ]
    assert short.counted == (("hors de la période", 2500), ("ne correspond à aucun thème", 300), ("même sujet qu’un autre", 3))
    assert short.others == 2803


def test_a_story_told_twice_names_the_other_one_even_where_it_is_only_counted() -> None:
    far = tuple(out(number) for number in range(MOST + 50))
    twin = out(999, f"duplicate-of:{far[-1].id}", 99)
    short = told(replace(sample(), left_out=(*far, twin)), FRENCH)
    assert (f"même sujet que «\xa0Article {MOST + 49}\xa0»", (twin,)) in short.alike


def test_the_report_of_a_large_newsletter_stays_short_and_says_where_to_find_the_others() -> None:
    edition = replace(sample(), left_out=tuple(out(number, "no-theme", number / 100) for number in range(7476)))
    few = replace(edition, left_out=edition.left_out[-MOST:])
    page, short = (report(one) for one in (edition, few))
    assert "<strong>7\u202f476</strong> articles laissés de côté" in page
    assert "Les 200 mieux placés pour entrer" in page
    assert "Et 7\u202f276 autres" in page
    assert "digest plan 2026-11" in page
    assert page.count("https://site.example/") == MOST
    assert "https://site.example/7475" in page
    assert "mieux placés" not in short
    assert len(page) < len(short) + 1000


def test_addresses_that_no_reader_may_follow_are_no_links_in_the_report() -> None:
    left = (replace(out(1), url="javascript:alert(1)"), replace(out(2), url="https://site.example/é"))
    edition = replace(sample(), left_out=left)
    assert [one.url for one in with_safe_links(edition).left_out] == [None, "https://site.example/%C3%A9"]
    page = report(edition)
    assert "javascript" not in page
    assert 'href="https://site.example/%C3%A9"' in page


def test_what_was_worked_out_of_a_value_is_kept_for_that_very_value_and_the_last_ones_alone() -> None:
    asked: list[tuple[int, ...]] = []

    @remembered
    def total(numbers: tuple[int, ...]) -> int:
        asked.append(numbers)
        return sum(numbers)

    values = [(number, len("x")) for number in range(LAST + 1)]
    twin = (0, len("x"))
    assert [total(values[0]), total(values[0]), total(twin)] == [1, 1, 1]
    assert asked == [values[0], twin], "an equal value is another one"
    assert [total(value) for value in values[1:]] == [2, 3, 4, 5]
    assert total(values[0]) == 1
    assert asked[-1] == values[0], "the first ones are forgotten"


def report(edition: Edition) -> str:
    email = render(edition, newsletter(), templates=folder("templates"), translator=FRENCH)
    return render_report(edition, newsletter(), email, templates=folder("templates"), translator=FRENCH)
