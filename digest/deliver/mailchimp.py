"""An approved edition as a draft campaign of Mailchimp. Its API: https://mailchimp.com/developer/marketing/api/campaigns/.

Mailchimp takes a campaign's settings and what it says in two calls; a delivery cut between them is completed by the next one.
"""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Any
from urllib.parse import urlsplit

from digest.deliver.campaigns import Campaign, deliver_once, mark_of, name_of
from digest.deliver.parcel import Parcel
from digest.deliver.placeholders import Written, for_mailchimp
from digest.deliver.web import Api, ask, look_up
from digest.errors import N_, DeliveryError
from digest.model import Receipt
from digest.settings.places import Mailchimp

CALLS = (
    ("GET", "/campaigns"),
    ("GET", "/campaigns/*"),
    ("POST", "/campaigns"),
    ("PATCH", "/campaigns/*"),
    ("PUT", "/campaigns/*/content"),
)
_FIELDS = "id,web_id,status,settings.title"
_LATEST = 1000
"""The most campaigns that Mailchimp lists at once."""


def hand_over(parcel: Parcel, place: Mailchimp, secret: str, *, known: str | None) -> Receipt:
    """Create the edition's draft campaign, or replace what it holds. `known` is the id of last time.

    Raises DeliveryError when Mailchimp refuses it or cannot be reached, or when the campaign is no longer a draft.
    """
    api = _api(place, secret)
    written = for_mailchimp(parcel.rendered, parcel.edition.preheader)
    body = _body(parcel, place, written)
    title = body["settings"]["title"]

    def create() -> Campaign:
        made = _campaign(api, ask(api, "POST", "/campaigns", {"type": "regular", **body}))
        _fill(api, made.id, written)
        return made

    def update(id: str) -> None:
        ask(api, "PATCH", f"/campaigns/{id}", body)
        _fill(api, id, written)

    return deliver_once(
        api,
        parcel.edition,
        known,
        look=lambda id: _campaign(api, found) if (found := look_up(api, f"/campaigns/{id}", fields=_FIELDS)) else None,
        search=lambda: _search(api, title),
        create=create,
        update=update,
    )


def _api(place: Mailchimp, key: str) -> Api:
    """The API of the data centre that the key names after its last hyphen."""
    centre = key.rpartition("-")[2]
    if place.url is None and not re.fullmatch(r"[a-z]{2,4}[0-9]+", centre):
        raise DeliveryError(
            N_("a Mailchimp key ends with a hyphen and its data centre, as -us21; this one does not"),
            hint=N_("copy the whole key, or write the address of the API in the settings"),
        )
    basic = b64encode(f"digest:{key}".encode()).decode()
    return Api(
        name="Mailchimp",
        base=place.url or f"https://{centre}.api.mailchimp.com/3.0",
        calls=CALLS,
        headers={"Authorization": f"Basic {basic}"},
        secrets=(key, basic),
        right=N_("make an API key in Mailchimp (Profile, Extras, API keys) as a user who may edit campaigns"),
    )


def _body(parcel: Parcel, place: Mailchimp, written: Written) -> dict[str, Any]:
    sender = parcel.newsletter.sender
    return {
        "recipients": {"list_id": place.list},
        "settings": {
            "subject_line": written.subject,
            "preview_text": written.preheader,
            "title": f"{name_of(parcel.edition)[:75]} {mark_of(parcel.edition)}",
            "from_name": sender.name,
            "reply_to": sender.email,
        },
        "tracking": {"opens": False, "html_clicks": False, "text_clicks": False},
    }


def _fill(api: Api, id: str, written: Written) -> None:
    ask(api, "PUT", f"/campaigns/{id}/content", {"html": written.html, "plain_text": written.text})


def _search(api: Api, title: str) -> tuple[Campaign, ...]:
    """Campaigns with our title, oldest first; a copy made in Mailchimp has another one."""
    fields = ",".join(f"campaigns.{name}" for name in _FIELDS.split(","))
    answer = ask(api, "GET", "/campaigns", count=_LATEST, sort_field="create_time", sort_dir="DESC", fields=fields)
    ours = [each for each in reversed(answer["campaigns"]) if each.get("settings", {}).get("title") == title]
    return tuple(_campaign(api, each) for each in ours)


def _campaign(api: Api, campaign: Any) -> Campaign:
    """Ids are Mailchimp's own over all accounts, so that a known one needs no mark; its pages have another number."""
    id, status, centre = str(campaign["id"]), str(campaign["status"]), (urlsplit(api.base).hostname or "").partition(".")[0]
    return Campaign(id, status, status == "save", f"https://{centre}.admin.mailchimp.com/campaigns/edit?id={campaign['web_id']}")
