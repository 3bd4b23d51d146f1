"""The load of the collecting benchmark: 1,000 feeds of invented words, 200 of 100 KB and 800 of 7 KB, and their server.

`python benchmarks/load.py PORT_FILE --latency 0.15` serves them on loopback until it is killed. Paths: /etag/N answers 304 to a
request that knows its ETag; /plain/N gives no validator, so that only the bytes tell. Half are RSS 2.0, half are Atom.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

FEEDS = 1000
HOSTS = 100
"""Addresses that it is served from: ten feeds each, more than most sites have."""
LARGE = 200
LARGE_BYTES, SMALL_BYTES = 100_000, 7_000
LARGE_ENTRIES, SMALL_ENTRIES = 30, 8
NEWEST = datetime(2026, 11, 24, 6, tzinfo=UTC)
WORDS = (  # noqa: SIM905 - a list would take a screen
    "association réseau commune atelier projet territoire numérique inclusion coopérative données algorithme bénévole salarié "
    "plateforme logiciel libre règlement européen débat enquête rapport budget emploi formation jeunesse culture énergie "
    "quartier rural service public citoyen élu école hôpital transport climat santé logement alimentation partage réparation"
).split()
LITTLE = "le la les de des du un une et à dans pour par sur avec sans qui que ce cette sont est a ont plus".split()  # noqa: SIM905


def feed(number: int) -> bytes:
    """The bytes of one feed, the same at each run."""
    chance = random.Random(number)
    large = number % 5 == 0
    size, count = (LARGE_BYTES, LARGE_ENTRIES) if large else (SMALL_BYTES, SMALL_ENTRIES)
    write = _rss if number % 2 else _atom
    return write(number, count, size // count - (850 if large else 560), chance).encode()


def _paragraphs(length: int, chance: random.Random) -> str:
    parts, written = [], 0
    while written < length:
        words = [chance.choice(LITTLE if i % 2 else WORDS) for i in range(chance.randint(30, 60) if length > 1500 else 20)]
        words[3] = f'<a href="https://exemple.example/{chance.randrange(10**6)}">{words[3]}</a>'
        words[7] = f"<strong>{words[7]}</strong>"
        parts.append(f"<p>{' '.join(words).capitalize()}.</p>")
        written += len(parts[-1].encode())
    if length > 1500:
        parts.insert(1, "<h2>À retenir</h2><ul><li>Un premier point sur le projet.</li><li>Un second sur le réseau.</li></ul>")
    return "".join(parts)


def _title(chance: random.Random) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(7)).capitalize()


def _rss(number: int, count: int, length: int, chance: random.Random) -> str:
    items = []
    for i in range(count):
        url = f"https://site{number}.example/2026/11/article-{i}"
        date = (NEWEST - timedelta(hours=7 * i)).strftime("%a, %d %b %Y %H:%M:%S +0000")
        items.append(
            f"<item><title>{_title(chance)}</title><link>{url}?utm_source=rss</link><guid isPermaLink='false'>{url}#{number}"
            f"</guid><pubDate>{date}</pubDate><dc:creator>Ana Exemple</dc:creator><category>Numérique</category>"
            f"<description><![CDATA[{_title(chance)}…]]></description>"
            f"<content:encoded><![CDATA[{_paragraphs(length, chance)}]]></content:encoded></item>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Site {number}</title><link>https://site{number}.example/</link>'
        f"<description>Nouvelles</description><language>fr-FR</language>{''.join(items)}</channel></rss>"
    )


def _atom(number: int, count: int, length: int, chance: random.Random) -> str:
    entries = []
    for i in range(count):
        url = f"https://site{number}.example/2026/11/article-{i}"
        date = (NEWEST - timedelta(hours=7 * i)).isoformat()
        content = _paragraphs(length, chance).replace("&", "&amp;").replace("<", "&lt;")
        entries.append(
            f"<entry><title>{_title(chance)}</title><link rel='alternate' type='text/html' href='{url}'/><id>{url}</id>"
            f"<published>{date}</published><updated>{date}</updated><author><name>Ana Exemple</name></author>"
            f"<summary>{_title(chance)}…</summary><content type='html'>{content}</content></entry>"
        )
    return (
        '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr">'
        f"<title>Site {number}</title><link href='https://site{number}.example/'/><id>https://site{number}.example/</id>"
        f"<updated>{NEWEST.isoformat()}</updated>{''.join(entries)}</feed>"
    )


class _Connection(asyncio.Protocol):
    """HTTP/1.1 with keep-alive, and no more of it than feed readers use: the server must not be what is measured."""

    def __init__(self, answers: dict[bytes, tuple[bytes, bytes, bytes]], latency: float) -> None:
        self._answers = answers
        self._latency = latency
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        while b"\r\n\r\n" in self._read:
            request, _, self._read = self._read.partition(b"\r\n\r\n")
            if self._latency:
                asyncio.get_running_loop().call_later(self._latency, self._answer, request)
            else:
                self._answer(request)

    def _answer(self, request: bytes) -> None:
        if self._transport.is_closing():
            return
        path = request.split(b" ", 2)[1]
        whole, unchanged, etag = self._answers.get(path, (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", b"", b""))
        known = etag and etag in request
        self._transport.write(unchanged if known else whole)  # type: ignore[attr-defined]
        if b"connection: close" in request.lower():
            self._transport.close()


def answers() -> dict[bytes, tuple[bytes, bytes, bytes]]:
    """For each path: the whole answer, the one that says "unchanged", and the ETag that asks for it."""
    made = {}
    for number in range(FEEDS):
        body = feed(number)
        kind = b"application/rss+xml" if number % 2 else b"application/atom+xml"
        head = b"HTTP/1.1 200 OK\r\nContent-Type: %s; charset=utf-8\r\nContent-Length: %d\r\n" % (kind, len(body))
        etag = b'"%s"' % hashlib.sha256(body).hexdigest()[:16].encode()
        made[b"/etag/%d" % number] = (
            head + b"ETag: %s\r\n\r\n" % etag + body,
            b"HTTP/1.1 304 Not Modified\r\nETag: %s\r\n\r\n" % etag,
            etag,
        )
        made[b"/plain/%d" % number] = (head + b"\r\n" + body, b"", b"")
    return made


async def serve(port_file: Path, latency: float) -> None:
    loop = asyncio.get_running_loop()
    prepared = answers()
    server = await loop.create_server(lambda: _Connection(prepared, latency), "127.0.0.1", 0, backlog=1024)
    port = server.sockets[0].getsockname()[1]
    others = [f"127.0.0.{number}" for number in range(2, HOSTS + 1)]  # Linux answers on all of 127.0.0.0/8
    await loop.create_server(lambda: _Connection(prepared, latency), others, port, backlog=1024)
    port_file.write_text(str(port), encoding="ascii")
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port_file", type=Path)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.port_file, arguments.latency))
