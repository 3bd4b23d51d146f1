"""Runs `digest` again and again, each time in a process of its own that SIGKILL ends at a chosen moment.

A moment is one at which a run leaves a trace, or asks someone for something: it writes, renames or removes a file of its folder,
tells something to its store or to a mail account, or calls a server. Run as a program, since a process must have one thread to
be forked: `python -m tests.dying`. Each line of its input says what to do, as JSON, and a line of its output what became of it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from imaplib import IMAP4
from pathlib import Path
from typing import Any

import trafilatura  # noqa: F401
from sqlalchemy import Engine, event

from digest import cli, desk, illustrate, notify, pipeline  # noqa: F401 - loaded once, for all
from digest.errors import GatherError
from digest.gather.workers import Workers
from digest.language.words import detect, lemma

from .conftest import NOW

ROOT = Path(__file__).parent.parent
KILLED = -signal.SIGKILL


@dataclass(frozen=True)
class Ended:
    """How a run ended: its exit code, KILLED where it was, and how many moments it had."""

    code: int
    moments: int
    said: str


Dying = Callable[[Sequence[str], Sequence[tuple[Path, int]]], list[Ended]]
"""Runs `digest WORDS` in each folder, and kills it at the moment of this number; 0: lets it end."""


@contextmanager
def dying_program() -> Iterator[Dying]:
    """The program, loaded once for all that is asked of it."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.dying"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        asking, answers = program.stdin, program.stdout
        assert asking
        assert answers

        def run(words: Sequence[str], runs: Sequence[tuple[Path, int]]) -> list[Ended]:
            asked = {"words": list(words), "runs": [(str(folder), point) for folder, point in runs]}
            asking.write(json.dumps(asked) + "\n")
            asking.flush()
            return [Ended(*one) for one in json.loads(answers.readline())]

        yield run
        asking.close()


def main() -> None:
    lemma("bénévoles", detect("Les bénévoles lisent."))  # the dictionaries, loaded once for all
    for line in sys.stdin:
        asked = json.loads(line)
        ended = [_run(asked["words"], Path(folder), point) for folder, point in asked["runs"]]
        sys.stdout.write(json.dumps([(one.code, one.moments, one.said) for one in ended]) + "\n")
        sys.stdout.flush()


def _run(words: Sequence[str], folder: Path, point: int) -> Ended:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _be_run(words, folder, point, writing)
    os.close(writing)
    with os.fdopen(reading) as answer:
        said = answer.read()
    _, status = os.waitpid(child, 0)
    count, _, said = said.partition("\n")
    return Ended(os.waitstatus_to_exitcode(status), int(count or 0), said)


def _be_run(words: Sequence[str], folder: Path, point: int, answer: int) -> None:
    os.chdir(folder)
    os.dup2(os.open(folder.parent / f"{folder.name}.said", os.O_CREAT | os.O_TRUNC | os.O_RDWR), 1)
    os.dup2(1, 2)
    count = 0

    def moment(*_: Any, **__: Any) -> None:
        nonlocal count
        count += 1
        if count == point:
            os.kill(os.getpid(), signal.SIGKILL)

    def hook(name: str, values: Sequence[Any]) -> None:
        at_home = bool(values) and str(values[0]).startswith(str(folder))
        if name == "open":
            at_home = at_home and isinstance(values[2], int) and bool(values[2] & (os.O_WRONLY | os.O_RDWR))
        if name == "socket.connect" or (at_home and name in ("open", "os.rename", "os.remove", "os.mkdir")):
            moment()

    def send(server: IMAP4, data: bytes, sent: Any = IMAP4.send) -> None:
        sent(server, data)
        moment()

    async def read_here(_: Workers, function: Callable[..., Any], *args: Any, **values: Any) -> Any:
        try:
            return function(*args, **values)
        except GatherError as error:
            return error

    setattr(Workers, "run", read_here)  # noqa: B010 - mypy knows no other way; starting processes takes longer than all the rest
    sys.addaudithook(hook)
    event.listen(Engine, "before_cursor_execute", moment)
    event.listen(Engine, "commit", moment)
    setattr(IMAP4, "send", send)  # noqa: B010
    setattr(cli, "clock", _clock)  # noqa: B010
    sys.argv = ["digest", *words]
    code = 1
    try:
        cli.main()
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        said = (folder.parent / f"{folder.name}.said").read_text(encoding="utf-8", errors="replace")
        os.write(answer, f"{count}\n{said}".encode()[:60_000])
        os._exit(code)


def _clock() -> datetime:
    return NOW


if __name__ == "__main__":
    main()
