"""Mailchimp as the reference of its API describes it: a campaign in one call, what it says in another."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass
from typing import Any

from tests.senders.server import Call, RefusedError, Reply, Sender, check

UPDATE: dict[str, Any] = {
    "recipients?": {"list_id": str},
    "settings": {"subject_line": str, "preview_text?": str, "title?": str, "from_name": str, "reply_to": str},
    "tracking?": {"opens?": bool, "html_clicks?": bool, "text_clicks?": bool},
}
CREATE: dict[str, Any] = {**{name: kind for name, kind in UPDATE.items() if name != "settings"},
          "type": "regular", "settings?": {**UPDATE["settings"]}}  # fmt: skip


@dataclass
class MailchimpServer(Sender):
    secret: str = "0123456789abcdef0123456789abcdef-us21"
    lists: tuple[str, ...] = ("a1b2c3",)

    routes = (
        ("GET", "/3.0/campaigns", "listed"),
        ("GET", "/3.0/campaigns/([0-9a-f]+)", "shown"),
        ("POST", "/3.0/campaigns", "created"),
        ("PATCH", "/3.0/campaigns/([0-9a-f]+)", "updated"),
        ("PUT", "/3.0/campaigns/([0-9a-f]+)/content", "filled"),
    )

    def let_in(self, call: Call) -> None:
        kind, _, basic = call.headers.get("authorization", "").partition(" ")
        if kind != "Basic" or b64decode(basic).decode().partition(":")[2] != self.secret:
            raise RefusedError(401, "Your API key may be invalid, or you've attempted to access the wrong datacenter.")

    def refusal(self, refusal: RefusedError) -> Reply:
        return Reply(refusal.status, {"title": "Invalid Resource", "status": refusal.status, "detail": refusal.message})

    def listed(self, call: Call) -> Reply:
        count = int(call.query.get("count", ["10"])[0])
        if not 0 < count <= 1000 or call.query.get("sort_dir") != ["DESC"]:
            raise RefusedError(400, "count or order")
        return Reply(200, {"campaigns": [self._view(each) for each in list(reversed(self.campaigns.values()))[:count]]})

    def shown(self, call: Call, id: str) -> Reply:
        return Reply(200, self._view(self._known(id)))

    def created(self, call: Call) -> Reply:
        check(call.body, CREATE)
        self._check_list(call.body)
        id = f"{len(self.campaigns) + 161:x}f"
        self.campaigns[id] = {"id": id, "web_id": 500 + len(self.campaigns), "status": "save", **call.body}
        return Reply(200, self._view(self.campaigns[id]))

    def updated(self, call: Call, id: str) -> Reply:
        campaign = self._draft(id)
        check(call.body, UPDATE)
        self._check_list(call.body)
        campaign |= call.body
        return Reply(200, self._view(campaign))

    def filled(self, call: Call, id: str) -> Reply:
        campaign = self._draft(id)
        check(call.body, {"html?": str, "plain_text?": str})
        campaign |= {"content": call.body}
        return Reply(200, call.body)

    def _draft(self, id: str) -> dict[str, Any]:
        campaign = self._known(id)
        if campaign["status"] != "save":
            raise RefusedError(400, "Campaign has been sent.")
        return campaign

    def _known(self, id: str) -> dict[str, Any]:
        if id not in self.campaigns:
            raise RefusedError(404, "The requested resource could not be found.")
        return self.campaigns[id]

    def _check_list(self, body: dict[str, Any]) -> None:
        if body.get("recipients", {"list_id": self.lists[0]})["list_id"] not in self.lists:
            raise RefusedError(400, "recipients.list_id: this list does not exist")

    def _view(self, campaign: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in campaign.items() if name != "content"}
