"""What may become of an edition and of a story: a small state machine, from what was done and decided. Pure.

    an edition   planned -draft-> draft -approve-> approved -deliver-> delivered
                                  draft <-reopen-- approved, delivered
                                  draft, approved -discard-> discarded -draft-> draft
    a story      new, proposed (in an edition under way), published (in a delivered one, for ever), held, rejected

A story is used up only by delivery, article by article: an edition that is discarded gives back what it held, and an article that
was delivered under one story stays published when the team moves it to another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from digest.errors import N_, GateError
from digest.model import Decision, Deed, EditionStatus, StoryState

_MOVES: Mapping[Deed, Mapping[EditionStatus, EditionStatus]] = {
    "draft": {"planned": "draft", "draft": "draft", "discarded": "draft"},
    "edit": {"draft": "draft", "approved": "draft"},
    "approve": {"draft": "approved", "approved": "approved"},
    "reopen": {"approved": "draft", "delivered": "draft"},
    "discard": {"draft": "discarded", "approved": "discarded"},
    "deliver": {"approved": "delivered", "delivered": "delivered"},
    "send-test": {"draft": "draft", "approved": "approved", "delivered": "delivered"},
}
_HINTS: Mapping[EditionStatus, str] = {
    "draft": N_("digest approve {edition} --by NAME signs it"),
    "approved": N_("digest reopen {edition} makes it a draft again"),
    "delivered": N_("digest reopen {edition} makes it a draft again; its stories stay used up"),
    "discarded": N_("digest draft {edition} starts it again"),
}


def after(deed: Deed, status: EditionStatus, edition: str) -> EditionStatus:
    """The status of an edition once something was done to it. Raises GateError, with what to do, when it cannot be done now."""
    moves = _MOVES[deed]
    if status not in moves:
        raise GateError(_REFUSALS[deed], hint=_HINTS.get(status), edition=edition, status=GateError(STATUS_NAMES[status]))
    return moves[status]


_REFUSALS: Mapping[Deed, str] = {
    "draft": N_("edition {edition} is {status}: its draft is closed"),
    "edit": N_("edition {edition} is {status}: it can no longer be edited"),
    "approve": N_("edition {edition} is {status}: it cannot be approved"),
    "reopen": N_("edition {edition} is {status}: there is nothing to reopen"),
    "discard": N_("edition {edition} is {status}: it cannot be discarded"),
    "deliver": N_("edition {edition} is {status}: only an approved edition is delivered"),
    "send-test": N_("edition {edition} is {status}: there is nothing to send"),
}
STATUS_NAMES: Mapping[EditionStatus, str] = {
    "planned": N_("planned"),
    "draft": N_("a draft"),
    "approved": N_("approved"),
    "delivered": N_("delivered"),
    "discarded": N_("discarded"),
}


@dataclass(frozen=True, slots=True)
class Use:
    """An article in an edition of the newsletter: under way, or delivered."""

    edition: str
    delivered: bool


@dataclass(frozen=True, slots=True)
class Ledger:
    """What became of every story of one newsletter."""

    uses: Mapping[str, tuple[Use, ...]] = field(default_factory=dict)
    """By the id of an article."""
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    """By the id of a story."""

    def state(self, story: str, articles: Iterable[str], *, but: str | None = None) -> tuple[StoryState, str | None]:
        """The state of a story that these articles tell, and the edition that gave it; `but`: leave an edition out of account.

        A delivered article outweighs a decision, which outweighs an edition under way.
        """
        uses = [use for article in articles for use in self.uses.get(article, ()) if use.edition != but]
        if delivered := next((use for use in uses if use.delivered), None):
            return "published", delivered.edition
        if decision := self.decisions.get(story):
            return decision.state, decision.edition
        return ("proposed", uses[0].edition) if uses else ("new", None)

    def held_in(self, edition: str) -> frozenset[str]:
        """Ids of the stories that were held out of this very edition."""
        return frozenset(id for id, made in self.decisions.items() if made.state == "held" and made.edition == edition)
