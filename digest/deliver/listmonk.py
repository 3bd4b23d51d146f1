"""An approved edition as a draft campaign of listmonk. Its API: https://listmonk.app/docs/apis/campaigns/."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from digest.deliver.campaigns import Campaign, deliver_once, mark_of, name_of
from digest.deliver.parcel import Parcel
from digest.deliver.placeholders import for_listmonk
from digest.deliver.web import Api, ask, look_up
from digest.errors import N_, DeliveryError
from digest.model import Receipt
from digest.settings import Sender
from digest.settings.places import Listmonk

CALLS = (
    ("GET", "/api/campaigns"),
    ("GET", "/api/campaigns/*"),
    ("POST", "/api/campaigns"),
    ("PUT", "/api/campaigns/*"),
)
_NOT_OURS = (400, 403, 404)
"""For a campaign that is not there: 400 from listmonk itself, 403 where the user only sees the campaigns of its lists."""


def hand_over(parcel: Parcel, place: Listmonk, secret: str, *, known: str | None) -> Receipt:
    """Create the edition's draft campaign, or replace what it holds. `known` is the id of last time.

    Raises DeliveryError when listmonk refuses it, cannot be reached, has no such list, or when the campaign is no longer a draft.
    """
    api = Api(
        name="listmonk",
        base=place.url,
        calls=CALLS,
        headers={"Authorization": f"token {place.user}:{secret}"},
        secrets=(secret,),
        right=N_("the token's user needs campaigns:get and campaigns:manage on these lists, and never campaigns:send"),
    )
    mark, body = mark_of(parcel.edition), _body(parcel, place)
    return deliver_once(
        api,
        parcel.edition,
        known,
        look=lambda id: next(_ours(api, mark, [look_up(api, f"/api/campaigns/{id}", gone=_NOT_OURS, no_body="true")]), None),
        search=lambda: _search(api, mark),
        create=lambda: _kept(api, place, ask(api, "POST", "/api/campaigns", body)),
        update=lambda id: _kept(api, place, ask(api, "PUT", f"/api/campaigns/{id}", body)),
    )


def _body(parcel: Parcel, place: Listmonk) -> dict[str, Any]:
    """A campaign without tracking: what counts readers is in templates and placeholders, and we write none of it."""
    written = for_listmonk(parcel.rendered, parcel.edition.preheader)
    body: dict[str, Any] = {
        "name": name_of(parcel.edition),
        "subject": written.subject,
        "lists": list(place.lists),
        "type": "regular",
        "content_type": "html",
        "from_email": _mailbox(parcel.newsletter.sender),
        "body": written.html,
        "altbody": written.text,
        "tags": [mark_of(parcel.edition)],
    }
    return body if place.template is None else body | {"template_id": place.template}


def _mailbox(sender: Sender) -> str:
    """Name and address as people write them; the name goes through the template language too: its braces are set apart."""
    name = re.sub(r"\{(?=\{)", "{ ", re.sub(r'(["\\])', r"\\\1", sender.name))
    return f'"{name}" <{sender.email}>'


def _search(api: Api, mark: str) -> tuple[Campaign, ...]:
    """Campaigns with our tag, oldest first. The filter is `tags` in its documentation, `tag` in its code: both are given."""
    answer = ask(api, "GET", "/api/campaigns", no_body="true", per_page="all", tag=mark, tags=mark)
    campaigns = sorted(answer["data"]["results"], key=lambda each: each["id"])
    return tuple(_ours(api, mark, [{"data": each} for each in campaigns]))


def _ours(api: Api, mark: str, answers: list[Any]) -> Iterator[Campaign]:
    """Those that carry the mark: an id alone may be somebody else's campaign on another server."""
    return (_campaign(api, answer) for answer in answers if answer and mark in (answer["data"].get("tags") or ()))


def _campaign(api: Api, answer: Any) -> Campaign:
    campaign = answer["data"]
    id, status = str(campaign["id"]), str(campaign["status"])
    return Campaign(id, status, status == "draft", f"{api.base.rstrip('/')}/admin/campaigns/{id}")


def _kept(api: Api, place: Listmonk, answer: Any) -> Campaign:
    """The campaign as listmonk keeps it: without the lists that it does not have, and it does not say so."""
    lists = answer["data"].get("lists")
    kept = {each["id"] if isinstance(each, dict) else each for each in lists or ()}
    if lists is not None and (missing := [number for number in place.lists if number not in kept]):
        raise DeliveryError(
            N_("{place} has no list {missing}; the draft waits there without it"),
            hint=N_("check its address and the ids in the settings"),
            place=api.name, missing=", ".join(map(str, missing)),
        )  # fmt: skip
    return _campaign(api, answer)
