"""The calls to a sender: what may leave, where the key goes, and how trouble is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from digest.deliver.web import Api, ask, look_up
from digest.errors import DeliveryError
from tests.senders.server import Call, Reply, Sender, running
from tests.servers import running_site

SECRET = "k3y-0123456789"


class Echo(Sender):
    """Answers with what it was asked."""

    def let_in(self, call: Call) -> None:
        pass

    def answer(self, call: Call) -> Reply:
        if self.fault and (reply := self.fault(call)):
            return reply
        return Reply(200, {"path": call.path, "query": call.query, "body": json.loads(call.raw or b"null")})


@pytest.fixture
def server() -> Iterator[Sender]:
    with running(Echo()) as server:
        yield server


def api(base: str, *calls: tuple[str, str], seconds: float = 10) -> Api:
    return Api(
        "listmonk",
        base,
        calls or (("GET", "/x"), ("GET", "/x/*"), ("POST", "/x")),
        {"api-key": SECRET},
        (SECRET,),
        "a right",
        seconds,
    )


def test_a_call_says_and_reads_json(server: Sender) -> None:
    assert ask(api(server.url), "POST", "/x", {"é": [1]}, page=2) == {"path": "/x", "query": {"page": ["2"]}, "body": {"é": [1]}}
    assert server.calls[0].headers["api-key"] == SECRET
    assert server.calls[0].headers["content-type"] == "application/json"


def test_an_address_that_ends_in_a_slash_is_the_same(server: Sender) -> None:
    assert ask(api(f"{server.url}/"), "GET", "/x")["path"] == "/x"


@pytest.mark.parametrize(
    ("method", "path"), [("DELETE", "/x"), ("POST", "/x/1"), ("GET", "/x/1/send"), ("GET", "/x/.."), ("GET", "/x/1?a=b")]
)
def test_a_call_that_is_not_listed_does_not_leave(server: Sender, method: str, path: str) -> None:
    with pytest.raises(ValueError, match="none of the calls"):
        ask(api(server.url), method, path)
    assert not server.calls


def test_what_is_gone_is_none(server: Sender) -> None:
    server.fault = lambda _: Reply(404, {"message": "gone"})
    assert look_up(api(server.url), "/x/1") is None
    with pytest.raises(DeliveryError, match="knows nothing at /x/1"):
        look_up(api(server.url), "/x/1", gone=(410,))


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (401, {"message": "Key not found"}, r"listmonk refuses the key \(401\): Key not found"),
        (403, {"errors": [{"title": "Not authorized", "status": "403"}]}, r"listmonk refuses the key \(403\): Not authorized"),
        (404, None, r"listmonk knows nothing at /x: \?"),
        (
            400,
            {"title": "Invalid", "detail": "no", "errors": [{"field": "a.b", "message": "bad"}]},
            r"\(400\): no; Invalid; bad; a\.b",
        ),
        (422, b"plain words", r"refuses the draft \(422\): plain words"),
        (429, None, "asks to wait before another call"),
        (502, b"<html><title>Bad gateway</title></html>", r"in trouble \(502\): Bad gateway"),
        (400, {"message": "x" * 5000}, f"{'x' * 300}$"),
        (400, ["odd"], "refuses the draft"),
        (400, {"errors": {"a": 1}}, "refuses the draft"),
        (400, {"errors": 3}, "refuses the draft"),
    ],
)
def test_a_refusal_is_told_in_the_senders_own_words(server: Sender, status: int, body: object, told: str) -> None:
    server.fault = lambda _: Reply(status, body)
    with pytest.raises(DeliveryError, match=told):
        ask(api(server.url), "GET", "/x")


def test_no_message_shows_the_key(server: Sender) -> None:
    server.fault = lambda _: Reply(401, {"message": f"the key {SECRET} is unknown"})
    with pytest.raises(DeliveryError, match="the key ••• is unknown"):
        ask(api(server.url), "GET", "/x")
    assert SECRET not in repr(api(server.url))


@pytest.mark.parametrize("key", [f"{SECRET}\n", f"{SECRET}\nX-Other: 1", "clé"])
def test_a_key_that_cannot_be_one_does_not_leave(server: Sender, key: str) -> None:
    wrong = replace(api(server.url), headers={"api-key": key}, secrets=(key,))
    with pytest.raises(DeliveryError, match="characters that no key has") as refused:
        ask(wrong, "GET", "/x")
    assert key not in str(refused.value)
    assert not server.calls


def test_the_key_follows_no_redirect(server: Sender) -> None:
    with running(Echo()) as other:
        server.fault = lambda _: Reply(307, None, {"Location": f"{other.url}/x"})
        with pytest.raises(DeliveryError, match="redirects to"):
            ask(api(server.url), "POST", "/x", {})
        assert not other.calls


def test_a_sender_that_never_ends_its_answer_is_left_in_time() -> None:
    with running_site() as site, pytest.raises(DeliveryError, match=r"no answer within 0\.3 s"):
        ask(api(site.url, ("GET", "/slow-drip"), seconds=0.3), "GET", "/slow-drip")


@pytest.mark.parametrize("path", ["/reset", "/not-http", "/wrong-length"])
def test_a_connection_that_breaks_is_told(path: str) -> None:
    with running_site() as site, pytest.raises(DeliveryError, match="listmonk cannot be reached"):
        ask(api(site.url, ("GET", path)), "GET", path)


def test_a_certificate_for_another_name_is_refused() -> None:
    with running_site(tls=True) as site, pytest.raises(DeliveryError, match="certificate of listmonk cannot be trusted"):
        ask(api(site.url), "GET", "/x")


def test_nobody_there_is_told() -> None:
    with pytest.raises(DeliveryError, match="listmonk cannot be reached"):
        ask(api("http://127.0.0.1:9"), "GET", "/x")


@pytest.mark.parametrize("url", ["http://listmonk.example", "http://8.8.8.8", "http://example.org:9000"])
def test_a_key_does_not_travel_in_clear_over_the_internet(url: str) -> None:
    with pytest.raises(DeliveryError, match="not https"):
        ask(api(url), "GET", "/x")
