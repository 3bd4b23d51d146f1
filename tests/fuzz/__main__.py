# ruff: noqa: T201 - what it prints is what it is for
"""Explores every target with fresh inputs for a bounded time: `python -m tests.fuzz SECONDS FOLDER [WORD]`.

FOLDER keeps the inputs that failed, which are tried first the next time; WORD chooses the targets whose names hold it. Ends with
1 where a promise was broken, after the smallest input that breaks it.
"""

from __future__ import annotations

import os
import resource
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from time import monotonic

from hypothesis.errors import HypothesisWarning

Target = Callable[[], None]
MEMORY = 4_000_000_000
"""Bytes that an input may make the whole take: a machine must outlive it."""


def main(seconds: float, word: str = "") -> int:
    targets = [(name, target) for name, target in _targets() if word in name]
    end = monotonic() + seconds
    failed = []
    for place, (name, target) in enumerate(targets):
        share = max(0.0, end - monotonic()) / (len(targets) - place)
        inputs, error = _explore(target, monotonic() + share)
        print(f"{name:60} {inputs:7} inputs  {'FAILED' if error else 'held'}", flush=True)
        if error:
            failed.append(name)
            traceback.print_exception(error, chain=False)
    print(f"{len(targets)} targets, {len(failed)} failed{': ' if failed else ''}{', '.join(failed)}")
    return 1 if failed else 0


def _targets() -> Iterator[tuple[str, Target]]:
    """The functions that hypothesis feeds, by their names; those that need a server of the test suite are left to it."""
    for file in sorted(Path(__file__).parent.glob("test_*.py")):
        module = import_module(f"tests.fuzz.{file.stem}")
        for name, value in vars(module).items():
            if name.startswith("test_") and hasattr(value, "hypothesis"):
                yield f"{file.stem.removeprefix('test_')}: {name.removeprefix('test_').replace('_', ' ')}", value


def _explore(target: Target, until: float) -> tuple[int, BaseException | None]:
    """Rounds of fresh inputs until a moment, one round at least: how many were tried, and what broke."""
    from tests.fuzz import promise

    promise.tried.clear()
    while True:
        try:
            target()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            return promise.tried.total(), error
        if monotonic() >= until:
            return promise.tried.total(), None


if __name__ == "__main__":
    os.environ["DIGEST_FUZZ"] = sys.argv[2]  # before the targets are imported: they are made for exploring then
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    warnings.simplefilter("error")  # as in the test suite
    warnings.filterwarnings("ignore", category=HypothesisWarning)  # a failing input may be long
    sys.exit(main(float(sys.argv[1]), *sys.argv[3:4]))
