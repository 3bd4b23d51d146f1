"""Who may come in, and what they may do: a one-time token for the person at this machine, accounts for a team.

Every answer carries a strict Content-Security-Policy; every request that changes something proves that it comes from one of our
own pages (token of the session, Origin) and from a person whose role allows it; the Host must be one that we serve, so that a
name rebound to this machine opens nothing.
"""

from __future__ import annotations

import getpass
import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from digest.store.accounts import Role

COOKIE: Final = "digest"
LIFETIME: Final = timedelta(hours=12)
"""How long a session lasts without a request: a working day."""
ATTEMPTS: Final = 5
"""Sign-ins that may fail for one name or address before it has to wait."""
PAUSE: Final = timedelta(minutes=15)
OPEN_TO_ALL: Final = ("/static/", "/sign-in")

POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'none'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
EMAIL_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; sandbox; frame-ancestors 'self'"
"""Of an email shown in a page: its inline styles, and nothing that acts; a logo is not asked for."""

_RANK: Final[Mapping[Role, int]] = {"reader": 0, "editor": 1, "approver": 2}


@dataclass(slots=True)
class Session:
    """A person who came in."""

    name: str
    role: Role
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    seen: datetime | None = None
    said: list[str] = field(default_factory=list)
    """Messages to show on the next page."""

    def may(self, role: Role) -> bool:
        """Whether this person may do what a role does."""
        return _RANK[self.role] >= _RANK[role]


@dataclass(slots=True)
class Door:
    """The sessions of this server, its one-time token, and the sign-ins that failed."""

    hosts: frozenset[str]
    """What may stand in Host: `127.0.0.1:8080`, or the host of the team's address."""
    secure: bool
    """Whether the page is served over HTTPS, so that the cookie never travels in clear."""
    clock: Callable[[], datetime]
    token: str | None = field(default_factory=lambda: secrets.token_urlsafe(24))
    """Opens one session at this machine, once; None for a team, which has accounts."""
    sessions: dict[str, Session] = field(default_factory=dict)
    failures: dict[str, list[datetime]] = field(default_factory=dict)

    def let_in(self, response: web.StreamResponse, session: Session) -> None:
        """Give a person a session, in a cookie that no script reads and no other site sends."""
        key = secrets.token_urlsafe(32)
        self.sessions[key] = session
        session.seen = self.clock()
        response.set_cookie(COOKIE, key, httponly=True, samesite="Strict", secure=self.secure, path="/")

    def session_of(self, request: web.Request) -> Session | None:
        """The session of a request; None where there is none, or where it has expired."""
        key = request.cookies.get(COOKIE, "")
        session, now = self.sessions.get(key), self.clock()
        if session and session.seen and now - session.seen > LIFETIME:
            del self.sessions[key]
            return None
        if session:
            session.seen = now
        return session

    def show_out(self, request: web.Request, response: web.StreamResponse) -> None:
        """End a session."""
        self.sessions.pop(request.cookies.get(COOKIE, ""), None)
        response.del_cookie(COOKIE, path="/")

    def use_token(self, given: str) -> bool:
        """Whether this is the token; it opens the door once."""
        good = self.token is not None and hmac.compare_digest(given.encode(), self.token.encode())
        if good:
            self.token = ""
        return good

    def must_wait(self, *keys: str) -> bool:
        """Whether too many sign-ins failed for a name or an address lately."""
        since = self.clock() - PAUSE
        for key in keys:
            self.failures[key] = [moment for moment in self.failures.get(key, []) if moment > since]
        return any(len(self.failures[key]) >= ATTEMPTS for key in keys)

    def note_failure(self, *keys: str) -> None:
        """Count a sign-in that failed."""
        for key in keys:
            self.failures.setdefault(key, []).append(self.clock())


DOOR = web.AppKey("door", Door)
SESSION = web.RequestKey("session", Session)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a request in, or say why not; and close what an answer could open."""
    door = request.app[DOOR]
    try:
        return _with_headers(await _answer(request, handler, door))
    except web.HTTPException as answer:
        _with_headers(answer)
        raise


async def _answer(request: web.Request, handler: Handler, door: Door) -> web.StreamResponse:
    if request.host not in door.hosts:
        raise web.HTTPMisdirectedRequest(text="This page is not served under that name.")
    session = door.session_of(request)
    if session is None and not request.path.startswith(OPEN_TO_ALL):
        if token := request.query.get("token"):
            return _opened(door, token)
        raise web.HTTPSeeOther("/sign-in")
    if session is not None:
        request[SESSION] = session
    if request.method not in ("GET", "HEAD"):
        await _refuse_forgery(request, door, session)
    return await handler(request)


def needs(role: Role) -> Callable[[Handler], Handler]:
    """Only people of this role, or of a higher one, may do this."""

    def limited(handler: Handler) -> Handler:
        async def checked(request: web.Request) -> web.StreamResponse:
            if not request[SESSION].may(role):
                raise web.HTTPForbidden(text=role)
            return await handler(request)

        return checked

    return limited


def _opened(door: Door, token: str) -> web.StreamResponse:
    if not door.use_token(token):
        return web.HTTPSeeOther("/sign-in")
    response = web.HTTPSeeOther("/")
    door.let_in(response, Session(getpass.getuser(), "approver"))
    return response


async def _refuse_forgery(request: web.Request, door: Door, session: Session | None) -> None:
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc not in door.hosts:
        raise web.HTTPForbidden(text="This request comes from another site.")
    if session is None:
        return
    given = request.headers.get("X-CSRF-Token") or str((await request.post()).get("csrf", ""))
    if not hmac.compare_digest(given.encode(), session.csrf.encode()):
        raise web.HTTPForbidden(text="This form is too old: open the page again.")


def _with_headers(response: web.StreamResponse) -> web.StreamResponse:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("Cache-Control", "no-store")
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
