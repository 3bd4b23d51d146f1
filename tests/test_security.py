"""What SECURITY.md says is there, and what only an attack shows."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from digest.config import load
from digest.errors import GatherError, SettingsError
from digest.gather.follow import read_opml
from digest.gather.xml_feed import read_xml
from digest.settings import parse
from digest.store import open_store

from .conftest import SETTINGS, Digest
from .servers import running_site
from .visitors import Visitor, open_desk

ROOT = Path(__file__).parent.parent
POLICY = ROOT / "SECURITY.md"


def test_every_test_and_every_file_that_the_policy_names_is_there() -> None:
    text = POLICY.read_text(encoding="utf-8")
    tests = re.findall(r"`(test_\w+)\.py::(\w+)`", text)
    assert len(tests) >= 40
    missing = [
        f"{file}::{name}" for file, name in tests if f"def {name}(" not in (ROOT / "tests" / f"{file}.py").read_text("utf-8")
    ]
    files = set(re.findall(r"`((?:digest|tests|deploy|docs|templates)/[\w./@-]+)`", text))
    assert files
    assert missing + [name for name in files if not (ROOT / name).exists()] == []


def test_the_policy_is_short_enough_to_be_read() -> None:
    lines = POLICY.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 150
    assert "SECURITY.md" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "SECURITY.md" in (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("variable", ["PGPASSWORD", "DIGEST_PASSWORD"])
def test_a_secret_that_the_settings_do_not_name_is_hidden_too(
    starter: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "sésame-4719")
    assert load(starter / "sources.yaml").hide("FATAL: sésame-4719 or s%C3%A9same-4719") == "FATAL: … or …"


@pytest.mark.parametrize("option", ["password", "sslpassword"])
def test_no_option_of_an_address_may_hold_a_password(option: str) -> None:
    with pytest.raises(SettingsError, match="must not hold the password") as caught:
        parse({**SETTINGS, "store": f"postgresql://a@h/d?{option}=s3cret"})
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("name", ["../ailleurs", "..", "/tmp/ailleurs", "a/b", "a\\b", "a\0b", ".secret", "con\n2026-11"])
def test_no_name_of_an_edition_leads_out_of_its_folder(digest: Digest, starter: Path, name: str) -> None:
    if "\0" not in name:  # no command line can hold one
        assert digest("draft", name, "--no-collect", folder=starter).code == 2
    with open_desk(starter) as desk:
        owner = desk.owner()
        owner.get("/")
        assert owner.post("/editions", {"edition": name}).status == 422
    assert not list(starter.rglob("ailleurs"))
    assert not (starter / "editions").exists()


@pytest.mark.parametrize("broken", ["", "<item>"])
def test_a_feed_reads_no_file_of_the_machine_and_asks_no_other_site(tmp_path: Path, broken: str) -> None:
    (tmp_path / "secret.txt").write_text("sésame-4720", encoding="utf-8")
    with running_site() as site:
        file = (tmp_path / "secret.txt").as_uri()
        entities = f'<!ENTITY a SYSTEM "{file}"><!ENTITY b SYSTEM "{site.url}/b"><!ENTITY % c SYSTEM "{site.url}/c"> %c;'
        item = "<item><title>Un titre &a; &b;</title><description>Un texte &a; &b;</description></item>"
        feed = f'<?xml version="1.0"?><!DOCTYPE rss [{entities}]><rss version="2.0"><channel>{broken}{item}</channel></rss>'
        assert "4720" not in str(read_xml(feed).entries)
        with pytest.raises(GatherError):
            read_opml(feed.replace("<rss", "<opml").encode())
        assert site.asked == []


def of_a_team(folder: Path) -> str:
    settings = folder / "sources.yaml"
    settings.write_text(settings.read_text("utf-8") + "\nreview: {url: https://lettre.essai.example}\n", "utf-8")
    return "https://lettre.essai.example"


def knock(stranger: Visitor) -> list[tuple[int, str]]:
    """What someone reads who has no account."""
    asked = [stranger.get(path) for path in ("/", "/sign-in", "/editions/2026-11", "/static/review.css")]
    asked.append(stranger.post("/sign-in", {"name": "Camille", "password": "un mot de passe"}))
    return [(answer.status, answer.text) for answer in asked]


def test_a_stranger_reads_nothing_of_what_is_wrong_with_the_store_or_the_settings(digest: Digest, starter: Path) -> None:
    url = of_a_team(starter)
    digest("draft", folder=starter)
    secret = "rubrique-secrète"
    with open_desk(starter, url=url) as desk:
        stranger = desk.visitor()
        (starter / "digest.db").write_bytes(b"this is no database" * 100)
        told = knock(stranger)
        settings = starter / "sources.yaml"
        settings.write_text(settings.read_text("utf-8") + f"\n{secret}: 1\n", "utf-8")
        told += knock(stranger)
    assert {status for status, _ in told} <= {200, 303, 503}
    assert 503 in {status for status, _ in told}
    for word in (str(starter), "digest.db", "sources.yaml", secret, "abîmé"):
        assert not [text for _, text in told if word in text], word


def test_a_log_of_the_review_page_holds_no_secret(
    digest: Digest, starter: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> object:
        raise RuntimeError("refused for sésame-4719")

    monkeypatch.setenv("PGPASSWORD", "sésame-4719")
    monkeypatch.setattr("digest.review.editions.edition_of", broken)
    with open_desk(starter) as desk:
        assert desk.owner().get("/").status == 500
    assert "refused for …" in caplog.text
    assert "4719" not in caplog.text


def test_what_is_kept_of_a_password_is_no_password(digest: Digest, starter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGEST_PASSWORD", "un très long mot de passe")
    assert digest("accounts", "add", "Camille", "--role", "approver", folder=starter).code == 0
    with open_store(starter / "digest.db"):
        assert b"mot de passe" not in b"".join(file.read_bytes() for file in starter.glob("digest.db*"))
    assert json.loads(digest("accounts", "list", "--json", folder=starter).out) == [{"name": "Camille", "role": "approver"}]
