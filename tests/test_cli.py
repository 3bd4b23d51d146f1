"""The commands, as a person or a cron job types them."""

from __future__ import annotations

import email
import email.policy
import json
import re
from datetime import UTC, datetime
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from typer.testing import CliRunner

from digest import cli
from digest.store import one_run_at_a_time

from .conftest import NOW, SETTINGS, Digest

ROOT = Path(__file__).parent.parent


def write_newsletter(folder: Path, files: dict[str, str], **changes: Any) -> Path:
    (folder / "articles").mkdir(parents=True)
    (folder / "sources.yaml").write_text(yaml.safe_dump({**SETTINGS, **changes}), encoding="utf-8")
    for name, text in files.items():
        (folder / "articles" / name).write_text(text, encoding="utf-8")
    return folder


AI = "---\ntitle: {title}\nurl: https://gazette.example/{n}\ndate: 2026-11-{n:02}\n---\n\n{text}\n"
TEXT = "L'intelligence artificielle arrive dans les associations, qui s'y préparent depuis un an déjà. "


def ai_articles(count: int) -> dict[str, str]:
    texts = [
        "Les bénévoles du Doubs testent un outil de transcription libre.",
        "Une coopérative de Brest entraîne son propre algorithme.",
        "Le musée de Sète laisse une machine trier ses archives sonores.",
        "À Nantes, quarante salariés suivent une formation.",
    ]
    return {
        f"{n}.md": AI.format(title=texts[n - 1][:30].strip() + f" {n}", n=n, text=texts[n - 1] + " " + TEXT + texts[n - 1][::-1])
        for n in range(1, count + 1)
    }


def test_a_newcomer_gets_a_draft_at_once_offline(digest: Digest, tmp_path: Path) -> None:
    made = digest("init", "lettre")
    assert made.code == 0, made.err
    said = digest("draft", folder=tmp_path / "lettre")
    assert said.code == 0, said.err
    assert "Le brouillon 2026-11 est prêt" in said.out
    assert "editions/2026-11" in said.out
    assert "Et maintenant" in said.out
    edition = json.loads((tmp_path / "lettre/editions/2026-11/edition.json").read_text(encoding="utf-8"))
    assert [theme["id"] for theme in edition["themes"]] == ["ia", "europe", "ess-tech"]
    assert sum(len(theme["stories"]) for theme in edition["themes"]) >= 9
    assert all(theme["stories"] for theme in edition["themes"])
    assert 3 <= len(edition["highlights"]) <= 5
    assert edition["language"] == "fr"


@pytest.mark.parametrize("day", ["2026-11-30", "2027-01-01", "2027-02-28", "2028-02-29", "2027-08-15"])
def test_the_starter_newsletter_works_on_any_day_of_the_year(
    digest: Digest, starter: Path, monkeypatch: pytest.MonkeyPatch, day: str
) -> None:
    monkeypatch.setattr(cli, "clock", lambda: datetime.fromisoformat(day).replace(hour=7, tzinfo=UTC))
    said = digest("draft", "--json", folder=starter)
    assert said.code == 0, said.err
    assert said.json["edition"] == day[:7]
    assert said.json["stories"] >= 9
    assert set(said.json["themes"]) == {"ia", "europe", "ess-tech"}


def test_the_same_draft_is_the_same_bytes(digest: Digest, starter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["email.html", "email.txt", "email.eml"]
    folder = starter / "editions" / "2026-11"
    digest("draft", folder=starter)
    first = [(folder / name).read_bytes() for name in names]
    monkeypatch.setattr(cli, "clock", lambda: NOW.replace(hour=23))
    digest("draft", folder=starter)
    assert [(folder / name).read_bytes() for name in names] == first
    assert json.loads((folder / "edition.json").read_text(encoding="utf-8"))["revision"] == 1


def test_draft_says_in_json_what_it_made(digest: Digest, starter: Path) -> None:
    said = digest("draft", "--json", folder=starter)
    assert set(said.json) == {"edition", "status", "stories", "themes", "files", "sources", "new_articles", "seconds"}
    assert said.json["status"] == "draft"
    assert [Path(file).name for file in said.json["files"]] == [
        "email.html",
        "email.txt",
        "email.eml",
        "edition.json",
        "report.html",
    ]
    assert all(Path(file).is_file() for file in said.json["files"])
    assert said.json["sources"] == {"ok": 1, "unchanged": 0, "failed": 0}


def test_the_message_is_a_draft_that_a_mail_program_opens(digest: Digest, starter: Path) -> None:
    digest("draft", "--output", "ici", folder=starter)
    raw = (starter / "ici" / "email.eml").read_bytes()
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message["X-Unsent"] == "1"
    assert message["Date"] == "Tue, 24 Nov 2026 08:30:00 +0000"
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    html = (starter / "ici" / "email.html").read_text(encoding="utf-8")
    body = message.get_body(("html",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n").strip() == html.strip()


def test_articles_are_listed_with_the_keys_of_the_design(digest: Digest, starter: Path) -> None:
    digest("collect", folder=starter)
    articles = digest("articles", "--json", "--text", folder=starter).json
    assert len(articles) >= 9
    expected = (
        "id url aliases title author source also_in published collected lang words excerpt story themes takeaways state text"
    )
    assert set(articles[0]) == set(expected.split())
    for article in articles:
        for takeaway in article["takeaways"]:
            assert article["text"][takeaway["start"] : takeaway["end"]] == takeaway["text"]
        assert all(theme["because"] for theme in article["themes"])
    assert {article["state"] for article in articles} == {"new"}


def test_articles_are_listed_by_theme_and_period(digest: Digest, tmp_path: Path) -> None:
    folder = write_newsletter(tmp_path / "n", ai_articles(4))
    digest("collect", folder=folder)
    dates = [
        a["published"][:10]
        for a in digest("articles", "--json", "--since", "2026-11-02", "--until", "2026-11-03", folder=folder).json
    ]
    assert dates == ["2026-11-02", "2026-11-03"]
    assert len(digest("articles", "--json", "--theme", "ia", folder=folder).json) == 4
    assert digest("articles", "--json", "--theme", "europe", folder=folder).json == []
    assert "intelligence artificielle" in digest("articles", folder=folder).out.lower()


def test_articles_of_a_period_are_only_those_and_reversed_days_are_refused(digest: Digest, starter: Path) -> None:
    digest("collect", folder=starter)
    assert digest("articles", "--json", "--until", "2026-10-01", folder=starter).json == []
    said = digest("articles", "--since", "2026-11-02", "--until", "2026-11-01", folder=starter)
    assert said.code == 2


def test_a_draft_without_collecting_still_says_how_the_sources_fared(digest: Digest, tmp_path: Path) -> None:
    folder = write_newsletter(tmp_path / "n", ai_articles(3), sources=[{"folder": "articles"}, {"folder": "absent"}])
    (folder / "articles" / "vide.md").write_text("", encoding="utf-8")
    digest("collect", folder=folder)
    said = digest("draft", "--no-collect", "--json", folder=folder)
    assert said.json["sources"] == {"ok": 0, "unchanged": 1, "failed": 1}
    kept = json.loads((folder / "editions/2026-11/edition.json").read_text(encoding="utf-8"))["sources"]
    assert [source["status"] for source in kept] == ["unchanged", "failed"]
    assert "vide.md" in kept[0]["error"]
    assert "vide.md" in digest("sources", folder=folder).out


def test_each_broken_file_is_a_line_of_its_own(digest: Digest, tmp_path: Path) -> None:
    folder = write_newsletter(tmp_path / "n", ai_articles(3) | {"vide.md": "", "vide-aussi.txt": ""})
    lines = digest("draft", folder=folder).err.splitlines()
    assert [("vide-aussi.txt" in line, "vide.md" in line) for line in lines] == [(True, False), (False, True)]


def test_json_is_sound_where_the_terminal_has_no_accents(digest: Digest, starter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digest("collect", folder=starter)
    plain = TextIOWrapper(BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", plain)
    monkeypatch.setattr("sys.argv", ["digest", "articles", "--json"])
    monkeypatch.chdir(starter)
    with pytest.raises(SystemExit):
        cli.main()
    plain.flush()
    titles = [article["title"] for article in json.loads(plain.buffer.getvalue())]
    assert any("é" in title for title in titles)


def test_stories_in_a_draft_are_proposed(digest: Digest, tmp_path: Path) -> None:
    folder = write_newsletter(tmp_path / "n", ai_articles(4))
    assert digest("draft", folder=folder).code == 0
    assert {article["state"] for article in digest("articles", "--json", folder=folder).json} == {"proposed"}


def test_plan_changes_nothing_and_explains_what_is_out(digest: Digest, tmp_path: Path) -> None:
    files = ai_articles(3) | {
        "sport.md": "---\ntitle: Le club gagne la coupe\ndate: 2026-11-05\n---\n\nLe match fut beau, et le public nombreux.\n",
        "vieux.md": AI.format(title="Un vieil article", n=9, text=TEXT).replace("2026-11-09", "2026-10-09"),
    }
    folder = write_newsletter(tmp_path / "n", files)
    digest("collect", folder=folder)
    planned = digest("plan", "--json", folder=folder).json
    assert (planned["status"], planned["revision"]) == ("planned", 0)
    assert {out["title"]: out["reason"] for out in planned["left_out"]} == {
        "Le club gagne la coupe": "no-theme",
        "Un vieil article": "outside-period",
    }
    text = digest("plan", folder=folder).out
    assert "Le club gagne la coupe : ne correspond à aucun thème" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert not (folder / "editions").exists()
    assert {article["state"] for article in digest("articles", "--json", folder=folder).json} == {"new"}


def test_too_few_stories_make_no_draft(digest: Digest, tmp_path: Path) -> None:
    folder = write_newsletter(tmp_path / "n", ai_articles(2))
    said = digest("draft", folder=folder)
    assert said.code == 3
    assert "2" in said.err
    assert "digest plan 2026-11" in said.err
    assert not (folder / "editions").exists()


def test_a_second_run_leaves_at_once(digest: Digest, starter: Path) -> None:
    with one_run_at_a_time(starter / "digest.db"):
        said = digest("draft", folder=starter)
    assert said.code == 75
    assert said.err.count("\n") == 1


def test_wrong_settings_are_one_line(digest: Digest, tmp_path: Path) -> None:
    folder = write_newsletter(tmp_path / "n", {}, sauces=[])
    said = digest("draft", folder=folder)
    assert (said.code, said.out) == (2, "")
    assert said.err == "sources.yaml: sauces: unknown key; did you mean 'sources'?\n"


def test_a_missing_settings_file_says_what_to_type(digest: Digest, tmp_path: Path) -> None:
    said = digest("--config", str(tmp_path / "nowhere.yaml"), "draft")
    assert said.code == 2
    assert "nowhere.yaml: there is no such file" in said.err
    assert "digest init FOLDER" in said.err


def test_a_mistake_of_ours_is_one_line_and_a_traceback_with_debug(
    digest: Digest, starter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("digest.pipeline.plan", fail)
    said = digest("plan", folder=starter)
    assert said.code == 1
    assert said.err.startswith("something unexpected went wrong (ZeroDivisionError: division by zero)\n")
    monkeypatch.setattr("sys.argv", ["digest", "--debug", "plan"])
    with pytest.raises(ZeroDivisionError):
        cli.main()


def test_broken_files_are_a_line_each_and_the_rest_is_made(digest: Digest, tmp_path: Path) -> None:
    folder = write_newsletter(tmp_path / "n", ai_articles(3))
    (folder / "articles" / "image.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)))
    (folder / "articles" / "broken.md").write_text("---\ntitle: [oups\n---\n\nTexte.\n", encoding="utf-8")
    said = digest("draft", folder=folder)
    assert said.code == 0, said.err
    assert "image.txt" in said.err
    assert "broken.md" in said.err
    assert len(json.loads((folder / "editions/2026-11/edition.json").read_text(encoding="utf-8"))["themes"][0]["stories"]) == 3


def test_a_folder_that_is_not_there_is_told(digest: Digest, tmp_path: Path) -> None:
    folder = write_newsletter(tmp_path / "n", ai_articles(3), sources=[{"folder": "articles"}, {"folder": "brouillons"}])
    said = digest("draft", "--json", folder=folder)
    assert said.code == 0, said.err
    assert said.json["sources"]["failed"] == 1
    assert "brouillons" in said.err


@pytest.mark.parametrize(
    ("locale", "language"), [("fr_FR.UTF-8", "fr"), ("en_GB.UTF-8", "en"), ("de_DE.UTF-8", "en"), ("C.UTF-8", "fr")]
)
def test_the_terminal_speaks_the_persons_language_else_the_newsletters(
    digest: Digest, starter: Path, monkeypatch: pytest.MonkeyPatch, locale: str, language: str
) -> None:
    monkeypatch.setenv("LANG", locale)
    words = {"fr": "Le brouillon 2026-11 est prêt", "en": "Draft 2026-11 is ready"}
    assert words[language] in digest("draft", folder=starter).out


def test_sources_tell_how_they_fare(digest: Digest, starter: Path) -> None:
    (before,) = digest("sources", "--json", folder=starter).json
    assert (before["standing"], before["last_success"]) == ("never-read", None)
    digest("collect", folder=starter)
    (after,) = digest("sources", "list", "--json", folder=starter).json
    assert (after["standing"], after["failures"]) == ("well", 0)
    assert after["last_success"] == "2026-11-24T08:30:00+00:00"
    assert before["name"] in digest("sources", folder=starter).out


def commands() -> list[tuple[str, Any]]:
    found = []
    for name, command in typer.main.get_command(cli.app).commands.items():  # type: ignore[attr-defined]  # a group
        found.append((name, command))
        found += [(f"{name} {sub}", child) for sub, child in getattr(command, "commands", {}).items()]
    return found


OF_A_FEDERATION = ("newsletters", "schedule", "worker")
"""Commands of whoever hosts many newsletters, which have a guide of their own."""


def test_every_command_and_option_has_help_and_is_in_both_guides() -> None:
    for name, command in commands():
        assert command.help, name
        assert all(getattr(option, "help", "") for option in command.params), name
        guide = "federation" if name.split()[0] in OF_A_FEDERATION else "guide"
        for language in ("fr", "en"):
            text = (ROOT / "docs" / f"{guide}.{language}.md").read_text(encoding="utf-8")
            assert f"digest {name.removesuffix(' list')}" in text, f"digest {name} is not in {guide}.{language}.md"


def test_the_guide_of_one_newsletter_says_nothing_of_workers() -> None:
    for language in ("fr", "en"):
        text = (ROOT / "docs" / f"guide.{language}.md").read_text(encoding="utf-8")
        assert not re.findall(r"digest (?:newsletters|schedule|worker)|procrastinate|DIGEST_SITE", text)


def test_help_is_a_page_for_each_command() -> None:
    runner = CliRunner()
    for name, _command in commands():
        shown = runner.invoke(cli.app, [*name.split(), "--help"])
        assert shown.exit_code == 0, name
        assert re.search(r"Usage|usage", shown.output)
