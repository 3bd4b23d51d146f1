# ruff: noqa: E501 - told mistakes are kept whole
"""Rendering: the golden edition, hostile values, holes, links, and mistakes in templates told where they are."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from digest.compose.letter import safe_link
from digest.compose.render import TEXT_COLUMNS, render, render_report
from digest.language.translations import translator
from digest.model import Edition, EditionTheme, RenderedEmail
from digest.resources import folder
from digest.settings import Brand, Newsletter
from tests.editions import NASTY, NASTY_SUBJECT, bare, edition, many, nasty, newsletter, sample, story, without_takeaways

GOLDEN = Path(__file__).parent / "golden"
TEMPLATES = folder("templates")
EDITIONS: dict[str, Callable[[], Edition]] = {
    "sample": sample,
    "nasty": nasty,
    "bare": bare,
    "without takeaways": without_takeaways,
    "one": lambda: many(1),
    "sixty": lambda: many(60),
}
VOID = {"br", "img", "meta", "hr", "link", "input"}


class Page(HTMLParser):
    """What a reader meets in a page: elements with their attributes and their whole text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self._open: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = (tag, dict(attrs), list[str]())
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        for _, _, texts in self._open:
            texts.append(data)

    def all(self, *tags: str) -> list[tuple[str, dict[str, str | None], str]]:
        return [(tag, attributes, " ".join("".join(texts).split())) for tag, attributes, texts in self.elements if tag in tags]

    def texts(self, *tags: str) -> list[str]:
        return [text for _, _, text in self.all(*tags)]


def rendered(an_edition: Edition, settings: Newsletter | None = None, templates: Path = TEMPLATES) -> RenderedEmail:
    settings = settings or newsletter()
    return render(an_edition, settings, templates=templates, translator=translator(an_edition.language))


def report(an_edition: Edition) -> str:
    email = rendered(an_edition)
    return render_report(an_edition, newsletter(), email, templates=TEMPLATES, translator=translator(an_edition.language))


def oneline(text: str) -> str:
    return " ".join(text.split())


# ------------------------------------------------------------------------------------------------ the golden edition


@pytest.mark.parametrize(("name", "made"), [("email.html", "html"), ("email.txt", "text")])
def test_the_sample_edition_is_the_golden_one(name: str, made: str) -> None:
    got = str(getattr(rendered(sample()), made))
    if os.environ.get("DIGEST_GOLDEN") == "write":
        GOLDEN.mkdir(exist_ok=True)
        (GOLDEN / name).write_text(got, encoding="utf-8")
    assert got == (GOLDEN / name).read_text(encoding="utf-8"), "make golden writes it again; read the diff"


def test_the_report_of_the_sample_edition_is_the_golden_one() -> None:
    got = report(sample())
    if os.environ.get("DIGEST_GOLDEN") == "write":
        (GOLDEN / "report.html").write_text(got, encoding="utf-8")
    assert got == (GOLDEN / "report.html").read_text(encoding="utf-8"), "make golden writes it again; read the diff"


@pytest.mark.parametrize("name", EDITIONS)
def test_rendering_twice_gives_the_same_bytes(name: str) -> None:
    assert rendered(EDITIONS[name]()) == rendered(EDITIONS[name]())


# ------------------------------------------------------------------------------------------------ whatever the edition


@pytest.mark.parametrize("name", EDITIONS)
def test_html_is_well_formed_and_loads_nothing(name: str) -> None:
    html = rendered(EDITIONS[name]()).html
    page = Page(html)
    assert html.startswith("<!DOCTYPE html>")
    assert not page.all("script", "link", "img", "iframe", "form")
    assert not re.search(r"@import|url\(|<mj-|data-premailer|fonts\.googleapis", html)
    assert not re.search(r"\\u\{", html), "mrml printed an attribute in Rust's own escapes"


@pytest.mark.parametrize("name", EDITIONS)
def test_missing_fields_leave_no_holes(name: str) -> None:
    page = Page(rendered(EDITIONS[name]()).html)
    empty = [tag for tag, _, text in page.all("h1", "h2", "h3", "p", "li", "a", "ul") if not text]
    assert empty == []
    assert not re.search(r"\bNone\b|· ·|(?:·|: )$", "\n".join(page.texts("p")))


@pytest.mark.parametrize("name", EDITIONS)
def test_headings_come_in_order(name: str) -> None:
    levels = [int(tag[1]) for tag, _, _ in Page(rendered(EDITIONS[name]()).html).all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("name", EDITIONS)
def test_links_are_safe_and_say_where_they_go(name: str) -> None:
    links = Page(rendered(EDITIONS[name]()).html).all("a")
    assert all(str(attributes["href"]).startswith("https://") for _, attributes, _ in links)
    places: dict[str, set[str]] = {}
    for _, attributes, text in links:
        places.setdefault(text, set()).add(str(attributes["href"]))
    assert [text for text, addresses in places.items() if len(addresses) > 1] == []


@pytest.mark.parametrize("name", EDITIONS)
def test_text_holds_in_72_columns_but_for_what_cannot_be_broken(name: str) -> None:
    for line in rendered(EDITIONS[name]()).text.split("\n"):
        assert len(line) <= TEXT_COLUMNS or not re.search(r"[^ <]+ [^ ]", line.strip().removeprefix("* ")) or "://" in line, line
        assert line == line.rstrip()


def test_layout_tables_say_that_they_are() -> None:
    assert all(attributes.get("role") == "presentation" for _, attributes, _ in Page(rendered(sample()).html).all("table"))


# ------------------------------------------------------------------------------------------------ what it says


def test_hostile_text_is_shown_as_it_is() -> None:
    email = rendered(nasty())
    page = Page(email.html)
    wanted = oneline(NASTY)
    assert page.texts("title")[0] == oneline(NASTY_SUBJECT)
    assert page.texts("h1") == [wanted]
    assert wanted in page.texts("h2")
    assert "1. " + wanted in page.texts("h3")
    assert wanted in page.texts("li")
    assert [attributes["aria-label"] for _, attributes, _ in page.all("div") if "aria-label" in attributes] == [NASTY_SUBJECT]
    assert NASTY in email.text.replace("\n", " ")
    assert "javascript:" not in email.html + email.text


def test_a_story_holds_all_that_is_known_of_it() -> None:
    page = Page(rendered(sample()).html)
    assert "Le Relais associatif · 3 novembre 2026 · 4 min de lecture" in page.texts("div")
    assert "Commons Weekly · 9 novembre 2026 · en anglais · 7 min de lecture" in page.texts("div")
    assert "Aussi dans Ouest solidaire : Un tri deux fois plus rapide à Lorient" in page.texts("td")
    title = "Quand une recyclerie confie le tri de ses dons à un modèle libre"
    assert (title, "https://recyclerie.example/tri-des-dons") in [(text, link["href"]) for _, link, text in page.all("a")]


def test_a_story_without_address_is_not_linked() -> None:
    page = Page(rendered(sample()).html)
    title = "Notes de lecture : « Le logiciel comme bien commun »"
    assert title in page.texts("h3")
    assert title not in page.texts("a")


def test_words_of_the_team_are_marked() -> None:
    page = Page(rendered(sample()).html)
    assert "Les projets qui durent sont ceux qui rémunèrent la relecture autant que l’écriture. (la rédaction)" in page.texts(
        "td"
    )


def test_foreign_words_carry_their_language_and_direction() -> None:
    page = Page(rendered(nasty()).html)
    arabic = [attributes for _, attributes, text in page.all("h3") if text == "عنوان عربي"]
    assert [(one["lang"], one["dir"]) for one in arabic] == [("ar", "rtl")]
    sampled = Page(rendered(sample()).html)
    english = [tag for tag, attributes, _ in sampled.all("h3", "p", "td") if attributes.get("lang") == "en"]
    assert english == ["h3", "p", "td"], "the title, the summary and the takeaways"
    assert "xx" not in {attributes.get("lang") for _, attributes, _ in page.all("h3", "p", "td")}, (
        "a code nobody knows says nothing"
    )


def test_titles_that_are_the_same_are_told_apart_by_their_source() -> None:
    stories = tuple(story("Édito", url=f"https://exemple.example/{i}", source=f"Source {i}") for i in (1, 2))
    stories = tuple(replace(one, id=str(i)) for i, one in enumerate(stories))
    page = Page(rendered(edition((EditionTheme("ia", "IA", stories),))).html)
    assert page.texts("h3") == ["Édito (Source 1)", "Édito (Source 2)"]
    assert {"Édito (Source 1)", "Édito (Source 2)"} <= set(page.texts("a"))


def test_our_words_are_typeset_and_quoted_ones_are_not() -> None:
    quoted = 'Il dit: "non"!'
    an_edition = edition((EditionTheme("ia", "IA", (story(quoted, quotes=(quoted,), summary=quoted),)),))
    email = rendered(an_edition)
    assert Page(email.html).texts("h3") == [quoted]
    assert quoted in Page(email.html).texts("td")
    assert "Lire\u00a0: " in email.text


def test_the_month_or_the_week_is_named() -> None:
    assert "À retenir ce mois-ci" in Page(rendered(sample()).html).texts("h2")
    weekly = rendered(sample(), newsletter(period="week"))
    assert "À retenir cette semaine" in Page(weekly.html).texts("h2")


def test_the_letter_speaks_english_too() -> None:
    email = rendered(replace(sample(), language="en"), newsletter(language="en"))
    page = Page(email.html)
    assert "Key takeaways this month" in page.texts("h2")
    assert "Unsubscribe" in page.texts("a")
    assert ("html", "en") in [(tag, attributes.get("lang")) for tag, attributes, _ in page.all("html")]


def test_the_footer_says_who_why_and_how_to_leave() -> None:
    with_links = Page(rendered(sample()).html)
    assert {"Se désabonner", "Lire cette lettre en ligne"} <= set(with_links.texts("a"))
    without = rendered(sample(), newsletter(unsubscribe=None, archive_url=None))
    assert "Pour vous désabonner, écrivez à lettre@ateliers.example." in Page(without.html).texts("p")
    assert "Pour vous désabonner, écrivez à lettre@ateliers.example." in without.text


def test_a_logo_is_a_picture_with_words() -> None:
    settings = newsletter(
        brand=Brand(logo="https://ateliers.example/logo.png", logo_alt="Les Ateliers", web="https://ateliers.example/")
    )
    pictures = Page(rendered(sample(), settings).html).all("img")
    assert [(attributes["src"], attributes["alt"]) for _, attributes, _ in pictures] == [
        ("https://ateliers.example/logo.png", "Les Ateliers")
    ]


def test_the_preview_text_is_hidden_and_first() -> None:
    page = Page(rendered(sample()).html)
    hidden = [
        (attributes["style"], text)
        for _, attributes, text in page.all("div")
        if "display:none" in (attributes.get("style") or "")
    ]
    assert hidden == [("display:none;max-height:0;max-width:0;opacity:0;overflow:hidden;mso-hide:all", sample().preheader)]


@pytest.mark.parametrize("themes", [3, 6])
def test_sixty_stories_of_three_takeaways_weigh_less_than_65_kb(themes: int) -> None:
    email = rendered(many(60, themes=themes))
    assert len(email.html.encode()) < 65_000
    assert email.folded == ()


def test_the_brief_layout_tells_one_takeaway_a_story_and_weighs_little() -> None:
    settings = newsletter(layout="brèves")
    page = Page(rendered(sample(), settings).html)
    assert page.texts("h3") == Page(rendered(sample()).html).texts("h3")
    first, second, _ = sample().stories[0].takeaways
    assert first.text in page.texts("td")
    assert not any(second.text in text for text in page.texts("td"))
    assert len(rendered(many(60), settings).html.encode()) < 45_000


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://exemple.org/a b?é=1|{2}", "https://exemple.org/a%20b?%C3%A9=1%7C%7B2%7D"),
        ("https://exemple.org/100%25", "https://exemple.org/100%25"),
        ("javascript:alert(1)", None),
        ("JavaScript://exemple.org/%0aalert(1)", None),
        ("data:text/html,x", None),
        ("https://", None),
        ("https://[", None),
        ("", None),
        (None, None),
    ],
)
def test_only_web_addresses_are_links(address: str | None, safe: str | None) -> None:
    assert safe_link(address) == safe


# ------------------------------------------------------------------------------------------------ the report


def test_the_report_says_why_each_story_is_in_or_out() -> None:
    page = Page(report(sample()))
    rows = page.texts("li")
    assert "Recette de la tarte aux pommes ne correspond à aucun thème" in rows
    assert "La rentrée des coopératives déjà publié dans 2026-10" in rows
    assert (
        "Un tri deux fois plus rapide à Lorient même sujet que « Quand une recyclerie confie le tri de ses dons à un modèle libre »"
        in rows
    )
    assert "Veille du territoire en échec pas de réponse en 20 s" in rows
    assert "Pourquoi ce thème : numérique responsable (titre), association (texte)" in page.texts("p")
    assert "Poids du message : 20 Ko sur les 102 Ko que Gmail affiche." in page.texts("p")


def test_the_report_shows_hostile_text_as_it_is_and_loads_nothing() -> None:
    html = report(nasty())
    page = Page(html)
    assert "1. " + oneline(NASTY) in page.texts("h3")
    assert not page.all("script", "img", "link")
    assert "javascript:" not in html


def test_a_subject_is_a_line_that_a_header_can_hold() -> None:
    edition = replace(sample(), subject="Novembre\x1b[2J\r\nBcc: a@b.example\x0bici")
    email = render(edition, newsletter(), templates=folder("templates"), translator=translator("fr"))
    assert email.subject == "Novembre[2J Bcc: a@b.exampleici"
