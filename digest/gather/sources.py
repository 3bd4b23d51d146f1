"""Every source read once: folders first, then the feeds that are due, as their answers come. One broken source is a value."""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from digest.errors import N_, GatherError
from digest.gather import state as states
from digest.gather.addresses import id_apart, without_secrets
from digest.gather.collect import FeedRequest, Fetched, Gate, collect, no_gate
from digest.gather.folder import read_file, read_folder
from digest.gather.parse import ParsedFeed, parse_feed
from digest.gather.state import SourceState
from digest.gather.workers import Workers, open_workers
from digest.language.translations import team_translator
from digest.model import Article, SourceReport, SourceStatus
from digest.resources import VERSION
from digest.settings import Newsletter, Settings, Source

_READY = 24
"""Sources that may be under way between the network and the store."""
_MOMENT = 0.03
"""Seconds that a source may wait for others before it is stored: one transaction costs as much as ten sources."""


@dataclass(frozen=True, slots=True)
class SourceRead:
    """What one source gave this time, and what is to be remembered of it."""

    source: Source
    status: SourceStatus
    articles: tuple[Article, ...]
    before: SourceState
    answer: Fetched
    """What the feed answered; an empty answer for a folder or a feed that was not asked."""
    now: datetime
    message: str | None = None
    """What went wrong, or what the team should know, a line each; None where there is nothing to say."""
    asked: bool = True
    removed: tuple[str, ...] = ()
    """Of a folder: the ids of articles whose files are there no more."""

    def state(self, *, new: int) -> dict[str, Any]:
        """What to remember, once `new` of the articles were stored for the first time."""
        if not self.asked:
            return states.to_json(self.before)
        if self.status == "failed":
            return states.to_json(states.after_failure(self.before, self.answer, self.message or "", self.now))
        state = replace(states.after_success(self.before, self.answer, new=new, now=self.now), note=self.message)
        if self.source.folder is not None:
            there = dict.fromkeys((*state.held, *(article.id for article in self.articles)))
            state = replace(state, held=tuple(id for id in there if id not in self.removed))
        return states.to_json(state)

    def report(self, *, new: int) -> SourceReport:
        """The line for the team. A source that gave only what the store holds is `unchanged`."""
        status: SourceStatus = "unchanged" if self.status == "ok" and not new else self.status
        return SourceReport(self.source.name, status, new, self.message)


async def read_sources(
    settings: Settings,
    folder: Path,
    known: Mapping[str, Mapping[str, Any]],
    *,
    secrets: Mapping[str, Mapping[str, str]],
    now: datetime,
    force: bool,
    home: str = "",
    shared: bool = False,
    gate: Gate = no_gate,
    processes: int | None = None,
) -> AsyncIterator[tuple[SourceRead, ...]]:
    """Read every source, and give those that are ready together.

    `folder` is where the settings' paths start, `home` its own path where newsletters share a store (`shared`: they may); by a
    source's key, `known` is what the store remembers of it and `secrets` the HTTP headers that only its own host may see. `gate`
    is where requests wait for those of other programs; `processes` parse, one for each processor unless it says how many.
    """
    before = {source.key: states.from_json(known.get(source.key, {})) for source in settings.sources}
    for source in settings.sources:
        if source.paused:
            yield (_left_alone(source, before[source.key], now),)
        elif source.folder is not None:
            read = _read_folder(source, folder / source.folder, settings.newsletter, before[source.key], now, home)
            yield (_own_files(read, home) if shared else read,)
        elif not (force or states.is_due(before[source.key], now)):
            yield (_left_alone(source, before[source.key], now),)
    feeds = [s for s in settings.sources if s.feed and not s.paused and (force or states.is_due(before[s.key], now))]
    if feeds:
        requests = [_request(source, before[source.key], secrets.get(source.key, {}), now) for source in feeds]
        async for ready in _read_feeds(feeds, requests, settings, before, now, gate, processes or os.cpu_count() or 1):
            yield tuple(_apart(read, home) if read.source.headers_env else read for read in ready)


def _apart(read: SourceRead, home: str) -> SourceRead:
    """What a feed gave for a secret is for this newsletter alone, even where others see an article at the same address."""
    articles = tuple(replace(article, id=id_apart(article.id, home), aliases=()) for article in read.articles)
    return replace(read, articles=articles)


def _own_files(read: SourceRead, home: str) -> SourceRead:
    """What a folder gave is for this newsletter alone, even where others see an article at the address that a file names.

    A file that the folder held before the newsletter came to share its store stays the article it was.
    """
    articles = tuple(
        replace(article, id=id_apart(article.id, home), aliases=())
        if article.url and article.id not in read.before.held
        else article
        for article in read.articles
    )
    there = {article.id for article in articles}
    return replace(read, articles=articles, removed=tuple(id for id in read.removed if id not in there))


def _read_folder(source: Source, path: Path, newsletter: Newsletter, before: SourceState, now: datetime, home: str) -> SourceRead:
    say = team_translator(newsletter.language).gettext
    articles, problems = [], []
    try:
        for found in read_folder(path):
            if isinstance(found, GatherError):
                problems.append(found.text(say))
                continue
            try:
                articles.append(
                    read_file(
                        found.name,
                        found.body,
                        source=source.name,
                        modified=found.modified,
                        collected=now,
                        tz=newsletter.tz,
                        language=newsletter.language,
                        home=home,
                    )
                )
            except GatherError as error:
                problems.append(error.text(say))
            except Exception as error:  # a mistake of ours costs the file, never the edition
                cause = f"{type(error).__name__}: {error}"
                problems.append(GatherError(N_("{file}: cannot be read: {cause}"), file=found.name, cause=cause).text(say))
    except GatherError as error:
        return SourceRead(source, "failed", (), before, _nothing(source), now, error.text(say))
    # A file that cannot be read today is not a file that was taken away.
    removed = () if problems else tuple(sorted(set(before.held) - {article.id for article in articles}))
    told = "\n".join(problems) or None
    return SourceRead(source, "ok", tuple(articles), before, _nothing(source), now, told, removed=removed)


def _left_alone(source: Source, before: SourceState, now: datetime) -> SourceRead:
    """A source that is paused, was asked minutes ago, or wants to be left in peace: what it last said still holds."""
    failing = (before.failures or before.gone) and not source.paused
    told = None if source.paused else before.error
    return SourceRead(source, "failed" if failing else "unchanged", (), before, _nothing(source), now, told, asked=False)


async def _read_feeds(
    feeds: Sequence[Source],
    requests: Sequence[FeedRequest],
    settings: Settings,
    before: Mapping[str, SourceState],
    now: datetime,
    gate: Gate,
    processes: int,
) -> AsyncIterator[tuple[SourceRead, ...]]:
    """The feeds, in the order in which they are read: fetching and parsing go on while the caller stores.

    Those that are ready together keep their order in sources.yaml: an article that several carry is of the first one stored.
    """
    place = {source.key: i for i, source in enumerate(feeds)}
    ready: asyncio.Queue[SourceRead | Exception] = asyncio.Queue(_READY)
    async with open_workers(min(len(feeds), processes)) as workers:
        reading = asyncio.create_task(_read_into(ready, feeds, requests, settings, before, workers, now, gate))
        try:
            left = len(feeds)
            while left:
                batch = await _together(ready, min(left, _READY))
                left -= len(batch)
                yield tuple(sorted(batch, key=lambda read: place[read.source.key]))
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


async def _read_into(
    ready: asyncio.Queue[SourceRead | Exception],
    feeds: Sequence[Source],
    requests: Sequence[FeedRequest],
    settings: Settings,
    before: Mapping[str, SourceState],
    workers: Workers,
    now: datetime,
    gate: Gate,
) -> None:
    """Put every feed in `ready` once it is read; or what went wrong, which no feed can cause."""
    by_key = {source.key: source for source in feeds}
    room = asyncio.Semaphore(_READY)

    async def read(answer: Fetched) -> None:
        source = by_key[answer.key]
        await ready.put(await _read_feed(source, answer, before[source.key], workers, settings.newsletter, now))

    async def parse(answer: Fetched) -> None:
        await read(answer)
        room.release()

    try:
        async with asyncio.TaskGroup() as group:
            agent = user_agent(settings.newsletter)
            async for answer in collect(requests, limits=settings.collect, user_agent=agent, gate=gate):
                if answer.body:
                    await room.acquire()  # so that few bodies wait for a worker
                    group.create_task(parse(answer))
                else:
                    await read(answer)
    except Exception as error:  # handed to whoever waits for the sources
        await ready.put(error)


async def _together(ready: asyncio.Queue[SourceRead | Exception], most: int) -> tuple[SourceRead, ...]:
    """The sources that are ready within a moment, at least one. Raises what went wrong."""
    batch = [await ready.get()]
    with suppress(TimeoutError):
        async with asyncio.timeout(_MOMENT):
            while len(batch) < most:
                batch.append(await ready.get())
    for read in batch:
        if isinstance(read, Exception):
            raise read
    return tuple(read for read in batch if not isinstance(read, Exception))


async def _read_feed(
    source: Source, answer: Fetched, before: SourceState, workers: Workers, newsletter: Newsletter, now: datetime
) -> SourceRead:
    say = team_translator(newsletter.language).gettext
    if answer.error:
        return SourceRead(source, "failed", (), before, answer, now, _told(answer.error, say))
    if answer.unchanged:
        return SourceRead(source, "unchanged", (), before, answer, now)
    parsed: ParsedFeed | GatherError = await workers.run(
        parse_feed,
        answer.body,
        url=source.key,
        base=answer.url,
        headers=answer.headers,
        source=source.name,
        collected=now,
        language=newsletter.language,
        tz=newsletter.tz,
    )
    if isinstance(parsed, GatherError):
        return SourceRead(source, "failed", (), before, answer, now, _told(parsed, say))
    return SourceRead(source, "ok", parsed.articles, before, answer, now, parsed.note.text(say) if parsed.note else None)


def _told(error: GatherError, say: Callable[[str], str]) -> str:
    """What went wrong and what to do, in one line."""
    hint = error.hint_text(say)
    return f"{error.text(say)} ({hint})" if hint else error.text(say)


def _request(source: Source, before: SourceState, secrets: Mapping[str, str], now: datetime) -> FeedRequest:
    url = states.address(before, source.key, now)
    at_home = urlsplit(url)[:2] == urlsplit(source.key)[:2]  # a feed that moved to another host takes no secret there
    return FeedRequest(
        key=source.key,
        url=url,
        headers=secrets if at_home else {},
        etag=before.etag,
        last_modified=before.last_modified,
        fingerprint=before.fingerprint,
    )


def describe(source: Source, known: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """How a source fares, for `sources --json`: dates as ISO 8601 or null, addresses without their secrets.

    `known` is what the store remembers of it.
    """
    state = states.from_json(known)
    remembered = states.to_json(state)
    return {
        "name": source.name,
        "feed": without_secrets(source.feed) if source.feed else None,
        "folder": source.folder,
        "standing": "paused" if source.paused else states.standing(state, now),
        "last_success": remembered["succeeded"],
        "last_new_article": remembered["last_new"],
        "failures": state.failures,
        "error": state.error or state.note,
        "moved_to": without_secrets(state.moved_to) if state.moved_to else None,
    }


def recall(source: Source, known: Mapping[str, Any]) -> SourceReport:
    """How a source fared when it was last read, for a run that reads none."""
    state = states.from_json(known)
    if source.paused:
        return SourceReport(source.name, "unchanged")
    return SourceReport(source.name, "failed" if state.failures else "unchanged", 0, state.error or state.note)


def pages_due(
    articles: Iterable[Article], sources: Iterable[Source], known: Mapping[str, Mapping[str, Any]], now: datetime
) -> tuple[Article, ...]:
    """The articles whose page may be asked now: one that gave nothing is left in peace, longer each time."""
    before = {source.name: states.from_json(known.get(source.key, {})) for source in sources}
    return tuple(a for a in articles if a.source not in before or states.page_is_due(before[a.source], a.id, now))


def after_pages(
    asked: Iterable[tuple[Article, bool]], sources: Iterable[Source], known: Mapping[str, Mapping[str, Any]], now: datetime
) -> dict[str, dict[str, Any]]:
    """What to remember of each source, by its key, once pages were asked: each article, and whether it is whole now."""
    gave: defaultdict[str, dict[str, bool]] = defaultdict(dict)
    for article, whole in asked:
        gave[article.source][article.id] = whole
    states_of = {source.key: (states.from_json(known.get(source.key, {})), gave[source.name]) for source in sources}
    return {key: states.to_json(states.after_pages(state, pages, now)) for key, (state, pages) in states_of.items() if pages}


def user_agent(newsletter: Newsletter) -> str:
    """Who asks, and where to complain."""
    contact = newsletter.brand.web or f"mailto:{newsletter.sender.email}"
    return f"digest/{VERSION} (+{contact})"


def _nothing(source: Source) -> Fetched:
    return Fetched(key=source.key, url=source.feed or "")
