"""What is ready to be copied onto a server: each file is sound, and what it calls exists."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from digest import cli

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
UNITS = sorted(path.name for path in DEPLOY.glob("digest-*"))


def calls(text: str) -> list[list[str]]:
    """The words after `digest`, wherever it is called: by its path, or as the image of a container."""
    found = re.findall(r"(?:/bin/|run .* )digest ((?:[a-z-]+ ?)+)", text)
    return [words.split() for words in found]


def cron_lines() -> list[str]:
    lines = (DEPLOY / "crontab").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def test_every_command_and_option_that_is_called_exists() -> None:
    commands = typer.main.get_command(cli.app).commands  # type: ignore[attr-defined]  # a group
    called = [(file.name, words) for file in sorted(DEPLOY.iterdir()) for words in calls(file.read_text(encoding="utf-8"))]
    assert {name for name, _ in called} >= {"crontab", "Containerfile", "digest-draft@.service", "digest-collect@.service"}
    for name, (command, *options) in called:
        assert command in commands, f"{name}: digest {command}"
        known = [option for parameter in commands[command].params for option in parameter.opts]
        assert {option for option in options if option.startswith("-")} <= {*known, "--"}, f"{name}: digest {command}"


@pytest.mark.parametrize("number", range(len(cron_lines())))
def test_a_line_of_the_crontab_does_its_work_with_the_little_that_cron_gives(number: int, starter: Path) -> None:
    *when, command = cron_lines()[number].split(maxsplit=5)
    assert all(re.fullmatch(r"\*|[0-9]+", field) for field in when)
    assert "%" not in command, "cron would end the line there"
    (starter / "bin").mkdir()
    (starter / "bin" / "digest").write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m digest "$@"\n', encoding="utf-8")
    (starter / "bin" / "digest").chmod(0o755)
    line = command.replace("/opt/digest/bin", str(starter / "bin")).replace("/srv/digest/lettre", str(starter))
    bare = {"PATH": "/usr/bin:/bin", "HOME": str(starter), "SHELL": "/bin/sh", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["/bin/sh", "-c", line], env=bare, cwd="/", capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (starter / "digest.db").is_file()
    assert bool(list(starter.glob("editions/*/email.html"))) == ("draft" in line)


@pytest.mark.systemd
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for name in UNITS:
        text = (DEPLOY / name).read_text(encoding="utf-8").replace("/opt/digest/bin/digest", sys.executable)
        (tmp_path / name).write_text(text, encoding="utf-8")
    for name in UNITS:
        said = subprocess.run(
            ["systemd-analyze", "verify", f"./{name}"], cwd=tmp_path, capture_output=True, text=True, timeout=60
        )
        assert (said.returncode, said.stdout + said.stderr) == (0, ""), name


@pytest.mark.systemd
def test_systemd_knows_when_each_timer_is_due() -> None:
    given = [line for name in UNITS for line in (DEPLOY / name).read_text(encoding="utf-8").splitlines() if "OnCalendar=" in line]
    calendars = [line.rpartition("OnCalendar=")[2] for line in given]
    assert len(calendars) >= 3
    for calendar in calendars:
        said = subprocess.run(["systemd-analyze", "calendar", calendar], capture_output=True, text=True, timeout=60)
        assert "Next elapse" in said.stdout, calendar


def test_every_timer_wakes_a_service_and_keeps_what_it_missed() -> None:
    for timer in DEPLOY.glob("*.timer"):
        assert timer.with_suffix(".service").is_file()
        assert "Persistent=true" in timer.read_text(encoding="utf-8")


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"^\s*#.*\n", "", (DEPLOY / "Containerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in text.replace("\\\n", " ").splitlines() if line.strip()]


def test_the_container_copies_what_exists_and_all_that_the_package_needs() -> None:
    copied = {name for verb, rest in instructions() if verb == "COPY" for name in rest.split()[:-1]}
    assert all((ROOT / name).exists() for name in copied)
    packed = (ROOT / "pyproject.toml").read_text(encoding="utf-8").partition("force-include]")[2].partition("\n\n")[0]
    wanted = re.findall(r'^"([^"]+)" =', packed, flags=re.MULTILINE)
    assert {*wanted, "digest", "pyproject.toml", "README.md", "LICENSE", "requirements.txt"} <= copied
    sent = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert sent[0] == "*"
    assert {f"!{name}" for name in copied} <= set(sent)


def test_the_container_is_small_is_nobody_of_weight_and_runs_the_command() -> None:
    verbs = [verb for verb, _ in instructions()]
    assert set(verbs) <= {"FROM", "ENV", "WORKDIR", "COPY", "RUN", "USER", "VOLUME", "HEALTHCHECK", "ENTRYPOINT", "CMD"}
    values = dict(instructions())
    assert re.fullmatch(r"python:3\.\d+-slim", values["FROM"]), "an image by its bare name: whoever builds it chooses where from"
    assert values["USER"] not in ("root", "0")
    assert verbs.index("USER") > max(place for place, verb in enumerate(verbs) if verb == "RUN")
    assert json.loads(values["ENTRYPOINT"]) == ["digest"]
    assert values["VOLUME"] == [rest for verb, rest in instructions() if verb == "WORKDIR"][-1]
