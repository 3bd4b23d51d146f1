"""The commands with which a newsletter leaves the store that it shares: what is its own as a file, and taken out."""

from __future__ import annotations

import json
import re
import sys
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import typer

from digest.cli.call import _, newsletter
from digest.errors import N_, UsageError
from digest.language.translations import Translator, team_translator

if TYPE_CHECKING:
    from digest.store import Store
    from digest.store.leaving import Belongings
    from digest.terminal import Terminal

app = typer.Typer()

Names = Annotated[list[str] | None, typer.Argument(metavar="NAME…", help=_("Newsletters; without any, that of this folder."))]


@app.command(
    "export", help=_("Write all that is a newsletter's own to a zip. Its editions, its team, its articles and its pictures.")
)
def export(
    context: typer.Context,
    output: Annotated[Path, typer.Option("--output", metavar="FILE.zip", help=_("The file to write."))],
    names: Names = None,
) -> None:
    from digest.config import replace_file

    with newsletter(context, alone=False) as (config, store, terminal):
        meant = names or [config.settings.newsletter.name]
        _refuse_unknown(store, meant)
        words = team_translator(config.settings.newsletter.language)
        files: dict[str, bytes] = {}
        for name in dict.fromkeys(meant):
            folder = _folder_of(name, files)
            files |= {f"{folder}/{file}": content for file, content in _files(name, store.leaving.data(name), words).items()}
        replace_file(output, _zipped(files))
        for name in dict.fromkeys(meant):
            told = store.leaving.belongings(name)
            terminal.say(
                N_("{name} is in {file} (editions: {editions}, articles: {articles}, pictures: {pictures})."),
                name=name, file=output, editions=told.editions, articles=told.articles, pictures=told.pictures,
            )  # fmt: skip


@app.command("remove", help=_("Take a newsletter out of the store, with all that is its own. Its folder stays on the disk."))
def remove(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help=_("The newsletter."))],
    yes: Annotated[bool, typer.Option("--yes", help=_("Do not ask."))] = False,
) -> None:
    from digest.store import one_run_at_a_time

    with newsletter(context, alone=False) as (config, store, terminal):
        _refuse_unknown(store, [name])
        _tell_what_goes(terminal, store.leaving.belongings(name))
        if not yes:
            if not sys.stdin.isatty():
                raise UsageError(N_("nobody is there to confirm; nothing was removed"), hint=N_("--yes removes without asking"))
            if not typer.confirm(terminal.translator.gettext(N_("Remove it for good?"))):
                terminal.tell(N_("Nothing was removed."))
                return
        with one_run_at_a_time(config.database, name):
            store.leaving.remove(name)
            clean = store.leave_no_trace()
        terminal.say(N_("{name} is removed."), name=name)
        if not clean:
            terminal.tell(
                N_(
                    "Traces of it may be left in {database} until it is written anew, which something prevented (a page that is "
                    "open, a full disk); later: sqlite3 {database} VACUUM"
                ),
                database=config.database,
            )


def _refuse_unknown(store: Store, names: list[str]) -> None:
    known = store.leaving.known()
    for name in names:
        if name not in known:
            raise UsageError(
                N_("the store keeps no newsletter {name}; it keeps: {known}"), name=name, known=", ".join(known[:20]) or "–"
            )


def _tell_what_goes(terminal: Terminal, told: Belongings) -> None:
    terminal.say(N_("What goes, of {name}:"), name=told.name)
    terminal.say(
        N_("- its editions with their history and what its team decided (editions: {editions}, accounts: {accounts});"),
        editions=told.editions, accounts=told.accounts,
    )  # fmt: skip
    terminal.say(
        N_(
            "- the sources that nobody else follows, and what it alone sees "
            "(sources: {sources}, articles: {articles}, pictures: {pictures})."
        ),
        sources=told.sources, articles=told.articles, pictures=told.pictures,
    )  # fmt: skip
    terminal.say(N_("What stays:"))
    if told.shared:
        terminal.say(N_("- articles that others see too, with the stories they are in (articles: {shared});"), shared=told.shared)
    terminal.say(N_("- its files ({file}, and the folder around it): delete them yourself;"), file=told.file or "–")
    terminal.say(N_("- the copies of the store that you saved, in which it still is."))


# ------------------------------------------------------------------------------------------------ the file

_README = N_(
    """All that the store keeps for the newsletter “{name}”, and for nobody else. Dates are in UTC (ISO 8601).

newsletter.json        its name, and where its settings were
sources.json           the sources that it followed; "own": nobody else does
accounts.json          who may open its review page, and their roles; never a password, nor what is derived from one
timetable.json         when workers draft it
editions/              each edition: where it stands, every revision that it had, and who did what to it, and when
decisions.json         what the team held for later or rejected, who, and when
deliveries.json        where each edition was delivered
uses.json              the articles that its editions used
regroupings.json       the articles that the team moved from one story to another
articles.json          the articles that it alone saw, with every version of their text
articles_of_others.json   articles that it used and that others see too: their addresses
pictures/              the pictures that its editions print
"""
)


def _files(name: str, data: dict[str, Any], words: Translator) -> dict[str, bytes]:
    """The files of a newsletter, by their paths, in order."""
    from digest.gather.addresses import without_secrets

    shown = {
        key: [
            row | {"source": re.sub("https?://.*", lambda found: without_secrets(found[0]), row["source"])} for row in data[key]
        ]
        for key in ("sources", "articles")
    }
    plain = {key: data[key] for key in _PLAIN} | shown
    files = {f"{key}.json": _json(value) for key, value in sorted(plain.items())}
    for edition in data["editions"]:
        place, mine = f"editions/{edition['edition']}", edition["edition"]
        files[f"{place}/edition.json"] = _json(edition)
        files[f"{place}/history.json"] = _json([row for row in data["events"] if row["edition"] == mine])
        for row in data["revisions"]:
            if row["edition"] == mine:
                files[f"{place}/revision-{row['revision']:04}.json"] = _json(row)
    files |= {f"pictures/{picture}": content for picture, content in data["pictures"].items()}
    readme = "LISEZMOI.txt" if words.language == "fr" else "README.txt"
    return {readme: words.gettext(_README).format(name=name).encode(), **files}


_PLAIN = (
    "newsletter",
    "accounts",
    "timetable",
    "decisions",
    "deliveries",
    "uses",
    "regroupings",
    "articles_of_others",
)


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def _folder_of(name: str, taken: dict[str, bytes]) -> str:
    """A folder for a newsletter, that no other one of the file has."""
    plain = re.sub(r"[^\w.-]+", "-", name).strip("-.") or "newsletter"
    there = {path.partition("/")[0] for path in taken}
    return next(one for one in (plain, *(f"{plain}-{n}" for n in range(2, len(there) + 3))) if one not in there)


def _zipped(files: dict[str, bytes]) -> bytes:
    """A zip, the same bytes for the same files."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(ZipInfo(name), content, ZIP_DEFLATED)
    return packed.getvalue()
