"""Words: languages told apart, lemmas, folding, stop words."""

from __future__ import annotations

import subprocess
import sys

import pytest

from digest.language.words import KNOWN, STOP_WORDS, detect, fold, lemma, tokens

SAMPLES = {
    "fr": "La coopérative a ouvert un atelier où les habitants apprennent à réparer leur ordinateur avec des bénévoles.",
    "en": "The cooperative has opened a workshop where residents learn how to repair their computers with volunteers.",
    "de": "Die Genossenschaft hat eine Werkstatt eröffnet, in der die Bewohner lernen, wie man einen Computer repariert.",
    "es": "La cooperativa ha abierto un taller donde los vecinos aprenden a reparar su ordenador con la ayuda de voluntarios.",
    "it": "La cooperativa ha aperto un laboratorio dove gli abitanti imparano a riparare il computer con i volontari.",
    "pt": "A cooperativa abriu uma oficina onde os moradores aprendem a reparar o computador com a ajuda de voluntários.",
}


@pytest.mark.parametrize("lang", KNOWN)
def test_a_sentence_is_enough_to_tell_the_language(lang: str) -> None:
    assert detect(SAMPLES[lang]) == lang


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("افتتحت التعاونية ورشة جديدة في المدينة", "ar"),
        ("העמותה פתחה סדנה חדשה בעיר", "he"),
        ("Ο συνεταιρισμός άνοιξε ένα εργαστήριο", "el"),
        ("Кооператив открыл мастерскую", "ru"),
        ("Кооператив відкрив майстерню у місті", "uk"),
        ("合作社开设了一个 Linux 维修车间", "zh"),
        ("協同組合は町に工房を開きました", "ja"),
        ("협동조합이 작업장을 열었습니다", "ko"),
        ("Le mot « κοινότητα » veut dire communauté, et les habitants le savent", "fr"),
    ],
)
def test_a_script_tells_the_language_of_a_text_that_is_mostly_in_it(text: str, lang: str) -> None:
    assert detect(text) == lang


@pytest.mark.parametrize(
    ("title", "lang"),
    [("Open source software for charities", "en"), ("Neue Regeln für Vereine", "de"), ("Les communs d’ici", "fr")],
)
def test_a_headline_is_told_by_the_model(title: str, lang: str) -> None:
    assert detect(title, default="it") == lang


def test_a_language_with_few_stop_words_in_the_opening_is_left_to_the_model() -> None:
    assert detect("Digital inclusion funding: libraries, charities, volunteers, residents, schools, training") == "en"


@pytest.mark.parametrize("text", ["", "2026 — 42 %", "🙂", "Mobilic", "Open Terms Archive"])
def test_a_text_without_words_or_a_bare_name_takes_the_default(text: str) -> None:
    assert detect(text, default="fr") == "fr"
    assert detect(text, default="en") == "en"


def test_tokens_are_lower_case_words_parted_at_apostrophes_and_hyphens() -> None:
    assert tokens("L’ESS, c'est 2,6 millions d'emplois — rendez-vous_ici !") == [
        "l", "ess", "c", "est", "2", "6", "millions", "d", "emplois", "rendez", "vous", "ici",
    ]  # fmt: skip


def test_a_lemma_is_the_dictionary_form() -> None:
    assert lemma("européennes", "fr") == "européen"
    assert lemma("Coopératives", "fr") == "coopérative"
    assert lemma("regulations", "en") == "regulation"


def test_a_word_of_an_unknown_language_is_its_own_lemma() -> None:
    assert lemma("Nyheter", "sv") == "nyheter"


def test_fold_removes_case_accents_and_curly_signs() -> None:
    assert fold("L’Économie « Sociale »\u00a0: Œuvre") == 'l\'economie " sociale " : oeuvre'
    assert fold("Straße") == "strasse"
    assert fold("PLAIN ascii") == "plain ascii"


def test_every_known_language_has_its_stop_words_in_lower_case() -> None:
    assert set(STOP_WORDS) == set(KNOWN)
    assert all(len(words) > 100 and words == {word.lower() for word in words} for words in STOP_WORDS.values())


def test_importing_loads_neither_model() -> None:
    script = "import sys, digest.language.words; sys.exit(bool({'simplemma', 'py3langid'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
