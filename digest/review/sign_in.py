"""Coming in and leaving: an account's name and password for a team; a sentence that explains the link, for one person."""

from __future__ import annotations

import asyncio

from aiohttp import web
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from digest.errors import N_
from digest.review.door import DOOR, SESSION, Session, led_to
from digest.review.office import office_of, words_of
from digest.review.pages import page
from digest.store.accounts import Account

_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash("nobody")
"""Checked where there is no such account, so that an unknown name takes as long as a wrong password."""


async def show(request: web.Request) -> web.StreamResponse:
    """The form, or how to come in without one."""
    if request.get(SESSION):
        return led_to("/")
    return page(
        request, office_of(request).config(), "sign_in.html.j2", with_accounts=request.app[DOOR].for_team, name="", refused=""
    )


async def come_in(request: web.Request) -> web.StreamResponse:
    """A name and a password against the accounts; too many tries make a name or an address wait."""
    door, office, form = request.app[DOOR], office_of(request), await request.post()
    if not door.for_team:
        raise web.HTTPNotFound
    name, password = str(form.get("name", "")).strip()[:200], str(form.get("password", ""))[:1000]
    words, address = words_of(office.config()).gettext, _address(request)
    if door.must_wait(name.casefold(), address):
        return _again(request, name, words(N_("Too many tries: wait a quarter of an hour.")), 429)
    account = await office.do(lambda _, store: store.accounts.find(name))
    right = await asyncio.to_thread(is_password, account, password)  # it takes its time, and others are waiting
    if not right or account is None:
        return _again(request, name, words(N_("This name and this password do not go together.")), 403)
    door.forget_tries(name.casefold(), address)
    response = led_to("/")
    door.show_out(request, response)  # a session that someone else planted here is worth nothing
    door.let_in(response, Session(account.name, account.role, account.password))
    return response


async def leave(request: web.Request) -> web.StreamResponse:
    """End the session."""
    response = led_to("/sign-in")
    request.app[DOOR].show_out(request, response)
    return response


def hashed(password: str) -> str:
    """A password as it is kept: argon2id, with the library's own parameters (RFC 9106)."""
    return _HASHER.hash(password)


def is_password(account: Account | None, password: str) -> bool:
    """Whether this is the account's password; takes as long where there is no account."""
    try:
        return _HASHER.verify(account.password if account else _NOBODY, password) and account is not None
    except (VerificationError, InvalidHashError):
        return False


def _address(request: web.Request) -> str:
    """Who asks: the last address in X-Forwarded-For is what the proxy itself saw."""
    return (request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or request.remote or "")[:100]


def _again(request: web.Request, name: str, refused: str, status: int) -> web.Response:
    response = page(request, office_of(request).config(), "sign_in.html.j2", with_accounts=True, name=name, refused=refused)
    response.set_status(status)
    return response


ROUTES = (web.get("/sign-in", show), web.post("/sign-in", come_in), web.post("/sign-out", leave))
