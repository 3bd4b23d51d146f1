"""How each language names languages, is written and writes numbers, from the CLDR through Babel."""

from __future__ import annotations

from typing import Final, Literal

from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal

_OF_EUROPE: Final = {"en": "en_GB", "pt": "pt_PT"}
"""The CLDR's plain `en` is of the United States and its `pt` of Brazil."""


def locale_of(language: str) -> str:
    """The CLDR's name of a language as it is written in Europe."""
    return _OF_EUROPE.get(language, language)


def language_name(code: str, language: str) -> str | None:
    """A language's name in another one ("anglais" for `en` in French); None where the CLDR does not know it."""
    return Locale.parse(locale_of(language)).languages.get(code.lower())


def direction(code: str) -> Literal["ltr", "rtl"]:
    """How a language is written: left to right, or right to left."""
    try:
        return "rtl" if Locale.parse(code.replace("-", "_")).text_direction == "rtl" else "ltr"
    except (UnknownLocaleError, ValueError):
        return "ltr"


def show_number(value: float, language: str, digits: int) -> str:
    """A number with so many decimals, its thousands apart: 7 476,5 in French, 7,476.5 in English."""
    return format_decimal(value, format="#,##0." + "0" * digits, locale=locale_of(language))
