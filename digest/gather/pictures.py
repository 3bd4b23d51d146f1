"""The bytes of the pictures that articles name, asked for when a draft is made; one that cannot be had is a value.

From the web with the care of feeds (public addresses only, within a time and a size, few at once to one host); from a folder of
the team, never from outside of it.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TypeVar

from digest.errors import N_, GatherError
from digest.gather.addresses import is_web
from digest.gather.collect import FeedRequest, Gate, Session, no_gate, open_session
from digest.gather.workers import Workers, open_workers
from digest.settings import Collect

T = TypeVar("T")

TYPES = "image/jpeg, image/png, image/webp;q=0.9, image/gif;q=0.8, image/*;q=0.5"
"""What a draft can use, the lightest to decode first."""


async def read_pictures(
    addresses: Collection[str],
    make: Callable[[bytes], T],
    *,
    folders: Mapping[str, Path],
    limits: Collect,
    user_agent: str,
    processes: int = 2,
    gate: Gate = no_gate,
) -> dict[str, T | GatherError]:
    """What `make` gives for the bytes of each picture, by its address, or why there is nothing.

    `make` is a function of a module, run in a process that can be killed; `folders` are those of the sources, by their names.
    """
    wanted = list(dict.fromkeys(addresses))
    if not wanted:
        return {}
    workers_wanted = min(len(wanted), processes)
    async with open_session(limits, user_agent, gate) as session, open_workers(workers_wanted) as workers:
        made = await asyncio.gather(*(_made(address, make, folders, session, workers) for address in wanted))
    return dict(zip(wanted, made, strict=True))


async def _made(
    address: str, make: Callable[[bytes], T], folders: Mapping[str, Path], session: Session, workers: Workers
) -> T | GatherError:
    body = await _body(address, folders, session)
    return body if isinstance(body, GatherError) else await workers.run(make, body)


async def _body(address: str, folders: Mapping[str, Path], session: Session) -> bytes | GatherError:
    if not is_web(address):
        return _from_folder(address, folders, session.limits.max_bytes)
    answer = await session.fetch(FeedRequest(key=address, url=address, accept=TYPES))
    return answer.error or answer.body


def _from_folder(address: str, folders: Mapping[str, Path], largest: int) -> bytes | GatherError:
    source = max((name for name in folders if address.startswith(f"{name}/")), key=len, default=None)
    if source is None:
        return GatherError(N_("no folder of the settings holds {picture}"), picture=address)
    path = address.removeprefix(f"{source}/")
    try:
        root = folders[source].resolve()
        file = (root / path).resolve(strict=True)
        if not file.is_relative_to(root):
            return GatherError(N_("{picture} leaves the folder; copy the picture into it"), picture=path)
        with file.open("rb") as opened:
            if os.fstat(opened.fileno()).st_size > largest:
                return GatherError(N_("{picture} is larger than {bytes} bytes (collect.max_bytes)"), picture=path, bytes=largest)
            return opened.read()
    except FileNotFoundError:
        return GatherError(N_("the folder holds no {picture}"), picture=path)
    except (OSError, RuntimeError, ValueError) as error:
        return GatherError(N_("{file}: cannot be read: {cause}"), file=path, cause=getattr(error, "strerror", None) or error)
