"""A newsletter opened for work: its store, seen as this newsletter sees it, while no other run works on it or beside others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from digest.config import Config
from digest.store import Reader, Store, one_run_at_a_time, open_store


@contextmanager
def opened(config: Config, *, alone: bool = False) -> Iterator[Store]:
    """The store of a newsletter. With `alone`, no other run may work on it meanwhile: raises BusyError where one does."""
    database = config.database
    lock = one_run_at_a_time(database, config.settings.newsletter.name) if alone else nullcontext()
    with lock, open_store(database, reader_of(config)) as store:
        yield store


def reader_of(config: Config) -> Reader:
    """The newsletter, as a reader of its store."""
    sources = config.settings.sources
    return Reader(
        config.settings.newsletter.name,
        {source.key: source.name for source in sources},
        config.home,
        config.file_from_store,
        private=frozenset(source.key for source in sources if source.headers_env),
        paused=frozenset(source.key for source in sources if source.paused),
    )
