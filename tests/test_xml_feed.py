"""The straight way from expat to feedparser's reader gives what `feedparser.parse` gives."""

from __future__ import annotations

import io
import time

import feedparser
import pytest

from digest.gather import xml_feed
from digest.gather.xml_feed import read_xml

SPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:DC="http://purl.org/dc/elements/1.1/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:own="https://a.example/ns" xmlns:a="http://www.w3.org/2005/Atom"'
)
RSS = f"""<?xml version="1.0" encoding="iso-8859-1"?><?style x?><!-- début -->
<rss version="2.0" {SPACES} xml:base="https://a.example/"><channel><title>Réseau &amp; compagnie</title><link>/</link>
<a:link rel="self" href="/feed" TYPE="Text/XML"/><language>fr-FR</language><image><url>/i.png</url><title>I</title></image>
<item><title>Un <![CDATA[& deux]]></title><guid>/un</guid><pubDate>Tue, 24 Nov 2026 06:00:00 +0000</pubDate>
<DC:creator>Ana</DC:creator><description>Bref</description><content:encoded><![CDATA[<p>Long</p>]]></content:encoded>
<media:group><media:title>Film</media:title><media:content url="/f.mp4" type="video/mp4"/></media:group>
<own:words own:kind="x" kind="y">z</own:words><own:empty/><enclosure url="/s.mp3" type="audio/mpeg" length="1"/></item>
<item><description>Un</description><description>Deux</description><author>ana@a.example (Ana)</author></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"><title type="html">&lt;b>T&lt;/b></title>
<entry xml:base="https://a.example/b/" xml:lang="en"><title>Un</title><link href="un"/><link rel="enclosure" href="s.mp3"/>
<id>urn:1</id><updated>2026-11-24T06:00:00Z</updated><author><name>Ana</name><email>a@a.example</email></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p class="x">A <b>B</b><br/></p>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><a xlink:href="#a"><title>S</title></a></svg>
<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>x</mi></math></div></content></entry>
<entry><title/><source><title>Ailleurs</title><id>urn:2</id></source><summary>S</summary></entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
<channel rdf:about="https://a.example/"><title>T</title></channel>
<item rdf:about="https://a.example/1"><title>Un</title><link>https://a.example/1</link></item></rdf:RDF>"""
OLD = '<rss version="0.91"><channel xmlns="http://backend.userland.com/rss2"><item><title>a &lt; b</title></item></channel></rss>'
OTHERS = [
    '<!DOCTYPE rss [<!ENTITY ess "économie sociale">]><rss><channel><item><title>&ess;</title></item></channel></rss>',
    "<rss><channel><item><title>caf&eacute; & thé</title></item></channel>",
    "<rss><channel><item><own:x>y</own:x><title>Un</title></item></channel></rss>",
]


def as_feedparser_does(xml: str) -> tuple[object, ...]:
    headers = {"content-type": "application/xml; charset=utf-8"}
    parsed = feedparser.parse(
        io.BytesIO(xml.encode()), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )
    return parsed.feed, parsed.entries, parsed.version


@pytest.mark.parametrize("xml", [RSS, ATOM, RDF, OLD, *OTHERS])
def test_a_feed_gives_what_feedparser_gives(xml: str) -> None:
    read = read_xml(xml)
    assert (read.feed, read.entries, read.version) == as_feedparser_does(xml)
    assert read.entries


@pytest.mark.parametrize("xml", [RSS, ATOM, RDF, OLD])
def test_a_sound_feed_takes_the_straight_way(xml: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_feed, "_as_feedparser_does", lambda _: None)
    assert read_xml(xml).entries


def test_broken_xml_is_told() -> None:
    assert "not well-formed" in str(read_xml("<rss><channel><item><title>a & b</title></item></channel></rss>").bozo_exception)


@pytest.mark.parametrize("author", ["a" * 200_000, "a@" + "a." * 100_000, "Ana " + "-" * 200_000])
@pytest.mark.parametrize("after", ["</author></item></channel></rss>", " & x"])
def test_a_long_author_takes_no_square_of_its_length(author: str, after: str) -> None:
    """feedparser looks for a mail address in it: 34 s for 100 KB."""
    start = time.process_time()
    assert read_xml(f"<rss><channel><item><author>{author}{after}").entries
    assert time.process_time() - start < 2


@pytest.mark.parametrize("number", ["0", "xB", "xD800", "x110000", "99999999999", "9" * 5000, "xFFFFF"])
def test_a_reference_to_no_character_is_left_out_and_the_feed_is_read(number: str) -> None:
    (entry,) = read_xml(f"<rss><channel><item><title>Un &#{number}; atelier & caf&#233;</title></item></channel></rss>").entries
    assert entry.title.replace("\U000fffff ", "").split() == ["Un", "atelier", "&", "café"]


@pytest.mark.parametrize("doctype", ["", "<!DOCTYPE rss>"])
@pytest.mark.parametrize("quote", ['"', "'"])
def test_a_namespace_with_a_space_costs_no_feed(doctype: str, quote: str) -> None:
    space = f"xmlns:x={quote}un deux trois{quote}"
    feed = f"{doctype}<rss version='2.0' {space}><channel><item><title>Un</title><x:y>z</x:y></item></channel></rss>"
    assert read_xml(feed).entries[0].title == "Un"


@pytest.mark.parametrize("bases", [["b/c"] * 1001, ["https:b/c/"]])
def test_bases_inside_bases_do_not_grow_without_end(monkeypatch: pytest.MonkeyPatch, bases: list[str]) -> None:
    lengths: list[int] = []
    join = feedparser.mixin.make_safe_absolute_uri

    def joined(base: str, relative: str | None = None) -> str:
        made: str = join(base, relative)
        lengths.append(len(made))
        return made

    monkeypatch.setattr(feedparser.mixin, "make_safe_absolute_uri", joined)
    within = "".join(f"<entry xml:base='{base}'>" for base in bases) + "<entry>" * 2000
    read_xml(f"<feed xmlns='http://www.w3.org/2005/Atom'><broken>{within}")
    assert max(lengths, default=0) < 1000
