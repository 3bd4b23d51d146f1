"""What the command line says of itself is in the language of the terminal, and Ctrl-C ends it without a word."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from .conftest import Digest
from .test_cli import ai_articles, write_newsletter

FRENCH = {"LANG": "fr_FR.UTF-8"}
ENGLISH = {"LANG": "en_GB.UTF-8"}
NEUTRAL = {name: value for name, value in os.environ.items() if name not in ("LC_ALL", "LC_MESSAGES", "LANG")}


def run(*words: str, language: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """The command as a shell runs it: help is written in the language of the terminal that started it."""
    command = [sys.executable, "-m", "digest", *words]
    return subprocess.run(command, env=NEUTRAL | language, capture_output=True, text=True, encoding="utf-8", timeout=60)


@pytest.mark.parametrize("words", [("--help",), ("draft", "--help"), ("themes", "try", "--help"), ("themes",), ()])
def test_french_help_holds_no_english(words: tuple[str, ...]) -> None:
    said = run(*words, language=FRENCH)
    page = said.stdout + said.stderr
    assert page.startswith("Usage\N{NO-BREAK SPACE}: digest")
    assert "Afficher cette aide" in page
    assert not re.search(r"\b(?:Show|Commands|COMMAND|Usage:|Options:|Arguments:|default|required)\b", page)


def test_english_help_is_in_english() -> None:
    page = run("themes", "try", "--help", language=ENGLISH).stdout
    assert page.startswith("Usage: digest themes try")
    assert all(part in page for part in ("Arguments:", "Options:", "[required]", "Show this message and exit."))


@pytest.mark.parametrize(
    ("words", "french", "english"),
    [
        ("--color", "option inconnue : --color", "No such option: --color"),
        ("draft --forc", "option inconnue : --forc (options possibles : --force)",
         "No such option: --forc (Possible options: --force)"),
        ("draf", "commande inconnue : 'draf'. Vouliez-vous dire 'draft' ?", "No such command 'draf'. Did you mean 'draft'?"),
        ("xyz", "commande inconnue : 'xyz'", "No such command 'xyz'."),
        ("--debug", "il manque une commande", "Missing command."),
        ("themes try", "il manque l’argument 'TEXT_OR_FILE_OR_URL'", "Missing argument 'TEXT_OR_FILE_OR_URL'."),
        ("draft --output", "l’option '--output' demande une valeur", "Option '--output' requires an argument."),
        ("draft --json=1", "l’option '--json' ne prend pas de valeur", "Option '--json' does not take a value."),
        ("draft a b", "argument en trop : b", "Got unexpected extra argument(s) (b)"),
        ("draft --since hier", "valeur refusée pour '--since' : 'hier' ne suit pas le format '%Y-%m-%d'",
         "Invalid value for '--since': 'hier' does not match the formats '%Y-%m-%d'."),
        ("sources import rien.opml", "valeur refusée pour 'FILE' : le fichier 'rien.opml' n’existe pas",
         "Invalid value for 'FILE': file 'rien.opml' does not exist."),
        ("sources import .", "valeur refusée pour 'FILE' : '.' est un dossier et non un fichier",
         "Invalid value for 'FILE': file '.' is a directory."),
    ],
)  # fmt: skip
def test_a_wrong_command_line_is_answered_in_one_line_and_the_help_to_read(
    digest: Digest, monkeypatch: pytest.MonkeyPatch, words: str, french: str, english: str
) -> None:
    for language, line, hint in (("fr_FR.UTF-8", french, "--help montre"), ("en_GB.UTF-8", english, "--help shows")):
        monkeypatch.setenv("LANG", language)
        said = digest(*words.split())
        first, second = re.sub("[\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]", " ", said.err).splitlines()
        assert (said.code, said.out, first) == (2, "", line)
        assert hint in second


def test_a_command_that_needs_another_shows_its_help(digest: Digest) -> None:
    said = digest("themes")
    assert said.code == 2
    assert "try" in said.err
    assert "hint" not in said.err


def test_the_version_is_that_of_the_package(digest: Digest) -> None:
    said = digest("--version")
    assert (said.code, said.out) == (0, f"digest {version('digest')}\n")


INTERRUPTING = """
import os, signal, sys
class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupting())
sys.argv = ["digest", "articles"]
from digest.__main__ import main
main()
"""


@pytest.mark.parametrize("module", ["digest.cli", "rich.console", "digest.cli.words", "digest.store", "digest.judge.themes"])
def test_ctrl_c_while_it_loads_is_no_traceback(starter: Path, module: str) -> None:
    code = INTERRUPTING.format(module=module)
    said = subprocess.run([sys.executable, "-c", code], cwd=starter, env=NEUTRAL, capture_output=True, text=True, timeout=60)
    assert (said.returncode, said.stdout, said.stderr) == (130, "", "")


def test_ctrl_c_while_it_collects_ends_it_and_its_workers(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        feed = f"http://127.0.0.1:{server.getsockname()[1]}"
        folder = write_newsletter(
            tmp_path / "n",
            ai_articles(1),
            sources=[{"name": "Vite", "feed": f"{feed}/vite"}, {"name": "Lent", "feed": f"{feed}/lent"}],
            collect={"allow_private_addresses": True},
        )
        command = [sys.executable, "-m", "digest", "collect"]
        running = subprocess.Popen(command, cwd=folder, env=NEUTRAL, stderr=subprocess.PIPE, text=True, start_new_session=True)
        server.settimeout(30)
        connections = [server.accept()[0], server.accept()[0]]
        connections[0].recv(10_000)
        connections[0].sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Length: 31\r\n\r\n")
        connections[0].sendall(b"<rss><channel></channel></rss>\n")  # which a worker reads, while the other feed never answers
        with pytest.raises(subprocess.TimeoutExpired):
            running.wait(0.5)
        os.killpg(running.pid, signal.SIGINT)
        _, told = running.communicate(timeout=30)
        for connection in connections:
            connection.close()
    assert (running.returncode, told) == (130, "")


@pytest.mark.parametrize("language", ["fr_FR.UTF-8", "de_DE.UTF-8", "C.UTF-8"])
def test_the_terminal_decides_the_language_of_help(language: str) -> None:
    page = run("--help", language={"LANG": language}).stdout
    assert ("Afficher cette aide" in page) == (language == "fr_FR.UTF-8")
    assert ("Show this message" in page) == (language != "fr_FR.UTF-8")
