"""Approuver: what will be signed, what the checks say of it, and the name of the person who signs."""

from __future__ import annotations

from aiohttp import web

from digest import desk, pipeline, preflight
from digest.config import Config
from digest.errors import N_, ConflictError
from digest.model import Edition, Finding, RenderedEmail
from digest.review.checks import Line, place_of
from digest.review.door import DOOR, SESSION, needs
from digest.review.edition import of_this_name
from digest.review.office import office_of, words_of
from digest.review.pages import back, page
from digest.store import Store


async def show(request: web.Request) -> web.StreamResponse:
    """The summary of what is signed."""
    office, name = office_of(request), request.match_info["edition"]

    def look(config: Config, store: Store) -> tuple[Config, Edition, RenderedEmail, tuple[Finding, ...]]:
        edition = of_this_name(store, name)
        email = pipeline.rendered(config, edition)
        return config, edition, email, preflight.check_edition(config, store, edition, email)

    config, edition, email, found = await office.do(look)
    lines = [Line(finding, place_of(finding, edition)) for finding in found if finding.level != "note"]
    return page(
        request,
        config,
        "approval.html.j2",
        edition=edition,
        email=email,
        kilobytes=len(email.html.encode()) / 1000,
        errors=[line for line in lines if line.finding.level == "error"],
        warnings=[line for line in lines if line.finding.level == "warning"],
        for_team=request.app[DOOR].for_team,
    )


@needs("approver")
async def sign(request: web.Request) -> web.StreamResponse:
    """Sign what was looked at; in a team, with the name of the account."""
    office, name, form = office_of(request), request.match_info["edition"], await request.post()
    by = request[SESSION].name if request.app[DOOR].for_team else str(form.get("by", ""))[:200]
    seen = str(form.get("revision", ""))

    def work(config: Config, store: Store) -> Config:
        edition = of_this_name(store, name)
        if seen != str(edition.revision):
            raise ConflictError(
                N_("edition {edition} has changed since you looked at it: read it again, then sign"), edition=name
            )
        desk.approve(config, store, name, by=by, now=office.clock())
        return config

    words = words_of(await office.do_alone(work)).gettext
    return back(request, f"/editions/{name}/deliver", words(N_("Signed. It can be delivered now.")))


_HERE = "/editions/{edition}/approve"
ROUTES = (web.get(_HERE, show), web.post(_HERE, sign))
