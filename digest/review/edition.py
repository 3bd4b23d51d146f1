"""Édition: the stories in their order, why each is there, and the real email beside them; read-only once it is closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from aiohttp import web

from digest import desk, pipeline
from digest.compose.changes import Change, changes
from digest.compose.edition import PREHEADER_CHARACTERS, SUBJECT_CHARACTERS
from digest.compose.letter import Addresses, addresses_of
from digest.compose.revising import around
from digest.config import Config
from digest.desk.regrouping import theme_names
from digest.errors import UsageError
from digest.language.names import language_name
from digest.model import Article, Edition, EditionStory, RenderedEmail, StoryState, Takeaway
from digest.review.article import blocks
from digest.review.door import EMAIL_POLICY, SESSION
from digest.review.gestures import FEWEST_HIGHLIGHTS, MOST_HIGHLIGHTS, PART, TAKEAWAY, key
from digest.review.office import office_of, words_of
from digest.review.pages import is_part, page
from digest.review.tray import Tray, tray_of
from digest.store import Store

FRAME_POLICY: Final = EMAIL_POLICY.replace("sandbox;", "sandbox allow-same-origin;")
"""Of the email beside the page: still without scripts, forms or links that lead anywhere, but its pictures may be asked for with
the session, and the page may keep its place when it is shown anew."""


@dataclass(frozen=True, slots=True)
class Row:
    """A place under a theme: a story, or one that just left it."""

    story: EditionStory
    gone: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """All that the page of an edition shows."""

    edition: Edition
    names: dict[str, str]
    """The themes that a story may go to, by their ids."""
    themes: tuple[tuple[str, str, tuple[Row, ...]], ...]
    """Id, name and places of each theme, those without stories too."""
    articles: dict[str, Article]
    """The articles of its stories, by their ids."""
    quotations: dict[str, str]
    """What takeaways rest on, by their keys."""
    sentences: dict[str, str]
    """The whole sentence that a takeaway stands in, by its key."""
    decided: dict[str, StoryState]
    tray: Tray
    done: tuple[str, ...] = ()
    """What the last revision changed, in words, where it can be taken back."""
    told: str = ""
    """What else was done, in words."""


async def show(request: web.Request) -> web.StreamResponse:
    """The page; `?done` tells what the last revision changed, with a way back."""
    office, name = office_of(request), request.match_info["edition"]
    done = request.query.get("done", "")
    query = request.query.get("q", "")
    config, view = await office.do(lambda config, store: (config, view_of(config, store, name, query=query, done=done)))
    return page(request, config, "edition.html.j2", **values_of(request, view))


async def article(request: web.Request) -> web.StreamResponse:
    """The text of a story's article, its takeaways marked, and a button at each sentence that can become one."""
    office, name, id = office_of(request), request.match_info["edition"], request.match_info["story"]

    def look(config: Config, store: Store) -> tuple[Config, Edition, EditionStory, int, str, str]:
        edition = of_this_name(store, name)
        story = next((one for one in edition.stories if one.id == id), None)
        if story is None:
            raise web.HTTPNotFound
        lead = next((one for one in store.stories({id}) if one.id == story.article), None)
        version = story.takeaways[0].version if story.takeaways else lead.version if lead else 1
        return config, edition, story, version, store.text_of(story.article, version), lead.author or "" if lead else ""

    config, edition, story, version, text, author = await office.do(look)
    template = "article_part.html.j2" if is_part(request) else "article.html.j2"
    told = blocks(text, story.lang, [one for one in story.takeaways if (one.article, one.version) == (story.article, version)])
    values = {"edition": edition, "story": story, "version": version, "blocks": told, "author": author}
    return page(request, config, template, **values, may_edit=_may_edit(request, edition))


async def find(request: web.Request) -> web.StreamResponse:
    """What a search finds in the tray, as a part of the page."""
    office, name, query = office_of(request), request.match_info["edition"], request.query.get("q", "")
    if not is_part(request):
        raise web.HTTPSeeOther(f"/editions/{name}?{urlencode({'q': query})}")
    config, view = await office.do(lambda config, store: (config, view_of(config, store, name, query=query)))
    return page(request, config, "tray_list.html.j2", **values_of(request, view))


async def email(request: web.Request) -> web.StreamResponse:
    """The email as it is rendered now, for a frame."""
    office, name = office_of(request), request.match_info["edition"]
    html = await office.do(lambda config, store: rendered_for_frame(config, of_this_name(store, name)).html)
    return web.Response(text=html, content_type="text/html", charset="utf-8", headers={"Content-Security-Policy": FRAME_POLICY})


async def picture(request: web.Request) -> web.StreamResponse:
    """A picture of the edition, out of the store."""
    office, name, file = office_of(request), request.match_info["edition"], request.match_info["file"]
    content = await office.do(lambda _, store: store.pictures_of(of_this_name(store, name)).get(file))
    if content is None:
        raise web.HTTPNotFound
    kind = "image/png" if file.endswith(".png") else "image/jpeg"
    return web.Response(body=content, content_type=kind, headers={"Cache-Control": "private, max-age=86400"})


def rendered_for_frame(config: Config, edition: Edition) -> RenderedEmail:
    """The email, its pictures taken from beside its address here."""
    own = addresses_of(config.settings.newsletter, edition.edition)
    here = Addresses(own.read_online, own.unsubscribe, "pictures/")
    return pipeline.rendered(config, edition, here)


def view_of(config: Config, store: Store, name: str, *, query: str = "", done: str = "", edition: Edition | None = None) -> View:
    """What the page shows of an edition; `done` is a revision whose changes are told, where it is the last."""
    edition = edition or of_this_name(store, name)
    names = theme_names(config, edition)
    before = store.editions.revision(name, edition.revision - 1) if done == str(edition.revision) else None
    told = gestures_between(before, edition) if before else ()
    articles = {one.id: one for one in store.stories({story.id for story in edition.stories})}
    decided = {id: decision.state for id, decision in store.editions.ledger().decisions.items()}
    return View(
        edition,
        names,
        _rows(edition, before, names),
        articles,
        {key(one): _rests_on(one, store) for story in edition.stories for one in story.takeaways},
        {key(one): _sentence(one, story.lang, store) for story in edition.stories for one in story.takeaways},
        dict(decided),
        tray_of(edition, decided, words_of(config), query),
        tuple(one.text(words_of(config)) for one in told),
    )


def gestures_between(before: Edition, after: Edition) -> tuple[Change, ...]:
    """What a person changed: what the program had written follows by itself, and is told only where nothing else changed."""
    told = changes(before, after)
    follow = ("subject:", "preview line:", "introduction:")
    return tuple(change for change in told if not change.message.startswith(follow)) or told


def values_of(request: web.Request, view: View) -> dict[str, Any]:
    """What the templates of the page may name."""
    return {
        "view": view,
        "edition": view.edition,
        "may_edit": _may_edit(request, view.edition),
        "key": key,
        "field": TAKEAWAY,
        "part": PART,
        "most": MOST_HIGHLIGHTS,
        "fewest": FEWEST_HIGHLIGHTS,
        "top": {key(one.takeaway) for one in view.edition.highlights},
        "subject_room": SUBJECT_CHARACTERS,
        "preheader_room": PREHEADER_CHARACTERS,
        "language_of": lambda code: language_name(code, view.edition.language) or code,
    }


def _may_edit(request: web.Request, edition: Edition) -> bool:
    return edition.status == "draft" and request[SESSION].may("editor")


def of_this_name(store: Store, name: str) -> Edition:
    try:
        return desk.opened(store, name)
    except UsageError as error:
        raise web.HTTPNotFound from error


def _rests_on(takeaway: Takeaway, store: Store) -> str:
    """The words of the article: those of the takeaway itself unless a person wrote it."""
    if takeaway.made_by != "editor":
        return takeaway.text
    return store.text_of(takeaway.article, takeaway.version)[takeaway.start : takeaway.end]


def _sentence(takeaway: Takeaway, lang: str, store: Store) -> str:
    text = store.text_of(takeaway.article, takeaway.version)
    start, end = around(text, takeaway.start, takeaway.end, lang)
    return text[start:end]


def _rows(edition: Edition, before: Edition | None, names: dict[str, str]) -> tuple[tuple[str, str, tuple[Row, ...]], ...]:
    printed = {theme.id: [Row(story) for story in theme.stories] for theme in edition.themes}
    order = [*printed, *(id for id in names if id not in printed)]
    still = {id for story in edition.stories for id in (story.id, story.article, *story.articles)}
    for theme in before.themes if before else ():
        rows = printed.setdefault(theme.id, [])
        for place, story in enumerate(theme.stories):
            if story.id not in still and story.article not in still:
                rows.insert(min(place, len(rows)), Row(story, gone=True))
    shown = {theme.id: theme.name for theme in edition.themes}
    return tuple((id, shown.get(id, names.get(id, id)), tuple(printed.get(id, ()))) for id in order)


_ONE = "/editions/{edition}"
ROUTES = (
    web.get(_ONE, show),
    web.get(_ONE + "/email.html", email),
    web.get(_ONE + r"/pictures/{file:[0-9a-f]{16}\.(?:jpg|png)}", picture),
    web.get(_ONE + "/tray", find),
    web.get(_ONE + "/stories/{story}/article", article),
)
