"""The editions of one newsletter: their revisions, what was done to them, what they used up, and what the team decided.

It keeps and gives back; `ledger.py` says what is allowed, and `desk` asks it first.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, Table, Text, cast, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from digest.errors import N_, ConflictError, GateError
from digest.formats import (
    TextOf,
    Tray,
    approval_from_json,
    approval_json,
    edition_from_json,
    edition_json,
    tray_from_json,
    tray_json,
)
from digest.ledger import Ledger, Use
from digest.model import Approval, Decision, Edition, EditionStatus, Event, Receipt
from digest.store import schema as t
from digest.store.engines import insert_on

Connecting = Callable[[], AbstractContextManager[Connection]]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an edition stands, without its content."""

    edition: str
    status: EditionStatus
    revision: int
    approval: Approval | None


class Editions:
    """The editions of a newsletter. Every method is one transaction, or a part of the store's `together`."""

    def __init__(self, newsletter: str, writing: Connecting, reading: Connecting, text_of: TextOf) -> None:
        self._newsletter = newsletter
        self._writing = writing
        self._reading = reading
        self._text_of = text_of

    # ------------------------------------------------------------------------------------------- to read

    def all(self) -> tuple[Standing, ...]:
        """Where every edition stands, by name, the last first."""
        wanted = select(*_STANDING).where(t.editions.c.newsletter == self._newsletter).order_by(t.editions.c.edition.desc())
        with self._reading() as connection:
            return tuple(_standing(row) for row in connection.execute(wanted))

    def standing(self, name: str) -> Standing | None:
        """Where an edition stands; None when there is none. Its content and its tray, which may be long, are not read."""
        with self._reading() as connection:
            row = connection.execute(select(*_STANDING).where(*self._one(t.editions, name))).one_or_none()
        return _standing(row) if row else None

    def last(self, name: str) -> Edition | None:
        """An edition as it is now; None when there is none. Raises SpanError where a takeaway quotes nothing."""
        return self._read(name, None)

    def content(self, name: str, revision: int | None = None) -> dict[str, Any] | None:
        """The JSON of an edition, its last revision or another one, word for word as it was saved; None when there is none."""
        with self._reading() as connection:
            standing = connection.execute(select(t.editions).where(*self._one(t.editions, name))).one_or_none()
            if standing is None:
                return None
            number = standing.revision if revision is None else revision
            wanted = select(t.revisions.c.content).where(*self._one(t.revisions, name), t.revisions.c.revision == number)
            content: dict[str, Any] | None = connection.execute(wanted).scalar()
        return content and content | standing.tray | {"status": standing.status, "approval": standing.approval}

    def revision(self, name: str, number: int) -> Edition | None:
        """One revision of an edition; None when there is none of this number."""
        return self._read(name, number)

    def printed(self, name: str, revision: int) -> dict[str, Any] | None:
        """The JSON of what a revision prints, word for word as it was saved: `content` without the tray and the status."""
        wanted = select(t.revisions.c.content).where(*self._one(t.revisions, name), t.revisions.c.revision == revision)
        with self._reading() as connection:
            content: dict[str, Any] | None = connection.execute(wanted).scalar()
        return content

    def _read(self, name: str, revision: int | None) -> Edition | None:
        columns = (t.editions.c.status, t.editions.c.revision, t.editions.c.approval, _TRAY)
        with self._reading() as connection:
            standing = connection.execute(select(*columns).where(*self._one(t.editions, name))).one_or_none()
        content = self.printed(name, standing.revision if revision is None else revision) if standing else None
        if standing is None or content is None:
            return None
        left_out, sources = _tray_from(standing.tray)
        same = {"status": standing.status, "approval": standing.approval, "left_out": (), "sources": ()}
        return replace(edition_from_json(content | same, self._text_of), left_out=left_out, sources=sources)

    def revisions(self, now: Edition) -> dict[int, Edition]:
        """Every revision of an edition, by its number, as `revision` gives it; its tray, as it is `now`, is not read again."""
        same = {"status": now.status, "approval": approval_json(now.approval), "left_out": (), "sources": ()}
        wanted = select(t.revisions.c.revision, t.revisions.c.content).where(*self._one(t.revisions, now.edition))
        with self._reading() as connection:
            kept = connection.execute(wanted).all()
        read = {row.revision: edition_from_json(row.content | same, self._text_of) for row in kept}
        return {number: replace(one, left_out=now.left_out, sources=now.sources) for number, one in read.items()}

    def history(self, name: str) -> tuple[Event, ...]:
        """Everything that was done to an edition, oldest first."""
        wanted = select(t.events).where(*self._one(t.events, name)).order_by(t.events.c.id)
        with self._reading() as connection:
            return tuple(Event(row.deed, row.by, row.at, row.revision, row.place) for row in connection.execute(wanted))

    def edited(self, name: str) -> bool:
        """Whether a person changed the edition since it was started, or started again after it was discarded."""
        deeds = [event.deed for event in self.history(name)]
        since = len(deeds) - deeds[::-1].index("discard") if "discard" in deeds else 0
        return "edit" in deeds[since:]

    def ledger(self) -> Ledger:
        """What became of every story of the newsletter."""
        uses: dict[str, tuple[Use, ...]] = {}
        with self._reading() as connection:
            rows = select(t.uses).where(t.uses.c.newsletter == self._newsletter).order_by(t.uses.c.edition)
            for row in connection.execute(rows):
                uses[row.article] = (*uses.get(row.article, ()), Use(row.edition, row.delivered))
            made = connection.execute(select(t.decisions).where(t.decisions.c.newsletter == self._newsletter)).all()
        return Ledger(uses, {row.story: Decision(row.story, row.state, row.edition, row.by, row.made) for row in made})

    def receipts(self, name: str) -> dict[str, Receipt]:
        """Where an edition was delivered: what each place answered, by its name in the settings."""
        with self._reading() as connection:
            rows = connection.execute(select(t.deliveries).where(*self._one(t.deliveries, name))).all()
        return {row.place: Receipt(row.id, row.where) for row in rows}

    # ------------------------------------------------------------------------------------------- to write

    def save(self, edition: Edition, *, by: str | None = None) -> None:
        """Add the next revision of an edition: it becomes a draft. `by` is the person who made it; None for the program.

        Raises ConflictError, and saves nothing, where another revision was saved since the one it was made from.
        """
        content = edition_json(replace(edition, left_out=(), sources=()))
        del content["left_out"], content["sources"]
        key = self._key(edition.edition)
        try:
            with self._writing() as connection:
                one = self._one(t.editions, edition.edition)
                before = connection.execute(select(t.editions.c.revision, _TRAY).where(*one)).one_or_none()
                if (before.revision if before else 0) != edition.revision - 1:
                    raise self._conflict(edition)
                made = {"revision": edition.revision, "by": by}
                connection.execute(insert(t.revisions).values(**key, **made, made=edition.made, content=content))
                deed = "edit" if by else "draft"
                connection.execute(insert(t.events).values(**key, **made, at=edition.made, deed=deed))
                now: dict[str, Any] = {"status": "draft", "revision": edition.revision, "approval": None}
                if before is None:
                    connection.execute(insert(t.editions).values(**key, **now, tray=tray_json(edition)))
                else:
                    if _tray_from(before.tray) != (edition.left_out, edition.sources):  # it is long, and seldom changes
                        now["tray"] = tray_json(edition)
                    connection.execute(update(t.editions).where(*one).values(**now))
                self._propose(connection, edition)
        except IntegrityError as error:
            raise self._conflict(edition) from error

    def refresh_tray(self, edition: Edition) -> None:
        """Keep what an edition leaves out and how its sources fare now; nothing that it prints."""
        with self._writing() as connection:
            connection.execute(update(t.editions).where(*self._one(t.editions, edition.edition)).values(tray=tray_json(edition)))

    def mark(self, edition: Edition, event: Event, *, approval: Approval | None = None) -> None:
        """Note what was done to an edition, and the status and approval it has from then on."""
        key, one = self._key(edition.edition), self._one(t.editions, edition.edition)
        kept = approval_json(approval)
        with self._writing() as connection:
            connection.execute(update(t.editions).where(*one).values(status=edition.status, approval=kept))
            connection.execute(insert(t.events).values(**key, **asdict(event)))
            if edition.status == "discarded":
                connection.execute(delete(t.uses).where(*self._one(t.uses, edition.edition), ~t.uses.c.delivered))
                held = (t.decisions.c.edition == edition.edition) & (t.decisions.c.state == "held")
                connection.execute(delete(t.decisions).where(t.decisions.c.newsletter == self._newsletter, held))

    def deliver(self, edition: Edition, place: str, receipt: Receipt, event: Event) -> None:
        """Note that an edition was delivered: from now on its articles are used up.

        Raises GateError where another delivered edition holds one of them.
        """
        self.refuse_published(edition)
        try:
            self._deliver(edition, place, receipt, event)
        except IntegrityError:
            self.refuse_published(edition)  # one that was delivered at the same moment
            raise

    def _deliver(self, edition: Edition, place: str, receipt: Receipt, event: Event) -> None:
        key = self._key(edition.edition)
        with self._writing() as connection:
            self._propose(connection, edition)
            printed = t.uses.c.article.in_(_articles(edition))
            connection.execute(update(t.uses).where(*self._one(t.uses, edition.edition), printed).values(delivered=True))
            same = (*self._one(t.deliveries, edition.edition), t.deliveries.c.place == place)
            connection.execute(delete(t.deliveries).where(*same))
            done = {"id": receipt.id, "where": receipt.where, "revision": edition.revision, "at": event.at}
            connection.execute(insert(t.deliveries).values(**key, place=place, **done))
            self.mark(replace(edition, status="delivered"), event, approval=edition.approval)
            self.forget(story.id for story in edition.stories)  # what was held for later has appeared

    def refuse_published(self, edition: Edition) -> None:
        """Raise GateError where a story of the edition was already delivered in another one."""
        ledger = self.ledger()
        for story in edition.stories:
            state, where = ledger.state(story.id, story.articles or (story.article,), but=edition.edition)
            if state == "published":
                raise GateError(
                    N_("edition {edition}: “{title}” was already published in {where}; take it out"),
                    hint=N_("digest edit {edition}"),
                    edition=edition.edition, title=story.title, where=where,
                )  # fmt: skip

    def decide(self, decisions: Iterable[Decision]) -> None:
        """Keep what a person decided about stories, over what was decided before."""
        rows = [asdict(decision) | {"newsletter": self._newsletter} for decision in decisions]
        if not rows:
            return
        with self._writing() as connection:
            keep = insert_on(connection, t.decisions)
            said = {name: keep.excluded[name] for name in ("state", "edition", "by", "made")}
            connection.execute(keep.on_conflict_do_update(index_elements=["newsletter", "story"], set_=said), rows)

    def forget(self, stories: Iterable[str]) -> None:
        """Take back what was decided about stories."""
        mine = t.decisions.c.newsletter == self._newsletter
        with self._writing() as connection:
            connection.execute(delete(t.decisions).where(mine, t.decisions.c.story.in_(list(stories))))

    def _propose(self, connection: Connection, edition: Edition) -> None:
        """The articles that an edition prints are in use; those it no longer prints are free, but for the delivered ones."""
        mine = self._one(t.uses, edition.edition)
        connection.execute(delete(t.uses).where(*mine, ~t.uses.c.delivered))
        kept = set(connection.execute(select(t.uses.c.article).where(*mine)).scalars())
        rows = [
            self._key(edition.edition) | {"article": article, "delivered": False} for article in sorted(_articles(edition) - kept)
        ]
        if rows:
            connection.execute(insert(t.uses), rows)

    def _key(self, name: str) -> dict[str, str]:
        return {"newsletter": self._newsletter, "edition": name}

    def _one(self, table: Table, name: str) -> tuple[Any, Any]:
        return table.c.newsletter == self._newsletter, table.c.edition == name

    def _conflict(self, edition: Edition) -> ConflictError:
        return ConflictError(
            N_("edition {edition} was saved by someone else meanwhile; nothing was overwritten"), edition=edition.edition
        )


_STANDING = tuple(t.editions.c[name] for name in ("edition", "status", "revision", "approval"))
_TRAY = cast(t.editions.c.tray, Text).label("tray")


@lru_cache(maxsize=4)
def _tray_from(kept: str) -> Tray:
    """The tray of an edition, as it is kept: read once, since every page shows it and it may hold thousands of stories."""
    return tray_from_json(json.loads(kept))


def _standing(row: Row[Any]) -> Standing:
    return Standing(row.edition, row.status, row.revision, approval_from_json(row.approval))


def _articles(edition: Edition) -> set[str]:
    """Ids of every article that an edition uses up."""
    return {article for story in edition.stories for article in (story.article, *story.articles)}
