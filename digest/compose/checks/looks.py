"""Checks on what was rendered: weight, contrast, pictures, headings, links, and what opening it would load."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from digest.compose.checks.page import Look, Page
from digest.compose.letter import host, safe_link
from digest.compose.palette import contrast, palette
from digest.compose.render import CLIP_BYTES
from digest.errors import N_
from digest.language.words import fold
from digest.model import Edition, Finding, RenderedEmail
from digest.settings import Newsletter

READABLE: Final = 4.5
LARGE_READABLE: Final = 3.0
COMFORTABLE: Final = 7.0
"""Contrast of text in WCAG 2.2: level AA (1.4.3), AA of large text, and AAA (1.4.6)."""

_VAGUE_WORDS: Final = """
    ici, cliquez ici, cliquer ici, lien, ce lien, suite, la suite, lire, lire la suite, lire plus, en savoir plus, plus, voir,
    voir plus, here, click here, this link, link, more, read more, learn more, see more, continue reading, hier, hier klicken,
    mehr, mehr lesen, weiterlesen, aqui, haz clic aqui, mas, leer mas, saber mas, qui, clicca qui, leggi, leggi di piu, continua,
    clique aqui, leia mais, ler mais, saiba mais
"""
_VAGUE: Final = frozenset(" ".join(words.split()) for words in _VAGUE_WORDS.split(","))
"""Words that say nothing of where a link goes, read alone as a screen reader lists them (WCAG 2.4.4, 2.4.9; RGAA 6.1)."""


def weight(edition: Edition, newsletter: Newsletter, rendered: RenderedEmail) -> Iterator[Finding]:
    """Whether Gmail would cut the message, and what was folded for it not to."""
    size, limit = len(rendered.html.encode()), newsletter.limits.email_bytes
    figures = {"weight": round(size / 1024), "clip": CLIP_BYTES // 1024, "limit": round(limit / 1024)}
    if size > CLIP_BYTES:
        yield Finding(
            "weight",
            "error",
            N_("the email weighs {weight} KB and Gmail cuts what is beyond {clip} KB: take some stories out"),
            figures,
        )
    elif size > limit:
        message = N_("the email weighs {weight} KB, more than the {limit} KB of newsletter.limits.email_bytes")
        yield Finding("weight", "warning", message, figures)
    else:
        yield Finding("weight", "note", N_("the email weighs {weight} KB of the {clip} KB that Gmail shows"), figures)
    if rendered.folded:
        counts = {"folded": len(rendered.folded), "all": len(edition.stories)}
        message = N_("to stay light, {folded} of the {all} stories are told by their titles alone")
        yield Finding("weight", "note", message, counts)


def colors(newsletter: Newsletter, page: Page) -> Iterator[Finding]:
    """Whether every word can be read on what it stands on, and what the brand colour became."""
    faint = {look: words for look, words in page.looks.items() if contrast(look.color, look.ground) < _wanted(look)}
    for look, words in faint.items():
        values = {"words": _brief(words), "ratio": contrast(look.color, look.ground), "wanted": _wanted(look)}
        values |= {"color": look.color, "ground": look.ground}
        message = N_('"{words}" is hard to read: {color} on {ground} has a contrast of {ratio}, and {wanted} is needed')
        yield Finding("contrast", "warning", message, values)
    lowest = min((contrast(look.color, look.ground) for look in page.looks), default=21.0)
    if not faint:
        values = {"ratio": lowest, "level": "AAA" if lowest >= COMFORTABLE else "AA"}
        yield Finding("contrast", "note", N_("every word can be read: the lowest contrast is {ratio} (level {level})"), values)
    brand, band = newsletter.brand.color.lower(), palette(newsletter.brand.color).light.band
    if brand != band:
        message = N_("the brand colour {brand} is shown as {band} in the masthead, so that the title can be read on it")
        yield Finding("contrast", "note", message, {"brand": brand, "band": band})


def pictures(page: Page) -> Iterator[Finding]:
    """Whether who does not see a picture knows what it shows."""
    for image in page.images:
        name = image.src.rpartition("/")[2]
        if image.alt is None:
            yield Finding("alt-text", "warning", N_("the picture {picture} has no alternative text"), {"picture": name})
        elif image.linked and not image.alt.strip():
            message = N_("the picture {picture} is a link, and its alternative text does not say where it goes")
            yield Finding("alt-text", "warning", message, {"picture": name})
        elif re.search(r"\.(?:jpe?g|png|gif|webp|svg)$", image.alt.strip(), re.IGNORECASE):
            message = N_('the alternative text of a picture is a file name: "{alt}"')
            yield Finding("alt-text", "warning", message, {"alt": image.alt})


def headings(page: Page) -> Iterator[Finding]:
    """Whether the headings make an outline: one title first, then no level skipped."""
    tops = sum(heading.level == 1 for heading in page.headings)
    if tops != 1:
        message = N_("the email has {count} main titles (h1) where it needs one")
        yield Finding("headings", "warning", message, {"count": tops})
    before = 0
    for heading in page.headings:
        if not heading.text:
            yield Finding("headings", "warning", N_("a heading (h{level}) is empty"), {"level": heading.level})
        if heading.level > before + 1 and before:
            values = {"title": _brief(heading.text), "level": heading.level, "before": before}
            yield Finding("headings", "warning", N_('"{title}" is a heading h{level} right under a h{before}'), values)
        before = heading.level


def link_texts(page: Page) -> Iterator[Finding]:
    """Whether each link says where it goes, read alone, and two that say the same go to one place."""
    places: dict[str, dict[str, None]] = {}
    for anchor in page.anchors:
        places.setdefault(anchor.text, {})[anchor.href] = None
        if not anchor.text:
            yield Finding("link-text", "warning", N_("the link to {address} has no words"), {"address": anchor.href})
    for text, addresses in places.items():
        if fold(text).strip(" .…:>→»") in _VAGUE:
            message = N_('the link "{text}" does not say where it goes')
            yield Finding("link-text", "warning", message, {"text": text})
        elif re.match(r"https?://", text):
            yield Finding(
                "link-text", "warning", N_("a link shows its address in place of words: {text}"), {"text": _brief(text)}
            )
        elif text and len(addresses) > 1:
            message = N_('{count} links say "{text}" and lead to different pages')
            yield Finding("link-text", "warning", message, {"count": len(addresses), "text": _brief(text)})


def remote(newsletter: Newsletter, page: Page) -> Iterator[Finding]:
    """What opening the email would ask of other machines: nothing, but for a logo that the team put there."""
    for address in page.loads:
        if safe_link(address) == safe_link(newsletter.brand.logo) is not None:
            message = N_("the logo is loaded from {host}, which learns who opens the email and when")
            yield Finding("remote", "note", message, {"host": host(address)})
        else:
            message = N_("the email would load {address}; nothing may be loaded when it is opened")
            yield Finding("remote", "error", message, {"address": address, "host": urlsplit(address).hostname or ""})
    for name in page.runs:
        message = N_("the email holds a <{element}>, which mail programs refuse")
        yield Finding("remote", "error", message, {"element": name})


def language(edition: Edition, page: Page) -> Iterator[Finding]:
    """Whether the email says which language it is in."""
    if page.language.partition("-")[0].lower() != edition.language:
        values = {"found": page.language or "–", "language": edition.language}
        message = N_("the email says that it is in {found}; it is in {language}: screen readers would mispronounce it")
        yield Finding("language", "warning", message, values)


def _wanted(look: Look) -> float:
    return LARGE_READABLE if look.is_large else READABLE


def _brief(text: str) -> str:
    return text if len(text) <= 60 else text[:59].rstrip() + "…"
