"""Aperçu: an edition as readers see it, on a phone and on a computer, in the light and in the dark, without what some lack."""

from __future__ import annotations

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
_POLICIES: Final[Mapping[str, str]] = {
    "no-images": FRAME_POLICY.replace("img-src 'self' data:", "img-src 'none'"),
    "no-styles": FRAME_POLICY.replace("style-src 'unsafe-inline'", "style-src 'none'"),
}
"""What the browser itself leaves out, so that the email stays as it is sent."""


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
    dress: Callable[[str], str] = {"light": in_light, "dark": in_dark}.get(look, str)
    policy = _POLICIES.get(look, FRAME_POLICY)
    return web.Response(
        text=dress(email.html), content_type="text/html", charset="utf-8", headers={"Content-Security-Policy": policy}
    )


def in_dark(html: str) -> str:
    """The email as a reader who prefers the dark sees it, whatever this browser prefers."""
    return _in_scheme(html, "dark", "all", "not all")


def in_light(html: str) -> str:
    """The email as a reader who prefers the light sees it, whatever this browser prefers."""
    return _in_scheme(html, "light", "not all", "all")


def _in_scheme(html: str, scheme: str, when_dark: str, when_light: str) -> str:
    return (
        html.replace("@media (prefers-color-scheme: dark)", f"@media {when_dark}")
        .replace("@media (prefers-color-scheme: light)", f"@media {when_light}")
        .replace('name="color-scheme" content="light dark"', f'name="color-scheme" content="{scheme}"')
        .replace("color-scheme: light dark", f"color-scheme: {scheme}")
    )


async def _rendered(request: web.Request, name: str) -> tuple[Config, Edition, RenderedEmail]:
    def work(config: Config, store: Store) -> tuple[Config, Edition, RenderedEmail]:
        edition = of_this_name(store, name)
        return config, edition, rendered_for_frame(config, edition)

    return await office_of(request).do(work)


_ONE = "/editions/{edition}/preview"
ROUTES = (web.get(_ONE, show), web.get(_ONE + "/{look:light|dark|no-images|no-styles}/email.html", frame))
