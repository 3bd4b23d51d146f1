"""`digest check`: an edition is looked at before it leaves, in the terminal, as JSON and in the report."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest

from digest import preflight
from digest.model import LinkState

from .conftest import Digest


@pytest.fixture
def drafted(starter: Path, digest: Digest) -> Path:
    """A starter newsletter with its draft of today."""
    assert digest("draft", folder=starter).code == 0
    return starter


def test_the_starter_newsletter_can_be_approved(drafted: Path, digest: Digest) -> None:
    said = digest("check", folder=drafted)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(
        "L’édition 2026-11 peut être approuvée ; avertissements à lire d’abord : 1.".replace(" ;", "\u202f;").replace(
            " :", "\u00a0:"
        )
    )
    assert "\n  note Citations retrouvées dans leur article" in said.out


def test_the_findings_are_data_too(drafted: Path, digest: Digest) -> None:
    told = digest("check", "2026-11", "--json", folder=drafted).json
    assert (told["edition"], told["revision"], told["errors"], told["warnings"]) == ("2026-11", 1, 0, 1)
    assert {"check", "level", "message", "story", "title"} == set(told["findings"][0])
    assert [each["level"] for each in told["findings"]] == ["warning", *["note"] * (len(told["findings"]) - 1)]


def test_a_takeaway_whose_article_changed_behind_our_back_is_an_error(drafted: Path, digest: Digest) -> None:
    quoted = digest("verify", "--json", folder=drafted).json[0]
    with sqlite3.connect(drafted / "digest.db") as connection:
        change = "update versions set text = replace(text, ?, ?) where article = ?"
        assert connection.execute(change, (quoted["text"], quoted["text"].upper(), quoted["article"])).rowcount
    connection.close()
    said = digest("check", "--json", folder=drafted)
    assert said.code == 1
    assert {(each["check"], each["title"]) for each in said.json["findings"] if each["level"] == "error"} == {
        ("takeaways", quoted["title"])
    }
    assert "ne peut pas encore être approuvée" in digest("check", folder=drafted).out


def test_links_are_tried_only_when_asked(drafted: Path, digest: Digest, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def answer(addresses: Sequence[str], **_limits: object) -> dict[str, LinkState]:
        asked.extend(addresses)
        return {addresses[0]: LinkState("gone", 404), addresses[1]: LinkState("ok", 200)}

    monkeypatch.setattr(preflight, "try_links", answer)
    assert digest("check", "--json", folder=drafted).code == 0
    assert asked == []
    said = digest("check", "--links", "--json", folder=drafted)
    stories = [story for theme in digest("show", "--json", folder=drafted).json["themes"] for story in theme["stories"]]
    assert set(asked) >= {story["url"] for story in stories if story["url"]}
    about_links = [each for each in said.json["findings"] if each["check"] == "links"]
    assert [(each["level"], each["story"]) for each in about_links] == [("warning", stories[0]["id"]), ("note", None)]
    assert (said.code, said.json["errors"]) == (0, 0), "links are advice"


def test_an_edition_that_is_not_there_is_told(starter: Path, digest: Digest) -> None:
    said = digest("check", "2026-12", folder=starter)
    assert (said.code, said.out) == (2, "")
    assert "digest draft 2026-12" in said.err


def test_the_report_tells_what_was_checked(drafted: Path) -> None:
    report = (drafted / "editions/2026-11/report.html").read_text(encoding="utf-8")
    assert "<h2>Contrôles</h2>" in report
    assert "On se désabonne en écrivant à" in report
    assert "Citations retrouvées dans leur article" in report
