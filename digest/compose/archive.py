"""The public side: delivered editions as pages for the web, an index of them, and an Atom feed (RFC 4287). Pure.

A page shows the words of the email and no others: what is said to a subscriber (why they receive it, how to leave) has no place
there. No script, and nothing is loaded but the edition's own pictures, which lie beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from digest.compose.edition import period_label
from digest.compose.letter import Addresses, letter, permanent_address, safe_link
from digest.compose.render import render_page
from digest.errors import N_, UsageError
from digest.language.names import locale_of
from digest.language.translations import Translator
from digest.model import Edition
from digest.settings import Newsletter

EDITION: Final = "archive/edition.html.j2"
INDEX: Final = "archive/index.html.j2"
FEED: Final = "archive/feed.xml.j2"


@dataclass(frozen=True, slots=True)
class Published:
    """A delivered edition, and when it was delivered for the first and for the last time."""

    edition: Edition
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """An edition among the others: what it is called, and where it is."""

    name: str
    """`2026-11`: its folder."""
    label: str
    """`Novembre 2026`; with its name where another edition covers the same time."""
    address: str | None
    """Its permanent address; None for an archive without one."""
    year: int
    published: Published

    @property
    def edition(self) -> Edition:
        return self.published.edition


def archive(
    published: Sequence[Published], newsletter: Newsletter, *, templates: Path, translator: Callable[[str], Translator]
) -> dict[str, str]:
    """Every page of the archive by its path: `2026-11/index.html`, `index.html`, and `feed.xml` where `archive_url` is set.

    Links between pages are relative; without `archive_url` they name `index.html`, so that the pages can be read from the disk.

    `translator` gives the words of a language: each edition keeps its own. Raises UsageError for an edition whose name is no
    folder's, and TemplateError.
    """
    entries = _entries(published, newsletter, translator)
    pages = {
        f"{entry.name}/index.html": render_page(
            EDITION, _edition_values(entries, place, newsletter, translator), templates=templates
        )
        for place, entry in enumerate(entries)
    }
    shared = _shared(newsletter) | {"entries": entries, "translator": translator(newsletter.language)}
    if entries:
        shared |= letter(entries[0].edition, newsletter, translator(newsletter.language), Addresses(None, None))
        pages["index.html"] = render_page(INDEX, shared, templates=templates)
    if entries and newsletter.archive_url:
        latest = sorted(entries, key=lambda entry: (entry.published.first, entry.name), reverse=True)
        pages["feed.xml"] = render_page(FEED, shared | {"entries": latest}, templates=templates)
    return pages


def _entries(
    published: Sequence[Published], newsletter: Newsletter, translator: Callable[[str], Translator]
) -> tuple[Entry, ...]:
    """The editions by the time they cover, the latest first."""
    ordered = sorted(published, key=lambda one: (one.edition.period.since, one.edition.edition), reverse=True)
    labels = [_label(one.edition, newsletter, translator(one.edition.language)) for one in ordered]
    alike = Counter(labels)
    return tuple(
        Entry(
            name=_folder(one.edition.edition),
            label=label if alike[label] == 1 else f"{label} ({one.edition.edition})",
            address=safe_link(permanent_address(newsletter, one.edition.edition)),
            year=one.edition.period.since.astimezone(newsletter.tz).year,
            published=one,
        )
        for one, label in zip(ordered, labels, strict=True)
    )


def _label(edition: Edition, newsletter: Newsletter, translator: Translator) -> str:
    label = period_label(newsletter, translator, edition.period)
    return label[:1].upper() + label[1:]


def _folder(edition: str) -> str:
    if edition.startswith(".") or set(edition) & set('/\\:*?"<>|'):
        raise UsageError(N_("edition {edition}: its name cannot be that of a folder"), edition=edition)
    return edition


def _edition_values(
    entries: Sequence[Entry], place: int, newsletter: Newsletter, translator: Callable[[str], Translator]
) -> Mapping[str, Any]:
    entry = entries[place]
    edition = entry.edition
    values = letter(edition, newsletter, translator(edition.language), Addresses(entry.address, None))
    pictures = [story.picture for story in edition.stories if story.picture]
    return (
        _shared(newsletter)
        | values
        | {
            "entry": entry,
            "issue": entry.label,
            "later": entries[place - 1] if place else None,
            "earlier": entries[place + 1] if place + 1 < len(entries) else None,
            "cover": f"{entry.address}pictures/{pictures[0].name}" if pictures and entry.address else None,
        }
    )


def _shared(newsletter: Newsletter) -> dict[str, Any]:
    home = safe_link(newsletter.archive_url)
    return {
        "newsletter": newsletter,
        "home": f"{home.rstrip('/')}/" if home else None,
        "locale": locale_of(newsletter.language),
        "moment": lambda moment: moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "local_day": lambda moment: moment.astimezone(newsletter.tz).date().isoformat(),
    }
