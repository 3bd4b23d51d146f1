"""An approved edition as a draft campaign of Brevo. Its API: https://developers.brevo.com/reference/createemailcampaign-1.

A campaign without a date is a draft. Brevo takes no plain text, and its API cannot turn its tracking off.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from digest.deliver.campaigns import Campaign, deliver_once, mark_of, name_of
from digest.deliver.parcel import Parcel
from digest.deliver.placeholders import for_brevo
from digest.deliver.web import Api, ask, look_up
from digest.errors import N_
from digest.model import Receipt
from digest.settings.places import Brevo

CALLS = (
    ("GET", "/emailCampaigns"),
    ("GET", "/emailCampaigns/*"),
    ("POST", "/emailCampaigns"),
    ("PUT", "/emailCampaigns/*"),
)
_PAGE = 50
_PAGES = 20
"""A draft that we made and could not note is among the latest campaigns."""


def hand_over(parcel: Parcel, place: Brevo, secret: str, *, known: str | None) -> Receipt:
    """Create the edition's draft campaign, or replace what it holds. `known` is the id of last time.

    Raises DeliveryError when Brevo refuses it or cannot be reached, or when the campaign is no longer a draft.
    """
    api = Api(
        name="Brevo",
        base=place.url,
        calls=CALLS,
        headers={"api-key": secret},
        secrets=(secret,),
        right=N_("make an API key in Brevo (SMTP & API, API keys; version 3), and allow this machine's address there"),
    )
    mark, body = mark_of(parcel.edition), _body(parcel, place)
    return deliver_once(
        api,
        parcel.edition,
        known,
        look=lambda id: next(_ours(mark, [look_up(api, f"/emailCampaigns/{id}", excludeHtmlContent="true")]), None),
        search=lambda: _search(api, mark),
        create=lambda: _campaign({"status": "draft", **ask(api, "POST", "/emailCampaigns", body)}),
        update=lambda id: ask(api, "PUT", f"/emailCampaigns/{id}", body),
    )


def _body(parcel: Parcel, place: Brevo) -> dict[str, Any]:
    written = for_brevo(parcel.rendered, parcel.edition.preheader)
    sender = parcel.newsletter.sender
    return {
        "name": name_of(parcel.edition),
        "tag": mark_of(parcel.edition),
        "sender": {"name": sender.name, "email": sender.email},
        "subject": written.subject,
        "previewText": written.preheader,
        "htmlContent": written.html,
        "recipients": {"listIds": list(place.lists)},
        "mirrorActive": True,
    }


def _search(api: Api, mark: str) -> tuple[Campaign, ...]:
    """Campaigns with our tag, the latest first, as Brevo lists them."""
    for page in range(_PAGES):
        answer = ask(api, "GET", "/emailCampaigns", limit=_PAGE, offset=page * _PAGE, sort="desc", excludeHtmlContent="true")
        campaigns = (answer or {}).get("campaigns") or []
        if found := tuple(_ours(mark, campaigns)):
            return found
        if len(campaigns) < _PAGE:
            break
    return ()


def _ours(mark: str, campaigns: list[Any]) -> Iterator[Campaign]:
    """Those that carry the mark: an id alone may be another campaign in another account."""
    return (_campaign(each) for each in campaigns if each and mark in (each.get("tag"), *(each.get("tags") or ())))


def _campaign(campaign: Any) -> Campaign:
    id, status = str(campaign["id"]), str(campaign["status"])
    if status == "draft" and campaign.get("scheduledAt"):
        status = "scheduled"
    return Campaign(id, status, status == "draft", f"https://app.brevo.com/marketing-campaign/edit/{id}")
