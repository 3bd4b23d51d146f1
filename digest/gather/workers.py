"""Processes that read what strangers wrote, and that can be killed: a hostile feed costs its deadline, never the run.

Threads cannot be stopped and `concurrent.futures` cannot kill one task, so each worker is a process of its own on two pipes.
None is started before there is something to read.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import ParamSpec, TypeVar

from digest.errors import N_, GatherError
from digest.gather.worker import LENGTH

P = ParamSpec("P")
T = TypeVar("T")

DEADLINE = 20.0
"""Seconds that one task may take, on a machine that does other things too; an ordinary feed takes 0.01."""
MEMORY = 600_000_000
"""Bytes of address space that one worker may use beyond what it starts with; an ordinary feed needs 20 million."""
_AHEAD = 2
"""Tasks that a worker may hold: the one it does, and the next."""
_START = "from digest.gather.worker import serve; serve()"


@asynccontextmanager
async def open_workers(count: int = 2, *, deadline: float = DEADLINE, memory: int = MEMORY) -> AsyncIterator[Workers]:
    """A pool of at most `count` processes, which end with the block."""
    pool = Workers(count, deadline=deadline, memory=memory)
    try:
        yield pool
    finally:
        await pool.close()


class Workers:
    """A pool of processes. Made by `open_workers`."""

    def __init__(self, count: int, *, deadline: float, memory: int) -> None:
        self._deadline = deadline
        self._workers = [_Worker(memory) for _ in range(max(1, count))]
        self._free: asyncio.Queue[_Worker] = asyncio.Queue()
        for worker in self._workers * _AHEAD:
            self._free.put_nowait(worker)

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | GatherError:
        """What a function of a module makes of its arguments, in the first worker that is free.

        A GatherError it raises is given back as a value, and so are too long, too large, and a mistake of ours.
        """
        worker = await self._free.get()
        try:
            answer = await worker.do(pickle.dumps((function, args, kwargs)), self._deadline)
        except TimeoutError:
            return GatherError(N_("reading it took more than {seconds:g} s, and was stopped"), seconds=self._deadline)
        except (asyncio.IncompleteReadError, ConnectionError):
            return GatherError(N_("reading it took too much memory, and was stopped"))
        finally:
            self._free.put_nowait(worker)
        result: T | GatherError = pickle.loads(answer)  # noqa: S301 - written by our own process
        return result

    async def close(self) -> None:
        """End every process."""
        for worker in self._workers:
            await worker.kill()


class _Worker:
    """One process, started when it is first asked and again after it was killed.

    The next task is sent while it does one, so that it never waits for us; a task that dies with the one before is sent again.
    """

    def __init__(self, memory: int) -> None:
        self._memory = memory
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._sending = asyncio.Lock()

    async def do(self, task: bytes, deadline: float) -> bytes:
        """The answer to a task, whose time starts when its turn comes (seconds). Whatever goes wrong, the process ends."""
        sent_to = await self._send(task)
        async with self._turn:
            try:
                async with asyncio.timeout(deadline):
                    if sent_to is None or sent_to is not self._process:
                        await self._send(task)
                    return await self._answer()
            except BaseException:
                await self.kill()
                raise

    async def _send(self, task: bytes) -> asyncio.subprocess.Process | None:
        """The process that the task was sent to; None where it died meanwhile."""
        async with self._sending:
            if self._process is None:
                self._process = await _start(self._memory)
            process = self._process
            assert process.stdin is not None
            process.stdin.write(LENGTH.pack(len(task)) + task)
            try:
                await process.stdin.drain()
            except ConnectionError:
                return None
            return process

    async def _answer(self) -> bytes:
        assert self._process is not None
        stdout = self._process.stdout
        assert stdout is not None
        (length,) = LENGTH.unpack(await stdout.readexactly(LENGTH.size))
        return await stdout.readexactly(length)

    async def kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if not process.stdout or not process.stdout.at_eof():  # one that died by itself is about to be told
            with suppress(ProcessLookupError):
                process.kill()
        await process.wait()
        # asyncio closes the pipe that it writes to only when told; an open one would warn when it is collected.
        process._transport.close()  # type: ignore[attr-defined]


async def _start(memory: int) -> asyncio.subprocess.Process:
    # One thread in numpy's own pool: each more one costs a worker 30 MB of address space, and it computes nothing large.
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "DIGEST_WORKER_MEMORY": str(memory)}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", _START, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, env=environment, limit=2**20,
        start_new_session=True,  # Ctrl-C is for us, who then end it
    )  # fmt: skip
