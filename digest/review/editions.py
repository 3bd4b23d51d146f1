"""Éditions: the one in progress with its one obvious next action, and those of the past."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aiohttp import web

from digest.compose.periods import edition_of
from digest.config import Config
from digest.desk.standing import served
from digest.model import Edition
from digest.review.office import office_of
from digest.review.pages import page
from digest.store import Store


async def show(request: web.Request) -> web.StreamResponse:
    """Every edition, the last first."""
    office = office_of(request)

    def look(config: Config, store: Store) -> tuple[list[Edition], dict[str, tuple[str, ...]], list[dict[str, Any]]]:
        made = [edition for one in store.editions.all() if (edition := store.editions.last(one.edition))]
        places = {edition.edition: tuple(store.editions.receipts(edition.edition)) for edition in made}
        return made, places, served(store, [config.settings.newsletter.name])

    made, places, workers = await office.do(look)
    made.sort(key=lambda edition: edition.period.since, reverse=True)
    config = office.config()
    newsletter = config.settings.newsletter
    today = edition_of(office.clock(), newsletter.period, newsletter.tz)
    values = {
        "editions": made,
        "places": places,
        "today": today,
        "run": office.run,
        "workers": [_moments(one) for one in workers],
    }
    return page(request, config, "editions.html.j2", **values)


def _moments(served: dict[str, Any]) -> dict[str, Any]:
    """What workers do for the newsletter, its dates read again from JSON."""
    return served | {name: datetime.fromisoformat(served[name]) for name in ("next", "began", "ended") if served[name]}


ROUTES = (web.get("/", show),)
