"""Articles as rows of the store, and back: the SQL behind `Store`, inside a transaction that the caller opened."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Text, bindparam, cast, insert, select

from digest.model import Article, Kinship, Link
from digest.store import schema as t
from digest.store.engines import among, insert_on


@dataclass(frozen=True, slots=True)
class Names:
    """How the newsletter that reads a store calls its sources; a source that it does not follow has the name the store has."""

    newsletter: str
    """Empty: it sees every article."""
    by_key: Mapping[str, str]
    team: str = ""
    """The newsletter whose team regrouped articles; empty: none, each is in the story where the program put it."""


def fingerprint(article: Article) -> str:
    """What tells two versions apart: the words of the article, not its date or links."""
    words = "\0".join((article.title, article.text, article.summary))
    return hashlib.blake2b(words.encode(), digest_size=16).hexdigest()


def known_rows(connection: Connection, ids: Collection[str]) -> dict[str, Row[Any]]:
    """What the store holds of these articles, by id; those it does not hold are not there."""
    found: dict[str, Row[Any]] = {}
    for some in _chunks(sorted(ids)):
        columns = ("id", "version", "fingerprint", "source", "withdrawn")
        rows = select(*(t.articles.c[name] for name in columns))
        found |= {row.id: row for row in connection.execute(rows.where(t.articles.c.id.in_(some)))}
    return found


def insert_articles(connection: Connection, articles: Sequence[Article], sources: Mapping[str, str]) -> None:
    """New articles, with their first version; `sources` are what `source_of` gives, by the article's id."""
    if not articles:
        return
    own = ("id", "url", "collected", "published", "dated_by")
    rows = [{name: getattr(article, name) for name in own} for article in articles]
    for row, article in zip(rows, articles, strict=True):
        row |= {"source": sources[article.id], "version": 1, "fingerprint": fingerprint(article), "story": ""}
    connection.execute(insert(t.articles), rows)
    connection.execute(insert(t.versions), [version_row(article, 1) for article in articles])


def update_articles(connection: Connection, changed: Sequence[tuple[Article, int]]) -> None:
    """Known articles whose words changed, each with the number of its next version."""
    if not changed:
        return
    current = (
        t.articles.update()
        .where(t.articles.c.id == bindparam("article"))
        .values(version=bindparam("its_version"), fingerprint=bindparam("its_fingerprint"))
    )
    rows = [
        {"article": article.id, "its_version": version, "its_fingerprint": fingerprint(article)} for article, version in changed
    ]
    connection.execute(current, rows)
    connection.execute(insert(t.versions), [version_row(article, version) for article, version in changed])


def refresh_pictures(connection: Connection, unchanged: Sequence[tuple[Article, int, str]]) -> None:
    """Known articles whose words did not change, each with its version and the key of the source that brought it: their pictures.

    An article of a feed keeps the picture of its page until the feed names one; a file of a folder says all of itself.
    """
    rows = [
        {"article_id": article.id, "its_version": version, "its_picture": _picture_row(article), "its_url": article.picture.url}
        for article, version, source in unchanged
        if article.picture and not source.startswith("folder:")
    ]
    of_files = [
        {"article_id": article.id, "its_version": version, "its_picture": _picture_row(article)}
        for article, version, source in unchanged
        if source.startswith("folder:")
    ]
    one = (t.versions.c.article == bindparam("article_id")) & (t.versions.c.version == bindparam("its_version"))
    picture = bindparam("its_picture", type_=t.versions.c.picture.type)
    kept = t.versions.update().where(one).values(picture=picture)
    if rows:
        address = t.versions.c.picture[1].as_string()
        connection.execute(kept.where(address.is_distinct_from(bindparam("its_url"))), rows)
    if of_files:
        other = cast(t.versions.c.picture, Text).is_distinct_from(cast(picture, Text))  # PostgreSQL does not compare JSON
        connection.execute(kept.where(other), of_files)


def _picture_row(article: Article) -> tuple[str, str] | None:
    return (article.picture.text, article.picture.url) if article.picture else None


def version_row(article: Article, version: int) -> dict[str, Any]:
    """The words of an article as the row of one of its versions."""
    return {
        "article": article.id,
        "version": version,
        "title": article.title,
        "author": article.author,
        "lang": article.lang,
        "text": article.text,
        "summary": article.summary,
        "links": [(link.text, link.url) for link in article.links],
        "picture": _picture_row(article),
        "seen": article.collected,
    }


def source_of(article: Article, brought_by: str, keys: Mapping[str, str]) -> str:
    """What is noted as the source of an article: the key of the one that brought it, or the name that a file gives its own.

    `keys` are those of the sources, by name. Such a name opens nothing: a newsletter sees by the keys of its sources alone.
    """
    known = keys.get(article.source)
    if not brought_by.startswith("folder:") or known == brought_by:
        return known or article.source
    return brought_by if article.source.startswith(KEYS) else article.source


def note_addresses(
    connection: Connection, articles: Sequence[tuple[Article, str]], keys: Mapping[str, str], first: Mapping[str, str]
) -> None:
    """Every address an article was seen at, and every source that carried it after the first (`first`, by the article's id).

    Each article is given with the key of the source that brought it; `keys` are those of the sources, by name.
    """
    addresses = [{"address": address, "article": article.id} for article, _ in articles for address in article.aliases]
    carriers = [
        {"article": article.id, "source": source}
        for article, brought_by in articles
        for source in dict.fromkeys((source_of(article, brought_by, keys), *article.also_in, brought_by))
        if source and source != first[article.id]
    ]
    if addresses:
        connection.execute(insert_on(connection, t.addresses).on_conflict_do_nothing(), addresses)
    if carriers:
        connection.execute(insert_on(connection, t.carriers).on_conflict_do_nothing(), carriers)


def place_articles(connection: Connection, kinships: Sequence[Kinship]) -> None:
    """Put articles in their stories, and keep why; a later reason takes the place of the one before."""
    if not kinships:
        return
    fields = ("article", "story", "to", "because", "score")
    keep = insert_on(connection, t.kinships)
    keep = keep.on_conflict_do_update(index_elements=["article"], set_={name: keep.excluded[name] for name in fields[1:]})
    connection.execute(keep, [{name: getattr(kinship, name) for name in fields} for kinship in kinships])
    story = t.articles.update().where(t.articles.c.id == bindparam("article")).values(story=bindparam("its_story"))
    connection.execute(story, [{"article": kinship.article, "its_story": kinship.story} for kinship in kinships])
    _follow_regrouped(connection, kinships)


def _follow_regrouped(connection: Connection, kinships: Sequence[Kinship]) -> None:
    """An article that is like one which a team regrouped goes where that one is, for this team."""
    like = sorted({kinship.to for kinship in kinships if kinship.to})
    known = (
        connection.execute(select(t.regroupings).where(among(connection, t.regroupings.c.article, like))).all() if like else []
    )
    places = {(row.newsletter, row.article): row.story for row in known}
    teams = sorted({row.newsletter for row in known})
    for kinship in kinships if teams else ():  # in their order: one may be like another new one
        for team in teams:
            if kinship.to and (team, kinship.to) in places:
                places[team, kinship.article] = places[team, kinship.to]
                regroup(connection, team, {kinship.article: places[team, kinship.to]})


def regroup(connection: Connection, team: str, stories: Mapping[str, str]) -> None:
    """Put articles in the stories where the team of a newsletter wants them: `stories`, by the articles' ids."""
    rows = [{"newsletter": team, "article": article, "story": story} for article, story in stories.items()]
    if rows:
        keep = insert_on(connection, t.regroupings)
        keep = keep.on_conflict_do_update(index_elements=["newsletter", "article"], set_={"story": keep.excluded.story})
        connection.execute(keep, rows)


def load_articles(connection: Connection, ids: Sequence[str], names: Names) -> list[Article]:
    """The articles of these ids, but for the withdrawn ones, in the order of their dates."""
    moved = (t.regroupings.c.article == t.articles.c.id) & (t.regroupings.c.newsletter == names.team)
    rows = _ROWS.add_columns(t.regroupings.c.story.label("regrouped")).outerjoin(t.regroupings, moved)
    rows = rows.where(among(connection, t.articles.c.id, ids))
    aliases = _lists(connection, select(t.addresses.c.article, t.addresses.c.address), ids)
    carriers = _lists(connection, select(t.carriers.c.article, t.carriers.c.source), ids)
    found = [
        _article(row, row.regrouped or row.story, aliases.get(row.id, ()), _sources(row.source, carriers.get(row.id, ()), names))
        for row in connection.execute(rows)
    ]
    return sorted(found, key=lambda article: (article.published or article.collected, article.id))


def load_to_compare(connection: Connection, wanted: ColumnElement[bool]) -> list[Article]:
    """Articles in the stories where the program put them, for all, but for the withdrawn ones.

    Without what comparing them does not need: the addresses and the other sources of each; its source has the store's name.
    """
    return [_article(row, row.story, (), [row.source]) for row in connection.execute(_ROWS.where(wanted))]


_ROWS = (
    select(t.articles, t.versions)
    .join(t.versions, (t.versions.c.article == t.articles.c.id) & (t.versions.c.version == t.articles.c.version))
    .where(t.articles.c.withdrawn.is_(None))
)


def _lists(connection: Connection, pairs: Select[Any], ids: Sequence[str]) -> dict[str, list[str]]:
    lists: dict[str, list[str]] = {}
    article, listed = pairs.selected_columns
    for id, value in connection.execute(pairs.where(among(connection, article, ids)).order_by(article, listed)):
        lists.setdefault(id, []).append(value)
    return lists


def _article(row: Row[Any], story: str, aliases: Sequence[str], sources: Sequence[str]) -> Article:
    source, *others = sources
    return Article(
        id=row.id,
        url=row.url,
        title=row.title,
        source=source,
        collected=row.collected,
        text=row.text,
        lang=row.lang,
        author=row.author,
        published=row.published,
        dated_by=row.dated_by,
        summary=row.summary,
        links=tuple(Link(*link) for link in row.links),
        aliases=tuple(aliases),
        also_in=tuple(others),
        picture=Link(*row.picture) if row.picture else None,
        version=row.version,
        story=story,
    )


def _sources(first: str, carriers: Sequence[str], names: Names) -> list[str]:
    """The names of the sources that carried an article, the first one first.

    A newsletter knows those that it follows, and a name that an article of a folder gives to its own source, which stands for
    the folder.
    """
    named = not first.startswith(KEYS)
    carried = [first, *(key for key in carriers if not (named and key.startswith("folder:")))]
    if names.newsletter:
        followed = [key for key in carried if key in names.by_key or key.startswith(OLD_NAME) or not key.startswith(KEYS)]
        carried = followed or carried
    return list(dict.fromkeys(names.by_key.get(key, key.removeprefix(OLD_NAME)) for key in carried))


OLD_NAME = "name:"
"""Before the name of a source, of a store whose first version knew it by that alone."""
KEYS = ("http://", "https://", "folder:", "private:", OLD_NAME)
"""How the key of a source begins; anything else is a name."""


def _chunks(ids: Sequence[str], size: int = 500) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
