"""What we ask of listmonk, and what our listmonk answers, held against a description of its API by a real validator.

The description is our own. Where listmonk's is at hand, DIGEST_LISTMONK_SPEC names its file, and the same calls are held against
it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse
from werkzeug.datastructures import Headers, ImmutableMultiDict

from digest.deliver import listmonk
from digest.deliver.parcel import Parcel
from digest.model import RenderedEmail
from digest.settings.places import Listmonk
from tests.editions import newsletter, sample
from tests.senders.listmonk import ListmonkServer
from tests.senders.server import Call, Reply, running

OURS = OpenAPI.from_file_path(str(Path(__file__).parent / "senders" / "listmonk.yaml"))
THEIRS = os.environ.get("DIGEST_LISTMONK_SPEC")


class Recorded(ListmonkServer):
    """Remembers what it answered, too."""

    def answer(self, call: Call) -> Reply:
        reply = super().answer(call)
        EXCHANGES.append((call, reply))
        return reply


EXCHANGES: list[tuple[Call, Reply]] = []


@pytest.fixture(scope="module")
def exchanges() -> list[tuple[Call, Reply]]:
    """All kinds of calls: a first delivery, a second one, one whose draft is known, one whose draft was deleted."""
    EXCHANGES.clear()
    parcel = Parcel(sample(), RenderedEmail("Objet {{ x }}", "<p>{{ x }}</p>", "{{ x }}"), newsletter())
    with running(Recorded()) as server:
        assert isinstance(server, Recorded)
        for template in (None, 9):
            place = Listmonk(url=server.url, user="digest", lists=(3, 4), template=template, secret_env="TOKEN")
            receipt = listmonk.hand_over(parcel, place, server.secret, known=None)
            listmonk.hand_over(parcel, place, server.secret, known=receipt.id)
        listmonk.hand_over(parcel, place, server.secret, known="404")
    return list(EXCHANGES)


def request(call: Call, body: bytes | None = None) -> MockRequest:
    asked = MockRequest(
        "http://localhost:9000",
        call.method.lower(),
        call.path,
        headers={"Authorization": call.headers["authorization"]},
        data=(body or call.raw) or None,
        content_type=call.headers.get("content-type", "application/json"),
    )
    asked.parameters.query = ImmutableMultiDict([(name, value) for name, values in call.query.items() for value in values])
    asked.parameters.header = Headers(asked.parameters.header)
    return asked


def answer(reply: Reply) -> MockResponse:
    return MockResponse(json.dumps(reply.body).encode(), status_code=reply.status)


def test_every_call_is_one_that_the_description_knows(exchanges: list[tuple[Call, Reply]]) -> None:
    for call, _ in exchanges:
        OURS.validate_request(request(call))
    assert {call.method for call, _ in exchanges} == {"GET", "POST", "PUT"}


def test_our_listmonk_answers_as_the_description_says(exchanges: list[tuple[Call, Reply]]) -> None:
    answered = [(call, reply) for call, reply in exchanges if reply.status == 200]
    for call, reply in answered:
        OURS.validate_response(request(call), answer(reply))
    assert len(answered) > 5


@pytest.mark.skipif(not THEIRS, reason="DIGEST_LISTMONK_SPEC names no file")
def test_every_call_is_one_that_listmonk_itself_describes(exchanges: list[tuple[Call, Reply]]) -> None:
    theirs: Any = OpenAPI.from_file_path(str(THEIRS))
    for call, _ in exchanges:
        theirs.validate_request(request(call))


WHOLE = {"name": "x", "subject": "x", "lists": [3], "type": "regular", "content_type": "html", "body": "x"}


@pytest.mark.parametrize(
    "planted",
    [
        WHOLE | {"send_at": "2026-12-01"},
        WHOLE | {"status": "running"},
        WHOLE | {"lists": []},
        WHOLE | {"type": "optin"},
        {"name": "x"},
    ],
)
def test_the_validator_refuses_what_is_missing_or_too_much(exchanges: list[tuple[Call, Reply]], planted: dict[str, Any]) -> None:
    created = next(call for call, _ in exchanges if call.method == "POST")
    OURS.validate_request(request(created, json.dumps(WHOLE).encode()))
    with pytest.raises(OpenAPIError):
        OURS.validate_request(request(created, json.dumps(planted).encode()))
