"""What a file says of itself above its text: YAML between two lines of `---`, or TOML between two of `+++`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date

from digest.errors import N_, GatherError
from digest.gather.addresses import is_web
from digest.gather.blocks import one_line
from digest.language.words import fold
from digest.yaml_text import YamlError, read_yaml


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What a file says of itself above its text; empty or None where it says nothing. Other keys are ignored."""

    title: str = ""
    url: str | None = None
    date: str | None = None
    """As written."""
    author: str | None = None
    lang: str | None = None
    """Two letters."""
    source: str | None = None
    summary: str = ""
    image: str = ""
    """Address of its picture, or a path from the file."""
    image_alt: str = ""


_FENCED = re.compile(
    r"\s*^(?P<fence>---|\+\+\+)[ \t]*\r?\n(?P<data>.*?)^(?:(?P=fence)|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE
)
_OPENED = re.compile(r"\s*(?:(?P<yaml>---)[ \t]*\r?\n[ \t]*[\w-]+[ \t]*:[ \t]|\+\+\+[ \t]*\r?\n[ \t]*[\w\"-]+[ \t]*=)")


def split_front_matter(name: str, text: str) -> tuple[FrontMatter, str]:
    """The front matter of a text and what follows. Raises GatherError."""
    opened = _OPENED.match(text)
    if not opened:
        return FrontMatter(), text
    fence = "---" if opened["yaml"] else "+++"
    found = _FENCED.match(text)
    if found is None:
        raise GatherError(
            N_("{file}: line {line}: front matter that is never closed; end it with a line '{fence}'"),
            file=name,
            line=1,
            fence=fence,
        )
    above = text[: found.start("data")].count("\n")
    read = _yaml if opened["yaml"] else _toml
    return _front_matter(read(name, found["data"], above)), text[found.end() :]


def _yaml(name: str, text: str, above: int) -> dict[str, object]:
    try:
        data = read_yaml(text)
    except YamlError as error:
        if (simple := _simple_lines(text)) is not None:
            return simple
        raise GatherError(
            N_("{file}: line {line}: front matter: {cause}"), file=name, line=error.line + above, cause=error.without_place()
        ) from error
    if not isinstance(data, dict):
        raise GatherError(N_("{file}: line {line}: front matter must hold lines such as 'title: …'"), file=name, line=above + 1)
    return {str(key): value for key, value in data.items()}


def _simple_lines(text: str) -> dict[str, object] | None:
    """Lines of `key: words`, the words as they stand, colons and all; None where a line is otherwise, or a key comes twice."""
    data: dict[str, object] = {}
    for line in text.splitlines():
        found = re.fullmatch(r"(?P<key>[\w-]+)[ \t]*:(?:[ \t]+(?P<words>.*))?", line)
        if not line.strip() or line.startswith("#"):
            continue
        if not found or found["key"] in data:
            return None
        try:
            value = read_yaml(line)
            data[found["key"]] = value.get(found["key"]) if isinstance(value, dict) else None
        except YamlError:
            words = (found["words"] or "").strip()
            quotes = words.count(words[0]) if words[:1] in ("'", '"') else 0
            if not words or words[0] in "[{|>&*!%@`" or quotes % 2 or (quotes == 2 and words[0] == words[-1]):
                return None
            data[found["key"]] = words
    return data


def _toml(name: str, text: str, above: int) -> dict[str, object]:
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except (ValueError, RecursionError) as error:  # of a number of 5,000 digits, a mere ValueError
        place = re.search(r"\(at line (\d+)", str(error))
        line = int(place[1]) if place else 1
        raise GatherError(
            N_("{file}: line {line}: front matter between '+++' must hold lines such as 'title = \"…\"'"),
            file=name,
            line=line + above,
        ) from error


def _front_matter(told: dict[str, object]) -> FrontMatter:
    data = {fold(key): value for key, value in reversed(told.items())}
    source, url = (
        _first(data, "source", "site", "media"),
        _first(data, "url", "lien", "link", "adresse", "permalink", "canonical"),
    )
    if is_web(source):
        source, url = "", url or source
    lang = re.match(r"([a-z]{2})(?![a-z])", _first(data, "lang", "langue", "language").lower())
    return FrontMatter(
        title=_first(data, "title", "titre"),
        url=url or None,
        date=_first(data, "date", "publie", "publie le", "published", "pubdate") or None,
        author=_first(data, "author", "auteur", "autrice", "auteure", "authors", "auteurs") or None,
        lang=lang[1] if lang else None,
        source=source or None,
        summary=_first(data, "summary", "resume", "description", "chapo"),
        image=_first(data, "image", "illustration"),
        image_alt=_first(data, "image_alt", "alt"),
    )


def _first(data: dict[str, object], *keys: str) -> str:
    """The words under the first of some keys that has any."""
    return next((words for key in keys if (words := _words(data.get(key)))), "")


def _words(value: object) -> str:
    """A value as one line of words; a list as its words between commas."""
    if isinstance(value, (list, tuple)):
        return ", ".join(word for word in map(_words, value) if word)
    if isinstance(value, date):  # TOML has them; a time is one too
        return value.isoformat()
    return one_line(str(value)) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""
