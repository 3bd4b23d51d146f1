"""The commands that open the web page of the team, and say who may come in."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import webbrowser
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.call import AsJson, _, clock_of, newsletter, print_json, print_text
from digest.errors import N_, UsageError

if TYPE_CHECKING:
    from digest.store.accounts import Role

app = typer.Typer()
accounts = typer.Typer(no_args_is_help=True, help=_("Who may open the review page of a team."))

Name = Annotated[str, typer.Argument(metavar="NAME", help=_("The person's name, which signs what they do."))]


@app.command(help=_("Open the web page where the team prepares an edition. Its address is printed."))
def review(
    context: typer.Context,
    port: Annotated[int, typer.Option(metavar="N", min=0, max=65535, help=_("Its port; 0: any that is free."))] = 0,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help=_("Where it listens; only this machine unless you say so."))
    ] = "127.0.0.1",
    no_open: Annotated[bool, typer.Option("--no-open", help=_("Do not open a browser."))] = False,
    idle: Annotated[
        int, typer.Option(metavar="N", min=0, max=1440, help=_("Close it once nobody has used it for so many minutes; 0: never."))
    ] = 0,
) -> None:
    from digest.review.app import door_for, serve
    from digest.review.office import Office

    with newsletter(context, alone=False) as (config, store, terminal):
        team, clock = config.settings.review, clock_of(context)
        if team and not store.accounts.all():
            raise UsageError(N_("nobody may come in yet"), hint=N_("digest accounts add NAME --role approver"))
        door = door_for(team.url if team else None, host, clock)

        def ready(bound: int) -> None:
            address = team.url if team else f"http://127.0.0.1:{bound}/?token={door.token}"
            print_text(address)
            sys.stdout.flush()  # whoever reads it through a pipe waits for it
            terminal.tell(N_("The page is open at this address; Ctrl-C closes it."))
            if not (no_open or team):
                webbrowser.open(address)

        signal.signal(signal.SIGTERM, signal.default_int_handler)  # systemd and containers stop what they run with it
        with suppress(KeyboardInterrupt):
            office, handed = Office(config.file, clock), _handed_over()
            until = timedelta(minutes=idle) if idle else None
            asyncio.run(serve(office, door, host=host, port=port, ready=ready, handed=handed, idle=until))


def _handed_over() -> socket.socket | None:
    """The socket on which systemd listened until somebody came (sd_listen_fds(3)); None where there is none."""
    mine = os.environ.get("LISTEN_PID") == str(os.getpid())
    return socket.socket(fileno=3) if mine and os.environ.get("LISTEN_FDS") == "1" else None


@accounts.command("add", help=_("Make an account, or change its role and password."))
def add(
    context: typer.Context,
    name: Name,
    role: Annotated[str, typer.Option(metavar="ROLE", help=_("reader, editor or approver."))] = "editor",
    password: Annotated[
        str,
        typer.Option(
            prompt=True,
            hide_input=True,
            confirmation_prompt=True,
            envvar="DIGEST_PASSWORD",
            help=_("Asked for; or DIGEST_PASSWORD."),
        ),
    ] = "",
) -> None:
    from digest.review.sign_in import hashed
    from digest.store.accounts import Account

    roles: tuple[Role, ...] = ("reader", "editor", "approver")
    chosen = next((one for one in roles if one == role), None)
    with newsletter(context, alone=False) as (_config, store, terminal):
        if chosen is None:
            raise UsageError(N_("there is no role {role}; there are {known}"), role=role, known=", ".join(roles))
        if len(password) < 12:
            raise UsageError(N_("a password needs at least {n} characters; three or four words do well"), n=12)
        store.accounts.save(Account(name.strip(), chosen, hashed(password)))
    terminal.say(N_("{name} may come in, as {role}."), name=name, role=role)


@accounts.command("remove", help=_("Take an account away."))
def remove(context: typer.Context, name: Name) -> None:
    with newsletter(context, alone=False) as (_config, store, terminal):
        if not store.accounts.remove(name):
            raise UsageError(N_("there is no account {name}"), name=name)
    terminal.say(N_("{name} may no longer come in."), name=name)


@accounts.command("list", help=_("List the accounts."))
def list_accounts(context: typer.Context, as_json: AsJson = False) -> None:
    with newsletter(context, alone=False) as (_config, store, terminal):
        found = [{"name": account.name, "role": account.role} for account in store.accounts.all()]
    if as_json:
        print_json(found)
    for account in () if as_json else found:
        terminal.say(N_("{name}: {role}"), **account)
