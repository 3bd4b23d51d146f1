"""Takeaways: the author's own key points under any usual name, else verbatim sentences that stand alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from digest.judge.quotable import Fault, fault
from digest.judge.takeaways import takeaways
from digest.model import Article, Link, Takeaway

POINTS = ("La coopérative partage ses véhicules.", "Le prix a baissé d'un tiers.", "Les statuts ont été relus.")
OPENING = "La coopérative de Trévières partage désormais ses véhicules avec trois associations voisines du canton."


def article(text: str, *, title: str = "Une coopérative partage ses véhicules", lang: str = "fr", **values: Any) -> Article:
    collected = datetime(2026, 11, 24, 9, tzinfo=UTC)
    return Article(
        id="0123456789abcdef", url=None, title=title, source="Essai", collected=collected, text=text, lang=lang, **values
    )


def made(text: str, *, limit: int = 3, quoted_words: int = 80, **values: Any) -> tuple[Takeaway, ...]:
    return takeaways(article(text, **values), limit=limit, quoted_words=quoted_words)


def texts(found: tuple[Takeaway, ...]) -> list[str]:
    return [one.text for one in found]


def section(heading: str, points: tuple[str, ...] = POINTS) -> str:
    return f"{OPENING}\n\n{heading}\n\n" + "\n".join(f"- {point}" for point in points)


# ------------------------------------------------------------------------------------------------ the author's own section


@pytest.mark.parametrize(
    "name",
    [
        "À retenir", "A RETENIR :", "À retenir !", "📌 À retenir", "3. À retenir", "Ce qu'il faut retenir",
        "Ce qu’on retient", "Que faut-il retenir ?", "Les 5 points clés à retenir", "Points clés", "L'essentiel",
        "L’essentiel en 3 points", "En bref", "En résumé", "Synthèse de l'article", "Les principaux enseignements",
        "Trois idées à retenir", "Messages clés", "En deux mots", "À retenir de l'entretien", "Key takeaways",
        "Key Takeaways:", "Takeaways from the report", "TL;DR", "In brief", "Key points", "keypoints", "summary box",
        "Highlights", "What you need to know", "The main findings", "At a glance", "In a nutshell",
        "Das Wichtigste in Kürze", "Das Wichtigste vorab:", "Darum geht's", "Auf einen Blick", "Kurz & knapp",
        "Zusammenfassung", "Kernaussagen", "Alles im Überblick", "Lo esencial", "Puntos clave", "Las claves",
        "En resumen", "Ideas principales", "Lo fundamental", "In sintesi", "Punti chiave", "I punti salienti",
        "Da ricordare", "Pontos-chave", "O essencial", "Em resumo", "Principais conclusões", "O que reter",
        "À retenir : une coopérative partage ses véhicules", "Une coopérative partage ses véhicules – en bref",
    ],
)  # fmt: skip
@pytest.mark.parametrize("mark", ["## ", ""])
def test_the_authors_points_are_found_under_any_usual_name(name: str, mark: str) -> None:
    found = made(section(mark + name))
    assert texts(found) == list(POINTS)
    assert {(one.made_by, one.score) for one in found} == {("section", 1.0)}


@pytest.mark.parametrize(
    "name",
    [
        "Conclusion", "Date à retenir", "En bref délai", "Pour aller plus loin", "Lire aussi", "Sommaire", "Les partenaires",
        "Points noirs", "Brief history", "Summary of product terms and conditions of sale", "Kurz notiert", "Fazit",
        "Nos clés USB", "Retenir son souffle",
    ],
)  # fmt: skip
def test_other_headings_are_not_key_points(name: str) -> None:
    found = made(section(f"## {name}", ("Un premier point dit ici.", "Un second point dit ici.")))
    assert {one.made_by for one in found} == {"extract"}


def test_a_section_in_prose_gives_its_sentences() -> None:
    found = made(f"{OPENING}\n\n## À retenir\n\n{' '.join(POINTS)}\n\n## Contact\n\nÉcrire au siège.")
    assert texts(found) == list(POINTS)


def test_a_lead_in_names_the_points_of_its_own_line() -> None:
    assert texts(made(f"{OPENING}\n\nÀ retenir : {POINTS[0]} {POINTS[1]}\n\nLe canton suit.")) == list(POINTS[:2])


def test_bullets_left_as_signs_are_points_too() -> None:
    text = f"{OPENING}\n\nÀ retenir\n\n" + "\n\n".join(f"• {point}" for point in POINTS) + "\n\nConsultez aussi : le dossier"
    assert texts(made(text)) == list(POINTS)


def test_a_section_stops_at_the_next_heading_or_paragraph() -> None:
    rest = "\n\n## Suite\n\n- Un autre point sans rapport."
    assert texts(made(section("## À retenir") + rest)) == list(POINTS)
    assert texts(made(section("## À retenir") + "\n\nUne phrase.\n\n- Un autre point.")) == list(POINTS)


@pytest.mark.parametrize(
    "points",
    [
        "1. Le prix a baissé ; 2. Les statuts sont relus ; 3. Le canton paie.",
        "1) Le prix a baissé, 2) Les statuts sont relus, 3) Le canton paie.",
        "(1) Le prix a baissé ; (2) Les statuts sont relus ; (3) Le canton paie.",
    ],
)
@pytest.mark.parametrize("name", ["Points à retenir : ", "## À retenir\n\n"])
def test_points_numbered_in_one_line_are_parted_at_their_numbers(name: str, points: str) -> None:
    found = made(f"{OPENING}\n\n{name}{points}\n\n## Suite\n\nLe canton suit.")
    assert texts(found) == ["Le prix a baissé", "Les statuts sont relus", "Le canton paie."]


def test_a_number_that_ends_a_sentence_parts_nothing() -> None:
    points = ("Le prix est dit à l'article 2. Il a baissé.", "Les statuts sont relus.")
    assert texts(made(section("## À retenir", points))) == list(points)


def test_the_names_of_columns_are_not_points() -> None:
    rows = ("Prix du trajet | Baisse d'un tiers", "Statuts | Relus par le canton")
    table = "\n\n".join(("Mesure | Effet", *rows))
    assert texts(made(f"{OPENING}\n\n## À retenir\n\n{table}\n\n## Suite\n\nLe canton suit.")) == list(rows)
    priced = "Trajet | 12 euros\n\nStatuts | Relus"
    assert texts(made(f"{OPENING}\n\n## À retenir\n\n{priced}"))[0] == "Trajet | 12 euros"


def test_an_empty_section_is_no_section() -> None:
    found = made(f"{OPENING}\n\n## À retenir\n\n## Contact\n\nLe siège de l'association répond aux questions le mardi matin.")
    assert {one.made_by for one in found} == {"extract"}


def test_a_section_that_holds_the_whole_article_is_not_a_summary() -> None:
    found = made("## En résumé\n\n" + f"{OPENING} Le canton finance les véhicules partagés. " * 20)
    assert {one.made_by for one in found} == {"extract"}


def test_news_in_brief_about_other_things_is_not_the_articles_points() -> None:
    news = ("Piscine : fermeture technique jeudi", "Marché de Noël dès samedi", "Concours de soupe au potiron")
    assert {one.made_by for one in made(section("## En bref", news))} == {"extract"}


def test_links_to_other_articles_are_not_points() -> None:
    teasers = ("La coopérative ouvre un second garage", "Les véhicules du canton passent à l'électrique")
    links = tuple(Link(teaser, f"https://exemple.fr/{i}") for i, teaser in enumerate(teasers))
    assert {one.made_by for one in made(section("## En bref", teasers), links=links)} == {"extract"}


def test_a_clear_name_wins_over_a_vague_one() -> None:
    text = (
        section("## En bref", ("Une coopérative du canton partage ses véhicules.",)) + "\n\n## À retenir\n\n- Le prix a baissé."
    )
    assert texts(made(text)) == ["Le prix a baissé."]


def test_points_beyond_the_limits_are_left_out_whole_but_one_is_kept() -> None:
    assert texts(made(section("## À retenir"), limit=2)) == list(POINTS[:2])
    assert texts(made(section("## À retenir"), quoted_words=11)) == list(POINTS[:2])
    assert texts(made(section("## À retenir"), quoted_words=2)) == list(POINTS[:1])


# ------------------------------------------------------------------------------------------------ the best sentences

ARTICLE = """\
Publié le 3 novembre 2026

La coopérative de Trévières partage désormais ses véhicules avec trois associations voisines du canton. Cela change tout.

## Pourquoi partager ?

Qui paie l'entretien des véhicules ? Chaque association verse à la coopérative une part proportionnelle aux kilomètres parcourus.

L'accord suppose :

- un carnet de route commun ;
- une assurance unique pour tous les véhicules partagés par les associations et la coopérative ;

Photo : les véhicules partagés par la coopérative devant le siège des associations.

En effet, la coopérative et ses associations ont réduit de moitié le nombre de véhicules du canton depuis le printemps.

Le canton finance la moitié du prix des véhicules électriques que la coopérative met à la disposition des associations.

La coopérative de Trévières partage ses véhicules avec trois associations voisines du canton depuis l'an dernier.

Abonnez-vous à la lettre de la coopérative pour suivre les véhicules partagés des associations."""


def test_the_sentences_chosen_stand_alone_and_say_different_things() -> None:
    found = made(ARTICLE)
    one, two, three = sorted(texts(found))
    assert one == "Chaque association verse à la coopérative une part proportionnelle aux kilomètres parcourus."
    assert two.startswith("La coopérative de Trévières partage ")  # said twice in the article
    assert three.startswith("Le canton finance la moitié du prix des véhicules électriques que la coopérative met ")
    assert {one.made_by for one in found} == {"extract"}


def test_takeaways_are_spans_of_the_version_they_quote_best_first() -> None:
    of = article(ARTICLE, version=4)
    found = takeaways(of, limit=3, quoted_words=80)
    assert all(of.text[one.start : one.end] == one.text and one.article == of.id and one.version == 4 for one in found)
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)


@pytest.mark.parametrize("quoted_words", [20, 35, 50])
def test_quoted_words_are_never_exceeded_by_whole_sentences(quoted_words: int) -> None:
    assert sum(len(text.split()) for text in texts(made(ARTICLE, quoted_words=quoted_words))) <= quoted_words


@pytest.mark.parametrize(
    "text",
    ["Cela ne suffit pas.", "## Un titre seul", "- un point court", "Voir https://exemple.fr", "a " * 400, "Pourquoi pas nous ?"],
)
def test_an_article_that_says_something_has_one_takeaway(text: str) -> None:
    found = made(text, quoted_words=5)
    assert len(found) == 1
    assert found[0].text.strip()


@pytest.mark.parametrize("text", ["", "  ", "\n\n", "mot", "Bientôt.", "Pourquoi ?", "42", "«", "## Titre\n\nOui"])
def test_an_article_of_a_word_or_two_has_none(text: str) -> None:
    assert made(text) == ()


def test_a_language_we_do_not_know_still_has_takeaways() -> None:
    text = (
        "Kommunen öppnar ett gemensamt verkstad för cyklar i höst. Verkstaden drivs av tre föreningar tillsammans med kommunen."
    )
    assert len(made(text, lang="sv", title="Ny verkstad för cyklar")) == 2


@pytest.mark.parametrize(
    ("lang", "sentence", "expected"),
    [
        ("fr", "La coopérative a ouvert un second garage au nord du canton.", Fault.NONE),
        ("fr", "Il est recommandé de relire les statuts avant de signer la charte.", Fault.NONE),
        ("fr", "Cette année, la coopérative a ouvert un second garage au nord.", Fault.NONE),
        ("fr", "Cette coopérative a ouvert un second garage au nord du canton.", Fault.LEANING),
        ("fr", "Il a donc ouvert un second garage au nord du canton voisin.", Fault.LEANING),
        ("fr", "En effet, la coopérative a ouvert un second garage au nord.", Fault.LEANING),
        ("fr", "Ces derniers ont ouvert un second garage au nord du canton.", Fault.LEANING),
        ("fr", "D’autres coopératives ont ouvert un second garage au nord du canton.", Fault.LEANING),
        ("fr", "La coopérative a ouvert.", Fault.LEANING),
        ("fr", "une coopérative qui a ouvert un second garage au nord du canton.", Fault.UNFINISHED),
        ("fr", "Ouverture d'un second garage de la coopérative au nord du canton", Fault.UNFINISHED),
        ("fr", "« La coopérative a ouvert un second garage au nord du canton.", Fault.UNFINISHED),
        ("fr", "La coopérative a-t-elle ouvert un second garage au nord du canton ?", Fault.UNREADABLE),
        ("fr", "La coopérative a ouvert un second garage au nord du canton :", Fault.UNREADABLE),
        ("fr", "Crédit photo : le second garage de la coopérative, au nord du canton.", Fault.UNREADABLE),
        ("fr", "Mis à jour le 3 novembre 2026.", Fault.UNREADABLE),
        ("fr", "Nous utilisons des cookies pour améliorer votre expérience sur ce site.", Fault.UNREADABLE),
        ("fr", "N’hésitez pas à venir voir le second garage de la coopérative.", Fault.UNREADABLE),
        ("en", "The cooperative has opened a second garage in the north of town.", Fault.NONE),
        ("en", "However, the cooperative has opened a second garage in the north.", Fault.LEANING),
        ("en", "They have opened a second garage in the north of the town.", Fault.LEANING),
        ("en", "Sign up to hear more about the second garage of the cooperative.", Fault.UNREADABLE),
        ("de", "Die Genossenschaft hat eine zweite Werkstatt im Norden der Stadt eröffnet.", Fault.NONE),
        ("de", "Deshalb hat die Genossenschaft eine zweite Werkstatt im Norden eröffnet.", Fault.LEANING),
        ("de", "„Wir öffnen bald“, sagt die Leiterin der zweiten Werkstatt im Norden.", Fault.NONE),
        ("es", "Sin embargo, la cooperativa ha abierto un segundo taller en el norte.", Fault.LEANING),
        ("it", "Questo ha permesso alla cooperativa di aprire una seconda officina.", Fault.LEANING),
        ("pt", "Por isso, a cooperativa abriu uma segunda oficina no norte da cidade.", Fault.LEANING),
    ],
)
def test_what_keeps_a_sentence_from_standing_alone(lang: str, sentence: str, expected: Fault) -> None:
    assert fault(sentence, lang) is expected
