"""The newsletters that share a store, known again when one is renamed or its folder moves. Two of one name are refused."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from sqlalchemy import Connection, exists, select, update

from digest.errors import N_, SettingsError
from digest.store import schema as t
from digest.store.engines import Database, insert_on, shown

_THEIRS = (t.follows, t.editions, t.revisions, t.events, t.uses, t.decisions, t.deliveries, t.accounts)
"""The tables that keep something for a newsletter, under its name."""


def settle(connection: Connection, database: Database, name: str, *, file: str, home: str) -> str:
    """Note where a newsletter is; the folder under which its own folders are kept, the one in which it was first seen.

    `file` and `home` are the paths of its settings and their folder from the store's. A store on a server has no folder: these
    are the whole paths, and that of the file comes after the name of its machine, `machine:/srv/lettre/sources.yaml`.
    A file whose newsletter has a new name takes with it all that was kept under the old one. Raises SettingsError for a name
    that a newsletter of another folder has.
    """
    known = {row.name: row for row in connection.execute(select(t.newsletters))}
    if mine := known.get(name):
        if _folder(mine.file) != _folder(file):
            if other := _found(database, file, mine.file):
                raise _taken(database, file, other)
            connection.execute(update(t.newsletters).where(t.newsletters.c.name == name).values(file=file))
        return str(mine.home)
    if renamed := next((row for row in known.values() if row.file == file), None):
        _rename(connection, renamed.name, name)
        return str(renamed.home)
    if any(row.home == home and _folder(row.file) != _folder(file) for row in known.values()):
        home = str(PurePosixPath(home, name))  # of one that has moved away
    new = insert_on(connection, t.newsletters).values(name=name, file=file, home=home)
    connection.execute(new.on_conflict_do_nothing())
    return home


def _found(database: Database, mine: str, other: str) -> Path | None:
    """The settings of another newsletter where they are still there, as far as this machine can tell."""
    if isinstance(database, Path):
        there = (database.parent / other).resolve()
    else:
        (here, _, _), (machine, _, path) = mine.partition(":"), other.partition(":")
        there = Path(path)
        if machine != here:
            return None
    return there if there.exists() else None


def _folder(file: str) -> PurePosixPath:
    return PurePosixPath(file).parent


def _taken(database: Database, file: str, other: Path) -> SettingsError:
    return SettingsError(
        N_("the store {database} already keeps a newsletter of this name, that of {other}; give each its own"),
        file=PurePosixPath(file).name, path="newsletter.name", database=shown(database), other=other,
    )  # fmt: skip


def _rename(connection: Connection, old: str, new: str) -> None:
    """Give a newsletter its new name; where something was already kept under it, that is taken up again."""
    connection.execute(update(t.newsletters).where(t.newsletters.c.name == old).values(name=new))
    if connection.execute(select(exists().where(t.editions.c.newsletter == new))).scalar():
        return
    for table in _THEIRS:
        moved = update(table).prefix_with("OR REPLACE", dialect="sqlite")  # a name given up once may have left some
        connection.execute(moved.where(table.c.newsletter == old).values(newsletter=new))
