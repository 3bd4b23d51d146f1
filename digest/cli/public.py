"""The command that makes the public side: the pages that a web server shows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from digest.cli.call import AsJson, _, newsletter, print_json
from digest.errors import N_

app = typer.Typer()


@app.command(help=_("Make the public archive. One page for each delivered edition, an index and a feed, in archive/."))
def archive(
    context: typer.Context,
    output: Annotated[Path | None, typer.Option(metavar="FOLDER", help=_("Where to write the files."))] = None,
    templates: Annotated[Path | None, typer.Option(metavar="FOLDER", help=_("Your own copy of the templates."))] = None,
    as_json: AsJson = False,
) -> None:
    from digest.publishing import publish

    with newsletter(context) as (config, store, terminal):
        made = publish(config, store, output=output, templates=templates)
        address = config.settings.newsletter.archive_url
    if as_json:
        print_json({"editions": list(made.editions), "address": address, "files": [str(file) for file in made.files]})
    elif not made.editions:
        terminal.say(
            N_("No edition was delivered yet: there is nothing to publish. digest deliver EDITION --to NAME comes first.")
        )
    else:
        terminal.say(
            N_("The archive is in {folder} (editions: {count}); put it online as it is."),
            folder=made.folder,
            count=len(made.editions),
        )
    if made.editions and address is None:
        terminal.tell(N_("Without newsletter.archive_url there is no feed, and the emails do not lead to these pages."))
