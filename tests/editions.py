# ruff: noqa: E501 - sentences are kept whole
"""Editions of invented values: what the rendering tests, the judges and the benchmark read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from digest.model import (
    Also,
    Edition,
    EditionStory,
    EditionTheme,
    Evidence,
    Highlight,
    LeftOut,
    MadeBy,
    Period,
    SourceReport,
    Takeaway,
)
from digest.settings import Brand, Newsletter, Sender

PARIS = ZoneInfo("Europe/Paris")
NOVEMBER = Period(datetime(2026, 11, 1, tzinfo=PARIS), datetime(2026, 12, 1, tzinfo=PARIS))


def newsletter(**changes: object) -> Newsletter:
    """A newsletter with everything a team may set, but for `changes`."""
    settings: dict[str, object] = {
        "name": "La lettre du numérique solidaire",
        "sender": Sender(
            name="Fédération des Ateliers partagés",
            email="lettre@ateliers.example",
            postal_address="12 rue des Tilleuls, 44000 Nantes",
        ),
        "brand": Brand(color="#0b5d7a", web="https://ateliers.example/"),
        "archive_url": "https://ateliers.example/lettre/",
        "unsubscribe": "https://ateliers.example/desinscription",
    }
    return Newsletter.model_validate(settings | changes)


def story(
    title: str,
    *,
    summary: str = "",
    quotes: Sequence[str] = (),
    url: str | None = "https://exemple.example/article",
    source: str = "Le Relais associatif",
    day: int | None = 3,
    lang: str = "fr",
    minutes: int = 4,
    made_by: MadeBy = "extract",
    also: Sequence[Also] = (),
) -> EditionStory:
    """A story whose takeaways are `quotes`; the id comes from its title."""
    name = f"{abs(sum(ord(letter) * 31**i for i, letter in enumerate(title))) % 16**16:016x}"
    text = "\n\n".join(quotes)
    takeaways = tuple(
        Takeaway(
            text, name, text.index(quote), text.index(quote) + len(quote), made_by, 0.8, 1, quote if made_by == "editor" else None
        )
        for quote in quotes
    )
    published = datetime(2026, 11, day, 9, 30, tzinfo=UTC) if day else None
    because = (Evidence("numérique responsable", "title", 0.6), Evidence("association", "body", 0.2))
    return EditionStory(name, name, title, url, source, published, lang, summary, minutes, takeaways, because, tuple(also))


def edition(themes: Sequence[EditionTheme], *, introduction: str = "", highlights: int = 3, **changes: object) -> Edition:
    """An edition of these themes; the first takeaways of its first stories are its highlights."""
    quoted = [story for theme in themes for story in theme.stories if story.takeaways]
    picked = [next((s for s in theme.stories if s.takeaways), None) for theme in themes] if len(themes) > 1 else quoted
    values: dict[str, object] = {
        "edition": "2026-11",
        "newsletter": "La lettre du numérique solidaire",
        "language": "fr",
        "status": "draft",
        "revision": 1,
        "made": datetime(2026, 11, 24, 8, 0, tzinfo=UTC),
        "period": NOVEMBER,
        "subject": "La lettre du numérique solidaire – novembre 2026",
        "preheader": "Une association sur trois partage déjà ses outils numériques avec ses voisines.",
        "introduction": introduction,
        "highlights": tuple(Highlight(s.takeaways[0], s.url) for s in picked if s)[:highlights],
        "themes": tuple(themes),
    }
    return Edition(**(values | changes))  # type: ignore[arg-type]


def sample() -> Edition:
    """Three themes and twelve stories as a real month gives them: long and short, foreign, without date, without takeaways."""
    intelligence = EditionTheme(
        "ia",
        "IA",
        (
            story(
                "Quand une recyclerie confie le tri de ses dons à un modèle libre",
                summary="À Lorient, une recyclerie a entraîné un petit modèle de vision sur ses propres photos. Les salariés décident toujours.",
                quotes=(
                    "Le tri prend désormais deux fois moins de temps, et personne n’a perdu son poste.",
                    "Le modèle tourne sur un ordinateur reconditionné de 2017 : aucune photo ne quitte l’atelier.",
                    "L’équipe publie ses données d’entraînement pour que d’autres recycleries s’en servent.",
                ),
                url="https://recyclerie.example/tri-des-dons",
                source="Le Relais associatif",
                made_by="section",
                also=(Also("Un tri deux fois plus rapide à Lorient", "https://ouest.example/recyclerie", "Ouest solidaire"),),
            ),
            story(
                "Small models, big savings: what a food bank learned in a year",
                summary="A regional food bank replaced a hosted assistant with a model that runs in its own office.",
                quotes=(
                    "Our yearly bill went from £4,200 to the price of one second-hand graphics card.",
                    "Volunteers trust the answers more because every one of them cites the page it comes from.",
                ),
                url="https://commons.example/food-bank-small-models",
                source="Commons Weekly",
                day=9,
                lang="en",
                minutes=7,
            ),
            story(
                "Une charte d’usage de l’IA écrite par les bénéficiaires",
                summary="Douze ateliers, deux cents personnes, une page : le réseau des centres sociaux de l’Allier a demandé à ses usagers.",
                quotes=("Aucune décision qui concerne une personne ne sera prise sans qu’un humain l’ait lue en entier.",),
                url="https://centres-sociaux.example/charte-ia",
                source="Réseau des centres sociaux",
                day=12,
                minutes=3,
            ),
            story(
                "Dix questions à poser avant d’acheter un outil d’IA",
                summary="Une grille d’une page à remplir avec le fournisseur, testée par quarante associations.",
                url="https://achats.example/dix-questions-ia",
                source="Achats responsables",
                day=18,
                minutes=5,
            ),
        ),
    )
    europe = EditionTheme(
        "europe",
        "Europe",
        (
            story(
                "Le nouveau fonds européen pour les communs numériques ouvre en janvier",
                summary="Quatre-vingts millions d’euros sur trois ans, avec un guichet réservé aux structures de moins de dix salariés.",
                quotes=(
                    "Les dossiers tiennent en six pages et la réponse arrive en huit semaines.",
                    "Les candidatures portées par plusieurs associations de pays différents sont prioritaires.",
                ),
                url="https://europe-en-bref.example/fonds-communs",
                source="Europe en bref",
                day=5,
                made_by="section",
                also=(
                    Also("EU opens a fund for digital commons", "https://brussels.example/commons-fund", "Brussels Notes"),
                    Also("Communs : 80 millions d’euros", "https://lettre.example/communs", "La Lettre des territoires"),
                ),
            ),
            story(
                "Wie Genossenschaften gemeinsam eine europäische Cloud betreiben",
                summary="Sieben Genossenschaften aus vier Ländern teilen sich ein Rechenzentrum in Graz.",
                quotes=("Wer mitmacht, zahlt nach Umsatz und stimmt nach Köpfen ab.",),
                url="https://genossenschaft.example/gemeinsame-cloud",
                source="Genossenschaftsblatt",
                day=10,
                lang="de",
                minutes=6,
            ),
            story(
                "Accessibilité : ce que la directive change pour les petits sites",
                summary="L’obligation vise d’abord le commerce en ligne. Les associations qui vendent des billets ou des adhésions sont concernées.",
                quotes=(
                    "Un formulaire d’adhésion payant suffit à faire entrer un site dans le champ de la directive.",
                    "Corriger les contrastes et les intitulés règle la moitié des défauts relevés.",
                ),
                url="https://acces.example/directive-petits-sites",
                source="Accès pour tous",
                day=16,
                minutes=8,
            ),
            story(
                "La consultation sur les données agricoles est prolongée",
                url="https://europe-en-bref.example/donnees-agricoles",
                source="Europe en bref",
                day=20,
                minutes=1,
            ),
        ),
    )
    solidarity = EditionTheme(
        "ess-tech",
        "ESS & Tech",
        (
            story(
                "Trois coopératives mettent leur paie en commun, et leur code avec",
                summary="Après deux ans d’essais, le logiciel est publié. Il sait compter les heures des bénévoles et celles des salariés.",
                quotes=(
                    "Chaque coopérative a versé 9 000 € ; un éditeur en demandait 30 000 à chacune.",
                    "Le code appartient à une association où chaque utilisatrice a une voix.",
                    "La documentation a été écrite par les comptables, pas par les développeurs.",
                ),
                url="https://cooperatives.example/paie-en-commun",
                source="Coopératives d’ici",
                day=6,
                minutes=6,
                made_by="section",
            ),
            story(
                "Un ordinateur par foyer : le bilan d’un département",
                summary="Mille deux cents machines reconditionnées ont été remises en main propre, avec une heure de prise en main.",
                quotes=("Un an plus tard, neuf ordinateurs sur dix servent encore chaque semaine.",),
                url="https://inclusion.example/bilan-ordinateurs",
                source="Inclusion 58",
                day=13,
                minutes=4,
            ),
            story(
                "Notes de lecture : « Le logiciel comme bien commun »",
                summary="Un essai bref, tiré d’une thèse, sur ce qui fait durer les projets libres portés par des associations.",
                quotes=("Les projets qui durent sont ceux qui rémunèrent la relecture autant que l’écriture.",),
                url=None,
                source="Articles de l’équipe",
                day=None,
                minutes=2,
                made_by="editor",
            ),
            story(
                "Héberger soi-même sa messagerie, retour d’expérience",
                summary="Ce que cela coûte, ce que cela apprend, et pourquoi l’association est revenue chez un hébergeur coopératif.",
                quotes=("Le plus cher n’est pas le serveur : c’est la personne qui répond le dimanche.",),
                url="https://www.hebergeurs.example/messagerie-retour",
                source="Hébergeurs solidaires",
                day=22,
                minutes=9,
            ),
        ),
    )
    left_out = (
        LeftOut("a" * 16, "Le bilan du sommet sur l’IA", "https://exemple.example/sommet", "theme-full"),
        LeftOut("b" * 16, "Recette de la tarte aux pommes", "https://cuisine.example/tarte", "no-theme"),
        LeftOut(
            "c" * 16,
            "Un tri deux fois plus rapide à Lorient",
            "https://ouest.example/recyclerie",
            f"duplicate-of:{intelligence.stories[0].id}",
        ),
        LeftOut("d" * 16, "La rentrée des coopératives", None, "published-in:2026-10"),
        LeftOut("e" * 16, "Dossier : dix ans d’inclusion numérique", "https://inclusion.example/dossier", "outside-period"),
    )
    sources = (
        SourceReport("Le Relais associatif", "ok", 4),
        SourceReport("Europe en bref", "unchanged"),
        SourceReport("Genossenschaftsblatt", "ok", 1),
        SourceReport("Veille du territoire", "failed", 0, "pas de réponse en 20 s"),
        SourceReport("Articles de l’équipe", "ok", 2, "brouillon.docx : ce n’est pas un texte"),
    )
    return edition(
        (intelligence, europe, solidarity),
        introduction=(
            "Ce mois-ci, douze articles à lire sur l’IA, l’Europe et l’ESS numérique. Tout lire prend une heure ; l’essentiel, une minute."
        ),
        left_out=left_out,
        sources=sources,
    )


def many(stories: int, *, themes: int = 3) -> Edition:
    """An edition of many ordinary stories, dealt to the themes in turn."""
    names = ("IA", "Europe", "ESS & Tech", "Logiciel libre", "Inclusion", "Données")
    dealt = [
        story(
            f"Article {i} : ce qu’une association a appris en partageant ses outils numériques",
            summary="Un retour d’expérience bref, avec ce qui a marché, ce qui a coûté, et ce que l’équipe ferait autrement.",
            quotes=(
                f"Au bout de {i} mois, la moitié des adhérents se servait de l’outil chaque semaine.",
                "Former deux personnes par équipe a suffi pour que les autres suivent.",
                f"La reprise des anciens fichiers a demandé {1 + i % 5} jours de travail à une seule personne.",
            ),
            url=f"https://site{i % 9}.example/2026/11/retour-d-experience-{i}",
            source=f"Source {i % 9}",
            day=1 + i % 27,
            minutes=1 + i % 9,
        )
        for i in range(1, stories + 1)
    ]
    return edition(
        tuple(EditionTheme(f"t{k}", names[k], tuple(dealt[k::themes])) for k in range(themes) if dealt[k::themes]),
        introduction=f"Ce mois-ci, {stories} articles.",
    )


NASTY = (
    'Un <b>titre</b> & "deux" d\'un {{ x }} {% y %} {# z #} *|FNAME|* %(n)s C:\\dossier\\neuf \u00a0insécable, e\u0301 combiné, '
    "👩🏽\u200d💻❤️ שלום مرحبا </mj-text></p><script>alert(1)</script> --> ]]> &nbsp; &amp;"
)
"""What a field may hold at its worst, and a reader must see as it is."""
NASTY_SUBJECT = NASTY[:62] + "  é ❤️ שלום"
LONG = "https://unbreakable.example/" + "sans-espace" * 16


def nasty() -> Edition:
    """Every field as hostile as a feed can make it; characters that no document can hold among them."""
    first = story(
        "1. " + NASTY,
        summary=NASTY + "\x00\x0b\ufffe",
        quotes=(NASTY, "Plus d'un point.", LONG),
        url='https://exemple.example/a b?q={{x}}&r=*|Y|*"><script>#é\\',
        source=NASTY,
        also=(
            Also("2. " + NASTY, "javascript:alert(1)", "A <i>source</i>"),
            Also(NASTY, LONG, NASTY),
            Also(" ", LONG + "/ø", "B"),
        ),
    )
    second = story("3. " + LONG, summary=LONG, quotes=(NASTY,), url=LONG, lang="ar", made_by="editor")
    third = story("عنوان عربي", summary="ملخص قصير.", quotes=("جملة أولى.", "جملة ثانية."), url="javascript:alert(1)", lang="ar")
    fourth = story("4. Sans rien", url=None, day=None, minutes=0, source="")
    fifth = story("", url="ftp://exemple.example/fichier", lang="xx")
    themes = (("ia", NASTY, (first, second)), ("eu", LONG, (third, fourth, fifth)), ("vide", "Vide", ()))
    return edition(
        tuple(EditionTheme(*theme) for theme in themes),
        introduction=NASTY + "\n\n" + LONG + "\n\n\n",
        newsletter=NASTY,
        subject=NASTY_SUBJECT,
        preheader=NASTY,
        left_out=(
            LeftOut("a" * 16, NASTY, "javascript:alert(1)", "no-theme"),
            LeftOut("b" * 16, "", None, f"duplicate-of:{first.id}"),
        ),
        sources=(SourceReport(NASTY, "failed", 0, NASTY),),
    )


def bare() -> Edition:
    """The least that an edition can hold: one story that is only a title."""
    return edition((EditionTheme("ia", "IA", (story("Un titre", url=None, day=None, minutes=0, source=""),)),), preheader="")


def without_takeaways() -> Edition:
    """A month in which nothing could be quoted."""
    whole = sample()
    themes = tuple(replace(theme, stories=tuple(replace(s, takeaways=()) for s in theme.stories)) for theme in whole.themes)
    return replace(whole, themes=themes, highlights=())
