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

from aiohttp import web

from digest.errors import N_
from digest.review.office import office_of
from digest.store.accounts import Role

LIFETIME: Final = timedelta(hours=12)
"""How long a session lasts without a request: a working day."""
ATTEMPTS: Final = 5
"""Sign-ins that one address may try for one name before it has to wait."""
ATTEMPTS_ELSEWHERE: Final = 30
"""Sign-ins that may be tried from one address, whatever the name, or for one name, from whatever address."""
PAUSE: Final = timedelta(minutes=15)
OPEN_TO_ALL: Final = ("/static/", "/sign-in")

POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'none'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
EMAIL_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; sandbox; frame-ancestors 'self'"
"""Of an email shown in a page: its inline styles, and nothing that acts; a logo is not asked for."""

ELSEWHERE: Final = N_("This page is not served under that name. Behind a proxy, it must pass the name on (Host).")
FROM_ANOTHER_SITE: Final = N_("This request comes from another site.")
TOO_OLD: Final = N_("This form is too old: open the page again.")

_RANK: Final[Mapping[Role, int]] = {"reader": 0, "editor": 1, "approver": 2}


@dataclass(slots=True)
class Session:
    """A person who came in."""

    name: str
    role: Role
    proof: str = ""
    """Hash of the account's password when the person came in: another password ends the session. Empty without an account."""
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
    """Opens one session at this machine, once, and is empty then; None for a team, which has accounts."""
    cookie: str = "digest"
    """Name of the cookie; browsers do not tell the ports of one machine apart, names do."""
    sessions: dict[str, Session] = field(default_factory=dict)
    tries: dict[str, list[datetime]] = field(default_factory=dict)

    @property
    def for_team(self) -> bool:
        """Whether people come in with an account."""
        return self.token is None

    def listen(self, port: int) -> None:
        """Take the names of this machine, on the port that it listens on."""
        if not self.for_team:
            self.hosts |= {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}
            self.cookie = f"digest-{port}"
        elif self.secure:
            self.cookie = "__Host-digest"  # no other name of the domain may set it (RFC 6265bis, 4.1.3.2)

    def let_in(self, response: web.StreamResponse, session: Session) -> None:
        """Give a person a session, in a cookie that no script reads and that no form of another site sends."""
        now = self.clock()
        self.sessions = {key: kept for key, kept in self.sessions.items() if kept.seen and now - kept.seen <= LIFETIME}
        key = secrets.token_urlsafe(32)
        self.sessions[key] = session
        session.seen = now
        response.set_cookie(self.cookie, key, httponly=True, samesite="Lax", secure=self.secure, path="/")

    def session_of(self, request: web.Request) -> Session | None:
        """The session of a request; None where there is none, or where it has expired."""
        key = request.cookies.get(self.cookie, "")
        session, now = self.sessions.get(key), self.clock()
        if session and session.seen and now - session.seen > LIFETIME:
            del self.sessions[key]
            return None
        if session:
            session.seen = now
        return session

    def show_out(self, request: web.Request, response: web.StreamResponse) -> None:
        """End a session."""
        self.sessions.pop(request.cookies.get(self.cookie, ""), None)
        response.del_cookie(self.cookie, path="/", secure=self.secure, httponly=True, samesite="Lax")

    def use_token(self, given: str) -> bool:
        """Whether this is the token; it opens the door once."""
        good = bool(self.token) and _is_same(given, self.token or "")
        if good:
            self.token = ""
        return good

    def must_wait(self, name: str, address: str) -> bool:
        """Whether this sign-in comes after too many; else it is counted, before anyone looks at the password."""
        now = self.clock()
        recent = {key: [moment for moment in tried if now - moment < PAUSE] for key, tried in self.tries.items()}
        self.tries = {key: tried for key, tried in recent.items() if tried}
        limits = dict.fromkeys(_keys(name, address), ATTEMPTS_ELSEWHERE) | {f"{name} {address}": ATTEMPTS}
        if any(len(self.tries.get(key, ())) >= limit for key, limit in limits.items()):
            return True
        for key in limits:
            self.tries.setdefault(key, []).append(now)
        return False

    def forget_tries(self, name: str, address: str) -> None:
        """The password was right: what was tried before does not count any more."""
        for key in (*_keys(name, address), f"{name} {address}"):
            self.tries.pop(key, None)


def _keys(name: str, address: str) -> tuple[str, str]:
    return f"name {name}", f"address {address}"


DOOR = web.AppKey("door", Door)
SESSION = web.RequestKey("session", Session)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def close_answers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Close what an answer could open: every one carries a policy, and is kept by no one."""
    try:
        return _with_headers(await handler(request))
    except web.HTTPException as answer:
        _with_headers(answer)
        raise


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a request in, or say why not."""
    door = request.app[DOOR]
    if request.host.lower() not in door.hosts:
        raise web.HTTPMisdirectedRequest(text=ELSEWHERE)
    session = await _known(request, door)
    if session is None and not request.path.startswith(OPEN_TO_ALL):
        if token := request.query.get("token"):
            return _opened(door, token)
        if request.headers.get("HX-Request"):  # a part of a page would be replaced by the whole of another
            return web.Response(status=401, headers={"HX-Redirect": "/sign-in"})
        return led_to("/sign-in")
    if session is not None:
        request[SESSION] = session
    if request.method not in ("GET", "HEAD"):
        await _refuse_forgery(request, door, session)
    return await handler(request)


def led_to(where: str) -> web.Response:
    """To another of our pages."""
    return web.Response(status=web.HTTPSeeOther.status_code, headers={"Location": where})


async def _known(request: web.Request, door: Door) -> Session | None:
    """The session of a request, with the role that the person's account has now; None once the account is gone."""
    session = door.session_of(request)
    if session is None or not door.for_team or request.path.startswith("/static/"):
        return session
    name = session.name
    account = await office_of(request).do(lambda _, store: store.accounts.find(name))
    if account is None or account.password != session.proof:
        door.sessions.pop(request.cookies.get(door.cookie, ""), None)
        return None
    session.role = account.role
    return session


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
        return led_to("/sign-in")
    response = led_to("/")
    door.let_in(response, Session(_user(), "approver"))
    return response


def _user() -> str:
    """What this machine calls the person; in a container it may have no name for anyone."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "digest"


async def _refuse_forgery(request: web.Request, door: Door, session: Session | None) -> None:
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site", "none")
    scheme = "https" if door.secure else "http"
    if (origin is not None and origin.lower() not in {f"{scheme}://{host}" for host in door.hosts}) or site == "cross-site":
        raise web.HTTPForbidden(text=FROM_ANOTHER_SITE)
    if session is None:
        return
    given = request.headers.get("X-CSRF-Token") or str((await request.post()).get("csrf", ""))
    if not _is_same(given, session.csrf):
        raise web.HTTPForbidden(text=TOO_OLD)


def _is_same(given: str, secret: str) -> bool:
    """In a time that tells nothing of the secret; a header may hold bytes that are no character."""
    return hmac.compare_digest(given.encode(errors="replace"), secret.encode())


def _with_headers(response: web.StreamResponse) -> web.StreamResponse:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("Cache-Control", "no-store")  # an article held for a later edition is nobody else's business
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"  # with no-referrer, browsers send forms with `Origin: null`
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
