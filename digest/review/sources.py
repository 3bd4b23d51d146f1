"""Sources: how each fares, what each gave month by month; one more by its address, one paused, a theme hinted at."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from aiohttp import web

from digest.compose.reasons import STANDINGS
from digest.config import Config, add_sources
from digest.desk import settings_file
from digest.desk import sources as desk_sources
from digest.errors import N_, GatherError, UsageError
from digest.gather.addresses import without_secrets
from digest.gather.follow import FoundFeed
from digest.gather.sources import describe
from digest.language.dates import show_month
from digest.review.door import needs
from digest.review.failures import cure, told
from digest.review.office import office_of, words_of
from digest.review.pages import back, page
from digest.settings import Source
from digest.store import Store

MONTHS = 12
PLOT = (132, 36)
"""Width and height of a plot, in its own units: eleven a month."""
IN_TROUBLE = ("failing", "gone", "silent")


@dataclass(frozen=True, slots=True)
class Bar:
    """A month of a plot."""

    month: str
    count: int
    x: int
    height: float


@dataclass(frozen=True, slots=True)
class Row:
    """A source, for the page."""

    source: Source
    address: str
    """Of its feed, without the secrets; empty for a folder."""
    standing: str
    trouble: str
    last_new: datetime | None
    moved_to: str
    bars: tuple[Bar, ...]

    @property
    def total(self) -> int:
        return sum(bar.count for bar in self.bars)


async def show(request: web.Request) -> web.StreamResponse:
    """Every source, those in trouble first."""
    return await _shown(request)


@needs("editor")
async def find(request: web.Request) -> web.StreamResponse:
    """The feeds behind an address, to choose from."""
    office = office_of(request)
    config, address = office.config(), str((await request.post()).get("address", "")).strip()[:2000]
    try:
        found = await asyncio.to_thread(desk_sources.find, config, address)
    except GatherError as error:
        return await _shown(request, address=address, wrong=told(error, config), hint=cure(error, config) or "")
    followed = {source.feed: source.name for source in config.settings.sources}
    feeds = [(feed, without_secrets(feed.url), followed.get(feed.url, "")) for feed in found]
    return await _shown(request, address=address, feeds=feeds)


@needs("editor")
async def follow(request: web.Request) -> web.StreamResponse:
    """Follow the feed that was chosen, under a name and perhaps with a theme."""
    office, form = office_of(request), await request.post()
    config, url = office.config(), str(form.get("feed", ""))
    name, theme = str(form.get("name", "")).strip(), str(form.get("theme", ""))
    title = str(form.get(f"title:{url}", ""))
    (entry,) = desk_sources.entries([FoundFeed(url, title)], config, name=name or None) or ({},)
    if not entry:
        raise UsageError(N_("{url} is followed already"), url=without_secrets(url))
    await asyncio.to_thread(add_sources, config, [entry | ({"theme": theme} if theme else {})])
    said = words_of(config).gettext(N_("{name} is followed. Its articles come with the next draft.")).format(name=entry["name"])
    return back(request, "/sources", said)


@needs("editor")
async def change(request: web.Request) -> web.StreamResponse:
    """Pause a source, let it go on, or say the theme it mostly speaks of."""
    office, form = office_of(request), await request.post()
    config, key = office.config(), str(form.get("source", ""))
    place = next((place for place, source in enumerate(config.settings.sources) if source.key == key), None)
    if place is None:
        raise web.HTTPNotFound
    source, words = config.settings.sources[place], words_of(config).gettext
    edits: dict[tuple[str | int, ...], settings_file.Value]
    if (deed := form.get("do")) in ("pause", "resume"):
        edits = {("sources", place, "paused"): True if deed == "pause" else None}
        said = N_("{name} is paused: it is not read until you let it go on.") if deed == "pause" else N_("{name} is read again.")
    else:
        edits = {("sources", place, "theme"): str(form.get("theme", "")) or None}
        said = N_("{name}: its theme is noted. It is only a hint: each article is judged by what it says.")
    await asyncio.to_thread(settings_file.save, config, edits)
    return back(request, f"/sources#source-{place}", words(said).format(name=source.name))


async def _shown(request: web.Request, **values: Any) -> web.Response:
    office = office_of(request)
    now = office.clock()

    def look(config: Config, store: Store) -> tuple[Config, list[Row]]:
        months = months_until(now.astimezone(config.settings.newsletter.tz).date())
        counts = store.articles_a_month(_first_day(months[0]))
        known = store.source_states()
        return config, [
            _row(source, known.get(source.key, {}), counts.get(source.key, {}), months, now) for source in config.settings.sources
        ]

    config, rows = await office.do(look)
    words = words_of(config)
    numbered = sorted(enumerate(rows), key=lambda one: one[1].standing not in IN_TROUBLE)
    shared = {
        "address": "",
        "feeds": None,
        "wrong": "",
        "hint": "",
        "plot": PLOT,
        "standings": STANDINGS,
        "in_trouble": IN_TROUBLE,
    }
    themes = {theme.id: theme.title(config.settings.newsletter.language) for theme in config.settings.themes}
    return page(
        request,
        config,
        "sources.html.j2",
        rows=numbered,
        themes=themes,
        month=cache(lambda month: show_month(_first_day(month), words.language, UTC)),  # each source tells the same twelve
        **shared | values,
    )


def _row(source: Source, known: Mapping[str, Any], counts: Mapping[str, int], months: tuple[str, ...], now: datetime) -> Row:
    told = describe(source, known, now)
    last = told["last_new_article"]
    most = max([*(counts.get(month, 0) for month in months), 1])
    width, height = PLOT
    bars = tuple(
        Bar(month, count := counts.get(month, 0), place * width // MONTHS, round(count / most * height, 1))
        for place, month in enumerate(months)
    )
    return Row(
        source,
        told["feed"] or "",
        told["standing"],
        told["error"] or "",
        datetime.fromisoformat(last) if last else None,
        told["moved_to"] or "",
        bars,
    )


def months_until(today: date) -> tuple[str, ...]:
    """The last twelve months as `2026-11`, this one last."""
    last = today.year * 12 + today.month - 1
    return tuple(f"{month // 12}-{month % 12 + 1:02}" for month in range(last - MONTHS + 1, last + 1))


def _first_day(month: str) -> datetime:
    return datetime.fromisoformat(f"{month}-01T00:00:00+00:00")


ROUTES = (
    web.get("/sources", show),
    web.post("/sources/find", find),
    web.post("/sources/follow", follow),
    web.post("/sources", change),
)
