"""What the senders have in common: a mark by which an edition's draft is found again, and which draft may be updated.

Between "created there" and "noted here" anything may happen: the mark is in the draft itself, so that the next delivery finds it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from digest.deliver.web import Api
from digest.errors import N_, DeliveryError
from digest.model import Edition, Receipt

_NAME: Final = 80
"""Characters of a campaign's name: Mailchimp takes 100."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign of a sender, as far as a draft is concerned."""

    id: str
    status: str
    """In the sender's words, for people."""
    draft: bool
    """Whether it is still a draft that nobody has sent or scheduled."""
    where: str
    """Address at which a person opens it."""


def mark_of(edition: Edition) -> str:
    """What an edition's draft is recognised by: small letters, digits and a hyphen, which every sender keeps as they are."""
    return "digest-" + hashlib.sha256(f"{edition.newsletter}\n{edition.edition}".encode()).hexdigest()[:16]


def name_of(edition: Edition) -> str:
    """What people read in their list of campaigns."""
    return f"{edition.newsletter[: _NAME - len(edition.edition) - 3]} – {edition.edition}"[:_NAME]


def deliver_once(
    api: Api,
    edition: Edition,
    known: str | None,
    *,
    look: Callable[[str], Campaign | None],
    search: Callable[[], Sequence[Campaign]],
    create: Callable[[], Campaign],
    update: Callable[[str], object],
) -> Receipt:
    """Make the edition's draft, or replace what it holds where there is one.

    `look` finds a campaign of ours by its id, `search` all those that carry the edition's mark. Raises DeliveryError, before
    anything changes, when the campaign has left the state of a draft; and when the API's answers are not those of its kind.
    """
    try:
        if found := _draft(api, edition, known, look, search):
            update(found.id)
            return Receipt(found.id, found.where, replaced=True)
        made = create()
        return Receipt(made.id, made.where)
    except (LookupError, TypeError, AttributeError) as error:
        raise DeliveryError(
            N_("{place} does not answer as it should"), hint=N_("check its address in the settings"), place=api.name
        ) from error


def _draft(
    api: Api,
    edition: Edition,
    known: str | None,
    look: Callable[[str], Campaign | None],
    search: Callable[[], Sequence[Campaign]],
) -> Campaign | None:
    """The draft to replace: the one we know, else the one with our mark; None where a person deleted it, or never was one."""
    noted = look(known) if known else None
    candidates = (noted,) if noted else tuple(search())
    for campaign in candidates:
        if not campaign.draft:
            raise DeliveryError(
                N_("{place}: campaign {id} of edition {edition} is no longer a draft ({status}); nothing was changed there"),
                place=api.name, id=campaign.id, edition=edition.edition, status=campaign.status,
            )  # fmt: skip
    return candidates[0] if candidates else None
