"""The terminal's door: reads what was typed, calls the pipeline, says how it went. It decides nothing.

Data goes to standard output, progress and messages to standard error. Exit codes: 0 done, 1 failed, 2 wrong usage or settings,
3 too little to make an edition, 75 another run is in progress.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.config import Config, load, write_starter
from digest.errors import N_, DigestError
from digest.language.translations import translator
from digest.model import Edition, Period, SourceReport
from digest.terminal import Terminal, language_of_terminal

if TYPE_CHECKING:
    from digest.store import Store

_ = translator(language_of_terminal(default="en")).gettext

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help=_("From the feeds and articles you follow to a newsletter draft your team can sign."),
)

EditionName = Annotated[
    str | None, typer.Argument(metavar="[EDITION]", help=_("2026-11, 2026-W47 or a name; without it, the edition of today."))
]
AsJson = Annotated[bool, typer.Option("--json", help=_("Print JSON on standard output."))]
Since = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help=_("First day, as 2026-11-01."))]
Until = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help=_("Last day, included."))]
Force = Annotated[bool, typer.Option("--force", help=_("Ask every source again, even one asked for minutes ago."))]


def clock() -> datetime:
    """The only place where the program reads the time of day."""
    return datetime.now(UTC)


@dataclass
class Call:
    """What the options before the command say."""

    config: Path
    debug: bool


@app.callback()
def _options(
    context: typer.Context,
    config: Annotated[Path, typer.Option("--config", metavar="FILE", help=_("The newsletter's settings."))] = Path(
        "sources.yaml"
    ),
    debug: Annotated[bool, typer.Option("--debug", help=_("Show where in the program an error comes from."))] = False,
) -> None:
    context.obj = Call(config, debug)


@app.command(help=_("Make a starter newsletter: sources.yaml with comments, and a folder for articles."))
def init(
    folder: Annotated[Path, typer.Argument(metavar="[FOLDER]", help=_("A new or empty folder."))] = Path(),
) -> None:
    files = write_starter(folder)
    terminal = Terminal(translator(language_of_terminal(default="en")))
    terminal.say(N_("A starter newsletter is in {folder}: {files} files."), folder=folder, files=len(files))
    terminal.say(N_("What to do next: write your sources in {file}, then digest draft."), file=folder / "sources.yaml")


@app.command(help=_("Fetch every source into the store."))
def collect(context: typer.Context, as_json: AsJson = False, force: Force = False) -> None:
    started = time.monotonic()
    with _newsletter(context) as (config, store, terminal):
        reports = _update(config, store, terminal, force=force)
    summary = _summary(None, (), reports, started)
    if as_json:
        _print_json(summary)
    else:
        counts = summary["sources"]
        terminal.say(
            N_("{new} new articles. Sources: {ok} with news, {unchanged} unchanged, {failed} failed."),
            new=summary["new_articles"], **counts,
        )  # fmt: skip


@app.command(help=_("List all that the store holds, or a part of it."))
def articles(
    context: typer.Context,
    since: Since = None,
    until: Until = None,
    theme: Annotated[str | None, typer.Option(metavar="ID", help=_("Only the articles of this theme."))] = None,
    text: Annotated[bool, typer.Option("--text", help=_("With the whole text (JSON only)."))] = False,
    as_json: AsJson = False,
) -> None:
    from digest.pipeline import judge_articles

    with _newsletter(context, alone=False) as (config, store, terminal):
        settings = config.settings
        states = store.story_states(settings.newsletter.name)
        judged = [
            (article, themes, takeaways, states[article.story][0] if article.story in states else "new")
            for article, themes, takeaways in judge_articles(store.articles(**_bounds(since, until, config)), settings)
            if theme is None or any(match.id == theme for match in themes)
        ]
    if as_json:
        from digest.formats import article_json

        _print_json([article_json(a, themes, takeaways, state, with_text=text) for a, themes, takeaways, state in judged])
    else:
        terminal.articles([(article, themes, state) for article, themes, _takeaways, state in judged])


@app.command(help=_("Show what the edition would hold, and why every other story is out. Changes nothing."))
def plan(
    context: typer.Context, edition: EditionName = None, since: Since = None, until: Until = None, as_json: AsJson = False
) -> None:
    from digest.formats import edition_json
    from digest.pipeline import plan as make_plan

    now = clock()
    with _newsletter(context, alone=False) as (config, store, terminal):
        name, period = _period(config, edition, since, until, now)
        planned = make_plan(config, store, name, period, now=now)
    if as_json:
        _print_json(edition_json(planned))
    else:
        terminal.plan(planned)


@app.command(help=_("Collect, then make or refresh the draft, and write its files to editions/EDITION/."))
def draft(
    context: typer.Context,
    edition: EditionName = None,
    since: Since = None,
    until: Until = None,
    no_collect: Annotated[bool, typer.Option("--no-collect", help=_("Use what the store holds."))] = False,
    force: Force = False,
    output: Annotated[Path | None, typer.Option(metavar="FOLDER", help=_("Where to write the files."))] = None,
    templates: Annotated[Path | None, typer.Option(metavar="FOLDER", help=_("Your own copy of the templates."))] = None,
    as_json: AsJson = False,
) -> None:
    from digest import pipeline
    from digest.resources import folder

    started, now = time.monotonic(), clock()
    with _newsletter(context) as (config, store, terminal):
        name, period = _period(config, edition, since, until, now)
        reports = () if no_collect else _update(config, store, terminal, force=force)
        planned = pipeline.plan(config, store, name, period, reports=reports, now=now)
        made = pipeline.draft(
            config,
            store,
            planned,
            output=output or config.folder / "editions" / name,
            templates=templates or folder("templates"),
            now=now,
        )
    if as_json:
        _print_json(_summary(made.edition, made.files, reports, started))
    else:
        terminal.draft(made.edition, made.files)


sources = typer.Typer(invoke_without_command=True, help=_("What is followed, and how each source fares."))
app.add_typer(sources, name="sources")


@sources.callback()
def _sources(context: typer.Context, as_json: AsJson = False) -> None:
    if context.invoked_subcommand is None:
        sources_list(context, as_json)


@sources.command("list", help=_("Show how each source fares: last success, last new article, failures in a row."))
def sources_list(context: typer.Context, as_json: AsJson = False) -> None:
    from digest.gather.sources import describe

    with _newsletter(context, alone=False) as (config, store, terminal):
        states = store.source_states()
    rows = [describe(source, states.get(source.key, {}), clock()) for source in config.settings.sources]
    if as_json:
        _print_json(rows)
    else:
        terminal.sources(rows)


def main() -> None:
    """The command `digest`."""
    try:
        app()
    except DigestError as error:  # before the settings could be read
        Terminal(translator(language_of_terminal(default="en"))).error(error)
        sys.exit(error.exit_code)


@contextmanager
def _newsletter(context: typer.Context, *, alone: bool = True) -> Iterator[tuple[Config, Store, Terminal]]:
    """The settings, the store and the terminal of a command; with `alone`, no other run may work on the store meanwhile.

    An error ends the command with one line and its exit code; with `--debug`, with where it comes from as well.
    """
    from digest.store import one_run_at_a_time, open_store

    call: Call = context.obj
    config = load(call.config)
    newsletter = config.settings.newsletter
    terminal = Terminal(translator(language_of_terminal(default=newsletter.language)), newsletter)
    try:
        with one_run_at_a_time(config.database) if alone else nullcontext(), open_store(config.database) as store:
            yield config, store, terminal
    except DigestError as error:
        if call.debug:
            raise
        terminal.error(error)
        raise typer.Exit(error.exit_code) from error


def _update(config: Config, store: Store, terminal: Terminal, *, force: bool) -> tuple[SourceReport, ...]:
    from digest.pipeline import update

    with terminal.progress(len(config.settings.sources)) as progress:
        task = progress.add_task("", total=len(config.settings.sources))
        reports = asyncio.run(
            update(config, store, now=clock(), force=force, progress=lambda _report: progress.advance(task)),
        )
    terminal.reports(reports)
    return reports


def _period(
    config: Config, name: str | None, since: datetime | None, until: datetime | None, now: datetime
) -> tuple[str, Period]:
    """The edition meant, and the time it covers."""
    from digest.compose.periods import choose_period, edition_of

    newsletter = config.settings.newsletter
    name = name or edition_of(now, newsletter.period, newsletter.tz)
    period = choose_period(name, since=_day(since), until=_day(until), now=now, tz=newsletter.tz)
    return name, period


def _bounds(since: datetime | None, until: datetime | None, config: Config) -> dict[str, Any]:
    """`--since` and `--until` as moments, those that were given; the last day is included."""
    from digest.compose.periods import midnight

    tz = config.settings.newsletter.tz
    bounds = {"since": since and midnight(since.date(), tz), "until": until and midnight(until.date() + timedelta(days=1), tz)}
    return {name: bound for name, bound in bounds.items() if bound}


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


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


def _print_json(data: object) -> None:
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2) + "\n")
