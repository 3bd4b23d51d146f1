"""The newsletters that share a store, known again when one is renamed or its folder moves. Two of one name are refused."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from sqlalchemy import Connection, exists, insert, select, update

from digest.errors import N_, SettingsError
from digest.store import schema as t

_THEIRS = (t.follows, t.editions, t.revisions, t.events, t.uses, t.decisions, t.deliveries, t.accounts)
"""The tables that keep something for a newsletter, under its name."""


def settle(connection: Connection, database: Path, name: str, *, file: str, home: str) -> str:
    """Note where a newsletter is; the folder under which its own folders are kept, the one in which it was first seen.

    `file` and `home` are the paths of its settings and their folder from the store's. A file whose newsletter has a new name
    takes with it all that was kept under the old one. Raises SettingsError for a name that a newsletter of another folder has.
    """
    known = {row.name: row for row in connection.execute(select(t.newsletters))}
    if mine := known.get(name):
        if _folder(mine.file) != _folder(file):
            if (database.parent / mine.file).exists():
                raise _taken(database, file, mine.file)
            connection.execute(update(t.newsletters).where(t.newsletters.c.name == name).values(file=file))
        return str(mine.home)
    if renamed := next((row for row in known.values() if row.file == file), None):
        _rename(connection, renamed.name, name)
        return str(renamed.home)
    if any(row.home == home and _folder(row.file) != _folder(file) for row in known.values()):
        home = str(PurePosixPath(home, name))  # of one that has moved away
    connection.execute(insert(t.newsletters).values(name=name, file=file, home=home))
    return home


def _folder(file: str) -> PurePosixPath:
    return PurePosixPath(file).parent


def _taken(database: Path, file: str, other: str) -> SettingsError:
    return SettingsError(
        N_("the store {database} already keeps a newsletter of this name, that of {other}; give each its own"),
        file=PurePosixPath(file).name, path="newsletter.name", database=database, other=database.parent.joinpath(other).resolve(),
    )  # fmt: skip


def _rename(connection: Connection, old: str, new: str) -> None:
    """Give a newsletter its new name; where something was already kept under it, that is taken up again."""
    connection.execute(update(t.newsletters).where(t.newsletters.c.name == old).values(name=new))
    if connection.execute(select(exists().where(t.editions.c.newsletter == new))).scalar():
        return
    for table in _THEIRS:
        moved = update(table).prefix_with("OR REPLACE", dialect="sqlite")  # a name given up once may have left some
        connection.execute(moved.where(table.c.newsletter == old).values(newsletter=new))
