"""The email as a message that any mail program opens: multipart/alternative, the plain text first, the same bytes every time."""

from __future__ import annotations

import hashlib
import re
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from digest.language.words import fold
from digest.model import Edition, RenderedEmail
from digest.settings import Newsletter


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
    message["X-Unsent"] = "1"  # Outlook opens the file as a draft
    if newsletter.unsubscribe:
        message["List-Unsubscribe"] = f"<{newsletter.unsubscribe}>"
    message.set_content(rendered.text, charset="utf-8", cte="quoted-printable")
    message.add_alternative(rendered.html, subtype="html", charset="utf-8", cte="quoted-printable")
    message.set_boundary(f"=_{hashlib.sha256((rendered.text + rendered.html).encode()).hexdigest()[:32]}")
    return message


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-") or "edition"
