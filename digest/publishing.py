"""The public side, from the store to a folder: every delivered edition as it was approved, an index, a feed, the pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from digest.compose.archive import Published, archive
from digest.config import Config
from digest.deliver.pages import write_pages
from digest.language.translations import translator
from digest.store import Store


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive that was written: its editions, the latest delivered first, and all its files."""

    folder: Path
    editions: tuple[str, ...]
    files: tuple[Path, ...]


def publish(config: Config, store: Store, *, output: Path | None = None, templates: Path | None = None) -> Archive:
    """Write the archive of the newsletter, in `archive/` beside sources.yaml or in `output`; nothing where none was delivered."""
    editions = delivered(store)
    folder = output or config.path("archive")
    pages = archive(editions, config.settings.newsletter, templates=templates or config.templates, translator=translator)
    files = {path: page.encode() for path, page in pages.items()}
    for one in editions:
        for name, picture in store.pictures_of(one.edition).items():
            files[f"{one.edition.edition}/pictures/{name}"] = picture
    return Archive(folder, tuple(one.edition.edition for one in editions), write_pages(folder, files))


def delivered(store: Store) -> tuple[Published, ...]:
    """The editions that were delivered, the latest first, each as it was approved then.

    One that is being worked on again stays as it was last delivered: readers have its address. One that was given up is left out.
    """
    found = []
    for standing in store.editions.all():
        events = [event for event in store.editions.history(standing.edition) if event.deed == "deliver"]
        if events and standing.status != "discarded":
            edition = store.editions.revision(standing.edition, events[-1].revision)
            if edition is not None:
                found.append(Published(edition, events[0].at, events[-1].at))
    return tuple(sorted(found, key=lambda one: one.first, reverse=True))
