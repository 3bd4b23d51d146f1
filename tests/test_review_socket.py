"""The page of a team that is there only while it is used: started by systemd when somebody comes, ended when everybody left."""

from __future__ import annotations

import asyncio
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.review.app import door_for, serve
from digest.review.office import Errand, Office

from .conftest import Digest

ADDRESS = "https://lettre.essai.example"


@pytest.fixture
def letter(starter: Path, digest: Digest, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A newsletter whose team has an address and an account."""
    with (starter / "sources.yaml").open("a", encoding="utf-8") as settings:
        settings.write(f"\nreview: {{url: {ADDRESS}}}\n")
    monkeypatch.setenv("DIGEST_PASSWORD", "trois mots bien choisis")
    assert digest("accounts", "add", "Camille", folder=starter).code == 0
    return starter


def asked(path: Path) -> tuple[int, str]:
    """What the page answers through a socket of Unix, as a proxy asks: the status, and where it leads."""
    connection = http.client.HTTPConnection("lettre.essai.example", timeout=30)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.settimeout(30)
    connection.sock.connect(str(path))
    connection.request("GET", "/", headers={"X-Forwarded-For": "192.0.2.7"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, answer.headers.get("Location", "")


@pytest.mark.systemd
def test_systemd_starts_the_page_when_somebody_comes(letter: Path, tmp_path: Path) -> None:
    activate = shutil.which("systemd-socket-activate")
    assert activate
    where = tmp_path / "page.sock"
    command = [
        activate,
        "-l",
        str(where),
        "-E",
        "PYTHONPATH",
        sys.executable,
        "-m",
        "digest",
        "review",
        "--no-open",
        "--idle",
        "60",
    ]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    with subprocess.Popen(command, cwd=letter, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as running:
        for _ in range(200):
            if where.exists():
                break
            time.sleep(0.05)
        assert [asked(where) for _ in range(2)] == [(303, "/sign-in")] * 2
        assert running.stdout is not None
        assert running.stdout.readline().decode().strip() == ADDRESS
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=20)
    assert running.returncode == 0


def served(letter: Path, office: Office, socket_path: Path, idle: timedelta, between: float, times: int) -> float:
    """Serve until idle while somebody asks so many times; the seconds that it lasted."""

    async def run() -> float:
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(socket_path))
        listening.listen()
        started = asyncio.get_running_loop().time()
        door = door_for(ADDRESS, "127.0.0.1", office.clock)
        serving = asyncio.create_task(serve(office, door, host="", port=0, ready=lambda _: None, handed=listening, idle=idle))
        for _ in range(times):
            await asyncio.sleep(between)
            assert (await asyncio.to_thread(asked, socket_path))[0] == 303
        await asyncio.wait_for(serving, 30)
        return asyncio.get_running_loop().time() - started

    return asyncio.run(run())


def test_it_ends_by_itself_once_nobody_uses_it_and_not_before(letter: Path, tmp_path: Path) -> None:
    office = Office(letter / "sources.yaml", lambda: datetime.now(UTC))
    assert served(letter, office, tmp_path / "a.sock", timedelta(seconds=1), between=0.5, times=4) >= 3


def test_it_waits_for_a_delivery_that_is_under_way(letter: Path, tmp_path: Path) -> None:
    office = Office(letter / "sources.yaml", lambda: datetime.now(UTC))
    errand = office.errands["2026-11"] = Errand("boite")
    threading.Timer(2, lambda: setattr(errand, "error", ValueError("it went wrong"))).start()
    assert served(letter, office, tmp_path / "a.sock", timedelta(seconds=0.2), between=0, times=0) >= 1.9
