"""HTML and Markdown become canonical text: blocks, headings, items, and nothing else."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather.blocks import read_text, write_text
from digest.gather.markup import html_to_text, markdown_to_html, plain
from digest.gather.webpage import read_html
from digest.model import Link


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("<p>Un <b>mot</b>, puis <i>deux</i>.</p><p>Fin.</p>", "Un mot, puis deux.\n\nFin."),
        ("<h3>Titre</h3><p>Texte</p>", "## Titre\n\nTexte"),
        ("<ul><li>un</li><li><p>deux</p><p>suite</p></li></ul><p>x</p>", "- un\n- deux suite\n\nx"),
        ("<ol><li>un<ul><li>un bis</li></ul></li><li>deux</li></ol>", "- un\n- un bis\n- deux"),
        ("un<br>deux<br><br>trois", "un deux\n\ntrois"),
        ("<p>• un<br>• deux</p>", "- un\n- deux"),
        ("<p>➡️ un<br>➡️ deux<br>\n➡️ trois</p>", "- un\n- deux\n- trois"),
        ("<p>a) un<br>b) deux</p>", "- un\n- deux"),
        ("<p>✅ Un succès<br>pour la suite</p>", "✅ Un succès pour la suite"),
        ("<p>Intro.<br><br><b>À retenir :</b><br>→ un<br>→ deux</p>", "Intro.\n\n## À retenir\n\n- un\n- deux"),
        ("<p>- Un point</p><p>- Un autre</p>", "- Un point\n- Un autre"),
        ("<p>#ESS en marche</p><p>## faux titre</p>", "#ESS en marche\n\nfaux titre"),
        ("<p><strong>À retenir :</strong></p><ul><li>un</li></ul>", "## À retenir\n\n- un"),
        ("<p><b>Une phrase entière, en gras.</b></p><p>x</p>", "Une phrase entière, en gras.\n\nx"),
        ("<table><tr><th>An</th><th>Kilos</th></tr><tr><td>2026</td><td>812</td></tr></table>", "An | Kilos\n\n2026 | 812"),
        ("a<script>b</script><style>c</style><form>d</form><svg><text>e</text></svg>f<!-- g -->", "af"),
        ("<figure><img alt='x'><figcaption>Légende</figcaption></figure><p>Texte</p>", "Texte"),
        ("<p>Le 1<sup>er</sup> mai<sup><a href='#n1'>1</a></sup>.</p>", "Le 1er mai."),
        ("<p>Le bilan<sup><a href='#n1'>1</a></sup>&#12;annuel</p>", "Le bilan annuel"),
        ("<p>L&rsquo;ESS&nbsp;: 5&nbsp;% &amp; plus</p>", "L’ESS\u00a0: 5\u00a0% & plus"),
        ("<p>a\u200bb\u00adc  \n d\x00e</p>", "abc de"),
        ("<p>5 < 6 et 7 > 3</p>", "5 < 6 et 7 > 3"),
        ("<pre>un\ndeux\n\ntrois</pre>", "un deux\n\ntrois"),
        ("<h2>" + "long " * 40 + "</h2>", ("long " * 40).strip()),
        ('<?xml version="1.0" encoding="latin-1"?><p>été</p>', "été"),
        ("<p>cafe\u0301</p>", "café"),
    ],
)
def test_html_becomes_canonical_text(html: str, text: str) -> None:
    assert html_to_text(html)[0] == text


def test_links_are_complete_addresses_of_the_web_once_each() -> None:
    html = (
        '<a href="/a">un</a> <a href="https://b.example/">deux</a> <a href="/a">encore</a> <a href="#x">non</a>'
        '<a href="javascript:alert(1)">non</a><a href="mailto:a@b.example">non</a><a href="/i"><img></a><a href="http://[">non</a>'
    )
    assert html_to_text(html, "https://a.example/dossier/")[1] == (
        Link("un", "https://a.example/a"),
        Link("deux", "https://b.example/"),
    )
    assert html_to_text(html)[1] == (Link("deux", "https://b.example/"),)


@pytest.mark.parametrize(
    ("fragment", "words"),
    [
        ("Un titre", "Un titre"),
        ("AT&T et l&#8217;ESS", "AT&T et l’ESS"),
        ("Un <em>titre</em><br>coupé", "Un titre coupé"),
        ("De < 10 à > 20", "De < 10 à > 20"),
        ("<script>alert(1)</script>Sain", "Sain"),
        ("  deux\n lignes ", "deux lignes"),
        ("", ""),
    ],
)
def test_a_title_is_one_line_of_plain_words(fragment: str, words: str) -> None:
    assert plain(fragment) == words


def test_markdown_reads_as_its_html() -> None:
    md = "# Un\n\nDu *texte*\nsur deux lignes.\n\n1. a\n2. b\n\n> cité\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n`code` ~~non~~"
    text = html_to_text(markdown_to_html(md))[0]
    assert text == "## Un\n\nDu texte sur deux lignes.\n\n- a\n- b\n\ncité\n\nx | y\n\n1 | 2\n\ncode non"


HOSTILE = {
    "depth": "<div>" * 50_000 + "x",
    "bold": "<b>" * 50_000 + "x",
    "comments": "<!--" * 100_000,
    "breaks": "<br>" * 50_000,
    "open tags": "<p" * 50_000,
    "spaces": "a" + " " * 1_000_000 + "b",
    "items": "<ul><li>" * 20_000,
    "lines": "<pre>" + "\n" * 200_000 + "</pre>",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_html_is_read_in_no_time(kind: str) -> None:
    start = time.process_time()
    html_to_text(HOSTILE[kind])
    assert time.process_time() - start < 2


@given(st.text(alphabet="<>/pbruliah12 \n&;#-•=\"'", max_size=200))
def test_any_html_gives_a_text_in_canonical_form(html: str) -> None:
    text = html_to_text(html)[0]
    assert write_text(read_text(text)) == text


def test_a_page_says_its_date_in_linked_data() -> None:
    page = read_html(
        '<html lang="EN"><script type="application/ld+json">{"@graph":[{"@type":"WebSite"},{"@type":"NewsArticle",'
        '"datePublished":"2026-11-03","headline":"Told","author":[{"name":"Zoé"},{"name":"Ali"}]}]}</script><p>x</p>'
    )
    assert (page.title, page.published, page.author, page.lang) == ("Told", "2026-11-03", "Zoé, Ali", "en")


def test_a_page_title_loses_its_sites_name() -> None:
    assert read_html("<title>Un jardin au kilo | Les Lilas</title><p>x</p>").title == "Un jardin au kilo"
    assert read_html("<title>Un jardin – au kilo près</title><p>x</p>").title == "Un jardin – au kilo près"


def test_the_longest_article_of_a_page_is_its_article() -> None:
    page = read_html(f"<main><article><h1>Vrai</h1><p>{'mot ' * 50}</p></article><article><h2>Autre</h2></article></main>")
    assert page.title == "Vrai"
    assert "Autre" not in page.text


def test_an_empty_page_is_an_empty_page() -> None:
    page = read_html("")
    assert (page.title, page.text, page.links) == ("", "", ())
