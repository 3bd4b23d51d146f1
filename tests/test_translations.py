"""Everything the program says has its French, and what subscribers read its German, Spanish, Italian and Portuguese."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from digest.language.translations import TEAM_LANGUAGES, team_translator, translator
from digest.settings import LANGUAGES

ROOT = Path(__file__).parent.parent
MARK = re.compile(r"%\(\w+\)s|\{\w[^{}]*\}|\{\{|\}\}")
TRANSLATED = tuple(language for language in LANGUAGES if language != "en")


@cache
def said(mapping: str) -> frozenset[str | tuple[str, ...] | list[str]]:
    """The English messages that a mapping of pybabel finds."""
    with TemporaryDirectory() as folder:
        found = Path(folder) / "found.pot"
        command = [
            sys.executable,
            "-m",
            "babel.messages.frontend",
            "--quiet",
            "extract",
            "-F",
            mapping,
            "-k",
            "N_",
            "-o",
            str(found),
        ]
        subprocess.run([*command, "."], cwd=ROOT, check=True)
        with found.open("rb") as file:
            return frozenset(message.id for message in read_po(file) if message.id)


def catalogue(language: str) -> Catalog:
    with (ROOT / "locales" / language / "LC_MESSAGES" / "digest.po").open("rb") as file:
        return read_po(file, locale=language)


def forms(message: Message) -> list[tuple[str, str]]:
    """Each English form beside its translation."""
    if isinstance(message.id, str):
        assert isinstance(message.string, str)
        return [(message.id, message.string)]
    assert isinstance(message.string, tuple)
    return list(zip(message.id, message.string, strict=True))


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated_and_none_that_is_no_longer_said(language: str) -> None:
    wanted = said("babel.cfg" if language in TEAM_LANGUAGES else "babel-email.cfg")
    kept = catalogue(language)
    known = {message.id for message in kept if message.id and all(words for _, words in forms(message))}
    assert wanted - known == set(), "make messages, then translate"
    assert {message.id for message in kept if message.id} - wanted == set(), "no longer said: make messages"


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_keeps_the_marks_of_its_message(language: str) -> None:
    for message in catalogue(language):
        for english, words in forms(message) if message.id else []:
            marks = set(MARK.findall(english))
            all_marks = set(MARK.findall(" ".join(message.id))) if message.pluralizable else marks
            assert set(MARK.findall(words)) in (marks, all_marks), english


def test_what_subscribers_read_is_part_of_what_is_said() -> None:
    assert said("babel-email.cfg") < said("babel.cfg")


def test_spanish_opens_its_questions_and_exclamations() -> None:
    for message in catalogue("es"):
        for _, words in forms(message) if message.id else []:
            assert words.count("?") == words.count("¿"), words
            assert words.count("!") == words.count("¡"), words


def test_a_language_without_a_catalogue_is_english() -> None:
    assert translator("en").gettext("Unsubscribe") == "Unsubscribe"
    assert translator("xx").gettext("Unsubscribe") == "Unsubscribe"


def test_the_team_reads_french_or_english() -> None:
    assert [team_translator(language).language for language in ("fr", "en", "de", "pt")] == ["fr", "en", "en", "en"]


def test_words_are_typeset_in_their_language() -> None:
    assert translator("fr").gettext("{title}: {reason}") == "{title}\N{NO-BREAK SPACE}: {reason}"
    assert "„%(name)s“" in translator("de").gettext("You receive this message because this address is subscribed to %(name)s.")


@pytest.mark.parametrize(
    ("language", "none", "one", "two"),
    [
        ("fr", "%(num)s article", "%(num)s article", "%(num)s articles"),
        ("es", "%(num)s artículos", "%(num)s artículo", "%(num)s artículos"),
        ("it", "%(num)s articoli", "%(num)s articolo", "%(num)s articoli"),
        ("pt", "%(num)s artigos", "%(num)s artigo", "%(num)s artigos"),
    ],
)
def test_each_language_has_its_own_plural(language: str, none: str, one: str, two: str) -> None:
    words = translator(language)
    assert [words.ngettext("%(num)s article", "%(num)s articles", n) for n in (0, 1, 2)] == [none, one, two]
