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
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from types import MappingProxyType
from typing import Final

from digest.language.words import fold
from digest.model import Edition, RenderedEmail
from digest.settings import Newsletter

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
    message["From"] = formataddr((sender.name, sender.email))
    message["To"] = formataddr((sender.name, sender.email))
    message["Subject"] = " ".join(rendered.subject.splitlines())
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
    headers = (str(message[name] or "") for name in ("From", "To", "Cc", "Bcc", "Subject"))
    bodies = (message.get_body((kind,)) for kind in ("plain", "html"))
    files = (part.get_filename() or "" for part in message.walk())
    words = (*headers, *(str(body.get_content()) if body else "" for body in bodies), *files)
    return hashlib.sha256("\n".join(" ".join(text.split()) for text in words).encode()).hexdigest()[:32]


def _slug(text: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")
    if 0 < len(slug) <= _LONGEST_SLUG:
        return slug
    return f"{slug[: _LONGEST_SLUG - 9]}-{hashlib.sha256(text.encode()).hexdigest()[:8]}".strip("-")


_LONGEST_SLUG = 40
"""Characters; a header that fits on one line is never folded."""
