"""The commands of whoever hosts many newsletters on one server: which ones, when each is drafted, and the workers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.call import AsJson, _, clock_of, newsletter, print_json
from digest.errors import N_, DigestError, UsageError
from digest.language.translations import translator
from digest.terminal import Terminal, language_of_terminal

if TYPE_CHECKING:
    from digest.store import Store

app = typer.Typer()
newsletters = typer.Typer(no_args_is_help=True, help=_("The newsletters of one store. For a federation that hosts many."))

EVERY_NIGHT = "0 4 * * *"
"""At four: the draft is there when the team arrives, and a night that a machine slept is made good the next one."""
At = Annotated[
    str, typer.Option("--at", metavar="CRON", help=_("When it is drafted: five fields of cron; else every night at four."))
]
Never = Annotated[bool, typer.Option("--never", help=_("Never drafted by workers, which still read its feeds."))]


@newsletters.command("add", help=_("Let workers serve the newsletters of some folders. Each keeps its own settings and drafts."))
def add(
    context: typer.Context,
    folders: Annotated[list[Path], typer.Argument(metavar="FOLDER…", help=_("Folders that hold a sources.yaml."))],
    at: At = EVERY_NIGHT,
    never: Never = False,
    moved: Annotated[
        bool, typer.Option("--moved", help=_("It is the newsletter of this name that another machine had."))
    ] = False,
) -> None:
    from digest.desk.standing import hosted_json

    with _installed():
        from digest.federation.hosting import take_in
    from digest.terminal.federation import due

    terminal, refused = Terminal(translator(language_of_terminal(default="en"))), None
    for folder in folders:
        try:
            hosted = take_in(folder, cron=None if never else at, now=clock_of(context)(), moved=moved)
        except DigestError as error:  # one that is not sound does not hold up the others
            terminal.error(error)
            refused = error
            continue
        told = due(terminal, hosted_json(hosted, None))
        terminal.say(N_("Workers serve {name}; next draft: {due}."), name=hosted.name, due=told)
    if refused:
        raise typer.Exit(refused.exit_code)


@newsletters.command("list", help=_("List the newsletters that workers serve, and how the last draft of each went."))
def list_newsletters(context: typer.Context, as_json: AsJson = False) -> None:
    from digest.terminal import federation as say

    with newsletter(context, alone=False) as (_config, store, terminal):
        _show(terminal, store, [hosted.name for hosted in store.hosting.all()], as_json=as_json)
        if not as_json:
            queue = store.hosting.queue()
            say.queue(terminal, asdict(queue) if queue else None)


@app.command(help=_("Show when workers draft each newsletter, or change it with --at or --never."))
def schedule(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME…", help=_("Newsletters; without any, all of them."))] = None,
    at: Annotated[str | None, typer.Option("--at", metavar="CRON", help=_("Five fields of cron, as “0 4 * * 1”."))] = None,
    never: Never = False,
    as_json: AsJson = False,
) -> None:
    with _installed():
        from digest.federation.hosting import reschedule, unknown

    if at and never:
        raise UsageError(N_("--at and --never contradict each other"))
    now = clock_of(context)()
    with newsletter(context, alone=False) as (_config, store, terminal):
        meant = names or [hosted.name for hosted in store.hosting.all()]
        with store.together():
            for name in meant:
                if at or never:
                    reschedule(store, name, at, now)
                elif store.hosting.find(name) is None:
                    raise unknown(store, name)
        _show(terminal, store, meant, as_json=as_json)


@app.command(help=_("Read the feeds and make the drafts of the newsletters of a server. As many at once as wanted."))
def worker(
    context: typer.Context,
    until_idle: Annotated[bool, typer.Option("--until-idle", help=_("End once nothing waits any more."))] = False,
) -> None:
    with _installed():
        from digest.federation.worker import Worker

    with newsletter(context, alone=False) as (config, _store, terminal):
        work = Worker(config, clock_of(context), terminal.tell, until_idle=until_idle)
        with suppress(KeyboardInterrupt):
            asyncio.run(work.work())


@contextmanager
def _installed() -> Iterator[None]:
    """What is imported inside, or what to install for it."""
    try:
        yield
    except ImportError as error:
        raise UsageError(
            N_("this command needs a part of digest that is not installed ({cause})"),
            hint=N_("pip install 'digest[workers]'"), cause=error,
        ) from error  # fmt: skip


def _show(terminal: Terminal, store: Store, names: list[str], *, as_json: bool) -> None:
    from digest.desk.standing import served

    rows = served(store, names)
    if as_json:
        print_json(rows)
    else:
        from digest.terminal.federation import hosted

        hosted(terminal, rows)
