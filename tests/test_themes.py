"""An article has the themes its words give it, with the evidence, and the traps of each theme do not catch it."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from digest.judge.themes import SOURCE, THRESHOLD, Themes, themes_of
from digest.model import Article, Evidence, Unheard
from digest.settings import Theme, parse
from digest.yaml_text import read_yaml

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def article(title: str, text: str = "", *, lang: str = "fr", summary: str = "") -> Article:
    return Article(
        id="0" * 16, url=None, title=title, source="La gazette", collected=NOW, text=text, lang=lang, summary=summary
    )  # fmt: skip


def theme(**keys: object) -> Theme:
    return Theme.model_validate({"id": "t", "name": "T", **keys})


@cache
def shipped() -> Themes:
    return Themes(parse(read_yaml((ROOT / "sources.yaml").read_text(encoding="utf-8"))).themes)


def ids(themes: Themes, one: Article, hint: str | None = None) -> list[str]:
    return [match.id for match in themes.judge(one, hint)]


def test_a_strong_word_in_the_title_gives_the_theme() -> None:
    (match,) = Themes([theme(words=["intelligence artificielle"])]).judge(article("L’intelligence artificielle au musée"))
    assert (match.id, match.because[0].term, match.because[0].where) == ("t", "intelligence artificielle", "title")
    assert match.score > THRESHOLD


def test_a_strong_word_said_once_deep_in_a_text_does_not() -> None:
    filler = "Le vent souffle sur la plaine et les arbres plient. " * 40
    assert Themes([theme(words=["IA"])]).judge(article("Le vent", filler + "L'IA aussi.")) == ()


def test_a_term_weighs_more_in_the_title_than_in_the_opening_than_in_the_body() -> None:
    filler = "Le vent souffle sur la plaine et les arbres plient. " * 40
    themes = Themes([theme(words=["IA"])])
    scores = [
        themes.weigh(one)[0].score
        for one in (article("L'IA", filler), article("Le vent", "L'IA. " + filler), article("Le vent", filler + "L'IA."))
    ]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 3


def test_a_term_that_comes_back_in_the_body_weighs_more() -> None:
    filler = "Le vent souffle sur la plaine et les arbres plient. " * 10
    themes = Themes([theme(words=["IA"])])
    once, thrice = (themes.weigh(article("Le vent", filler + "L'IA souffle. " * times))[0].score for times in (1, 3))
    assert thrice > once


def test_the_same_mentions_weigh_less_in_a_longer_text() -> None:
    filler = "Le vent souffle sur la plaine et les arbres plient. "
    themes = Themes([theme(words=["IA"])])
    short, long = (themes.weigh(article("Le vent", filler * size + "L'IA."))[0].score for size in (25, 200))
    assert short > long


def test_weak_words_count_only_together() -> None:
    themes = Themes([theme(words=["IA"], weak_words=["robot", "algorithme"])])
    assert themes.weigh(article("Un robot de plus, et ce robot cuisine")) == ()
    assert ids(themes, article("Le robot et son algorithme")) == ["t"]


def test_a_weak_word_with_a_context_counts_only_in_it() -> None:
    themes = Themes([theme(words=["fracture numérique"], weak_words=["association"], **{"with": ["logiciel", "numérique"]})])
    assert themes.weigh(article("Une association fête ses dix ans")) == ()
    assert ids(themes, article("Une association et son logiciel")) == ["t"]


def test_a_context_said_in_passing_is_worth_less_than_one_in_the_title() -> None:
    themes = Themes([theme(words=["x"], weak_words=["association"], **{"with": ["en ligne"]})])
    passing = article("La collecte commence", "L'association attend les dons. On s'inscrit en ligne.")
    subject = article("La collecte passe en ligne", "L'association attend les dons. On s'inscrit chez soi.")
    assert themes.weigh(passing)[0].score < THRESHOLD < themes.weigh(subject)[0].score + 0.2


def test_a_term_inside_an_excluded_expression_does_not_count() -> None:
    themes = Themes([theme(words=["Europe"], **{"not": ["Coupe d'Europe"]})])
    assert ids(themes, article("La Coupe d’Europe à Lyon")) == []
    assert ids(themes, article("La Coupe d’Europe, et l'Europe")) == ["t"]


def test_a_term_inside_a_longer_term_counts_once() -> None:
    (match,) = Themes([theme(words=["souveraineté", "souveraineté numérique"])]).judge(article("La souveraineté numérique"))
    assert [each.term for each in match.because] == ["souveraineté numérique"]


def test_evidence_is_quoted_as_it_stands_heaviest_first() -> None:
    (match,) = Themes([theme(words=["logiciel libre", "commun numérique"])]).judge(
        article("Des Communs  Numériques", "Deux logiciels\u00a0libres.")
    )
    assert [(each.term, each.where) for each in match.because] == [
        ("Communs  Numériques", "title"),
        ("logiciels\u00a0libres", "opening"),
    ]
    assert match.because[0].weight > match.because[1].weight
    assert match.score == pytest.approx(1 - 0.5 ** sum(each.weight for each in match.because), abs=0.001)


def test_the_hint_of_the_source_is_a_weak_vote_never_a_verdict() -> None:
    themes = Themes([theme(words=["IA"])])
    said = article("Le vent", "Le vent souffle sur la plaine. " * 30 + "L'IA.")
    assert themes.judge(article("Le vent"), hint="t") == ()
    alone, hinted = themes.weigh(said)[0], themes.weigh(said, hint="t")[0]
    assert hinted.score > alone.score
    assert Evidence("La gazette", "source", SOURCE) in hinted.because


def test_the_summary_of_a_feed_counts_as_the_opening() -> None:
    (match,) = Themes([theme(words=["IA"])]).weigh(article("Le vent", "Le vent souffle.", summary="Ce que l'IA en dit."))
    assert match.because[0].where == "opening"


def test_a_summary_that_begins_the_text_is_not_counted_twice() -> None:
    themes = Themes([theme(words=["IA"])])
    text = "Ce que l'IA dit du vent. " + "Le vent souffle. " * 100
    assert themes.weigh(article("Le vent", text, summary="Ce que l'IA dit du vent.")) == themes.weigh(article("Le vent", text))


def test_themes_come_best_first_and_an_article_may_have_several() -> None:
    themes = Themes([theme(words=["Europe"]), Theme.model_validate({"id": "u", "name": "U", "words": ["IA", "AI Act"]})])
    matches = themes.judge(article("L'AI Act vu d'Europe", "L'IA, l'IA et encore l'IA."))
    assert [match.id for match in matches] == ["u", "t"]
    assert matches[0].score > matches[1].score


def test_an_article_without_words_has_no_theme() -> None:
    assert shipped().judge(article("")) == ()


def test_an_article_in_an_unknown_language_is_judged_by_the_words_it_shares() -> None:
    assert ids(shipped(), article("GDPR gäller även här", lang="sv")) == ["europe"]


# ------------------------------------------------------------------------------------------------ the working


def test_the_working_shows_every_theme_and_adds_up() -> None:
    themes = Themes([theme(words=["IA", "robot"]), Theme.model_validate({"id": "u", "name": "U", "words": ["Europe"]})])
    first, second = themes.work(article("L'IA et son robot", "Un robot."))
    assert (first.id, first.fits, second.id, second.fits) == ("t", True, "u", False)
    assert first.points == sum(each.weight for each in first.because)
    assert first.score == pytest.approx(1 - 0.5**first.points, abs=0.001)
    assert [each.weight for each in first.because] == sorted((each.weight for each in first.because), reverse=True)
    assert (second.score, second.because, second.unheard) == (0.0, (), ())


def test_the_working_agrees_with_the_verdict() -> None:
    for one in (article("L'IA en Europe", "Une association, un logiciel libre."), article("La Coupe d'Europe"), article("")):
        given = {match.id: match.score for match in shipped().judge(one, "ia")}
        assert {working.id: working.score for working in shipped().work(one, "ia") if working.fits} == given


def test_the_working_says_what_does_not_count_and_why() -> None:
    themes = Themes(
        [theme(words=["Europe", "souveraineté", "souveraineté numérique"], weak_words=["banque"], **{"not": ["Coupe d'Europe"]})]
    )
    (excluded,) = themes.work(article("La Coupe d’Europe"))[0].unheard
    assert excluded == Unheard("Europe", "title", "excluded", "Coupe d’Europe")
    (longer,) = themes.work(article("Un titre", "La souveraineté  numérique."))[0].unheard
    assert longer == Unheard("souveraineté", "opening", "longer", "souveraineté  numérique")
    (alone,) = themes.work(article("Une banque"))[0].unheard
    assert alone == Unheard("banque", "title", "alone")
    assert themes.work(article("Une banque d'Europe"))[0].unheard == ()


def test_the_working_holds_more_evidence_than_a_verdict_shows() -> None:
    words = ["un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"]
    themes = Themes([theme(words=words)])
    said = article("Compter", " ".join(words))
    assert len(themes.judge(said)[0].because) < len(themes.work(said)[0].because) == 10


def test_themes_are_compiled_once_as_long_as_they_stay_the_same() -> None:
    given = parse(read_yaml((ROOT / "sources.yaml").read_text(encoding="utf-8"))).themes
    again = parse(read_yaml((ROOT / "sources.yaml").read_text(encoding="utf-8"))).themes
    assert themes_of(given) is themes_of(again)
    assert themes_of(given) is not themes_of(given[:2])
    read = article(
        "L’insertion par l’activité économique", "Une association d'insertion, la Commission européenne et un algorithme."
    )
    assert themes_of(given).judge(read) == Themes(given).judge(read) != ()
