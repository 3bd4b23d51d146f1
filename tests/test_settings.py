"""sources.yaml is strict, and says where it is wrong and what to write."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from digest.config import add_sources, load, write_starter
from digest.errors import SettingsError, UsageError
from digest.settings import parse, schema

from .conftest import SETTINGS

Change = Callable[[dict[str, Any]], Any]


def changed(change: Change) -> dict[str, Any]:
    data = deepcopy(SETTINGS)
    change(data)
    return data


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda d: d.update(sauces=[]), "sources.yaml: sauces: unknown key; did you mean 'sources'?"),
        (lambda d: d["newsletter"].update(limit={}), "sources.yaml: newsletter.limit: unknown key; did you mean 'limits'?"),
        (
            lambda d: d["newsletter"].update(limits={"min_storys": 2}),
            "sources.yaml: newsletter.limits.min_storys: unknown key; did you mean 'min_stories'?",
        ),
        (lambda d: d["sources"][0].update(xyz=1), "sources.yaml: sources[0].xyz: unknown key; remove it, or see docs/sources.md"),
        (lambda d: d.pop("newsletter"), "sources.yaml: newsletter: is missing"),
        (
            lambda d: d.update(deliver={"boite": {"imap": {"host": "h", "user": "u"}}}),
            "sources.yaml: deliver.boite.imap: needs one of 'password_env' (a variable's name) or 'password_file' (a path)",
        ),
        (
            lambda d: d.update(deliver={"boite": {"imap": {"host": "h", "user": "u", "password_env": "mon s3cret"}}}),
            "sources.yaml: deliver.boite.imap.password_env: must be the name of an environment variable, such as SMTP_PASSWORD",
        ),
        (
            lambda d: d.update(deliver={"files": {"imap": {"host": "h", "user": "u", "password_env": "P"}}}),
            "sources.yaml: deliver.files: is always there; give this place another name",
        ),
        (
            lambda d: d.update(smtp={"host": "h"}, notify={"to": ["camille"]}),
            "sources.yaml: notify.to[0]: must be an e-mail address, got 'camille'",
        ),
        (lambda d: d["newsletter"]["sender"].pop("email"), "sources.yaml: newsletter.sender.email: is missing"),
        (
            lambda d: d["sources"].append({"name": "X", "feed": "example.org/feed"}),
            "sources.yaml: sources[1].feed: must be an absolute URL (https://…), got 'example.org/feed'",
        ),
        (
            lambda d: d["sources"].append({"feed": "javascript:alert(1)"}),
            "sources.yaml: sources[1].feed: must be an absolute URL (https://…), got 'javascript:alert(1)'",
        ),
        (
            lambda d: d["sources"].append({"feed": "https://camille:s3cret@gazette.example/feed"}),
            "sources.yaml: sources[1].feed: holds a password; name the environment variable that holds it in headers_env",
        ),
        (
            lambda d: d["sources"].append({"name": "X"}),
            "sources.yaml: sources[1]: needs one of 'feed' (an address) or 'folder' (a path)",
        ),
        (
            lambda d: d["sources"].append({"name": "Dossier", "folder": "b"}),
            "sources.yaml: sources[1].name: 'Dossier' is already used by sources[0]; give each its own",
        ),
        (
            lambda d: d["themes"].append(d["themes"][0]),
            "sources.yaml: themes[2].id: 'ia' is already used by themes[0]; give each its own",
        ),
        (lambda d: d["themes"][0].update(words=[]), "sources.yaml: themes[0].words: must not be empty"),
        (lambda d: d["themes"][0].update(name={"fr": 3}), "sources.yaml: themes[0].name.fr: must be text, got 3"),
        (
            lambda d: d["themes"][0].update(id="À nous"),
            "sources.yaml: themes[0].id: must be made of small letters, digits and hyphens, got 'À nous'",
        ),
        (
            lambda d: d["sources"][0].update(theme="sport"),
            "sources.yaml: sources[0].theme: no theme has the id 'sport'; there are ia, europe",
        ),
        (
            lambda d: d["newsletter"].update(limits={"min_stories": "trois"}),
            "sources.yaml: newsletter.limits.min_stories: must be a whole number, got 'trois'",
        ),
        (
            lambda d: d["newsletter"].update(limits={"min_stories": 0}),
            "sources.yaml: newsletter.limits.min_stories: must be at least 1, got 0",
        ),
        (
            lambda d: d["newsletter"].update(language="nl"),
            "sources.yaml: newsletter.language: must be one of 'fr', 'en', 'de', 'es', 'it', 'pt', got 'nl'",
        ),
        (
            lambda d: d["newsletter"].update(timezone="Paris"),
            "sources.yaml: newsletter.timezone: must be a time zone such as Europe/Paris, got 'Paris'",
        ),
        (
            lambda d: d["newsletter"].update(brand={"color": "bleu"}),
            "sources.yaml: newsletter.brand.color: must be a colour in quotes, such as '#0b5d7a', got 'bleu'",
        ),
        (
            lambda d: d["newsletter"].update(brand={"color": None}),  # what YAML makes of an unquoted #0b5d7a
            "sources.yaml: newsletter.brand.color: must be a colour in quotes, such as '#0b5d7a', got None",
        ),
        (
            lambda d: d["newsletter"].update(subject="{mois}"),
            "sources.yaml: newsletter.subject: may hold {edition}, {month} and {lead}, and no other brace; got '{mois}'",
        ),
        (
            lambda d: d["newsletter"].update(subject="Le fil, {month"),
            "sources.yaml: newsletter.subject: may hold {edition}, {month} and {lead}, and no other brace; got 'Le fil, {month'",
        ),
        (lambda d: d["themes"][0].update(name={}), "sources.yaml: themes[0].name: must be text, got {}"),
        (
            lambda d: d["sources"].append({"feed": "https://example.org:port/feed"}),
            "sources.yaml: sources[1].feed: must be an absolute URL (https://…), got 'https://example.org:port/feed'",
        ),
        (
            lambda d: d["sources"].extend([{"feed": "https://example.org/feed"}] * 2),
            "sources.yaml: sources[2].feed: 'https://example.org/feed' is already used by sources[1]; give each its own",
        ),
        (
            lambda d: d.update(deliver={"boite": {"imap": {"host": "h", "user": "u", "pasword_env": "X"}}}),
            "sources.yaml: deliver.boite.imap.pasword_env: unknown key; did you mean 'password_env'?",
        ),
        (
            lambda d: d["newsletter"]["sender"].update(email="été@exemple.fr"),
            "sources.yaml: newsletter.sender.email: must be an e-mail address, got 'été@exemple.fr'",
        ),
        (
            lambda d: d["newsletter"]["sender"].update(email="nous"),
            "sources.yaml: newsletter.sender.email: must be an e-mail address, got 'nous'",
        ),
        (
            lambda d: d.update(store="mysql://x"),
            "sources.yaml: store: must be sqlite:///FILE (a path from this folder) or postgresql://USER@HOST/DATABASE, got 'mysql://x'",
        ),
        (
            lambda d: d.update(deliver={"boite": {"imap": {"hots": "x", "host": "h", "user": "u", "password_env": "P"}}}),
            "sources.yaml: deliver.boite.imap.hots: unknown key; did you mean 'host'?",
        ),
    ],
)
def test_a_wrong_setting_is_one_line_with_its_path_and_the_cure(change: Change, line: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse(changed(change))
    assert str(caught.value) == line
    assert caught.value.exit_code == 2


def test_a_file_that_holds_a_list_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"sources\.yaml: must hold the keys newsletter, themes and sources"):
        parse(["newsletter"])


def test_a_source_without_a_name_takes_it_from_its_address() -> None:
    settings = parse(changed(lambda d: d.update(sources=[{"feed": "https://blog.example/feed"}, {"folder": "notes"}])))
    assert [source.name for source in settings.sources] == ["blog.example", "notes"]


def test_a_theme_is_named_in_the_newsletters_language() -> None:
    theme = parse(SETTINGS).themes[0]
    assert (theme.title("en"), theme.title("fr"), theme.title("de")) == ("AI", "IA", "IA")


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="there is no such file") as caught:
        load(tmp_path / "sources.yaml")
    assert caught.value.hint_text() == "digest init FOLDER makes a first newsletter"


def test_broken_yaml_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "sources.yaml"
    file.write_text("newsletter:\n  name: [Le fil\nthemes: []\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"sources\.yaml: line 3, column \d+: "):
        load(file)


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    file = tmp_path / "sources.yaml"
    file.write_bytes("newsletter: é".encode("cp1252"))
    with pytest.raises(SettingsError, match="is not UTF-8 text"):
        load(file)


def test_the_starter_newsletter_is_sound_and_never_overwrites(tmp_path: Path) -> None:
    files = write_starter(tmp_path / "lettre")
    config = load(tmp_path / "lettre" / "sources.yaml")
    assert len(files) >= 10
    assert [theme.id for theme in config.settings.themes] == ["ia", "europe", "ess-tech"]
    with pytest.raises(UsageError, match=r"sources\.yaml is already there"):
        write_starter(tmp_path / "lettre")


def test_the_committed_schema_is_that_of_the_settings() -> None:
    committed = Path(__file__).parent.parent / "docs" / "sources.schema.json"
    assert json.loads(committed.read_text(encoding="utf-8")) == schema(), "make schema"


def test_a_source_is_added_and_every_other_line_stays(tmp_path: Path) -> None:
    write_starter(tmp_path)
    file = tmp_path / "sources.yaml"
    before = file.read_text(encoding="utf-8")
    add_sources(load(file), [{"name": "L'écho : la suite", "feed": "https://echo.example/feed"}])
    after = file.read_text(encoding="utf-8")
    assert load(file).settings.sources[-1].name == "L'écho : la suite"
    added = [line for line in after.splitlines() if line not in before.splitlines()]
    assert "".join(added).count("echo.example") == 1
    assert [line for line in after.splitlines() if line not in added] == before.splitlines()


def test_a_source_that_is_there_already_leaves_the_file_alone(tmp_path: Path) -> None:
    write_starter(tmp_path)
    config = load(tmp_path / "sources.yaml")
    before = config.file.read_bytes()
    with pytest.raises(SettingsError, match=r"sources\[1\]\.name: .* is already used by sources\[0\]"):
        add_sources(config, [{"name": config.settings.sources[0].name, "feed": "https://echo.example/feed"}])
    assert config.file.read_bytes() == before


def test_a_list_on_one_line_is_not_edited_but_explained(tmp_path: Path) -> None:
    file = tmp_path / "sources.yaml"
    file.write_text(json.dumps(SETTINGS), encoding="utf-8")
    with pytest.raises(
        SettingsError, match=r"sources\.yaml: line 1, column \d+: the list 'sources' must be written one item a line"
    ):
        add_sources(load(file), [{"name": "L'écho", "feed": "https://echo.example/feed"}])


def test_a_forgotten_comma_is_told_as_a_doubt_with_its_line(tmp_path: Path) -> None:
    write_starter(tmp_path)
    file = tmp_path / "sources.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert load(file).doubts == ()
    file.write_text(json.dumps(SETTINGS).replace('"algorithme"', "algorithme\n    robot"), encoding="utf-8")
    (doubt,) = load(file).doubts
    assert str(doubt).startswith("sources.yaml: line 1, column 1: 'algorithme robot' runs over several lines")


def test_a_secret_header_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    feed = {"feed": "https://gazette.example/feed", "headers_env": {"Authorization": "GAZETTE_TOKEN"}}
    file = tmp_path / "sources.yaml"
    file.write_text(json.dumps({**SETTINGS, "sources": [feed]}), encoding="utf-8")
    monkeypatch.setenv("GAZETTE_TOKEN", "Bearer s3cret")
    config = load(file)
    assert config.secret_headers() == {"https://gazette.example/feed": {"Authorization": "Bearer s3cret"}}
    assert "s3cret" not in repr(config)
    monkeypatch.delenv("GAZETTE_TOKEN")
    with pytest.raises(SettingsError) as caught:
        config.secret_headers()
    line = "sources.yaml: sources[0].headers_env.Authorization: the environment variable GAZETTE_TOKEN is not set"
    assert str(caught.value) == line


@pytest.mark.parametrize("wrong", [{"a" * 5000: 1}, {"themes": [SETTINGS["themes"][0] | {"id": "a" * 5000}]}])
def test_a_message_is_a_line_whatever_was_typed(wrong: dict[str, Any]) -> None:
    with pytest.raises(SettingsError) as told:
        parse(SETTINGS | wrong)
    assert len(str(told.value)) < 200


def test_a_name_is_on_one_line_whatever_was_typed() -> None:
    """The sender's goes into a header, which a line break would end."""
    newsletter = SETTINGS["newsletter"] | {"sender": {"name": "Collectif\n d'essai\x1b\u2028", "email": "lettre@essai.example"}}
    assert parse(SETTINGS | {"newsletter": newsletter}).newsletter.sender.name == "Collectif d'essai"
