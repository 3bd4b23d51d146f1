"""The commands about what is followed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from digest.cli.call import AsJson, _, clock_of, newsletter, print_json, print_text
from digest.config import add_sources
from digest.errors import N_, UsageError

app = typer.Typer(invoke_without_command=True, help=_("What is followed, and how each source fares."))


@app.callback()
def _sources(context: typer.Context, as_json: AsJson = False) -> None:
    if context.invoked_subcommand is None:
        sources_list(context, as_json)


@app.command("list", help=_("Show how each source fares. Last success, last new article, failures in a row."))
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


@app.command("add", help=_("Follow a site by its address. The feed behind the page is found, and added to sources.yaml."))
def sources_add(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help=_("The address of a feed, or of any page of the site."))],
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help=_("How to call it; without it, what the feed calls itself."))
    ] = None,
    theme: Annotated[str | None, typer.Option(metavar="ID", help=_("The theme it mostly speaks of."))] = None,
) -> None:
    from digest.desk.sources import entries, find
    from digest.gather.addresses import without_secrets

    with newsletter(context, alone=False) as (config, _store, terminal):
        found = find(config, url)
        if len(found) > 1:
            for feed in found:
                print_text(f"{feed.url}  {feed.title}")
            raise UsageError(N_("this page has {n} feeds; choose one: digest sources add ADDRESS"), n=len(found))
        (entry,) = entries(found, config, name=name) or ({},)
        if not entry:
            raise UsageError(N_("{url} is followed already"), url=found[0].url)
        add_sources(config, [entry | ({"theme": theme} if theme else {})])
        terminal.say(N_("{name} is followed: {url}"), name=entry["name"], url=without_secrets(entry["feed"]))


@app.command("import", help=_("Follow every feed of an OPML file. Other feed readers export such files."))
def sources_import(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help=_("The OPML file."))],
) -> None:
    from digest.desk.sources import entries
    from digest.gather.follow import read_opml

    with newsletter(context, alone=False) as (config, _store, terminal):
        found = read_opml(file.read_bytes())
        new = entries(found, config)
        if new:
            add_sources(config, new)
        terminal.say(N_("{new} feeds added, {known} followed already."), new=len(new), known=len(found) - len(new))


@app.command("export", help=_("Print the followed feeds as OPML. Other feed readers import it."))
def sources_export(context: typer.Context) -> None:
    from digest.gather.follow import FoundFeed, write_opml

    with newsletter(context, alone=False) as (config, _store, _terminal):
        feeds = [FoundFeed(source.feed, source.name) for source in config.settings.sources if source.feed]
        print_text(write_opml(feeds, title=config.settings.newsletter.name).rstrip("\n"))
