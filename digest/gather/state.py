"""What is remembered of a source between two runs, and what follows from it: whether to ask it now, and where. Pure.

A source that fails is asked less and less, one that says when to come back is believed, one that moved is followed once the
move has proved stable, and one that is gone for good is not asked again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from digest.gather.collect import Fetched  # read here, never made: no network comes with it

MINUTES_BETWEEN = timedelta(minutes=10)
"""A source asked less than this ago is left in peace."""
LONGEST_WAIT = timedelta(days=1)
"""However often a source fails, and whatever it asks for, it is tried once a day."""
STABLE_AFTER = timedelta(days=3)
"""A permanent redirect is believed once it has said the same for this long: some are mistakes, taken back within hours."""
SILENT_AFTER = timedelta(days=90)
PAGE_WAIT = timedelta(hours=1)
"""Before the page of an article that gave nothing is asked again; twice as long after each time."""
LONGEST_PAGE_WAIT = timedelta(days=8)
PAGE_FORGOTTEN_AFTER = timedelta(days=60)

Standing = Literal["well", "failing", "gone", "silent", "never-read"]


@dataclass(frozen=True, slots=True)
class FailedPage:
    """The page of an article that gave nothing: how often in a row, and when to ask it again."""

    article: str
    failures: int
    not_before: datetime


@dataclass(frozen=True, slots=True)
class SourceState:
    """How a source fares; what the store keeps of it as JSON."""

    etag: str | None = None
    last_modified: str | None = None
    fingerprint: str | None = None
    """Of the last body that was read well."""
    asked: datetime | None = None
    succeeded: datetime | None = None
    """Last time it was read, or said that nothing changed."""
    last_new: datetime | None = None
    """Last time it brought an article that the store did not hold."""
    failures: int = 0
    """In a row."""
    error: str | None = None
    """Of the last failure; None since it was read again."""
    note: str | None = None
    """What the team should know although it was read well: a broken file, a damaged feed."""
    not_before: datetime | None = None
    """When to ask again; None: at any time."""
    moved_to: str | None = None
    """Where its permanent redirects lead."""
    moved_since: datetime | None = None
    gone: bool = False
    """It answered 410: gone for good."""
    held: tuple[str, ...] = ()
    """Of a folder: the ids of the articles it held."""
    pages: tuple[FailedPage, ...] = ()
    """Of a feed of excerpts: the pages of its articles that gave nothing."""


def from_json(values: Mapping[str, Any]) -> SourceState:
    """The state that `to_json` wrote; what it does not know is left out, so that an older or a newer store opens."""
    moments = ("asked", "succeeded", "last_new", "not_before", "moved_since")
    kept: dict[str, Any] = {field.name: values[field.name] for field in fields(SourceState) if field.name in values}
    for name in moments:
        kept[name] = datetime.fromisoformat(kept[name]) if kept.get(name) else None
    kept["held"] = tuple(kept.get("held", ()))
    pages = kept.get("pages", ())
    kept["pages"] = tuple(FailedPage(article, n, datetime.fromisoformat(moment)) for article, n, moment in pages)
    return SourceState(**kept)


def to_json(state: SourceState) -> dict[str, Any]:
    """The state as JSON holds it, dates as ISO 8601."""
    values = {field.name: getattr(state, field.name) for field in fields(state)}
    values["pages"] = [[page.article, page.failures, page.not_before.isoformat()] for page in state.pages]
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def is_due(state: SourceState, now: datetime, *, between: timedelta = MINUTES_BETWEEN) -> bool:
    """Whether to ask the source now, when nobody insists (`--force`); one asked less than `between` ago is left in peace.

    A moment further ahead than any wait was noted by a clock that was wrong: it counts for nothing.
    """
    if state.gone or (state.not_before and timedelta() < state.not_before - now <= LONGEST_WAIT):
        return False
    return state.asked is None or abs(now - state.asked) >= between


def address(state: SourceState, url: str, now: datetime) -> str:
    """Where to ask: the address of sources.yaml, or where it has moved once the move has proved stable."""
    moved = state.moved_to and state.moved_since and now - state.moved_since >= STABLE_AFTER
    return state.moved_to if moved and state.moved_to else url


def standing(state: SourceState, now: datetime) -> Standing:
    """How the source fares, in a word for the list of sources."""
    if state.gone:
        return "gone"
    if state.failures:
        return "failing"
    if state.succeeded is None:
        return "never-read"
    fresh = state.last_new or state.succeeded
    return "silent" if now - fresh >= SILENT_AFTER else "well"


def after_success(state: SourceState, fetched: Fetched, *, new: int, now: datetime) -> SourceState:
    """The state once the answer was read well (or was unchanged), and brought `new` articles."""
    read = replace(
        state,
        etag=fetched.etag or (state.etag if fetched.unchanged else None),
        last_modified=fetched.last_modified or (state.last_modified if fetched.unchanged else None),
        fingerprint=fetched.fingerprint or state.fingerprint,
        asked=now,
        succeeded=now,
        last_new=now if new else state.last_new,
        failures=0,
        error=None,
        not_before=None,
        gone=False,
    )
    return _moved(read, fetched.moved_to, now)


def after_failure(state: SourceState, fetched: Fetched, error: str, now: datetime) -> SourceState:
    """The state once asking or reading failed: what was read before stays known, and the next try is later each time."""
    failures = state.failures + 1
    wait = min(MINUTES_BETWEEN * 2 ** min(failures - 1, 10), LONGEST_WAIT)
    asked_to = _retry_after(fetched.retry_after, now)
    return replace(
        state,
        asked=now,
        failures=failures,
        error=error,
        not_before=now + min(max(wait, asked_to), LONGEST_WAIT),
        gone=fetched.status == 410,
        # An address that failed where it moved is asked where it was, from the next time on.
        moved_to=None,
        moved_since=None,
    )


def _moved(state: SourceState, moved_to: str | None, now: datetime) -> SourceState:
    """Note a move and since when it says the same. Once followed, the new address redirects no more: the move stays."""
    if moved_to is None:
        followed = state.moved_since and now - state.moved_since >= STABLE_AFTER
        return state if followed else replace(state, moved_to=None, moved_since=None)
    if moved_to == state.moved_to and state.moved_since and state.moved_since <= now:
        return state
    return replace(state, moved_to=moved_to, moved_since=now)


def _retry_after(written: str | None, now: datetime) -> timedelta:
    """The wait of a Retry-After header: seconds, or a date (RFC 9110, 10.2.3); none where it says neither."""
    if not written:
        return timedelta()
    if written.strip().isdecimal():
        return timedelta(seconds=min(int(written.strip()[:12]), 10**9))
    try:
        moment = parsedate_to_datetime(written)
    except (ValueError, TypeError):
        return timedelta()
    return max(timedelta(), (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now)


# ------------------------------------------------------------------------------------------------ pages of articles


def page_is_due(state: SourceState, article: str, now: datetime) -> bool:
    """Whether to ask the page of an article (its id) of this source now; a wait that a wrong clock noted counts for nothing."""
    waits = (page.not_before - now for page in state.pages if page.article == article)
    return not any(timedelta() < wait <= LONGEST_PAGE_WAIT for wait in waits)


def after_pages(state: SourceState, gave: Mapping[str, bool], now: datetime) -> SourceState:
    """The state once pages were asked: by an article's id, whether its page gave the whole text. Old failures are forgotten."""
    before = {page.article: page.failures for page in state.pages}
    others = [page for page in state.pages if page.article not in gave and now - page.not_before < PAGE_FORGOTTEN_AFTER]
    failed = [_failed_page(article, before.get(article, 0) + 1, now) for article, whole in gave.items() if not whole]
    return replace(state, pages=(*others, *failed))


def _failed_page(article: str, failures: int, now: datetime) -> FailedPage:
    return FailedPage(article, failures, now + min(PAGE_WAIT * 2 ** min(failures - 1, 10), LONGEST_PAGE_WAIT))
