"""Feeds as they are found: every trap of the real web, and what becomes of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from digest.errors import GatherError
from digest.gather.parse import ParsedFeed, parse_feed
from digest.model import Article
from tests.conftest import NOW
from tests.servers import FEED

URL = "https://gazette.example/flux/rss.xml"


def parse(body: bytes | str, **changes: Any) -> ParsedFeed:
    given: dict[str, Any] = {
        "url": URL, "headers": {}, "source": "La Gazette", "collected": NOW, "language": "fr", "tz": ZoneInfo("Europe/Paris"),
    }  # fmt: skip
    return parse_feed(body.encode() if isinstance(body, str) else body, **{**given, **changes})


def rss(*items: str, channel: str = "<link>https://gazette.example/</link>") -> str:
    inside = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>La Gazette</title>{channel}{inside}</channel></rss>'


def atom(entry: str, attributes: str = "") -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {attributes}><title>La Gazette</title><entry>{entry}</entry></feed>'


def only(body: bytes | str, **changes: Any) -> Article:
    (article,) = parse(body, **changes).articles
    return article


# ------------------------------------------------------------------------------------------------ formats


def test_rss_gives_articles_in_its_order() -> None:
    parsed = parse(FEED)
    first, second = parsed.articles
    assert (parsed.title, parsed.link, parsed.note) == ("La Gazette d'essai", "https://gazette.example/", None)
    assert (first.title, first.text, first.source) == ("Une première nouvelle", "Le texte de la première.", "La Gazette")
    assert (first.published, first.dated_by) == (datetime(2026, 11, 23, 7, tzinfo=UTC), "author")
    assert (first.url, first.lang, second.url) == ("https://gazette.example/une", "fr", "https://gazette.example/deux")


def test_atom_gives_content_excerpt_and_author() -> None:
    article = only(
        atom(
            "<id>tag:1</id><title type='html'>L&amp;#8217;actualité &lt;b&gt;libre&lt;/b&gt;</title>"
            "<link rel='alternate' href='/a?utm_source=rss'/><link rel='replies' href='/a/c'/><author><name>Ana</name></author>"
            "<updated>2026-11-20T10:00:00Z</updated><published>2026-11-19T10:00:00+01:00</published>"
            "<summary>En bref.</summary><content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><h2>À retenir</h2>"
            "<ul><li>Un</li><li>Deux</li></ul><p>Voir <a href='suite'>la suite</a>.</p></div></content>",
            "xml:base='https://gazette.example/dossier/' xml:lang='fr-FR'",
        )
    )
    assert article.title == "L’actualité libre"
    assert article.text == "## À retenir\n\n- Un\n- Deux\n\nVoir la suite."
    assert (article.summary, article.author, article.lang) == ("En bref.", "Ana", "fr")
    assert article.published == datetime(2026, 11, 19, 9, tzinfo=UTC)
    assert (article.url, article.aliases) == ("https://gazette.example/a", ("https://gazette.example/a?utm_source=rss",))
    assert [link.url for link in article.links] == ["https://gazette.example/dossier/suite"]


def test_rdf_is_read() -> None:
    body = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>t</title><link>https://gazette.example/</link></channel>'
        '<item rdf:about="https://gazette.example/a"><title>Une nouvelle</title><link>https://gazette.example/a</link>'
        "<dc:date>2026-11-03T08:00:00+01:00</dc:date><dc:creator>Ana</dc:creator></item></rdf:RDF>"
    )
    article = only(body)
    assert (article.title, article.author, article.published) == ("Une nouvelle", "Ana", datetime(2026, 11, 3, 7, tzinfo=UTC))


def test_json_feed_is_read() -> None:
    item = {
        "id": 7, "url": "/a", "title": "A < B & co", "content_html": "<p>Un <b>texte</b>.</p>", "summary": "Bref.",
        "date_published": "2026-11-03T08:00:00+01:00", "authors": [{"name": "Ana"}, {"name": "Bo"}], "language": "fr",
    }  # fmt: skip
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "La Gazette",
        "items": [item, None, {"content_text": "Deux\n\nblocs"}],
    }
    parsed = parse(json.dumps(feed), headers={"content-type": "application/feed+json"})
    first, second = parsed.articles
    assert (first.title, first.text, first.summary, first.author) == ("A < B & co", "Un texte.", "Bref.", "Ana, Bo")
    assert (first.url, first.published) == ("https://gazette.example/a", datetime(2026, 11, 3, 7, tzinfo=UTC))
    assert (second.title, second.text, second.url) == ("Deux", "Deux\n\nblocs", None)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"items": []}', "JSON that is not a feed"),
        ('{"items": [', "broken JSON"),
        ("[" * 100_000, "broken JSON"),
        ("<!DOCTYPE html><html><head><title>x</title></head><body>Bonjour</body></html>", "a web page where a feed should be"),
        (
            '<?xml version="1.0"?>\n<!-- c -->\n<html xmlns="http://www.w3.org/1999/xhtml"></html>',
            "a web page where a feed should be",
        ),
        ("", "nothing in it"),
        ("\n \x00", "nothing in it"),
        ("Bonjour", "no feed that can be read"),
        ("<rss version='2.0'><channel>", "no feed that can be read"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "no feed that can be read"),
    ],
)
def test_what_is_no_feed_is_told_plainly(body: str | bytes, said: str) -> None:
    with pytest.raises(GatherError, match=said):
        parse(body)


def test_a_page_where_a_feed_should_be_comes_with_the_cure() -> None:
    with pytest.raises(GatherError) as raised:
        parse("<html><body></body></html>")
    assert "digest sources add" in (raised.value.hint_text() or "")


def test_an_empty_feed_is_noted_and_no_failure() -> None:
    parsed = parse(rss())
    assert (parsed.articles, str(parsed.note)) == ((), "the feed is sound but holds no entry")


def test_broken_xml_gives_what_can_be_read_and_a_note() -> None:
    whole = rss(
        "<title>Une</title><link>https://gazette.example/1</link>", "<title>Deux</title><link>https://gazette.example/2</link>"
    )
    parsed = parse(whole.replace("<title>Deux", "<title>A & B <oops Deux"))
    assert parsed.articles[0].title == "Une"
    assert "damaged" in str(parsed.note)
    assert "entries could be read" in str(parsed.note)


# ------------------------------------------------------------------------------------------------ charsets


TITLE = "<title>L’été à Nîmes — « cœur »</title><link>https://gazette.example/ete</link>"


@pytest.mark.parametrize(
    ("declared", "real", "header"),
    [
        ("utf-8", "utf-8", ""),
        ("windows-1252", "windows-1252", ""),
        ("iso-8859-1", "windows-1252", ""),  # as half the web writes it
        ("iso-8859-1", "utf-8", ""),  # declares one, is the other
        ("utf-8", "windows-1252", ""),
        ("utf-8", "windows-1252", "application/rss+xml; charset=utf-8"),
        ("utf-8", "utf-8", "text/xml; charset=iso-8859-1"),
        ("x-unheard-of", "utf-8", "text/xml; charset=nonsense"),
        ("utf-16", "utf-16", ""),
        ("utf-8", "utf-8-sig", ""),
    ],
)
def test_a_wrong_charset_is_seen_through(declared: str, real: str, header: str) -> None:
    body = rss(TITLE).replace('version="1.0"', f'version="1.0" encoding="{declared}"').encode(real)
    assert only(body, headers={"content-type": header}).title == "L’été à Nîmes — « cœur »"


def test_one_broken_character_spoils_no_other() -> None:
    body = rss("<title>Été à Nîmes</title><link>https://gazette.example/a</link><description>Cassé X</description>").encode()
    assert only(body.replace(b"X", b"\xc3")).title == "Été à Nîmes"


def test_nul_bytes_and_control_characters_are_dropped() -> None:
    article = only(
        rss("<title>Un\x00e nou\x0bvelle</title><link>https://gazette.example/a</link><description>a\x00b</description>")
    )
    assert (article.title, article.text) == ("Une nouvelle", "ab")


# ------------------------------------------------------------------------------------------------ addresses


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "mailto:a@gazette.example", "ftp://gazette.example/a", "http://"]
)
def test_only_the_web_is_linked_to(link: str) -> None:
    article = only(rss(f"<title>Une</title><link>{link}</link><description>&lt;a href='{link}'&gt;x&lt;/a&gt;</description>"))
    assert (article.url, article.aliases, article.links) == (None, (), ())


def test_relative_links_start_from_the_address_that_answered() -> None:
    moved = "https://neuf.example/flux.xml"
    body = rss("<title>Une</title><link>/a</link><description>&lt;a href='/b'&gt;la suite&lt;/a&gt;</description>", channel="")
    article = only(body, base=moved)
    assert article.url == "https://neuf.example/a"
    assert article.links[0].url == "https://neuf.example/b"


def test_the_address_behind_feedburner_is_the_articles() -> None:
    body = rss(
        "<title>Une</title><link>https://feedproxy.google.com/~r/x/~3/abc</link>"
        "<feedburner:origLink xmlns:feedburner='http://rssnamespace.org/feedburner/ext/1.0'>https://gazette.example/a</feedburner:origLink>"
    )
    article = only(body)
    assert article.url == "https://gazette.example/a"
    assert article.aliases == ("https://gazette.example/a", "https://feedproxy.google.com/~r/x/~3/abc")


# ------------------------------------------------------------------------------------------------ dates


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Mon, 23 Nov 2026 08:00:00 +0100", datetime(2026, 11, 23, 7, tzinfo=UTC)),
        ("lun., 23 novembre 2026", datetime(2026, 11, 23, 11, tzinfo=UTC)),  # noon
        ("23 novembre 2026 à 8h30", datetime(2026, 11, 23, 7, 30, tzinfo=UTC)),
        ("2026-11-23T08:00:00", datetime(2026, 11, 23, 7, tzinfo=UTC)),  # no zone: the newsletter's
        ("2026-02-30", None),
        ("0000-00-00", None),
        ("1699999999", None),
        ("99999999999", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("Mon, 23 Nov 2099 08:00:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 -2300", None),
        ("bientôt", None),
    ],
)
def test_a_date_is_read_as_written_and_only_if_sane(written: str, expected: datetime | None) -> None:
    article = only(rss(f"<title>Une</title><link>https://gazette.example/a</link><pubDate>{written}</pubDate>"))
    assert (article.published, article.dated_by) == (expected, "author" if expected else None)


def test_an_entry_without_a_date_has_none() -> None:
    article = only(rss("<title>Une</title><link>https://gazette.example/a</link>"))
    assert (article.published, article.dated_by, article.collected) == (None, None, NOW)


# ------------------------------------------------------------------------------------------------ titles and words


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Un &lt;em&gt;grand&lt;/em&gt; pas", "Un grand pas"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;Une nouvelle", "Une nouvelle"),
        ("&amp;lt;b&amp;gt;Deux fois&amp;lt;/b&amp;gt;", "Deux fois"),
        ("<![CDATA[L&#8217;eau &amp; l&#8217;air]]>", "L’eau & l’air"),
        ("  Sur\n deux   lignes ", "Sur deux lignes"),
        ("3 &lt; 4 et 5 &gt; 4", "3 < 4 et 5 > 4"),
    ],
)
def test_a_title_is_plain_words(written: str, title: str) -> None:
    assert only(rss(f"<title>{written}</title><link>https://gazette.example/a</link>")).title == title


@pytest.mark.parametrize(
    ("item", "title"),
    [
        ("<link>https://gazette.example/a</link><description>Un deux trois.</description>", "Un deux trois."),
        ("<description>&lt;h2&gt;Le début&lt;/h2&gt;&lt;p&gt;La suite.&lt;/p&gt;</description>", "Le début"),
        ("<link>https://gazette.example/2026/une-belle_annee.html</link>", "une belle annee"),
        ("<link>https://gazette.example/?p=12</link>", "gazette.example"),
    ],
)
def test_an_entry_without_title_gets_one_from_what_it_has(item: str, title: str) -> None:
    assert only(rss(item)).title == title


def test_only_an_entry_with_neither_link_title_nor_text_is_dropped() -> None:
    parsed = parse(rss("", "<guid isPermaLink='false'>3</guid>", "<title>Reste</title>"))
    assert [article.title for article in parsed.articles] == ["Reste"]


def test_what_the_blog_software_adds_is_not_the_authors() -> None:
    html = "&lt;p&gt;Le texte.&lt;/p&gt;&lt;p&gt;L’article &lt;a&gt;Une&lt;/a&gt; est apparu en premier sur Gazette.&lt;/p&gt;"
    assert only(rss(f"<title>Une</title><description>{html}</description>")).text == "Le texte."


def test_html_escaped_once_too_often_is_still_read() -> None:
    html = "&amp;lt;p&amp;gt;Un texte.&amp;lt;/p&amp;gt;"
    assert only(rss(f"<title>Une</title><description>{html}</description>")).text == "Un texte."


@pytest.mark.parametrize(
    ("declared", "text", "lang"),
    [
        ("<language>de-AT</language>", "Kurz", "de"),
        (
            "<language>xx</language>",
            "The quick brown fox jumps over the lazy dog, and then it goes to sleep in the garden.",
            "en",
        ),
        (
            "<language>en-US</language>",
            "Les coopératives de la région ont présenté hier un projet commun de plateforme, qui sera ouverte à toutes les "
            "associations dès le mois de janvier, et dont le code sera publié sous une licence libre par le collectif.",
            "fr",
        ),
    ],
)
def test_the_language_is_the_declared_one_unless_the_words_belie_it(declared: str, text: str, lang: str) -> None:
    assert only(rss(f"<title>T</title><description>{text}</description>", channel=declared)).lang == lang


@pytest.mark.parametrize(
    ("written", "author"),
    [
        ("ana@gazette.example (Ana Bé)", "Ana Bé"),
        ("Ana Bé &lt;ana@gazette.example&gt;", "Ana Bé"),
        ("Ana Bé", "Ana Bé"),
        ("ana@gazette.example", None),
        ("", None),
    ],
)
def test_an_author_is_a_name_and_no_mail_address(written: str, author: str | None) -> None:
    assert only(rss(f"<title>Une</title><author>{written}</author>")).author == author


# ------------------------------------------------------------------------------------------------ identity


def test_an_article_is_the_same_when_its_feeds_id_changes() -> None:
    one = only(rss("<title>Une</title><link>https://gazette.example/a</link><guid>1</guid>"))
    other = only(
        rss("<title>Une !</title><link>https://gazette.example/a?utm_source=x</link><guid>2</guid>"), url="https://b.example"
    )
    assert one.id == other.id


def test_entries_that_repeat_an_id_stay_apart() -> None:
    parsed = parse(
        rss(*(f"<title>{n}</title><guid isPermaLink='false'>1</guid><link>https://gazette.example/{n}</link>" for n in "abc"))
    )
    assert len({article.id for article in parsed.articles}) == 3
    without_links = parse(rss(*(f"<title>{n}</title><guid isPermaLink='false'>1</guid>" for n in "abc")))
    assert len({article.id for article in without_links.articles}) == 3


def test_entries_that_all_link_to_the_same_page_stay_apart() -> None:
    episodes = [f"<title>Épisode {n}</title><link>https://gazette.example/</link><guid>e{n}</guid>" for n in (1, 2)]
    parsed = parse(rss(*episodes))
    assert len({article.id for article in parsed.articles}) == 2
    assert parsed.articles[0].id == parse(rss(episodes[0])).articles[0].id


def test_the_same_entry_twice_is_one_article() -> None:
    item = "<title>Une</title><link>https://gazette.example/a</link><guid>1</guid>"
    assert len(parse(rss(item, item)).articles) == 1


def test_an_entry_without_link_or_id_keeps_its_identity() -> None:
    item = "<title>Version 2.1</title><pubDate>Mon, 23 Nov 2026 08:00:00 +0100</pubDate><description>{}</description>"
    assert only(rss(item.format("a"))).id == only(rss(item.format("b"))).id
    assert only(rss(item.format("a"))).id != only(rss(item.format("a")), url="https://autre.example/rss").id


def test_half_of_a_character_in_json_is_left_out() -> None:
    r"""`\ud83d` alone, where a program cut an emoji in two: neither a store nor an email can hold it."""
    item = r'{"url": "https://gazette.example/\ud83d\u0000", "title": "Un atelier", "content_text": "Ouvert\udcff."}'
    article = only(f'{{"version": "https://jsonfeed.org/version/1", "title": "\\ud83d", "items": [{item}]}}')
    assert (article.title, article.url, article.text) == ("Un atelier", "https://gazette.example/", "Ouvert.")
