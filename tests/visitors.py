"""The review page as it is visited: the real server on a port of 127.0.0.1, and a person whose browser has no JavaScript."""

from __future__ import annotations

import asyncio
import http.client
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

from lxml import html

from digest.review.app import door_for, serve
from digest.review.door import Door
from digest.review.office import Office
from tests.conftest import NOW


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def words(self) -> str:
        """What a person reads in it, in one line, with plain spaces and apostrophes."""
        inside = html.fromstring(self.text).find("body")
        said = " ".join(" ".join(map(str, inside.itertext())).split()) if inside is not None else self.text
        return re.sub(r"[\u00a0\u202f]", " ", said).replace("’", "'")

    @property
    def where(self) -> str:
        """Where a redirect leads."""
        return self.headers["Location"] or ""


@dataclass
class Visitor:
    """A person with a browser: keeps cookies, sends forms with the page's own token, follows nothing by itself."""

    port: int
    host: str = ""
    cookies: dict[str, str] = field(default_factory=dict)
    csrf: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Answer:
        answer = self.send("GET", path, None, headers)
        if found := re.search(
            r'name="csrf" value="([^"]+)"', answer.text if answer.headers.get_content_maintype() == "text" else ""
        ):
            self.csrf = unescape(found[1])
        return answer

    def post(self, path: str, form: Mapping[str, object] | None = None, **headers: str) -> Answer:
        fields = {"csrf": self.csrf, **(form or {})}
        return self.send("POST", path, urlencode(fields, doseq=True).encode(), headers)

    def follow(self, answer: Answer) -> Answer:
        """The page that a form leads to."""
        assert answer.status == 303, (answer.status, answer.words)
        return self.get(answer.where)

    def send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        """A request as it is; a body is a form unless the headers say otherwise."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            sent = {"Host": self.host or f"127.0.0.1:{self.port}", **self.headers}
            if self.cookies:
                sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            if body is not None:
                sent["Content-Type"] = "application/x-www-form-urlencoded"
            sent |= {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            given = Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()
        for line in given.headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
        return given


@dataclass
class Desk:
    """A review page that runs."""

    port: int
    door: Door
    office: Office
    host: str = ""

    def visitor(self) -> Visitor:
        """Someone who did not come in yet."""
        return Visitor(self.port, self.host)

    def owner(self) -> Visitor:
        """The person at this machine, who followed the link."""
        visitor = self.visitor()
        visitor.follow(visitor.get(f"/?token={self.door.token}"))
        return visitor

    def signed_in(self, name: str, password: str) -> Visitor:
        """A person of the team."""
        visitor = self.visitor()
        visitor.follow(visitor.post("/sign-in", {"name": name, "password": password}))
        return visitor


@contextmanager
def open_desk(folder: Path, *, url: str | None = None, clock: Callable[[], datetime] = lambda: NOW) -> Iterator[Desk]:
    """The review page of the newsletter in a folder, served as `digest review` serves it; `url` is that of a team."""
    office = Office(folder / "sources.yaml", clock)
    desk = Desk(0, door_for(url, "127.0.0.1", clock), office, host=url.partition("://")[2] if url else "")
    started = threading.Event()
    loop = asyncio.new_event_loop()

    def ready(port: int) -> None:
        desk.port = port
        started.set()

    serving = loop.create_task(serve(office, desk.door, host="127.0.0.1", port=0, ready=ready))

    def run() -> None:
        with suppress(asyncio.CancelledError):
            loop.run_until_complete(serving)
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        while not started.wait(0.05):
            assert thread.is_alive(), "the server did not start"
        yield desk
    finally:
        if thread.is_alive():
            loop.call_soon_threadsafe(serving.cancel)
        thread.join(20)
