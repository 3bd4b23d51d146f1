"""An edition looked at before it leaves: what the checks find in it as it is kept and rendered, and what its links answer.

Both doors and the report ask here; what is an error is decided in `compose/checks/`.
"""

from __future__ import annotations

from collections.abc import Mapping

from digest.compose.checks import check, link_addresses
from digest.compose.render import render
from digest.config import Config
from digest.formats import edition_json, prove
from digest.gather.links import try_links
from digest.gather.sources import user_agent
from digest.language.translations import translator
from digest.model import Edition, Finding, LinkState, RenderedEmail
from digest.store import Store


def check_edition(
    config: Config,
    store: Store,
    edition: Edition,
    email: RenderedEmail | None = None,
    *,
    links: Mapping[str, LinkState] | None = None,
) -> tuple[Finding, ...]:
    """What the checks find in an edition, errors first: as it was rendered in `email`, or else as it is rendered now.

    `links` are those that were tried.
    """
    newsletter = config.settings.newsletter
    words = translator(newsletter.language)
    content = store.editions.printed(edition.edition, edition.revision) or edition_json(edition)
    titles = {article.id: article.title for article in store.stories({story.id for story in edition.stories})}
    return check(
        edition,
        newsletter,
        email or render(edition, newsletter, templates=config.templates, translator=words),
        proofs=prove(content, store.text_of),
        translator=words,
        links=links,
        previous=_sent_before(store, edition),
        rewritten={story.id for story in edition.stories if titles.get(story.article, story.title) != story.title},
        by_a_sender=any(delivery.imap is None for delivery in config.settings.deliver.values()),
    )


async def ask_links(config: Config, edition: Edition) -> dict[str, LinkState]:
    """What each link of an edition answers; asks nothing of addresses of a private network."""
    settings = config.settings
    addresses = link_addresses(edition, settings.newsletter)
    return await try_links(addresses, limits=settings.collect, user_agent=user_agent(settings.newsletter))


def _sent_before(store: Store, edition: Edition) -> Edition | None:
    """The edition that was delivered before this one; None for the first."""
    earlier = (each for each in store.editions.all() if each.status == "delivered" and each.edition < edition.edition)
    last = next(earlier, None)
    return store.editions.last(last.edition) if last else None
