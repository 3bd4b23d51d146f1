"""What a careful sender looks at before an edition leaves: a list of findings, errors first.

An error is what would be wrong to send, and blocks approval; a warning is for the team to judge; a note tells what is as it
should be, or cannot be better here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import chain

from digest.compose.checks import contents, looks, sender, words
from digest.compose.checks.contents import Proof, link_addresses
from digest.compose.checks.page import read_page
from digest.language.translations import Translator
from digest.model import Edition, Finding, LinkState, RenderedEmail
from digest.settings import Newsletter

__all__ = ["Proof", "check", "link_addresses"]

_ORDER = {"error": 0, "warning": 1, "note": 2}


def check(
    edition: Edition,
    newsletter: Newsletter,
    rendered: RenderedEmail,
    *,
    proofs: Sequence[Proof],
    translator: Translator,
    links: Mapping[str, LinkState] | None = None,
    previous: Edition | None = None,
    rewritten: Collection[str] = (),
    by_a_sender: bool = False,
) -> tuple[Finding, ...]:
    """Everything that the checks found in an edition as it was rendered; errors first, then warnings, then notes.

    `proofs` are those of its takeaways; `translator` is of the newsletter's language; `links` are those that were tried, by
    address; `previous` is the edition sent before; `rewritten` are the ids of the stories to which the team gave a title;
    `by_a_sender` says that it goes through a tool that adds a link to unsubscribe.
    """
    page = read_page(rendered.html)
    found = chain(
        contents.stories(edition, newsletter),
        contents.takeaways(edition, proofs),
        words.subject(edition, previous),
        words.preheader(edition, previous),
        words.introduction(edition, newsletter, translator),
        words.placeholders(edition, page, rendered.text, rewritten),
        words.typography(edition, newsletter, translator, rewritten),
        words.spam_words(edition),
        contents.doubles(edition),
        contents.dates(edition),
        contents.languages(edition),
        contents.links(edition, links or {}),
        contents.sources(edition),
        sender.unsubscribing(newsletter, rendered, page, by_a_sender=by_a_sender),
        sender.read_online(edition, newsletter, rendered, page),
        sender.signature(newsletter, page),
        sender.reason(edition, page, translator),
        looks.weight(edition, newsletter, rendered),
        looks.remote(newsletter, page),
        looks.colors(newsletter, page),
        looks.pictures(page),
        looks.headings(page),
        looks.link_texts(page),
        looks.language(edition, page),
    )
    return tuple(sorted(found, key=lambda finding: _ORDER[finding.level]))
