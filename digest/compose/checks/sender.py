"""Checks on what the law and mail providers ask of a sender: who writes, why, and how to leave."""

from __future__ import annotations

from collections.abc import Iterator

from digest.compose.checks.page import Page
from digest.compose.letter import addresses_of, safe_link
from digest.errors import N_
from digest.language.translations import Translator
from digest.model import Edition, Finding, RenderedEmail
from digest.settings import Newsletter


def signature(newsletter: Newsletter, page: Page) -> Iterator[Finding]:
    """Whether the email says who sends it, and from where.

    A valid address to answer to: article L. 34-5 of the French Code des postes; a postal one: CAN-SPAM, and filters.
    """
    sender = newsletter.sender
    if not _holds(page, sender.name):
        yield Finding("sender", "warning", N_("the email does not name its sender, {name}"), {"name": sender.name})
    if sender.postal_address is None:
        message = N_("the email gives no postal address: write it at newsletter.sender.postal_address")
        yield Finding("sender", "warning", message)
    elif not _holds(page, sender.postal_address):
        yield Finding("sender", "warning", N_("the postal address of the sender is in sources.yaml, and not in the email"))


def reason(edition: Edition, page: Page, translator: Translator) -> Iterator[Finding]:
    """Whether the email says why it was received, as the GDPR wants (articles 13 and 14)."""
    sentence = translator.gettext("You receive this message because this address is subscribed to %(name)s.")
    if not _holds(page, sentence % {"name": edition.newsletter}):
        yield Finding("legal", "warning", N_("the email does not say why its readers receive it"))


def unsubscribing(newsletter: Newsletter, rendered: RenderedEmail, page: Page, *, by_a_sender: bool) -> Iterator[Finding]:
    """Whether a reader can leave, in the HTML and in the plain text; `by_a_sender`, its own link takes the place of ours."""
    link, writing = safe_link(newsletter.unsubscribe), newsletter.sender.email
    hrefs = {safe_link(anchor.href) for anchor in page.anchors}
    mailed = writing in page.text or any(anchor.href.startswith("mailto:") for anchor in page.anchors)
    if not (link in hrefs if link else mailed):
        yield Finding("unsubscribe", "error", N_("the email gives no way to unsubscribe"))
    elif (newsletter.unsubscribe or writing) not in rendered.text:
        yield Finding("unsubscribe", "warning", N_("the plain text gives no way to unsubscribe"))
    elif by_a_sender:
        yield Finding("unsubscribe", "note", N_("the tool you send with puts its own link to unsubscribe"))
    elif not link:
        message = N_(
            "readers unsubscribe by writing to {address}; a link is surer: newsletter.unsubscribe, or that of your sending tool"
        )
        yield Finding("unsubscribe", "warning", message, {"address": writing})


def read_online(edition: Edition, newsletter: Newsletter, rendered: RenderedEmail, page: Page) -> Iterator[Finding]:
    """Whether a reader whose mail program shows it badly can read it elsewhere."""
    address = safe_link(addresses_of(newsletter, edition.edition).read_online)
    if address is None and rendered.folded:
        yield Finding("read-online", "warning", N_("stories are told by their titles alone, and no page online holds the rest"))
    elif address is None:
        message = N_("the email has no page online: newsletter.archive_url gives it one, digest archive makes it")
        yield Finding("read-online", "note", message)
    elif address not in {safe_link(anchor.href) for anchor in page.anchors}:
        yield Finding("read-online", "warning", N_("the email has a page online and does not lead to it"))


def _holds(page: Page, words: str) -> bool:
    return " ".join(words.split()) in page.text
