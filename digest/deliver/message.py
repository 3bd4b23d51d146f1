"""The email as a message that any mail program opens: multipart/alternative, the plain text first, the same bytes every time."""

from __future__ import annotations

import hashlib
import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from typing import Final

from digest.language.words import fold
from digest.model import Edition, RenderedEmail
from digest.settings import Newsletter

MARK: Final = "X-Digest-Edition"
"""Header that all revisions of an edition share: `la-lettre/2026-11`."""
SEAL: Final = "X-Digest-Seal"
"""Header that holds the fingerprint of the subject and the words, as they were written."""


def build_message(edition: Edition, rendered: RenderedEmail, newsletter: Newsletter) -> EmailMessage:
    """The edition as a draft from the sender to itself. Dated by the edition's revision, never by a clock."""
    sender = newsletter.sender
    domain = sender.email.rpartition("@")[2]
    message = EmailMessage(policy=SMTP)
    message["From"] = formataddr((sender.name, sender.email))
    message["To"] = formataddr((sender.name, sender.email))
    message["Subject"] = rendered.subject
    message["Date"] = format_datetime(edition.made)
    message["Message-ID"] = f"<{_slug(edition.newsletter)}.{_slug(edition.edition)}.{edition.revision}@{domain}>"
    message["Content-Language"] = edition.language
    message[MARK] = mark_of(edition)
    message[SEAL] = _seal(rendered.subject, rendered.text, rendered.html)
    message["X-Unsent"] = "1"  # Outlook opens the file as a draft
    message["List-Id"] = f"<{_slug(edition.newsletter)[:60].strip('-')}.{domain}>"
    message["List-Post"] = "NO"  # a letter, not a conversation (RFC 2369)
    message["Precedence"] = "bulk"  # away-from-office programs leave it unanswered
    if newsletter.unsubscribe:
        message["List-Unsubscribe"] = f"<{newsletter.unsubscribe}>"
    message.set_content(rendered.text, charset="utf-8", cte="quoted-printable")
    message.add_alternative(rendered.html, subtype="html", charset="utf-8", cte="quoted-printable")
    message.set_boundary(f"=_{hashlib.sha256((rendered.text + rendered.html).encode()).hexdigest()[:32]}")
    return message


def mark_of(edition: Edition) -> str:
    """What tells every draft of an edition from any other message."""
    return f"{_slug(edition.newsletter)}/{_slug(edition.edition)}"


def is_as_made(raw: bytes) -> bool:
    """Whether a message still says what the program wrote: a mail program that keeps unknown headers may hold a person's words.

    Spaces and line ends do not count: some servers write messages again in their own way.
    """
    message = message_from_bytes(raw, policy=SMTP)
    parts = [message.get_body((kind,)) for kind in ("plain", "html")]
    words = [str(part.get_content()) if part else "" for part in parts]
    return str(message[SEAL]) == _seal(str(message["Subject"]), *words)


def _seal(*words: str) -> str:
    return hashlib.sha256("\n".join(" ".join(text.split()) for text in words).encode()).hexdigest()[:32]


def _slug(text: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")
    if 0 < len(slug) <= _LONGEST_SLUG:
        return slug
    return f"{slug[: _LONGEST_SLUG - 9]}-{hashlib.sha256(text.encode()).hexdigest()[:8]}".strip("-")


_LONGEST_SLUG = 40
"""Characters; a header that fits on one line is never folded."""
