"""MJML to HTML: what stands in mj-text comes out as it was written, whatever mrml does to the rest."""

from __future__ import annotations

import pytest

from digest.compose.mjml import to_html
from digest.compose.mjml_rules import Mistake


def letter(inside: str, head: str = "") -> str:
    section = f"<mj-section><mj-column>{inside}</mj-column></mj-section>"
    return to_html(f"<mjml><mj-head>{head}</mj-head><mj-body>{section}</mj-body></mjml>", "p { margin: 0 }")


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://x.example/" title="un\u00a0espace, e\u0301, \\ et 👩🏽\u200d💻">x</a>',
        "<i>C:\\dossier</i> &lt;mj-text&gt; &amp;nbsp; <b>a</b> <b>c</b>",
        '<span id="content-7">y</span>',
    ],
)
def test_html_inside_mj_text_is_left_as_it_is(html: str) -> None:
    assert html in letter(f"<mj-text>{html}</mj-text>").replace("&#92;", "\\")


def test_texts_keep_their_places() -> None:
    made = letter("<mj-text>un</mj-text><mj-text />" + "<!-- <mj-text>non</mj-text> --><mj-text color='#ffffff'>deux</mj-text>")
    assert made.index(">un<") < made.index(">deux<")
    assert "content-" not in made


def test_an_attribute_of_mjml_is_not_printed_as_rust_does() -> None:
    made = letter('<mj-image src="https://x.example/a.png" alt="d’un\u00a0é e\u0301 \\ fin" />')
    assert 'alt="d’un\u00a0é e\u0301 \\ fin"' in made


def test_a_mistake_after_a_long_text_is_told_at_its_line() -> None:
    with pytest.raises(Mistake) as raised:
        letter("<mj-text>a\nb\nc</mj-text>\n<mj-txt />")
    assert raised.value.line == 4


def test_crossed_tags_and_depths_that_crash_mrml_are_refused() -> None:
    for html in ("<b><i>x</b></i>", "<b>" * 300 + "</b>" * 300):
        with pytest.raises(Mistake):
            letter(f"<mj-text>{html}</mj-text>")
