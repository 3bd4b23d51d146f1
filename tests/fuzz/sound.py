# ruff: noqa: E501 - documents are kept as they would be written
"""Sound documents of each kind, which the targets break; and what an article must be, whatever it was read from."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from digest.gather.addresses import is_web
from digest.gather.blocks import read_text, write_text
from digest.model import Article
from tests.fuzz.promise import storable

NOW = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/">
<channel><title>Le Relais</title><link>https://relais.example/</link><language>fr-FR</language>
<item><title>Un serveur &amp; douze associations</title><link>https://relais.example/serveur?utm_source=rss</link><guid isPermaLink="false">relais-1</guid>
<pubDate>Tue, 03 Nov 2026 06:00:00 +0100</pubDate><dc:creator><![CDATA[Ana Ruiz]]></dc:creator><category>Outils</category>
<description>&lt;p&gt;Douze associations partagent un serveur.&lt;/p&gt;</description>
<content:encoded><![CDATA[<p>Douze associations partagent un serveur.</p><h2>À retenir</h2><ul><li>Chacune paie sa part.</li><li>Personne n’attend.</li></ul>]]></content:encoded>
<media:content url="https://relais.example/s.jpg" medium="image" width="800"/><enclosure url="/s.mp3" type="audio/mpeg" length="1"/></item>
<item><title>Une cuisine partagée</title><link>/cuisine</link><pubDate>4 novembre 2026</pubDate><author>ana@relais.example (Ana)</author><description>Le bail court dix ans.</description></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title type="html">Commons &lt;b&gt;weekly&lt;/b&gt;</title><link href="https://commons.example/"/>
<entry xml:base="https://commons.example/b/"><title>A shared kitchen</title><link href="kitchen"/><id>urn:kitchen</id><updated>2026-11-03T06:00:00Z</updated>
<author><name>Kim</name><email>kim@commons.example</email></author><summary>Ten years of lease.</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>The lease runs for <b>ten years</b>.<br/>Nobody waits.</p></div></content></entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://ancien.example/"><title>Ancien</title></channel><item rdf:about="https://ancien.example/1"><title>Un atelier</title>
<link>https://ancien.example/1</link><dc:date>2026-11-03</dc:date><description>Un atelier ouvre.</description></item></rdf:RDF>"""
JSON_FEED = """{"version": "https://jsonfeed.org/version/1.1", "title": "Feuille", "home_page_url": "https://feuille.example/", "language": "fr",
"items": [{"id": "1", "url": "https://feuille.example/1", "title": "Un atelier", "content_html": "<p>Un atelier ouvre.</p>", "date_published": "2026-11-03T06:00:00Z",
"authors": [{"name": "Ana"}], "image": "https://feuille.example/1.png"}, {"id": 2, "content_text": "Sans titre.\\n\\nDeux paragraphes."}]}"""
FEEDS = (RSS, ATOM, RDF, JSON_FEED)

MARKDOWN = """---
title: "Un serveur partagé : un an après"
date: 3 novembre 2026
author: [Ana Ruiz, Kim]
url: https://relais.example/serveur
image: images/atelier.jpg
---
# Un serveur partagé : un an après

Douze *associations* partagent un [serveur](https://relais.example/). Voir la note[^1].

## À retenir

- Chacune paie sa part.
- Personne n’attend **jamais**.

| mois | euros |
|------|-------|
| mai  | 12    |

> « On ne reviendrait pas en arrière », dit Ana.

[^1]: Une note.
"""
TOML = """+++
title = "Une cuisine partagée"
date = 2026-11-03
+++
Le bail court dix ans. Deux équipes par jour.
"""
PASTED = """Une cuisine partagée

Par Ana Ruiz – publié le 3 novembre 2026 à 12:30
https://relais.example/cuisine

Trois traiteurs partagent une cuisine. Le bail court dix ans, et la mairie
prête le local. Deux équipes se suivent chaque jour sans se croiser jamais.

L'ESSENTIEL
• Le bail court dix ans.
• Deux équipes par jour.

À lire aussi : Un serveur partagé
Partager sur Mastodon
"""
PAGE = """<!DOCTYPE html>
<html lang="fr"><head><meta charset="utf-8"><title>Une cuisine partagée | Le Relais</title><meta property="og:title" content="Une cuisine partagée">
<meta property="article:published_time" content="2026-11-03T06:00:00+01:00"><link rel="canonical" href="https://relais.example/cuisine">
<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Une cuisine partagée", "author": [{"name": "Ana Ruiz"}]}</script></head>
<body><nav><a href="/">Accueil</a></nav><main><article><header><h1>Une cuisine partagée</h1><time datetime="2026-11-03">3 novembre</time></header>
<p>Trois traiteurs partagent une cuisine, et la mairie prête le local pour dix ans à compter de janvier.</p>
<aside class="box"><h2>À retenir</h2><ul><li>Le bail court dix ans.</li><li>Deux équipes par jour.</li></ul></aside>
<p>Deux équipes se suivent chaque jour sans se croiser : l’une cuisine le matin, l’autre l’après-midi.</p>
<div class="share">Partager</div></article></main><footer>Mentions légales</footer></body></html>"""
ROBOTS = """User-agent: *
Disallow: /prive/
Allow: /prive/ouvert*.html$
Crawl-delay: 2

User-agent: autre
Disallow: /
"""


def check_article(article: Article) -> None:
    """What holds of any article: it can be stored, shown and quoted, and leads nowhere but to the web."""
    assert storable(article)
    assert re.fullmatch(r"[0-9a-f]{16}", article.id)
    assert article.title.strip()
    assert "\n" not in article.title
    assert write_text(read_text(article.text)) == article.text, "not in canonical form"
    assert not re.search(
        "[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]", article.title + article.text + article.summary
    )
    assert re.fullmatch(r"[a-z]{2}", article.lang)
    assert article.url is None or is_web(article.url)
    assert all(is_web(link.url) for link in article.links)
    assert all(is_web(address) for address in article.aliases)
    assert article.published is None or article.published.utcoffset() is not None
    assert (article.published is None) == (article.dated_by is None)
