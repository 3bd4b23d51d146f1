"""The newsletters that share a store, known again when one is renamed or its folder moves. Two of one name are refused."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from sqlalchemy import Connection, exists, func, select, union, update

from digest.errors import N_, SettingsError
from digest.store import schema as t
from digest.store.engines import Database, among, insert_on, shown
from digest.store.reader import Reader
from digest.store.rows import OLD_NAME

THEIRS = (
    t.follows,
    t.editions,
    t.revisions,
    t.events,
    t.uses,
    t.decisions,
    t.deliveries,
    t.accounts,
    t.timetable,
    t.regroupings,
    t.albums,
)
"""The tables that keep something for a newsletter, under its name."""


def settle(connection: Connection, database: Database, name: str, *, file: str, home: str) -> str:
    """Note where a newsletter is; the folder under which its own folders are kept, the one in which it was first seen.

    `file` and `home` are the paths of its settings and their folder from the store's. A store on a server has no folder: these
    are the whole paths, and that of the file comes after the name of its machine, `machine:/srv/lettre/sources.yaml`.
    A file whose newsletter has a new name takes with it all that was kept under the old one. Raises SettingsError for a name
    that a newsletter of another folder, or of another machine, has.
    """
    known = t.newsletters.c
    if mine := connection.execute(select(t.newsletters).where(known.name == name)).one_or_none():
        if _folder(mine.file) != _folder(file):
            _refuse_others(database, name, file, mine.file)
            connection.execute(update(t.newsletters).where(known.name == name).values(file=file))
        return str(mine.home)
    if renamed := connection.execute(select(t.newsletters).where(known.file == file)).first():
        _rename(connection, renamed.name, name)
        return str(renamed.home)
    neighbours = connection.execute(select(known.file).where(known.home == home)).scalars()
    if any(_folder(other) != _folder(file) for other in neighbours):
        home = f"{home}#{name}"  # of one that has moved away; no folder of a neighbour is called so
    new = insert_on(connection, t.newsletters).values(name=name, file=file, home=home)
    connection.execute(new.on_conflict_do_nothing())
    return home


def is_shared(connection: Connection) -> bool:
    """Whether more than one newsletter is kept."""
    return (connection.execute(select(func.count()).select_from(t.newsletters)).scalar() or 0) > 1


def follow(connection: Connection, reader: Reader) -> None:
    """Note which sources a newsletter follows, by their keys: a name would open what another calls so."""
    sources = reader.sources or {}
    asked = {key for key in set(sources) - reader.private - reader.paused if not key.startswith("folder:")}
    rows = connection.execute(select(t.follows.c.source, t.follows.c.asked).where(t.follows.c.newsletter == reader.newsletter))
    known: dict[str, bool] = {row.source: row.asked for row in rows}
    now = dict.fromkeys(known, False) | {reader.kept_as(key): key in asked for key in sources}
    if set(now) - set(known):
        now |= dict.fromkeys(_old_names(connection, sources.values()), False)
    if changed := [source for source in sorted(now) if known.get(source) is not now[source]]:
        keep = insert_on(connection, t.follows)
        keep = keep.on_conflict_do_update(index_elements=["newsletter", "source"], set_={"asked": keep.excluded.asked})
        values = [{"newsletter": reader.newsletter, "source": source, "asked": now[source]} for source in changed]
        connection.execute(keep, values)


def _old_names(connection: Connection, names: Iterable[str]) -> list[str]:
    """The names of sources that a store of the first version knew by these alone, and that no newsletter follows yet."""
    old = [f"{OLD_NAME}{name}" for name in names]
    columns = (t.articles.c.source, t.carriers.c.source)
    there = union(*(select(column).where(among(connection, column, old)) for column in columns)).subquery()
    taken = select(t.follows.c.source).where(among(connection, t.follows.c.source, old))
    return list(connection.execute(select(there.c[0]).where(there.c[0].not_in(taken))).scalars())


def move_here(connection: Connection, name: str, file: str) -> None:
    """Note that the newsletter of this name, which another machine had, is now here; on this one, `settle` looks at the disk."""
    mine = t.newsletters.c.name == name
    known = connection.execute(select(t.newsletters.c.file).where(mine)).scalar()
    if known and known.partition(":")[0] != file.partition(":")[0]:
        connection.execute(update(t.newsletters).where(mine).values(file=file))


def _refuse_others(database: Database, name: str, mine: str, known: str) -> None:
    """Raise SettingsError where the folder that has the name is still there, or is of a machine that cannot be asked."""
    if isinstance(database, Path):
        there = (database.parent / known).resolve()
    else:
        (here, _, _), (machine, _, path) = mine.partition(":"), known.partition(":")
        there = Path(path)
        if machine != here:
            raise SettingsError(
                N_("the store {database} already keeps a newsletter of this name, that of {other}; give each its own"),
                hint=N_("if it is this one that has moved here: digest newsletters add --moved {folder}"),
                file=PurePosixPath(mine).name, path="newsletter.name", database=shown(database), other=known,
                folder=PurePosixPath(mine.partition(":")[2]).parent, name=name,
            )  # fmt: skip
    if there.exists():
        raise SettingsError(
            N_("the store {database} already keeps a newsletter of this name, that of {other}; give each its own"),
            file=PurePosixPath(mine).name, path="newsletter.name", database=shown(database), other=there,
        )  # fmt: skip


def _folder(file: str) -> PurePosixPath:
    return PurePosixPath(file).parent


def _rename(connection: Connection, old: str, new: str) -> None:
    """Give a newsletter its new name; where something was already kept under it, that is taken up again."""
    connection.execute(update(t.newsletters).where(t.newsletters.c.name == old).values(name=new))
    if connection.execute(select(exists().where(t.editions.c.newsletter == new))).scalar():
        return
    for table in THEIRS:
        moved = update(table).prefix_with("OR REPLACE", dialect="sqlite")  # a name given up once may have left some
        connection.execute(moved.where(table.c.newsletter == old).values(newsletter=new))
