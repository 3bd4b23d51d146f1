"""What the terminal says of the newsletters that workers serve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from digest.errors import N_
from digest.language.dates import show_moment
from digest.terminal import Terminal


def hosted(terminal: Terminal, rows: Sequence[Mapping[str, Any]]) -> None:
    """A line for each newsletter, from `newsletters list --json`: when its next draft is due, and how the last one went."""
    if not rows:
        terminal.say(N_("Workers serve no newsletter yet: digest newsletters add FOLDER."))
        return
    table = terminal.table(N_("Newsletter"), N_("Next draft"), N_("Last draft"))
    for row in rows:
        table.add_row(row["name"], due(terminal, row), went(terminal, row))
    terminal.out.print(table)


def queue(terminal: Terminal, counts: Mapping[str, int] | None) -> None:
    """How much waits for the workers, and how many there are."""
    if counts is None:
        terminal.say(N_("No worker ever ran: digest worker."))
        return
    terminal.say(
        N_("Workers: {workers}. Running: {running}. Waiting: {feeds} parts of the feeds, {drafts} drafts. Given up: {failed}."),
        **counts,
    )


def due(terminal: Terminal, row: Mapping[str, Any]) -> str:
    """When the next draft of a newsletter is made."""
    if row["next"] is None:
        return terminal.translator.gettext(N_("never"))
    moment = datetime.fromisoformat(row["next"])
    return show_moment(moment, terminal.translator.language, ZoneInfo(row["timezone"]))


def went(terminal: Terminal, row: Mapping[str, Any]) -> str:
    """How the last draft of a newsletter went, or that one is under way."""
    if doing := row["doing"]:
        return terminal.translator.gettext(_DOING[doing])
    if row["ended"] is None:
        return terminal.translator.gettext(N_("none yet"))
    moment = show_moment(datetime.fromisoformat(row["ended"]), terminal.translator.language, ZoneInfo(row["timezone"]))
    values = {"moment": moment, "cause": row["error"]}
    return terminal.words(N_("{moment}: {cause}") if row["error"] else N_("{moment}: made"), values)


_DOING: Mapping[str, str] = {"waiting": N_("waits for a worker"), "running": N_("is being made")}
