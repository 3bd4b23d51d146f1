"""The commands of the review page, as a person types them: its address, its accounts, and how it ends."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from .conftest import Digest

PASSWORD = "trois mots bien choisis"


def opened(folder: Path, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "digest", "review", "--no-open", *words]
    return subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "LANG": "fr_FR.UTF-8"}
    )


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_the_address_is_printed_and_opens_the_page_and_ctrl_c_closes_it(starter: Path, end: signal.Signals) -> None:
    with opened(starter) as running:
        assert running.stdout is not None
        address = running.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{32}", address)
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        with browser.open(address, timeout=20) as answer:
            assert "Le fil commun" in answer.read().decode()
        running.send_signal(end)
        rest, told = running.communicate(timeout=20)
    assert (running.returncode, rest) == (0, "")
    assert "Traceback" not in told


def test_a_port_that_is_taken_is_told(starter: Path) -> None:
    with opened(starter) as running:
        assert running.stdout is not None
        port = re.findall(r":(\d+)/", running.stdout.readline())[0]
        with opened(starter, "--port", port) as second:
            _, told = second.communicate(timeout=20)
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=20)
    assert second.returncode == 2
    assert f"rien ne peut écouter à 127.0.0.1, port {port}" in told
    assert "Traceback" not in told


def test_the_page_of_one_person_is_not_opened_to_the_network(starter: Path, digest: Digest) -> None:
    said = digest("review", "--host", "0.0.0.0", "--no-open", folder=starter)
    assert said.code == 2
    assert "n'écoute que sur cette machine" in said.err.replace("’", "'")


@pytest.mark.parametrize("url", ["https://lettre.essai.example", "http://lettre.essai.example"])
def test_the_page_of_a_team_needs_accounts_and_https(
    starter: Path, digest: Digest, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    file = starter / "sources.yaml"
    file.write_text(file.read_text(encoding="utf-8") + f"\nreview: {{url: {url}}}\n", encoding="utf-8")
    said = digest("review", "--no-open", folder=starter)
    assert (said.code, "personne ne peut encore entrer" in said.err) == (2, True)
    if url.startswith("http:"):
        monkeypatch.setenv("DIGEST_PASSWORD", PASSWORD)
        digest("accounts", "add", "Camille", folder=starter)
        said = digest("review", "--no-open", folder=starter)
        assert (said.code, "voyageraient en clair" in said.err) == (2, True)


def test_accounts_are_made_changed_listed_and_taken_away(starter: Path, digest: Digest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGEST_PASSWORD", PASSWORD)
    assert "Camille peut entrer, comme editor" in digest("accounts", "add", "Camille", folder=starter).out
    digest("accounts", "add", "Camille", "--role", "approver", folder=starter)
    digest("accounts", "add", " Ali ", "--role", "reader", folder=starter)
    assert digest("accounts", "list", "--json", folder=starter).json == [
        {"name": "Ali", "role": "reader"},
        {"name": "Camille", "role": "approver"},
    ]
    assert PASSWORD.encode() not in (starter / "digest.db").read_bytes()
    assert digest("accounts", "remove", "Ali", folder=starter).code == 0
    assert digest("accounts", "list", folder=starter).out.startswith("Camille")
    assert digest("accounts", "remove", "Ali", folder=starter).code == 2
    assert digest("accounts", "add", "Ali", "--role", "chef", folder=starter).code == 2


def test_a_short_password_is_refused(starter: Path, digest: Digest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGEST_PASSWORD", "court")
    assert digest("accounts", "add", "Camille", folder=starter).code == 2
    assert digest("accounts", "list", "--json", folder=starter).json == []
