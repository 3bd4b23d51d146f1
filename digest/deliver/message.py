"""The email as a message that any mail program opens: multipart/alternative, the plain text first, the same bytes every time.

Its pictures travel inside it (multipart/related, RFC 2387): the HTML names each by its Content-ID (RFC 2392). Senders take no
such parts: for them an edition is rendered with its pictures at an address of the web (`Addresses.pictures`), where the archive
publishes them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from email import message_from_bytes
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from types import MappingProxyType
from typing import Final

from digest.language.words import fold
from digest.model import Edition, RenderedEmail
from digest.settings import Newsletter, Sender

MARK: Final = "X-Digest-Edition"
"""Header that all revisions of an edition share: `la-lettre/2026-11`."""
SEAL: Final = "X-Digest-Seal"
"""Header that holds the fingerprint of whom the message is for, its subject, its words and its files, as they were made."""


_NO_PICTURES: Mapping[str, bytes] = MappingProxyType({})
_SOURCE = re.compile(r'(?<= src=")[^"]*?([0-9a-f]{16}\.(?:jpg|png))(?=")')


def build_message(
    edition: Edition, rendered: RenderedEmail, newsletter: Newsletter, pictures: Mapping[str, bytes] = _NO_PICTURES
) -> EmailMessage:
    """The edition as a draft from the sender to itself. Dated by the edition's revision, never by a clock.

    `pictures` are the edition's, by their names; those that the HTML shows, wherever it expects them, travel in the message.
    """
    sender = newsletter.sender
    domain = sender.email.rpartition("@")[2]
    html, shown = _with_pictures_inside(rendered.html, pictures, domain)
    message = EmailMessage(policy=SMTP)
    say_sender(message, "From", sender)
    say_sender(message, "To", sender)
    say_subject(message, rendered.subject)
    message["Date"] = format_datetime(edition.made)
    message["Message-ID"] = f"<{_slug(edition.newsletter)}.{_slug(edition.edition)}.{edition.revision}@{domain}>"
    message[MARK] = mark_of(edition)
    message["X-Unsent"] = "1"  # Outlook opens the file as a draft
    message["List-Id"] = f"<{_slug(edition.newsletter)[:60].strip('-')}.{domain}>"
    message["List-Post"] = "NO"  # a letter, not a conversation (RFC 2369)
    message["Precedence"] = "bulk"  # away-from-office programs leave it unanswered
    if newsletter.unsubscribe:
        message["List-Unsubscribe"] = f"<{newsletter.unsubscribe}>"
    message.set_content(rendered.text, charset="utf-8", cte="quoted-printable")
    message.add_alternative(html, subtype="html", charset="utf-8", cte="quoted-printable")
    boundary = f"=_{hashlib.sha256((rendered.text + html).encode()).hexdigest()[:32]}"
    message.set_boundary(boundary)
    message["Content-Language"] = edition.language  # last: what is said of the content before goes to its first part
    if shown:
        _attach(message, {name: pictures[name] for name in shown}, domain, boundary)
    message[SEAL] = _seal(message)
    return message


def say_sender(message: EmailMessage, name: str, sender: Sender) -> None:
    """Write the sender in a header: From, or To."""
    if sender.name.isascii() and len(formataddr((sender.name, sender.email))) > _LONGEST_LINE:
        words = _SPECIAL.sub(" ", sender.name)  # Python folds a long name over several lines and forgets its quotes
        message[name] = formataddr((" ".join(words.split()), sender.email))
    elif sender.name.isascii():
        message[name] = formataddr((sender.name, sender.email))
    else:
        message.set_raw(name, f"{_encoded(name, sender.name)}\n <{sender.email}>")


def say_subject(message: EmailMessage, subject: str) -> None:
    """Write the subject of a message, on one line."""
    line = " ".join(subject.splitlines())
    if line.isascii():
        message["Subject"] = line
    else:
        message.set_raw("Subject", _encoded("Subject", line))


def _encoded(name: str, words: str) -> str:
    """Words as the value of a header (RFC 2047), folded.

    `email.policy` of Python loses a space of one long French subject in nine, where two encoded words meet; `email.header` none.
    """
    return Header(words.encode(errors="replace").decode(), "utf-8", header_name=name).encode(linesep="\n")


def _with_pictures_inside(html: str, pictures: Mapping[str, bytes], domain: str) -> tuple[str, tuple[str, ...]]:
    """The HTML with the Content-ID of each picture at hand as its source, and the names of these pictures, in their order."""
    shown: dict[str, None] = {}

    def source(found: re.Match[str]) -> str:
        if found[1] not in pictures:
            return found[0]
        shown[found[1]] = None
        return f"cid:{found[1]}@{domain}"

    return _SOURCE.sub(source, html), tuple(shown)


def _attach(message: EmailMessage, pictures: Mapping[str, bytes], domain: str, boundary: str) -> None:
    """Puts pictures beside the HTML of a message, in place."""
    html = message.get_body(("html",))
    assert isinstance(html, EmailMessage)
    for name, content in pictures.items():
        kind = "png" if name.endswith(".png") else "jpeg"
        html.add_related(content, "image", kind, cid=f"<{name}@{domain}>", disposition="inline", filename=name)
    html.set_param("type", "text/html")
    html.set_boundary(f"{boundary}r")


def mark_of(edition: Edition) -> str:
    """What tells every draft of an edition from any other message."""
    return f"{_slug(edition.newsletter)}/{_slug(edition.edition)}"


def is_as_made(raw: bytes) -> bool:
    """Whether a message still says what the program wrote: a mail program that keeps unknown headers may hold a person's words.

    Spaces and line ends do not count: some servers write messages again in their own way.
    """
    message = message_from_bytes(raw, policy=SMTP)
    return str(message[SEAL]) == _seal(message)


def _seal(message: EmailMessage) -> str:
    headers = ("".join(str(message[name] or "").split()) for name in ("From", "To", "Cc", "Bcc", "Subject"))  # folding adds some
    bodies = (message.get_body((kind,)) for kind in ("plain", "html"))
    files = (part.get_filename() or "" for part in message.walk())
    words = (*headers, *(str(body.get_content()) if body else "" for body in bodies), *files)
    return hashlib.sha256("\n".join(" ".join(text.split()) for text in words).encode()).hexdigest()[:32]


def _slug(text: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")
    if 0 < len(slug) <= _LONGEST_SLUG:
        return slug
    told_apart = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:8]
    return f"{slug[: _LONGEST_SLUG - 9]}-{told_apart}".strip("-")


_LONGEST_LINE = 70
"""Characters that `From: ` leaves of a line."""
_SPECIAL = re.compile(r'[()<>\[\]:;@\\,."]')
"""What a name may only hold between quotes (RFC 5322, 3.2.3)."""
_LONGEST_SLUG = 40
"""Characters; a header that fits on one line is never folded."""
