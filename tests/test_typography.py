"""Typography of our own words: French as the Imprimerie nationale sets it, English with its quotes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.language.typography import NBSP, THIN, typeset


@pytest.mark.parametrize(
    ("written", "set_"),
    [
        ("Attention : deux points", f"Attention{NBSP}: deux points"),
        ("Attention: deux points", f"Attention{NBSP}: deux points"),
        ("Vraiment ? Oui ! Bien ; voilà", f"Vraiment{THIN}? Oui{THIN}! Bien{THIN}; voilà"),
        ("Vraiment?", f"Vraiment{THIN}?"),
        ("Non ?! (vraiment ?)", f"Non{THIN}?! (vraiment{THIN}?)"),
        ('le "mot" juste', f"le «{NBSP}mot{NBSP}» juste"),
        ("« déjà »", f"«{NBSP}déjà{NBSP}»"),
        ("«collé»", f"«{NBSP}collé{NBSP}»"),
        ("l'atelier d'aujourd'hui", "l’atelier d’aujourd’hui"),
        ("et puis...", "et puis…"),
        ("1 novembre 2026", f"1er{NBSP}novembre 2026"),
        ("1er novembre", f"1er{NBSP}novembre"),
        ("11 novembre", f"11{NBSP}novembre"),
        ("la 1ère, la 2ème, la 21 ème", "la 1re, la 2e, la 21e"),
        ("10 000 € en 4 min", f"10{THIN}000{NBSP}€ en 4{NBSP}min"),
        ("1 234 567 octets", f"1{THIN}234{THIN}567{NBSP}octets"),
        ("72 Ko, 5 %", f"72{NBSP}Ko, 5{NBSP}%"),
        ("n° 12, p. 4, Mme Durand", f"n°{NBSP}12, p.{NBSP}4, Mme{NBSP}Durand"),
        ("%(num)s min, {weight} Ko", f"%(num)s{NBSP}min, {{weight}}{NBSP}Ko"),
        ("Lire sur %(site)s : %(title)s", f"Lire sur %(site)s{NBSP}: %(title)s"),
    ],
)
def test_french(written: str, set_: str) -> None:
    assert typeset(written, "fr") == set_


@pytest.mark.parametrize(
    "kept",
    [
        "https://exemple.org/a?b=c:d;e!f",
        "à 12:30",
        "entre 9:05 et 18:45",
        "&nbsp;&#160;&eacute;",
        '<a href="https://exemple.org/">ici</a>',
        '`digest draft --by "Camille"`',
        "{file}:{line}",
        "lettre@exemple.org",
        "10.5",
    ],
)
def test_what_is_not_prose_is_left_alone(kept: str) -> None:
    assert typeset(kept, "fr") == kept


def test_punctuation_after_an_address_is_set() -> None:
    assert typeset("voir https://exemple.org/a : merci", "fr") == f"voir https://exemple.org/a{NBSP}: merci"


def test_english_gets_its_quotes_and_nothing_else() -> None:
    assert typeset('It\'s "fine": really? 10 000', "en") == "It’s “fine”: really? 10 000"


def test_a_language_without_rules_is_left_alone() -> None:
    assert typeset('Das "Wort": ja?', "de") == 'Das "Wort": ja?'


pieces = st.sampled_from(
    ["Mot", "l'", "«", "»", '"', ":", ";", "!", "?", " ", NBSP, THIN, "12", "000", "€", "min", "novembre", "1", "%(n)s", "{x}",
     "https://a.example/b", "12:30", "&nbsp;", "...", "(", ")", "\ue000", "é"]
)  # fmt: skip
texts = st.lists(pieces, max_size=12).map("".join)


@given(texts)
def test_setting_twice_changes_nothing(text: str) -> None:
    assert typeset(typeset(text, "fr"), "fr") == typeset(text, "fr")


@given(texts)
def test_only_spaces_and_marks_change(text: str) -> None:
    def letters(value: str) -> str:
        return re.sub(rf"[\s{NBSP}{THIN}«»\"'’….]|er(?={NBSP}?novembre)", "", value)

    assert letters(typeset(text, "fr")) == letters(text)
