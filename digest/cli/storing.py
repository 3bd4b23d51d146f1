"""The commands about where everything is kept."""

from __future__ import annotations

from typing import Annotated

import typer

from digest.cli.call import AsJson, _, newsletter, print_json, print_text
from digest.errors import N_, UsageError

app = typer.Typer(no_args_is_help=True, help=_("Where everything is kept."))


@app.callback()
def _store() -> None:
    """A group even while it has one command."""


@app.command(
    "move", help=_("Copy the store to another database. The one in use stays as it is; the last line says what to change.")
)
def store_move(
    context: typer.Context,
    to: Annotated[
        str, typer.Argument(metavar="TO", help=_("Where to: sqlite:///FILE, or postgresql://USER@HOST/DATABASE; new or empty."))
    ],
    as_json: AsJson = False,
) -> None:
    from digest.store import one_run_at_a_time
    from digest.store.move import move

    with newsletter(context) as (config, _open, terminal):
        target = config.database_at(to)
        if target == config.database:
            raise UsageError(N_("{address} is the store already"), address=to)
        with one_run_at_a_time(target):
            moved = move(config.database, target)
    if as_json:
        print_json({"store": to, "tables": moved})
        return
    terminal.say(
        N_("Copied and checked (articles: {articles}, editions: {editions}, rows in all: {rows})."),
        articles=moved["articles"], editions=moved["editions"], rows=sum(moved.values()),
    )  # fmt: skip
    terminal.say(
        N_("To use it, stop digest review and write this line in {file}, in place of that of the same key:"),
        file=config.file.name,
    )
    print_text(f"store: {to}")
