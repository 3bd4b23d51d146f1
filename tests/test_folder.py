"""A folder's files become articles, however people wrote, saved or pasted them. Every text here is invented."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import GatherError
from digest.gather.blocks import read_text, write_text
from digest.gather.folder import LARGEST, Found, read_file, read_folder
from digest.model import Article

PARIS = ZoneInfo("Europe/Paris")
MODIFIED = datetime(2026, 11, 20, 15, tzinfo=UTC)
COLLECTED = datetime(2026, 11, 24, 9, tzinfo=UTC)

PASTED = """\
Le jardin partagé des Lilas compte ses récoltes

Le jardin partagé des Lilas compte ses récoltes

« Le jardin partagé des Lilas compte ses récoltes »

Une saison mesurée au kilo près

Les quarante familles du jardin ont pesé chaque panier pendant six mois, avec un capteur acheté en commun.

Ce que disent les chiffres

Le relevé tient en trois lignes :

  • 812 kilos de légumes ont été récoltés ;

  • un tiers a été donné à l’épicerie solidaire ;

  • l’arrosage a baissé de 18 %.

Pourquoi peser ?

L’association voulait répondre à la mairie, qui doutait de l’utilité du terrain.

À retenir

  • Peser coûte vingt minutes par semaine.

  • Les dons ont doublé.

À lire ensuite
"""

EXPECTED = """\
## Une saison mesurée au kilo près

Les quarante familles du jardin ont pesé chaque panier pendant six mois, avec un capteur acheté en commun.

## Ce que disent les chiffres

Le relevé tient en trois lignes :

- 812 kilos de légumes ont été récoltés ;
- un tiers a été donné à l’épicerie solidaire ;
- l’arrosage a baissé de 18 %.

## Pourquoi peser ?

L’association voulait répondre à la mairie, qui doutait de l’utilité du terrain.

## À retenir

- Peser coûte vingt minutes par semaine.
- Les dons ont doublé."""

TITLE = "Le jardin partagé des Lilas compte ses récoltes"
BODY = "Les quarante familles du jardin ont pesé chaque panier pendant six mois, et la mairie a lu le relevé avec surprise."


def read(body: str | bytes, name: str = "jardin.txt", language: str = "fr") -> Article:
    raw = body.encode() if isinstance(body, str) else body
    return read_file(name, raw, source="Dossier", modified=MODIFIED, collected=COLLECTED, tz=PARIS, language=language)


def headings(article: Article) -> list[str]:
    return [words for kind, words in read_text(article.text) if kind == "heading"]


# ------------------------------------------------------------------------------------------------ pasted text


def test_a_pasted_article_is_cleaned() -> None:
    article = read(PASTED)
    assert article.title == TITLE
    assert article.text == EXPECTED
    assert (article.published, article.dated_by) == (MODIFIED, "file")
    assert article.lang == "fr"


def wrap(text: str) -> str:
    return "\n\n".join(textwrap.fill(block, 72, subsequent_indent="    " if "•" in block else "") for block in text.split("\n\n"))


SHAPES: dict[str, Callable[[str], str | bytes]] = {
    "wrapped at 72 columns": wrap,
    "Windows line ends": lambda text: text.replace("\n", "\r\n"),
    "old Macintosh line ends": lambda text: text.replace("\n", "\r"),
    "byte order mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
    "Windows-1252": lambda text: text.encode("cp1252"),
    "tab before bullets": lambda text: text.replace("  • ", "\t•\t"),
    "star bullets": lambda text: text.replace("•", "*"),
    "dash bullets": lambda text: text.replace("  •", "–"),
    "hyphen bullets": lambda text: text.replace("  •", "-"),
    "middle dot bullets": lambda text: text.replace("•", "·"),
    "tight bullets": lambda text: text.replace(" ;\n\n", " ;\n").replace("semaine.\n\n", "semaine.\n"),
    "three blank lines": lambda text: text.replace("\n\n", "\n\n\n\n"),
    "trailing spaces": lambda text: text.replace("\n", "  \n"),
    "spaces on blank lines": lambda text: text.replace("\n\n", "\n \u00a0\n"),
    "no-break spaces before bullets": lambda text: text.replace("  •", "\u00a0\u00a0•"),
    "no blank line at all": lambda text: text.replace("\n\n", "\n"),
    "decomposed accents": lambda text: text.replace("é", "e\u0301"),
    "suggestion with a title": lambda text: text.replace("À lire ensuite", "Consultez aussi : Un verger pour l’école"),
    "suggestion as a list": lambda text: text + "\nUn verger pour l’école\n\nTrois composteurs de plus\n",
    "suggestion in English": lambda text: text.replace("À lire ensuite", "Read next"),
    "suggestion called absolute": lambda text: text.replace("À lire ensuite", "À lire absolument"),
    "no suggestion": lambda text: text.replace("À lire ensuite", ""),
    "title with its site": lambda text: text.replace(TITLE, f"{TITLE} | Les Lilas", 3).replace(f"{TITLE} | Les Lilas", TITLE, 1),
    "title with a section": lambda text: text.replace(f"« {TITLE} »", f"Jardins : {TITLE}"),
    "title as a first sentence": lambda text: text.replace("Les quarante", f"{TITLE}. Les quarante"),
    "furniture above": lambda text: (
        "Aller au contenu\n\nAccueil > Actualités > Jardins\n\nNous utilisons des cookies.\n\n" + text
    ),
    "furniture below the title": lambda text: text.replace(
        "Une saison", "Temps de lecture : 4 min\n\nPartager sur Facebook\n\nTweeter\n\nUne saison"
    ),
    "furniture at the end": lambda text: text + "\nPartager cet article\n\n0 commentaire\n\n© 2026 Les Lilas\n",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_pasted_article_reads_the_same_in_every_shape(shape: str) -> None:
    article = read(SHAPES[shape](PASTED))
    assert article.title == TITLE
    assert article.text == EXPECTED


@pytest.mark.parametrize(
    "line",
    [
        "Publié le 3 novembre 2026",
        "Mis en ligne le 3 novembre 2026",
        "Publié le 3 novembre 2026 à 12h00 par Zoé Lemaître",
        "Publié le 3 novembre 2026, mis à jour le 12 novembre 2026",
        "Mis à jour le 12 novembre 2026 | Publié le 3 novembre 2026",
        "Par Zoé Lemaître | 3 novembre 2026 | Temps de lecture : 4 min",
        "Par Zoé Lemaître, le 3 novembre 2026",
        "3 novembre 2026",
        "Le mardi 3 novembre 2026",
        "Paris, le 3 novembre 2026",
        "Communiqué de presse – 3 novembre 2026",
        "Date de publication : 03/11/2026",
        "Published on 3 November 2026",
        "Posted November 3, 2026 by Zoé Lemaître",
        "Nov 3, 2026 · 5 min read",
        "Publié le 3 novembre",
        "Article publié le 3 novembre 2026.",
        "Actualités • 3 novembre 2026 • 4 min de lecture",
    ],
)
def test_a_dateline_dates_the_article_and_leaves_the_text(line: str) -> None:
    article = read(f"{TITLE}\n\n{line}\n\n{BODY}\n\n{BODY}")
    assert article.published == datetime(2026, 11, 3, 11, tzinfo=UTC)
    assert article.dated_by == "author"
    assert article.text == f"{BODY}\n\n{BODY}"
    assert article.author == ("Zoé Lemaître" if "Zoé" in line else None)


@pytest.mark.parametrize(
    "lines",
    [
        "Publié le 3 novembre 2026 – Mis à jour le 5 novembre 2026",
        "Publié le 3 novembre 2026\nPar Zoé Martin\nTemps de lecture : 4 min",
        "Par Zoé Martin - 3 novembre 2026 - 4 min",
        "Dernière mise à jour le 3 novembre 2026",
        "https://jardin.example/releve\n3 novembre 2026",
    ],
)
@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_lines_right_under_the_title_are_no_part_of_it(lines: str, between: str) -> None:
    article = read(f"{TITLE}{between}{lines}{between}{BODY}\n\n{BODY}")
    assert (article.title, article.text) == (TITLE, f"{BODY}\n\n{BODY}")
    assert (article.published, article.dated_by) == (datetime(2026, 11, 3, 11, tzinfo=UTC), "author")
    assert article.author == ("Zoé Martin" if "Zoé" in lines else None)
    assert article.url == ("https://jardin.example/releve" if "https" in lines else None)


def test_a_title_cut_in_two_lines_is_whole_above_its_dateline() -> None:
    article = read(f"Le jardin partagé des\nLilas compte ses récoltes\nPublié le 3 novembre 2026\n\n{BODY}")
    assert (article.title, article.text) == (TITLE, BODY)


@pytest.mark.parametrize("above", ["", "---------- Forwarded message ---------\n", "-----Message d’origine-----\n"])
def test_the_subject_of_an_e_mail_is_the_title(above: str) -> None:
    people = "De : Zoé Martin <zoe@jardin.example>\nEnvoyé : mardi 3 novembre 2026 09:12\nÀ : Ali <ali@jardin.example>"
    article = read(f"{above}{people}\nObjet : TR: RE : {TITLE}\n\nBonjour,\n\n{BODY}")
    assert (article.title, article.text) == (TITLE, f"Bonjour,\n\n{BODY}")
    assert article.published == datetime(2026, 11, 3, 8, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        f"https://jardin.example/releve\n\n{TITLE}\n\n{BODY}",
        f"{TITLE}\nhttps://jardin.example/releve\n{BODY}",
        f"{TITLE}\n\nLien : <https://jardin.example/releve>\n\n{BODY}",
        f"{TITLE}\n\n{BODY}\n\nSource : https://jardin.example/releve",
        f"{TITLE}\n\n{BODY}\n\nhttps://jardin.example/releve\n",
        f"Titre : {TITLE}\nSource : https://jardin.example/releve\n\n{BODY}",
        f"Lien : https://jardin.example/releve\nTitre : {TITLE}\n{BODY}",
    ],
)
def test_an_address_above_or_below_the_text_is_the_articles(text: str) -> None:
    article = read(text)
    assert (article.title, article.url, article.text) == (TITLE, "https://jardin.example/releve", BODY)


@pytest.mark.parametrize(
    "last", ["Inscriptions :\nhttps://jardin.example/fete", "Source : https://jardin.example/", "Voir http://a.fr/b"]
)
def test_an_address_of_something_else_is_not_the_articles(last: str) -> None:
    assert read(f"{TITLE}\n\n{BODY}\n\n{last}").url is None


def test_the_first_page_of_a_site_is_neither_title_nor_address() -> None:
    article = read(f"Source : https://jardin.example/\n\n{TITLE}\n\n{BODY}")
    assert (article.title, article.url) == (TITLE, None)


@pytest.mark.parametrize("rubric", ["ACTUALITÉS", "DOSSIER", "VIE ASSOCIATIVE", "À la une"])
@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_the_name_of_a_section_above_the_title_is_not_the_title(rubric: str, between: str) -> None:
    article = read(f"{rubric}{between}{TITLE}\n\n{BODY}")
    assert (article.title, article.text) == (TITLE, BODY)


def test_a_title_of_two_words_above_a_sentence_is_the_title() -> None:
    assert read(f"JARDINS PARTAGÉS\n\nLe relevé est public.\n\n{BODY}").title == "JARDINS PARTAGÉS"


@pytest.mark.parametrize("between", ["\n", "\n\n", "\n\n3 novembre 2026\n\n"])
@pytest.mark.parametrize("title", [TITLE, "Quel avenir pour le jardin ?"])
def test_a_title_with_its_site_and_the_title_are_one_title(title: str, between: str) -> None:
    article = read(f"{title} | La Gazette{between}{title}\n\n{BODY}")
    assert (article.title, article.text) == (title, BODY)


@pytest.mark.parametrize(
    ("line", "days"), [("Publié il y a 3 jours", 3), ("Hier", 1), ("Posted 3 days ago", 3), ("il y a 2 semaines", 14)]
)
def test_a_relative_dateline_counts_from_the_files_own_date(line: str, days: int) -> None:
    article = read(f"{TITLE}\n\n{line}\n\n{BODY}")
    assert (article.published, article.dated_by) == (MODIFIED - timedelta(days=days), "file")
    assert article.text == BODY


@pytest.mark.parametrize(
    "line",
    [
        "En 2017, une délégation a visité le jardin pour la première fois.",
        "Publié le 3 novembre 2026, le rapport compte deux cents pages et trois annexes.",
        "Le 3 novembre 2026, la mairie votera le budget du terrain.",
        "Rendez-vous le 3 novembre 2026 au pied du vieux noyer.",
        "Publié le 35 novembre 2026",
    ],
)
def test_a_date_told_in_the_prose_is_no_date(line: str) -> None:
    article = read(f"{TITLE}\n\n{line}\n\n{BODY}")
    assert (article.published, article.dated_by) == (MODIFIED, "file")
    assert line in article.text


@pytest.mark.parametrize(
    "line", ["Par Camille Durand", "Écrit par Camille Durand", "Auteur : Camille Durand", "By Camille Durand"]
)
def test_a_line_that_names_the_author_leaves_the_text(line: str) -> None:
    article = read(f"{TITLE}\n\n{line}\n\n{BODY}")
    assert (article.author, article.text) == ("Camille Durand", BODY)


@pytest.mark.parametrize(
    "line", ["Par souci de clarté", "Par ailleurs, tout change.", "Partager le pain", "Par Paris et par vaux"]
)
def test_a_line_that_only_begins_like_an_author_stays(line: str) -> None:
    article = read(f"{TITLE}\n\n{BODY}\n\n{line}\n\n{BODY}")
    assert line in article.text
    assert article.author is None


@pytest.mark.parametrize(
    "heading",
    ["Une saison au kilo près", "Pourquoi peser ?", "« Peser, c’est compter »", "UN RELEVÉ UTILE", "2. Le relevé", "Et après ?"],
)
def test_a_short_line_above_a_paragraph_is_a_heading(heading: str) -> None:
    assert headings(read(f"{TITLE}\n\n{BODY}\n\n{heading}\n\n{BODY}")) == [heading]


@pytest.mark.parametrize(
    "marked",
    ["Le relevé\n=========\n", "Le relevé\n---------\n", "## Le relevé\n", "Le relevé\n\n"],
)
def test_a_heading_may_be_underlined_or_marked(marked: str) -> None:
    assert headings(read(f"{TITLE}\n\n{BODY}\n\n{marked}\n{BODY}")) == ["Le relevé"]


@pytest.mark.parametrize(
    "line",
    [
        "Cela suppose :",
        "Le jardin est ouvert.",
        "souveraineté des semences,",
        "financement des outils",
        "Les outils, les semences et les",
        "Rendez-vous sur https://jardin.example/agenda",
        "contact@jardin.example",
        "Zoé Lemaître, présidente du jardin",
        "Le jardin, disait-elle, n’est à personne, il est à qui vient tôt le matin avec des bottes et une bonne raison de rester",
    ],
)
def test_a_line_that_may_be_prose_is_no_heading(line: str) -> None:
    article = read(f"{TITLE}\n\n{BODY}\n\n{line}\n\n{BODY}")
    assert headings(article) == []
    assert line in article.text


def test_a_run_of_short_lines_is_no_run_of_headings() -> None:
    article = read(f"{TITLE}\n\n{BODY}\n\nLes Lilas\n\nBelleville\n\nMontreuil\n\nPantin\n\n{BODY}")
    assert headings(article) == []


def test_who_said_a_quotation_is_no_heading() -> None:
    article = read(f"{TITLE}\n\n« {BODY} »\n\nZoé Lemaître\n\n{BODY}")
    assert headings(article) == []


def test_a_lead_in_is_kept_above_a_list_without_bullets() -> None:
    article = read(f"{TITLE}\n\n{BODY}\n\nLes partenaires :\n\nLa mairie\n\nL’école\n\n{BODY}")
    assert "La mairie" not in headings(article)


def test_the_last_line_is_no_heading() -> None:
    assert headings(read(f"{TITLE}\n\n{BODY}\n\nZoé Lemaître")) == []


def test_lines_of_one_paragraph_are_joined() -> None:
    assert read(f"{TITLE}\n\nLe jardin a ouvert tôt. {BODY}\n{BODY}").text == f"Le jardin a ouvert tôt. {BODY} {BODY}"


def test_short_lines_without_a_blank_between_them_stand_apart() -> None:
    head = f"{TITLE}\n{TITLE} - Les Lilas\nPar Zoé Lemaître\n3 novembre 2026 · 4 min de lecture"
    article = read(f"{head}\n\n{BODY}\n\nÀ lire aussi\nUn verger\nDix composteurs")
    assert (article.title, article.author, article.text) == (TITLE, "Zoé Lemaître", BODY)
    assert article.published == datetime(2026, 11, 3, 11, tzinfo=UTC)


def test_a_short_text_cut_in_two_lines_is_one_paragraph() -> None:
    above, below = "Les quarante familles ont pesé chaque panier avec l’aide de", "Marie, la voisine, qui prête sa balance."
    assert read(f"{TITLE}\n\n{above}\n{below}").text == f"{above} {below}"


def test_numbered_lines_are_a_list() -> None:
    article = read(f"{TITLE}\n\nTrois gestes :\n\n1. Semer tôt\n2. Pailler\n3) Récolter\n\n{BODY}")
    assert article.text.startswith("Trois gestes :\n\n- Semer tôt\n- Pailler\n- Récolter\n\n")


BULLETS = ["→ ", "■ ", "□ ", "▶ ", "►", "✅ ", "✓ ", "✔️ ", "👉🏽 ", "➡️ ", "§ ", "+ ", "o\t", "§\t", "\uf0a7\t"]


@pytest.mark.parametrize("bullet", BULLETS)
@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_any_mark_that_opens_two_lines_running_is_a_bullet(bullet: str, between: str) -> None:
    article = read(f"{TITLE}\n\n{BODY}\n\n{bullet}Peser coûte peu.{between}{bullet}Les dons doublent.\n\n{BODY}")
    assert article.text == f"{BODY}\n\n- Peser coûte peu.\n- Les dons doublent.\n\n{BODY}"


@pytest.mark.parametrize("bullet", BULLETS)
def test_any_mark_under_the_name_of_key_points_is_a_bullet(bullet: str) -> None:
    article = read(f"{TITLE}\n\n{BODY}\n\nÀ retenir\n\n{bullet}Peser coûte peu.\n\nLa suite est longue.\n\n{BODY}")
    assert "## À retenir\n\n- Peser coûte peu.\n\nLa suite" in article.text


@pytest.mark.parametrize("line", ["✅ Le jardin est ouvert.", "→ Le jardin est ouvert.", "👉 Inscrivez-vous avant vendredi"])
def test_a_mark_that_opens_one_line_alone_is_no_bullet(line: str) -> None:
    article = read(f"{TITLE}\n\n{BODY}\n\n{line}\n\n{BODY}")
    assert article.text == f"{BODY}\n\n{line}\n\n{BODY}"


def test_different_emoji_under_key_points_are_bullets() -> None:
    article = read(f"{TITLE}\n\n📌 À retenir\n🌱 Un tiers est donné\n\n💶 Peser coûte peu\n\n{BODY}")
    assert article.text == f"## À retenir\n\n- Un tiers est donné\n- Peser coûte peu\n\n{BODY}"


@pytest.mark.parametrize("marks", [("a) ", "b) ", "c) "), ("1/ ", "2/ ", "3/ "), ("(a) ", "(b) ", "(c) ")])
def test_letters_and_numbers_in_their_order_are_a_list(marks: tuple[str, str, str]) -> None:
    first, second, third = marks
    article = read(f"{TITLE}\n\nLes 3 points à retenir\n{first}Semer\n{second}Pailler\n{third}Récolter\n\n{BODY}")
    assert article.text == f"## Les 3 points à retenir\n\n- Semer\n- Pailler\n- Récolter\n\n{BODY}"


def test_a_line_that_tells_more_of_an_item_does_not_end_the_list() -> None:
    article = read(f"{TITLE}\n\n✅ Semer tôt\nAvant mars.\n✅ Pailler\nAvec du foin.\n\n{BODY}")
    assert article.text == f"- Semer tôt\n\nAvant mars.\n\n- Pailler\n\nAvec du foin.\n\n{BODY}"


@pytest.mark.parametrize("name", ["EN BREF", "À retenir :", "## Key takeaways"])
def test_the_name_of_key_points_is_never_the_title(name: str) -> None:
    article = read(f"{name}\n\n- un\n- deux\n\n{BODY}", "le-jardin.txt")
    assert article.title == "le jardin"
    assert article.text.startswith(f"## {name.strip('# :')}\n\n- un\n- deux")


def test_letters_out_of_their_order_are_no_list() -> None:
    assert "- " not in read(f"{TITLE}\n\n{BODY}\n\nc) Semer\n\na) Pailler\n\n{BODY}").text


def test_a_bullet_in_markdown_may_be_an_arrow() -> None:
    assert read(f"# {TITLE}\n\nÀ retenir\n→ un\n→ deux\n", "a.md").text == "## À retenir\n\n- un\n- deux"


@pytest.mark.parametrize(
    "name", ["À retenir", "Ce qu’il faut retenir :", "L’essentiel", "En bref", "POINTS CLÉS", "Key takeaways", "In brief"]
)
def test_lines_under_the_name_of_key_points_are_a_point_each(name: str) -> None:
    article = read(f"{TITLE}\n\n{BODY}\n\n{name}\nPeser coûte peu.\nLes dons doublent.\nTout se mange.\n\n{BODY}")
    points = "- Peser coûte peu.\n- Les dons doublent.\n- Tout se mange."
    assert article.text == f"{BODY}\n\n## {name.rstrip(' :')}\n\n{points}\n\n{BODY}"


@pytest.mark.parametrize("name", ["## À retenir", "**À retenir**", "À retenir :", "### À retenir ###"])
@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_lines_under_the_name_of_key_points_are_a_point_each_in_markdown_too(name: str, between: str) -> None:
    text = f"# {TITLE}\n\n{BODY}\n\n{name}{between}Peser **coûte** peu.\nLes dons doublent\nTout se mange.\n\n{BODY}"
    assert (
        read(text, "a.md").text
        == f"{BODY}\n\n## À retenir\n\n- Peser coûte peu.\n- Les dons doublent\n- Tout se mange.\n\n{BODY}"
    )


@pytest.mark.parametrize("width", [72, 120])
def test_a_paragraph_under_the_name_of_key_points_is_not_parted_within_a_sentence_in_markdown(width: int) -> None:
    cut = textwrap.fill(BODY, width)
    text = f"# {TITLE}\n\n{cut}\n\n## À retenir\n\n{cut}\n\n{cut}\n"
    assert read(text, "a.md").text == f"{BODY}\n\n## À retenir\n\n{BODY}\n\n{BODY}"


def test_key_points_end_above_the_heading_of_another_part() -> None:
    points = "Peser coûte peu.\nLes dons doublent."
    article = read(f"{TITLE}\n\n{BODY}\n\nEn bref\n{points}\nPourquoi peser ?\n{BODY} {BODY}\n\n{BODY}")
    assert headings(article) == ["En bref", "Pourquoi peser ?"]


def test_key_points_cut_at_72_columns_are_not_parted_within_a_sentence() -> None:
    text = wrap(f"{TITLE}\n\n{BODY}\n\n{BODY}") + "\n\nEn bref\n" + textwrap.fill(BODY, 72) + "\nLes dons doublent.\n"
    assert read(text).text.endswith(f"## En bref\n\n- {BODY}\n- Les dons doublent.")


@pytest.mark.parametrize("items", ["- un\n- deux", "1. un\n2. deux"])
def test_the_name_of_key_points_right_above_its_bullets_is_a_heading(items: str) -> None:
    assert read(f"{TITLE}\n\n{BODY}\n\nEn bref\n{items}\n").text == f"{BODY}\n\n## En bref\n\n- un\n- deux"


def test_a_sentence_that_begins_like_key_points_is_none() -> None:
    article = read(f"{TITLE}\n\nEn bref, le jardin nourrit le quartier.\nEt la mairie paie.\n\n{BODY}")
    assert (headings(article), "- " in article.text) == ([], False)


def test_a_suggestion_in_the_middle_stays() -> None:
    article = read(f"{TITLE}\n\n{BODY}\n\nÀ lire aussi : Un verger pour l’école\n\n{BODY}")
    assert "Un verger pour l’école" in article.text


def test_a_last_sentence_that_begins_like_a_suggestion_stays() -> None:
    last = "À voir aussi : les relevés de la ville montrent la même baisse, et la mairie les publiera tous au printemps prochain."
    assert read(f"{TITLE}\n\n{BODY}\n\n{BODY} À lire ensuite ?\n\n{BODY}").text.endswith(BODY)
    assert "relevés" in read(f"{TITLE}\n\n{BODY}\n\n{last}\n\n{BODY}").text


def test_bare_addresses_are_links() -> None:
    article = read(f"{TITLE}\n\n{BODY} Voir https://jardin.example/releve?an=2026 (et http://mairie.example).\n\n{BODY}")
    assert [link.url for link in article.links] == ["https://jardin.example/releve?an=2026", "http://mairie.example"]


# ------------------------------------------------------------------------------------------------ titles


def test_one_single_line_is_its_own_title_and_text() -> None:
    article = read(f"Le jardin a pesé ses paniers. {BODY}\n")
    assert article.title == "Le jardin a pesé ses paniers"
    assert article.text == f"Le jardin a pesé ses paniers. {BODY}"


def test_markdown_without_a_title_takes_its_first_heading() -> None:
    article = read(f"Un mot d’abord, pour situer ce jardin.\n\n## {TITLE}\n\n{BODY}\n", "notes.md")
    assert article.title == TITLE
    assert article.text == f"Un mot d’abord, pour situer ce jardin.\n\n{BODY}"


def test_markdown_without_any_heading_takes_its_first_sentence() -> None:
    assert read(f"Le jardin pèse tout. {BODY}", "notes.md").title == "Le jardin pèse tout"


def test_a_page_without_words_for_a_title_takes_the_files_name() -> None:
    assert read("---\nsummary: Un mot.\n---\n", "archives/le-jardin_2026.md").title == "le jardin 2026"


def test_an_endless_title_is_cut_between_words() -> None:
    title = read("mot " * 200, "long.md").title
    assert len(title) <= 200
    assert title.endswith("mot…")


# ------------------------------------------------------------------------------------------------ front matter and Markdown

FRONT = """---
title: "Le jardin : un relevé"
url: https://jardin.example/releve?utm_source=lettre
date: 2026-11-03
author: [Zoé Lemaître, Ali]
lang: fr
source: La Feuille
summary: Un relevé de six mois.
draft: no
---

Les **quarante** familles ont [pesé](https://jardin.example/pesee) chaque panier.

### Les chiffres

* un
* deux
"""


def test_front_matter_says_what_the_article_is() -> None:
    article = read(FRONT, "releve.md")
    assert (article.title, article.url) == ("Le jardin : un relevé", "https://jardin.example/releve")
    assert article.aliases == ("https://jardin.example/releve?utm_source=lettre",)
    assert (article.published, article.dated_by) == (datetime(2026, 11, 3, 11, tzinfo=UTC), "author")
    assert (article.author, article.lang, article.source) == ("Zoé Lemaître, Ali", "fr", "La Feuille")
    assert article.summary == "Un relevé de six mois."
    assert article.text == "Les quarante familles ont pesé chaque panier.\n\n## Les chiffres\n\n- un\n- deux"
    assert [(link.text, link.url) for link in article.links] == [("pesé", "https://jardin.example/pesee")]


def test_an_article_is_known_by_its_address_else_by_its_path() -> None:
    elsewhere = read(FRONT.replace("utm_source=lettre", "utm_medium=x"), "autre/nom.md")
    assert elsewhere.id == read(FRONT, "releve.md").id
    assert read(PASTED, "a.txt").id != read(PASTED, "b/a.txt").id
    assert read(PASTED, "a.txt").id == read(PASTED + "\nUne ligne de plus.", "a.txt").id


@pytest.mark.parametrize(("date", "days"), [("il y a 3 jours", 3), ("hier", 1), ("3 days ago", 3)])
def test_a_relative_date_of_front_matter_counts_from_the_files_own(date: str, days: int) -> None:
    article = read(FRONT.replace("2026-11-03", date), "releve.md")
    assert (article.published, article.dated_by) == (MODIFIED - timedelta(days=days), "file")


@pytest.mark.parametrize("date", ["bientôt", "2026", "2026-02-31", "2031-01-01", ""])
def test_a_wrong_date_of_front_matter_leaves_the_files_own(date: str) -> None:
    article = read(FRONT.replace("2026-11-03", date), "releve.md")
    assert (article.published, article.dated_by) == (MODIFIED, "file")


def test_an_address_that_is_not_of_the_web_is_not_kept() -> None:
    article = read(FRONT.replace("https://jardin.example/releve?utm_source=lettre", "javascript:alert(1)"), "releve.md")
    assert (article.url, article.aliases) == (None, ())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("---\ntitle: Un: deux\n  et: trois: quatre\n---\nTexte.", r"releve.md: line 2: front matter: "),
        ('---\ntitle: "Un \\q"\n---\nTexte.', r"releve.md: line 2: front matter: "),
        ("+++\ntitle = Un\n+++\nTexte.", r"releve.md: line 2: front matter between '\+\+\+' must hold lines such as 'title = "),
        ('+++\ntitle = "Un"\n\nTexte.', r"releve.md: line 1: front matter that is never closed; end it with a line '\+\+\+'"),
        ("---\ntitle: Un\ntitle: Deux\n---\nTexte.", r"releve.md: line 3: front matter: the key 'title' is given twice"),
        ("\n\n---\ntitle: Un\nurl: [a\n---\nTexte.", r"releve.md: line \d: front matter: a bracket"),
        ("---\ntitle: Un\n\nTexte sans fin.", r"releve.md: line 1: front matter that is never closed"),
    ],
)
def test_broken_front_matter_is_told_with_the_file_and_the_line(text: str, message: str) -> None:
    with pytest.raises(GatherError, match=message):
        read(text, "releve.md")


def test_front_matter_may_be_in_french() -> None:
    keys = {"title": "Titre", "url": "lien", "author": "auteur", "lang": "langue", "summary": "résumé"}
    french = FRONT
    for english, word in keys.items():
        french = french.replace(f"\n{english}:", f"\n{word} :")
    assert read(french, "releve.md") == read(FRONT, "releve.md")


def test_a_source_that_is_an_address_is_the_articles() -> None:
    article = read(f"---\ntitre: {TITLE}\nsource: https://jardin.example/releve\n---\n{BODY}", "releve.md")
    assert (article.url, article.source) == ("https://jardin.example/releve", "Dossier")


@pytest.mark.parametrize("title", ["L'IA : un guide", "Un: deux: trois", '"Semer" : un verbe', "- Semer : pailler"])
def test_a_title_with_a_colon_needs_no_quotes(title: str) -> None:
    article = read(f"---\ntitle: {title}\ndate: 2026-11-03\nauthor: [Zoé Lemaître, Ali]\n\n---\n\n{BODY}", "releve.md")
    assert (article.title, article.author, article.text) == (title, "Zoé Lemaître, Ali", BODY)
    assert article.published == datetime(2026, 11, 3, 11, tzinfo=UTC)


def test_front_matter_may_be_toml() -> None:
    front = f'title = "{TITLE}"\ndate = 2026-11-03\nauthors = ["Zoé", "Ali"]\n[extra]\nlien = "x"'
    article = read(f"+++\n{front}\n+++\n\n{BODY}", "releve.md")
    assert (article.title, article.author, article.text) == (TITLE, "Zoé, Ali", BODY)
    assert (article.published, article.dated_by) == (datetime(2026, 11, 3, 11, tzinfo=UTC), "author")


def test_a_rule_on_the_first_line_is_no_front_matter() -> None:
    assert read(f"---\n\n# {TITLE}\n\n{BODY}\n", "a.md").title == TITLE


def test_text_with_front_matter_is_read_as_pasted_text() -> None:
    article = read(f"---\ntitle: {TITLE}\ndate: 2026-11-03\n---\n{PASTED}")
    assert (article.title, article.text, article.dated_by) == (TITLE, EXPECTED, "author")


def test_the_language_is_told_by_the_words_where_nothing_says_it() -> None:
    english = (
        "The families of the garden weighed every basket for six months, and the town hall was surprised by what they found."
    )
    assert read(f"A garden counts its harvest\n\n{english}\n\n{english}").lang == "en"
    assert read(f"---\nlang: de-AT\n---\n# Garten\n\n{english}", "a.md").lang == "de"


# ------------------------------------------------------------------------------------------------ marks pasted in a text

MARKED = f"{BODY}\n\n## À retenir\n\n- un\n- deux"


@pytest.mark.parametrize(
    "text",
    [
        f"{TITLE}\n\n<p>{BODY}</p>\n<h2>À retenir</h2><ul><li>un</li><li><b>deux</b></li></ul>",
        f"{TITLE}\nPar Zoé Martin\n<p>{BODY}</p>\n<h2>À retenir</h2><ul><li>un</li><li>deux</li></ul>",
        f"<h1>{TITLE}</h1>\n<p>{BODY}</p>\n<h2>À retenir</h2><ul><li>un</li><li>deux</li></ul>",
        f"<html><body><h1>{TITLE}</h1><p>{BODY}</p><h2>À retenir</h2><ul><li>un</li><li>deux</li></ul></body></html>",
    ],
)
def test_html_pasted_in_a_text_is_read_as_html(text: str) -> None:
    article = read(text)
    assert (article.title, article.text) == (TITLE, MARKED)
    assert article.author == ("Zoé Martin" if "Zoé" in text else None)


def test_markdown_pasted_in_a_text_is_read_as_markdown() -> None:
    body = BODY.replace("jardin", "[jardin](https://jardin.example/plan_(2026))").replace("chaque panier", "*chaque* **panier**")
    article = read(f"**{TITLE}**\n\n{body}\n\n**À retenir**\n\n* un\n* **deux**\n\n![plan](plan.png)")
    assert (article.title, article.text) == (TITLE, MARKED)
    assert [(link.text, link.url) for link in article.links] == [("jardin", "https://jardin.example/plan_(2026)")]


@pytest.mark.parametrize(
    "words", ["5 * 3 * 2 font trente", "2**3**4", "a_b_c", "x < y", "la balise <p> et la balise <div>", "[sic] (ici)"]
)
def test_signs_that_only_look_like_marks_stay(words: str) -> None:
    assert words in read(f"{TITLE}\n\n{BODY}\n\nLe relevé dit que {words}, selon la mairie.").text


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_the_marks_of_footnotes_are_dropped_with_the_notes(name: str) -> None:
    text = BODY.replace("panier", "panier[^1]").replace("surprise", "surprise[^note]")
    assert read(f"# {TITLE}\n\n{text}\n\n[^1]: Un panier pèse.\n    Beaucoup.\n[^note]: Et la joie.\n", name).text == BODY


def test_classes_and_names_given_to_blocks_of_markdown_are_dropped() -> None:
    article = read(f"# {TITLE} {{#haut}}\n\n{{: .note}}\n{BODY}\n{{: .no_toc #fin}}\n\n## Suite {{.petit}}\n\nUn mot.\n", "a.md")
    assert (article.title, article.text) == (TITLE, f"{BODY}\n\n## Suite\n\nUn mot.")


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_a_heading_between_rules_is_only_its_words(name: str) -> None:
    article = read(f"# === {TITLE} ===\n\n{BODY}\n\n## *** A RETENIR ***\n\n- un\n- deux\n", name)
    assert (article.title, headings(article)) == (TITLE, ["A RETENIR"])


def test_characters_that_turn_the_reading_are_dropped() -> None:
    article = read(f"\u202e{TITLE}\u202c\n\n\u2066{BODY}\u2069")
    assert (article.title, article.text) == (TITLE, BODY)


def test_a_bare_address_keeps_its_own_parentheses() -> None:
    article = read(f"{TITLE}\n\n{BODY} Voir https://jardin.example/Lilas_(lieu), et (https://jardin.example/b).\n\n{BODY}")
    assert [link.url for link in article.links] == ["https://jardin.example/Lilas_(lieu)", "https://jardin.example/b"]


# ------------------------------------------------------------------------------------------------ HTML

PAGE = """<!DOCTYPE html>
<html lang="fr-FR"><head><meta charset="utf-8">
<title>Le jardin compte ses récoltes – Les Lilas</title>
<link rel="canonical" href="https://jardin.example/recoltes">
<meta name="author" content="Zoé Lemaître"><meta name="description" content="Six mois de pesées.">
<meta property="article:published_time" content="2026-11-03T10:00:00+01:00">
</head><body>
<header><a href="/">Les Lilas</a></header><nav><a href="/a">Accueil</a></nav>
<main><article><header><h1>Le jardin compte ses récoltes</h1><p class="byline">Publié le 2 novembre 2026</p></header>
<p>Les quarante familles ont pesé <a href="/paniers">chaque panier</a>.</p>
<aside class="box"><h2>À retenir</h2><ul><li>Peser coûte peu.</li><li>Les dons doublent.</li></ul></aside>
<div class="share-buttons">Partager : <a href="https://x.example">X</a></div>
<form><input><button>S’abonner</button></form><script>var x = "non";</script>
<aside><h3>À lire aussi</h3><a href="/v">Un verger pour l’école</a></aside>
</article></main><footer>Mentions légales</footer></body></html>"""


def test_a_web_page_gives_its_article() -> None:
    article = read(PAGE, "page.html")
    assert (article.title, article.url, article.lang) == (
        "Le jardin compte ses récoltes",
        "https://jardin.example/recoltes",
        "fr",
    )
    assert (article.author, article.summary) == ("Zoé Lemaître", "Six mois de pesées.")
    assert (article.published, article.dated_by) == (datetime(2026, 11, 3, 9, tzinfo=UTC), "author")
    assert article.text == (
        "Les quarante familles ont pesé chaque panier.\n\n## À retenir\n\n- Peser coûte peu.\n- Les dons doublent."
    )
    assert [link.url for link in article.links] == ["https://jardin.example/paniers"]


def test_a_web_page_without_article_or_main_gives_its_body() -> None:
    bare = PAGE.replace("<article>", "<div>").replace("</article>", "</div>").replace("<main>", "").replace("</main>", "")
    article = read(bare, "page.htm")
    assert article.title == "Le jardin compte ses récoltes"
    assert article.text.startswith("Les quarante familles")
    assert "Mentions" not in article.text
    assert "Accueil" not in article.text


def test_a_web_page_in_an_old_encoding_is_read() -> None:
    page = PAGE.replace('charset="utf-8"', 'charset="iso-8859-15"').replace("’", "'")
    assert "À retenir" in read(page.replace("–", "-").encode("iso-8859-15"), "page.html").text


def test_a_web_page_without_a_date_takes_its_dateline() -> None:
    page = PAGE.replace("article:published_time", "other")
    assert read(page, "page.html").published == datetime(2026, 11, 2, 11, tzinfo=UTC)


# ------------------------------------------------------------------------------------------------ what cannot be read


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "jardin.txt: is empty"),
        (b" \r\n\t\n", "jardin.txt: is empty"),
        (b"\xef\xbb\xbf\n", "jardin.txt: is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)), "jardin.txt: is not text"),
        (b"%PDF-1.7\n1 0 obj", "jardin.txt: is not text"),
        (b"PK\x03\x04word/document.xml", "jardin.txt: is not text"),
        (bytes(range(32)) * 40, "jardin.txt: is not text"),
        (f"{TITLE}\n\n{TITLE}\n".encode(), "jardin.txt: holds a title and neither text nor address"),
    ],
)
def test_a_file_that_holds_no_article_is_told_with_its_name(body: bytes, message: str) -> None:
    with pytest.raises(GatherError, match=message):
        read(body)


@given(st.binary(max_size=400))
def test_any_bytes_are_an_article_or_an_error_of_ours(body: bytes) -> None:
    for name in ("a.txt", "a.md", "a.html"):
        try:
            article = read(body, name)
        except GatherError:
            continue
        assert write_text(read_text(article.text)) == article.text
        assert article.title


@given(
    st.lists(
        st.sampled_from(
            ["Un titre", BODY, "• un", "- deux", "", "===", "# Note", "Par Zoé", "À lire aussi", "3 mai 2026", "1. un", ":"]
        )
    )
)
def test_any_mixture_of_lines_is_an_article_in_canonical_form_or_an_error_of_ours(lines: list[str]) -> None:
    try:
        article = read("\n".join(lines))
    except GatherError:
        return
    assert write_text(read_text(article.text)) == article.text


# ------------------------------------------------------------------------------------------------ the folder


def names(folder: Path) -> list[str]:
    return [found.name if isinstance(found, Found) else str(found) for found in read_folder(folder)]


def test_a_folder_gives_its_articles_by_name_and_its_sub_folders(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in (
        "z.txt",
        "a.MD",
        "b/c.html",
        "b/d.markdown",
        ".hidden.md",
        "a.md~",
        "#a.md#",
        "notes.docx",
        "~$a.txt",
        "image.png",
    ):
        (tmp_path / name).write_text("Texte")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x.md").write_text("Texte")
    assert names(tmp_path) == ["a.MD", "b/c.html", "b/d.markdown", "z.txt"]


def test_a_file_comes_with_its_bytes_and_its_date(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"Texte")
    os.utime(tmp_path / "a.txt", (MODIFIED.timestamp(), MODIFIED.timestamp()))
    assert list(read_folder(tmp_path)) == [Found("a.txt", b"Texte", MODIFIED)]


def test_one_file_that_cannot_be_read_does_not_stop_the_others(tmp_path: Path) -> None:
    folder, outside = tmp_path / "articles", tmp_path / "secret.txt"
    folder.mkdir()
    outside.write_text("Secret")
    (folder / "b.txt").symlink_to(outside)
    (folder / "c.txt").symlink_to(folder / "nowhere.txt")
    (folder / "d.txt").write_bytes(b"x" * (LARGEST + 1))
    (folder / "a.txt").write_text("Texte")
    (folder / "e.txt").symlink_to(folder / "a.txt")
    first, leaves, dead, large, inside = names(folder)
    assert (first, inside) == ("a.txt", "e.txt")
    assert leaves.startswith("b.txt: a link that leaves the folder")
    assert dead.startswith("c.txt: cannot be read")
    assert large == "d.txt: larger than 5 MB, not an article"


def test_a_folder_of_links_is_not_followed_outside(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "x.md").write_text("Secret")
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "sub").symlink_to(tmp_path / "outside")
    assert all(not isinstance(found, Found) for found in read_folder(tmp_path / "articles"))


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(GatherError, match="there is no folder"):
        list(read_folder(tmp_path / "nowhere"))


def refuse_to_list(monkeypatch: pytest.MonkeyPatch, refused: Path) -> None:
    """As for an account without the right; root, who runs many tests, has every right."""
    scandir = os.scandir

    def listed(path: str) -> object:
        if Path(path) == refused:
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", listed)


def test_a_folder_that_cannot_be_listed_is_an_error_and_never_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("Texte")
    refuse_to_list(monkeypatch, tmp_path)
    with pytest.raises(GatherError, match=r"cannot be listed \(Permission denied\); give the account"):
        list(read_folder(tmp_path))


def test_a_sub_folder_that_cannot_be_listed_is_told_among_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / ".trash").mkdir()
    (tmp_path / "a.txt").write_text("Texte")
    refuse_to_list(monkeypatch, tmp_path / "b")
    told, name = names(tmp_path)
    assert told.startswith("the folder b cannot be listed (Permission denied)")
    assert name == "a.txt"


def test_a_pasted_title_and_its_address_are_an_article() -> None:
    article = read(f"{TITLE}\nhttps://jardin.example/ouvre\n")
    assert (article.title, article.url, article.text) == (TITLE, "https://jardin.example/ouvre", "")


def test_a_title_and_an_address_are_an_article() -> None:
    article = read("---\ntitle: Le jardin partagé ouvre\nurl: https://jardin.example/ouvre\n---\n", "jardin.md")
    assert (article.title, article.url, article.text) == ("Le jardin partagé ouvre", "https://jardin.example/ouvre", "")


def test_a_line_said_thousands_of_times_is_a_text_like_another() -> None:
    """Each was taken for the title said again above the next one, a call deeper each time."""
    article = read("Le jardin partagé\n\n" + "Un seau d'eau\n" * 5000)
    assert article.title == "Le jardin partagé"
    assert article.text.count("Un seau d'eau") == 5000


def test_a_number_of_thousands_of_digits_is_no_mistake_of_ours() -> None:
    """Python refuses to read more than 4,300 of them."""
    digits = "9" * 5000
    assert read(f"---\ntitle: Un seau\nid: {digits}\n---\nLe jardin ouvre.", "jardin.md").title == "Un seau"
    with pytest.raises(GatherError, match=r"jardin\.md: line 2: front matter between '\+\+\+' must hold lines"):
        read(f"+++\ntitle = 'Un seau'\nid = {digits}\n+++\nLe jardin ouvre.", "jardin.md")
