"""What is remembered of a source, and what follows from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from digest.gather.collect import Fetched
from digest.gather.state import (
    LONGEST_PAGE_WAIT,
    LONGEST_WAIT,
    MINUTES_BETWEEN,
    PAGE_FORGOTTEN_AFTER,
    PAGE_WAIT,
    STABLE_AFTER,
    SourceState,
    address,
    after_failure,
    after_pages,
    after_success,
    from_json,
    is_due,
    page_is_due,
    standing,
    to_json,
)
from tests.conftest import NOW

URL = "https://gazette.example/rss"
READ = Fetched(key=URL, url=URL, status=200, etag='"1"', last_modified="Mon", fingerprint="f1")
FAILED = Fetched(key=URL, url=URL, status=500)
MOVED = replace(READ, moved_to="https://neuf.example/rss")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def test_a_state_is_kept_as_json_and_read_again() -> None:
    state = after_success(SourceState(), MOVED, new=2, now=NOW)
    assert from_json(to_json(state)) == state
    assert from_json({**to_json(state), "of a newer version": 1}) == state
    assert from_json({}) == SourceState()


def test_a_source_asked_minutes_ago_is_left_in_peace() -> None:
    state = after_success(SourceState(), READ, new=0, now=NOW)
    assert is_due(SourceState(), NOW)
    assert not is_due(state, NOW + MINUTE)
    assert is_due(state, NOW + MINUTES_BETWEEN)


@pytest.mark.parametrize("between", [MINUTES_BETWEEN, timedelta(hours=3)])
def test_a_source_that_a_wrong_clock_asked_is_asked_again_once(between: timedelta) -> None:
    ahead = after_success(SourceState(), READ, new=0, now=NOW + 365 * DAY)
    assert is_due(ahead, NOW, between=between), "it would be left in peace for a year"
    healed = after_success(ahead, READ, new=0, now=NOW)
    assert not is_due(healed, NOW + MINUTE, between=between)
    assert not is_due(after_success(SourceState(), READ, new=0, now=NOW + 5 * MINUTE), NOW, between=between)
    assert is_due(after_success(SourceState(), READ, new=0, now=NOW - 365 * DAY), NOW, between=between)


def test_a_wait_that_a_wrong_clock_noted_counts_for_nothing() -> None:
    state = after_failure(SourceState(), FAILED, "en panne", NOW + 365 * DAY)
    assert is_due(state, NOW)
    assert is_due(replace(state, asked=None, not_before=NOW + LONGEST_WAIT + MINUTE), NOW)
    assert not is_due(replace(state, asked=None, not_before=NOW + LONGEST_WAIT), NOW), "as long as any wait"
    assert not is_due(after_failure(SourceState(), FAILED, "en panne", NOW + 60 * MINUTE), NOW, between=timedelta(hours=3))


def test_a_page_that_a_wrong_clock_asked_waits_no_longer_than_any_other() -> None:
    state = after_pages(SourceState(), {"a": False}, NOW + 365 * DAY)
    assert page_is_due(state, "a", NOW)
    assert not page_is_due(after_pages(SourceState(), {"a": False}, NOW), "a", NOW)


def test_a_move_that_a_wrong_clock_noted_proves_stable_as_any_other() -> None:
    state = after_success(SourceState(), MOVED, new=0, now=NOW + 365 * DAY)
    assert address(state, URL, NOW) == URL
    again = after_success(state, MOVED, new=0, now=NOW)
    assert address(again, URL, NOW + STABLE_AFTER) == MOVED.moved_to


def test_what_the_server_gave_is_sent_back_the_next_time() -> None:
    state = after_success(SourceState(), READ, new=1, now=NOW)
    assert (state.etag, state.last_modified, state.fingerprint, state.last_new) == ('"1"', "Mon", "f1", NOW)
    unchanged = Fetched(key=URL, url=URL, status=304, unchanged=True)
    later = after_success(state, unchanged, new=0, now=NOW + DAY)
    assert (later.etag, later.last_modified, later.fingerprint, later.last_new) == ('"1"', "Mon", "f1", NOW)
    assert later.succeeded == NOW + DAY


def test_a_validator_that_is_no_longer_given_is_forgotten() -> None:
    state = after_success(SourceState(), READ, new=1, now=NOW)
    assert after_success(state, replace(READ, etag=None, last_modified=None), new=0, now=NOW).etag is None


def test_each_failure_waits_longer_and_never_more_than_a_day() -> None:
    state, waits = SourceState(), []
    for _ in range(12):
        state = after_failure(state, FAILED, "in trouble", NOW)
        assert state.not_before is not None
        waits.append(state.not_before - NOW)
    assert waits[:3] == [MINUTES_BETWEEN, 2 * MINUTES_BETWEEN, 4 * MINUTES_BETWEEN]
    assert waits[-1] == LONGEST_WAIT
    assert state.failures == 12
    assert not is_due(state, NOW + LONGEST_WAIT - MINUTE)
    assert is_due(state, NOW + LONGEST_WAIT)


def test_a_failure_loses_nothing_that_was_known_and_success_ends_it() -> None:
    good = after_success(SourceState(), READ, new=1, now=NOW)
    bad = after_failure(good, FAILED, "in trouble", NOW + DAY)
    assert (bad.etag, bad.fingerprint, bad.succeeded, bad.error) == (good.etag, good.fingerprint, NOW, "in trouble")
    again = after_success(bad, READ, new=0, now=NOW + 2 * DAY)
    assert (again.failures, again.error, again.not_before) == (0, None, None)


@pytest.mark.parametrize(
    ("written", "wait"),
    [
        ("7200", timedelta(hours=2)),
        ("Tue, 24 Nov 2026 12:30:00 GMT", timedelta(hours=4)),
        ("999999999999", LONGEST_WAIT),
        ("Mon, 23 Nov 2026 12:30:00 GMT", MINUTES_BETWEEN),
        ("bientôt", MINUTES_BETWEEN),
        ("-5", MINUTES_BETWEEN),
        (None, MINUTES_BETWEEN),
    ],
)
def test_a_server_that_says_when_to_come_back_is_believed(written: str | None, wait: timedelta) -> None:
    assert after_failure(SourceState(), replace(FAILED, status=429, retry_after=written), "later", NOW).not_before == NOW + wait


def test_a_feed_that_is_gone_is_not_asked_again() -> None:
    state = after_failure(SourceState(), replace(FAILED, status=410), "gone", NOW)
    assert not is_due(state, NOW + 400 * DAY)
    assert standing(state, NOW) == "gone"


def test_a_move_is_followed_once_it_has_proved_stable() -> None:
    state = after_success(SourceState(), MOVED, new=0, now=NOW)
    assert address(state, URL, NOW) == URL
    state = after_success(state, MOVED, new=0, now=NOW + DAY)
    assert address(state, URL, NOW + DAY) == URL
    assert address(state, URL, NOW + STABLE_AFTER) == "https://neuf.example/rss"


def test_a_followed_move_stays_though_the_new_address_redirects_no_more() -> None:
    state = after_success(SourceState(), MOVED, new=0, now=NOW)
    state = after_success(state, READ, new=0, now=NOW + 5 * DAY)
    assert address(state, URL, NOW + 6 * DAY) == "https://neuf.example/rss"


def test_a_move_taken_back_within_days_is_forgotten() -> None:
    state = after_success(SourceState(), MOVED, new=0, now=NOW)
    state = after_success(state, READ, new=0, now=NOW + DAY)
    assert address(state, URL, NOW + 10 * DAY) == URL


def test_a_new_address_that_fails_is_given_up_for_the_old_one() -> None:
    state = after_success(SourceState(), MOVED, new=0, now=NOW)
    state = after_failure(state, FAILED, "in trouble", NOW + 5 * DAY)
    assert address(state, URL, NOW + 6 * DAY) == URL


def test_how_a_source_fares_is_one_word() -> None:
    fresh = after_success(SourceState(), READ, new=1, now=NOW)
    assert standing(SourceState(), NOW) == "never-read"
    assert standing(fresh, NOW + DAY) == "well"
    assert standing(replace(fresh, succeeded=NOW + 100 * DAY), NOW + 100 * DAY) == "silent"
    assert standing(after_failure(fresh, FAILED, "x", NOW), NOW) == "failing"


# ------------------------------------------------------------------------------------------------ pages of articles


def test_a_page_that_gave_nothing_is_asked_less_and_less() -> None:
    state, now, waits = SourceState(), NOW, []
    for _ in range(12):
        state = after_pages(state, {"a": False}, now)
        waits.append(next(page.not_before for page in state.pages) - now)
        assert not page_is_due(state, "a", now + waits[-1] - MINUTE)
        now += waits[-1]
        assert page_is_due(state, "a", now)
    assert waits[:3] == [PAGE_WAIT, 2 * PAGE_WAIT, 4 * PAGE_WAIT]
    assert waits[-1] == LONGEST_PAGE_WAIT
    assert from_json(to_json(state)) == state


def test_the_failure_of_one_page_holds_up_no_other() -> None:
    state = after_pages(SourceState(), {"a": False, "b": True}, NOW)
    assert not page_is_due(state, "a", NOW)
    assert page_is_due(state, "b", NOW)
    assert is_due(state, NOW)


def test_a_page_that_gave_the_article_is_no_failure_any_more() -> None:
    state = after_pages(SourceState(), {"a": False, "b": False}, NOW)
    later = after_pages(state, {"a": True}, NOW + DAY)
    assert [page.article for page in later.pages] == ["b"]
    assert after_pages(later, {}, NOW + PAGE_FORGOTTEN_AFTER + DAY).pages == ()


def test_what_is_known_of_pages_outlives_a_collection() -> None:
    state = after_pages(SourceState(), {"a": False}, NOW)
    assert after_success(state, READ, new=1, now=NOW).pages == state.pages
    assert after_failure(state, FAILED, "down", NOW).pages == state.pages
