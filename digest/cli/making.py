"""The commands that make something: a starter newsletter, an up-to-date store, a draft."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli.call import AsJson, EditionName, Force, Since, Until, _, clock_of, edition_and_period, newsletter, print_json
from digest.config import Config, write_starter
from digest.errors import N_, DeliveryError, GateError, TooFewStoriesError
from digest.language.translations import translator
from digest.model import Edition, SourceReport
from digest.terminal import Terminal, language_of_terminal

if TYPE_CHECKING:
    from digest.store import Store

app = typer.Typer()

Quiet = Annotated[bool, typer.Option("--quiet", help=_("Say nothing but errors: for cron."))]


@app.command(help=_("Make a starter newsletter. It holds sources.yaml, with comments, and a folder of articles."))
def init(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help=_("A new or empty folder."))] = Path(),
) -> None:
    files = write_starter(folder)
    terminal = Terminal(translator(language_of_terminal(default="en")))
    terminal.say(N_("A starter newsletter is in {folder}: {files} files."), folder=folder, files=len(files))
    terminal.say(N_("What to do next: write your sources in {file}, then digest draft."), file=folder / "sources.yaml")


@app.command(help=_("Read every source and keep its articles."))
def collect(context: typer.Context, as_json: AsJson = False, force: Force = False, quiet: Quiet = False) -> None:
    started = time.monotonic()
    with newsletter(context) as (config, store, terminal):
        reports = _update(config, store, terminal, clock_of(context), force=force, quiet=quiet)
    summary = _summary(None, (), reports, started)
    if as_json:
        print_json(summary)
    elif not quiet:
        counts = summary["sources"]
        terminal.say(
            N_("{new} new articles. Sources: {ok} with news, {unchanged} unchanged, {failed} failed."),
            new=summary["new_articles"], **counts,
        )  # fmt: skip


@app.command(help=_("Collect, then make or refresh the draft. Its files are written to editions/EDITION/."))
def draft(
    context: typer.Context,
    edition: EditionName = None,
    since: Since = None,
    until: Until = None,
    no_collect: Annotated[bool, typer.Option("--no-collect", help=_("Use what the store holds."))] = False,
    force: Force = False,
    output: Annotated[Path | None, typer.Option(metavar="FOLDER", help=_("Where to write the files."))] = None,
    templates: Annotated[Path | None, typer.Option(metavar="FOLDER", help=_("Your own copy of the templates."))] = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    from digest import desk, pipeline
    from digest.notify import tell_that_a_draft_waits, tell_that_there_is_too_little

    clock = clock_of(context)
    started, now = time.monotonic(), clock()
    with newsletter(context) as (config, store, terminal):
        name, period = edition_and_period(config, edition, since, until, now)
        if no_collect:
            reports = pipeline.recall(config, store)
        else:
            reports = _update(config, store, terminal, clock, force=force, quiet=quiet)
        prepared = pipeline.prepare(config, store, name, period, reports=reports, now=now, offline=no_collect)
        planned = asyncio.run(prepared)
        try:
            made = pipeline.draft(config, store, planned, output=output, templates=templates, now=now)
        except TooFewStoriesError as too_few:
            try:
                tell_that_there_is_too_little(config, store, planned, now=now)
            except DeliveryError:
                terminal.error(too_few)
                raise
            raise
        except GateError as closed:
            if edition is not None:
                raise
            if not quiet:
                terminal.error(closed)  # every night, until the period ends: nothing went wrong
            made = pipeline.Draft(desk.opened(store, name), ())
        if as_json:
            print_json(_summary(made.edition, made.files, reports, started))
        elif made.files and not quiet:
            terminal.draft(made.edition, made.files)
        if made.files and not store.editions.edited(made.edition.edition):  # whoever has it in hand knows
            tell_that_a_draft_waits(config, store, made.edition, made.files[0].parent, now=now)


def _update(
    config: Config, store: Store, terminal: Terminal, clock: Callable[[], datetime], *, force: bool, quiet: bool
) -> tuple[SourceReport, ...]:
    from digest.pipeline import update

    with terminal.progress(len(config.settings.sources)) as progress:
        task = progress.add_task("", total=len(config.settings.sources))
        reports = asyncio.run(
            update(config, store, now=clock(), force=force, progress=lambda _report: progress.advance(task)),
        )
    if not quiet:  # a source that fails is in the report, in the notice and in `digest status`: cron need not tell it each night
        terminal.reports(reports)
    return reports


def _summary(edition: Edition | None, files: Sequence[Path], reports: Sequence[SourceReport], started: float) -> dict[str, Any]:
    return {
        "edition": edition.edition if edition else None,
        "status": edition.status if edition else None,
        "stories": len(edition.stories) if edition else 0,
        "themes": {theme.id: len(theme.stories) for theme in edition.themes} if edition else {},
        "files": [str(file) for file in files],
        "sources": {status: sum(report.status == status for report in reports) for status in ("ok", "unchanged", "failed")},
        "new_articles": sum(report.new for report in reports),
        "seconds": round(time.monotonic() - started, 3),
    }
