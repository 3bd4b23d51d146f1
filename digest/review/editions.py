"""Éditions: the one in progress with its one obvious next action, and those of the past."""

from __future__ import annotations

from aiohttp import web

from digest.compose.periods import edition_of
from digest.config import Config
from digest.model import Edition
from digest.review.office import office_of
from digest.review.pages import page
from digest.store import Store


async def show(request: web.Request) -> web.StreamResponse:
    """Every edition, the last first."""
    office = office_of(request)

    def look(_: Config, store: Store) -> tuple[list[Edition], dict[str, tuple[str, ...]]]:
        made = [edition for one in store.editions.all() if (edition := store.editions.last(one.edition))]
        return made, {edition.edition: tuple(store.editions.receipts(edition.edition)) for edition in made}

    made, places = await office.do(look)
    made.sort(key=lambda edition: edition.period.since, reverse=True)
    config = office.config()
    newsletter = config.settings.newsletter
    today = edition_of(office.clock(), newsletter.period, newsletter.tz)
    return page(request, config, "editions.html.j2", editions=made, places=places, today=today, run=office.run)


ROUTES = (web.get("/", show),)
