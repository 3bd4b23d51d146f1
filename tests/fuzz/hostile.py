# ruff: noqa: E501 - lists of traps and trees of strategies are kept whole
"""What inputs are made of: words that trap parsers, alone or a hundred thousand times over, and sound texts with something broken."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

LARGEST = 200_000
"""Characters of an input; larger ones are in `test_large_inputs.py`."""

MARKUP = (
    "<", "</", "/>", ">", "<a ", "<a>", "<b>", "<p>", "</p>", "<div>", "<article>", "<aside>a</aside>", "<section><li>x</li>", "<li>",
    "<ul><li>", "<table><tr><td>", "<br>", "<script>", "<svg>", "<sup><a href='#'>1</a></sup>", "<p><b>a</b></p>", "<h2>a</h2>",
    "<a href='https://a.example/x'>a</a>", "<a href='javascript:a'>a</a>", "<!--", "-->", "<![CDATA[", "]]>", "<?a ", "<time datetime='a'>",
    "<meta name='a' content='b'>", "<link rel='canonical' href='a'>", "<script type='application/ld+json'>[", "<x xmlns='a'>", "<a:b>",
    "<item>", "<item><title>a</title></item>", "<entry>", "<description>", "<content>", "<content:encoded>", "<author>", "<link/>",
    "<media:content url='a' type='image/png'>", "<!DOCTYPE a [", "<!ENTITY a 'b'>", "&", "&amp;", "&lt;", "&amp;lt;", "&lt;b&gt;", "&a;",
    "&#", "&#0;", "&#x110000;", "&#xD800;", "&#99999999999;", "&nbsp;", "&eacute;",
)  # fmt: skip
PROSE = (
    "a", "A.", "a ", "é ", "a\n", "a\n\n", "Mot Mot, ", "Une phrase entière. ", "À retenir\n", "À retenir :\n- a\n", "• a\n", "- a\n",
    "  - ", "1. a\n", "(1) ", "# a\n", "## À retenir\n", "***", "---\n", "===\n", "+++\n", "| a | b |\n|-|-|\n", "> ", "*", "**a", "_a_",
    "`", "``a`", "[", "![", "[a](", "[a](https://a.example)", "[a]:", "[^1]: a\n", "[^1]", "\\", "~~", "https://a.example/(", "http://",
    "a@b.c ", "@", "(", "((a@", "Par Ana et ", "Publié le 3 novembre 2026\n", "il y a 3 jours ", "12:30 ", "lire la suite ", "…", "[…]",
    "The post a appeared first on b", "L’article a est apparu en premier sur b", "« ", "»", '"', "'", "— ", " – ", "A | ", "a > b › ",
)  # fmt: skip
CHARACTERS = (
    "\x00", "\x0b", "\x0c", "\x1b[2J", "\x1f", "\x7f", "\x85", "\xa0", "\xad", "\u0301", "\u200b", "\u200d", "\u2028", "\u202e", "\u2060",
    "\u2066", "\ufeff", "\ufffe", "\uffff", "\ufffd", "\ue000", "\ud800", "\udfff", "\udcff", "ﬁ", "İ", "ß", "ﷺ", "日", "ا", "ש", "👩🏽‍💻",
    "\t", "\r", "\r\n", "\n", " ", "0", "٣", "²", "9" * 400, "9" * 5000, "\\ud800", "\\u0000", "\\x00", '"\\ud83d"', "1e999", "-0", "NaN", "Infinity", "null", "true",
)  # fmt: skip
TEMPLATES = (
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "{{ x }}",
    "{% raw %}",
    "*|FNAME|*",
    "%(a)s",
    "%s",
    "{0}",
    "{a}",
    "{",
    "}",
    "@TrackLink",
)
ADDRESSES = (
    "https://a.example/", "http://a.example:99999/", "http://[::1/", "http://[a]/", "//a", "javascript:alert(1)", "data:text/html,a",
    "https://", "https://a.example/?utm_source=a&b=c", "%41", "%zz", "%ED%A0%80", "/../", "/./", "?a=1&", "#a", ";jsessionid=a",
    "https://www.google.com/url?url=https://www.google.com/url?url=", "https://é.example/é", "https://xn--a.example/", "a" * 70 + ".example",
    "https://a.example\\@b.example/", "https://user:secret@a.example/", "ftp://a.example/", "mailto:a@b.c", "https://١.example/",
)  # fmt: skip

TRAPS = (*MARKUP, *PROSE, *CHARACTERS, *TEMPLATES, *ADDRESSES)
traps = st.integers(0, len(TRAPS) - 1).map(TRAPS.__getitem__)
anything = st.text(st.characters(), max_size=12)
"""Any characters, those that no text may hold among them."""


def repeated(pieces: st.SearchStrategy[str], largest: int = LARGEST) -> st.SearchStrategy[str]:
    """A piece so many times over that whatever takes the square of its length is seen."""
    times = st.sampled_from([2, 30, 1000, largest])
    return st.builds(lambda piece, size: (piece * (size // max(1, len(piece)) + 1))[:largest] if piece else "", pieces, times)


def hostile(largest: int = LARGEST) -> st.SearchStrategy[str]:
    """A text of traps, of any characters, and at times of a trap many times over."""
    short = st.lists(st.one_of(traps, traps, anything), max_size=8).map("".join)
    return st.one_of(short, short, short, st.tuples(short, repeated(st.one_of(traps, short), largest), short).map("".join))


def line() -> st.SearchStrategy[str]:
    """A short text: what a name, a title or a header may hold at its worst."""
    return st.lists(st.one_of(traps, anything, st.just(" mot ")), max_size=6).map("".join)


def broken(sound: Sequence[str], largest: int = LARGEST) -> st.SearchStrategy[str]:
    """One of some sound texts with a few accidents: a part lost, said twice, put elsewhere, and something hostile in it."""

    @st.composite
    def made(draw: st.DrawFn) -> str:
        text = draw(st.sampled_from(sound))
        for _ in range(draw(st.integers(0, 4))):
            start = draw(st.integers(0, len(text)))
            end = draw(st.integers(start, min(len(text), start + 200)))
            text = text[:start] + draw(st.one_of(st.just(""), traps, st.just(text[start:end] * 2), hostile(largest))) + text[end:]
        return text

    return made()


def encoded(texts: st.SearchStrategy[str]) -> st.SearchStrategy[bytes]:
    """Texts as bytes, in the charset that they say or in another, perhaps cut short."""

    @st.composite
    def made(draw: st.DrawFn) -> bytes:
        text = draw(texts)
        charset = draw(
            st.sampled_from(["utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252", "iso2022_jp", "utf-32"])
        )
        body = text.encode(charset, "surrogatepass" if charset == "utf-8" else "replace")
        for _ in range(draw(st.integers(0, 2))):
            at = draw(st.integers(0, len(body)))
            body = body[:at] + draw(st.binary(max_size=4)) + body[at + draw(st.integers(0, 3)) :]
        return body[: draw(st.integers(0, len(body)))] if draw(st.integers(0, 9)) == 9 else body

    return made()
