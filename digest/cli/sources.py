"""The commands about what is followed."""

from __future__ import annotations

import typer

from digest.cli.call import AsJson, _, clock_of, newsletter, print_json

app = typer.Typer(invoke_without_command=True, help=_("What is followed, and how each source fares."))


@app.callback()
def _sources(context: typer.Context, as_json: AsJson = False) -> None:
    if context.invoked_subcommand is None:
        sources_list(context, as_json)


@app.command("list", help=_("Show how each source fares: last success, last new article, failures in a row."))
def sources_list(context: typer.Context, as_json: AsJson = False) -> None:
    from digest.gather.sources import describe

    with newsletter(context, alone=False) as (config, store, terminal):
        states = store.source_states()
    now = clock_of(context)()
    rows = [describe(source, states.get(source.key, {}), now) for source in config.settings.sources]
    if as_json:
        print_json(rows)
    else:
        terminal.sources(rows)
