"""Coming in and leaving: an account's name and password for a team; a sentence that explains the link, for one person."""

from __future__ import annotations

from aiohttp import web
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from digest.review.door import DOOR, Session
from digest.review.office import office_of, words_of
from digest.review.pages import page
from digest.store.accounts import Account

_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash("nobody")
"""Checked where there is no such account, so that an unknown name takes as long as a wrong password."""


async def show(request: web.Request) -> web.StreamResponse:
    """The form, or how to come in without one."""
    config = office_of(request).config()
    return page(request, config, "sign_in.html.j2", with_accounts=request.app[DOOR].token is None, name="", refused="")


async def come_in(request: web.Request) -> web.StreamResponse:
    """A name and a password against the accounts; too many failures make a name or an address wait."""
    door, office, form = request.app[DOOR], office_of(request), await request.post()
    name, password = str(form.get("name", "")).strip(), str(form.get("password", ""))
    keys = (f"name:{name.casefold()}", f"address:{request.remote}")
    words = words_of(office.config()).gettext
    if door.must_wait(*keys):
        return _again(request, name, words("Too many tries: wait a quarter of an hour."), 429)
    account = await office.do(lambda _, store: store.accounts.find(name))
    if not is_password(account, password) or account is None:
        door.note_failure(*keys)
        return _again(request, name, words("This name and this password do not go together."), 403)
    response = web.HTTPSeeOther("/")
    door.let_in(response, Session(account.name, account.role))
    return response


async def leave(request: web.Request) -> web.StreamResponse:
    """End the session."""
    response = web.HTTPSeeOther("/sign-in")
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


def _again(request: web.Request, name: str, refused: str, status: int) -> web.Response:
    response = page(request, office_of(request).config(), "sign_in.html.j2", with_accounts=True, name=name, refused=refused)
    response.set_status(status)
    return response


ROUTES = (web.get("/sign-in", show), web.post("/sign-in", come_in), web.post("/sign-out", leave))
