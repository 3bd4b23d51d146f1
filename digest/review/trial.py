"""Test: an edition sent to named people, to be looked at in their mail programs. It uses up nothing."""

from __future__ import annotations

import re

from aiohttp import web

from digest import desk
from digest.config import Config
from digest.errors import N_, UsageError
from digest.model import Edition, Event
from digest.review.door import needs
from digest.review.edition import of_this_name
from digest.review.office import office_of, words_of
from digest.review.pages import back, page
from digest.store import Store

MOST_PEOPLE = 20
"""Of one test: more would be a newsletter that nobody approved."""


async def show(request: web.Request) -> web.StreamResponse:
    """Whom to send it to, whom it was sent to before, and what the settings lack."""
    office, name = office_of(request), request.match_info["edition"]

    def look(config: Config, store: Store) -> tuple[Config, Edition, list[Event]]:
        sent = [event for event in store.editions.history(name) if event.deed == "send-test"]
        return config, of_this_name(store, name), sent[::-1]

    config, edition, sent = await office.do(look)
    return page(request, config, "trial.html.j2", edition=edition, sent=sent, server=config.settings.smtp, most=MOST_PEOPLE)


@needs("editor")
async def send(request: web.Request) -> web.StreamResponse:
    """Send it, and say to whom."""
    office, name = office_of(request), request.match_info["edition"]
    to = people(str((await request.post()).get("to", "")))

    def work(config: Config, store: Store) -> Config:
        of_this_name(store, name)
        desk.send_test(config, store, name, to, now=office.clock())
        return config

    words = words_of(await office.do_alone(work)).gettext
    return back(request, f"/editions/{name}/test", words(N_("The test is on its way to {to}.")).format(to=", ".join(to)))


def people(written: str) -> tuple[str, ...]:
    """The addresses of a field, each once: a line, a comma, a semicolon or a space between two. Raises UsageError."""
    found = tuple(dict.fromkeys(one for one in re.split(r"[\s,;]+", written) if one))
    if not found:
        raise UsageError(N_("Write at least one address."))
    if len(found) > MOST_PEOPLE:
        raise UsageError(N_("A test goes to {most} people at most."), most=MOST_PEOPLE)
    return found


_HERE = "/editions/{edition}/test"
ROUTES = (web.get(_HERE, show), web.post(_HERE, send))
