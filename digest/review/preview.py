"""Aperçu: an edition as readers see it, on a phone and on a computer, in the light and in the dark, without what some lack."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from aiohttp import web

from digest.compose.render import CLIP_BYTES
from digest.config import Config
from digest.errors import N_
from digest.model import Edition, RenderedEmail
from digest.review.edition import FRAME_POLICY, of_this_name, rendered_for_frame
from digest.review.office import office_of
from digest.review.pages import is_part, page
from digest.store import Store

LOOKS: Final[Mapping[str, str]] = {
    "light": N_("Light"),
    "dark": N_("Dark"),
    "no-images": N_("Without pictures"),
    "no-styles": N_("Without styles"),
    "text": N_("Plain text"),
}
"""The ways to look at an edition, the usual one first."""


async def show(request: web.Request) -> web.StreamResponse:
    """The email in one look, on a phone and on a computer, and what it weighs."""
    name, look = request.match_info["edition"], request.query.get("look", "light")
    if look not in LOOKS:
        raise web.HTTPNotFound
    config, edition, email = await _rendered(request, name)
    values = {
        "edition": edition,
        "look": look,
        "looks": LOOKS,
        "text": email.text,
        "weight": len(email.html.encode()),
        "clip": CLIP_BYTES,
        "folded": len(email.folded),
    }
    return page(request, config, "preview_part.html.j2" if is_part(request) else "preview.html.j2", **values)


async def frame(request: web.Request) -> web.StreamResponse:
    """The email in one look, for a frame."""
    name, look = request.match_info["edition"], request.match_info["look"]
    _, _, email = await _rendered(request, name)
    return web.Response(
        text=_DRESSED[look](email.html),
        content_type="text/html",
        charset="utf-8",
        headers={"Content-Security-Policy": FRAME_POLICY},
    )


def in_dark(html: str) -> str:
    """The email as a reader who prefers the dark sees it, whatever this browser prefers."""
    return _in_scheme(html, "dark", "all", "not all")


def in_light(html: str) -> str:
    """The email as a reader who prefers the light sees it, whatever this browser prefers."""
    return _in_scheme(html, "light", "not all", "all")


def without_images(html: str) -> str:
    """The email where no picture is loaded: what describes them stands in their place."""
    return re.sub(r'(<img\b[^>]*?\ssrc=")[^"]*', r"\1data:,", html)


def without_styles(html: str) -> str:
    """The email where no style is applied."""
    return re.sub(r'\sstyle="[^"]*"', "", re.sub(r"<style\b.*?</style>", "", html, flags=re.DOTALL))


def _in_scheme(html: str, scheme: str, when_dark: str, when_light: str) -> str:
    for preference, when in (("dark", when_dark), ("light", when_light)):
        html = re.sub(rf"@media\s*\(\s*prefers-color-scheme:\s*{preference}\s*\)", f"@media {when}", html)
    return re.sub(r'(color-scheme(?::\s*|" content="))light dark', rf"\g<1>{scheme}", html)


async def _rendered(request: web.Request, name: str) -> tuple[Config, Edition, RenderedEmail]:
    def work(config: Config, store: Store) -> tuple[Config, Edition, RenderedEmail]:
        edition = of_this_name(store, name)
        return config, edition, rendered_for_frame(config, edition)

    return await office_of(request).do(work)


_DRESSED: Final[Mapping[str, Callable[[str], str]]] = {
    "light": in_light,
    "dark": in_dark,
    "no-images": without_images,
    "no-styles": without_styles,
}

_ONE = "/editions/{edition}/preview"
ROUTES = (web.get(_ONE, show), web.get(_ONE + "/{look:light|dark|no-images|no-styles}/email.html", frame))
