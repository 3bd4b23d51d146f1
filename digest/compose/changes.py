"""What changed from one revision of an edition to another, in words: a line each, for its history and for two people who meet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from digest.errors import N_
from digest.language.translations import Translator
from digest.model import Deed, Edition, EditionStory, Takeaway

DEEDS: Mapping[Deed, str] = {
    "draft": N_("revision {revision} made by digest"),
    "edit": N_("revision {revision} saved by {by}"),
    "approve": N_("revision {revision} approved by {by}"),
    "reopen": N_("made a draft again by {by}"),
    "discard": N_("discarded by {by}"),
    "deliver": N_("revision {revision} delivered to {place}"),
    "send-test": N_("revision {revision} sent as a test to {place}"),
    "notify": N_("the team was told: {place}"),
}
"""What was done to an edition, for its history: with the values of the event."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed: an English template and its values, for the catalogues."""

    message: str
    values: Mapping[str, str] = field(default_factory=dict)

    def text(self, translator: Translator) -> str:
        """The change in the reader's language."""
        return translator.gettext(self.message).format(**self.values)


def changes(before: Edition | None, after: Edition) -> tuple[Change, ...]:
    """What changed, in reading order; all of it is new where nothing was before."""
    if before is None:
        return ()
    before = _by_their_ids_now(before, after)
    return (
        *_presentation(before, after),
        *_places(before, after),
        *_grouping(before, after),
        *(change for was, now in _both(before, after) for change in _story(was, now)),
        *_highlights(before, after),
    )


def _by_their_ids_now(before: Edition, after: Edition) -> Edition:
    """The edition before, its stories called as they are now: one that loses the article it is called by takes another id."""
    was, now = {story.id for story in before.stories}, {story.article: story.id for story in after.stories}
    ids = {story.id: now[story.article] for story in before.stories if now.get(story.article, story.id) not in was}
    themes = (
        replace(theme, stories=tuple(replace(story, id=ids.get(story.id, story.id)) for story in theme.stories))
        for theme in before.themes
    )
    return replace(before, themes=tuple(themes)) if ids else before


def _presentation(before: Edition, after: Edition) -> Iterator[Change]:
    if before.subject != after.subject:
        yield Change(N_("subject: “{before}” became “{after}”"), {"before": before.subject, "after": after.subject})
    if before.preheader != after.preheader:
        yield Change(N_("preview line: “{after}”"), {"after": after.preheader})
    if before.introduction != after.introduction:
        yield Change(N_("introduction: “{after}”"), {"after": after.introduction})


def _places(before: Edition, after: Edition) -> Iterator[Change]:
    was, now = _themes(before), _themes(after)
    told = {article for story in after.stories for article in story.articles}
    gone = [story for story in before.stories if story.id not in now and story.article not in told]
    reasons = {out.id: out.reason for out in after.left_out} if gone else {}
    for story in gone:
        yield Change(_GONE.get(reasons.get(story.id, ""), _GONE["rejected"]), {"title": story.title})
    for story in after.stories:
        theme, title = now[story.id][1], story.title
        if story.id not in was:
            yield Change(N_("“{title}” came in, under {theme}"), {"title": title, "theme": theme})
        elif was[story.id][0] != now[story.id][0]:
            yield Change(
                N_("“{title}” went from {before} to {theme}"), {"title": title, "before": was[story.id][1], "theme": theme}
            )
    yield from _orders(before, after)


_GONE: Mapping[str, str] = {"held": N_("“{title}” is held for another edition"), "rejected": N_("“{title}” was taken out")}


def _orders(before: Edition, after: Edition) -> Iterator[Change]:
    kept = {theme.id: [story.id for story in theme.stories] for theme in before.themes}
    for theme in after.themes:
        now = [story.id for story in theme.stories if story.id in kept.get(theme.id, ())]
        was = [id for id in kept.get(theme.id, ()) if id in now]
        if was != now:
            yield Change(N_("the order under {theme} changed"), {"theme": theme.name})


def _grouping(before: Edition, after: Edition) -> Iterator[Change]:
    """The articles that none tells any more, and those that another story tells now."""
    was = {story.id: set(story.articles or after_story.articles) for story, after_story in _both(before, after)}
    told = {article for story in after.stories for article in (story.article, *story.articles)}
    apart = [article for articles in was.values() for article in sorted(articles - told)]
    joined = [
        (article, story.title)
        for story in after.stories
        for article in story.articles
        if story.id in was and article not in was[story.id]
    ]
    titles = _titles(before) | _titles(after) if apart or joined else {}
    for article in apart:
        yield Change(N_("“{title}” is now a story of its own: it waits in the tray"), {"title": titles.get(article, article)})
    for article, story in joined:
        yield Change(N_("“{title}” is now told with “{story}”"), {"title": titles.get(article, article), "story": story})


def _titles(edition: Edition) -> dict[str, str]:
    """The titles of articles: a story may be called by one that does not lead it."""
    return {story.article: story.title for story in edition.stories} | {out.id: out.title for out in edition.left_out}


def _both(before: Edition, after: Edition) -> Iterator[tuple[EditionStory, EditionStory]]:
    """Each story that both print, as it was and as it is."""
    was = {story.id: story for story in before.stories}
    yield from ((was[story.id], story) for story in after.stories if story.id in was)


def _themes(edition: Edition) -> dict[str, tuple[str, str]]:
    return {story.id: (theme.id, theme.name) for theme in edition.themes for story in theme.stories}


def _story(before: EditionStory, after: EditionStory) -> Iterator[Change]:
    if before.title != after.title:
        yield Change(N_("“{before}” is now called “{after}”"), {"before": before.title, "after": after.title})
    if before.summary != after.summary:
        yield Change(N_("summary of “{title}”: “{after}”"), {"title": after.title, "after": after.summary})
    if before.picture != after.picture:
        yield Change(N_("the picture of “{title}” changed"), {"title": after.title})
    yield from _takeaways(before, after)


def _takeaways(before: EditionStory, after: EditionStory) -> Iterator[Change]:
    """Those that rest on other words now, those that say something else, then their order."""
    was, now = {_span(one): one for one in before.takeaways}, {_span(one): one for one in after.takeaways}
    gone, came = [was[span] for span in was if span not in now], [now[span] for span in now if span not in was]
    for one, other in zip_longest(gone, came):
        yield from _takeaway(one, other, after.title)
    for span in was:
        if span in now:
            yield from _takeaway(was[span], now[span], after.title)
    if [span for span in was if span in now] != [span for span in now if span in was]:
        yield Change(N_("the order of the takeaways of “{title}” changed"), {"title": after.title})


def _span(takeaway: Takeaway) -> tuple[str, int, int, int]:
    return takeaway.article, takeaway.version, takeaway.start, takeaway.end


def _takeaway(before: Takeaway | None, after: Takeaway | None, title: str) -> Iterator[Change]:
    words = before.text if before else "", after.text if after else ""
    if words[0] == words[1]:
        return
    if not after:
        yield Change(N_("takeaway of “{title}” removed: “{before}”"), {"title": title, "before": words[0]})
    elif not before:
        yield Change(N_("takeaway of “{title}” added: “{after}”"), {"title": title, "after": words[1]})
    else:
        values = {"title": title, "before": words[0], "after": words[1]}
        yield Change(N_("takeaway of “{title}”: “{before}” became “{after}”"), values)


def _highlights(before: Edition, after: Edition) -> Iterator[Change]:
    printed = {takeaway.text for story in before.stories for takeaway in story.takeaways}
    was = [highlight.takeaway.text for highlight in before.highlights]
    now = [highlight.takeaway.text for highlight in after.highlights]
    if was != now and set(now) <= printed | set(was):
        yield Change(N_("the key takeaways at the top changed"))
