"""How an older store becomes today's: one named step after the other, each in one transaction. A new store starts as today's."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select, text

from digest.errors import N_, StoreError
from digest.store import schema as t
from digest.store.engines import Database, shown, tables_of, write_alone

Script = str | Mapping[str, str]
"""Statements that both databases understand, or those of each, by its name: `sqlite`, `postgresql`."""


def migrate(connection: Connection, database: Database) -> None:
    """Bring a store up to date. Raises StoreError for a store written by a newer version of the program, or not by it at all."""
    if _done(connection, database) == len(STEPS):
        return
    write_alone(connection)
    done = _done(connection, database)  # another program may have been first
    if done is None:
        refuse_encodings(connection, database)
        t.metadata.create_all(connection)
    for version, (name, script) in enumerate(STEPS[done or 0 :], start=(done or 0) + 1):
        for statement in _statements(script, connection.dialect.name) if done is not None else ():
            connection.exec_driver_sql(statement)
        connection.execute(t.migrations.insert().values(version=version, name=name))


def _done(connection: Connection, database: Database) -> int | None:
    """The number of steps that the store has behind it; None for one that has no tables yet."""
    names = tables_of(connection)
    if not names:
        return None
    if "migrations" not in names:
        raise StoreError(N_("{database}: holds the tables of another program"), database=shown(database))
    done = len(connection.execute(select(t.migrations.c.version)).all())
    if done > len(STEPS):
        raise StoreError(
            N_("{database}: was written by a newer version of digest"),
            hint=N_("pip install --upgrade digest"), database=shown(database),
        )  # fmt: skip
    return done


def refuse_encodings(connection: Connection, database: Database) -> None:
    """Raise StoreError for a database of PostgreSQL that cannot keep every character."""
    encoding = "UTF8" if connection.dialect.name == "sqlite" else connection.execute(text("SHOW server_encoding")).scalar()
    if encoding != "UTF8":
        raise StoreError(
            N_("{database}: keeps text as {encoding}, which lacks characters; make a database in UTF-8"),
            hint=N_("createdb --encoding=UTF8 --template=template0 NAME"), database=shown(database), encoding=encoding,
        )  # fmt: skip


def _statements(script: Script, dialect: str) -> list[str]:
    return (script if isinstance(script, str) else script[dialect]).split(";\n")


_LEDGER = """
CREATE TABLE follows (newsletter TEXT NOT NULL, source TEXT NOT NULL, PRIMARY KEY (newsletter, source));
CREATE TABLE editions (
    newsletter TEXT NOT NULL, edition VARCHAR NOT NULL, status VARCHAR NOT NULL, revision INTEGER NOT NULL, approval JSON,
    tray JSON NOT NULL, PRIMARY KEY (newsletter, edition)
);
CREATE TABLE events (
    id INTEGER NOT NULL, newsletter TEXT NOT NULL, edition VARCHAR NOT NULL, deed VARCHAR NOT NULL, "by" TEXT,
    at DATETIME NOT NULL, revision INTEGER NOT NULL, place TEXT, PRIMARY KEY (id)
);
CREATE INDEX events_by_edition ON events (newsletter, edition);
CREATE TABLE uses (
    newsletter TEXT NOT NULL, edition VARCHAR NOT NULL, article VARCHAR(16) NOT NULL, delivered BOOLEAN NOT NULL,
    PRIMARY KEY (newsletter, edition, article)
);
CREATE UNIQUE INDEX uses_delivered_once ON uses (newsletter, article) WHERE delivered;
CREATE TABLE decisions (
    newsletter TEXT NOT NULL, story VARCHAR(16) NOT NULL, state VARCHAR NOT NULL, edition VARCHAR NOT NULL, "by" TEXT NOT NULL,
    made DATETIME NOT NULL, PRIMARY KEY (newsletter, story)
);
CREATE TABLE deliveries (
    newsletter TEXT NOT NULL, edition VARCHAR NOT NULL, place TEXT NOT NULL, id TEXT NOT NULL, "where" TEXT NOT NULL,
    revision INTEGER NOT NULL, at DATETIME NOT NULL, PRIMARY KEY (newsletter, edition, place)
);
CREATE TABLE accounts (
    newsletter TEXT NOT NULL, name TEXT NOT NULL, role VARCHAR NOT NULL, password TEXT NOT NULL, PRIMARY KEY (newsletter, name)
);
CREATE TABLE pictures (name VARCHAR NOT NULL, content BLOB NOT NULL, PRIMARY KEY (name));
ALTER TABLE versions ADD COLUMN picture JSON;
CREATE INDEX articles_by_source ON articles (source);
CREATE INDEX carriers_by_source ON carriers (source);
ALTER TABLE revisions RENAME TO before;
CREATE TABLE revisions (
    newsletter TEXT NOT NULL, edition VARCHAR NOT NULL, revision INTEGER NOT NULL, made DATETIME NOT NULL, "by" TEXT,
    content JSON NOT NULL, PRIMARY KEY (newsletter, edition, revision)
);
INSERT INTO revisions
SELECT newsletter, edition, revision, made, "by", json_remove(content, '$.left_out', '$.sources') FROM before;
INSERT INTO events (newsletter, edition, deed, "by", at, revision)
SELECT newsletter, edition, CASE WHEN "by" IS NULL THEN 'draft' ELSE 'edit' END, "by", made, revision FROM before
ORDER BY newsletter, edition, revision;
DELETE FROM before WHERE revision < (
    SELECT max(revision) FROM revisions AS r WHERE r.newsletter = before.newsletter AND r.edition = before.edition
);
INSERT INTO editions
SELECT newsletter, edition, status, revision, NULL,
    json_object('left_out', json_extract(content, '$.left_out'), 'sources', json_extract(content, '$.sources'))
FROM before;
INSERT INTO uses
SELECT DISTINCT newsletter, edition, json_extract(story.value, '$.article'), FALSE
FROM before, json_each(content, '$.themes') AS theme, json_each(theme.value, '$.stories') AS story;
DROP TABLE before;
DROP TABLE placements
"""

_NEWSLETTERS = "CREATE TABLE newsletters (name TEXT NOT NULL, file TEXT NOT NULL, home TEXT NOT NULL, PRIMARY KEY (name))"

_HOSTED = """
CREATE TABLE signatures (
    article {text} NOT NULL, day INTEGER NOT NULL, signature {bytes} NOT NULL, PRIMARY KEY (article)
);
CREATE INDEX signatures_by_day ON signatures (day);
CREATE TABLE marks (
    key BIGINT NOT NULL, day INTEGER NOT NULL, article {text} NOT NULL, PRIMARY KEY (key, day, article)
){rows};
CREATE INDEX marks_by_day ON marks (day);
DROP INDEX articles_by_published;
DROP INDEX articles_by_collected;
DROP INDEX articles_by_source;
CREATE INDEX articles_by_source ON articles (source, coalesce(published, collected));
CREATE INDEX articles_by_file ON articles (source) WHERE dated_by = 'file';
CREATE INDEX newsletters_by_file ON newsletters (file);
CREATE INDEX newsletters_by_home ON newsletters (home);
CREATE TABLE albums (newsletter {words} NOT NULL, picture {words} NOT NULL, PRIMARY KEY (newsletter, picture));
CREATE INDEX albums_by_picture ON albums (picture);
INSERT INTO albums {printed};
CREATE TABLE regroupings (
    newsletter {words} NOT NULL, article {text} NOT NULL, story {text} NOT NULL, PRIMARY KEY (newsletter, article),
    FOREIGN KEY(article) REFERENCES articles (id)
);
CREATE INDEX regroupings_by_article ON regroupings (article);
UPDATE articles SET source = 'name:' || source WHERE NOT {is_key} AND id NOT IN ({of_folders});
UPDATE carriers SET source = 'name:' || source WHERE NOT {is_key} AND article NOT IN ({of_folders});
UPDATE articles SET source = (SELECT min(source) FROM carriers WHERE article = id AND substr(source, 1, 7) = 'folder:')
WHERE url IS NULL AND substr(source, 1, 4) = 'http' AND id IN ({of_folders});
INSERT INTO follows (newsletter, source)
SELECT DISTINCT newsletter, source FROM editions, (SELECT source FROM articles UNION SELECT source FROM carriers) AS named
WHERE substr(source, 1, 5) = 'name:' AND NOT EXISTS (SELECT 1 FROM follows);
UPDATE follows SET source = 'name:' || source WHERE NOT {is_key} AND substr(source, 1, 5) <> 'name:';
ALTER TABLE follows ADD COLUMN asked BOOLEAN DEFAULT FALSE NOT NULL;
CREATE INDEX follows_by_source ON follows (source);
CREATE TABLE timetable (
    newsletter {words} NOT NULL, cron {words}, zone {words} NOT NULL, next {moment},
    as_of {moment} NOT NULL, began {moment}, ended {moment}, error {words}, PRIMARY KEY (newsletter)
);
CREATE INDEX timetable_by_next ON timetable (next)
"""
_OF_BOTH = {
    "is_key": "(substr(source, 1, 7) IN ('http://', 'https:/', 'folder:') OR substr(source, 1, 8) = 'private:')",
    "of_folders": "SELECT article FROM carriers WHERE substr(source, 1, 7) = 'folder:'",
}
"""The first stores knew sources by their names. A newsletter sees by keys alone: a name may be that of another's source, too."""
_OF_SQLITE = {
    "printed": """SELECT DISTINCT newsletter, json_extract(story.value, '$.picture.name')
FROM revisions, json_each(content, '$.themes') AS theme, json_each(theme.value, '$.stories') AS story
WHERE json_extract(story.value, '$.picture.name') IS NOT NULL""",
    "text": "VARCHAR(16)", "bytes": "BLOB", "rows": " WITHOUT ROWID", "words": "TEXT", "moment": "DATETIME"
} | _OF_BOTH  # fmt: skip
_C = 'VARCHAR COLLATE "C"'
_OF_POSTGRESQL = {
    "printed": """SELECT DISTINCT newsletter, story -> 'picture' ->> 'name'
FROM revisions, json_array_elements(content -> 'themes') AS theme, json_array_elements(theme -> 'stories') AS story
WHERE story -> 'picture' ->> 'name' IS NOT NULL""",
    "text": _C,
    "bytes": "BYTEA",
    "rows": "",
    "words": _C,
    "moment": "TIMESTAMP WITHOUT TIME ZONE",
} | _OF_BOTH

STEPS: tuple[tuple[str, Script], ...] = (
    ("first_tables", ""),
    ("ledger", _LEDGER),
    ("newsletters", _NEWSLETTERS),
    ("hosted", {"sqlite": _HOSTED.format(**_OF_SQLITE), "postgresql": _HOSTED.format(**_OF_POSTGRESQL)}),
)
"""Each step's name and its statements; a step that a released version has run is never changed, the next one is added.

The first stores had the tables of the first step already; nothing older exists. Stores on PostgreSQL began with the third: the
steps before are for SQLite alone.
"""
