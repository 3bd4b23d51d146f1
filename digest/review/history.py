"""Historique: what was done to an edition and what it changed, each revision to be read again, and brought back."""

from __future__ import annotations

import re

from aiohttp import web

from digest import desk
from digest.compose.changes import DEEDS, Change, changes
from digest.config import Config
from digest.desk import regrouping
from digest.errors import N_
from digest.model import Edition, Event
from digest.review.door import SESSION, needs
from digest.review.edition import of_this_name
from digest.review.office import office_of, words_of
from digest.review.pages import back, page
from digest.store import Store


async def show(request: web.Request) -> web.StreamResponse:
    """Everything that was done, the last first."""
    office, name = office_of(request), request.match_info["edition"]

    def look(config: Config, store: Store) -> tuple[Config, Edition, tuple[desk.Entry, ...]]:
        return config, of_this_name(store, name), desk.history(store, name)[::-1]

    config, edition, entries = await office.do(look)
    words = words_of(config)

    def deed(event: Event) -> str:
        return words.gettext(DEEDS[event.deed]).format(by=event.by or "digest", revision=event.revision, place=event.place or "")

    told = [(entry.event, deed(entry.event), [one.text(words) for one in entry.changes]) for entry in entries]
    return page(request, config, "history.html.j2", edition=edition, entries=told)


async def read(request: web.Request) -> web.StreamResponse:
    """An earlier revision as it was, and what bringing it back would change."""
    office, name, number = office_of(request), request.match_info["edition"], int(request.match_info["revision"])

    def look(config: Config, store: Store) -> tuple[Config, Edition, Edition, tuple[Change, ...]]:
        edition, then = of_this_name(store, name), store.editions.revision(name, number)
        if then is None:
            raise web.HTTPNotFound
        return config, edition, then, changes(edition, then)

    config, edition, then, told = await office.do(look)
    lines = [one.text(words_of(config)) for one in told]
    may = request[SESSION].may("editor") and edition.status in ("draft", "approved") and bool(told)
    return page(request, config, "revision.html.j2", edition=edition, then=then, number=number, changes=lines, may_bring_back=may)


@needs("editor")
async def bring_back(request: web.Request) -> web.StreamResponse:
    """Save an earlier revision as the next one."""
    office, name, number = office_of(request), request.match_info["edition"], int(request.match_info["revision"])
    seen, by = str((await request.post()).get("revision", "")), request[SESSION].name

    def work(config: Config, store: Store) -> Config:
        current = of_this_name(store, name)
        before = store.editions.revision(name, int(seen)) if re.fullmatch("[0-9]{1,9}", seen) else None
        regrouping.bring_back(config, store, before or current, number, by=by, now=office.clock())
        return config

    words = words_of(await office.do(work)).gettext
    return back(request, f"/editions/{name}", words(N_("Revision {revision} is back.")).format(revision=number))


_HERE = "/editions/{edition}/history"
_ONE = _HERE + r"/{revision:\d{1,9}}"
ROUTES = (web.get(_HERE, show), web.get(_ONE, read), web.post(_ONE, bring_back))
