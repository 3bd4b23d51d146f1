"""Messages to the team by the mail server of the settings: tests of an edition, and notices. Never the newsletter itself."""

from __future__ import annotations

import hashlib
import re
import smtplib
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from digest.deliver.connection import SECONDS, cut, refuse_password_in_clear, told_plainly, trusted
from digest.deliver.message import MARK, SEAL, build_message, say_subject
from digest.deliver.parcel import Parcel
from digest.errors import N_, DeliveryError
from digest.settings.places import Smtp

PORTS = {"starttls": 587, "tls": 465, "none": 25}
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+")
_NOT_FOR_A_TEST = (MARK, SEAL, "X-Unsent", "List-Id", "List-Post", "List-Unsubscribe", "Precedence")
"""What makes a message a draft or a letter to subscribers."""


def test_message(parcel: Parcel, to: Sequence[str], *, now: datetime) -> EmailMessage:
    """The edition as it stands, for named people to look at: "[test]" in its subject, and no way to unsubscribe.

    Raises DeliveryError for an address that is none.
    """
    message = build_message(parcel.edition, parcel.rendered, parcel.newsletter, parcel.pictures)
    for header in (*_NOT_FOR_A_TEST, "Subject", "To", "Date", "Message-ID"):
        del message[header]
    say_subject(message, f"[test] {parcel.rendered.subject}")
    stamp(message, to, now)
    return message


def stamp(message: EmailMessage, to: Sequence[str], now: datetime) -> None:
    """Address a message of the program to people, dated now and named by what it says; no machine is to answer it (RFC 3834)."""
    for address in to:
        if not (_ADDRESS.fullmatch(address) and address.isascii()):
            raise DeliveryError(N_("{address} is not an e-mail address"), address=repr(address))
    message["To"] = ", ".join(to)
    message["Date"] = format_datetime(now)
    words = f"{message['Subject']} {now.isoformat()} {message['To']}"
    domain = message["From"].addresses[0].domain
    # another one each time, so that no mail program takes the second test for a copy of the first
    message["Message-ID"] = f"<{hashlib.sha256(words.encode()).hexdigest()[:32]}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"  # Exchange's own word for it


def send(message: EmailMessage, smtp: Smtp, password: str | None, *, to: Sequence[str]) -> None:
    """Send a message to these addresses, and no others. Raises DeliveryError, which names each address that was refused."""
    if smtp.security == "none" and smtp.user is not None:
        refuse_password_in_clear(smtp.host)
    port = smtp.port or PORTS[smtp.security]
    sender = message["From"].addresses[0].addr_spec
    with told_plainly(smtp.host, port), _told_by_server(smtp, password), _connected(smtp, port) as server:
        if smtp.user is not None:
            _sign_in(server, smtp.user, password or "")
        refused = server.send_message(message, sender, list(to))
    if refused:
        raise DeliveryError(
            N_("{host} refuses {refused}; the others received the message"), host=smtp.host, refused=_people(refused)
        )


@contextmanager
def _connected(smtp: Smtp, port: int) -> Iterator[smtplib.SMTP]:
    if smtp.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(smtp.host, port, timeout=SECONDS, context=trusted())
    else:
        server = smtplib.SMTP(smtp.host, port, timeout=SECONDS)
    try:
        if smtp.security == "starttls":
            server.starttls(context=trusted())
        server.ehlo_or_helo_if_needed()
        yield server
        with suppress(smtplib.SMTPException, OSError):  # all is done
            server.quit()
    finally:
        server.close()


def _sign_in(server: smtplib.SMTP, user: str, password: str) -> None:
    """With PLAIN where there is a choice: the one way that takes any letter (RFC 4616)."""
    if "PLAIN" in str(server.esmtp_features.get("auth", "")).upper().split():
        code, said = server.docmd("AUTH", "PLAIN " + b64encode(f"\0{user}\0{password}".encode()).decode())
        if code != 235:
            raise smtplib.SMTPAuthenticationError(code, said)
    elif (user + password).isascii():
        server.login(user, password)
    else:
        raise smtplib.SMTPNotSupportedError("AUTH PLAIN")


@contextmanager
def _told_by_server(smtp: Smtp, password: str | None) -> Iterator[None]:
    host = smtp.host
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        raise DeliveryError(
            N_("{host} refuses {refused}; nothing was sent"), host=host, refused=_people(error.recipients)
        ) from error
    except smtplib.SMTPAuthenticationError as error:
        raise DeliveryError(
            N_("{host} does not let {user} in: {cause}"),
            hint=N_("check the user and the password; where sign-in takes two steps, the account has passwords for programs"),
            host=host, user=smtp.user, cause=_words(error.smtp_error, password),
        ) from error  # fmt: skip
    except smtplib.SMTPSenderRefused as error:
        raise DeliveryError(
            N_("{host} lets nobody write as {sender}: {cause}"),
            hint=N_("the server wants a user, or newsletter.sender.email must be an address of this user"),
            host=host, sender=error.sender, cause=_words(error.smtp_error, password),
        ) from error  # fmt: skip
    except smtplib.SMTPServerDisconnected as error:
        raise cut(host, error) from error
    except smtplib.SMTPNotSupportedError as error:
        if smtp.security == "starttls" and "STARTTLS" in str(error):
            raise DeliveryError(
                N_("{host} offers no STARTTLS: nothing was sent"), hint=N_("try security: tls, on port 465"), host=host
            ) from error
        raise DeliveryError(N_("{host} offers no way to sign in that we know"), host=host) from error
    except smtplib.SMTPResponseException as error:
        raise DeliveryError(N_("{host} refuses: {cause}"), host=host, cause=_words(error.smtp_error, password)) from error
    except smtplib.SMTPException as error:
        raise DeliveryError(N_("{host} refuses: {cause}"), host=host, cause=error) from error


def _people(refused: dict[str, tuple[int, bytes]]) -> str:
    return ", ".join(f"{address} ({_words(said)})" for address, (_, said) in refused.items())


def _words(said: bytes | str, password: str | None = None) -> str:
    words = " ".join((said.decode("utf-8", "replace") if isinstance(said, bytes) else said).split())
    return words.replace(password, "…") if password else words
