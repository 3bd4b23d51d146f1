"""Brevo as the reference of its API describes it: an answer with an id alone, none at all after an update."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.senders.server import Call, RefusedError, Reply, Sender, check

UPDATE: dict[str, Any] = {
    "name?": str, "tag?": str, "sender?": {"name": str, "email": str}, "subject?": str, "previewText?": str, "htmlContent?": str,
    "replyTo?": str, "recipients?": {"listIds": [int]}, "mirrorActive?": bool, "footer?": str, "header?": str,
}  # fmt: skip
CREATE: dict[str, Any] = {**{name: kind for name, kind in UPDATE.items() if name not in ("name?", "sender?")},
          "name": str, "sender": {"name": str, "email": str}}  # fmt: skip


@dataclass
class BrevoServer(Sender):
    lists: tuple[int, ...] = (3, 4)

    routes = (
        ("GET", "/v3/emailCampaigns", "listed"),
        ("GET", "/v3/emailCampaigns/([0-9]+)", "shown"),
        ("POST", "/v3/emailCampaigns", "created"),
        ("PUT", "/v3/emailCampaigns/([0-9]+)", "updated"),
    )

    def let_in(self, call: Call) -> None:
        if call.headers.get("api-key") != self.secret:
            raise RefusedError(401, "Key not found")

    def refusal(self, refusal: RefusedError) -> Reply:
        return Reply(refusal.status, {"code": "invalid_parameter", "message": refusal.message})

    def listed(self, call: Call) -> Reply:
        limit, offset = int(call.query.get("limit", ["50"])[0]), int(call.query.get("offset", ["0"])[0])
        if not 0 < limit <= 100:
            raise RefusedError(400, "limit is out of range")
        latest = list(reversed(self.campaigns.values()))[offset : offset + limit]
        page = {"campaigns": [self._view(each, call) for each in latest]} if latest else {}
        return Reply(200, {"count": len(self.campaigns), **page})

    def shown(self, call: Call, id: str) -> Reply:
        return Reply(200, self._view(self._known(id), call))

    def created(self, call: Call) -> Reply:
        check(call.body, CREATE)
        self._check_lists(call.body)
        id = str(len(self.campaigns) + 21)
        self.campaigns[id] = {"id": int(id), "status": "draft", "type": "classic", **call.body}
        return Reply(201, {"id": int(id)})

    def updated(self, call: Call, id: str) -> Reply:
        campaign = self._known(id)
        check(call.body, UPDATE)
        self._check_lists(call.body)
        if campaign["status"] != "draft":
            raise RefusedError(400, "only a draft can be changed")
        campaign |= call.body
        return Reply(204)

    def _known(self, id: str) -> dict[str, Any]:
        if id not in self.campaigns:
            raise RefusedError(404, "Campaign ID does not exist")
        return self.campaigns[id]

    def _check_lists(self, body: dict[str, Any]) -> None:
        if set(body.get("recipients", {"listIds": []})["listIds"]) - set(self.lists):
            raise RefusedError(400, "List ID does not exist")

    def _view(self, campaign: dict[str, Any], call: Call) -> dict[str, Any]:
        return {**campaign, "htmlContent": ""} if call.query.get("excludeHtmlContent") == ["true"] else campaign
