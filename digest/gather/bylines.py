"""The line under a title that says when, by whom, in how many minutes: "Publié le 3 novembre 2026 par Zoé Lemaître | 4 min"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from digest.gather.furniture import K, is_furniture
from digest.language.dates import is_relative, leading_date
from digest.language.words import fold

_TOP = 8
"""Blocks below the title among which such a line is looked for."""
_PUBLISHED = re.compile(
    r"\W*(?:(?:cet )?(?:article|billet|texte) )?(?P<verb>publiee?|mise? en ligne|postee?|parue?|diffusee?|ecrite?|redigee?|creee?"
    r"|publication|date(?: de publication)?|(?:first )?published|posted|publi(?:shed|cation) date|written"
    r"|(?:derniere )?(?:mise? a jour|modification|actualisation)|modifiee?|actualisee?"
    r"|(?:last )?(?:updated?|modified))(?:\s*:\s*|\s+)(?:le |on |the |depuis )?"
)
_UPDATED = re.compile(r"derniere|mise? a jour|modif|actual|updated|last")
_NAME = r"(?:[A-ZÀ-ÖØ-Þ][\w’'.-]*|(?:l[’'])?équipe|rédaction)"
_PARTICLES = r"(?:(?:de|du|des|la|le|van|von|the)\s+)*"
_AUTHOR = re.compile(
    r"\s*,?\s*(?:(?:(?i:[ée]crit|r[ée]dig[ée]|publi[ée]|propos recueillis|written|posted) )?(?:[Pp]ar|[Bb]y|BY|PAR)"
    r"|(?:[Aa]uteure?|[Aa]utrice|[Aa]uthor)\s*:)"
    rf"\s+(?P<name>{_PARTICLES}{_NAME}(?:(?:,|\s+et|\s+and|\s+&)?\s+{_PARTICLES}{_NAME})*)"
)
_PLACE = re.compile(
    r"[A-ZÀ-ÖØ-Þ][\w’' -]{1,40}(?:\s\([\w ]+\))?,\s+"
    r"(?=le\s|the\s|on\s|\d|(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\b)"
)
_DAY = re.compile(r"\W*[a-z]{3,9}\.? \d{1,2}(?:st|nd|rd|th)?, \d{4}")  # "Nov 3, 2026", which looks like a place
_CATEGORY = re.compile(
    r"communique(?: de presse)?|press release|actualites?|actus?|article|tribune|blog|billet|news|newsletter|entretien|interview"
    r"|\d{1,2} ?(?:min|mn|minutes?)\.?|dossier|opinion|analyse|reportage|(?:dans|in) [\w &-]{2,40}"
)
_BETWEEN = re.compile(r"\s*(?:[|•·–—,;/-]|\s-\s|\.\s*$|\bet\b)?\s*")


@dataclass(frozen=True, slots=True)
class Byline:
    """What such lines say; None where they do not."""

    published: datetime | None = None
    relative: bool = False
    """Whether the date is told from the day of the file ("il y a 3 jours")."""
    author: str | None = None


def take_byline(
    blocks: Sequence[tuple[K, str]], *, lang: str, modified: datetime, tz: tzinfo
) -> tuple[Byline, list[tuple[K, str]]]:
    """What the lines near the top say of date and author, and the blocks without those lines."""
    said: dict[str, Byline] = {}
    kept: list[tuple[K, str]] = []
    for i, (kind, words) in enumerate(blocks):
        parts = _read_line(words, lang=lang, modified=modified, tz=tz) if i < _TOP and len(words) <= 200 else None
        if parts is None:
            kept.append((kind, words))
            continue
        for name, value in parts.items():
            said.setdefault(name, value)
    dated = said.get("published") or said.get("bare") or said.get("updated") or Byline()
    return Byline(dated.published, dated.relative, said.get("author", Byline()).author), kept


def is_byline(line: str, *, lang: str, modified: datetime, tz: tzinfo) -> bool:
    """Whether a whole line is date, author, category or furniture."""
    return len(line) <= 200 and (is_furniture(line) or _read_line(line, lang=lang, modified=modified, tz=tz) is not None)


def _read_line(line: str, *, lang: str, modified: datetime, tz: tzinfo) -> dict[str, Byline] | None:
    """Everything that a line says, when all of it is date, author, category or furniture; None for any other line."""
    said: dict[str, Byline] = {}
    rest = line.strip()
    while rest:
        found = _author(rest) or _date(rest, lang, modified, tz) or _other(rest)
        if found is None:
            return None
        name, value, end = found
        if name:
            said.setdefault(name, value)
        between = _BETWEEN.match(rest, end)
        rest = rest[between.end() if between else end :]
    return said or None


def _date(rest: str, lang: str, modified: datetime, tz: tzinfo) -> tuple[str, Byline, int] | None:
    flat = fold(rest) if len(fold(rest)) == len(rest) else rest.lower()
    verb = _PUBLISHED.match(flat)
    place = None if verb or _DAY.match(flat) else _PLACE.match(rest)
    start = verb.end() if verb else place.end() if place else len(rest) - len(rest.lstrip("-–—([ "))
    found = leading_date(rest[start:], lang=lang, relative_to=modified, tz=tz)
    if found is None:
        return None
    name = "bare" if verb is None else "updated" if _UPDATED.match(verb["verb"]) else "published"
    end = start + found[1]
    return name, Byline(found[0], is_relative(rest[start:])), end + (rest[end : end + 1] in (")", "]"))


def _author(rest: str) -> tuple[str, Byline, int] | None:
    found = _AUTHOR.match(rest)
    return ("author", Byline(author=found["name"].strip(" ,")), found.end()) if found else None


def _other(rest: str) -> tuple[str, Byline, int] | None:
    part = re.split(r"\s*[|•·–—]\s*|\s-\s|,\s", rest, maxsplit=1)[0]
    if part and (_CATEGORY.fullmatch(fold(part)) or is_furniture(part)):
        return "", Byline(), len(part)
    return None
