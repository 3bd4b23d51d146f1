"""What every page shares: the newsletter, opened anew for each request in a thread, the clock, and the run in progress."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from aiohttp import web

from digest.config import Config, load
from digest.language.translations import Translator, team_translator
from digest.model import LeftOut, Receipt
from digest.opening import opened
from digest.store import Store

T = TypeVar("T")


@dataclass(slots=True)
class Office:
    """One newsletter at work."""

    file: Path
    """Its sources.yaml, read again for each request: what the team changes there counts at once."""
    clock: Callable[[], datetime]
    run: Run | None = None
    """The draft being made, or the last one that was."""
    errands: dict[str, Errand] = field(default_factory=dict)
    """The deliveries under way, and the last ones that were, by edition."""
    trays: dict[str, Trays] = field(default_factory=dict)
    """Of the editions that were edited, the last one by name: what an undoing puts back as it was."""
    last: Config | None = None
    """The settings as they were when the file was last sound: a page that tells what is wrong in it is shown with these."""
    asked: float = 0.0
    """When somebody last asked for anything, by the clock of the event loop."""
    _read: tuple[int, int] = (0, 0)

    def is_busy(self) -> bool:
        """Whether a draft is being made, or an edition is on its way."""
        return bool(self.run and not self.run.done) or not all(errand.done for errand in self.errands.values())

    def config(self) -> Config:
        """The settings as they are now. Raises SettingsError where the file is no longer sound."""
        now = self._signature()
        if self.last is None or now != self._read:
            self.last, self._read = load(self.file), now
        return self.last

    def _signature(self) -> tuple[int, int]:
        try:
            facts = self.file.stat()
        except OSError:
            return 0, 0  # `load` says what is wrong
        return facts.st_mtime_ns, facts.st_size

    async def do(self, work: Callable[[Config, Store], T]) -> T:
        """Run something with the newsletter and its store, in a thread, since the store waits on the disk."""
        return await asyncio.to_thread(self._do, work)

    async def do_alone(self, work: Callable[[Config, Store], T]) -> T:
        """As `do`, while no other run works on the store, as the command line does. Raises BusyError where one does."""
        return await asyncio.to_thread(self._do_alone, work)

    def _do(self, work: Callable[[Config, Store], T]) -> T:
        config = self.config()
        with opened(config) as store:
            return work(config, store)

    def _do_alone(self, work: Callable[[Config, Store], T]) -> T:
        config = self.config()
        with opened(config, alone=True) as store:
            return work(config, store)


@dataclass(frozen=True, slots=True)
class Trays:
    """What an edition left out before its last revision and since: no revision holds it."""

    revision: int
    before: tuple[LeftOut, ...]
    since: tuple[LeftOut, ...]


@dataclass(slots=True)
class Run:
    """A draft being made."""

    edition: str
    sources: int
    """How many sources there are to read."""
    read: int = 0
    """How many were read so far."""
    error: Exception | None = None
    done: bool = False
    task: asyncio.Task[None] | None = field(default=None, repr=False)


@dataclass(slots=True)
class Errand:
    """An edition on its way to a place: what a person waits for."""

    place: str
    receipt: Receipt | None = None
    error: Exception | None = None
    task: asyncio.Task[None] | None = field(default=None, repr=False)

    @property
    def done(self) -> bool:
        return bool(self.receipt or self.error)


OFFICE = web.AppKey("office", Office)


def office_of(request: web.Request) -> Office:
    """The newsletter that a request is about."""
    return request.app[OFFICE]


def words_of(config: Config) -> Translator:
    """The language of the team."""
    return team_translator(config.settings.newsletter.language)
