"""Typography of our own words: French as the Imprimerie nationale sets it, and what each other language asks."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.language.typography import NBSP, THIN, euphonic, typeset

LANGUAGES = ("fr", "en", "de", "es", "it", "pt")


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


@pytest.mark.parametrize(
    ("language", "written", "set_"),
    [
        ("de", 'Das "Wort": ja?', "Das „Wort“: ja?"),
        ("de", "\"Er sagt 'ja'\", geht's?", "„Er sagt ‚ja‘“, geht’s?"),
        ("de", 'für "%(name)s" angemeldet', "für „%(name)s“ angemeldet"),
        ("de", "z. B. auf S. 12, d.h. in Nr. 5", f"z.{NBSP}B. auf S.{NBSP}12, d.{NBSP}h. in Nr.{NBSP}5"),
        ("de", "%(num)s Min. Lesezeit, 5 %", f"%(num)s{NBSP}Min. Lesezeit, 5{NBSP}%"),
        ("de", "am 3. November 2026", f"am 3.{NBSP}November 2026"),
        ("de", "Achtung : hier ; Ende !", "Achtung: hier; Ende!"),
        ("es", 'suscrita a "%(name)s".', "suscrita a «%(name)s»."),
        ("es", "¿ De verdad ? ¡ Sí !", "¿De verdad? ¡Sí!"),
        ("es", "%(num)s min, 5 %, p. 4, n.º 7", f"%(num)s{NBSP}min, 5{NBSP}%, p.{NBSP}4, n.º{NBSP}7"),
        ("es", "\"dijo 'sí'\"...", "«dijo ‘sí’»…"),
        ("it", "l'articolo, un po' di \"pane\"", "l’articolo, un po’ di «pane»"),
        ("it", "1 novembre, 11 novembre", "1º novembre, 11 novembre"),
        ("it", "%(num)s min, pag. 4, art. 7", f"%(num)s{NBSP}min, pag.{NBSP}4, art.{NBSP}7"),
        ("pt", "\"disse 'sim'\": 4 min", f"«disse “sim”»: 4{NBSP}min"),
        ("pt", "pág. 4, n.º 7, 10 €", f"pág.{NBSP}4, n.º{NBSP}7, 10{NBSP}€"),
    ],
)
def test_each_other_language_has_its_quotes_and_its_no_break_spaces(language: str, written: str, set_: str) -> None:
    assert typeset(written, language) == set_


@pytest.mark.parametrize("language", ["de", "es", "it", "pt"])
def test_only_french_has_a_space_before_a_colon(language: str) -> None:
    assert typeset("{title} : {reason}", language) == "{title}: {reason}"


def test_a_language_without_rules_is_left_alone() -> None:
    assert typeset('Het "woord" : ja?', "nl") == 'Het "woord" : ja?'


@pytest.mark.parametrize(
    ("language", "written", "said"),
    [
        ("es", "Europa y IA", "Europa e IA"),
        ("es", "Datos y inclusión", "Datos e inclusión"),
        ("es", "Historia y Hidráulica", "Historia e Hidráulica"),
        ("es", "carbón y hierro, ley y orden", "carbón y hierro, ley y orden"),
        ("it", "Africa e Europa", "Africa ed Europa"),
        ("it", "settimana del 8 novembre 2026", "settimana dell’8 novembre 2026"),
        ("it", "settimana del 11 novembre, del 18", "settimana dell’11 novembre, del 18"),
        ("it", "IA e dati, settimana del 1º novembre", "IA e dati, settimana del 1º novembre"),
        ("fr", "Europe et IA", "Europe et IA"),
    ],
)
def test_small_words_change_before_the_sound_that_follows(language: str, written: str, said: str) -> None:
    assert euphonic(written, language) == said


pieces = st.sampled_from(
    ["Mot", "l'", "'", "„", "“", "¿", "S.", "z.B.", "p.",
      "«", "»", '"', ":", ";", "!", "?", " ", NBSP, THIN, "12", "000", "€", "min", "novembre", "1", "%(n)s", "{x}",
     "https://a.example/b", "12:30", "&nbsp;", "...", "(", ")", "\ue000", "é"]
)  # fmt: skip
texts = st.lists(pieces, max_size=12).map("".join)


@given(texts, st.sampled_from(LANGUAGES))
def test_setting_twice_changes_nothing(text: str, language: str) -> None:
    assert typeset(typeset(text, language), language) == typeset(text, language)


@given(texts, st.sampled_from(LANGUAGES))
def test_only_spaces_and_marks_change(text: str, language: str) -> None:
    def letters(value: str) -> str:
        return re.sub(rf"[\s{NBSP}{THIN}«»„“”‚‘\"'’….]|(?:er|º)(?=[ {NBSP}]?novembre)", "", value)

    assert letters(typeset(text, language)) == letters(text)
