"""The server of the review page: which address leads to which page, and how it is started."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from digest.compose.palette import Shades, palette
from digest.errors import N_, DigestError
from digest.resources import folder
from digest.review import editions, sign_in
from digest.review.door import DOOR, Door, Handler, guard
from digest.review.office import OFFICE, Office, office_of, words_of
from digest.review.pages import page

HOST: Final = "127.0.0.1"


def make_app(office: Office, door: Door) -> web.Application:
    """The application; tests run it as it is."""
    app = web.Application(middlewares=[guard, _tell_errors], client_max_size=2_000_000)
    app[OFFICE], app[DOOR] = office, door
    app.add_routes(
        [
            web.get("/static/palette.css", _palette),
            web.get("/static/{name:review\\.(?:css|js)}", _ours),
            web.static("/static/vendor", Path(__file__).parent / "static" / "vendor"),
            *sign_in.ROUTES,
            *editions.ROUTES,
        ]
    )
    return app


async def serve(office: Office, door: Door, *, host: str, port: int, ready: Callable[[int], None]) -> None:
    """Serve until interrupted; `ready` is told the port, once connections are taken. `port` 0: any that is free."""
    runner = web.AppRunner(make_app(office, door), access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        bound: int = runner.addresses[0][1]
        door.hosts = (
            door.hosts | {f"{name}:{bound}" for name in ("127.0.0.1", "localhost", "[::1]")} if door.token else door.hosts
        )
        ready(bound)
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


def door_for(url: str | None, clock: Callable[[], datetime]) -> Door:
    """The door of a page for the person at this machine, or of a team's, which is served at `url`."""
    if url is None:
        return Door(frozenset(), secure=False, clock=clock)
    parts = urlsplit(url)
    return Door(frozenset({parts.netloc}), secure=parts.scheme == "https", clock=clock, token=None)


@web.middleware
async def _tell_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """An error that a person can understand is a page that says it; 404 and 403 have their page too."""
    try:
        return await handler(request)
    except DigestError as error:
        return _error_page(request, error.text, error.hint_text, 409)
    except web.HTTPNotFound:
        return _error_page(request, lambda words: words(N_("There is no such page.")), _no_hint, 404)
    except web.HTTPForbidden as refused:
        reason = refused.text or ""
        return _error_page(request, lambda words: words(_REFUSED.get(reason, reason)), _no_hint, 403)


_REFUSED = {
    "editor": N_("Your account may read; a person who prepares the newsletter can do this."),
    "approver": N_("Your account may prepare; a person who signs the newsletter can do this."),
    "This request comes from another site.": N_("This request comes from another site."),
    "This form is too old: open the page again.": N_("This form is too old: open the page again."),
}


def _no_hint(_words: object) -> None:
    return None


def _error_page(request: web.Request, text: Callable[..., str], hint: Callable[..., str | None], status: int) -> web.Response:
    try:
        config = office_of(request).config()
    except DigestError as error:  # sources.yaml is no longer sound: nothing can be shown but this
        return web.Response(text=error.text(), status=500)
    words = words_of(config).gettext
    response = page(request, config, "error.html.j2", message=text(words), hint=hint(words))
    response.set_status(status)
    return response


async def _ours(request: web.Request) -> web.StreamResponse:
    """The style sheet and the script of the pages: the team's own copy, else the shipped one."""
    name = request.match_info["name"]
    own = office_of(request).config().templates / "review" / name
    return web.FileResponse(
        own if own.is_file() else folder("templates") / "review" / name, headers={"Cache-Control": "no-cache"}
    )


async def _palette(request: web.Request) -> web.Response:
    """The colours of the newsletter, as the email has them, for the style sheet of the pages."""
    colors = palette(office_of(request).config().settings.newsletter.brand.color)
    css = f":root{{{_variables(colors.light)}}}@media (prefers-color-scheme:dark){{:root{{{_variables(colors.dark)}}}}}"
    return web.Response(text=css, content_type="text/css", headers={"Cache-Control": "no-cache"})


def _variables(shades: Shades) -> str:
    return "".join(f"--{field.name.replace('_', '-')}:{getattr(shades, field.name)};" for field in fields(shades))
