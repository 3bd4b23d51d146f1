"""Where everything stands: the editions under way, what to do next, what workers do, the sources in trouble."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from digest.config import Config
from digest.desk import opened
from digest.gather.sources import describe
from digest.store import Store
from digest.store.editions import Standing
from digest.store.hosting import Doing, Hosted


def status(config: Config, store: Store, today: str, *, now: datetime) -> dict[str, Any]:
    """Where everything stands, as JSON: the editions under way, the last delivered one, what to do next, sources in trouble."""
    standings = store.editions.all()
    shown = [one for one in standings if one.status in ("draft", "approved")]
    shown += [one for one in standings if one.status == "delivered"][:1]
    known = store.source_states()
    told = [describe(source, known.get(source.key, {}), now) for source in config.settings.sources]
    told_of_workers = served(store, [config.settings.newsletter.name])
    standing = {
        "newsletter": config.settings.newsletter.name,
        "editions": [_standing(store, one) for one in shown],
        "next": _next(standings, today),
        "sources": [_trouble(one) for one in told if one["standing"] not in ("well", "never-read", "paused")],
    }
    return standing | ({"workers": told_of_workers[0]} if told_of_workers else {})


def hosted_json(hosted: Hosted, doing: Doing | None) -> dict[str, Any]:
    """A newsletter that workers serve, as JSON, dates as ISO 8601; `doing` tells where its draft is in the queue."""
    moments = {"next": hosted.next, "began": hosted.began, "ended": hosted.ended}
    return {
        "name": hosted.name,
        "file": hosted.file,
        "at": hosted.cron,
        "timezone": hosted.zone,
        "doing": doing,
        "error": hosted.error,
    } | {name: moment.isoformat() if moment else None for name, moment in moments.items()}


def served(store: Store, names: Sequence[str]) -> list[dict[str, Any]]:
    """What workers do for newsletters, as JSON; those that they do not serve are not there."""
    known = store.hosting.these(names)
    doing = store.hosting.doing([f"draft:{hosted.name}" for hosted in known]) if known else {}
    return [hosted_json(hosted, doing.get(f"draft:{hosted.name}")) for hosted in known]


def _trouble(told: Mapping[str, Any]) -> dict[str, Any]:
    shown = {key: told[key] for key in ("name", "standing", "failures")}
    return shown | {"trouble": told["error"] or told["standing"]}


def _standing(store: Store, one: Standing) -> dict[str, Any]:
    edition = opened(store, one.edition)
    return {
        "edition": one.edition,
        "status": one.status,
        "revision": one.revision,
        "stories": len(edition.stories),
        "by": one.approval.by if one.approval else None,
        "places": ", ".join(store.editions.receipts(one.edition)),
    }


def _next(standings: Sequence[Standing], today: str) -> dict[str, str]:
    """What a person should do next, and to which edition."""
    today_first = sorted(standings, key=lambda one: one.edition != today)
    for status, deed in (("approved", "deliver"), ("draft", "edit")):
        if waiting := next((one for one in today_first if one.status == status), None):
            return {"do": deed, "edition": waiting.edition}
    mine = next((one for one in standings if one.edition == today), None)
    return {"do": "wait" if mine and mine.status == "delivered" else "draft", "edition": today}
