"""Tells the team, by email and once, that a draft waits for it or that there is too little for one."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

from digest.compose.reasons import said
from digest.config import Config
from digest.deliver import smtp
from digest.deliver.notice import draft_waits, too_little
from digest.language.translations import team_translator
from digest.model import Edition, Event
from digest.preflight import check_edition
from digest.store import Store


def tell_that_a_draft_waits(config: Config, store: Store, edition: Edition, folder: Path, *, now: datetime) -> bool:
    """Send the notice of a revision that the team was not told of; whether one left. Raises DeliveryError."""
    notify, newsletter = config.settings.notify, config.settings.newsletter
    if notify is None or _is_told(store, edition.edition, edition.revision):
        return False
    words = team_translator(newsletter.language)
    findings = check_edition(config, store, edition)
    message = draft_waits(
        edition, findings, newsletter, notify, told=lambda finding: said(finding, words), folder=str(folder), now=now
    )
    return _send(config, store, edition, message, edition.revision, now)


def tell_that_there_is_too_little(config: Config, store: Store, planned: Edition, *, now: datetime) -> bool:
    """Send the notice that no draft was made, once an edition; whether it left. Raises DeliveryError."""
    notify = config.settings.notify
    if notify is None or _is_told(store, planned.edition, 0):
        return False
    message = too_little(planned, config.settings.newsletter, notify, now=now)
    return _send(config, store, planned, message, 0, now)


def _is_told(store: Store, name: str, revision: int) -> bool:
    return any(event.deed == "notify" and event.revision == revision for event in store.editions.history(name))


def _send(config: Config, store: Store, edition: Edition, message: EmailMessage, revision: int, now: datetime) -> bool:
    server, notify = config.settings.smtp, config.settings.notify
    assert server is not None, "the settings refuse notify without smtp"
    assert notify is not None
    password = config.secret(server.password_env, server.password_file) if server.user else None
    smtp.send(message, server, password, to=notify.to)
    store.editions.mark(edition, Event("notify", None, now, revision, ", ".join(notify.to)), approval=edition.approval)
    return True
