"""Sentences: where they end, and where they do not, in six languages."""

from __future__ import annotations

import time

import pytest

from digest.language.sentences import sentences

# One string a case; "|" is where a sentence must end.
CASES = {
    "fr": [
        "M. Dupont a rencontré Mme. Durand et le Dr. Petit.| Ils ont parlé du budget.",
        "Le décret s'appuie sur l'art. L. 121-3 du code, cf. Annexe 2.| Il entre en vigueur en sept. 2026.",
        "Les outils libres (p. ex. Nextcloud, LibreOffice, etc.) progressent.| Leur usage a crû de 3.5 points.",
        "On y trouve des ateliers, des prêts, etc.| Les habitants en parlent à l'accueil.",
        "« Pourquoi attendre ? » demande J.-P. Martin.| Personne ne répond…| Chacun repart.",
        "« Il faut agir. Nous le ferons », promet la présidente.| Le vote aura lieu lundi.",
        "Elle demande : « Qui paie ? »| La réponse tient en un mot.",
        "Voir https://exemple.fr/page.html.| Le dossier ferme à 12.30 précises !| Merci.",
        "Le plan B. Morel a été écarté.| Il reste le plan B.| Le comité tranchera.",
        "Les données sont publiées.[3] C'est utile.".replace("] C", "]| C"),
        "1. Ouvrir les données.| 2. Les relire.",
        "Le réseau compte 42 lieux.| 12 ouvriront en 2027.",
        "Vraiment ?!| Oui, vraiment.",
        "Bravo !| 🎉 On continue.",
    ],
    "en": [
        "Mr. Smith met Dr. Jones at 3.30 p.m. on Monday.| They spoke for an hour.",
        "The U.S. Senate voted.| The bill, i.e. Article 5, passed.",
        "Critics moved to the U.S.| The others stayed.",
        'She asked "Why? Who pays?" and left.| Nobody knew.',
        "“We will act. We must.” That was all.".replace("” T", "”| T"),
        "See No. 5 and Fig. 2 for details.| No.| That is wrong.",
        "J. K. Rowling and A. B. Carter signed.| It helped.",
        "Costs fell by 3.5 percent... Then they rose.".replace("... T", "...| T"),
    ],
    "de": [
        "Am 3. Oktober tagt der Verein, z. B. in Köln.| Der Eintritt ist frei.",
        "Das regelt Abs. 3 bzw. Art. 5 der Satzung.| Danach ist Schluss.",
        "„Wer zahlt das? Niemand weiß es“, sagt Dr. Weber.| Die Stadt schweigt.",
    ],
    "es": ["El Sr. López y la Sra. Ruiz viajaron a EE. UU. en 2026.| ¿Volverán?| Nadie lo sabe."],
    "it": ["Il dott. Rossi cita l'art. 3 della legge.| La sig. Bianchi, invece, no."],
    "pt": ["O Dr. Silva citou a pág. 12 do relatório.| A Sra. Costa concorda."],
}


@pytest.mark.parametrize(("lang", "marked"), [(lang, marked) for lang, cases in CASES.items() for marked in cases])
def test_sentences_end_where_a_reader_would_end_them(lang: str, marked: str) -> None:
    text = marked.replace("|", "")
    assert [text[a:b] for a, b in sentences(text, lang)] == [part.strip() for part in marked.split("|")]


def test_headings_are_no_sentences_and_list_items_lose_their_mark() -> None:
    text = "## Un titre. Long\n\nUne phrase. Une autre\n\n- Premier point\n- Second point : oui. Puis non."
    assert [text[a:b] for a, b in sentences(text, "fr")] == [
        "Une phrase.", "Une autre", "Premier point", "Second point : oui.", "Puis non.",
    ]  # fmt: skip


def test_a_language_we_do_not_know_is_still_split() -> None:
    text = "Det är höst. Regnet faller."
    assert sentences(text, "sv") == [(0, 12), (13, 27)]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("ar", "افتتحت التعاونية ورشة جديدة.| هل يكفي ذلك؟| نعم، يكفي."),
        ("ru", "Кооператив открыл мастерскую.| Волонтёры помогают жителям."),
        ("zh", "合作社开设了一个车间。|志愿者帮助居民修理电脑！|这很好。"),
        ("ja", "協同組合は工房を開きました。|住民が集まります。"),
        ("ko", "협동조합이 작업장을 열었습니다.| 자원봉사자들이 돕습니다."),
    ],
)
def test_other_scripts_are_split_at_their_own_stops(lang: str, text: str) -> None:
    plain = text.replace("|", "")
    assert [plain[a:b] for a, b in sentences(plain, lang)] == [part.strip() for part in text.split("|")]


def test_a_line_of_an_interview_begins_after_the_name_of_who_speaks() -> None:
    text = (
        "Q : Pourquoi ici ?\n\nR1 : Le loyer est bas.\n\n— Jeanne Petit : « On y vient à pied. »\n\n"
        "Ali Haddad : Le bus passe.\n\nAli Haddad: Il est gratuit.\n\nBudget : Le conseil vote lundi.\n\nPlan B : rien."
    )
    assert [text[a:b] for a, b in sentences(text, "fr")] == [
        "Pourquoi ici ?", "Le loyer est bas.", "« On y vient à pied. »", "Le bus passe.", "Il est gratuit.",
        "Budget : Le conseil vote lundi.", "Plan B : rien.",
    ]  # fmt: skip


def test_a_long_quotation_is_split() -> None:
    text = "« " + "Nous avons beaucoup travaillé cette année encore. " * 9 + "»"
    assert len(sentences(text, "fr")) >= 9


def test_an_empty_text_has_no_sentence() -> None:
    assert sentences("", "fr") == []
    assert sentences("## Seul un titre", "fr") == []


@pytest.mark.parametrize(
    "text",
    ["." * 200_000, "« " * 100_000, '"? ' * 60_000, "a. " * 60_000, "?»" * 100_000, "M. " * 60_000, "Ana Ba : Oui\n" * 20_000],
)
def test_hostile_text_is_split_in_linear_time(text: str) -> None:
    start = time.process_time()
    sentences(text, "fr")
    assert time.process_time() - start < 3
