"""What went wrong, as a page that says it in words: never a traceback, and never an empty answer."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from traceback import format_exception
from typing import Any

from aiohttp import web

from digest.config import Config
from digest.errors import N_, BusyError, ConflictError, DigestError, GateError, why
from digest.review.door import DOOR, ELSEWHERE, FROM_ANOTHER_SITE, TOO_OLD, Handler
from digest.review.office import Office, office_of, words_of
from digest.review.pages import page

_LOG = logging.getLogger("digest.review")

_REFUSALS = {
    "editor": N_("Your account may read; a person who prepares the newsletter can do this."),
    "approver": N_("Your account may prepare; a person who signs the newsletter can do this."),
    FROM_ANOTHER_SITE: FROM_ANOTHER_SITE,
    TOO_OLD: TOO_OLD,
}
_BY_STATUS = {
    404: N_("There is no such page."),
    405: N_("There is no such page."),
    413: N_("This is more than the page takes at once."),
}
_UNKNOWN = N_("Something went wrong that nobody foresaw; nothing was lost. The terminal where digest review runs says more.")
_CLOSED = N_("This page cannot be shown at the moment; whoever looks after it finds the reason where digest review runs.")
_BUSY = N_("A draft is being made at this moment, here or by the computer's timetable. Wait a minute, then do it again.")


@web.middleware
async def tell_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Make a page of whatever went wrong."""
    try:
        return await handler(request)
    except DigestError as error:
        return failed(request, error)
    except web.HTTPMisdirectedRequest:  # someone else's page may read this answer: it says nothing of the newsletter
        return web.Response(text=words_of(settings_of(request)).gettext(ELSEWHERE), status=web.HTTPMisdirectedRequest.status_code)
    except web.HTTPException as refused:
        if refused.status < web.HTTPBadRequest.status_code:
            raise
        return _page(request, _REFUSALS.get(refused.text or "", _BY_STATUS.get(refused.status, _UNKNOWN)), refused.status)
    except ConnectionError:  # whoever asked has left
        raise
    except OSError as error:
        log(f"{request.method} {request.path}", error, office_of(request))
        return failed(request, refused_by_system(error))
    except Exception as error:
        log(f"{request.method} {request.path}", error, office_of(request))
        return _page(request, _UNKNOWN, web.HTTPInternalServerError.status_code)


def failed(request: web.Request, error: DigestError) -> web.Response:
    """The page of an error that a person can understand, with what to do about it; a stranger reads nothing of either."""
    if request.app[DOOR].session_of(request) is None:
        _LOG.error("%s %s: %s", request.method, request.path, told(error, settings_of(request)))
        return _page(request, _CLOSED, web.HTTPServiceUnavailable.status_code)
    config, known = settings_of(request), isinstance(error, GateError | BusyError)
    return _page(
        request,
        told(error, config),
        web.HTTPConflict.status_code if known else web.HTTPUnprocessableEntity.status_code,
        hint=cure(error, config),
        changes=error.changes if isinstance(error, ConflictError) else (),
    )


def told(error: Exception, config: Config) -> str:
    """What went wrong, in a sentence without secrets."""
    translate = words_of(config).gettext
    if isinstance(error, BusyError):
        return translate(_BUSY)
    if isinstance(error, OSError):
        error = refused_by_system(error)
    return config.hide(error.text(translate)) if isinstance(error, DigestError) else translate(_UNKNOWN)


def log(what: str, error: Exception, office: Office) -> None:
    """Where in the program an error comes from, in the terminal, without secrets."""
    where = "".join(format_exception(error))
    _LOG.error("%s\n%s", what, office.last.hide(where) if office.last else where)


def refused_by_system(error: OSError) -> DigestError:
    """What this machine's system did not let us do, which a person can mend."""
    where = error.filename if isinstance(error.filename, str) else "digest"
    return DigestError(N_("{file}: cannot go on: {cause}"), file=where, cause=why(error))


def cure(error: Exception, config: Config) -> str | None:
    """What to do about it; None where it would be a command to type, which is no help to someone without a terminal."""
    if not isinstance(error, DigestError) or not error.hint or error.hint.startswith(("digest ", "--")):
        return None
    return config.hide(error.hint_text(words_of(config).gettext) or "")


def _page(
    request: web.Request, message: str, status: int, *, hint: str | None = None, changes: Sequence[Any] = ()
) -> web.Response:
    config = settings_of(request)
    words = words_of(config)
    lines, edition = [change.text(words) for change in changes], request.match_info.get("edition", "")
    values = {"message": words.gettext(message), "hint": hint, "changes": lines, "edition": "" if status == 404 else edition}
    response = page(request, config, "error.html.j2", **values)
    response.set_status(status)
    return response


def settings_of(request: web.Request) -> Config:
    """The settings, or as they were when they were last sound: what is wrong in them is said with these."""
    office = office_of(request)
    try:
        return office.config()
    except DigestError:
        if office.last is None:
            raise
        return office.last
