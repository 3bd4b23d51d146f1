"""A calm palette from one brand colour, for light and for dark, with the contrast computed.

Everything a person reads reaches 7:1 (WCAG 2.2, level AAA) on every background it may stand on; strong rules reach 3:1.
Colours move in OKLCH (https://bottosson.github.io/posts/oklab/), where a change of lightness keeps the hue.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

TEXT_CONTRAST: Final = 7.0
RULE_CONTRAST: Final = 3.0

_Lch = tuple[float, float, float]
"""Lightness (0 to 1), chroma (0 to about 0.37), hue (radians)."""


@dataclass(frozen=True, slots=True)
class Shades:
    """The colours of one mode, as `#rrggbb`."""

    page: str
    """Behind the letter."""
    card: str
    """The letter itself."""
    panel: str
    """Behind the takeaways."""
    text: str
    muted: str
    """Metadata and footer; still 7:1."""
    accent: str
    """Links and theme names."""
    rule: str
    """The strong rules: above a theme, beside takeaways."""
    line: str
    """Hairlines between stories: decoration."""
    band: str
    """The masthead."""
    on_band: str
    """What is written on the masthead."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Both modes of a newsletter's colours."""

    light: Shades
    dark: Shades


@lru_cache
def palette(brand: str) -> Palette:
    """The palette of a brand colour (`#rrggbb`)."""
    lightness, chroma, hue = _to_lch(brand)
    return Palette(light=_light(brand, chroma, hue), dark=_dark(lightness, chroma, hue))


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio of two `#rrggbb` colours, from 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _light(brand: str, chroma: float, hue: float) -> Shades:
    page = _to_hex((0.965, min(chroma, 0.008), hue))
    panel = _to_hex((0.962, min(chroma * 0.2, 0.018), hue))
    grounds = (page, panel, "#ffffff")
    band, on_band = _masthead(brand)
    return Shades(
        page=page,
        card="#ffffff",
        panel=panel,
        text=_readable(_to_hex((0.26, min(chroma, 0.02), hue)), grounds, TEXT_CONTRAST),
        muted=_readable(_to_hex((0.50, min(chroma, 0.02), hue)), grounds, TEXT_CONTRAST),
        accent=_readable(brand, grounds, TEXT_CONTRAST),
        rule=_readable(brand, grounds, RULE_CONTRAST),
        line=_to_hex((0.90, min(chroma, 0.012), hue)),
        band=band,
        on_band=on_band,
    )


def _dark(lightness: float, chroma: float, hue: float) -> Shades:
    page = _to_hex((0.19, min(chroma, 0.012), hue))
    card = _to_hex((0.235, min(chroma, 0.014), hue))
    panel = _to_hex((0.285, min(chroma * 0.4, 0.03), hue))
    grounds = (page, card, panel)
    band = _to_hex((min(max(lightness, 0.30), 0.36), min(chroma, 0.09), hue))
    return Shades(
        page=page,
        card=card,
        panel=panel,
        text=_readable(_to_hex((0.93, min(chroma, 0.008), hue)), grounds, TEXT_CONTRAST),
        muted=_readable(_to_hex((0.76, min(chroma, 0.015), hue)), grounds, TEXT_CONTRAST),
        accent=_readable(_to_hex((0.80, min(chroma, 0.10), hue)), grounds, TEXT_CONTRAST),
        rule=_readable(_to_hex((max(lightness, 0.62), min(chroma, 0.12), hue)), grounds, RULE_CONTRAST),
        line=_to_hex((0.36, min(chroma, 0.015), hue)),
        band=band,
        on_band=_readable("#f7f7f7", (band,), TEXT_CONTRAST),
    )


def _masthead(brand: str) -> tuple[str, str]:
    """The brand colour, moved no further than needed for white or for ink to be read on it, and which of the two."""
    lightness, chroma, hue = _to_lch(brand)
    ink = _to_hex((0.20, min(chroma, 0.02), hue))
    under_white = _readable(brand, ("#ffffff",), TEXT_CONTRAST)
    under_ink = _readable(brand, (ink,), TEXT_CONTRAST)
    if abs(_to_lch(under_white)[0] - lightness) <= abs(_to_lch(under_ink)[0] - lightness):
        return under_white, "#ffffff"
    return under_ink, ink


def _readable(color: str, grounds: tuple[str, ...], wanted: float) -> str:
    """The colour itself where it contrasts enough with every ground, else the nearest lightness of it that does."""
    if all(contrast(color, ground) >= wanted for ground in grounds):
        return color
    lightness, chroma, hue = _to_lch(color)
    enough = 0.0 if min(_luminance(ground) for ground in grounds) > 0.18 else 1.0
    for _ in range(24):
        middle = (lightness + enough) / 2
        candidate = _to_hex((middle, chroma, hue))
        if all(contrast(candidate, ground) >= wanted for ground in grounds):
            enough = middle
        else:
            lightness = middle
    return _to_hex((enough, chroma, hue))


def _luminance(color: str) -> float:
    red, green, blue = _linear(color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(color: str) -> tuple[float, float, float]:
    red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return _decoded(red), _decoded(green), _decoded(blue)


def _decoded(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _encoded(channel: float) -> float:
    return 12.92 * channel if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055


def _to_lch(color: str) -> _Lch:
    r, g, b = _linear(color)
    long = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    medium = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    green_red = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    blue_yellow = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, math.hypot(green_red, blue_yellow), math.atan2(blue_yellow, green_red)


def _to_hex(color: _Lch) -> str:
    """The sRGB colour, its chroma lowered until the screen can show it."""
    lightness, chroma, hue = color
    while chroma > 0.001 and not all(-0.0005 <= channel <= 1.0005 for channel in _to_linear(lightness, chroma, hue)):
        chroma *= 0.96
    channels = (_encoded(min(max(channel, 0.0), 1.0)) for channel in _to_linear(lightness, chroma, hue))
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)


def _to_linear(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
