"""The looks of an edition: a phone and a computer, light and dark, and what is left without pictures, styles or HTML."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.review.preview import LOOKS, in_dark, in_light, without_images, without_styles

from .conftest import Digest
from .visitors import Visitor, open_desk

HERE = "/editions/2026-11/preview"


@pytest.fixture
def owner(digest: Digest, starter: Path) -> Iterator[Visitor]:
    """Someone who came in where a draft waits."""
    assert digest("draft", "--quiet", folder=starter).code == 0
    with open_desk(starter) as desk:
        yield desk.owner()


def test_each_look_has_its_page_with_the_weight_against_what_gmail_shows(owner: Visitor) -> None:
    for look in LOOKS:
        page = owner.get(f"{HERE}?look={look}")
        assert f'look={look}" aria-current="true"' in page.text
        assert "Gmail cache la fin d'un email au-delà de 102 Ko" in page.words
        assert ("<iframe" in page.text) == (look != "text")
    assert owner.get(HERE).words.count("Sur téléphone") == 1
    assert owner.get(f"{HERE}?look=<b>").status == 404


def test_the_plain_text_is_the_one_that_is_sent(owner: Visitor) -> None:
    assert "À RETENIR CE MOIS-CI" in owner.get(f"{HERE}?look=text").text


def test_the_dark_is_forced_and_so_is_the_light(owner: Visitor) -> None:
    dark, light = (owner.get(f"{HERE}/{look}/email.html") for look in ("dark", "light"))
    for answer, applies, scheme in ((dark, "@media all{", "dark"), (light, "@media not all{", "light")):
        assert "prefers-color-scheme" not in answer.text
        assert applies in answer.text
        assert f":root{{color-scheme:{scheme}}}" in answer.text
        assert f'name="color-scheme" content="{scheme}"' in answer.text
        assert "sandbox allow-same-origin;" in answer.headers["Content-Security-Policy"]


def test_a_look_changes_what_it_says_and_nothing_else() -> None:
    html = '<style>p{color:red}</style><p style="color:blue">a <img alt="un chat" src="pictures/a.png"></p>'
    assert without_images(html) == html.replace("pictures/a.png", "data:,")
    assert without_styles(html) == '<p>a <img alt="un chat" src="pictures/a.png"></p>'
    assert in_dark(html) == in_light(html) == html


def test_a_look_that_does_not_exist_has_no_frame(owner: Visitor) -> None:
    assert owner.get(f"{HERE}/text/email.html").status == 404
    assert owner.get(f"{HERE}/..%2f/email.html").status == 404
