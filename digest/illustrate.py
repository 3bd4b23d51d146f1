"""The pictures of an edition, from where its articles found them to the store: asked for when a draft is made, and kept.

What is kept is rendered and delivered without the network, and the same each time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from digest.compose.illustrated import PICTURES, illustrated, to_illustrate, with_missing_pictures
from digest.config import Config
from digest.errors import GatherError
from digest.gather.addresses import is_web
from digest.gather.pictures import read_pictures
from digest.gather.sources import user_agent
from digest.language.translations import team_translator
from digest.model import Edition, EditionStory, Link, Picture
from digest.store import Store


async def illustrate(config: Config, store: Store, edition: Edition) -> Edition:
    """The edition with the pictures that its articles name, made small and kept, where the newsletter wants any; at most 20.

    One that the last revision prints is not asked for again. One that cannot be had is left out, and its source tells why.
    """
    return await _illustrate(config, store, edition, lambda _address: True)


async def illustrate_offline(config: Config, store: Store, edition: Edition) -> Edition:
    """The same without the network: with the pictures of folders, and those that the last revision prints."""
    return await _illustrate(config, store, edition, lambda address: not is_web(address))


async def _illustrate(config: Config, store: Store, edition: Edition, may_ask: Callable[[str], bool]) -> Edition:
    newsletter = config.settings.newsletter
    if newsletter.images == "none" or _is_for_nobody(store, edition):
        return edition
    known = _printed_pictures(store, edition.edition)
    waiting = [
        (story, link)
        for story, link in to_illustrate(edition, _named_pictures(store, edition))
        if link.url in known or may_ask(link.url)
    ]
    pictures: dict[str, Picture] = {}
    missing: list[tuple[EditionStory, Link, GatherError]] = []
    while waiting and len(pictures) < PICTURES:
        room = PICTURES - len(pictures)
        some, waiting = waiting[:room], waiting[room:]
        made = await _make_pictures(config, store, [link.url for _, link in some if link.url not in known])
        for story, link in some:
            found = known[link.url] if link.url in known else made[link.url]
            if isinstance(found, GatherError):
                missing.append((story, link, found))
            elif found.name not in {picture.name for picture in pictures.values()}:  # a site's own picture stands once
                pictures[story.id] = replace(found, alt=link.text)
    folders = [source.name for source in config.settings.sources if source.folder]
    return with_missing_pictures(illustrated(edition, pictures), missing, folders, team_translator(newsletter.language))


def _is_for_nobody(store: Store, planned: Edition) -> bool:
    """Whether a plan will not be printed, since its edition is closed or a person has it in hand."""
    kept = store.editions.last(planned.edition) if planned.status == "planned" else None
    if kept is None or kept.status == "discarded":
        return False
    return kept.status != "draft" or store.editions.edited(kept.edition)


def _printed_pictures(store: Store, name: str) -> dict[str, Picture]:
    """The pictures of the web that the last revision of an edition prints and the store holds, by where they were found."""
    kept = store.editions.last(name)
    held = store.pictures_of(kept) if kept else {}
    pictures = [story.picture for story in kept.stories if story.picture] if kept else []
    return {picture.url: picture for picture in pictures if picture.name in held and is_web(picture.url)}


def _named_pictures(store: Store, edition: Edition) -> dict[str, Link]:
    """The pictures that the articles which lead its stories name, by the articles' ids."""
    leads = {story.article for story in edition.stories}
    articles = store.stories({story.id for story in edition.stories})
    return {article.id: article.picture for article in articles if article.id in leads and article.picture}


async def _make_pictures(config: Config, store: Store, addresses: Sequence[str]) -> dict[str, Picture | GatherError]:
    """The pictures at some addresses, made small and kept, or why there are none, by address."""
    from digest.compose.pictures import Kept, shrink  # Pillow takes 60 ms: only where there are pictures

    settings = config.settings
    folders = {source.name: config.folder / source.folder for source in settings.sources if source.folder}
    agent = user_agent(settings.newsletter)
    made = await read_pictures(addresses, shrink, folders=folders, limits=settings.collect, user_agent=agent, gate=store.gate)
    store.keep_pictures({kept.name: kept.bytes for kept in made.values() if isinstance(kept, Kept)})
    return {
        address: Picture(kept.name, "", kept.width, kept.height, address) if isinstance(kept, Kept) else kept
        for address, kept in made.items()
    }
