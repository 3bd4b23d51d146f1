"""What a worker does: read a part of the feeds for all who follow them, make the draft of one newsletter.

Whatever it does can be done again: what was stored is not asked for again, and a draft in which nothing changed stays as it is.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from digest import pipeline
from digest.compose.periods import edition_of, period_of
from digest.config import Config
from digest.errors import TooFewStoriesError
from digest.gather.state import from_json, is_due
from digest.model import Edition, SourceReport
from digest.notify import tell_that_a_draft_waits, tell_that_there_is_too_little
from digest.opening import opened
from digest.settings import Source
from digest.store import Reader, Store, open_store

GROUPS: Final = 16
"""Parts that the feeds are read in, by host: one part is read by one worker at a time, and a host is always in the same one."""
FRESH: Final = timedelta(hours=3)
"""A feed that was asked less than this ago, for whichever newsletter, is not asked again."""

DAILY: Final = timedelta(days=1)
"""How often a feed is asked that only newsletters follow which are never drafted."""


def groups_due(store: Store, now: datetime, between: timedelta = FRESH) -> list[int]:
    """The parts that hold a feed to ask now, which was not asked for some time."""
    return sorted({group_of(feed) for feed in _due(store, now, between)})


def group_of(feed: str) -> int:
    """The part that a feed is read in."""
    return zlib.crc32((urlsplit(feed).hostname or "").encode()) % GROUPS


async def read_group(operator: Config, group: int, *, now: datetime) -> tuple[SourceReport, ...]:
    """Read the feeds of a part that are due, once for all the newsletters that follow them: a report each, by its address.

    The settings of `operator` say how they are asked, who asks, and in which language their trouble is told.
    """
    with open_store(operator.database) as store:
        due = [feed for feed in _due(store, now) if group_of(feed) == group]
    sources = tuple(Source(name=feed, feed=feed) for feed in due)
    shared = replace(operator, settings=operator.settings.model_copy(update={"sources": sources}))
    with open_store(operator.database, Reader("", {feed: feed for feed in due})) as store:
        return await pipeline.update(
            shared, store, now=now, processes=1
        )  # there is a worker for each processor  # even of none: what a killed worker stored finds its story


def _due(store: Store, now: datetime, between: timedelta = FRESH) -> list[str]:
    feeds = store.hosting.feeds()
    known = store.states_of(feeds)
    return [feed for feed in feeds if is_due(from_json(known.get(feed, {})), now, between=between)]


def make_draft(config: Config, *, now: datetime) -> Edition:
    """Make or refresh the draft of today's edition, as `digest draft` does each night, with what workers read for all.

    Raises TooFewStoriesError once the team was told, GateError for an edition that is closed, DeliveryError where the team
    could not be told; BusyError while someone else is at it.
    """
    newsletter = config.settings.newsletter
    name = edition_of(now, newsletter.period, newsletter.tz)
    period = period_of(name, newsletter.tz)
    assert period is not None, "an edition named after its period has one"
    with opened(config, alone=True) as store:
        reports = asyncio.run(_read_own(config, store, now))
        planned = asyncio.run(pipeline.prepare(config, store, name, period, reports=reports, now=now))
        try:
            made = pipeline.draft(config, store, planned, now=now)
        except TooFewStoriesError:
            tell_that_there_is_too_little(config, store, planned, now=now)
            raise
        if not store.editions.edited(name):  # whoever has it in hand knows
            tell_that_a_draft_waits(config, store, made.edition, made.files[0].parent, now=now)
    return made.edition


async def _read_own(config: Config, store: Store, now: datetime) -> Sequence[SourceReport]:
    """Read what no worker reads for all: folders, feeds that ask for a secret, and those that were never read yet."""
    known = store.source_states()
    own = tuple(
        source
        for source in config.settings.sources
        if source.folder or source.headers_env or not (source.paused or known.get(source.key, {}).get("asked"))
    )
    only = replace(config, settings=config.settings.model_copy(update={"sources": own}))
    read = {report.name: report for report in await pipeline.update(only, store, now=now)} if own else {}
    return [read.get(report.name, report) for report in pipeline.recall(config, store)]


def settings_of(file: str) -> Path:
    """The path of the settings of a newsletter, of `machine:/whole/path`."""
    return Path(file.partition(":")[2])
