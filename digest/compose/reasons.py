"""Why things are as they are, in words: a theme given, a story left out, what a check found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from digest.errors import N_, DigestError
from digest.language.names import show_number
from digest.language.translations import Translator
from digest.model import Edition, Finding, LeftOut

WHERE: Final[Mapping[str, str]] = {
    "title": N_("title"),
    "opening": N_("opening"),
    "body": N_("text"),
    "source": N_("source"),
}
"""Where a term of a theme stands, for a reader."""

SILENCES: Final[Mapping[str, str]] = {
    "excluded": N_('inside "{inside}", which the theme excludes'),
    "longer": N_('already counted in "{inside}"'),
    "alone": N_("a weak word, which counts only in company"),
}
"""Why a term does not count for a theme, for a reader."""

STANDINGS: Final[Mapping[str, str]] = {
    "well": N_("fine"),
    "failing": N_("failing"),
    "gone": N_("gone for good"),
    "silent": N_("silent for months"),
    "never-read": N_("not read yet"),
    "paused": N_("paused"),
}
"""How a source fares, for the team."""

REASONS: Final[Mapping[str, str]] = {
    "duplicate-of": N_("same news as {detail}"),
    "published-in": N_("already published in {detail}"),
    "rejected": N_("taken out by the team"),
    "held": N_("held for another edition"),
    "arrived-later": N_("arrived after the team began to edit"),
    "outside-period": N_("outside the period"),
    "no-theme": N_("fits no theme"),
    "theme-full": N_("its theme is full"),
    "source-full": N_("its source already has its share"),
    "over-weight": N_("the email would be too heavy"),
}
"""Why a story is left out, for a reader."""

KINDS: Final[Mapping[str, str]] = {
    **REASONS,
    "duplicate-of": N_("same news as another one"),
    "published-in": N_("already published"),
}
"""Why several stories are left out, for a reader: the same reasons without what they name."""


def reason(left_out: LeftOut, edition: Edition, translator: Translator, titles: Mapping[str, str] | None = None) -> str:
    """Why a story is left out, in words; another story is named by its title rather than its id.

    `titles`: those of the edition (`titles_of`), where many stories are told.
    """
    kind, _, detail = left_out.reason.partition(":")
    if kind == "duplicate-of":
        known = titles_of(edition) if titles is None else titles
        if detail in known:
            detail = translator.gettext('"{title}"').format(title=known[detail])
    return translator.gettext(REASONS[kind]).format(detail=detail) if kind in REASONS else left_out.reason


def titles_of(edition: Edition) -> dict[str, str]:
    """The titles of what an edition prints and leaves out, by the ids of stories and articles."""
    titles = {out.id: out.title for out in edition.left_out}
    for story in edition.stories:
        titles |= {story.id: story.title, story.article: story.title}
    return titles


def as_line(words: str) -> str:
    """Words that stand on a line of their own: with a capital."""
    return words[:1].upper() + words[1:]


def said(finding: Finding, translator: Translator) -> str:
    """A finding in the words of a reader, the values that are words of ours or numbers in that language too."""
    values = {name: _told(name, value, translator) for name, value in finding.values.items()}
    return translator.gettext(finding.message).format(**values)


def _told(name: str, value: object, translator: Translator) -> object:
    if isinstance(value, DigestError):
        return value.text(translator.gettext)
    if isinstance(value, float):
        return show_number(value, translator.language, 1)
    return translator.gettext(str(value)) if name == "place" else value
