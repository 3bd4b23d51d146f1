"""Keila as its API controllers describe it: everything under `data`, campaigns told apart by two dates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.senders.server import Call, RefusedError, Reply, Sender, check

UPDATE: dict[str, Any] = {
    "subject?": str, "text_body?": str, "html_body?": str, "mjml_body?": str, "preview_text?": str, "template_id?": str,
    "sender_id?": str, "segment_id?": str, "data?": dict, "settings?": {"type?": "html", "do_not_track?": bool},
}  # fmt: skip
CREATE: dict[str, Any] = {**{name: kind for name, kind in UPDATE.items() if name not in ("subject?", "settings?")},
          "subject": str, "settings": {"type": "html", "do_not_track?": bool}}  # fmt: skip
SHOWN = (
    "id",
    "subject",
    "text_body",
    "data",
    "template_id",
    "sender_id",
    "segment_id",
    "sent_at",
    "scheduled_for",
    "inserted_at",
)


@dataclass
class KeilaServer(Sender):
    senders: tuple[str, ...] = ("nms_abc",)
    segments: tuple[str, ...] = ("sgm_abc",)

    routes = (
        ("GET", "/api/v1/campaigns", "listed"),
        ("GET", "/api/v1/campaigns/(mc_[0-9a-z]+)", "shown"),
        ("POST", "/api/v1/campaigns", "created"),
        ("PATCH", "/api/v1/campaigns/(mc_[0-9a-z]+)", "updated"),
    )

    def let_in(self, call: Call) -> None:
        if call.headers.get("authorization") != f"Bearer {self.secret}":
            raise RefusedError(403, "Not authorized")

    def refusal(self, refusal: RefusedError) -> Reply:
        return Reply(refusal.status, {"errors": [{"status": str(refusal.status), "title": refusal.message}]})

    def listed(self, call: Call) -> Reply:
        data = [self._view(each) for each in reversed(self.campaigns.values())]
        return Reply(200, {"data": data, "meta": {"page": 0, "page_count": 1, "count": len(data)}})

    def shown(self, call: Call, id: str) -> Reply:
        return Reply(200, {"data": self._view(self._known(id))})

    def created(self, call: Call) -> Reply:
        check(call.body, {"data": CREATE})
        self._check_project(call.body["data"])
        number = len(self.campaigns) + 1
        id, made = f"mc_{number}x", {"sent_at": None, "scheduled_for": None, "inserted_at": f"2026-11-24T08:00:{number:02}Z"}
        self.campaigns[id] = {**made, "id": id, **call.body["data"]}
        return Reply(200, {"data": self._view(self.campaigns[id])})

    def updated(self, call: Call, id: str) -> Reply:
        campaign = self._known(id)
        check(call.body, {"data": UPDATE})
        self._check_project(call.body["data"])
        campaign |= call.body["data"]
        return Reply(200, {"data": self._view(campaign)})

    def _known(self, id: str) -> dict[str, Any]:
        if id not in self.campaigns:
            raise RefusedError(404, "Not found")
        return self.campaigns[id]

    def _check_project(self, data: dict[str, Any]) -> None:
        if data.get("sender_id", self.senders[0]) not in self.senders:
            raise RefusedError(400, "sender_id is invalid")
        if data.get("segment_id", self.segments[0]) not in self.segments:
            raise RefusedError(400, "segment_id is invalid")

    def _view(self, campaign: dict[str, Any]) -> dict[str, Any]:
        return {**{name: campaign.get(name) for name in SHOWN}, "settings": {"type": campaign["settings"]["type"]}}
