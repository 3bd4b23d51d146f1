"""A real HTTP server on loopback, whose routes are named by how they behave."""

from __future__ import annotations

import gzip
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET
from struct import pack

DATA = Path(__file__).parent / "data"
FEED = b"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>La Gazette d'essai</title><link>https://gazette.example/</link><language>fr</language>
<item><title>Une premi\xc3\xa8re nouvelle</title><link>https://gazette.example/une</link><guid>1</guid>
<pubDate>Mon, 23 Nov 2026 08:00:00 +0100</pubDate>
<description>&lt;p&gt;Le texte de la premi\xc3\xa8re.&lt;/p&gt;</description></item>
<item><title>Une autre nouvelle</title><link>https://gazette.example/deux</link><guid>2</guid>
<pubDate>Sun, 22 Nov 2026 08:00:00 +0100</pubDate><description>Le texte de la deuxi\xc3\xa8me.</description></item>
</channel></rss>"""
ETAG = '"v1"'


@dataclass
class Site:
    """A server that runs: where it is, and what it was asked."""

    url: str
    pages: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """More paths, each with its content type and body; a test may change them while the server runs."""
    turned: dict[str, str] = field(default_factory=dict)
    """Paths that behave as another route does (`/reset` as `/feed`); a test may turn them while the server runs."""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """Path and headers (names in small letters) of every request, in order."""
    most_at_once: int = 0
    """Requests that were open at the same time, at most."""

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


@contextmanager
def running_site(pages: dict[str, tuple[str, bytes]] | None = None, *, tls: bool = False) -> Iterator[Site]:
    """The routes below, and `pages`, on a port of 127.0.0.1; with `tls`, under a certificate for another name."""
    stop = threading.Event()
    site = Site(url="", pages=dict(pages or {}))
    server = _Server(("127.0.0.1", 0), _handler(site, stop))
    server.daemon_threads = True
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(DATA / "wrong-certificate.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
    site.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        stop.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what many of these tests are about."""


Route = Callable[[BaseHTTPRequestHandler, threading.Event], None]


def _handler(site: Site, stop: threading.Event) -> type[BaseHTTPRequestHandler]:
    lock = threading.Lock()
    open_now = 0

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            nonlocal open_now
            with lock:
                open_now += 1
                site.most_at_once = max(site.most_at_once, open_now)
                site.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            try:
                with suppress(ConnectionError, ssl.SSLError):
                    self._answer()
            finally:
                with lock:
                    open_now -= 1

        def _answer(self) -> None:
            if self.path in site.pages:
                kind, body = site.pages[self.path]
                answer(self, body, kind)
                return
            path = site.turned.get(self.path, self.path.partition("?")[0])
            ROUTES.get(path, missing)(self, stop)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def answer(
    handler: BaseHTTPRequestHandler, body: bytes, kind: str = "application/rss+xml", status: int = 200, **headers: str
) -> None:
    handler.send_response(status)
    for name, value in {"Content_Type": kind, "Content_Length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def redirect(handler: BaseHTTPRequestHandler, status: int, location: str) -> None:
    answer(handler, b"", status=status, Location=location)


# ------------------------------------------------------------------------------------------------ the routes


def feed(handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    answer(handler, FEED)


def not_modified(handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    same = handler.headers.get("If-None-Match") == ETAG
    answer(handler, b"" if same else FEED, status=304 if same else 200, ETag=ETAG, Last_Modified="Mon, 23 Nov 2026 07:00:00 GMT")


def gzipped(handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    answer(handler, gzip.compress(FEED), Content_Encoding="gzip")


def slow(handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    time.sleep(0.05)
    answer(handler, FEED)


def silent(handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    """The connection is accepted, and nothing ever comes."""
    stop.wait()


def slow_drip(handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    """A byte every 20 ms, for ever: each read is quick, the whole is not."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/rss+xml")
    handler.end_headers()
    while not stop.wait(0.02):
        handler.wfile.write(b" ")
        handler.wfile.flush()


def endless(handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/rss+xml")
    handler.end_headers()
    while not stop.is_set():
        handler.wfile.write(b"<item/>" * 10_000)


def gzip_bomb(handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    """60 KB that open into 60 MB."""
    answer(handler, gzip.compress(bytes(60_000_000), compresslevel=1), Content_Encoding="gzip")


def redirect_loop(handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    redirect(handler, 302, "/redirect-loop")


def moved(handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    redirect(handler, 301, "/feed")


def moved_then_found(handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    redirect(handler, 301, "/found")


def found(handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    redirect(handler, 302, "/feed")


def redirect_to_script(handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    redirect(handler, 302, "javascript:alert(1)")


def redirect_to_other_host(handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    redirect(handler, 302, f"http://localhost:{handler.headers['Host'].rpartition(':')[2]}/feed")


def wrong_length(handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    """More is announced than comes."""
    answer(handler, FEED, Content_Length=str(len(FEED) + 1000))
    handler.close_connection = True


def reset(handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    """The connection is reset in the middle of the body."""
    answer(handler, FEED[:200], Content_Length=str(len(FEED)))
    handler.wfile.flush()
    handler.connection.setsockopt(SOL_SOCKET, SO_LINGER, pack("ii", 1, 0))
    handler.close_connection = True
    handler.connection.close()


def not_http(handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    handler.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")
    handler.close_connection = True


def many_items(handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    """54 MB of valid items."""
    item = b"<item><title>Une nouvelle</title><link>https://gazette.example/%07d</link><description>Encore.</description></item>"
    head, end = b"<rss version='2.0'><channel>", b"</channel></rss>"
    handler.send_response(200)
    handler.send_header("Content-Type", "application/rss+xml")
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.wfile.write(head)
    for start in range(0, 540_000, 10_000):
        handler.wfile.write(b"".join(item % number for number in range(start, start + 10_000)))
    handler.wfile.write(end)
    handler.close_connection = True


def quadratic_author(handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    """128 KB that hold feedparser for a minute."""
    answer(handler, b"<rss version='2.0'><channel><item><author>a@" + b"a." * 64_000 + b"</author></item></channel></rss>")


def error_page(handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    """200, and a page that says that something went wrong."""
    answer(handler, b"<!DOCTYPE html><html><body><h1>Maintenance en cours</h1></body></html>", "text/html")


def empty(handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    answer(handler, b"")


def locked(handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    answer(handler, b"who are you?", "text/plain", 401, WWW_Authenticate="Basic")


def too_many(handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    answer(handler, b"slow down", "text/plain", 429, Retry_After="7200")


def broken(handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    answer(handler, b"oops", "text/plain", 500)


def gone(handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    answer(handler, b"", status=410)


def missing(handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    answer(handler, b"nothing here", "text/plain", 404)


ROUTES: dict[str, Route] = {
    f"/{route.__name__.replace('_', '-')}": route
    for route in (
        feed, not_modified, gzipped, slow, silent, slow_drip, endless, gzip_bomb, redirect_loop, moved, moved_then_found, found,
        redirect_to_script, redirect_to_other_host, wrong_length, reset, not_http, many_items, quadratic_author, error_page,
        empty, locked, too_many, broken, gone,
    )
}  # fmt: skip
