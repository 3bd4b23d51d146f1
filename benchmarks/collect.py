"""Collecting 1,000 feeds, side by side with lemon24/reader and rss2email: seconds, ratios and memory, as a table.

    .venv/bin/python benchmarks/collect.py            # three rounds: about twenty minutes
    .venv/bin/python benchmarks/collect.py --rounds 1 --latencies 0

The load is that of `load.py`, served on loopback by another process, from 50 addresses, so that the limit per host counts.
The two others are installed from the package index into an environment of their own, thrown away at the end. In each round the
three run one after the other, each in a fresh process with an empty store.
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
FEEDS, HOSTS = 1000, 50
PEERS = ("reader==3.26", "sgmllib3k", "rss2email==3.14")
"""reader 3.27 needs Python 3.12; 3.26 does not say that it needs sgmllib3k."""
CONTENDERS = ("digest", "reader", "rss2email")
Results = dict[tuple[str, str], list[float]]
"""Seconds (or megabytes) of each step and contender, one a round."""


def main() -> None:
    arguments = _arguments()
    results: Results = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        peers = _install_peers(Path(folder) / "peers")
        for latency in arguments.latencies:
            with _server(Path(folder) / "port", latency) as port:
                for number in range(arguments.rounds):
                    for contender in CONTENDERS:
                        if contender == "rss2email" and latency and number:
                            continue  # one request after the other: minutes, and always the same
                        python = sys.executable if contender == "digest" else str(peers)
                        _round(python, contender, port, latency, results)
    print(_table(results))
    print(_machine())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--latencies", type=float, nargs="+", default=[0.0, 0.15], help="seconds before each answer")
    return parser.parse_args()


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


def _round(python: str, contender: str, port: int, latency: float, results: Results) -> None:
    """Cold and unchanged by ETag; without latency, also unchanged where only the bytes tell."""
    delay = f"{latency * 1000:.0f} ms"
    timed, megabytes, processor = _run(python, contender, port, "etag")
    results[f"cold, {delay}", contender].append(timed["cold"])
    results[f"unchanged (304), {delay}", contender].append(timed["unchanged"])
    results[f"processor time of both, {delay}", contender].append(processor)
    results[f"memory, {delay}", contender].append(megabytes)
    if not latency:
        timed, _, _ = _run(python, contender, port, "plain")
        results["unchanged (same bytes), 0 ms", contender].append(timed["unchanged"])


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


def _table(results: Results) -> str:
    """Medians, and how many times longer than us the others take."""
    lines = ["| | digest | reader | rss2email | reader / digest | rss2email / digest |", "|---|---|---|---|---|---|"]
    for step in dict.fromkeys(step for step, _ in results):
        medians = [statistics.median(results[step, contender]) for contender in CONTENDERS]
        if step.startswith("memory"):
            cells = [f"{value:.0f} MB" for value in medians] + ["", ""]
        else:
            cells = [f"{value:.2f} s" for value in medians] + [f"{value / medians[0]:.1f}" for value in medians[1:]]
        lines.append(f"| {step} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
