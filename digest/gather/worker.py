"""Inside a worker: a process that reads a task, does it, and writes what it gave. `workers.py` starts and ends it.

It imports as little as it can: a collection waits for its start.
"""

from __future__ import annotations

import copyreg
import os
import pickle
import struct
from contextlib import suppress
from dataclasses import fields
from operator import attrgetter
from typing import Any, BinaryIO

from digest.errors import N_, GatherError
from digest.model import Article, Link

LENGTH = struct.Struct(">Q")
"""Written before each task and each answer."""


def serve() -> None:
    """The life of a worker: read a task, do it, write what it gave, until the pipe is closed."""
    tasks, answers = os.fdopen(0, "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not write among the answers
    _limit_memory(int(os.environ["DIGEST_WORKER_MEMORY"]))
    while task := _read(tasks):
        answer = pickle.dumps(_done(task), protocol=pickle.HIGHEST_PROTOCOL)
        answers.write(LENGTH.pack(len(answer)) + answer)
        answers.flush()
    os._exit(0)  # nothing to tidy: its memory goes at once


def _limit_memory(memory: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    with suppress(ValueError, OSError):  # nor has macOS for address space
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _read(tasks: BinaryIO) -> bytes:
    head = tasks.read(LENGTH.size)
    return tasks.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else b""


def _done(task: bytes) -> Any:
    try:
        function, args, kwargs = pickle.loads(task)  # noqa: S301 - written by our own parent
        return function(*args, **kwargs)
    except GatherError as error:
        return error
    except MemoryError:
        os._exit(1)  # what is left may be too little even to say so; the parent understands
    except Exception as error:  # a mistake of ours, or of a library, must not cost more than this source
        return GatherError(N_("it could not be read ({cause})"), cause=f"{type(error).__name__}: {error}"[:200])


def _pickle_in_order(noun: type) -> None:
    """Let a frozen dataclass go between processes as its values in their order; field by field takes it twice the time."""
    values = attrgetter(*(field.name for field in fields(noun)))
    copyreg.pickle(noun, lambda each: (noun, values(each)))


_pickle_in_order(Article)
_pickle_in_order(Link)
