"""The server of the review page: which address leads to which page, and how it is started."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path
from socket import socket
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from digest.compose.palette import Shades, palette
from digest.errors import N_, UsageError, why
from digest.resources import folder
from digest.review import (
    approval,
    checks,
    closing,
    delivery,
    editing,
    edition,
    editions,
    history,
    making,
    preview,
    sign_in,
    sources,
    themes,
    trial,
)
from digest.review.door import DOOR, Door, Handler, close_answers, guard
from digest.review.failures import settings_of, tell_errors
from digest.review.office import OFFICE, Office, office_of

ON_THIS_MACHINE: Final = ("127.0.0.1", "localhost", "::1")
LOOK: Final = 30.0
"""Seconds between two looks at whether anybody is still there."""
LARGEST_FORM: Final = 2_000_000
"""Bytes of a form that is sent; an introduction of a hundred pages has fewer."""


def make_app(office: Office, door: Door) -> web.Application:
    """The application; tests run it as it is."""
    app = web.Application(middlewares=[_note_asking, close_answers, tell_errors, guard], client_max_size=LARGEST_FORM)
    app[OFFICE], app[DOOR] = office, door
    app.add_routes(
        [
            web.get("/static/palette.css", _palette),
            web.get("/static/{name:review\\.(?:css|js)}", _ours),
            web.static("/static/vendor", Path(__file__).parent / "static" / "vendor"),
            *(route for page in PAGES for route in page.ROUTES),
        ]
    )
    return app


PAGES = (
    sign_in,
    editions,
    making,
    edition,
    editing,
    preview,
    checks,
    history,
    trial,
    approval,
    closing,
    delivery,
    sources,
    themes,
)


async def serve(
    office: Office,
    door: Door,
    *,
    host: str,
    port: int,
    ready: Callable[[int], None],
    handed: socket | None = None,
    idle: timedelta | None = None,
) -> None:
    """Serve until interrupted, or until nobody has asked for anything for as long as `idle`.

    `ready` is told the port, once connections are taken (0 for a socket of Unix); `port` 0: any that is free. `handed` is a
    socket that listens already, as systemd hands it over. Raises UsageError where nothing can listen there.
    """
    office.config()
    runner = web.AppRunner(make_app(office, door), access_log=None)
    await runner.setup()
    try:
        site = web.SockSite(runner, handed) if handed else web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as error:
            raise UsageError(
                N_("nothing can listen at {host}, port {port}: {cause}"), host=host, port=port, cause=why(error)
            ) from error
        address = runner.addresses[0]
        bound = int(address[1]) if isinstance(address, tuple) else 0
        door.listen(bound)
        ready(bound)
        await _until_idle(office, idle)
    finally:
        await runner.cleanup()


async def _until_idle(office: Office, idle: timedelta | None) -> None:
    """Until nobody asked for anything for so long, and nothing is under way; for ever where that does not matter."""
    if idle is None:
        await asyncio.Event().wait()
        return
    clock = asyncio.get_running_loop().time
    office.asked = clock()
    while office.is_busy() or clock() - office.asked < idle.total_seconds():
        await asyncio.sleep(min(LOOK, idle.total_seconds() / 4))


@web.middleware
async def _note_asking(request: web.Request, handler: Handler) -> web.StreamResponse:
    office_of(request).asked = asyncio.get_running_loop().time()
    return await handler(request)


def door_for(url: str | None, host: str, clock: Callable[[], datetime]) -> Door:
    """The door of a page for the person at this machine, or of a team's, which is served at `url` by a proxy that speaks HTTPS.

    Raises UsageError for a page that would let passwords or articles travel in clear.
    """
    if url is None:
        if host not in ON_THIS_MACHINE:
            raise UsageError(
                N_("the page of one person listens on this machine only, not at {host}"),
                hint=N_("for a team, give 'review: {{url: https://…}}' in sources.yaml, and digest accounts add NAME"),
                host=host,
            )
        return Door(frozenset(), secure=False, clock=clock)
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    if not secure and parts.hostname not in ON_THIS_MACHINE:
        raise UsageError(
            N_("{url}: passwords would travel in clear; a proxy must speak HTTPS, and review.url start with https://"), url=url
        )
    return Door(frozenset({parts.netloc.lower()}), secure=secure, clock=clock, token=None)


async def _ours(request: web.Request) -> web.StreamResponse:
    """The style sheet and the script of the pages: the team's own copy, else the shipped one."""
    name = request.match_info["name"]
    own = settings_of(request).templates / "review" / name
    return web.FileResponse(
        own if own.is_file() else folder("templates") / "review" / name, headers={"Cache-Control": "no-cache"}
    )


async def _palette(request: web.Request) -> web.Response:
    """The colours of the newsletter, as the email has them, for the style sheet of the pages."""
    colors = palette(settings_of(request).settings.newsletter.brand.color)
    css = f":root{{{_variables(colors.light)}}}@media (prefers-color-scheme:dark){{:root{{{_variables(colors.dark)}}}}}"
    return web.Response(text=css, content_type="text/css", headers={"Cache-Control": "no-cache"})


def _variables(shades: Shades) -> str:
    return "".join(f"--{field.name.replace('_', '-')}:{getattr(shades, field.name)};" for field in fields(shades))
