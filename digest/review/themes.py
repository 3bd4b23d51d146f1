"""Thèmes: the terms of each, changed with their effect on this month's articles shown before anything is saved; a text tried."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from digest import pipeline
from digest.compose.periods import edition_of, period_of
from digest.compose.reasons import SILENCES
from digest.config import Config
from digest.desk import settings_file
from digest.desk.effects import Effect, effects
from digest.errors import N_, ConflictError, DigestError, SettingsError
from digest.gather.addresses import is_web
from digest.model import Article, Period, Working
from digest.review.door import needs
from digest.review.failures import cure, told
from digest.review.office import Office, office_of, words_of
from digest.review.pages import back, page
from digest.settings import Settings, Theme
from digest.store import Store

LISTS: Mapping[str, tuple[str, str, str]] = {
    "words": (
        "words",
        N_("Words"),
        N_("They speak for the theme by themselves. A bare word finds its plural too; capitals (IA) find only themselves."),
    ),
    "weak_words": ("weak_words", N_("Weak words"), N_("They say nothing alone, and count only with others.")),
    "context": ("with", N_("In the company of"), N_("Where given, a weak word counts only near one of these.")),
    "exclude": ("not", N_("Not in"), N_("Expressions in which a term does not count: “Europe” in “Coupe d'Europe”.")),
}
"""The lists of a theme: the key of each in sources.yaml, its title, and what it does."""
LONGEST_TEXT = 20_000
"""Characters of a text to try."""


async def show(request: web.Request) -> web.StreamResponse:
    """The themes, and a field to try a text."""
    return _list(request, office_of(request).config())


async def try_text(request: web.Request) -> web.StreamResponse:
    """How each theme weighs a text, or an article of the store by its address. Changes nothing."""
    office = office_of(request)
    text = str((await request.post()).get("text", "")).strip()[:LONGEST_TEXT]

    def weigh(config: Config, store: Store) -> tuple[Config, Article, tuple[Working, ...]]:
        # Never a file of this machine: with a line break, what a person typed is a text and not the name of one.
        what = text if is_web(text) and "\n" not in text else text + "\n"
        return config, *pipeline.try_themes(config, store, what, now=office.clock())

    try:
        config, article, workings = await office.do(weigh)
    except DigestError as error:
        config = office.config()
        return _list(request, config, text=text, wrong=told(error, config))
    return _list(request, config, text=text, article=article, workings=workings if text else ())


async def edit(request: web.Request) -> web.StreamResponse:
    """The terms of one theme."""
    config = office_of(request).config()
    theme = _theme(request, config.settings)
    return _form(request, config, theme, typed=_as_typed(theme), seen=settings_file.fingerprint(config))


@needs("editor")
async def change(request: web.Request) -> web.StreamResponse:
    """Show what other terms would change, or save them; what was typed stays on the page until it is saved."""
    office, form = office_of(request), await request.post()
    config = office.config()
    theme = _theme(request, config.settings)
    typed = {field: str(value).replace("\r\n", "\n") for field, value in form.items() if isinstance(value, str)}
    seen, typed = typed.pop("seen", ""), _as_typed(theme) | typed
    edits = _edits(config.settings, theme, typed)
    words = words_of(config).gettext
    try:
        after = await asyncio.to_thread(settings_file.edited, config, edits)
        if form.get("do") == "save":
            await asyncio.to_thread(settings_file.save, config, edits, seen=seen)
            said = words(N_("“{name}” is saved; the next draft is judged with it. The file as it was is {backup}."))
            return back(
                request,
                "/themes",
                said.format(name=theme.title(config.settings.newsletter.language), backup=settings_file.BACKUP),
            )
    except (SettingsError, ConflictError) as error:
        return _form(request, config, theme, typed=typed, seen=seen, wrong=told(error, config), hint=cure(error, config) or "")
    period = _period(office, config)
    found, weighed = await office.do(lambda config, store: effects(config, store, after.settings, period))
    return _form(
        request, config, theme, typed=typed, seen=seen, effects=_told_first(theme, found), weighed=weighed, changed=bool(edits)
    )


def _list(request: web.Request, config: Config, **values: Any) -> web.Response:
    language = config.settings.newsletter.language
    names = {theme.id: theme.title(language) for theme in config.settings.themes}
    shared = {
        "text": "",
        "article": None,
        "workings": (),
        "wrong": "",
        "silences": SILENCES,
        "names": names,
        "longest": LONGEST_TEXT,
    }
    return page(request, config, "themes.html.j2", themes=config.settings.themes, **shared | values)


def _form(
    request: web.Request, config: Config, theme: Theme, *, typed: Mapping[str, str], seen: str, **values: Any
) -> web.Response:
    language = config.settings.newsletter.language
    names = {theme.id: theme.title(language) for theme in config.settings.themes}
    languages = () if isinstance(theme.name, str) else tuple(theme.name)
    shared: dict[str, Any] = {
        "effects": None,
        "weighed": 0,
        "changed": False,
        "wrong": "",
        "hint": "",
        "lists": LISTS,
        "names": names,
    }
    shared |= {"theme": theme, "typed": typed, "seen": seen, "languages": languages}
    return page(request, config, "theme.html.j2", **shared | values)


def _theme(request: web.Request, settings: Settings) -> Theme:
    found = next((theme for theme in settings.themes if theme.id == request.match_info["theme"]), None)
    if found is None:
        raise web.HTTPNotFound
    return found


def _as_typed(theme: Theme) -> dict[str, str]:
    """A theme as the fields of its form."""
    names = {"name": theme.name} if isinstance(theme.name, str) else {f"name:{code}": name for code, name in theme.name.items()}
    return names | {field: "\n".join(getattr(theme, field)) for field in LISTS}


def _edits(settings: Settings, theme: Theme, typed: Mapping[str, str]) -> dict[tuple[str | int, ...], settings_file.Value]:
    """What a person changed in the form of a theme, as it is written in sources.yaml."""
    place, before = settings.themes.index(theme), _as_typed(theme)
    edits: dict[tuple[str | int, ...], settings_file.Value] = {}
    for field, was in before.items():
        now = typed.get(field, was)
        if field in LISTS:
            terms = tuple(dict.fromkeys(line.strip() for line in now.split("\n") if line.strip()))
            if terms != getattr(theme, field):
                edits["themes", place, LISTS[field][0]] = terms
        elif now.strip() != was:
            edits[("themes", place, *field.split(":"))] = now.strip()
    return edits


def _period(office: Office, config: Config) -> Period:
    """The month, or the week, that contains today."""
    newsletter = config.settings.newsletter
    period = period_of(edition_of(office.clock(), newsletter.period, newsletter.tz), newsletter.tz)
    assert period is not None, "an edition named after its period has one"
    return period


def _told_first(theme: Theme, found: Mapping[str, Effect]) -> list[Effect]:
    """The effect on the theme itself, then on the others that gain or lose something."""
    others = [effect for id, effect in found.items() if id != theme.id and (effect.gained or effect.lost)]
    return [found[theme.id], *others]


ROUTES = (
    web.get("/themes", show),
    web.post("/themes", try_text),
    web.get("/themes/{theme}", edit),
    web.post("/themes/{theme}", change),
)
