"""The gate before a web site that all programs on one server of PostgreSQL share: so many requests at a time, from all of them.

Each request holds an advisory lock of the server, which lets go of it when the program ends, however it ends.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from time import monotonic
from typing import TYPE_CHECKING

from digest.store.engines import postgresql_options
from digest.store.lock import outlive_no_machine

if TYPE_CHECKING:
    from psycopg import Connection

_WAITS = (0.02, 0.05, 0.1, 0.2)
"""Seconds between two tries; the last one again and again."""
FROZEN = 900.0
"""Seconds without a word after which a program that holds a place is taken for frozen, and loses it; no request lasts as long."""
_PLACE = "(hashtext('digest host ' || current_schema()), hashtext(%s))"


class Hosts:
    """The gate, for one program. Its questions take a fraction of a millisecond, and are asked in the event loop itself."""

    def __init__(self, address: str, *, frozen: float = FROZEN) -> None:
        self._address = address
        self._frozen = frozen
        self._connection: Connection | None = None
        self._held: defaultdict[str, set[int]] = defaultdict(set)

    @asynccontextmanager
    async def gate(self, host: str, most: int) -> AsyncIterator[None]:
        """Wait until fewer than `most` requests to this host are under way. A server that is gone holds up nobody."""
        import psycopg

        place, tries, began = None, 0, monotonic()
        with suppress(psycopg.Error):  # whoever stores the answer says that the server is gone
            while (place := self._come_in(host, most)) is None:
                await asyncio.sleep(_WAITS[min(tries, len(_WAITS) - 1)])
                tries += 1
                if monotonic() - began > self._frozen:
                    self._free(host, most)
                    began = monotonic()
        try:
            yield
        finally:
            if place is not None:
                self._held[host].discard(place)
                with suppress(psycopg.Error):  # the lock went with the connection
                    self._ask("pg_advisory_unlock", host, place)

    def close(self) -> None:
        """Let go of everything."""
        if self._connection is not None:
            self._connection.close()

    def _come_in(self, host: str, most: int) -> int | None:
        """A place before the host that nobody has; None where there is none."""
        for place in range(most):
            if place not in self._held[host] and self._ask("pg_try_advisory_lock", host, place):
                self._held[host].add(place)
                return place
        return None

    def _free(self, host: str, most: int) -> None:
        """End the connections of frozen programs that hold a place before the host: their machine still answers for them."""
        held = f"""SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity AS other USING (pid)
            WHERE locktype = 'advisory' AND objsubid = 2 AND granted AND pid <> pg_backend_pid()
            AND state_change < now() - make_interval(secs => %s) AND other.datname = current_database()
            AND EXISTS (SELECT FROM unnest(%s::text[]) AS one
                WHERE (classid::bigint, objid::bigint) = (
                    SELECT a::bigint & 4294967295, b::bigint & 4294967295 FROM (SELECT {_PLACE[1:-1]}) AS keys (a, b)
                ))"""  # noqa: S608 - of constants
        self._connected().execute(held.replace("hashtext(%s)", "hashtext(one)"), (self._frozen, self._names(host, most)))

    def _names(self, host: str, most: int) -> list[str]:
        return [f"{host} {place}" for place in range(most)]

    def _ask(self, what: str, host: str, place: int) -> bool:
        row = self._connected().execute(f"SELECT {what}{_PLACE}", (f"{host} {place}",)).fetchone()
        return bool(row and row[0])

    def _connected(self) -> Connection:
        import psycopg

        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(self._address, autocommit=True, **postgresql_options(self._address))
            outlive_no_machine(self._connection)
        return self._connection
