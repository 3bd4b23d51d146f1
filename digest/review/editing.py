"""What the forms of an edition's page do: each saves a revision through the desk and says so, or shows what others changed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from digest import desk
from digest.compose.changes import Change, changes
from digest.config import Config
from digest.desk import regrouping
from digest.errors import N_, ConflictError, GateError
from digest.ledger import STATUS_NAMES
from digest.model import Edition
from digest.review.door import SESSION, TOO_OLD, needs
from digest.review.edition import View, gestures_between, of_this_name, values_of, view_of
from digest.review.gestures import WORDS, Fields, key, reordered, told, typed, words_of_story, written
from digest.review.office import Trays, office_of, words_of
from digest.review.pages import back, is_part, page
from digest.store import Store

Save = Callable[[Config, Store, Edition, Fields, Mapping[str, Any]], Edition]
"""Saves what a form asks of an edition as its sender saw it; `by` and `now` say who and when."""


@dataclass(frozen=True, slots=True)
class Clash:
    """What a form asked for, and what someone else saved before it came."""

    current: Edition
    message: ConflictError
    changes: tuple[Change, ...]
    mine: Mapping[str, str]
    """What the sender had typed, by the names of the fields."""
    theirs: Mapping[str, str]
    """What the same fields hold now; one that is gone is not there."""


@needs("editor")
async def words(request: web.Request) -> web.StreamResponse:
    """The subject, the preview line and the introduction."""

    def save(config: Config, store: Store, base: Edition, fields: Fields, who: Mapping[str, Any]) -> Edition:
        return desk.revise(config, store, base, written(base, fields), **who)

    return await _saved(request, save)


@needs("editor")
async def highlights(request: web.Request) -> web.StreamResponse:
    """The order of the key takeaways at the top."""

    def save(config: Config, store: Store, base: Edition, fields: Fields, who: Mapping[str, Any]) -> Edition:
        return desk.revise(config, store, base, reordered(base, fields.get("do", "")), **who)

    return await _saved(request, save)


@needs("editor")
async def story(request: web.Request) -> web.StreamResponse:
    """The words of a story, and what a button does to it."""
    id = request.match_info["story"]

    def save(config: Config, store: Store, base: Edition, fields: Fields, who: Mapping[str, Any]) -> Edition:
        act, _, which = fields.get("do", "").partition(":")
        names = regrouping.theme_names(config, base)
        with store.together():
            if act in ("drop", "hold", "reject", "split", "merge"):  # the words first, so that the story comes back with them
                words = {name: text for name, text in fields.items() if name != "do"}
                base = desk.revise(config, store, base, told(base, id, words, names, store.text_of).edition, **who)
                fields = {name: fields[name] for name in ("do", "other") if name in fields}
            if act == "split":
                return regrouping.tell_apart(config, store, base, id, which, **who)
            if act == "merge":
                return regrouping.tell_together(config, store, base, id, fields.get("other", ""), **who)
            outcome = told(base, id, fields, names, store.text_of)
            after = regrouping.with_evidence(config, store, base, outcome.edition)
            return desk.revise(config, store, base, after, decided=outcome.decided, **who)

    return await _saved(request, save, story=id)


@needs("editor")
async def tray(request: web.Request) -> web.StreamResponse:
    """Bring a story of the tray in."""

    def save(config: Config, store: Store, base: Edition, fields: Fields, who: Mapping[str, Any]) -> Edition:
        return regrouping.bring_in(config, store, base, fields.get("do", "").removeprefix("in:"), fields.get("theme", ""), **who)

    return await _saved(request, save)


@needs("editor")
async def undo(request: web.Request) -> web.StreamResponse:
    """Put a story that left back where it stood in an earlier revision (`from`), or take back the last revision."""

    def save(config: Config, store: Store, base: Edition, fields: Fields, who: Mapping[str, Any]) -> Edition:
        if story := fields.get("story"):
            return regrouping.put_back(config, store, base, story, _number(fields.get("from", "")), **who)
        kept = office_of(request).trays.get(base.edition)
        same = kept and (kept.revision, kept.since) == (base.revision, base.left_out)
        return regrouping.bring_back(config, store, base, base.revision - 1, tray=kept.before if kept and same else None, **who)

    return await _saved(request, save)


async def _saved(request: web.Request, save: Save, *, story: str | None = None) -> web.StreamResponse:
    """Do what a form asks, and answer with what changed on the page, the page itself, or the conflict."""
    office, name = office_of(request), request.match_info["edition"]
    fields = {field: value for field, value in (await request.post()).items() if isinstance(value, str)}
    who = {"by": request[SESSION].name, "now": office.clock()}

    def work(config: Config, store: Store) -> tuple[Config, Edition, View | Clash]:
        base, current = _as_seen(store, name, fields.get("revision", ""))
        mine = typed(base, story, fields)
        if current.revision != base.revision and not (mine or fields.get("do")):
            return config, base, view_of(config, store, name, edition=current)
        try:
            after = save(config, store, base, fields, who)
        except ConflictError as error:
            current = desk.opened(store, name)
            return config, base, Clash(current, error, error.changes or changes(base, current), mine, _now_there(current, story))
        if after.revision > base.revision:
            office.trays[name] = Trays(after.revision, base.left_out, after.left_out)
        undoing = request.path.endswith("/undo")
        done = str(after.revision) if fields.get("do") and after.revision > base.revision and not undoing else ""
        view = view_of(config, store, name, edition=after, query=fields.get("q", ""), done=done)
        return config, base, replace(view, told=_undone(config, store, fields, base, after)) if undoing else view

    config, base, outcome = await office.do(work)
    if isinstance(outcome, Clash):
        return _conflict(request, config, outcome, fields)
    if is_part(request):
        return _part(request, config, base, outcome, fields, story)
    where = f"/editions/{name}?done={outcome.edition.revision}" if outcome.done else f"/editions/{name}"
    message = "" if outcome.done else outcome.told or _said(config, outcome)  # the page tells what was done, with a way back
    return back(request, where + (f"#story-{story}" if story else ""), message)


def _as_seen(store: Store, name: str, revision: str) -> tuple[Edition, Edition]:
    """The edition as the sender of a form saw it, and as it is now. Raises GateError for one that is closed."""
    current = of_this_name(store, name)
    if current.status != "draft":
        raise GateError(
            N_("edition {edition} is {status}: reopen it to change it"),
            edition=name, status=GateError(STATUS_NAMES[current.status]),
        )  # fmt: skip
    if revision == str(current.revision):
        return current, current
    base = store.editions.revision(name, _number(revision))
    if base is None:
        raise web.HTTPForbidden(text=TOO_OLD)
    return replace(base, left_out=current.left_out), current


def _number(given: str) -> int:
    """The number of a revision; 0, which is none, for anything else."""
    return int(given) if re.fullmatch("[0-9]{1,9}", given) else 0


def _undone(config: Config, store: Store, fields: Fields, base: Edition, after: Edition) -> str:
    """What an undoing took back, in words."""
    translator = words_of(config)
    if back_again := next((one for one in after.stories if one.id == fields.get("story")), None):
        return translator.gettext(N_("“{title}” is back in its place.")).format(title=back_again.title)
    then = store.editions.revision(base.edition, base.revision - 1)
    lines = [change.text(translator) for change in gestures_between(then, base)] if then and after != base else []
    return translator.gettext(N_("Undone: {what}")).format(what=" · ".join(lines[:2])) if lines else ""


def _now_there(edition: Edition, story: str | None) -> dict[str, str]:
    one = next((one for one in edition.stories if one.id == story), None)
    return words_of_story(one) if one else {name: getattr(edition, name) for name in WORDS}


def _said(config: Config, view: View) -> str:
    """That it was saved, and at what time of the newsletter."""
    at = view.edition.made.astimezone(config.settings.newsletter.tz)
    return words_of(config).gettext(N_("Saved at {time}")).format(time=f"{at:%H:%M}")


def _part(
    request: web.Request, config: Config, base: Edition, view: View, fields: Fields, story: str | None
) -> web.StreamResponse:
    """For htmx: the whole sheet after a deed, else only what follows from the words; the page keeps what is being typed."""
    whole = fields.get("do") or fields.get("whole") or view.edition.revision > base.revision + 1
    template = "edition_answer.html.j2" if whole else "edition_saved.html.j2"
    told_story = next((one for one in view.edition.stories if one.id == story), None)
    response = page(request, config, template, **values_of(request, view), saved=_said(config, view), story=told_story)
    event = {
        "revision": view.edition.revision,
        "focus": _focus(fields, base, view.edition, story),
        "fields": {name: getattr(view.edition, name) for name in WORDS if getattr(view.edition, name) != getattr(base, name)},
    }
    response.headers["HX-Trigger"] = json.dumps({"saved": event})
    return response


def _focus(fields: Fields, base: Edition, after: Edition, story: str | None) -> str:
    """The id of what a person should stand on next, where the button they pressed has gone."""
    was, now = {one.id for one in base.stories}, {one.id for one in after.stories}
    act, _, which = fields.get("do", "").partition(":")
    if act == "in" and which in now:
        return f"story-{which}"
    if act == "split":  # the story may have taken another id, and what was told apart is in the tray
        lead = next((one.article for one in base.stories if one.id == story), "")
        return next((f"story-{one.id}" for one in after.stories if one.article == lead), "")
    if came := [one.id for one in after.stories if one.id not in was]:
        return f"story-{came[0]}"
    if story and story not in now:
        return f"undo-{story}"
    if act == "undo":
        before = {one.id: one for one in base.stories}
        return next((f"story-{one.id}" for one in after.stories if before.get(one.id) != one), "")
    takeaway = f"takeaway-{which}"
    if act == "part":  # its key tells the words that it quotes: it has another one now
        known = {key(one) for told in base.stories for one in told.takeaways}
        came = [key(one) for told in after.stories if told.id == story for one in told.takeaways if key(one) not in known]
        return f"takeaway-{came[0]}" if came else takeaway
    return {"quote": takeaway, "add": takeaway, "remove": f"read-{story}", "off": "top-title"}.get(act, "")


def _conflict(request: web.Request, config: Config, clash: Clash, fields: Fields) -> web.StreamResponse:
    kept = ("do", "theme", "to", "place", "other", "story", "from", "q")
    again = {name: value for name, value in fields.items() if name in kept}
    if fields.get("do") == "undo" and "story" not in fields:  # it would take back what the other person did
        again = {}
    translator = words_of(config)
    values = {
        "edition": clash.current,
        "message": clash.message.text(translator.gettext),
        "changes": [change.text(translator) for change in clash.changes],
        "mine": clash.mine,
        "theirs": clash.theirs,
        "again": again if again.get("do") else {},
        "where": request.path,
    }
    response = page(request, config, "conflict_part.html.j2" if is_part(request) else "conflict.html.j2", **values)
    if is_part(request):
        response.headers.update({"HX-Retarget": "#conflict", "HX-Reswap": "innerHTML", "HX-Trigger": '{"conflict": {}}'})
    else:
        response.set_status(409)
    return response


_ONE = "/editions/{edition}"
ROUTES = (
    web.post(_ONE + "/words", words),
    web.post(_ONE + "/highlights", highlights),
    web.post(_ONE + "/stories/{story}", story),
    web.post(_ONE + "/tray", tray),
    web.post(_ONE + "/undo", undo),
)
