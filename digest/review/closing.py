"""An edition made a draft again, or given up: asked once more before it is done."""

from __future__ import annotations

from aiohttp import web

from digest import desk
from digest.config import Config
from digest.errors import N_
from digest.ledger import after
from digest.model import Edition
from digest.review.door import SESSION, needs
from digest.review.edition import of_this_name
from digest.review.office import office_of, words_of
from digest.review.pages import back, page
from digest.store import Store


@needs("editor")
async def ask_reopen(request: web.Request) -> web.StreamResponse:
    """What making it a draft again means."""
    config, edition = await _asked(request)
    after("reopen", edition.status, edition.edition)
    return page(request, config, "reopen.html.j2", edition=edition)


@needs("editor")
async def ask_discard(request: web.Request) -> web.StreamResponse:
    """What giving it up means."""
    config, edition = await _asked(request)
    after("discard", edition.status, edition.edition)
    return page(request, config, "discard.html.j2", edition=edition)


@needs("editor")
async def reopen(request: web.Request) -> web.StreamResponse:
    """Make it a draft again."""
    office, name, by = office_of(request), request.match_info["edition"], request[SESSION].name

    def work(config: Config, store: Store) -> Config:
        of_this_name(store, name)
        desk.reopen(config, store, name, by=by, now=office.clock())
        return config

    words = words_of(await office.do_alone(work)).gettext
    return back(request, f"/editions/{name}", words(N_("It is a draft again.")))


@needs("editor")
async def discard(request: web.Request) -> web.StreamResponse:
    """Give it up."""
    office, name, by = office_of(request), request.match_info["edition"], request[SESSION].name

    def work(config: Config, store: Store) -> Config:
        of_this_name(store, name)
        desk.discard(config, store, name, by=by, now=office.clock())
        return config

    words = words_of(await office.do_alone(work)).gettext
    return back(request, "/", words(N_("Edition {edition} is given up; its stories are free.")).format(edition=name))


async def _asked(request: web.Request) -> tuple[Config, Edition]:
    name = request.match_info["edition"]
    return await office_of(request).do(lambda config, store: (config, of_this_name(store, name)))


_ONE = "/editions/{edition}"
ROUTES = (
    web.get(_ONE + "/reopen", ask_reopen),
    web.post(_ONE + "/reopen", reopen),
    web.get(_ONE + "/discard", ask_discard),
    web.post(_ONE + "/discard", discard),
)
