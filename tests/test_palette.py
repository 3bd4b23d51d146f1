"""The palette: every text readable on every ground, whatever the brand."""

from __future__ import annotations

import re
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.compose.palette import RULE_CONTRAST, TEXT_CONTRAST, Shades, contrast, palette

BRANDS = ["#0b5d7a", "#ffd500", "#e2001a", "#000000", "#ffffff", "#777777", "#00a76d", "#1b1464", "#00ffff", "#ff00ff"]
colors = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def grounds(shades: Shades) -> tuple[str, ...]:
    return shades.page, shades.card, shades.panel


def test_contrast_is_the_ratio_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#ffffff", "#ffffff") == 1
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@given(colors)
def test_every_text_reaches_aaa_on_every_ground_in_light_and_dark(brand: str) -> None:
    for shades in (palette(brand).light, palette(brand).dark):
        for ink in (shades.text, shades.muted, shades.accent):
            assert min(contrast(ink, ground) for ground in grounds(shades)) >= TEXT_CONTRAST
        assert contrast(shades.on_band, shades.band) >= TEXT_CONTRAST


@given(colors)
def test_strong_rules_are_seen_on_every_ground(brand: str) -> None:
    for shades in (palette(brand).light, palette(brand).dark):
        assert min(contrast(shades.rule, ground) for ground in grounds(shades)) >= RULE_CONTRAST


@pytest.mark.parametrize("brand", BRANDS)
def test_every_shade_is_a_colour_that_email_clients_read(brand: str) -> None:
    for shades in (palette(brand).light, palette(brand).dark):
        assert all(re.fullmatch("#[0-9a-f]{6}", value) for value in asdict(shades).values())


@pytest.mark.parametrize(
    ("brand", "ink"), [("#0b5d7a", "#ffffff"), ("#1b1464", "#ffffff"), ("#ffd500", "dark"), ("#f5f5dc", "dark")]
)
def test_a_brand_that_can_be_written_on_is_the_masthead_as_it_is(brand: str, ink: str) -> None:
    light = palette(brand).light
    assert light.band == brand
    assert (light.on_band == "#ffffff") == (ink == "#ffffff")


def test_dark_grounds_are_dark_and_never_pure_black() -> None:
    for brand in BRANDS:
        for ground in grounds(palette(brand).dark):
            assert contrast(ground, "#000000") < 2
            assert ground != "#000000"
