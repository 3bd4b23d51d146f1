"""How a site comes to be followed, from its address: what both doors say to the settings."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from urllib.parse import urlsplit

from digest.config import Config
from digest.gather.follow import FoundFeed, find_feeds
from digest.gather.sources import user_agent


def find(config: Config, url: str) -> tuple[FoundFeed, ...]:
    """The feeds behind an address, over the network; a single one with the name it gives itself. Raises GatherError."""
    limits, agent = config.settings.collect, user_agent(config.settings.newsletter)
    found = asyncio.run(find_feeds(url if "://" in url else f"https://{url}", limits=limits, user_agent=agent))
    return asyncio.run(find_feeds(found[0].url, limits=limits, user_agent=agent)) if len(found) == 1 else found


def entries(feeds: Iterable[FoundFeed], config: Config, *, name: str | None = None) -> list[dict[str, str]]:
    """What sources.yaml would say of the feeds that it does not follow yet, each under a name of its own."""
    followed = {source.feed for source in config.settings.sources}
    names = {source.name for source in config.settings.sources}
    new = []
    for feed in feeds:
        if feed.url in followed:
            continue
        site = (urlsplit(feed.url).hostname or feed.url).removeprefix("www.")
        wanted = name or feed.title[:200] or site
        unique = next(one for one in (wanted, f"{wanted} ({site})", feed.url) if one not in names)
        names.add(unique)
        followed.add(feed.url)
        new.append({"name": unique, "feed": feed.url})
    return new
