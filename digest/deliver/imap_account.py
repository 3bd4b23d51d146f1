"""A mail account, signed in: what it answers, or a DeliveryError in plain words; the password goes in and never comes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from imaplib import IMAP4, IMAP4_SSL
from socket import IPPROTO_TCP, TCP_NODELAY
from typing import Any

from digest.deliver.connection import SECONDS, cut, refuse_password_in_clear, told_plainly, trusted
from digest.errors import N_, DeliveryError
from digest.settings.places import Imap

Answer = tuple[str, Sequence[Any]]
"""What imaplib returns: `OK` or `NO`, and the data."""


@dataclass(frozen=True, slots=True)
class Account:
    """An open connection and what the server can do, in upper case."""

    server: IMAP4
    abilities: frozenset[str]


@contextmanager
def signed_in(place: Imap, secret: str) -> Iterator[Account]:
    """The account, until the end of the block. Raises DeliveryError for all that a server or a network refuses."""
    if place.security == "none":
        refuse_password_in_clear(place.host)
    port = place.port or (993 if place.security == "tls" else 143)
    with told_plainly(place.host, port), _told_by_server(place.host):
        server = _connected(place, port)
        server.sock.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)  # imaplib sends a literal and its line end apart: 40 ms each
        with _closed_at_the_end(server):
            if place.security == "starttls":
                _encrypt(server, place.host)
            _sign_in(server, place, secret)
            yield Account(server, _abilities(server))
            with suppress(IMAP4.error, OSError):  # all is done
                server.logout()


@contextmanager
def _told_by_server(host: str) -> Iterator[None]:
    try:
        yield
    except IMAP4.abort as error:
        raise cut(host, error) from error
    except IMAP4.error as error:
        raise DeliveryError(N_("{host} refuses: {cause}"), host=host, cause=error) from error


def _connected(place: Imap, port: int) -> IMAP4:
    if place.security == "tls":
        return IMAP4_SSL(place.host, port, ssl_context=trusted(), timeout=SECONDS)
    return IMAP4(place.host, port, timeout=SECONDS)


@contextmanager
def _closed_at_the_end(server: IMAP4) -> Iterator[None]:
    try:
        yield
    finally:
        with suppress(OSError):  # closed already
            server.shutdown()


def _encrypt(server: IMAP4, host: str) -> None:
    if "STARTTLS" not in server.capabilities:
        raise DeliveryError(
            N_("{host} offers no STARTTLS: the password was not sent"), hint=N_("try security: tls, on port 993"), host=host
        )
    server.starttls(trusted())


def _sign_in(server: IMAP4, place: Imap, secret: str) -> None:
    try:
        if "AUTH=PLAIN" in server.capabilities:
            server.authenticate("PLAIN", lambda _: f"\0{place.user}\0{secret}".encode())
        elif (place.user + secret).isascii():
            server.login(place.user, secret)
        else:  # RFC 3501: LOGIN knows no other letters
            raise DeliveryError(N_("{host} takes no password with accents"), host=place.host)
    except IMAP4.abort:
        raise
    except IMAP4.error as error:
        raise DeliveryError(
            N_("{host} does not let {user} in: {cause}"),
            hint=N_("check the user and the password; where sign-in takes two steps, the account has passwords for programs"),
            host=place.host, user=place.user, cause=str(error).replace(secret, "…") if secret else error,
        ) from error  # fmt: skip


def _abilities(server: IMAP4) -> frozenset[str]:
    """Asked again: most servers tell only part of it before one is signed in."""
    _, data = server.capability()
    return frozenset(words_of(data[-1:]).upper().split())


def accepted(answer: Answer, refusal: str, **values: object) -> Sequence[Any]:
    """The data of an answer. Raises DeliveryError with this message, whose `cause` is the server's words, where it is a no."""
    status, data = answer
    if status != "OK":
        cause = words_of(data)
        full = any(code in cause.upper() for code in ("OVERQUOTA", "QUOTA EXCEEDED"))
        raise DeliveryError(refusal, hint=N_("make room in the mailbox, then try again") if full else None, cause=cause, **values)
    return data


def words_of(data: Sequence[Any]) -> str:
    """What the server said, on one line."""
    return " ".join(part.decode("utf-8", "replace") for part in data if isinstance(part, bytes)).strip() or "NO"
