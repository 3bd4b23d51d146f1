"""Typography of the words the program itself writes; never of what it quotes.

French follows the Imprimerie nationale: a thin no-break space before ; ! ? and inside large numbers, a plain no-break space
before : and inside « », between a number and its unit. Addresses, times, entities, tags,
`code` and placeholders are left as they are.
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
    | \b[a-zA-Z][\w+.-]*://[^\s«»]*[^\s«».,;:!?)\]] # addresses, without the punctuation that follows them
    | \b(?:mailto|tel):\S*[^\s.,;:!?)]
    | [\w.+-]+@[\w-]+(?:\.[\w-]+)+
    | \b\d{1,2}:\d{2}(?::\d{2})?\b              # times
    """,
    re.VERBOSE,
)
_MONTHS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
_UNITS = "%|‰|€|\\$|£|k€|M€|Md€|km|cm|mm|m|m²|kg|g|min|h|s|ms|Ko|Mo|Go|ko|octets|°C|kWh|px"
_ANY_SPACE = f"[ {NBSP}{THIN}]"

_FRENCH: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
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
        (rf"(?<=[\d\ue000]) (?=(?:{_UNITS})(?![\w²]))", NBSP),
        (r"\b([nN]°|p\.|M\.|MM\.|Mme|Mmes) (?=[\w\ue000])", rf"\1{NBSP}"),
    )
)
_ENGLISH: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(r"(?<=\w)'(?=\w)"), "’"),
    (re.compile(r'(^|[\s(\[—–])"(?=\S)'), r"\1“"),
    (re.compile(r'"'), "”"),
)
_RULES: Final = {"fr": _FRENCH, "en": _ENGLISH}


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


def _restored(bare: str, pieces: Iterator[str]) -> str:
    return re.sub(_KEPT, lambda _: next(pieces), bare)
