"""Newsletters that share a store: one whose every word is marked, and neighbours that follow some of the same sites."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import inspect, literal_column, select, table

from digest.config import load
from digest.opening import reader_of
from digest.store import Store, open_store
from digest.store import schema as t
from digest.store.engines import Database, engine_of

from .conftest import SETTINGS
from .servers import Site

MARK = "zqx"
"""Stands in every name, text and address that is the marked newsletter's own, and in nothing else."""
MARKED = f"Le fil {MARK}"
NEIGHBOURS = ("La lettre", "Le bulletin")
SECRET = "sésame-de-zqx"


def feed(name: str, items: Sequence[tuple[str, str]]) -> tuple[str, bytes]:
    """A feed of items: title and address. Each tells something of its own about artificial intelligence."""
    told = "".join(
        f"<item><title>{title}</title><link>{link}</link><pubDate>Mon, {9 + n:02} Nov 2026 08:00:00 +0100</pubDate><description>"
        + f"L'intelligence artificielle arrive : {title}, où {name} forme {n + 12} bénévoles à ses limites. " * 8
        + "</description></item>"
        for n, (title, link) in enumerate(items)
    )
    head = f'<rss version="2.0"><channel><title>{name}</title><link>https://{name}.example/</link><language>fr</language>'
    return "application/rss+xml", f'<?xml version="1.0" encoding="utf-8"?>{head}{told}</channel></rss>'.encode()


def publish(site: Site) -> None:
    """The feeds that they follow: one that all do, one of the neighbours', two that only the marked one follows."""
    towns = [("Lorient apprend", f"{site.url}/lorient"), ("Mulhouse s'y met", f"{site.url}/mulhouse")]
    site.pages["/gazette.xml"] = feed("gazette", towns)
    site.pages["/relais.xml"] = feed("relais", [("Roubaix hésite", f"{site.url}/roubaix")])
    site.pages[f"/{MARK}-seul.xml"] = feed("seul", [(f"Sète {MARK} ouvre", f"{site.url}/{MARK}"), towns[0]])
    site.pages[f"/{MARK}-prive.xml"] = feed("prive", [(f"Brest {MARK} se tait", f"{site.url}/{MARK}-brest")])


def newsletter(folder: Path, name: str, store: Database, sources: list[dict[str, Any]], note: str, **front: str) -> Path:
    """A newsletter with a folder `articles` of one note."""
    letter = SETTINGS["newsletter"] | {"name": name, "limits": {"min_stories": 1}, "unsubscribe": "https://essai.example/stop"}
    place = f"sqlite:///../{store.name}" if isinstance(store, Path) else store
    settings = SETTINGS | {"newsletter": letter, "store": place, "collect": {"allow_private_addresses": True}}
    (folder / "articles").mkdir(parents=True)
    head = "".join(f"{key}: {value}\n" for key, value in ({"title": note, "date": "2026-11-12"} | front).items())
    (folder / "articles" / "note.md").write_text(
        f"---\n{head}---\n\nL'intelligence artificielle, {note}. Un algorithme y aide trois associations à relire leurs "
        "comptes rendus avant chaque réunion de bureau.\n",
        encoding="utf-8",
    )
    whole = [{"full_text": "never"} | one if "feed" in one else one for one in sources]
    (folder / "sources.yaml").write_text(yaml.safe_dump({**settings, "sources": whole}), encoding="utf-8")
    return folder


def three(place: Path, store: Database, site: Site) -> dict[str, Path]:
    """Three newsletters on one store, by name; the marked one first."""
    publish(site)
    gazette, relais = ({"name": name, "feed": f"{site.url}/{name}.xml"} for name in ("gazette", "relais"))
    notes = {"name": "Notes", "folder": "articles"}
    own: list[dict[str, Any]] = [
        {"name": f"Seul {MARK}", "feed": f"{site.url}/{MARK}-seul.xml"},
        gazette | {"name": f"La gazette de {MARK}"},
        {"name": f"Privé {MARK}", "feed": f"{site.url}/{MARK}-prive.xml", "headers_env": {"X-Cle": "CLE_ZQX"}},
        notes,
    ]
    return {
        MARKED: newsletter(place / MARK, MARKED, store, own, f"note {MARK}", author=f"Camille {MARK}"),
        "La lettre": newsletter(place / "lettre", "La lettre", store, [gazette, relais, notes], "note de la lettre"),
        "Le bulletin": newsletter(place / "bulletin", "Le bulletin", store, [gazette, notes], "note du bulletin"),
    }


def open_as(folder: Path) -> Any:
    """The store as the newsletter of a folder opens it."""
    config = load(folder / "sources.yaml")
    return open_store(config.database, reader_of(config))


def seen(folder: Path) -> dict[str, Any]:
    """All that a newsletter sees of its store."""
    with open_as(folder) as store:
        return _seen(store)


def _seen(store: Store) -> dict[str, Any]:
    editions = [store.editions.last(one.edition) for one in store.editions.all()]
    return {
        "articles": store.articles(),
        "sources": store.source_states(),
        "accounts": store.accounts.all(),
        "editions": editions,
        "history": [store.editions.history(one.edition) for one in editions if one],
        "receipts": [store.editions.receipts(one.edition) for one in editions if one],
        "pictures": [store.pictures_of(one) for one in editions if one],
        "ledger": store.editions.ledger(),
        "texts": {article.id: store.text_of(article.id, article.version) for article in store.articles()},
    }


def rows_of(database: Database) -> dict[str, set[str]]:
    """Every row of every table of the database, those of the queue of workers too."""
    engine = engine_of(database)
    try:
        with engine.connect() as connection:
            names = inspect(connection).get_table_names()
            tables = {name: t.metadata.tables.get(name, table(name, literal_column("*"))) for name in names}
            return {name: {repr(tuple(row)) for row in connection.execute(select(one))} for name, one in tables.items()}
    finally:
        engine.dispose()


def traces(database: Database, mark: str = MARK) -> list[str]:
    """Every row in which a word stands, and every file beside a SQLite one."""
    rows = [f"{name}: {row[:300]}" for name, rows in rows_of(database).items() for row in rows if mark in row.casefold()]
    if isinstance(database, Path):
        for file in database.parent.glob(f"{database.name}*"):
            with suppress(FileNotFoundError):
                rows += [file.name] if mark.encode() in file.read_bytes().lower() else []
    return rows
