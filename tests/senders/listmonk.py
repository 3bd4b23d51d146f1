"""listmonk as its documentation and its code describe it: what it refuses, and what it leaves out in silence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.senders.server import Call, RefusedError, Reply, Sender, check

FIELDS: dict[str, Any] = {
    "name": str, "subject": str, "lists": [int], "type": "regular", "content_type": "html", "from_email": str, "body": str,
    "altbody?": str, "template_id?": int, "tags?": [str], "messenger?": str, "headers?": [dict],
}  # fmt: skip


@dataclass
class ListmonkServer(Sender):
    user: str = "digest"
    lists: tuple[int, ...] = (3, 4)
    templates: tuple[int, ...] = (1, 9)
    sees_all: bool = True
    """Whether the user may see every campaign, or only those of its lists."""

    routes = (
        ("GET", "/api/campaigns", "listed"),
        ("GET", "/api/campaigns/([0-9]+)", "shown"),
        ("POST", "/api/campaigns", "created"),
        ("PUT", "/api/campaigns/([0-9]+)", "updated"),
    )

    def let_in(self, call: Call) -> None:
        if call.headers.get("authorization") != f"token {self.user}:{self.secret}":
            raise RefusedError(403, "invalid API credentials")

    def listed(self, call: Call) -> Reply:
        tags = set(call.query.get("tag", []))
        found = [campaign for campaign in self.campaigns.values() if tags <= set(campaign["tags"])]
        return Reply(200, {"data": {"results": [self._view(each, call) for each in reversed(found)], "total": len(found)}})

    def shown(self, call: Call, id: str) -> Reply:
        return Reply(200, {"data": self._view(self._known(id), call)})

    def created(self, call: Call) -> Reply:
        check(call.body, FIELDS)
        id = str(len(self.campaigns) + 11)
        self.campaigns[id] = {"id": int(id), "uuid": f"uuid-{id}", "status": "draft", **self._stored(call.body)}
        return Reply(200, {"data": self._view(self.campaigns[id], call)})

    def updated(self, call: Call, id: str) -> Reply:
        campaign = self._known(id)
        check(call.body, FIELDS)
        if campaign["status"] not in ("draft", "paused", "scheduled"):
            raise RefusedError(400, "cannot update a running or a finished campaign")
        campaign |= self._stored(call.body)
        return Reply(200, {"data": self._view(campaign, call)})

    def _known(self, id: str) -> dict[str, Any]:
        if id in self.campaigns:
            return self.campaigns[id]
        raise RefusedError(400, "campaign not found") if self.sees_all else RefusedError(403, "permission denied: campaigns:get")

    def _stored(self, body: dict[str, Any]) -> dict[str, Any]:
        if not body["lists"]:
            raise RefusedError(400, "invalid list IDs")
        if body.get("template_id", 1) not in self.templates:
            raise RefusedError(400, "template not found")
        kept = [{"id": number, "name": f"list {number}"} for number in body["lists"] if number in self.lists]
        return {**body, "lists": kept, "tags": body.get("tags", [])}

    def _view(self, campaign: dict[str, Any], call: Call) -> dict[str, Any]:
        return {**campaign, "body": ""} if call.query.get("no_body") == ["true"] else campaign
