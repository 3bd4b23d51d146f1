"""Whole articles: what is asked, what the site allows, and what becomes of a page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from digest.errors import GatherError
from digest.gather.pages import incomplete, is_excerpt, read_page, whole_articles
from digest.gather.robots import LONGEST_DELAY, read_rules, rules_for
from digest.model import Article
from digest.settings import Collect
from tests.servers import running_site

Make = Callable[..., Article]

OPENING = "La mairie de Fontclaire ouvre un atelier de réparation tenu par quatre associations du quartier des Tanneurs."
PARAGRAPH = (
    "Chaque samedi, des bénévoles y apprennent à remettre en route des ordinateurs que l'on croyait perdus, puis les donnent à "
    "des familles suivies par le centre social. Depuis le mois de mars, plus de deux cents machines ont retrouvé un usage."
)
PAGE = f"""<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8">
<title>Un atelier pour réparer | La Gazette</title></head><body>
<div class="cookie-banner">Nous utilisons des témoins. <button>Accepter</button></div>
<nav><ul><li><a href="/">Accueil</a></li><li><a href="/local">Vie locale</a></li></ul></nav>
<main><article><h1>Un atelier pour réparer</h1>
<aside class="box sidebar"><h3>À retenir</h3>
<ul><li>Un atelier ouvre aux Tanneurs.</li><li>Deux cents machines sauvées.</li></ul></aside>
<p>{OPENING}</p><p>{PARAGRAPH}</p><h2>Et la suite ?</h2><p>{PARAGRAPH} Le <a href="/dossier">dossier complet</a> est en ligne.</p>
<ul><li>En janvier, une antenne à Valbrune.</li><li>En mars, une école du soir.</li></ul>
<aside class="related"><h3>À lire aussi</h3>
<ul><li><a href="/x">La fête des voisins revient</a></li><li><a href="/y">Le marché couvert</a></li>
</ul></aside></article></main><footer>Mentions légales, contact, plan du site</footer></body></html>"""

CONSENT = """<html><body><article><h1>Votre accord</h1><p>Nous et nos partenaires déposons des traceurs pour mesurer ce que
vous lisez et vous montrer de la publicité. Acceptez tout, refusez tout, ou choisissez traceur par traceur dans vos réglages.</p>
<p>Votre choix vaut six mois sur tous nos services et se change à tout moment depuis le bas de chaque écran.</p>
</article></body></html>"""


@pytest.fixture
def excerpt(article: Make) -> Article:
    return article(title="Un atelier pour réparer", text=f"{OPENING} […]")


# ------------------------------------------------------------------------------------------------ what is asked


@pytest.mark.parametrize(
    "end",
    ["Un début […]", "Un début...", "Un début (…)", "Un début. Lire la suite", "A start. Continue reading A title →", "Bref."],
)
def test_a_text_that_is_cut_or_brief_is_an_excerpt(article: Make, end: str) -> None:
    assert is_excerpt(article(text=end, summary=""))


def test_a_whole_text_is_no_excerpt(article: Make) -> None:
    assert not is_excerpt(article(text=PARAGRAPH * 5))
    assert not is_excerpt(article(text="Une brève entière.", summary="En bref."))


def test_each_source_says_whether_its_pages_are_asked(article: Make) -> None:
    short = [article(id=name, source=name, text="Début…") for name in ("auto", "always", "never", "unknown")]
    long = [article(id=f"{name}-long", source=name, text=PARAGRAPH * 5) for name in ("auto", "always", "never")]
    asked = incomplete(short + long, {"auto": "auto", "always": "always", "never": "never"})
    assert [a.id for a in asked] == ["auto", "always", "always-long"]
    assert incomplete([article(url=None, text="Début…", source="auto")], {"auto": "auto"}) == ()


# ------------------------------------------------------------------------------------------------ what a page gives


def test_headings_lists_and_the_authors_own_box_survive(excerpt: Article) -> None:
    whole = read_page(excerpt, PAGE.encode(), "https://gazette.example/a")
    assert "## À retenir\n\n- Un atelier ouvre aux Tanneurs.\n- Deux cents machines sauvées." in whole.text
    assert "## Et la suite ?" in whole.text
    assert "- En janvier, une antenne à Valbrune.\n- En mars, une école du soir." in whole.text
    assert whole.text.count(OPENING) == 1
    assert "https://gazette.example/dossier" in [link.url for link in whole.links]


def test_what_is_not_the_article_is_left_behind(excerpt: Article) -> None:
    text = read_page(excerpt, PAGE.encode(), "https://gazette.example/a").text
    for stranger in ("témoins", "Accueil", "fête des voisins", "Mentions légales", "Un atelier pour réparer"):
        assert stranger not in text


def test_the_excerpt_becomes_the_summary_and_the_rest_stays(excerpt: Article) -> None:
    whole = read_page(excerpt, PAGE.encode(), "https://gazette.example/a")
    assert whole.summary == f"{OPENING} […]"
    assert (whole.id, whole.title, whole.published, whole.source) == (
        excerpt.id,
        excerpt.title,
        excerpt.published,
        excerpt.source,
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "no HTML"),
        (b"<html><body><p>Abonnez-vous.</p></body></html>", "no more than the feed gave"),
        (CONSENT.encode(), "something else"),
    ],
)  # fmt: skip
def test_a_page_that_holds_less_or_something_else_is_refused(excerpt: Article, body: bytes, said: str) -> None:
    with pytest.raises(GatherError, match=said):
        read_page(excerpt, body, "https://gazette.example/a")


# ------------------------------------------------------------------------------------------------ asking


def ask(articles: list[Article]) -> dict[str, Article | GatherError]:
    async def all_of_them() -> dict[str, Article | GatherError]:
        limits = Collect(timeout=20, allow_private_addresses=True)
        return {a.id: got async for a, got in whole_articles(articles, limits=limits, user_agent="digest-test", processes=1)}

    return asyncio.run(all_of_them())


def test_pages_are_asked_as_their_site_allows(excerpt: Article, article: Make) -> None:
    pages = {
        "/robots.txt": ("text/plain", b"User-agent: *\nDisallow: /prive/\n"),
        "/a": ("text/html; charset=utf-8", PAGE.encode()),
        "/prive/b": ("text/html", PAGE.encode()),
        "/c.pdf": ("application/pdf", b"%PDF-1.7"),
    }
    with running_site(pages) as site:
        given = [
            article(id=path, title=excerpt.title, text=excerpt.text, url=site.url + path)
            for path in ("/a", "/prive/b", "/c.pdf", "/broken")
        ]
        got = ask(given)
        assert sorted(site.paths()) == ["/a", "/broken", "/c.pdf", "/robots.txt"]
    assert isinstance(whole := got["/a"], Article)
    assert "## À retenir" in whole.text
    assert "robots.txt" in str(got["/prive/b"])
    assert "no web page (application/pdf)" in str(got["/c.pdf"])
    assert "in trouble (500)" in str(got["/broken"])


def test_a_site_that_wants_time_between_two_requests_gets_it(article: Make) -> None:
    robots = {"/robots.txt": ("text/plain", b"User-agent: *\nCrawl-delay: 0.3\n")}
    with running_site(robots) as site:
        got = ask([article(id=str(i), text="Bref.", url=f"{site.url}/slow?{i}") for i in range(3)])
        assert len(got) == 3
        assert site.most_at_once == 1


ROBOTS = """
User-agent: digest
User-agent: other
Disallow: /a/
Allow: /a/public
Disallow: /*?print
Disallow: /*.pdf$   # no documents
Crawl-delay: 2.5

User-agent: open
Disallow:

User-agent: *
Disallow: /
Crawl-delay: 600
"""


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/", True), ("/a/", False), ("/a/b", False), ("/a/public/x", True), ("/x?print=1", False), ("/x.pdf", False),
     ("/x.pdf?y", True), ("/%61/b", False)],
)  # fmt: skip
def test_the_longest_rule_for_us_decides(path: str, allowed: bool) -> None:
    assert read_rules(ROBOTS, "digest").allow(f"https://gazette.example{path}") is allowed


def test_rules_for_everybody_hold_where_none_names_us() -> None:
    assert not read_rules(ROBOTS, "someone").allow("https://gazette.example/x")
    assert read_rules("User-agent: *\nDisallow:\n", "digest").allow("https://gazette.example/x")
    assert read_rules("nonsense\n\x00:", "digest").allow("https://gazette.example/x")


@pytest.mark.parametrize(("status", "allowed"), [(404, True), (403, True), (500, False), (0, False)])
def test_a_site_without_rules_is_open_and_one_in_trouble_is_left_in_peace(status: int, allowed: bool) -> None:
    assert rules_for(status, b"", "digest").allow("https://gazette.example/x") is allowed


def test_a_group_that_forbids_nothing_ends_before_the_next() -> None:
    assert read_rules(ROBOTS, "open").allow("https://gazette.example/x")


def test_the_wait_between_two_requests_is_read_and_bounded() -> None:
    assert read_rules(ROBOTS, "digest").delay == 2.5
    assert read_rules(ROBOTS, "open").delay == 0
    assert read_rules(ROBOTS, "someone").delay == LONGEST_DELAY
    for nonsense in ("soon", "-3", "1e9", "nan", ""):
        assert read_rules(f"User-agent: *\nCrawl-delay: {nonsense}\n", "digest").delay == 0


def test_many_stars_take_no_time() -> None:
    rules = read_rules("User-agent: *\nDisallow: /" + "*a" * 2000 + "b$\n", "digest")
    assert rules.allow("https://gazette.example/" + "a" * 5000)
