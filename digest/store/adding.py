"""Articles as they come into a store: once each, with the sources that carried them, and never among what another team owns."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from sqlalchemy import Connection, bindparam, select

from digest.model import Article
from digest.store import schema as t
from digest.store.engines import among, insert_on
from digest.store.rows import (
    KEYS,
    fingerprint,
    insert_articles,
    known_rows,
    note_addresses,
    refresh_pictures,
    source_of,
    update_articles,
)

Given = Sequence[tuple[Article, str]]
"""Articles, each with the key of the source that brought it."""


def add(connection: Connection, given: Given, keys: Mapping[str, str], *, shared: bool) -> tuple[set[str], int]:
    """The ids of the articles that were stored for the first time, and the number of those that changed.

    `keys` are those of the sources, by name. In a store that newsletters share, what one follows does not change the words that
    another one's source gave: see `_may_tell`.
    """
    unique: dict[str, Article] = {}
    for article, _ in given:
        unique.setdefault(article.id, article)
    known = known_rows(connection, unique)
    brought = {article.id: source for article, source in reversed(given)}
    silent = {id for id, row in known.items() if shared and not _may_tell(row.source, brought[id], unique[id].url)}
    new = [article for id, article in unique.items() if id not in known]
    changed = [
        (article, known[article.id].version + 1)
        for article in unique.values()
        if article.id in known and article.id not in silent and known[article.id].fingerprint != fingerprint(article)
    ]
    sources = {article.id: source_of(article, source, keys) for article, source in reversed(given)}
    insert_articles(connection, new, sources)
    update_articles(connection, changed)
    settled = {article.id for article, _ in changed} | silent
    refresh_pictures(connection, [(unique[id], row.version, brought[id]) for id, row in known.items() if id not in settled])
    back = [id for id, row in known.items() if row.withdrawn]
    if back:
        connection.execute(t.articles.update().where(t.articles.c.id.in_(back)).values(withdrawn=None))
    first = sources | {id: row.source for id, row in known.items()}
    if shared:
        first |= _come_home(connection, {id: (row.source, brought[id], unique[id].url) for id, row in known.items()})
    note_addresses(connection, given, keys, first)
    return {article.id for article in new}, len(changed)


def _may_tell(first: str, brought_by: str, url: str | None) -> bool:
    """Whether a feed may change the words of an article that another feed brought first: one of the article's own site may.

    Anyone can publish a feed that tells something else at the address of an article, and have a newsletter follow it.
    """
    if first == brought_by or not (_is_feed(first) and _is_feed(brought_by)):
        return True
    return _site(brought_by) == _site(url) != _site(first)


def _come_home(connection: Connection, brought: Mapping[str, tuple[str, str, str | None]]) -> dict[str, str]:
    """Make the feed of an article's own site its first source, once it brings what another brought first; which ones, by id."""
    home = {
        id: source
        for id, (first, source, url) in brought.items()
        if source != first and _is_feed(first) and _is_feed(source) and _may_tell(first, source, url)
    }
    if home:
        rows = [{"its_id": id, "its_source": source} for id, source in home.items()]
        one = t.articles.update().where(t.articles.c.id == bindparam("its_id"))
        connection.execute(one.values(source=bindparam("its_source")), rows)
        others = [{"article": id, "source": brought[id][0]} for id in home]
        connection.execute(insert_on(connection, t.carriers).on_conflict_do_nothing(), others)
    return home


def _is_feed(key: str) -> bool:
    return key.startswith(("http://", "https://"))


def _site(address: str | None) -> str:
    try:
        return (urlsplit(address or "").hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def set_apart(connection: Connection, given: Given, home: str) -> list[tuple[Article, str]]:
    """The articles as newsletters that share a store bring them: what a file says is no article of a feed, nor the other way.

    A file may name an address at which others see an article of a feed. Those that came before the store was shared keep their
    ids, which editions quote; what comes upon one of the other kind has another id from then on.
    """
    other = {
        (article.id, source): beside(article.id, home if _is_folder(source) else None) for article, source in given if source
    }
    known = _of_files(connection, {*(id for id, _ in other), *other.values()})
    return [
        (replace(article, id=other[article.id, source], aliases=()), source)
        if source and (other[article.id, source] in known or known.get(article.id, _is_folder(source)) != _is_folder(source))
        else (article, source)
        for article, source in given
    ]


def own_files(connection: Connection, ids: Collection[str], home: str) -> list[str]:
    """The ids under which the files of a newsletter are kept, of articles that its folders gave under these."""
    known = _of_files(connection, {*ids, *(beside(id, home) for id in ids)})
    return [beside(id, home) if beside(id, home) in known or not known.get(id, True) else id for id in ids]


def beside(id: str, home: str | None) -> str:
    """The id of an article where one of another kind has its own: of a file of the newsletter in `home`, or of a feed (None)."""
    return hashlib.sha256(f"{'feed' if home is None else f'file {home}'}\0{id}".encode()).hexdigest()[:16]


def _of_files(connection: Connection, ids: Collection[str]) -> dict[str, bool]:
    """Whether files alone gave the articles of these ids, of those that the store holds."""
    rows = connection.execute(select(t.articles.c.id, t.articles.c.source).where(among(connection, t.articles.c.id, sorted(ids))))
    sources = {row.id: [row.source] for row in rows}
    suspects = sorted(id for id, (first,) in sources.items() if _is_folder(first) or not first.startswith(KEYS))
    if suspects:
        carried = select(t.carriers.c.article, t.carriers.c.source).where(among(connection, t.carriers.c.article, suspects))
        for article, source in connection.execute(carried):
            sources[article].append(source)
    return {id: _files_alone(keys) for id, keys in sources.items()}


def _files_alone(sources: Sequence[str]) -> bool:
    """Whether the sources that carried an article are folders, and the names that files give their own."""
    return any(map(_is_folder, sources)) and all(_is_folder(source) or not source.startswith(KEYS) for source in sources)


def _is_folder(key: str) -> bool:
    return key.startswith("folder:")
