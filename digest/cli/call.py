"""What every command shares: the options before it, the newsletter it works on, and how it says things."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.config import Config, load
from digest.errors import DigestError
from digest.language.translations import translator
from digest.model import Period
from digest.terminal import Terminal, language_of_terminal

if TYPE_CHECKING:
    from digest.store import Store

_ = translator(language_of_terminal(default="en")).gettext

EditionName = Annotated[
    str | None, typer.Argument(metavar="EDITION", help=_("2026-11, 2026-W47 or a name; without it, the edition of today."))
]
AsJson = Annotated[bool, typer.Option("--json", help=_("Print JSON on standard output."))]
Since = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help=_("First day, as 2026-11-01."))]
Until = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help=_("Last day, included."))]
Force = Annotated[bool, typer.Option("--force", help=_("Ask every source again, even one asked for minutes ago."))]


@dataclass(frozen=True, slots=True)
class Call:
    """What the options before the command say, and where the command reads the time of day."""

    config: Path
    debug: bool
    clock: Callable[[], datetime]
    opened: list[Config] = field(default_factory=list)
    """The newsletter, once it is: it knows the secrets that no message may hold."""


def clock_of(context: typer.Context) -> Callable[[], datetime]:
    """The clock of this call."""
    call: Call = context.obj
    return call.clock


@contextmanager
def newsletter(context: typer.Context, *, alone: bool = True) -> Iterator[tuple[Config, Store, Terminal]]:
    """The settings, the store and the terminal of a command; with `alone`, no other run may work on the store meanwhile.

    An error ends the command with one line and its exit code; with `--debug`, with where it comes from as well.
    """
    from digest.opening import opened

    call: Call = context.obj
    config = load(call.config)
    call.opened.append(config)
    settings = config.settings.newsletter
    terminal = Terminal(translator(language_of_terminal(default=settings.language)), settings, hide=config.hide)
    for doubt in config.doubts:
        terminal.doubt(doubt)
    try:
        with opened(config, alone=alone) as store:
            yield config, store, terminal
    except DigestError as error:
        if call.debug:
            raise
        terminal.error(error)
        raise typer.Exit(error.exit_code) from error


def edition_and_period(
    config: Config, name: str | None, since: datetime | None, until: datetime | None, now: datetime
) -> tuple[str, Period]:
    """The edition meant, and the time it covers."""
    from digest.compose.periods import choose_period

    name = name or edition_of_today(config, now)
    return name, choose_period(name, since=_day(since), until=_day(until), now=now, tz=config.settings.newsletter.tz)


def edition_of_today(config: Config, now: datetime) -> str:
    """The name of the edition whose period contains this moment."""
    from digest.compose.periods import edition_of

    settings = config.settings.newsletter
    return edition_of(now, settings.period, settings.tz)


def print_json(data: object) -> None:
    """Data for another program, on standard output."""
    unicode = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"  # elsewhere, what an encoding lacks is escaped
    sys.stdout.write(json.dumps(data, ensure_ascii=not unicode, indent=2) + "\n")


def print_text(text: str) -> None:
    """A line or a file for another program, on standard output."""
    sys.stdout.write(text + "\n")


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
