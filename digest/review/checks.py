"""Contrôles: what the checks find in an edition, each line leading to the place to mend it; its links tried when asked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from digest import preflight
from digest.config import Config
from digest.errors import N_
from digest.model import Edition, Finding, LinkState
from digest.review.edition import of_this_name
from digest.review.office import office_of
from digest.review.pages import page
from digest.store import Store

_FIELDS: Final[Mapping[str, str]] = {"subject": "subject", "preheader": "preheader", "introduction": "introduction"}
_BY_WORDS: Final[Mapping[object, str]] = {
    "the subject": "subject",
    "the preview text": "preheader",
    "the introduction": "introduction",
}
"""Where the checks say in words where something stands."""
_KEYS: Final[Mapping[str, str]] = {
    "sender": "newsletter.sender",
    "unsubscribe": "newsletter.unsubscribe",
    "read-online": "newsletter.archive_url",
    "contrast": "newsletter.brand.color",
    "remote": "newsletter.brand.logo",
    "alt-text": "newsletter.brand.logo_alt",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is mended: an address of these pages and the words of its link, or a key of the settings."""

    address: str = ""
    words: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """What a check found, and where it is mended; None where nothing is to do, or nothing can be done from here."""

    finding: Finding
    place: Place | None


async def show(request: web.Request) -> web.StreamResponse:
    """The report, errors first."""
    office, name = office_of(request), request.match_info["edition"]
    config, edition, lines = await office.do(lambda config, store: _look(config, store, name))
    return page(request, config, "checks.html.j2", edition=edition, lines=lines, tried=False)


async def try_links(request: web.Request) -> web.StreamResponse:
    """The report again, with what every link answers now. Changes nothing, so that a reader may ask for it."""
    office, name = office_of(request), request.match_info["edition"]
    config, edition, _ = await office.do(lambda config, store: _look(config, store, name))
    links = await asyncio.to_thread(asyncio.run, preflight.ask_links(config, edition))
    config, edition, lines = await office.do(lambda config, store: _look(config, store, name, links))
    return page(request, config, "checks.html.j2", edition=edition, lines=lines, tried=True)


def _look(
    config: Config, store: Store, name: str, links: Mapping[str, LinkState] | None = None
) -> tuple[Config, Edition, tuple[Line, ...]]:
    edition = of_this_name(store, name)
    found = preflight.check_edition(config, store, edition, links=links)
    return config, edition, tuple(Line(finding, place_of(finding, edition)) for finding in found)


def place_of(finding: Finding, edition: Edition) -> Place | None:
    """Where a finding is mended; None for a note, and for what no page and no key mends."""
    here = f"/editions/{edition.edition}"
    if finding.level == "note":
        return None
    if finding.story in {story.id for story in edition.stories}:
        return Place(f"{here}#story-{finding.story}", N_("Go to the story"))
    if field := _FIELDS.get(finding.check) or _BY_WORDS.get(finding.values.get("place")):
        return Place(f"{here}#{field}", N_("Change it"))
    if finding.check == "spam-words":
        return Place(f"{here}#subject", N_("Change it"))
    if finding.check == "sources":
        return Place("/sources", N_("See the sources"))
    if finding.check in ("stories", "weight", "takeaways"):
        return Place(here, N_("Go to the stories"))
    key = _KEYS.get(finding.check)
    return Place(key=key) if key else None


_HERE = "/editions/{edition}/checks"
ROUTES = (web.get(_HERE, show), web.post(_HERE, try_links))
