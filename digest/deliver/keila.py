"""An approved edition as a draft campaign of Keila. Its API: https://app.keila.io/api."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from digest.deliver.campaigns import Campaign, deliver_once, mark_of
from digest.deliver.parcel import Parcel
from digest.deliver.placeholders import for_keila
from digest.deliver.web import Api, ask, look_up
from digest.errors import N_
from digest.model import Receipt
from digest.settings.places import Keila

CALLS = (
    ("GET", "/api/v1/campaigns"),
    ("GET", "/api/v1/campaigns/*"),
    ("POST", "/api/v1/campaigns"),
    ("PATCH", "/api/v1/campaigns/*"),
)


def hand_over(parcel: Parcel, place: Keila, secret: str, *, known: str | None) -> Receipt:
    """Create the edition's draft campaign, or replace what it holds. `known` is the id of last time.

    Raises DeliveryError when Keila refuses it or cannot be reached, or when the campaign is sent or scheduled.
    """
    api = Api(
        name="Keila",
        base=place.url,
        calls=CALLS,
        headers={"Authorization": f"Bearer {secret}"},
        secrets=(secret,),
        right=N_("make a key in Keila, in the project that holds the sender and the segment"),
    )
    mark, body = mark_of(parcel.edition), {"data": _fields(parcel, place)}
    return deliver_once(
        api,
        parcel.edition,
        known,
        look=lambda id: next(_ours(api, mark, [look_up(api, f"/api/v1/campaigns/{id}")]), None),
        search=lambda: _search(api, mark),
        create=lambda: _campaign(api, ask(api, "POST", "/api/v1/campaigns", body)),
        update=lambda id: ask(api, "PATCH", f"/api/v1/campaigns/{id}", body),
    )


def _fields(parcel: Parcel, place: Keila) -> dict[str, Any]:
    """Keila's campaigns have no name: the mark is in `data`, which templates may read and readers never see."""
    written = for_keila(parcel.rendered, parcel.edition.preheader, archived_at=_archived_at(parcel))
    campaign: dict[str, Any] = {
        "subject": written.subject,
        "preview_text": written.preheader,
        "html_body": written.html,
        "text_body": written.text,
        "sender_id": place.sender,
        "settings": {"type": "html", "do_not_track": True},
        "data": {"digest": mark_of(parcel.edition)},
    }
    return campaign | {"segment_id": place.segment} if place.segment else campaign


def _archived_at(parcel: Parcel) -> str | None:
    """The edition's permanent address, as `archive` publishes it; None for a newsletter without an archive."""
    archive = parcel.newsletter.archive_url
    return f"{archive.rstrip('/')}/{quote(parcel.edition.edition)}/" if archive else None


def _search(api: Api, mark: str) -> tuple[Campaign, ...]:
    """Campaigns with our mark, oldest first; Keila lists them all at once."""
    campaigns = sorted(ask(api, "GET", "/api/v1/campaigns")["data"], key=lambda each: str(each.get("inserted_at")))
    return tuple(_ours(api, mark, [{"data": each} for each in campaigns]))


def _ours(api: Api, mark: str, answers: list[Any]) -> Iterator[Campaign]:
    return (_campaign(api, answer) for answer in answers if answer and (answer["data"].get("data") or {}).get("digest") == mark)


def _campaign(api: Api, answer: Any) -> Campaign:
    """Keila says by two dates what became of a campaign; its pages need a project's id, which the API does not give."""
    campaign = answer["data"]
    status = "sent" if campaign.get("sent_at") else "scheduled" if campaign.get("scheduled_for") else "draft"
    return Campaign(str(campaign["id"]), status, status == "draft", api.base)
