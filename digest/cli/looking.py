"""The commands that show what there is, and change nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from digest.cli.call import (
    AsJson,
    EditionName,
    Since,
    Until,
    _,
    clock_of,
    edition_and_period,
    edition_of_today,
    newsletter,
    print_json,
)
from digest.config import Config
from digest.errors import N_, SpanError, UsageError

app = typer.Typer()


@app.command(help=_("List the articles that are kept. All of them, or a part."))
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
        known = [one.id for one in settings.themes]
        if theme is not None and theme not in known:
            raise UsageError(N_("there is no theme {theme}; there are {known}"), theme=theme, known=", ".join(known))
        ledger = store.editions.ledger()
        kept = store.articles(**_bounds(since, until, config), files=False)
        judged = [
            (article, themes, takeaways, ledger.state(article.story, [article.id])[0])
            for article, themes, takeaways in judge_articles(kept, settings)
            if theme is None or any(match.id == theme for match in themes)
        ]
    if as_json:
        from digest.formats import article_json

        print_json([article_json(a, themes, takeaways, state, with_text=text) for a, themes, takeaways, state in judged])
    else:
        terminal.articles([(article, themes, state) for article, themes, _takeaways, state in judged])


@app.command(help=_("Show what the edition would hold. It tells why every other story is out, and changes nothing."))
def plan(
    context: typer.Context,
    edition: EditionName = None,
    since: Since = None,
    until: Until = None,
    points: Annotated[bool, typer.Option("--points", help=_("With the parts of each story's points."))] = False,
    as_json: AsJson = False,
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
        terminal.plan(planned, with_parts=points)


@app.command(help=_("Show an edition as it was last kept. Its stories, and why the others are out."))
def show(context: typer.Context, edition: EditionName = None, as_json: AsJson = False) -> None:
    from digest.formats import edition_json

    with newsletter(context, alone=False) as (config, store, terminal):
        name = edition or edition_of_today(config, clock_of(context)())
        kept = store.editions.last(name)
        if kept is None:
            raise _unknown(name)
    if as_json:
        print_json(edition_json(kept))
    else:
        terminal.show(kept)


@app.command(help=_("Prove that each takeaway is a quotation. Each one must stand in its article, word for word."))
def verify(context: typer.Context, edition: EditionName = None, as_json: AsJson = False) -> None:
    from digest.formats import proof_json, prove

    with newsletter(context, alone=False) as (config, store, terminal):
        name = edition or edition_of_today(config, clock_of(context)())
        content = store.editions.content(name)
        if content is None:
            raise _unknown(name)
        proofs = prove(content, store.text_of)
        if as_json:
            print_json([proof_json(proof) for proof in proofs])
        else:
            terminal.proofs(name, proofs)
        if broken := sum(not proof.holds for proof in proofs):
            raise SpanError(
                N_("edition {edition}: {broken} of {n} takeaways no longer quote their article"),
                edition=name, broken=broken, n=len(proofs),
            )  # fmt: skip


def _unknown(edition: str) -> UsageError:
    return UsageError(
        N_("there is no edition {edition}"),
        hint=N_("digest draft {edition} makes it; digest plan {edition} shows what it would hold"),
        edition=edition,
    )


def _bounds(since: datetime | None, until: datetime | None, config: Config) -> dict[str, Any]:
    """`--since` and `--until` as moments, those that were given; the last day is included."""
    from digest.compose.periods import midnight

    if since and until and since > until:
        raise UsageError(N_("--since must come before --until"))
    tz = config.settings.newsletter.tz
    bounds = {"since": since and midnight(since.date(), tz), "until": until and midnight(until.date() + timedelta(days=1), tz)}
    return {name: bound for name, bound in bounds.items() if bound}
