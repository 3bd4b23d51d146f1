"""What a person does to the stories of an edition beyond their words: bring in, put back, tell apart or together, take back.

Each saves a revision through `desk.revise`, with its errors; what the store knows of the stories changes with it, or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final

from digest.compose.revising import change, find, put_in, take_out
from digest.config import Config
from digest.desk import merge, revise, split
from digest.errors import N_, GateError, UsageError
from digest.model import Edition, EditionStory, Kinship, LeftOut
from digest.pipeline import judge_articles, tell
from digest.store import Store


def bring_in(config: Config, store: Store, before: Edition, id: str, theme: str, *, by: str, now: datetime) -> Edition:
    """Put a story of the tray in the edition, under a theme, or under the one that fits it best where `theme` is empty.

    One that the team took out comes back in the words it had. An article that another story tells becomes a story of its own.
    Raises GateError for what the tray does not hold.
    """
    out = next((out for out in before.left_out if out.id == id), None)
    if out is None or out.reason.startswith("published-in"):
        raise GateError(N_("the tray of edition {edition} holds no such story"), edition=before.edition)
    with store.together():
        if out.reason.startswith("duplicate-of"):
            printed = next((story for story in before.stories if id in story.articles), None)
            if printed and printed.article != id:
                before = tell_apart(config, store, before, printed.id, id, by=by, now=now)
            else:
                _separate(store, id)
        under = theme or _best_theme(config, store, id)
        told = replace(tell(config, store, id, under), points=out.points)
        if out.reason in ("rejected", "held"):
            told = _as_it_was(store, before, told)
        after = put_in(before, told, under, theme_names(config, before))
        return revise(config, store, before, after, by=by, now=now)


def tell_apart(config: Config, store: Store, before: Edition, id: str, article: str, *, by: str, now: datetime) -> Edition:
    """Split an article from a story that the edition prints: it waits in the tray as a story of its own."""
    told = find(before, id)
    if article == told.article or article not in told.articles:
        raise GateError(N_("only an article that stands under the first one can be told apart"))
    title, url = next(((one.title, one.url) for one in store.stories({id}) if one.id == article), ("", None))
    with store.together():
        _separate(store, article, head=told.article)
        after = _retold(config, store, before, told, told.article if article == id else id)
        apart = LeftOut(article, title, url, "rejected")
        after = replace(after, left_out=(apart, *(out for out in after.left_out if out.id != article)))
        return revise(config, store, before, after, by=by, now=now)


def tell_together(config: Config, store: Store, before: Edition, id: str, other: str, *, by: str, now: datetime) -> Edition:
    """Merge another story, of the edition or of its tray, into one that the edition prints."""
    told = find(before, id)
    articles = [article.id for article in store.stories({other})]
    if not articles or other == id:
        raise GateError(N_("the tray of edition {edition} holds no such story"), edition=before.edition)
    with store.together():
        merge(store, articles, id, told.article)
        printed = other in {story.id for story in before.stories}
        after = _retold(config, store, take_out(before, other) if printed else before, told, id)
        same = f"duplicate-of:{told.article}"
        out = tuple(replace(out, reason=same) if out.id == other else out for out in after.left_out)
        return revise(config, store, before, replace(after, left_out=out), by=by, now=now)


def put_back(config: Config, store: Store, before: Edition, id: str, revision: int, *, by: str, now: datetime) -> Edition:
    """Put a story that left the edition back where it stood in a revision, as it was, and its takeaways at the top with it."""
    then = store.editions.revision(before.edition, revision)
    places = {story.id: (theme.id, at) for theme in then.themes for at, story in enumerate(theme.stories)} if then else {}
    if then is None or id not in places or id in {story.id for story in before.stories}:
        raise GateError(N_("the tray of edition {edition} holds no such story"), edition=before.edition)
    theme, place = places[id]
    after = put_in(before, find(then, id), theme, theme_names(config, then), place)
    top = list(after.highlights)
    for at, one in enumerate(then.highlights):
        if one.takeaway.article == find(then, id).article and one not in top:
            top.insert(at, one)
    return revise(config, store, before, replace(after, highlights=tuple(top)), by=by, now=now)


def bring_back(
    config: Config,
    store: Store,
    before: Edition,
    revision: int,
    *,
    by: str,
    now: datetime,
    tray: tuple[LeftOut, ...] | None = None,
) -> Edition:
    """Save an earlier revision again as the next one, its articles told together or apart as they were then.

    `before` is the edition as the person saw it. What it prints no more goes to the tray, unless the `tray` of then is known.
    Raises UsageError where there is no such revision.
    """
    then = store.editions.revision(before.edition, revision)
    if then is None:
        raise UsageError(N_("edition {edition} has no revision {revision}"), edition=before.edition, revision=revision)
    with store.together():
        apart = _as_then(store, before, then)
        left_out = _tray_then(before, then, apart) if tray is None else tray
        return revise(config, store, before, replace(then, left_out=left_out, sources=before.sources), by=by, now=now)


def with_evidence(config: Config, store: Store, before: Edition, after: Edition) -> Edition:
    """The edition in which each story that changed themes tells why it stands under its new one, if anything speaks for it."""
    was = {story.id: theme.id for theme in before.themes for story in theme.stories}
    moved = [
        (story.id, theme.id) for theme in after.themes for story in theme.stories if was.get(story.id) not in (None, theme.id)
    ]
    for id, theme in moved:
        if store.stories({id}):
            because = tell(config, store, id, theme).because
            after = change(after, id, partial(replace, because=because, instead_of=None))
    return after


def theme_names(config: Config, edition: Edition) -> dict[str, str]:
    """The names of the themes that a story may stand under, by their ids, in order: the newsletter's, then older ones."""
    language = config.settings.newsletter.language
    names = {theme.id: theme.title(language) for theme in config.settings.themes}
    return names | {theme.id: theme.name for theme in edition.themes if theme.id not in names}


def _as_then(store: Store, before: Edition, then: Edition) -> dict[str, str]:
    """Group the articles as an earlier revision told them; those that it told apart, each with the id of its story."""
    together = {frozenset(story.articles) for story in before.stories}
    told = {article: story.id for story in then.stories for article in story.articles}
    for story in then.stories:
        if frozenset(story.articles) not in together:
            _group(store, story.articles, story.id)
    apart: dict[str, str] = {}
    for story in before.stories:
        if story.article in told:
            apart |= _apart(before, [article for article in story.articles if article not in told], story.article)
    for head in dict.fromkeys(apart.values()):
        _group(store, [article for article in apart if apart[article] == head], head)
    return apart


def _apart(before: Edition, articles: Sequence[str], lead: str) -> dict[str, str]:
    """The stories that articles were before the team told them with another one: what the tray knows as stories heads them."""
    reasons = {out.id: out for out in before.left_out if out.id in articles}
    heads = [id for id, out in reasons.items() if out.points or out.reason == f"duplicate-of:{lead}"]
    of = {id: reasons[id].reason.removeprefix("duplicate-of:") for id in reasons}
    return {id: id if id in heads else of[id] if of.get(id) in heads else heads[0] for id in articles if heads}


def _group(store: Store, articles: Sequence[str], id: str) -> None:
    """Put articles in a story, which one of them heads."""
    found = {article: store.find(article, "") for article in articles}
    astray = [article for article, kept in found.items() if kept and kept.story != id]
    head = id if id in articles else next(iter(articles), id)
    store.place([Kinship(one, id, None if one == head else head, "team", 0.0) for one in astray])


def _tray_then(before: Edition, then: Edition, apart: Mapping[str, str]) -> tuple[LeftOut, ...]:
    """The tray once an earlier revision is back: what it prints leaves it, what it does not print goes there."""
    again, leads = {story.id for story in then.stories}, {story.article for story in then.stories}
    told = {article: story.id for story in then.stories for article in story.articles if article != story.article}
    left = before
    for story in before.stories:
        left = left if story.id in again or story.article in leads else take_out(left, story.id)
    return tuple(_told_then(out, told, apart) for out in left.left_out if out.id not in again)


def _told_then(out: LeftOut, told: Mapping[str, str], apart: Mapping[str, str]) -> LeftOut:
    if out.id in told:
        return replace(out, reason=f"duplicate-of:{told[out.id]}", points=None)
    if out.id in apart:
        return replace(out, reason="rejected" if apart[out.id] == out.id else f"duplicate-of:{apart[out.id]}")
    return out


REMEMBERED: Final = 50
"""Revisions that are looked through for the words of a story."""


def _as_it_was(store: Store, edition: Edition, told: EditionStory) -> EditionStory:
    """A story in the words that the edition printed last; as it is told anew where it never printed it."""
    for number in range(edition.revision, max(edition.revision - REMEMBERED, 0), -1):
        content = store.editions.content(edition.edition, number)
        if content and any(story["id"] == told.id for theme in content["themes"] for story in theme["stories"]):
            then = store.editions.revision(edition.edition, number)
            was = find(then, told.id) if then else told
            return replace(told, title=was.title, summary=was.summary, takeaways=was.takeaways, picture=was.picture)
    return told


def _best_theme(config: Config, store: Store, id: str) -> str:
    """The theme that fits a story of the store best; the first of the newsletter where none does."""
    judged = judge_articles(store.stories({id}), config.settings)
    matches = [match for _, themes, _ in judged for match in themes]
    return max(matches, key=lambda match: match.score).id if matches else config.settings.themes[0].id


def _separate(store: Store, article: str, head: str | None = None) -> None:
    """Make a story of its own of an article; where the story bears its id, the others take that of `head`, or of the first."""
    found = store.find(article, "")
    others = [one.id for one in store.stories({found.story}) if one.id != article] if found else []
    if found and found.story == article and others:
        head = head if head in others else others[0]
        split(store, head)
        merge(store, [one for one in others if one != head], head, head)
    split(store, article)


def _retold(config: Config, store: Store, edition: Edition, told: EditionStory, id: str) -> Edition:
    """The edition with one of its stories told again from the store, where its id is now `id`; its words stay."""
    theme = next(theme.id for theme in edition.themes if told.id in {story.id for story in theme.stories})
    again = tell(config, store, id, theme)
    articles = (told.article, *(one for one in again.articles if one != told.article))
    also = tuple(one for one in again.also if (one.source, one.url) != (told.source, told.url))
    return change(edition, told.id, lambda story: replace(story, id=id, also=also, articles=articles))
