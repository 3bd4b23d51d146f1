"""The links of an edition are tried as a reader's click would, politely, and what they answer is told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from digest.gather.links import MOST_LINKS, try_links
from digest.model import LinkState
from digest.settings import Collect

LIMITS = Collect(timeout=5, allow_private_addresses=True)


class Server(ThreadingHTTPServer):
    """A site whose pages behave as their names say, and that notes how it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.daemon_threads = True
        self.asked: list[tuple[str, str, str | None]] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up before the body is what these tests are about."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        self.server.asked.append((self.command, self.path, self.headers.get("Range")))
        status, place = {
            "/gone": (410, None),
            "/missing": (404, None),
            "/refused": (403, None),
            "/too-many": (429, None),
            "/broken": (503, None),
            "/moved": (301, "/page"),
            "/found": (302, "/page"),
            "/moved-home": (308, "/"),
            "/loop": (302, "/loop"),
            "/no-head": (405 if self.command == "HEAD" else 206, None),
            "/head-is-404": (404 if self.command == "HEAD" else 200, None),
            "/empty": (403 if self.command == "HEAD" else 416, None),
        }.get(self.path, (200, None))
        body = b"x" * 5_000_000 if self.command == "GET" else b""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if place:
            self.send_header("Location", place)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[Server]:
    server = Server()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def tried(addresses: Sequence[str], limits: Collect = LIMITS) -> dict[str, LinkState]:
    return asyncio.run(try_links(addresses, limits=limits, user_agent="digest/test"))


@pytest.mark.parametrize(
    ("path", "fate", "status"),
    [
        ("/page", "ok", 200),
        ("/found", "ok", 200),
        ("/no-head", "ok", 206),
        ("/head-is-404", "ok", 200),
        ("/empty", "ok", 416),
        ("/moved", "redirected", 200),
        ("/moved-home", "redirected", 200),
        ("/gone", "gone", 410),
        ("/missing", "gone", 404),
        ("/refused", "failed", 403),
        ("/too-many", "failed", 429),
        ("/broken", "failed", 503),
        ("/loop", "failed", 0),
    ],
)
def test_each_answer_has_its_fate(site: Server, path: str, fate: str, status: int) -> None:
    address = site.url + path
    state = tried([address])[address]
    assert (state.fate, state.status) == (fate, status)
    assert (state.cause is not None) == (fate == "failed")
    assert state.to == {"/moved": site.url + "/page", "/moved-home": site.url + "/"}.get(path)


def test_head_comes_first_and_then_only_the_first_bytes(site: Server) -> None:
    tried([site.url + path for path in ("/page", "/no-head", "/too-many")])
    assert sorted(site.asked) == [
        ("GET", "/no-head", "bytes=0-1023"),
        ("HEAD", "/no-head", None),
        ("HEAD", "/page", None),
        ("HEAD", "/too-many", None),
    ]


def test_an_address_is_asked_once_and_the_answers_keep_their_order(site: Server) -> None:
    addresses = [f"{site.url}/{n}" for n in (3, 1, 2, 1)]
    assert list(tried(addresses)) == addresses[:3]
    assert len(site.asked) == 3


def test_private_addresses_are_never_asked(site: Server) -> None:
    address = site.url + "/page"
    state = tried([address], Collect(timeout=5))[address]
    assert (state.fate, site.asked) == ("failed", [])
    assert "private network" in str(state.cause)


def test_only_so_many_links_are_tried(site: Server) -> None:
    addresses = [f"{site.url}/{n}" for n in range(MOST_LINKS + 5)]
    assert len(tried(addresses)) == MOST_LINKS == len(site.asked)
