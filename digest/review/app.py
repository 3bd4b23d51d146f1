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
from digest.review.door import DOOR, Door, close_answers, guard
from digest.review.failures import settings_of, tell_errors
from digest.review.office import OFFICE, Office

ON_THIS_MACHINE: Final = ("127.0.0.1", "localhost", "::1")
LARGEST_FORM: Final = 2_000_000
"""Bytes of a form that is sent; an introduction of a hundred pages has fewer."""


def make_app(office: Office, door: Door) -> web.Application:
    """The application; tests run it as it is."""
    app = web.Application(middlewares=[close_answers, tell_errors, guard], client_max_size=LARGEST_FORM)
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


async def serve(office: Office, door: Door, *, host: str, port: int, ready: Callable[[int], None]) -> None:
    """Serve until interrupted; `ready` is told the port, once connections are taken. `port` 0: any that is free.

    Raises UsageError where nothing can listen there.
    """
    office.config()
    runner = web.AppRunner(make_app(office, door), access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as error:
            raise UsageError(
                N_("nothing can listen at {host}, port {port}: {cause}"), host=host, port=port, cause=why(error)
            ) from error
        bound: int = runner.addresses[0][1]
        door.listen(bound)
        ready(bound)
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


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
