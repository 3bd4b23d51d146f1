"""What the senders on loopback share: a real HTTP server that reads JSON, and a check of fields that lets nothing unknown in."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Call:
    """A request, as it came."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    """Names in small letters."""
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw)


@dataclass(frozen=True)
class Reply:
    """What is answered; a body that is no bytes is written as JSON."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class RefusedError(Exception):
    """The sender refuses the call."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass
class Sender:
    """A sender that runs: its campaigns, and all that it was asked."""

    secret: str = "s3cr3t-of-the-sender"
    url: str = ""
    campaigns: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    fault: Callable[[Call], Reply | None] | None = None
    """Answers instead of the sender, where it gives something."""
    cut_after: str = ""
    """Method of a call that is obeyed, whose answer never comes."""
    stop: threading.Event = field(default_factory=threading.Event)

    routes: ClassVar[tuple[tuple[str, str, str], ...]] = ()
    """Method, pattern of the path, and name of what obeys it."""

    def answer(self, call: Call) -> Reply:
        if self.fault and (reply := self.fault(call)):
            return reply
        try:
            self.let_in(call)
            for method, pattern, name in self.routes:
                if method == call.method and (found := re.fullmatch(pattern, call.path)):
                    obey: Callable[..., Reply] = getattr(self, name)
                    return obey(call, *found.groups())
            raise RefusedError(404, "no such route")
        except RefusedError as refusal:
            return self.refusal(refusal)

    def let_in(self, call: Call) -> None:
        raise NotImplementedError

    def refusal(self, refusal: RefusedError) -> Reply:
        return Reply(refusal.status, {"message": refusal.message})

    def writes(self) -> list[Call]:
        """The calls that changed something, or tried to."""
        return [call for call in self.calls if call.method != "GET"]


@contextmanager
def running(sender: Sender) -> Iterator[Sender]:
    """The sender on a port of 127.0.0.1."""
    server = _Server(("127.0.0.1", 0), _handler(sender))
    server.daemon_threads = True
    sender.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield sender
    finally:
        sender.stop.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what some of these tests are about."""


def _handler(sender: Sender) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_call(self) -> None:
            address = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            raw = self.rfile.read(int(headers.get("content-length", 0)))
            call = Call(self.command, address.path, parse_qs(address.query), headers, raw)
            sender.calls.append(call)
            reply = sender.answer(call)
            if sender.cut_after == self.command:
                self.close_connection = True
                return
            body = reply.body if isinstance(reply.body, bytes) else b"" if reply.body is None else json.dumps(reply.body).encode()
            with suppress(ConnectionError):
                self.send_response(reply.status)
                for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_call  # noqa: N815 - names of the standard library

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


# ------------------------------------------------------------------------------------------------ fields

Kind = Any
"""A type, a list that holds one, a mapping of fields, or a value that must stand there."""


def check(value: Any, kind: Kind, place: str = "") -> None:
    """Raises RefusedError for a value of another kind; in a mapping, a name that ends in `?` may be missing."""
    if isinstance(kind, Mapping):
        _check_fields(value, kind, place)
    elif isinstance(kind, list):
        if not isinstance(value, list):
            raise RefusedError(400, f"{place} must be a list")
        for each in value:
            check(each, kind[0], place)
    elif isinstance(kind, type):
        if type(value) is not kind:
            raise RefusedError(400, f"{place} must be {kind.__name__}")
    elif value != kind:
        raise RefusedError(400, f"{place} must be {kind!r}")


def _check_fields(value: Any, fields: Mapping[str, Kind], place: str) -> None:
    if not isinstance(value, dict):
        raise RefusedError(400, f"{place or 'the body'} must be an object")
    known = {name.rstrip("?"): kind for name, kind in fields.items()}
    if unknown := set(value) - set(known):
        raise RefusedError(400, f"unexpected field {place}{sorted(unknown)[0]}")
    if missing := {name for name in fields if not name.endswith("?")} - set(value):
        raise RefusedError(400, f"missing field {place}{sorted(missing)[0]}")
    for name, each in value.items():
        check(each, known[name], f"{place}{name}.")
