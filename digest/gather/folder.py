"""A folder of articles that people wrote or saved: Markdown with front matter, web pages, and text pasted from a site.

`read_folder` reads the disk and decides nothing; `read_file` decides, from bytes alone, and never reads the disk.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from functools import partial
from pathlib import Path, PurePosixPath

from digest.errors import N_, GatherError
from digest.gather.addresses import article_id, canonical, is_web
from digest.gather.blocks import one_line, read_text, write_text
from digest.gather.bullets import plain_bullets
from digest.gather.bylines import is_byline, take_byline
from digest.gather.documents import decoded
from digest.gather.front_matter import FrontMatter, split_front_matter
from digest.gather.furniture import is_furniture, says_the_title, without_furniture, without_title
from digest.gather.head import Head, take_head
from digest.gather.inline_markdown import html_start, plain_markdown, without_attributes, without_footnotes
from digest.gather.key_points import key_points_name
from digest.gather.markup import html_to_text, markdown_to_html
from digest.gather.named_pictures import picture_of_file
from digest.gather.pasted import Piece, lines_of, mark_points, read_pasted, undressed, with_headings
from digest.gather.webpage import read_html
from digest.language.dates import is_relative, read_date
from digest.language.words import detect
from digest.model import Article, DatedBy, Link

SUFFIXES = (".md", ".markdown", ".html", ".htm", ".txt")
LARGEST = 5_000_000
"""Bytes of one file; a longer one is not an article."""
_LONGEST_TITLE = 200
_HIDDEN = (".", "~", "#", "_~")


@dataclass(frozen=True, slots=True)
class Found:
    """One file of a folder, not yet read as an article."""

    name: str
    """Path from the folder, with `/`."""
    body: bytes
    modified: datetime


def read_folder(folder: Path) -> Iterator[Found | GatherError]:
    """Every article file of a folder and its sub-folders, by name; a file that cannot be read is an error among them.

    Hidden files, editors' backups and other kinds of files are passed over. Raises GatherError when there is no such folder, or
    when it cannot be listed: to read it as empty would withdraw its articles.
    """
    try:
        if not folder.is_dir():
            raise GatherError(N_("there is no folder {folder}; make it, or correct its path in sources.yaml"), folder=str(folder))
        root = folder.resolve()
        names, unlisted = _names(root)
    except OSError as error:
        raise _unlisted(str(folder), error) from error
    yield from unlisted
    for name in sorted(names):
        yield _found(root, name)


def _unlisted(folder: str, error: OSError) -> GatherError:
    return GatherError(
        N_("the folder {folder} cannot be listed ({cause}); give the account that runs digest the right to read it"),
        folder=folder,
        cause=error.strerror or str(error),
    )


def _names(root: Path) -> tuple[list[str], list[GatherError]]:
    """The files' paths from the folder, and the sub-folders that cannot be listed. Raises OSError for the folder itself."""
    errors: list[OSError] = []
    names: list[str] = []
    for place, folders, files in os.walk(root, onerror=errors.append):
        folders[:] = [name for name in folders if not name.startswith(_HIDDEN)]
        found = (Path(place, name) for name in files if not name.startswith(_HIDDEN))
        articles = (file for file in found if file.suffix.lower() in SUFFIXES and (file.is_symlink() or file.is_file()))
        names.extend(file.relative_to(root).as_posix() for file in articles)
    for error in errors:
        if Path(str(error.filename or root)) == root:
            raise error
    return names, [_unlisted(Path(str(error.filename)).relative_to(root).as_posix(), error) for error in errors]


def _found(root: Path, name: str) -> Found | GatherError:
    file = root / name
    try:
        if not file.resolve(strict=True).is_relative_to(root):
            return GatherError(N_("{file}: a link that leaves the folder; copy the file itself"), file=name)
        status = file.stat()
        if status.st_size > LARGEST:
            return GatherError(N_("{file}: larger than {limit} MB, not an article"), file=name, limit=LARGEST // 1_000_000)
        return Found(name=name, body=file.read_bytes(), modified=datetime.fromtimestamp(status.st_mtime, UTC))
    except (OSError, RuntimeError) as error:
        return GatherError(N_("{file}: cannot be read: {cause}"), file=name, cause=getattr(error, "strerror", None) or error)


@dataclass(frozen=True, slots=True)
class _Draft:
    """What a file says, whatever its kind; empty or None where it says nothing."""

    title: str
    pieces: Sequence[Piece]
    links: tuple[Link, ...] = ()
    front: FrontMatter = FrontMatter()  # noqa: RUF009 - frozen, so that all may share it


def read_file(
    name: str,
    body: bytes,
    *,
    source: str,
    modified: datetime,
    collected: datetime,
    tz: tzinfo,
    language: str,
    home: str = "",
) -> Article:
    """The article in a file. Raises GatherError with the file's name and the cure.

    `name` is the path from the folder; `modified` the file's own date, which relative dates count from; `language` is for a text
    that does not tell its own; `home` tells apart the folders of newsletters that share a store.
    """
    draft = _draft(name, decoded(name, body), partial(is_byline, lang=language, modified=modified, tz=tz))
    front, title = draft.front, _cut(draft.title)
    pieces = without_title(without_furniture(draft.pieces), title)
    if not title:
        title, pieces = _title_from(pieces, name)
    lang = front.lang or detect("\n".join([title, *(words for _, words in pieces)]), language)
    byline, pieces = take_byline(pieces, lang=lang, modified=modified, tz=tz)
    text = write_text(with_headings(pieces))
    if not (text or front.summary or front.url):
        raise GatherError(N_("{file}: holds a title and neither text nor address; add the article's text"), file=name)
    published, dated_by = _date(front, lang, modified, tz)
    if published is None and byline.published:
        published, dated_by = byline.published, "file" if byline.relative else "author"
    url = canonical(front.url) if front.url and is_web(front.url) else None
    return Article(
        id=article_id(url or str(PurePosixPath(home, source, name))),
        url=url,
        title=title,
        source=front.source or source,
        collected=collected,
        text=text,
        lang=lang,
        author=front.author or byline.author,
        published=published or modified,
        dated_by=dated_by or "file",
        summary=front.summary,
        links=_with_bare(draft.links, text),
        aliases=(front.url,) if front.url and url else (),
        picture=picture_of_file(front.image, front.image_alt, name=name, source=source),
    )


def _draft(name: str, text: str, is_byline: Callable[[str], bool]) -> _Draft:
    suffix = PurePosixPath(name).suffix.lower()
    if suffix == ".txt":
        return _pasted(name, text, is_byline)
    return _page(text) if suffix in (".html", ".htm") else _markdown(name, text)


def _markdown(name: str, text: str) -> _Draft:
    front, body = split_front_matter(name, text)
    body = "\n".join(mark_points(plain_bullets(without_attributes(without_footnotes(body)).splitlines())))
    words, links = html_to_text(markdown_to_html(body), front.url)
    pieces: list[Piece] = [*read_text(words)]
    title = front.title
    if not title and pieces and pieces[0][0] == "heading":
        title = pieces.pop(0)[1]
    return _Draft(title, pieces, links, front)


def _page(text: str) -> _Draft:
    page = read_html(text)
    front = FrontMatter(
        title=page.title, url=page.url, date=page.published, author=page.author, lang=page.lang, summary=page.summary,
        image=page.picture.url if page.picture else "", image_alt=page.picture.text if page.picture else "",
    )  # fmt: skip
    return _Draft(page.title, [*read_text(page.text)], page.links, front)


def _pasted(name: str, text: str, is_byline: Callable[[str], bool]) -> _Draft:
    front, body = split_front_matter(name, text)
    if (start := html_start(body)) is not None:
        return _pasted_html(front, body[:start], body[start:], is_byline)
    body, links = plain_markdown(without_footnotes(body))
    head, lines = take_head(lines_of(body), is_byline, front.title)
    pieces = read_pasted(lines, titled=bool(head.title))
    while pieces and is_furniture(pieces[0][1]):
        pieces.pop(0)
    title = head.title
    if not title and _may_be_title(pieces):
        title = pieces.pop(0)[1]
    if not front.title and pieces and says_the_title(title, pieces[0][1]) and len(pieces[0][1]) < len(title):
        title = pieces.pop(0)[1]  # what stood first had the site's name after it
    return _headed(title, pieces, links, front, head)


def _may_be_title(pieces: Sequence[Piece]) -> bool:
    if len(pieces) < 2 or pieces[0][0] == "item" or key_points_name(pieces[0][1]):
        return False
    return len(pieces[0][1]) <= _LONGEST_TITLE


def _headed(title: str, pieces: Sequence[Piece], links: tuple[Link, ...], front: FrontMatter, head: Head) -> _Draft:
    front = replace(front, url=front.url or head.url, date=front.date or head.date)
    return _Draft(title, [*(("paragraph", line) for line in head.bylines), *pieces], links, front)


def _pasted_html(front: FrontMatter, above: str, html: str, is_byline: Callable[[str], bool]) -> _Draft:
    """HTML that someone pasted as text: a page as it is, or a fragment with a title and bylines above it."""
    if re.search(r"<(?:html|head|body|article|main)\b", above + html, re.IGNORECASE):
        draft = _page(above + html)
        return draft if front == FrontMatter() else replace(draft, title=front.title or draft.title, front=front)
    head, lines = take_head(lines_of(above), is_byline, front.title)
    paragraphs = "".join(f"<p>{words}</p>" for words in re.split(r"\n\s*\n", "\n".join(lines)))
    words, links = html_to_text(paragraphs + html, front.url or head.url)
    pieces: list[Piece] = [*read_text(words)]
    title = head.title
    if not title and _may_be_title(pieces):
        title = pieces.pop(0)[1]
    return _headed(title, pieces, links, front, head)


def _title_from(pieces: list[Piece], name: str) -> tuple[str, list[Piece]]:
    """A title for a text without one: its first heading, else its first sentence, else the file's name."""
    for i, (kind, words) in enumerate(pieces):
        if kind == "heading" and not key_points_name(words):
            return words, [*pieces[:i], *pieces[i + 1 :]]
    if pieces and not key_points_name(pieces[0][1]):
        found = re.match(r".{10,}?[.!?…](?=\s|$)", pieces[0][1])
        return _cut(found[0].rstrip(".") if found else pieces[0][1]), pieces
    return one_line(re.sub(r"[-_]+", " ", PurePosixPath(name).stem)) or name, pieces


def _cut(title: str) -> str:
    title = undressed(one_line(title))
    if len(title) <= _LONGEST_TITLE:
        return title
    return title[: _LONGEST_TITLE - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def _date(front: FrontMatter, lang: str, modified: datetime, tz: tzinfo) -> tuple[datetime | None, DatedBy | None]:
    """The date that the file gives, and who gave it: one told from today rests on the file's own."""
    if not front.date or not (read := read_date(front.date, lang=lang, relative_to=modified, tz=tz)):
        return None, None
    return read, "file" if is_relative(front.date) else "author"


_BARE = re.compile(r"https?://(?:[^\s<>\"«»“”()]|\([^\s<>\"«»“”()]*\))+")


def _with_bare(links: tuple[Link, ...], text: str) -> tuple[Link, ...]:
    """The links, and the addresses that stand bare in the text."""
    known = {link.url for link in links}
    bare = dict.fromkeys(found.rstrip(".,;:!?'’]*") for found in _BARE.findall(text))
    return (*links, *(Link(text=url, url=url) for url in bare if url not in known and is_web(url)))
