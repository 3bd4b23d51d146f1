"""Livrer: the places an approved edition may go to as a draft, what is there already, and its files to take away."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

from aiohttp import web

from digest import desk, pipeline
from digest.config import Config
from digest.errors import N_, DigestError, GateError
from digest.model import Edition, Event, Receipt
from digest.review.door import SESSION, needs
from digest.review.edition import of_this_name
from digest.review.failures import cure, log, told
from digest.review.office import Errand, Office, office_of, words_of
from digest.review.pages import back, is_part, page
from digest.settings.places import Brevo, Imap, Keila, Listmonk, Mailchimp
from digest.store import Store

_KINDS: Final = {
    "Imap": N_("the drafts folder of {user}, at {host}"),
    "Listmonk": N_("a draft campaign in listmonk, at {host}"),
    "Keila": N_("a draft campaign in Keila, at {host}"),
    "Brevo": N_("a draft campaign in Brevo"),
    "Mailchimp": N_("a draft campaign in Mailchimp"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere an edition may go."""

    name: str
    what: str
    """In words; empty for the files."""
    receipt: Receipt | None
    event: Event | None
    """The last delivery there; None where there was none."""


async def show(request: web.Request) -> web.StreamResponse:
    """The places, and how a delivery under way is doing."""
    office, name = office_of(request), request.match_info["edition"]

    def look(config: Config, store: Store) -> tuple[Config, Edition, list[Place]]:
        return config, of_this_name(store, name), places(config, store, name)

    config, edition, found = await office.do(look)
    errand = office.errands.get(name)
    if is_part(request) and errand and errand.done:
        return web.Response(headers={"HX-Refresh": "true"})  # its state has changed, which stands all over the page
    values: dict[str, Any] = {
        "edition": edition,
        "places": found,
        "folder": config.editions / name,
        "errand": errand,
        "wrong": "",
        "hint": None,
    }
    if errand and errand.done:
        office.errands.pop(name, None)  # told once; the receipts stay
    if errand and errand.error:
        values |= {"wrong": told(errand.error, config), "hint": cure(errand.error, config)}
    return page(request, config, "delivery_part.html.j2" if is_part(request) else "delivery.html.j2", **values)


@needs("approver")
async def deliver(request: web.Request) -> web.StreamResponse:
    """Start handing it over; the page shows how it goes."""
    office, name = office_of(request), request.match_info["edition"]
    place, by = str((await request.post()).get("place", "")), request[SESSION].name
    edition = await office.do(lambda _, store: of_this_name(store, name))
    if edition.status not in ("approved", "delivered"):
        raise GateError(N_("edition {edition} is not approved yet: sign it first"), edition=name)
    under_way = office.errands.get(name)
    if under_way is None or under_way.done:
        errand = office.errands[name] = Errand(place)
        errand.task = asyncio.create_task(_hand_over(office, errand, name, by))
    return back(request, f"/editions/{name}/deliver")


async def files(request: web.Request) -> web.StreamResponse:
    """The files of an approved edition, in a zip."""
    office, name = office_of(request), request.match_info["edition"]

    def packed(config: Config, store: Store) -> bytes:
        edition = of_this_name(store, name)
        if edition.status not in ("approved", "delivered"):
            raise GateError(N_("edition {edition} is not approved yet: sign it first"), edition=name)
        with tempfile.TemporaryDirectory() as folder:
            (file,) = pipeline.write_files(config, store, edition, output=Path(folder) / f"{name}.zip")
            return file.read_bytes()

    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}.zip"}
    return web.Response(body=await office.do(packed), content_type="application/zip", headers=headers)


def places(config: Config, store: Store, name: str) -> list[Place]:
    """Every place an edition may go to, the files first, with what is there already."""
    receipts = store.editions.receipts(name)
    events = {event.place: event for event in store.editions.history(name) if event.deed == "deliver"}
    known = {desk.FILES: "", **{place: _described(config, delivery.place) for place, delivery in config.settings.deliver.items()}}
    gone = {place: "" for place in receipts if place not in known}
    return [Place(place, what, receipts.get(place), events.get(place)) for place, what in (known | gone).items()]


def _described(config: Config, place: Imap | Listmonk | Keila | Brevo | Mailchimp) -> str:
    host = getattr(place, "host", None) or urlsplit(getattr(place, "url", None) or "").hostname
    words = words_of(config).gettext(_KINDS[type(place).__name__])
    return words.format(user=getattr(place, "user", ""), host=host)


async def _hand_over(office: Office, errand: Errand, name: str, by: str) -> None:
    def work(config: Config, store: Store) -> Receipt:
        return desk.deliver(config, store, name, errand.place, by=by, now=office.clock())

    try:
        errand.receipt = await office.do_alone(work)
    except DigestError as error:
        errand.error = error
    except Exception as error:
        log(f"deliver {name}", error, office)
        errand.error = error


_HERE = "/editions/{edition}/deliver"
ROUTES = (web.get(_HERE, show), web.post(_HERE, deliver), web.get("/editions/{edition}/files.zip", files))
