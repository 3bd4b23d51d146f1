"""The terminal's door: reads what was typed, calls the pipeline, says how it went. It decides nothing.

Data goes to standard output, progress and messages to standard error. Exit codes: 0 done, 1 failed, 2 wrong usage or settings,
3 too little to make an edition, 75 another run is in progress, 130 interrupted. Each file of this folder is a group of commands.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from traceback import format_exception
from typing import Annotated, NoReturn

import typer

from digest.cli import (
    checking,
    editing,
    federating,
    leaving,
    looking,
    making,
    public,
    reviewing,
    signing,
    sources,
    storing,
    themes,
)
from digest.cli.call import Call, _, print_text
from digest.cli.words import explained, is_help, speak
from digest.config import Config
from digest.errors import N_, DigestError, why
from digest.language.translations import translator
from digest.resources import VERSION
from digest.terminal import Terminal, language_of_terminal

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help=_("From the feeds and articles you follow to a newsletter draft your team can sign."),
)
app.add_typer(making.app)
app.add_typer(looking.app)
app.add_typer(editing.app)
app.add_typer(checking.app)
app.add_typer(signing.app)
app.add_typer(reviewing.app)
app.add_typer(public.app)
app.add_typer(federating.app)
federating.newsletters.add_typer(leaving.app)
app.add_typer(federating.newsletters, name="newsletters")
app.add_typer(sources.app, name="sources")
app.add_typer(themes.app, name="themes")
app.add_typer(storing.app, name="store")
app.add_typer(reviewing.accounts, name="accounts")
speak(app)


def clock() -> datetime:
    """The only place where the program reads the time of day."""
    return datetime.now(UTC)


def _show_version(asked: bool) -> None:
    if asked:
        print_text(f"digest {VERSION}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    config: Annotated[Path, typer.Option("--config", metavar="FILE", help=_("The newsletter's settings."))] = Path(
        "sources.yaml"
    ),
    debug: Annotated[bool, typer.Option("--debug", help=_("Show where in the program an error comes from."))] = False,
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help=_("Show the version and exit."))
    ] = False,
) -> None:
    context.obj = Call(config, debug, clock, context.obj if isinstance(context.obj, list) else [])


def main() -> None:
    """The command `digest`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal or a file without the characters of French typography
            stream.reconfigure(errors="replace")
    opened: list[Config] = []
    try:
        sys.exit(app(prog_name="digest", standalone_mode=False, obj=opened))
    except typer.Abort:
        sys.exit(1)
    except typer.TyperException as error:
        if is_help(error):
            typer.echo(error.format_message(), err=True)
            sys.exit(error.exit_code)
        _end(explained(error))
    except Exception as error:
        if "--debug" in sys.argv:
            sys.excepthook = lambda *raised: sys.stderr.write(_hidden(opened, "".join(format_exception(*raised))))
            raise
        _end(error if isinstance(error, DigestError) else _unexpected(error), opened)


def _end(error: DigestError, opened: Sequence[Config] = ()) -> NoReturn:
    Terminal(translator(language_of_terminal(default="en")), hide=lambda text: _hidden(opened, text)).error(error)
    sys.exit(error.exit_code)


def _hidden(opened: Sequence[Config], text: str) -> str:
    """A text without the secrets of the newsletter that was opened."""
    return opened[-1].hide(text) if opened else text


def _unexpected(error: Exception) -> DigestError:
    """What the system refused, or a mistake of ours, in one line."""
    if isinstance(error, OSError):
        where = error.filename if isinstance(error.filename, str) else "digest"
        return DigestError(N_("{file}: cannot go on: {cause}"), file=where, cause=why(error))
    return DigestError(
        N_("something unexpected went wrong ({cause})"),
        hint=N_("digest --debug COMMAND shows where; please tell the people who make digest"),
        cause=f"{type(error).__name__}: {error}",
    )
