"""The words the program writes, in French or English, from the catalogues in `locales/`.

The .po files are read as they are: a translator edits one and sees the result at once, with no compilation step. What comes out
has the typography of its language.
"""

from __future__ import annotations

import gettext
from functools import lru_cache
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from digest.language.typography import typeset
from digest.resources import folder


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


def _catalogue(language: str) -> gettext.NullTranslations:
    file = folder("locales") / language / "LC_MESSAGES" / "digest.po"
    if not file.is_file():
        return gettext.NullTranslations()
    compiled = BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
