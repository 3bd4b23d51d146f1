"""A page from its template: `templates/review/`, in the language of the team. The other home of jinja2."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import jinja2
from aiohttp import web

from digest.compose.letter import safe_link
from digest.compose.reasons import WHERE, as_line, reason, said
from digest.config import Config
from digest.errors import N_
from digest.language.dates import show_date, show_moment
from digest.language.names import show_number
from digest.language.translations import Translator
from digest.model import EditionStatus
from digest.resources import folder
from digest.review.door import SESSION, Session, led_to
from digest.review.office import words_of

BADGES: Final[Mapping[EditionStatus, str]] = {
    "planned": N_("Planned"),
    "draft": N_("Draft"),
    "approved": N_("Approved"),
    "delivered": N_("Delivered"),
    "discarded": N_("Given up"),
}
"""Where an edition stands, as a word beside its name: the sentences of the terminal say it in another form."""


def page(request: web.Request, config: Config, template: str, **values: Any) -> web.Response:
    """A page, or a part of one, as an answer. Templates may name the values given and those of `_shared`."""
    session = request.get(SESSION)
    text = _environment(config.templates).get_template(f"review/{template}").render(_shared(request, config, session) | values)
    if session and not is_part(request):
        session.said.clear()
    return web.Response(text=text, content_type="text/html", charset="utf-8")


def back(request: web.Request, where: str, message: str = "") -> web.Response:
    """To another page, where a message is shown: the answer to a form that was sent."""
    if message:
        request[SESSION].said.append(message)
    return led_to(quote(where, safe="/?=&#%-._~:"))


def is_part(request: web.Request) -> bool:
    """Whether htmx asks, which wants only the part of the page that it will replace."""
    return request.headers.get("HX-Request") == "true"


def _shared(request: web.Request, config: Config, session: Session | None) -> dict[str, Any]:
    words, tz = words_of(config), config.settings.newsletter.tz
    return {
        "translator": words,
        "language": words.language,
        "newsletter": config.settings.newsletter,
        "settings": config.settings,
        "session": session,
        "path": request.path,
        "said": tuple(session.said) if session else (),
        "date": lambda moment: show_date(moment, words.language, tz),
        "moment": lambda moment: show_moment(moment, words.language, tz),
        "number": lambda value, digits=0: show_number(value, words.language, digits),
        "reason": lambda out, edition: reason(out, edition, words),
        "finding": lambda finding: as_line(said(finding, words)),
        "status": lambda status: words.gettext(BADGES[status]),
        "where": WHERE,
        "safe_link": safe_link,
    }


@lru_cache(maxsize=8)
def _environment(templates: Path) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.FileSystemLoader(templates), jinja2.FileSystemLoader(folder("templates"))]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]
    return environment


@jinja2.pass_context
def _gettext(context: jinja2.runtime.Context, message: str) -> str:
    translator: Translator = context["translator"]
    return translator.gettext(message)


@jinja2.pass_context
def _ngettext(context: jinja2.runtime.Context, one: str, many: str, number: int) -> str:
    translator: Translator = context["translator"]
    return translator.ngettext(one, many, number)
