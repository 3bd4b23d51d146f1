"""The commands of the gate: approve an edition, reopen it or give it up, test it, and hand it over."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from digest.cli.call import AsJson, _, clock_of, newsletter, print_json
from digest.cli.editing import By
from digest.errors import N_

app = typer.Typer()

Edition = Annotated[str, typer.Argument(metavar="EDITION", help=_("2026-11, 2026-W47 or a name."))]
Signed = Annotated[str, typer.Option("--by", metavar="NAME", help=_("Who signs it."))]


@app.command(help=_("Sign an edition as it is now. Any later change voids the approval."))
def approve(context: typer.Context, edition: Edition, by: Signed) -> None:
    from digest import desk

    with newsletter(context) as (config, store, terminal):
        approval = desk.approve(config, store, edition, by=by, now=clock_of(context)()).approval
        by = approval.by if approval else by
    terminal.say(N_("Edition {edition} is approved by {by}. Next: digest deliver {edition} --to NAME."), edition=edition, by=by)


@app.command(help=_("Make a draft again of an approved or delivered edition."))
def reopen(context: typer.Context, edition: Edition, by: By) -> None:
    from digest import desk

    with newsletter(context) as (config, store, terminal):
        desk.reopen(config, store, edition, by=by, now=clock_of(context)())
    terminal.say(N_("Edition {edition} is a draft again."), edition=edition)


@app.command(help=_("Give up an edition. Its stories are free for another one."))
def discard(context: typer.Context, edition: Edition, by: By) -> None:
    from digest import desk

    with newsletter(context) as (config, store, terminal):
        desk.discard(config, store, edition, by=by, now=clock_of(context)())
    terminal.say(N_("Edition {edition} is given up; digest draft {edition} would start it again."), edition=edition)


@app.command("send-test", help=_("Send an edition to named people, marked as a test. It uses up nothing."))
def send_test(
    context: typer.Context,
    edition: Edition,
    to: Annotated[list[str], typer.Option("--to", metavar="ADDRESS", help=_("Who receives it; give it again for others."))],
) -> None:
    from digest import desk

    with newsletter(context) as (config, store, terminal):
        desk.send_test(config, store, edition, to, now=clock_of(context)())
    terminal.say(N_("Edition {edition} was sent as a test to {to}."), edition=edition, to=", ".join(to))


@app.command(help=_("Hand an approved edition over, as a draft, to a place of the settings or as files."))
def deliver(
    context: typer.Context,
    edition: Edition,
    to: Annotated[str, typer.Option("--to", metavar="NAME", help=_("A place of 'deliver' in the settings, or files."))],
    by: By,
    output: Annotated[Path | None, typer.Option(metavar="FOLDER", help=_("For files: a folder, or a .zip."))] = None,
    as_json: AsJson = False,
) -> None:
    from digest import desk

    with newsletter(context) as (config, store, terminal):
        receipt = desk.deliver(config, store, edition, to, by=by, now=clock_of(context)(), output=output)
    if as_json:
        print_json({"edition": edition, "place": to, **asdict(receipt)})
    elif receipt.replaced:
        terminal.say(N_("Edition {edition} is up to date in {place}: {where}"), edition=edition, place=to, where=receipt.where)
    else:
        terminal.say(N_("Edition {edition} is delivered to {place}: {where}"), edition=edition, place=to, where=receipt.where)
