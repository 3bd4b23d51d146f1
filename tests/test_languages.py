"""The email in each language of a newsletter: nothing of ours stays in English, dates and counts are those of its readers."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest

from digest.compose.edition import compose
from digest.compose.render import render, render_report
from digest.language.translations import team_translator, translator
from digest.language.typography import typeset
from digest.model import Edition, EditionTheme, Period, RenderedEmail
from digest.resources import folder
from digest.settings import LANGUAGES, Newsletter

from .conftest import SETTINGS, Digest
from .editions import NOVEMBER, PARIS, newsletter, sample, story
from .test_cli import ai_articles, write_newsletter
from .test_translations import MARK, TRANSLATED, catalogue, forms, said

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
WEEK = Period(datetime(2026, 11, 16, tzinfo=PARIS), datetime(2026, 11, 23, tzinfo=PARIS))


def composed(language: str, themes: tuple[EditionTheme, ...], during: Period = NOVEMBER, **settings: object) -> Edition:
    """An edition of these themes in a language, its sentences written by the program."""
    whole = sample()
    return compose(
        "2026-11",
        newsletter=newsletter(language=language, **settings),
        translator=translator(language),
        period=during,
        themes=themes,
        highlights=whole.highlights,
        left_out=whole.left_out,
        reports=whole.sources,
        now=NOW,
    )


def emailed(edition: Edition, settings: Newsletter) -> RenderedEmail:
    return render(edition, settings, templates=folder("templates"), translator=translator(edition.language))


def count_of(stories: int) -> tuple[EditionTheme, ...]:
    return (EditionTheme("ia", "IA", tuple(story(f"Un titre {n}", minutes=1) for n in range(stories))),)


@pytest.mark.parametrize("layout", ["lettre", "brèves"])
@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_of_ours_stays_in_english(language: str, layout: str) -> None:
    email = emailed(composed(language, sample().themes), newsletter(language=language, layout=layout))
    shown = unescape(re.sub(r"<style.*?</style>|<[^>]*>", "", email.html, flags=re.DOTALL)) + " ".join(email.text.split())
    found = [form for form in english_forms() if form != translated(form, language) and pattern_of(form).search(shown)]
    assert found == []


def english_forms() -> list[str]:
    """Every English sentence or word of the email, but for little ones ("in", "and") that the articles may hold too."""
    found = [form for message in said("babel-email.cfg") for form in ((message,) if isinstance(message, str) else message)]
    return [form for form in found if len(re.findall(r"[a-z]", MARK.sub("", form))) > 3]


def translated(form: str, language: str) -> str:
    return next(words for message in catalogue(language) for english, words in forms(message) if english == form)


def pattern_of(form: str) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)" + r"\S.*?".join(re.escape(piece) for piece in MARK.split(typeset(form, "en"))) + r"(?!\w)")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_document_says_its_language_and_marks_the_others(language: str) -> None:
    html = emailed(composed(language, sample().themes), newsletter(language=language)).html
    assert re.search(rf'<html[^>]* lang="{language}" dir="ltr"', html)
    foreign = set(re.findall(r'<(?!html|body|div)[a-z0-9]+[^>]* lang="(\w\w)"', html))
    assert foreign == {"fr", "en", "de"} - {language}


@pytest.mark.parametrize(
    ("language", "monthly", "weekly", "day", "minutes", "foreign"),
    [
        ("fr", "Novembre 2026", "Semaine du 16 novembre 2026", "3 novembre 2026", "7 min de lecture", "en anglais"),
        ("en", "November 2026", "Week of 16 November 2026", "3 November 2026", "4 min read", "in French"),
        ("de", "November 2026", "Woche vom 16. November 2026", "3. November 2026", "7 Min. Lesezeit", "auf Englisch"),
        (
            "es",
            "Noviembre de 2026",
            "Semana del 16 de noviembre de 2026",
            "3 de noviembre de 2026",
            "7 min de lectura",
            "en inglés",
        ),
        ("it", "Novembre 2026", "Settimana del 16 novembre 2026", "3 novembre 2026", "7 min di lettura", "in inglese"),
        ("pt", "Novembro de 2026", "Semana de 16 de novembro de 2026", "3 de novembro de 2026", "7 min de leitura", "em inglês"),
    ],
)
def test_dates_and_numbers_are_those_of_the_language(
    language: str, monthly: str, weekly: str, day: str, minutes: str, foreign: str
) -> None:
    settings = newsletter(language=language)
    text = emailed(composed(language, sample().themes), settings).text.replace("\N{NO-BREAK SPACE}", " ")
    assert f"\n{monthly}\n" in text
    assert all(part in " ".join(text.split()) for part in (f"· {day}", f"· {foreign}", f"· {minutes}"))
    week = newsletter(language=language, period="week")
    assert f"\n{weekly}\n" in emailed(composed(language, sample().themes, WEEK, period="week"), week).text


@pytest.mark.parametrize(
    ("language", "one", "two"),
    [
        ("fr", "Ce mois-ci, un article à lire : IA. Comptez une minute pour tout lire.",
         "Ce mois-ci, 2 articles à lire : IA. Comptez 2 minutes pour tout lire ; une seule pour l’essentiel."),
        ("en", "This month, one article to read: IA. All of it takes one minute.",
         "This month, 2 articles to read: IA. All of it takes 2 minutes; the essential, one."),
        ("de", "Diesen Monat ein Artikel zum Lesen: IA. Alles zu lesen dauert eine Minute.",
         "Diesen Monat 2 Artikel zum Lesen: IA. Alles zu lesen dauert 2 Minuten, das Wesentliche eine."),
        ("es", "Este mes, un artículo para leer: IA. Leerlo todo lleva un minuto.",
         "Este mes, 2 artículos para leer: IA. Leerlo todo lleva 2 minutos; lo esencial, uno."),
        ("it", "Questo mese, un articolo da leggere: IA. Per leggere tutto basta un minuto.",
         "Questo mese, 2 articoli da leggere: IA. Per leggere tutto bastano 2 minuti; per l’essenziale, uno."),
        ("pt", "Este mês, um artigo para ler: IA. Ler tudo demora um minuto.",
         "Este mês, 2 artigos para ler: IA. Ler tudo demora 2 minutos; o essencial, um."),
    ],
)  # fmt: skip
def test_one_and_two_are_said_as_such(language: str, one: str, two: str) -> None:
    said = [composed(language, count_of(stories)).introduction for stories in (1, 2)]
    assert [re.sub("[\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]", " ", sentence) for sentence in said] == [one, two]


@pytest.mark.parametrize(
    ("language", "joined"),
    [("fr", "Europe et IA"), ("en", "Europe and IA"), ("de", "Europe und IA"), ("es", "Europe e IA"), ("it", "Europe e IA"),
     ("pt", "Europe e IA")],
)  # fmt: skip
def test_the_last_theme_is_joined_as_the_language_does(language: str, joined: str) -> None:
    (ia,) = count_of(1)
    themes = (EditionTheme("a", "Données", ia.stories), EditionTheme("b", "Europe", ia.stories), ia)
    assert f"Données, {joined}." in composed(language, themes).introduction


def test_a_week_from_the_eighth_is_elided_in_italian() -> None:
    week = Period(datetime(2027, 2, 8, tzinfo=PARIS), datetime(2027, 2, 15, tzinfo=PARIS))
    assert composed("it", count_of(1), week, period="week").subject.endswith("– settimana dell’8 febbraio 2027")


@pytest.mark.parametrize(("language", "words"), [("fr", "Rapport sur le numéro"), ("de", "Report on edition")])
def test_the_report_of_any_newsletter_is_in_french_or_english(language: str, words: str) -> None:
    settings, edition = newsletter(language=language), composed(language, sample().themes)
    team = team_translator(language)
    report = render_report(edition, settings, emailed(edition, settings), templates=folder("templates"), translator=team)
    assert f'<html lang="{team.language}"' in report
    assert words in report
    assert ('<h1 lang="de">' in report) == (language == "de")


def test_a_german_newsletter_is_made_by_a_team_that_reads_english(digest: Digest, tmp_path: Path) -> None:
    german = SETTINGS["newsletter"] | {"language": "de"}
    folder = write_newsletter(tmp_path / "n", ai_articles(4), newsletter=german)
    made = digest("draft", folder=folder)
    assert made.code == 0, made.err
    assert made.out.startswith("Draft 2026-11 is ready")
    text, report = ((folder / "editions/2026-11" / name).read_text(encoding="utf-8") for name in ("email.txt", "report.html"))
    assert "Diesen Monat 4 Artikel zum Lesen: AI." in text
    assert "· 2. November 2026 · auf Französisch ·" in text
    assert '<html lang="en"' in report
    assert "2 November 2026" in report
