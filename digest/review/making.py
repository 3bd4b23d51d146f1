"""A draft while it is being made: started from the page, its progress shown, and what went wrong said."""

from __future__ import annotations

import asyncio
from datetime import date

from aiohttp import web

from digest import pipeline
from digest.compose.periods import choose_period
from digest.config import Config
from digest.errors import N_, DigestError, UsageError
from digest.model import Period, SourceReport
from digest.opening import opened
from digest.review.door import needs
from digest.review.failures import cure, log, told
from digest.review.office import Office, Run, office_of, words_of
from digest.review.pages import back, is_part, page


@needs("editor")
async def make(request: web.Request) -> web.StreamResponse:
    """Start making a draft; its progress is shown meanwhile."""
    office, form = office_of(request), await request.post()
    config = office.config()
    if office.run and not office.run.done:
        return back(request, f"/runs/{office.run.edition}", words_of(config).gettext("This draft is already being made."))
    name = str(form.get("edition", "")).strip()
    since, until = _day(form.get("since")), _day(form.get("until"))
    if since and until and since > until:
        raise UsageError(N_("The first day must not come after the last one."))
    period = choose_period(name, since=since, until=until, now=office.clock(), tz=config.settings.newsletter.tz)
    office.run = Run(name, sources=len(config.settings.sources))
    office.run.task = asyncio.create_task(_make(office, office.run, config, period))
    return back(request, f"/runs/{name}")


async def progress(request: web.Request) -> web.StreamResponse:
    """How far the draft is; htmx asks again each second, and without JavaScript a link does."""
    office, name = office_of(request), request.match_info["edition"]
    run, config = office.run, office.config()
    if run is None or run.edition != name:  # the page was left open, and digest review started again
        return back(request, "/")
    if run.done and not run.error and is_part(request):
        return web.Response(headers={"HX-Redirect": f"/editions/{name}"})
    values = {"error": told(run.error, config), "hint": cure(run.error, config)} if run.error else {"error": "", "hint": None}
    return page(request, config, "run_part.html.j2" if is_part(request) else "run.html.j2", run=run, **values)


async def _make(office: Office, run: Run, config: Config, period: Period) -> None:
    try:
        await asyncio.to_thread(asyncio.run, _draft(office, run, config, period))
    except DigestError as error:
        run.error = error
    except Exception as error:
        log(f"draft {run.edition}", error, office)
        run.error = error
    finally:
        run.done = True


async def _draft(office: Office, run: Run, config: Config, period: Period) -> None:
    """What `digest draft` does, in the same order."""
    now = office.clock()

    def count(_report: SourceReport) -> None:
        run.read += 1

    with opened(config, alone=True) as store:
        reports = await pipeline.update(config, store, now=now, force=False, progress=count)
        planned = await pipeline.prepare(config, store, run.edition, period, reports=reports, now=now)
        pipeline.draft(config, store, planned, now=now)


def _day(given: object) -> date | None:
    """A day from a form's field; None where it is empty."""
    try:
        return date.fromisoformat(str(given)) if given else None
    except ValueError as error:
        raise UsageError(N_("{day} is not a day"), day=given) from error


ROUTES = (web.post("/editions", make), web.get("/runs/{edition}", progress))
