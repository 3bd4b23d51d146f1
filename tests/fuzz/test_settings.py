"""sources.yaml is read, or refused with the place and the cure: whatever was typed, and whatever a page changes in it."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import assume, example, given
from hypothesis import strategies as st

from digest.config import Config, add_sources, load
from digest.errors import DigestError
from digest.settings import Settings, parse
from digest.yaml_edits import set_value, set_words
from digest.yaml_text import broken_items, inline_yaml, read_yaml, write_yaml, yaml_lines, yaml_spans
from tests.conftest import SETTINGS
from tests.fuzz.hostile import broken, encoded, hostile, line
from tests.fuzz.promise import Refused, explored, outcome, storable, taken
from tests.fuzz.trees import at, damaged, places, values

STARTER = (Path(__file__).parents[2] / "sources.yaml").read_text(encoding="utf-8")
SMALL = """# La lettre
newsletter:
  name: Le fil d'essai # son nom
  sender: {name: Collectif, email: lettre@essai.example}
  limits: {stories: 12}
themes:
  # l'intelligence artificielle
  - id: ia
    name: {fr: IA, en: AI}
    words: [algorithme, IA, # les deux
            "intelligence artificielle"]
  - id: europe
    name: "Europe"
    words:
      - Parlement européen # le vrai
      - DSA
sources:
  - feed: https://relais.example/feed
  - name: Dossier
    folder: articles
    paused: true
deliver:
  liste: {listmonk: {url: "https://a.example", user: a, lists: [1], token_env: T}}
"""
FULL: dict[str, Any] = SETTINGS | {
    "store": "postgresql://app@db.example/digest",
    "collect": {"timeout": 20, "per_host": 2},
    "deliver": {"mail": {"imap": {"host": "imap.example", "user": "a", "password_env": "P"}}},
    "smtp": {"host": "smtp.example", "user": "a", "password_env": "P"},
    "notify": {"to": ["a@b.example"]},
}
LAUGHS = "a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)


@explored(50)
@given(encoded(broken((STARTER, SMALL))))
@example(LAUGHS.encode())  # ten lines that stand for ten thousand million values: the process never came back
@example(b"newsletter: &a\n  name: *a\n")  # a group that holds itself: RecursionError
def test_bytes_of_sources_yaml(body: bytes) -> None:
    """Any bytes are a configuration, or one line that says where and why not."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "sources.yaml"
        file.write_bytes(body)
        found = outcome(lambda: load(file), len(body))
        if isinstance(found, Refused):
            assert all(told.startswith((str(file), "sources.yaml")) for told in found.told[::2]), found.told
        else:
            check_settings(found.settings)


@explored(150)
@given(damaged(FULL))
def test_settings_of_odd_values(tree: Any) -> None:
    """Any values under any keys are settings, or one line with the path of the wrong key."""
    found = taken(lambda: parse(tree), len(repr(tree)))
    if found is not None:
        check_settings(found)


def check_settings(settings: Settings) -> None:
    assert settings.themes
    assert settings.sources
    assert len({theme.id for theme in settings.themes}) == len(settings.themes)
    assert len({source.key for source in settings.sources}) == len(settings.sources)
    assert settings.newsletter.tz
    assert len(settings.newsletter.sender.email.splitlines()) == 1


@explored(80)
@given(st.one_of(hostile(), broken((STARTER, SMALL))))
def test_text_of_yaml(text: str) -> None:
    """Any text is a value that says no more than the text does, or a YamlError with its line."""
    found = outcome(lambda: (read_yaml(text), yaml_lines(text), yaml_spans(text), broken_items(text)), len(text))
    if not isinstance(found, Refused):
        assert len(repr(found[0])) <= 12 * len(text) + 400_000
    else:
        assert re.match(r"(?:ligne|line) [1-9]", found.told[0].replace("\u00a0", " ")), found.told


UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@explored(150)
@given(values)
def test_values_written_as_yaml(tree: object) -> None:
    """What is written is read back the same."""
    assume(storable(tree) and not UNREADABLE.search(repr(tree)) and "nan" not in repr(tree))  # not a number is not itself
    text = outcome(lambda: write_yaml(tree), len(repr(tree)))
    assert isinstance(text, str)
    assert read_yaml(text) == tree


@explored(100)
@given(st.one_of(line(), st.booleans()))
def test_value_between_brackets(value: str | bool) -> None:
    """Any word that YAML can hold stands between brackets, on one line, and is read back the same."""
    assume(isinstance(value, bool) or not UNREADABLE.search(value))
    written = outcome(lambda: inline_yaml(value), len(str(value)))
    assert isinstance(written, str)
    assert read_yaml(f"[a, {written}, {{b: {written}}}]") == ["a", value, {"b": value}]


words = st.lists(line(), max_size=4)
edits = st.one_of(line(), st.booleans(), st.none(), words)


@explored(100)
@given(broken((SMALL, SMALL, STARTER), 1000), st.data())
def test_value_changed_in_place(text: str, data: st.DataObject) -> None:
    """An edit changes the value that was meant, and no comment elsewhere; or the text is refused, and stays as it was."""
    try:
        before, spans = read_yaml(text), yaml_spans(text)
    except DigestError:
        assume(False)
        return
    paths = sorted(places(before), key=repr)
    assume(paths)
    path = data.draw(st.sampled_from(paths))
    if isinstance(path[-1], str) and data.draw(st.booleans()):
        path = (*path[:-1], data.draw(st.sampled_from(["paused", "theme", "weak_words", "name"])))
    value = data.draw(edits)
    edit = (lambda: set_words(text, path, value)) if isinstance(value, list) else (lambda: set_value(text, path, value))
    after = taken(edit, len(text))
    if after is None:
        return
    wanted = None if value in ([], None) else value
    there = at(read_yaml(after), path[:-1])
    found = there.get(path[-1]) if isinstance(there, dict) else there[path[-1]] if wanted is not None else None
    assert found == wanted
    span = spans.get(path)
    outside = text if span is None else text[: span.start] + "\n" + text[span.end :]
    comments = [line.strip() for line in outside.splitlines() if line.strip().startswith("#")]
    kept = after.splitlines()
    assert all(any(comment in line for line in kept) for comment in comments) or wanted is None


@explored(40)
@given(
    broken((SMALL, STARTER), 1000),
    st.lists(st.fixed_dictionaries({"name": line(), "feed": st.sampled_from(["https://b.example/f", "a", ""])}), max_size=2),
)
def test_sources_added(text: str, sources: list[dict[str, str]]) -> None:
    """Sources are added to a file that loads, or it is left alone."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "sources.yaml"
        file.write_text(text, encoding="utf-8", errors="replace", newline="")
        try:
            config = load(file)
        except DigestError:
            return
        before = file.read_bytes()

        def add() -> Config:
            file.write_bytes(before)
            add_sources(config, sources)
            return load(file)

        added = outcome(add, len(text))
        if isinstance(added, Refused):
            assert file.read_bytes() == before
        else:
            assert len(added.settings.sources) == len(config.settings.sources) + len(sources)
