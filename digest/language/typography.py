"""Typography of the words the program itself writes; never of what it quotes.

French follows the Imprimerie nationale: a thin no-break space before ; ! ? and inside large numbers, a plain no-break space
before : and inside « », between a number and its unit. German quotes „so“ (DIN 5008), Spanish (RAE), Italian and Portuguese
«so»; all of them keep a number with its unit and an abbreviation with what it announces, and leave no space before a sign.
Addresses, times, entities, tags, `code` and placeholders are left as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

NBSP: Final = "\u00a0"
THIN: Final = "\u202f"
_KEPT: Final = "\ue000"
"""Stands for one protected piece while the rules run; private use, so no rule and no ordinary text holds it."""

_PROTECTED = re.compile(
    r"""\ue000
    | `[^`]*`                                   # code
    | </?[a-zA-Z][^<>]*>                        # tags
    | &(?:\#\d+|\#x[\da-fA-F]+|\w+);            # entities
    | %\(\w+\)[sd] | \{\{?[^{}]*\}\}?           # placeholders of gettext and of str.format
    | \b[a-zA-Z][\w+.-]*://[^\s«»„“”"]*[^\s«»„“”".,;:!?)\]] # addresses, without the punctuation that follows them
    | \b(?:mailto|tel):\S*[^\s.,;:!?)]
    | [\w.+-]+@[\w-]+(?:\.[\w-]+)+
    | \b\d{1,2}:\d{2}(?::\d{2})?\b              # times
    """,
    re.VERBOSE,
)
_MONTHS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
_GERMAN_MONTHS = "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"
_ITALIAN_MONTHS = "gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre"
_FRENCH_UNITS = "%|‰|€|\\$|£|k€|M€|Md€|km|cm|mm|m|m²|kg|g|min|h|s|ms|Ko|Mo|Go|ko|octets|°C|kWh|px"
_UNITS = "%|‰|€|\\$|£|km|cm|mm|m|m²|kg|g|min|h|s|ms|KB|MB|GB|kB|°C|kWh|px"
_ANY_SPACE = f"[ {NBSP}{THIN}]"

_Rules = tuple[tuple[re.Pattern[str], str], ...]


def _compiled(*rules: tuple[str, str]) -> _Rules:
    return tuple((re.compile(pattern), replacement) for pattern, replacement in rules)


def _continental(quotes: str, inner: str, *, units: str, before_number: str, before_word: str, more: _Rules = ()) -> _Rules:
    """What German, Spanish, Italian and Portuguese have in common.

    `quotes` and `inner` are the two marks around a quotation and around one inside it; the others are alternatives of a pattern:
    units, and abbreviations that stay with the number or with the word they announce.
    """
    return (
        *_compiled(
            (r"\.\.\.", "…"),
            (r'"([^"]*)"', rf"{quotes[0]}\1{quotes[1]}"),
            (r"(?<![\w\ue000])'([^'\s](?:[^']*[^'\s])?)'(?!\w)", rf"{inner[0]}\1{inner[1]}"),
            (r"(?<=\w)'", "’"),
            (rf"(?<=[\w)\]…\ue000]){_ANY_SPACE}+(?=[,;:!?]+(?:\s|[)\]{quotes[1]}]|$))", ""),
            (rf"(?<=[\d\ue000]) (?=(?:{units})(?![\w²]))", NBSP),
            (rf"(?<![\w.])((?:{before_number})) (?=[\d\ue000])", rf"\1{NBSP}"),
            (rf"(?<![\w.])((?:{before_word})) (?=[\w\ue000])", rf"\1{NBSP}"),
        ),
        *more,
    )


_FRENCH: Final = _compiled(
    (r"\.\.\.", "…"),
    (r"""(?<=\w)'(?=[\w«"\ue000])""", "’"),
    (r"(?<!\w)1ère\b", "1re"),
    (r"(?<!\w)(\d+) ?[eè]me\b", r"\1e"),
    (rf"(?<![\w,.])1 ?(?:er)?[ {NBSP}](?={_MONTHS})", f"1er{NBSP}"),
    (rf"(?<!\d)(\d\d?) (?={_MONTHS})", rf"\1{NBSP}"),
    (r'"([^"]*)"', f"«{NBSP}\\1{NBSP}»"),
    (rf"«{_ANY_SPACE}*", f"«{NBSP}"),
    (rf"{_ANY_SPACE}*»", f"{NBSP}»"),
    (rf"{_ANY_SPACE}+([;!?]+)(?=\s|[)\]»{NBSP}]|$)", rf"{THIN}\1"),
    (r"(?<=[\w)\]%’…\ue000])([;!?]+)(?=\s|$)", rf"{THIN}\1"),
    (rf"{_ANY_SPACE}+:(?=\s|[{NBSP}]|$)", f"{NBSP}:"),
    (r"(?<=[\w)\]%…\ue000]):(?=\s|$)", f"{NBSP}:"),
    (rf"(?<=\d){_ANY_SPACE}(?=\d{{3}}(?!\d))", THIN),
    (rf"(?<=[\d\ue000]) (?=(?:{_FRENCH_UNITS})(?![\w²]))", NBSP),
    (r"\b([nN]°|p\.|M\.|MM\.|Mme|Mmes) (?=[\w\ue000])", rf"\1{NBSP}"),
)
_ENGLISH: Final = _compiled((r"(?<=\w)'(?=\w)", "’"), (r'(^|[\s(\[—–])"(?=\S)', r"\1“"), (r'"', "”"))
_GERMAN: Final = _continental(
    "„“", "‚‘",
    units=rf"{_UNITS}|Min\.|Std\.|Mio\.|Mrd\.|Euro|Uhr",
    before_number=r"S\.|Nr\.|Bd\.|Abs\.|Art\.|Kap\.|§§?",
    before_word=r"Dr\.|Prof\.",
    more=_compiled(
        (r"\b([zZdDuUoO])\. ?([BhaäÄ])\.", rf"\1.{NBSP}\2."),  # z. B., d. h., u. a., o. ä.
        (rf"(?<![\w,.])(\d\d?\.) (?={_GERMAN_MONTHS})", rf"\1{NBSP}"),
    ),
)  # fmt: skip
_SPANISH: Final = _continental(
    "«»", "‘’",
    units=_UNITS,
    before_number=r"p\.|pp\.|págs?\.|n\.º|núms?\.|art\.|cap\.|vol\.",
    before_word=r"Sra?\.|Dra?\.|EE\.",
    more=_compiled((rf"([¿¡]){_ANY_SPACE}+", r"\1")),
)  # fmt: skip
_ITALIAN: Final = _continental(
    "«»", "‘’",
    units=_UNITS,
    before_number=r"p\.|pp\.|pagg?\.|n\.|nn\.|art\.|artt\.|cap\.|vol\.",
    before_word=r"[Ss]ig\.|[Dd]ott\.|[Pp]rof\.",
    more=_compiled((rf"(?<![\w,.])1 (?={_ITALIAN_MONTHS})", "1º ")),
)  # fmt: skip
_PORTUGUESE: Final = _continental(
    "«»", "“”",
    units=_UNITS,
    before_number=r"p\.|pp\.|págs?\.|n\.º|n\.os|art\.º|cap\.|vol\.",
    before_word=r"Sra?\.|Dra?\.",
)  # fmt: skip
_RULES: Final = {"fr": _FRENCH, "en": _ENGLISH, "de": _GERMAN, "es": _SPANISH, "it": _ITALIAN, "pt": _PORTUGUESE}

_JOINTS: Final = {
    "es": _compiled((r"\by (?=[iíIÍ]|[hH][iíIÍ](?![aeoAEO]))", "e ")),
    "it": _compiled((r"\be (?=[eèéEÈÉ])", "ed "), (r"\bdel (?=(?:8|11)\b)", "dell’")),
}
"""Small words that change before the sound that follows: "datos e IA", "Africa ed Europa", "dell’11 novembre"."""


@lru_cache(maxsize=1024)
def typeset(text: str, language: str) -> str:
    """A text of ours with the typography of its language; a language without rules gives the text as it is. Idempotent."""
    rules = _RULES.get(language)
    if rules is None:
        return text
    pieces = iter(_PROTECTED.findall(text))
    bare = _PROTECTED.sub(_KEPT, text)
    for pattern, replacement in rules:
        bare = pattern.sub(replacement, bare)
    return _restored(bare, pieces)


def euphonic(text: str, language: str) -> str:
    """A sentence of ours once names and dates stand in it, its small words as they are said before them."""
    for pattern, replacement in _JOINTS.get(language, ()):
        text = pattern.sub(replacement, text)
    return text


def _restored(bare: str, pieces: Iterator[str]) -> str:
    return re.sub(_KEPT, lambda _: next(pieces), bare)
