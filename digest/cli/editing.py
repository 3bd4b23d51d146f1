"""The commands with which a person works on a draft: the text in an editor, its history, where everything stands."""

from __future__ import annotations

import getpass
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli.call import AsJson, EditionName, _, clock_of, edition_of_today, newsletter, print_json, print_text
from digest.config import Config, replace_file
from digest.errors import N_, ConflictError, DigestError, UsageError, why

if TYPE_CHECKING:
    from digest.desk import Entry
    from digest.model import Edition
    from digest.store import Store
    from digest.terminal import Terminal

app = typer.Typer()


def _user() -> str:
    """Who works at this terminal, as the machine knows them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without a name for its user
        return ""


By = Annotated[str, typer.Option("--by", metavar="NAME", default_factory=_user, show_default=False, help=_("Who does this."))]
Name = Annotated[str | None, typer.Argument(metavar="EDITION", help=_("2026-11, 2026-W47 or a name; without it, that of today."))]


@app.command(help=_("Edit a draft as a text, in your editor. It is saved as a new revision if it is sound."))
def edit(
    context: typer.Context,
    by: By,
    edition: EditionName = None,
    show: Annotated[bool, typer.Option("--print", help=_("Print the text instead of opening an editor."))] = False,
    source: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help=_("Read the text from a file ('-': standard input)."))
    ] = None,
) -> None:
    from digest import desk

    with newsletter(context, alone=False) as (config, store, terminal):
        name = edition or edition_of_today(config, clock_of(context)())
        kept = config.editions / name / "edit.yaml"
        if show:
            print_text(desk.manuscript(config, store, name).rstrip("\n"))
            return
        if source is not None:
            text = _decoded(sys.stdin.buffer.read(), "-") if str(source) == "-" else _read(source)
            before = desk.opened(store, name).revision
            saved = desk.revise_from(config, store, name, text, by=by, now=clock_of(context)())
            if saved.revision == before:
                terminal.tell(N_("Nothing was changed."))
                return
        else:
            from digest.store import one_run_at_a_time

            desk.manuscript(config, store, name)  # one that cannot be edited leaves no file behind
            with one_run_at_a_time(kept.with_name(".edit.yaml")):  # two windows would write over each other's file
                found = _edited(config, store, terminal, name, kept, by, clock_of(context)())
            if found is None:
                terminal.tell(N_("Nothing was changed."))
                return
            saved = found
    terminal.say(N_("Edition {edition}: revision {revision} is saved."), edition=saved.edition, revision=saved.revision)


def _edited(config: Config, store: Store, terminal: Terminal, name: str, kept: Path, by: str, now: datetime) -> Edition | None:
    """The edition as it was saved after as many tries as the person wants; None when they changed nothing.

    The text of a try that failed stays in `edit.yaml`, and is what the next one starts from.
    """
    from digest import desk

    fresh = desk.manuscript(config, store, name)
    if kept.exists():
        terminal.tell(N_("Your text of last time is in {file}; it is opened again (delete it to start afresh)."), file=kept)
    else:
        replace_file(kept, fresh.encode())
    while True:
        try:
            _open_editor(kept)
        except UsageError:
            if _read(kept) == fresh:  # nobody typed anything
                kept.unlink()
            raise
        text = _read(kept)
        if text == fresh or not text.strip():
            kept.unlink()
            return None
        try:
            saved = desk.revise_from(config, store, name, text, by=by, now=now)
        except (UsageError, DigestError) as error:
            terminal.error(error)
            if isinstance(error, ConflictError):
                _tell_changes(terminal, error)
                now_there = desk.opened(store, name).revision
                terminal.tell(N_("To save yours all the same, write revision: {revision} in it."), revision=now_there)
            if isinstance(error, ConflictError) or not (sys.stdin.isatty() and typer.confirm(_("Edit it again?"), default=True)):
                terminal.tell(N_("Your text is kept in {file}."), file=kept)
                raise typer.Exit(error.exit_code) from error
        else:
            kept.unlink()
            return saved


def _open_editor(file: Path) -> None:
    """The person's own editor, until they close it. Raises UsageError where there is none."""
    found = (os.environ.get("VISUAL"), os.environ.get("EDITOR"), *map(shutil.which, ("nano", "vim", "vi", "notepad")))
    editor = next((one for one in found if one), None)
    if editor is None:
        raise UsageError(N_("no text editor was found"), hint=N_("set EDITOR, or use --print and --from"))
    try:
        ended = subprocess.run([*shlex.split(editor), str(file)], check=False)  # noqa: S603 - the person's own command
    except (OSError, ValueError) as error:
        raise UsageError(
            N_("the editor {editor} cannot be opened: {cause}"),
            hint=N_("set EDITOR, or use --print and --from"),
            editor=editor, cause=why(error) if isinstance(error, OSError) else error,
        ) from error  # fmt: skip
    if ended.returncode:
        raise UsageError(N_("the editor {editor} ended with an error: {cause}"), editor=editor, cause=ended.returncode)


def _tell_changes(terminal: Terminal, error: ConflictError) -> None:
    for change in error.changes:
        terminal.tell(N_("– {change}"), change=change.text(terminal.translator))


@app.command(help=_("Show what was done to an edition. Who did it, when, and what changed."))
def history(context: typer.Context, edition: EditionName = None, as_json: AsJson = False) -> None:
    from digest import desk
    from digest.terminal import desk as say

    with newsletter(context, alone=False) as (config, store, terminal):
        name = edition or edition_of_today(config, clock_of(context)())
        entries = desk.history(store, name)
        if as_json:
            print_json([_entry_json(entry, terminal) for entry in entries])
        else:
            say.history(terminal, [(entry.event, entry.changes) for entry in entries])


def _entry_json(entry: Entry, terminal: Terminal) -> dict[str, Any]:
    told = [change.text(terminal.translator) for change in entry.changes]
    return asdict(entry.event) | {"at": entry.event.at.isoformat(), "changes": told}


@app.command(help=_("Show where everything stands. The next edition, the state of the draft, and sources in trouble."))
def status(context: typer.Context, as_json: AsJson = False) -> None:
    from digest.desk.standing import status as standing
    from digest.terminal import desk as say

    with newsletter(context, alone=False) as (config, store, terminal):
        now = clock_of(context)()
        told = standing(config, store, edition_of_today(config, now), now=now)
    if as_json:
        print_json(told)
    else:
        say.status(terminal, told)


def _read(file: Path) -> str:
    try:
        return _decoded(file.read_bytes(), str(file))
    except FileNotFoundError as error:
        raise UsageError(N_("{file}: there is no such file"), file=file) from error
    except OSError as error:
        raise UsageError(N_("{file}: cannot be read: {cause}"), file=file, cause=why(error)) from error


def _decoded(content: bytes, file: str) -> str:
    try:
        return "\n".join(content.decode("utf-8-sig").replace("\r\n", "\n").split("\r"))
    except UnicodeDecodeError as error:
        raise UsageError(N_("{file}: is not UTF-8 text; save it again as UTF-8"), file=file) from error
