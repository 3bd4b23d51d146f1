"""Polite HTTP: what many addresses answer, each within a time and a size, and never from our own network.

The one home of aiohttp. An address that fails is a value, not an exception; what it means for a source is decided elsewhere.
"""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import aiohttp

from digest.errors import N_, GatherError
from digest.gather.addresses import is_web
from digest.gather.reachable import PrivateAddressError, public_socket
from digest.settings import Collect

MAX_REDIRECTS = 5
_UNREAD = 24
"""Answers that may wait for the reader: enough to keep every request busy, and few enough to hold in memory."""
_SILENCES = 4
"""Requests in a row to one host without a complete answer in time, after which no other is made: each would take as long."""
_CHUNK = 64 * 1024
_REDIRECTS = (301, 302, 303, 307, 308)
_PERMANENT = (301, 308)
FEED_TYPES = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"


@dataclass(frozen=True, slots=True)
class FeedRequest:
    """One address to ask, with what is known from the last time."""

    key: str
    """What the caller knows it by."""
    url: str
    etag: str | None = None
    last_modified: str | None = None
    fingerprint: str | None = None
    """Of the last body that was read well: the same bytes again are `unchanged`."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent to this host alone, never after a redirect to another one: secrets stand here."""
    accept: str = FEED_TYPES
    body: bool = True
    """False: whether the address answers is all that is asked, and no body is read."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What one address answered."""

    key: str
    url: str
    """Where the answer came from, after redirects."""
    status: int = 0
    """Of the last answer; 0 where there was none."""
    body: bytes = b""
    """Decompressed; empty where it is unchanged or an error."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in small letters."""
    etag: str | None = None
    last_modified: str | None = None
    fingerprint: str | None = None
    """Of the body; None without one."""
    unchanged: bool = False
    """The server says so (304), or the bytes are those of last time."""
    moved_to: str | None = None
    """Where the address says it lives from now on: the end of the permanent redirects that come first on the way."""
    retry_after: str | None = None
    """As the server wrote it: seconds, or a date."""
    error: GatherError | None = None


Gate = Callable[[str, int], AbstractAsyncContextManager[None]]
"""Where a request to a host waits until fewer than so many others are there, those of other programs too."""


def no_gate(_host: str, _most: int) -> AbstractAsyncContextManager[None]:
    """The gate of a program that is alone: its own slots do."""
    return nullcontext()


async def collect(
    requests: Sequence[FeedRequest], *, limits: Collect, user_agent: str, gate: Gate = no_gate
) -> AsyncIterator[Fetched]:
    """Ask every address and yield the answers as they come; a reader that is slow slows the asking, not the memory.

    `limits` hold the time (seconds, redirects included), the size (bytes once decompressed), and how many requests run at once,
    in all and to one host. `user_agent` says honestly who asks and where to complain.
    """
    answers: asyncio.Queue[Fetched] = asyncio.Queue(maxsize=1)
    waiting = iter(_by_turns(requests))
    async with open_session(limits, user_agent, gate) as session:
        asking = min(len(requests), limits.concurrency + _UNREAD)
        tasks = [asyncio.create_task(_ask(waiting, session, answers)) for _ in range(asking)]
        try:
            for _ in requests:
                yield await answers.get()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _ask(waiting: Iterator[FeedRequest], session: Session, answers: asyncio.Queue[Fetched]) -> None:
    for request in waiting:
        await answers.put(await session.fetch(request))


def _by_turns(requests: Sequence[FeedRequest]) -> list[FeedRequest]:
    """The requests with each host in its turn, so that many for one host do not hold up the others."""
    hosts: defaultdict[str, int] = defaultdict(int)
    turns = []
    for request in requests:
        host = urlsplit(request.url).netloc
        turns.append((hosts[host], request))
        hosts[host] += 1
    return [request for _, request in sorted(turns, key=lambda turn: turn[0])]


@asynccontextmanager
async def open_session(limits: Collect, user_agent: str, gate: Gate = no_gate) -> AsyncIterator[Session]:
    """Connections that are shared by all requests of one run, to feeds and to pages."""
    # asyncio looks names up in threads, six on two processors: a few dead names would keep all others waiting.
    names = ThreadPoolExecutor(limits.concurrency, thread_name_prefix="names")
    asyncio.get_running_loop().set_default_executor(names)
    connector = aiohttp.TCPConnector(
        limit=limits.concurrency,
        limit_per_host=0,  # slots are ours: aiohttp's own wait would count as the server's time
        socket_factory=None if limits.allow_private_addresses else public_socket,
        ttl_dns_cache=60,
    )
    headers = {"User-Agent": user_agent, "Accept-Encoding": "gzip, deflate"}
    async with aiohttp.ClientSession(
        connector=connector,
        headers=headers,
        timeout=aiohttp.ClientTimeout(total=None),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=True,
    ) as session:
        yield Session(session, limits, gate)


class Session:
    """Connections, and the slots that keep requests polite. Made by `open_session`."""

    def __init__(self, http: aiohttp.ClientSession, limits: Collect, gate: Gate) -> None:
        self.http = http
        self.gate = gate
        self.limits = limits
        self.slots = asyncio.Semaphore(limits.concurrency)
        self.host_slots: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(limits.per_host))
        self.silences: defaultdict[str, int] = defaultdict(int)
        """By host, requests in a row that got no complete answer in time."""

    async def fetch(self, request: FeedRequest) -> Fetched:
        """Ask one address, redirects followed; every failure is a value in `error`."""
        return await _Fetch(self, request).run()


class _Fetch:
    """One request on its way through redirects."""

    def __init__(self, session: Session, request: FeedRequest) -> None:
        self._session = session
        self._request = request
        self._url = request.url
        self._moved_to: str | None = None
        self._permanent = True
        self._seconds_left = session.limits.timeout

    async def run(self) -> Fetched:
        for _ in range(MAX_REDIRECTS + 1):
            answer = await self._hop()
            if answer is not None:
                return answer
        return self._failed(GatherError(N_("more than {count} redirects, one after the other"), count=MAX_REDIRECTS))

    async def _hop(self) -> Fetched | None:
        """The answer of the address at hand; None where it redirects, and then another address is at hand."""
        limits = self._session.limits
        if not is_web(self._url):
            return self._failed(GatherError(N_("it redirects to something that is no web page")))
        clock = asyncio.get_running_loop().time
        host = urlsplit(self._url).netloc
        async with self._session.host_slots[host], self._session.gate(host, limits.per_host), self._session.slots:
            if self._session.silences[host] >= _SILENCES:
                return self._failed(_silent(self._url))
            start = clock()
            try:
                async with asyncio.timeout(self._seconds_left):
                    answer = await (self._get() if self._request.body else self._knock())
                self._session.silences[host] = 0
                return answer
            except TimeoutError:
                self._session.silences[host] += 1
                return self._failed(GatherError(N_("no complete answer within {seconds:g} s"), seconds=limits.timeout))
            except (aiohttp.ClientError, OSError, ValueError) as error:
                return self._failed(_explained(error, self._url))
            finally:
                self._seconds_left -= clock() - start

    async def _get(self) -> Fetched | None:
        async with self._session.http.get(self._url, headers=self._headers(), allow_redirects=False) as answer:
            if answer.status in _REDIRECTS and answer.headers.get("Location"):
                self._follow(answer.status, answer.headers["Location"])
                return None
            if answer.status == 304:
                return self._answered(answer, unchanged=True)
            if answer.status != 200:
                return self._answered(answer, error=_refused(answer.status))
            body = await _body(answer, self._session.limits.max_bytes)
            fingerprint = hashlib.blake2b(body, digest_size=16).hexdigest()
            same = fingerprint == self._request.fingerprint
            return self._answered(answer, body=b"" if same else body, fingerprint=fingerprint, unchanged=same)

    async def _knock(self) -> Fetched | None:
        """As `_get` without the body: HEAD, then a GET of the first bytes, since many servers refuse HEAD alone."""
        answer = await self._asked("HEAD", self._headers())
        if answer is not None and answer.error and answer.status != 429:
            return await self._asked("GET", self._headers() | {"Range": "bytes=0-1023"})
        return answer

    async def _asked(self, method: str, headers: Mapping[str, str]) -> Fetched | None:
        async with self._session.http.request(method, self._url, headers=headers, allow_redirects=False) as answer:
            if answer.status in _REDIRECTS and answer.headers.get("Location"):
                self._follow(answer.status, answer.headers["Location"])
                return None
            there = answer.status < 400 or answer.status == 416  # an empty page has no first bytes
            return self._answered(answer, error=None if there else _refused(answer.status))

    def _headers(self) -> dict[str, str]:
        request = self._request
        headers = {"Accept": request.accept}
        if request.etag:
            headers["If-None-Match"] = request.etag
        if request.last_modified:
            headers["If-Modified-Since"] = request.last_modified
        if request.headers and urlsplit(self._url)[:2] == urlsplit(request.url)[:2]:
            headers |= request.headers
        return headers

    def _follow(self, status: int, location: str) -> None:
        self._url = urljoin(self._url, location.strip())
        self._permanent = self._permanent and status in _PERMANENT
        self._moved_to = self._url if self._permanent else self._moved_to

    def _answered(
        self,
        answer: aiohttp.ClientResponse,
        *,
        body: bytes = b"",
        fingerprint: str | None = None,
        unchanged: bool = False,
        error: GatherError | None = None,
    ) -> Fetched:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Fetched(
            key=self._request.key,
            url=self._url,
            status=answer.status,
            body=body,
            headers=headers,
            etag=headers.get("etag"),
            last_modified=headers.get("last-modified"),
            fingerprint=fingerprint,
            unchanged=unchanged,
            moved_to=self._moved_to if error is None else None,
            retry_after=headers.get("retry-after"),
            error=error,
        )

    def _failed(self, error: GatherError) -> Fetched:
        return Fetched(key=self._request.key, url=self._url, error=error)


async def _body(answer: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    """The whole body, decompressed. Raises _TooLargeError as soon as it passes the limit (bytes)."""
    if answer.content_length and answer.content_length > max_bytes:
        raise _TooLargeError(max_bytes)
    parts, size = [], 0
    async for part in answer.content.iter_chunked(_CHUNK):
        parts.append(part)
        size += len(part)
        if size > max_bytes:
            raise _TooLargeError(max_bytes)
    return b"".join(parts)


class _TooLargeError(ValueError):
    pass


def _refused(status: int) -> GatherError:
    meaning = {
        403: N_("the server refuses to answer us (403)"),
        404: N_("there is nothing at this address any more (404)"),
        410: N_("the feed is gone for good (410)"),
        429: N_("the server asks us to come back later (429)"),
    }
    if status == 401:
        hint = N_("headers_env names the environment variable that holds it")
        return GatherError(N_("the server asks for a password (401)"), hint=hint)
    if status in meaning:
        return GatherError(meaning[status])
    if status >= 500:
        return GatherError(N_("the server is in trouble ({status})"), status=status)
    return GatherError(N_("the server answers with an error ({status})"), status=status)


def _silent(url: str) -> GatherError:
    return GatherError(
        N_("{host} left {count} requests in a row without a complete answer, and was not asked again"),
        host=urlsplit(url).hostname or "",
        count=_SILENCES,
    )


def _explained(error: Exception, url: str) -> GatherError:
    """A failure of the network in words; never with the address's user, password or query."""
    host = urlsplit(url).hostname or ""
    cause = getattr(error, "os_error", None) or error
    if isinstance(error, _TooLargeError):
        return GatherError(N_("the answer is larger than {bytes} bytes (collect.max_bytes)"), bytes=error.args[0])
    if isinstance(cause, PrivateAddressError):
        return GatherError(
            N_("{host} is an address of a private network, which is never asked"),
            hint=N_("collect.allow_private_addresses: true allows it for every source"),
            host=host,
        )
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return GatherError(N_("no server has the name {host}"), host=host)
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError) or isinstance(cause, ssl.SSLError):
        return GatherError(N_("the certificate of {host} cannot be trusted"), host=host)
    if isinstance(error, aiohttp.ClientConnectorError):
        return GatherError(N_("{host} does not accept the connection"), host=host)
    if isinstance(error, aiohttp.ClientPayloadError | aiohttp.ServerDisconnectedError | aiohttp.ClientOSError):
        return GatherError(N_("{host} broke the connection before the end"), host=host)
    if isinstance(error, aiohttp.InvalidURL | ValueError):
        return GatherError(N_("the address cannot be read"))
    return GatherError(N_("{host} does not answer as a web server does"), host=host)
