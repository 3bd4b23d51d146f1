"""Checks on what the edition tells: its stories, their proofs, their dates and links, and how the sources fared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Final, Protocol
from urllib.parse import urlsplit

from digest.compose.letter import host
from digest.errors import N_
from digest.language.names import language_name
from digest.language.words import fold
from digest.model import Edition, EditionStory, Finding, LinkState
from digest.settings import Newsletter

_SLACK: Final = timedelta(days=1)
"""Between the clocks and the time zones of the sites."""


class Proof(Protocol):
    """A takeaway beside what its article holds at that place, as `digest.formats.prove` gives it."""

    @property
    def article(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def holds(self) -> bool: ...


def stories(edition: Edition, newsletter: Newsletter) -> Iterator[Finding]:
    """Whether there is enough to read, and each story says something."""
    count, least = len(edition.stories), newsletter.limits.min_stories
    if not count:
        yield Finding("stories", "error", N_("the edition holds no story"))
    elif count < least:
        values = {"count": count, "least": least}
        message = N_("the edition holds {count} of the {least} stories that make one (newsletter.limits.min_stories)")
        yield Finding("stories", "warning", message, values)
    if count and not edition.highlights:
        yield Finding("stories", "warning", N_("nothing stands at the top as the essential: no takeaway is brought there"))
    for story in edition.stories:
        if not story.title.strip():
            yield Finding("stories", "warning", N_("a story has no title"), story=story.id)
        elif not story.takeaways and not story.summary:
            message = N_('"{title}" is a title alone: no takeaway, no summary')
            yield Finding("stories", "warning", message, {"title": story.title}, story.id)
        elif not story.takeaways:
            yield Finding("stories", "note", N_('"{title}" has no takeaway'), {"title": story.title}, story.id)


def takeaways(edition: Edition, proofs: Sequence[Proof]) -> Iterator[Finding]:
    """Whether each takeaway was found in its article, word for word."""
    stories = {story.article: story for story in edition.stories}
    quoted = [highlight.takeaway for highlight in edition.highlights]
    quoted += [takeaway for story in edition.stories for takeaway in story.takeaways]
    proven = {(proof.article, proof.version, proof.start, proof.end, proof.text) for proof in proofs if proof.holds}
    unproven = [each for each in quoted if (each.article, each.version, each.start, each.end, each.text) not in proven]
    for article, text in dict.fromkeys((each.article, each.text) for each in unproven):
        message = N_('"{words}" is not in its article, word for word')
        yield Finding("takeaways", "error", message, {"words": text}, _id(stories.get(article)))
    if quoted and not unproven:
        count = len({(each.article, each.start, each.end) for each in quoted})
        yield Finding("takeaways", "note", N_("takeaways found in their articles, word for word: {count}"), {"count": count})


def doubles(edition: Edition) -> Iterator[Finding]:
    """Whether nothing is told twice."""
    titles = Counter(fold(story.title) for story in edition.stories if story.title.strip())
    addresses = Counter(story.url for story in edition.stories if story.url)
    for title in (title for title, count in titles.items() if count > 1):
        same = [story for story in edition.stories if fold(story.title) == title]
        values = {"count": len(same), "title": same[0].title}
        yield Finding("duplicates", "warning", N_('{count} stories have the title "{title}"'), values, same[-1].id)
    for address in (address for address, count in addresses.items() if count > 1):
        same = [story for story in edition.stories if story.url == address]
        if len({fold(story.title) for story in same}) > 1:
            values = {"count": len(same), "address": address}
            yield Finding("duplicates", "warning", N_("{count} stories lead to {address}"), values, same[-1].id)


def dates(edition: Edition) -> Iterator[Finding]:
    """Whether no story is dated after the day the edition was made."""
    for story in edition.stories:
        if story.published and story.published > edition.made + _SLACK:
            values = {"title": story.title, "date": story.published.date().isoformat()}
            yield Finding("dates", "warning", N_('"{title}" is dated {date}, which is to come'), values, story.id)


def languages(edition: Edition) -> Iterator[Finding]:
    """Whether each story is in a language that screen readers can be told."""
    for story in edition.stories:
        if language_name(story.lang, edition.language) is None:
            values = {"title": story.title, "language": story.lang}
            message = N_('"{title}" is in a language that is not known ({language}): it will be read aloud as if it were ours')
            yield Finding("language", "warning", message, values, story.id)


def sources(edition: Edition) -> Iterator[Finding]:
    """Which sources brought nothing because they failed."""
    for report in edition.sources:
        if report.status == "failed":
            values = {"name": report.name, "cause": report.error or ""}
            yield Finding("sources", "warning", N_("the source {name} failed: {cause}"), values)


def links(edition: Edition, states: Mapping[str, LinkState]) -> Iterator[Finding]:
    """What the links of the edition answered, for those that were tried: advice, since a site may answer readers and not us."""
    places = _places(edition)
    for address, state in states.items():
        story = places.get(address)
        values = {"address": address, "to": state.to, "status": state.status, "cause": state.cause}
        if state.fate == "gone":
            yield Finding("links", "warning", N_("nothing is at {address} any more ({status})"), values, story)
        elif state.fate == "failed" and state.status:
            yield Finding("links", "note", N_("{address} could not be tried: {cause}"), values, story)
        elif state.fate == "failed":
            yield Finding("links", "warning", N_("{address} does not answer: {cause}"), values, story)
        elif state.fate == "redirected" and _is_home(state.to) and not _is_home(address):
            yield Finding("links", "warning", N_("{address} leads to the home page of its site now"), values, story)
        elif state.fate == "redirected":
            yield Finding("links", "note", N_("{address} has moved for good to {to}"), values, story)
    well = sum(state.fate == "ok" for state in states.values())
    if states:
        values = {"well": well, "count": len(states)}
        yield Finding("links", "note", N_("links that answer: {well} of {count} tried"), values)


def link_addresses(edition: Edition, newsletter: Newsletter) -> tuple[str, ...]:
    """Every address that the edition's own words lead to, in reading order, once; then the newsletter's site."""
    own = [newsletter.brand.web, newsletter.unsubscribe]
    return tuple(dict.fromkeys((*_places(edition), *(address for address in own if address))))


def _places(edition: Edition) -> dict[str, str | None]:
    """Every address of the edition with the id of the first story that leads there."""
    places: dict[str, str | None] = {}
    for story in edition.stories:
        for address in (story.url, *(also.url for also in story.also)):
            if address and host(address):
                places.setdefault(address, story.id)
    return places


def _is_home(address: str | None) -> bool:
    return urlsplit(address or "").path in ("", "/")


def _id(story: EditionStory | None) -> str | None:
    return story.id if story else None
