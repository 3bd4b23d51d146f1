"""What the terminal says of a checked edition: what must be corrected first, what is for the team to judge, what is well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.text import Text

from digest.compose.reasons import as_line, said
from digest.errors import N_
from digest.model import Finding, Level
from digest.terminal import Terminal


def findings(terminal: Terminal, edition: str, found: Sequence[Finding]) -> None:
    """A line for the whole, then one for each finding."""
    errors, warnings = (sum(each.level == level for each in found) for level in ("error", "warning"))
    terminal.say(_BLOCKED if errors else _DOUBTS if warnings else _WELL, edition=edition, errors=errors, warnings=warnings)
    for each in found:
        mark, style = _MARKS[each.level]
        told = as_line(said(each, terminal.translator))
        terminal.out.print(Text.assemble((f"  {terminal.translator.gettext(mark)} ", style), told))


_BLOCKED = N_("Edition {edition} cannot be approved yet; errors: {errors}, warnings: {warnings}.")
_DOUBTS = N_("Edition {edition} can be approved; warnings to read first: {warnings}.")
_WELL = N_("Edition {edition}: all is in order.")
_MARKS: Mapping[Level, tuple[str, str]] = {
    "error": (N_("ERROR"), "bold red"),
    "warning": (N_("warning"), "yellow"),
    "note": (N_("note"), "dim"),
}
