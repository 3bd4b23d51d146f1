"""Éditions: the one in progress with its one obvious next action, those of the past, and a new one while it is being made."""

from __future__ import annotations

import asyncio
from datetime import date

from aiohttp import web

from digest import pipeline
from digest.compose.periods import choose_period, edition_of
from digest.config import Config
from digest.errors import N_, DigestError, UsageError
from digest.illustrate import illustrate
from digest.model import Edition, Period, SourceReport
from digest.review.door import needs
from digest.review.office import Office, Run, office_of, reader_of, words_of
from digest.review.pages import back, is_part, page
from digest.store import Store, one_run_at_a_time, open_store


async def show(request: web.Request) -> web.StreamResponse:
    """Every edition, the last first."""
    office = office_of(request)

    def look(_: Config, store: Store) -> tuple[list[Edition], dict[str, tuple[str, ...]]]:
        made = [edition for one in store.editions.all() if (edition := store.editions.last(one.edition))]
        return made, {edition.edition: tuple(store.editions.receipts(edition.edition)) for edition in made}

    made, places = await office.do(look)
    made.sort(key=lambda edition: edition.period.since, reverse=True)
    config = office.config()
    newsletter = config.settings.newsletter
    today = edition_of(office.clock(), newsletter.period, newsletter.tz)
    return page(request, config, "editions.html.j2", editions=made, places=places, today=today, run=office.run)


@needs("editor")
async def make(request: web.Request) -> web.StreamResponse:
    """Start making a draft; its progress is shown meanwhile."""
    office, form = office_of(request), await request.post()
    config = office.config()
    name = str(form.get("edition", "")).strip()
    period = choose_period(
        name, since=_day(form.get("since")), until=_day(form.get("until")), now=office.clock(), tz=config.settings.newsletter.tz
    )
    if office.run and not office.run.done:
        return back(request, "/", words_of(config).gettext("A draft is already being made."))
    office.run = Run(name, sources=len(config.settings.sources))
    office.run.task = asyncio.create_task(_make(office, office.run, config, period))
    return back(request, f"/runs/{name}")


async def progress(request: web.Request) -> web.StreamResponse:
    """How far the draft is; htmx asks again each second, and without JavaScript the page reloads itself."""
    office = office_of(request)
    run = office.run
    if run is None or run.edition != request.match_info["edition"]:
        raise web.HTTPNotFound
    config = office.config()
    words = words_of(config).gettext
    error = run.error
    told = error.text(words) if isinstance(error, DigestError) else str(error or "")
    hint = error.hint_text(words) if isinstance(error, DigestError) else None
    template = "run_part.html.j2" if is_part(request) else "run.html.j2"
    response = page(request, config, template, run=run, error=told, hint=hint)
    if run.done and not run.error and is_part(request):
        response.headers["HX-Redirect"] = f"/editions/{run.edition}"
    return response


async def _make(office: Office, run: Run, config: Config, period: Period) -> None:
    try:
        await asyncio.to_thread(asyncio.run, _draft(office, run, config, period))
    except Exception as error:
        run.error = error
    finally:
        run.done = True


async def _draft(office: Office, run: Run, config: Config, period: Period) -> None:
    now = office.clock()

    def count(_report: SourceReport) -> None:
        run.read += 1

    with one_run_at_a_time(config.database), open_store(config.database, reader_of(config)) as store:
        reports = await pipeline.update(config, store, now=now, force=False, progress=count)
        planned = pipeline.plan(config, store, run.edition, period, reports=reports, now=now)
        if await pipeline.complete(config, store, planned):
            planned = pipeline.plan(config, store, run.edition, period, reports=reports, now=now)
        planned = await illustrate(config, store, planned)
        pipeline.draft(config, store, planned, now=now)


def _day(given: object) -> date | None:
    """A day from a form's field; None where it is empty."""
    try:
        return date.fromisoformat(str(given)) if given else None
    except ValueError as error:
        raise UsageError(N_("{day} is not a day"), day=given) from error


ROUTES = (web.get("/", show), web.post("/editions", make), web.get("/runs/{edition}", progress))
