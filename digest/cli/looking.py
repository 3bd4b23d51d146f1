"""The commands that show what there is, and change nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from digest.cli.call import AsJson, EditionName, Since, Until, _, clock_of, edition_and_period, newsletter, print_json
from digest.config import Config

app = typer.Typer()


@app.command(help=_("List all that the store holds, or a part of it."))
def articles(
    context: typer.Context,
    since: Since = None,
    until: Until = None,
    theme: Annotated[str | None, typer.Option(metavar="ID", help=_("Only the articles of this theme."))] = None,
    text: Annotated[bool, typer.Option("--text", help=_("With the whole text (JSON only)."))] = False,
    as_json: AsJson = False,
) -> None:
    from digest.pipeline import judge_articles

    with newsletter(context, alone=False) as (config, store, terminal):
        settings = config.settings
        states = store.story_states(settings.newsletter.name)
        judged = [
            (article, themes, takeaways, states[article.story][0] if article.story in states else "new")
            for article, themes, takeaways in judge_articles(store.articles(**_bounds(since, until, config)), settings)
            if theme is None or any(match.id == theme for match in themes)
        ]
    if as_json:
        from digest.formats import article_json

        print_json([article_json(a, themes, takeaways, state, with_text=text) for a, themes, takeaways, state in judged])
    else:
        terminal.articles([(article, themes, state) for article, themes, _takeaways, state in judged])


@app.command(help=_("Show what the edition would hold, and why every other story is out. Changes nothing."))
def plan(
    context: typer.Context, edition: EditionName = None, since: Since = None, until: Until = None, as_json: AsJson = False
) -> None:
    from digest.formats import edition_json
    from digest.pipeline import plan as make_plan

    now = clock_of(context)()
    with newsletter(context, alone=False) as (config, store, terminal):
        name, period = edition_and_period(config, edition, since, until, now)
        planned = make_plan(config, store, name, period, now=now)
    if as_json:
        print_json(edition_json(planned))
    else:
        terminal.plan(planned)


def _bounds(since: datetime | None, until: datetime | None, config: Config) -> dict[str, Any]:
    """`--since` and `--until` as moments, those that were given; the last day is included."""
    from digest.compose.periods import midnight

    tz = config.settings.newsletter.tz
    bounds = {"since": since and midnight(since.date(), tz), "until": until and midnight(until.date() + timedelta(days=1), tz)}
    return {name: bound for name, bound in bounds.items() if bound}
