"""What the desk says on the terminal: the history of an edition, where everything stands, what was delivered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from digest.compose.changes import DEEDS, Change
from digest.errors import N_
from digest.language.dates import show_moment
from digest.model import Event
from digest.terminal import Terminal


def history(terminal: Terminal, entries: Sequence[tuple[Event, Sequence[Change]]]) -> None:
    """What was done to an edition, oldest first, with what each revision changed."""
    for event, changes in entries:
        values = {"by": event.by or "digest", "revision": event.revision, "place": event.place or ""}
        line = terminal.words(DEEDS[event.deed], values)
        terminal.out.print(Text.assemble((moment(terminal, event), "bold"), "  ", line))
        for change in changes:
            terminal.out.print(Text(f"  – {change.text(terminal.translator)}"))


def moment(terminal: Terminal, event: Event) -> str:
    """When something was done: day and hour, in the newsletter's time zone."""
    return show_moment(event.at, terminal.translator.language, terminal.timezone)


def status(terminal: Terminal, told: Mapping[str, Any]) -> None:
    """Where everything stands, from `status --json`."""
    terminal.say(N_("Newsletter: {newsletter}"), newsletter=told["newsletter"])
    for edition in told["editions"]:
        terminal.say(STATUSES[edition["status"]], **edition)
    terminal.say(NEXT[told["next"]["do"]], **told["next"])
    if served := told.get("workers"):
        from digest.terminal.federation import due, went

        terminal.say(N_("Workers: next draft {due}. Last one: {went}."), due=due(terminal, served), went=went(terminal, served))
    for source in told["sources"]:
        terminal.say(N_("Source in trouble: {name}: {trouble}"), **source)
    if not told["sources"]:
        terminal.say(N_("No source is in trouble."))


STATUSES: Mapping[str, str] = {
    "draft": N_("{edition}: a draft, revision {revision}, {stories} stories."),
    "approved": N_("{edition}: approved by {by}, revision {revision}, {stories} stories; it is not delivered yet."),
    "delivered": N_("{edition}: delivered ({places}), revision {revision}, {stories} stories."),
    "discarded": N_("{edition}: discarded."),
}
NEXT: Mapping[str, str] = {
    "draft": N_("Next: digest draft makes edition {edition}."),
    "edit": N_("Next: read the draft {edition} (digest review), then digest approve {edition} --by NAME."),
    "deliver": N_("Next: digest deliver {edition} --to NAME."),
    "wait": N_("Nothing to do: edition {edition} is delivered."),
}
