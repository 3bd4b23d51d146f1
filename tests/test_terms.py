"""Terms are found as words: inflected, accented, elided; acronyms by case; expressions whole."""

from __future__ import annotations

import pytest

from digest.judge.terms import Lexicon, Term
from digest.language.reading import read


def found(terms: str, text: str, lang: str = "fr") -> list[str]:
    """What a text says of some terms (separated by |), as it stands there."""
    lexicon = Lexicon([Term(0, "strong", term) for term in terms.split("|")], lang)
    return [each.quote for each in lexicon.find(read(text))]


@pytest.mark.parametrize(
    ("term", "text", "quote"),
    [
        ("bénévole", "Les bénévoles arrivent.", "bénévoles"),
        ("européen", "Des règles Européennes", "Européennes"),
        ("numérique", "NUMERIQUE", "NUMERIQUE"),
        ("logiciel libre", "les logiciels libres", "logiciels libres"),
        ("intelligence artificielle", "l’intelligence artificielle", "intelligence artificielle"),
        ("inclusif", "des services inclusives et", "inclusives"),
        ("startup", "deux startups", "startups"),
        ("start-up", "une start up, des start-ups", "start up"),
        ("machine learning", "Le _machine learning_ aux journées", "machine learning"),
    ],
)
def test_a_term_is_found_in_all_its_forms(term: str, text: str, quote: str) -> None:
    assert found(term, text)[0] == quote


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("ESS", "Corbeil-Essonnes, FINESS, la presse, l'essence"),
        ("IA", "La CIA en Asia, la diaspora, ia"),
        ("AI", "J'ai vu qu'il y a, Ai-je dit"),
        ("UE", "la rue, une statue"),
        ("Europe", "l'Eurovision"),
        ("inclusion numérique", "L'inclusion. Numérique et santé"),
        ("inclusion numérique", "l'inclusion, numérique"),
        ("inclusion numérique", "l'inclusion\n\nnumérique"),
        ("inclusion numérique", "l'inclusion bancaire numérique"),
    ],
)
def test_a_term_is_not_found_inside_other_words_or_across_sentences(term: str, text: str) -> None:
    assert found(term, text) == []


@pytest.mark.parametrize("text", ["L'IA arrive", "d’IA", "(IA)", "Document-IA", "une IA-assistante", "L'IA ET NOUS"])
def test_an_acronym_is_found_beside_an_apostrophe_a_hyphen_or_a_bracket(text: str) -> None:
    assert found("IA", text) == ["IA"]


def test_an_acronym_takes_an_s_in_the_plural() -> None:
    assert found("LLM", "Les LLMs et leurs coûts") == ["LLMs"]


@pytest.mark.parametrize("text", ["J'AI DIT OUI", "CE QUE J'AI VU", "Avis : J'AI REÇU UN COURRIER"])
def test_a_common_word_in_capitals_is_no_acronym(text: str) -> None:
    assert found("AI", text) == []


def test_an_acronym_that_is_a_common_word_counts_when_it_stands_out() -> None:
    assert found("AI", "L'AI Act entre en vigueur") == ["AI"]


@pytest.mark.parametrize(
    ("term", "text", "quote"),
    [
        ("économie sociale solidaire", "l'économie sociale et solidaire", "économie sociale et solidaire"),
        ("économie sociale et solidaire", "économie sociale (et solidaire)", "économie sociale (et solidaire"),
        ("règlement sur l'IA", "le règlement sur l’IA", "règlement sur l’IA"),
        ("fracture numérique", "la fracture du numérique", "fracture du numérique"),
        (
            "stratégie numérique européenne",
            "stratégie du numérique pour les Européens",
            "stratégie du numérique pour les Européens",
        ),
    ],
)
def test_small_linking_words_may_stand_inside_a_term(term: str, text: str, quote: str) -> None:
    assert found(term, text) == [quote]


def test_a_small_word_that_begins_a_term_must_be_there() -> None:
    assert found("d'insertion", "un service d’insertion") == ["insertion"]
    assert found("d'insertion", "the insertion sort") == []


def test_terms_inside_longer_ones_are_found_too() -> None:
    assert found("Europe|Coupe d'Europe", "La Coupe d'Europe") == ["Coupe d'Europe", "Europe"]


def test_two_spellings_of_one_term_are_found_once() -> None:
    assert found("charity|charities", "A charity shop", "en") == ["charity"]


@pytest.mark.parametrize(
    ("lang", "term", "text", "quote"),
    [
        ("de", "künstliche Intelligenz", "Mit künstlicher Intelligenz lernen", "künstlicher Intelligenz"),
        ("es", "inteligencia artificial", "La INTELIGENCIA ARTIFICIAL", "INTELIGENCIA ARTIFICIAL"),
        ("it", "modello linguistico", "i modelli linguistici", "modelli linguistici"),
        ("pt", "modelo de linguagem", "modelos de linguagem", "modelos de linguagem"),
        ("en", "language model", "large language models", "language models"),
        ("sv", "GDPR", "Vad är GDPR?", "GDPR"),
    ],
)
def test_terms_are_inflected_in_the_language_of_the_text(lang: str, term: str, text: str, quote: str) -> None:
    assert found(term, text, lang) == [quote]


def test_a_term_of_several_words_is_precise_and_so_is_a_long_acronym() -> None:
    precise = {
        text: Term(0, "weak", text).is_precise for text in ("Commission européenne", "CJUE", "UE", "européen", "d'insertion")
    }
    assert precise == {"Commission européenne": True, "CJUE": True, "UE": False, "européen": False, "d'insertion": False}


@pytest.mark.parametrize("text", ["", "…", "   ", "🙂", "a", "\x00"])
def test_a_text_without_words_holds_no_term(text: str) -> None:
    assert found("IA|Europe", text) == []
