"""The commands about the themes and their terms."""

from __future__ import annotations

from typing import Annotated

import typer

from digest.cli.call import AsJson, _, clock_of, newsletter, print_json

app = typer.Typer(no_args_is_help=True, help=_("The themes and their terms."))


@app.callback()
def _themes() -> None:
    """A group even while it has one command."""


@app.command("try", help=_("Show how themes weigh a text. What counts, what does not, and the sum."))
def themes_try(
    context: typer.Context,
    what: Annotated[
        str,
        typer.Argument(
            metavar="TEXT_OR_FILE_OR_URL",
            help=_("A text between quotes (its first line is the title), a file, or the address of a collected article."),
        ),
    ],
    as_json: AsJson = False,
) -> None:
    from digest.formats import workings_json
    from digest.pipeline import try_themes

    with newsletter(context, alone=False) as (config, store, terminal):
        article, workings = try_themes(config, store, what, now=clock_of(context)())
        names = {theme.id: theme.title(config.settings.newsletter.language) for theme in config.settings.themes}
    if as_json:
        print_json(workings_json(article, workings, names))
    else:
        terminal.workings(article, workings, names)
