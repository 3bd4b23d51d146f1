"""The newsletters that workers serve: taken in from their folders, drafted when they say, and told as they stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from digest.config import Config, load
from digest.errors import N_, UsageError
from digest.federation.timetable import next_time
from digest.opening import opened
from digest.store import Store, open_store
from digest.store.hosting import Hosted


def take_in(folder: Path, *, cron: str | None, now: datetime, moved: bool = False) -> Hosted:
    """Let workers serve the newsletter of a folder, drafted when `cron` says (None: never); one they serve is told its new time.

    `moved`: it is the newsletter of this name that another machine had. Raises SettingsError for settings that are not sound and
    for a name that another newsletter has, UsageError for a store that is no server or a time that never comes.
    """
    config = load(folder / "sources.yaml" if folder.is_dir() else folder)
    server, newsletter = address(config), config.settings.newsletter
    planned = Hosted(newsletter.name, config.file_from_store, cron, newsletter.timezone, None)
    planned = replace(planned, next=_next(planned, now))
    if moved:
        with open_store(server) as store:
            store.move_newsletter(planned.name, planned.file)
    with opened(config) as store:
        store.hosting.plan(planned, now)
    return planned


def reschedule(store: Store, name: str, cron: str | None, now: datetime) -> Hosted:
    """Change when a newsletter is drafted (None: never, its feeds are still read). Raises UsageError for one not served."""
    hosted = store.hosting.find(name)
    if hosted is None:
        raise unknown(store, name)
    changed = replace(hosted, cron=cron)
    changed = replace(changed, next=_next(changed, now))
    store.hosting.plan(changed, now)
    return changed


def _next(hosted: Hosted, now: datetime) -> datetime | None:
    return next_time(hosted.cron, hosted.zone, now) if hosted.cron else None


def unknown(store: Store, name: str) -> UsageError:
    """That workers serve no newsletter of a name, and which ones they do."""
    known = [hosted.name for hosted in store.hosting.all()]
    shown = ", ".join(known[:_MOST]) + (", …" if len(known) > _MOST else "")
    message = N_("workers serve no newsletter {name}; they serve: {known}")
    return UsageError(message, hint=N_("digest newsletters add FOLDER"), name=name, known=shown or "–")


_MOST = 20
"""Names that one line tells."""


def address(config: Config) -> str:
    """The address of the server that a newsletter is kept on. Raises UsageError for a store in a file."""
    database = config.database
    if not isinstance(database, str):
        raise UsageError(
            N_("workers need a store on a server of PostgreSQL; this one is {database}"),
            hint=N_("digest store move postgresql://USER@HOST/DATABASE"), database=database,
        )  # fmt: skip
    return database
