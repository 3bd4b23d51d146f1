"""The command that looks at an edition before it leaves, and changes nothing."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from digest.cli.call import AsJson, EditionName, _, clock_of, edition_of_today, newsletter, print_json
from digest.errors import N_

app = typer.Typer()


@app.command(help=_("Look at an edition before it leaves. It tells what would be wrong to send, and what to read again."))
def check(
    context: typer.Context,
    edition: EditionName = None,
    links: Annotated[bool, typer.Option("--links", help=_("Try every link too, over the network."))] = False,
    as_json: AsJson = False,
) -> None:
    from digest import preflight
    from digest.compose.reasons import said
    from digest.desk import opened
    from digest.formats import check_json
    from digest.terminal.checks import findings

    with newsletter(context, alone=False) as (config, store, terminal):
        kept = opened(store, edition or edition_of_today(config, clock_of(context)()))
        if links:
            terminal.tell(N_("Trying the links…"))
        answers = asyncio.run(preflight.ask_links(config, kept)) if links else None
        found = preflight.check_edition(config, store, kept, links=answers)
    if as_json:
        print_json(check_json(kept, [(each, said(each, terminal.translator)) for each in found]))
    else:
        findings(terminal, kept.edition, found)
    if any(each.level == "error" for each in found):
        raise typer.Exit(1)
