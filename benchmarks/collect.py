"""Collecting 1,000 feeds, side by side with lemon24/reader and rss2email: seconds, ratios and memory, as a table.

    .venv/bin/python benchmarks/collect.py --keep figures.jsonl               # without latency, then with 150 ms
    .venv/bin/python benchmarks/collect.py --keep figures.jsonl --latency 150 # one of them; the table has both
    .venv/bin/python benchmarks/collect.py --rounds 1 --only digest

The load is that of `load.py`, served on loopback by another process, from 100 addresses, so that the limit per host counts.
The two others are installed from the package index into an environment of their own, thrown away at the end. In each round the
three run one after the other, each in a fresh process with an empty store. The table is printed after each latency; every
figure is written to the file of `--keep` as soon as it is known, and those already there count too, so that a run that is cut
loses nothing and may be continued.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import venv
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
FEEDS, HOSTS = 1000, 100
PEERS = ("reader==3.26", "sgmllib3k", "rss2email==3.14")
"""reader 3.27 needs Python 3.12; 3.26 does not say that it needs sgmllib3k."""
CONTENDERS = ("digest", "reader", "rss2email")


def main() -> None:
    arguments = _arguments()
    results = _Results(arguments.keep)
    with tempfile.TemporaryDirectory() as folder:
        peers = _install_peers(Path(folder) / "peers") if arguments.only != ["digest"] else Path()
        for latency in arguments.latency:
            with _server(Path(folder) / "port", latency / 1000) as port:
                for number in range(arguments.rounds):
                    for contender in arguments.only:
                        if contender == "rss2email" and latency and number:
                            continue  # one request after the other: minutes, and always the same
                        python = sys.executable if contender == "digest" else str(peers)
                        _round(python, contender, port, latency, results)
            print(f"{_table(results)}\n\n{_machine()}", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--latency", type=int, nargs="+", default=[0, 150], help="milliseconds before each answer")
    parser.add_argument("--only", nargs="+", choices=CONTENDERS, default=list(CONTENDERS), help="those that run")
    parser.add_argument("--keep", type=Path, help="file to which each figure is added, and from which earlier ones count")
    return parser.parse_args()


class _Results(defaultdict[tuple[str, str], list[float]]):
    """Seconds (or megabytes) of each step and contender, one a round; kept in a file, where there is one, a line each."""

    def __init__(self, file: Path | None) -> None:
        super().__init__(list)
        self._file = file
        for line in file.read_text(encoding="utf-8").splitlines() if file and file.exists() else ():
            step, contender, value = json.loads(line)
            self[step, contender].append(value)

    def add(self, step: str, contender: str, value: float) -> None:
        self[step, contender].append(value)
        if self._file:
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps([step, contender, value]) + "\n")


def _install_peers(folder: Path) -> Path:
    print("installing", ", ".join(PEERS), file=sys.stderr)
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PEERS], check=True)
    return python


@contextmanager
def _server(port_file: Path, latency: float) -> Iterator[int]:
    port_file.unlink(missing_ok=True)
    process = subprocess.Popen([sys.executable, str(HERE / "load.py"), str(port_file), "--latency", str(latency)])
    try:
        while not (port_file.exists() and port_file.read_text(encoding="ascii")):
            time.sleep(0.1)
        yield int(port_file.read_text(encoding="ascii"))
    finally:
        process.terminate()
        process.wait()


def _round(python: str, contender: str, port: int, latency: int, results: _Results) -> None:
    """Cold and unchanged by ETag; without latency, also unchanged where only the bytes tell."""
    delay = f"{latency} ms"
    timed, megabytes, processor = _run(python, contender, port, "etag")
    results.add(f"cold, {delay}", contender, timed["cold"])
    results.add(f"unchanged (304), {delay}", contender, timed["unchanged"])
    results.add(f"processor time of both, {delay}", contender, processor)
    results.add(f"memory, {delay}", contender, megabytes)
    if not latency:
        timed, _, _ = _run(python, contender, port, "plain")
        results.add(f"cold, {delay}", contender, timed["cold"])
        results.add(f"unchanged (same bytes), {delay}", contender, timed["unchanged"])


def _run(python: str, contender: str, port: int, kind: str) -> tuple[dict[str, float], float, float]:
    """What `contenders.py` measured, the most memory that all its processes held together (megabytes), and their seconds of
    processor: these hold on a busy machine, where elapsed time does not."""
    urls = [f"http://127.0.0.{1 + number % HOSTS}:{port}/{kind}/{number}" for number in range(FEEDS)]
    with tempfile.TemporaryDirectory() as folder:
        command = [python, str(HERE / "contenders.py"), contender, folder, *urls]
        before = os.times()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        peak = _Peak(process.pid)
        output, _ = process.communicate()
        after = os.times()
        megabytes = peak.stop()
    if process.returncode:
        raise SystemExit(f"{contender} ended with {process.returncode}")
    timed: dict[str, float] = json.loads(output.splitlines()[-1])
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    print(contender, kind, timed, f"{processor:.1f} s of processor, {megabytes:.0f} MB", file=sys.stderr)
    return timed, megabytes, processor


class _Peak(threading.Thread):
    """Watches the memory of a process and its children ten times a second: shared pages are counted once (PSS, Linux only)."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._most = 0.0
        self._over = threading.Event()
        self.start()

    def run(self) -> None:
        while not self._over.wait(0.1):
            self._most = max(self._most, sum(_held(pid) for pid in _family(self._pid)))

    def stop(self) -> float:
        self._over.set()
        self.join()
        return self._most


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return []
    return [pid, *(relative for child in children for relative in _family(int(child)))]


def _held(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1000 for line in lines if line.startswith("Pss:")), 0.0)


def _table(results: _Results) -> str:
    """Medians, and how many times longer than us the others take; empty where nothing was measured yet."""
    lines = ["| | digest | reader | rss2email | reader / digest | rss2email / digest |", "|---|---|---|---|---|---|"]
    for step in dict.fromkeys(step for step, _ in results):
        medians = [statistics.median(results[step, name]) if (step, name) in results else None for name in CONTENDERS]
        unit = "{:.0f} MB" if step.startswith("memory") else "{:.2f} s"
        cells = ["" if value is None else unit.format(value) for value in medians]
        ours = medians[0]
        cells += [f"{value / ours:.1f}" if value and ours and unit == "{:.2f} s" else "" for value in medians[1:]]
        lines.append(f"| {step} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
