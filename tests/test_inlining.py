"""Style sheets written into style attributes: which rule wins, what is left of classes, what becomes of the rest."""

from __future__ import annotations

import re

import pytest

from digest.compose.inlining import check_style, inlined
from digest.compose.mjml_rules import Mistake


def body(html: str, css: str, head: str = "") -> str:
    whole = inlined(f"<!DOCTYPE html><html><head><title>t</title>{head}</head><body>{html}</body></html>", css)
    return whole[whole.index("<body>") + 6 : whole.index("</body>")]


def test_the_most_specific_rule_wins_then_the_last() -> None:
    css = "p.a { color: red } p { color: blue; margin: 0 } p { margin: 1px }"
    assert body('<p class="a">x</p>', css) == '<p style="color:red;margin:1px">x</p>'
    assert body("<p>y</p>", css) == '<p style="color:blue;margin:1px">y</p>'


def test_a_style_of_its_own_wins_over_the_sheet() -> None:
    assert body('<p style="color:red">x</p>', "p { color: blue; margin: 0 }") == '<p style="color:red;margin:0">x</p>'


@pytest.mark.parametrize("selector", ["p", ".a", "p.a.b", "div p", "div > p.b", "p[lang]", "td, p", "p:first-child"])
def test_any_selector_finds_its_elements(selector: str) -> None:
    made = body('<div><p class="a b" lang="de">x</p></div>', f"{selector} {{ margin: 0 }}")
    assert made == '<div><p lang="de" style="margin:0">x</p></div>'


@pytest.mark.parametrize("selector", ["td.a", "p.c", "td p", "p[dir]", "p:last-child"])
def test_no_other_element_is_styled(selector: str) -> None:
    made = body('<div><p class="a">x</p><i>y</i></div>', f"{selector} {{ margin: 0 }}")
    assert "style" not in made


def test_only_classes_that_a_style_block_names_are_kept() -> None:
    made = body(
        '<p class="a b">x</p><p class="c">y</p><p class="">z</p>', "p.c { margin: 0 }", "<style>.b { color: red }</style>"
    )
    assert made == '<p class="b">x</p><p style="margin:0">y</p><p>z</p>'


def test_what_only_a_style_block_can_hold_becomes_one() -> None:
    whole = inlined(
        '<!DOCTYPE html><html><head></head><body><p class="a">x</p></body></html>',
        "p { margin: 0 } @media print { .a { color: red } } .a:hover { color: blue }",
    )
    head = whole[: whole.index("</head>")]
    assert re.search(r"@media print\s*\{\s*\.a\s*\{\s*color: red", head)
    assert ".a:hover" in head
    assert '<p class="a" style="margin:0">' in whole


@pytest.mark.parametrize("css", ["@import 'x.css';", "p { background: url(x.png) }", "p { { }"])
def test_a_sheet_that_loads_something_or_is_none_is_refused(css: str) -> None:
    with pytest.raises(Mistake):
        check_style(css)
