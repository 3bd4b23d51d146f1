"""Which stories of an edition show a picture, and what the team is told of those that cannot. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from digest.compose.weight import giving_way
from digest.errors import N_, GatherError
from digest.language.translations import Translator
from digest.model import Edition, EditionStory, EditionTheme, Link, Picture, SourceReport

PICTURES: Final = 20
"""Of one edition, at most one a story: with 30 KB each (`pictures.BYTES`) they weigh 600 KB at most."""


def to_illustrate(edition: Edition, named: Mapping[str, Link]) -> tuple[tuple[EditionStory, Link], ...]:
    """The stories whose article names a picture, and that picture; in a fair order, the first of each theme before the second.

    `named` has the pictures by the articles' ids.
    """
    stories = {story.id: story for story in edition.stories}
    order = [stories[id] for id in reversed(giving_way(edition))]
    return tuple((story, named[story.article]) for story in order if story.article in named)


def illustrated(edition: Edition, pictures: Mapping[str, Picture]) -> Edition:
    """The edition with these pictures, by the stories' ids, and no other."""
    return replace(edition, themes=tuple(_theme(theme, pictures) for theme in edition.themes))


def _theme(theme: EditionTheme, pictures: Mapping[str, Picture]) -> EditionTheme:
    return replace(theme, stories=tuple(replace(story, picture=pictures.get(story.id)) for story in theme.stories))


def with_missing_pictures(
    edition: Edition, missing: Sequence[tuple[EditionStory, Link, GatherError]], folders: Sequence[str], translator: Translator
) -> Edition:
    """The edition whose sources tell, a line each, the pictures that could not be had.

    `folders` are the names of the sources that are folders: an article in one may name a source of its own, and then the folder
    that holds its picture tells, or else the first folder.
    """
    lines: dict[str, list[str]] = {}
    names = {report.name for report in edition.sources}
    for story, link, error in missing:
        home = next((name for name in folders if link.url.startswith(f"{name}/")), folders[0] if folders else "")
        told = GatherError(N_("without its picture, “{title}”: {cause}"), title=story.title, cause=error)
        lines.setdefault(story.source if story.source in names else home, []).append(told.text(translator.gettext))
    return replace(edition, sources=tuple(_report(report, lines.get(report.name, ())) for report in edition.sources))


def _report(report: SourceReport, lines: Sequence[str]) -> SourceReport:
    return replace(report, error="\n".join((*filter(None, [report.error]), *lines))) if lines else report
