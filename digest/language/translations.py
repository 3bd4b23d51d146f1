"""The words the program writes, from the catalogues in `locales/`, one a language.

What subscribers read exists in every language of a newsletter; what the team reads (terminal, report) in French and English:
the catalogues of the other languages hold the words of the email alone.

The .po files are read as they are: a translator edits one and sees the result at once, with no compilation step. What comes out
has the typography of its language.
"""

from __future__ import annotations

import gettext
from functools import lru_cache
from io import BytesIO
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from digest.language.typography import typeset
from digest.resources import folder

TEAM_LANGUAGES: Final = ("fr", "en")


class Translator:
    """The catalogue of one language; its methods have gettext's names so that Jinja can use them."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._catalogue = _catalogue(language)

    def gettext(self, message: str) -> str:
        """The message in this language, typeset; the English message itself where no translation is known."""
        return typeset(self._catalogue.gettext(message), self.language)

    def ngettext(self, one: str, many: str, n: int) -> str:
        """The form of the message that fits `n`."""
        return typeset(self._catalogue.ngettext(one, many, n), self.language)

    def pgettext(self, context: str, message: str) -> str:
        """The message in this language, where one English word has several meanings."""
        return typeset(self._catalogue.pgettext(context, message), self.language)


@lru_cache
def translator(language: str) -> Translator:
    """The translator of a language; English for a language without a catalogue."""
    return Translator(language)


def team_translator(language: str) -> Translator:
    """The translator of what the team of a newsletter in this language reads: English where theirs is missing."""
    return translator(language if language in TEAM_LANGUAGES else "en")


def _catalogue(language: str) -> gettext.NullTranslations:
    file = folder("locales") / language / "LC_MESSAGES" / "digest.po"
    if not file.is_file():
        return gettext.NullTranslations()
    compiled = BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
