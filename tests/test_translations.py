"""Everything the program says has its French, with the same marks."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from digest.language.translations import translator

ROOT = Path(__file__).parent.parent
MARK = re.compile(r"%\(\w+\)s|\{\w[^{}]*\}|\{\{|\}\}")


def forms(message: Message) -> list[tuple[str, str]]:
    """Each English form beside its French."""
    if isinstance(message.id, str):
        assert isinstance(message.string, str)
        return [(message.id, message.string)]
    assert isinstance(message.string, tuple)
    return list(zip(message.id, message.string, strict=True))


def french() -> Catalog:
    with (ROOT / "locales/fr/LC_MESSAGES/digest.po").open("rb") as file:
        return read_po(file, locale="fr")


def test_every_message_has_its_french(tmp_path: Path) -> None:
    found = tmp_path / "digest.pot"
    command = [
        sys.executable,
        "-m",
        "babel.messages.frontend",
        "--quiet",
        "extract",
        "-F",
        "babel.cfg",
        "-k",
        "N_",
        "-o",
        str(found),
        ".",
    ]
    subprocess.run(command, cwd=ROOT, check=True)
    with found.open("rb") as file:
        said = {message.id for message in read_po(file) if message.id}
    catalogue = french()
    known = {message.id for message in catalogue if message.id and all(words for _, words in forms(message))}
    assert said - known == set(), "make messages, then translate"
    assert {message.id for message in catalogue if message.id} - said == set(), "no longer said: make messages"


def test_a_translation_keeps_the_marks_of_its_message() -> None:
    for message in french():
        for english, words in forms(message) if message.id else []:
            marks = set(MARK.findall(english))
            assert set(MARK.findall(words)) in ((marks, marks | {"{n}"}) if message.pluralizable else (marks,)), english


def test_a_language_without_a_catalogue_is_english() -> None:
    assert translator("en").gettext("Unsubscribe") == "Unsubscribe"
    assert translator("xx").gettext("Unsubscribe") == "Unsubscribe"


def test_french_words_are_typeset() -> None:
    assert translator("fr").gettext("{title}: {reason}") == "{title}\N{NO-BREAK SPACE}: {reason}"
