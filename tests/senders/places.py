"""How an edition is handed over to each sender on loopback, and what its API could do that a draft never needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from digest.deliver import brevo, keila, listmonk, mailchimp
from digest.deliver.parcel import Parcel
from digest.deliver.placeholders import READ_ONLINE, UNSUBSCRIBE
from digest.model import Receipt, RenderedEmail
from digest.settings.places import Brevo, Keila, Listmonk, Mailchimp
from tests.editions import newsletter, sample
from tests.senders.brevo import BrevoServer
from tests.senders.keila import KeilaServer
from tests.senders.listmonk import ListmonkServer
from tests.senders.mailchimp import MailchimpServer
from tests.senders.server import Sender

SUBJECT = "Lettre {{ .Subscriber.Email }} {% raw %} *|EMAIL|*"
HTML = f"""<!DOCTYPE html><html><head><title>x</title></head><body><p>{SUBJECT} & <a href="{READ_ONLINE}">en ligne</a></p>
<a href="{UNSUBSCRIBE}">Se désabonner</a></body></html>"""
TEXT = f"{SUBJECT}\nEn ligne : {READ_ONLINE}\nSe désabonner : {UNSUBSCRIBE}\n"


def parcel(subject: str = SUBJECT, **changes: Any) -> Parcel:
    return Parcel(replace(sample(), **changes), RenderedEmail(subject, HTML, TEXT), newsletter())


@dataclass
class Place:
    """A sender that runs, and how an edition is handed over to it."""

    server: Sender
    hand_over: Callable[..., Receipt]
    settings: Any
    other_list: Any
    """The same place with a list that the sender does not have."""
    calls: tuple[tuple[str, str], ...]
    sent: Mapping[str, Any]
    """What a campaign holds once a person has sent it, and once a person has scheduled it."""
    scheduled: Mapping[str, Any]
    sending: tuple[tuple[str, str], ...] = field(default=())
    """The calls of the API that send, schedule or delete."""

    def deliver(self, known: str | None = None, parcel: Parcel = parcel()) -> Receipt:  # noqa: B008 - a frozen value
        return self.hand_over(parcel, self.settings, self.server.secret, known=known)

    @property
    def only(self) -> dict[str, Any]:
        """The one campaign that is there."""
        (campaign,) = self.server.campaigns.values()
        return campaign


def at_listmonk(server: ListmonkServer) -> Place:
    made = partial(Listmonk, url=server.url, user="digest", secret_env="TOKEN")
    return Place(
        server, listmonk.hand_over, made(lists=(3,), template=9), made(lists=(3, 77)), listmonk.CALLS,
        {"status": "finished"}, {"status": "scheduled", "send_at": "2026-12-01T08:00:00Z"},
        (("PUT", "/api/campaigns/11/status"), ("POST", "/api/campaigns/11/test"), ("DELETE", "/api/campaigns/11"),
         ("POST", "/api/tx")),
    )  # fmt: skip


def at_keila(server: KeilaServer) -> Place:
    made = partial(Keila, url=server.url, sender="nms_abc", secret_env="KEY")
    return Place(
        server, keila.hand_over, made(segment="sgm_abc"), made(segment="sgm_other"), keila.CALLS,
        {"sent_at": "2026-11-24T09:00:00Z"}, {"scheduled_for": "2026-12-01T08:00:00Z"},
        (("POST", "/api/v1/campaigns/mc_1x/actions/send"), ("POST", "/api/v1/campaigns/mc_1x/actions/schedule"),
         ("DELETE", "/api/v1/campaigns/mc_1x")),
    )  # fmt: skip


def at_brevo(server: BrevoServer) -> Place:
    made = partial(Brevo, url=f"{server.url}/v3", secret_env="KEY")
    return Place(
        server, brevo.hand_over, made(lists=(3,)), made(lists=(77,)), brevo.CALLS,
        {"status": "sent"}, {"status": "queued", "scheduledAt": "2026-12-01T08:00:00Z"},
        (("POST", "/emailCampaigns/21/sendNow"), ("POST", "/emailCampaigns/21/sendTest"), ("PUT", "/emailCampaigns/21/status"),
         ("POST", "/smtp/email"), ("DELETE", "/emailCampaigns/21")),
    )  # fmt: skip


def at_mailchimp(server: MailchimpServer) -> Place:
    made = partial(Mailchimp, url=f"{server.url}/3.0", secret_env="KEY")
    return Place(
        server, mailchimp.hand_over, made(list="a1b2c3"), made(list="ffffff"), mailchimp.CALLS,
        {"status": "sent"}, {"status": "schedule"},
        (("POST", "/campaigns/a1f/actions/send"), ("POST", "/campaigns/a1f/actions/schedule"),
         ("POST", "/campaigns/a1f/actions/test"),
         ("DELETE", "/campaigns/a1f")),
    )  # fmt: skip
