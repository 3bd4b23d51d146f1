"""JSON over HTTPS with a sender's API: only the calls a draft needs can be made, and the key goes nowhere else.

What goes wrong is a DeliveryError in plain words, in which the key never appears. Redirects are not followed, so that the key
stays with the host it was given for. A call that would send or schedule is refused before it leaves: it is a mistake in the
program, and raises ValueError.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import re
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import aiohttp

from digest.errors import N_, DeliveryError

SECONDS: Final = 60
"""For one whole call; a sender that renders a campaign as it receives it may take a while."""
_LARGEST: Final = 64 * 1024 * 1024
_QUOTED: Final = 300
"""Characters of a server's own message that are shown."""
SENDING_FIELDS: Final = frozenset(
    {"send_at", "send_later", "scheduled_at", "scheduledat", "scheduled_for", "schedule_time", "sendatbesttime", "status"}
)
"""Fields, in small letters, by which one of these APIs schedules or sends: no body ever holds one."""


@dataclass(frozen=True, slots=True)
class Api:
    """A sender's API, and the only calls that may be made to it."""

    name: str
    """As people call it."""
    base: str
    """Address that every path starts from."""
    calls: tuple[tuple[str, str], ...]
    """Methods and paths; `*` stands for one id."""
    headers: Mapping[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    """What no message may show."""
    right: str
    """Message (for the catalogues) that says what the key must be allowed to do."""
    seconds: float = SECONDS


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


def ask(api: Api, method: str, path: str, body: Mapping[str, Any] | None = None, **query: str | int) -> Any:
    """What the API answers, read from JSON; None for an empty answer. Not from inside a running event loop.

    Raises DeliveryError for an answer that is no success, for none within the time, and for a certificate that is not trusted.
    """
    answer = _send(api, method, path, body, query)
    if not 200 <= answer.status < 300:
        raise _refusal(api, path, answer)
    return _read(api, answer)


def look_up(api: Api, path: str, *, gone: tuple[int, ...] = (404,), **query: str | int) -> Any | None:
    """The same for something that may be gone (where the API answers with one of these statuses): None then."""
    answer = _send(api, "GET", path, None, query)
    if answer.status in gone:
        return None
    if not 200 <= answer.status < 300:
        raise _refusal(api, path, answer)
    return _read(api, answer)


# ------------------------------------------------------------------------------------------------ what may leave


def _send(api: Api, method: str, path: str, body: Mapping[str, Any] | None, query: Mapping[str, str | int]) -> _Answer:
    if not any(
        method == verb and re.fullmatch(re.escape(known).replace(r"\*", "[A-Za-z0-9_-]+"), path) for verb, known in api.calls
    ):
        raise ValueError(f"{method} {path} is none of the calls that a draft needs")
    if forbidden := SENDING_FIELDS.intersection(name.lower() for name in _field_names(body)):
        raise ValueError(f"a draft is never sent or scheduled: {', '.join(sorted(forbidden))}")
    url = api.base.rstrip("/") + path
    _refuse_clear_text(url)
    if not all(value.isascii() and value.isprintable() for value in api.headers.values()):
        raise DeliveryError(
            N_("the key of {place} holds characters that no key has"), hint=N_("copy it again, alone on one line"), place=api.name
        )
    return asyncio.run(_exchange(api, method, f"{url}?{urlencode(query)}" if query else url, body))


def _field_names(body: Any) -> Iterator[str]:
    if isinstance(body, Mapping):
        for name, value in body.items():
            yield name
            yield from _field_names(value)
    elif isinstance(body, list | tuple):
        for value in body:
            yield from _field_names(value)


def _refuse_clear_text(url: str) -> None:
    """A key travels in clear only inside a machine or a private network (`localhost`, `listmonk`, `192.168.…`)."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return
    try:
        private = ipaddress.ip_address(parts.hostname or "").is_private
    except ValueError:
        private = "." not in (parts.hostname or ".") or (parts.hostname or "").endswith(".localhost")
    if not private:
        raise DeliveryError(
            N_("{url} is not https: the key would travel in clear"), hint=N_("write https:// in its address"), url=url
        )


async def _exchange(api: Api, method: str, url: str, body: Mapping[str, Any] | None) -> _Answer:
    data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    headers = {"Accept": "application/json", "User-Agent": "digest", **api.headers}
    if data is not None:
        headers["Content-Type"] = "application/json"
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=api.seconds)) as session,
            session.request(method, url, data=data, headers=headers, allow_redirects=False) as response,
        ):
            return _Answer(response.status, response.headers, await _bounded(response))
    except TimeoutError as error:
        raise DeliveryError(
            N_("{place} gives no answer within {seconds} s"),
            hint=N_("try again later: if the draft is there, it is found again"),
            place=api.name, seconds=f"{api.seconds:g}",
        ) from error  # fmt: skip
    except (aiohttp.ClientSSLError, ssl.SSLError) as error:
        raise DeliveryError(
            N_("the certificate of {place} cannot be trusted: {cause}"), place=api.name, cause=_plain(api, str(error))
        ) from error
    except (aiohttp.ClientError, OSError) as error:
        raise DeliveryError(
            N_("{place} cannot be reached: {cause}"),
            hint=N_("try again later: if the draft is there, it is found again"),
            place=api.name, cause=_plain(api, str(error) or type(error).__name__),
        ) from error  # fmt: skip


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > _LARGEST:
            raise aiohttp.ClientPayloadError("the answer is too large")
    return bytes(body)


# ------------------------------------------------------------------------------------------------ what comes back


def _read(api: Api, answer: _Answer) -> Any:
    if not answer.body.strip():
        return None
    try:
        return json.loads(answer.body)
    except ValueError as error:
        raise DeliveryError(
            N_("{place} answers with something that is not JSON"), hint=N_("check its address in the settings"), place=api.name
        ) from error


def _refusal(api: Api, path: str, answer: _Answer) -> DeliveryError:
    """What a status means for the person who delivers."""
    status, cause = answer.status, _plain(api, _message(answer.body))
    if status in (401, 403):
        return DeliveryError(
            N_("{place} refuses the key ({status}): {cause}"), hint=api.right, place=api.name, status=status, cause=cause
        )
    if 300 <= status < 400:
        target = _plain(api, answer.headers.get("Location", "?"))
        return DeliveryError(
            N_("{place} redirects to {target}, and the key is not taken there"),
            hint=N_("if that is its address, write it in the settings"),
            place=api.name, target=target,
        )  # fmt: skip
    if status == 404:
        return DeliveryError(
            N_("{place} knows nothing at {path}: {cause}"),
            hint=N_("check its address and the ids in the settings"),
            place=api.name, path=path, cause=cause,
        )  # fmt: skip
    if status == 429:
        seconds = answer.headers.get("Retry-After", "")
        if seconds.isdecimal():
            return DeliveryError(N_("{place} asks to wait {seconds} s before another call"), place=api.name, seconds=seconds)
        return DeliveryError(N_("{place} asks to wait before another call"), hint=N_("try again later"), place=api.name)
    if status >= 500:
        return DeliveryError(
            N_("{place} is in trouble ({status}): {cause}"),
            hint=N_("try again later"),
            place=api.name,
            status=status,
            cause=cause,
        )
    return DeliveryError(N_("{place} refuses the draft ({status}): {cause}"), place=api.name, status=status, cause=cause)


def _message(body: bytes) -> str:
    """The server's own words, from the shapes these APIs use: `message`, `detail`, `errors`."""
    try:
        found = list(_words(json.loads(body)))
    except ValueError:
        found = []
    return "; ".join(dict.fromkeys(found)) or re.sub(r"<[^>]*>", " ", body[:2000].decode(errors="replace"))


def _words(answer: Any) -> Iterator[str]:
    if isinstance(answer, Mapping):
        for name in ("message", "detail", "title", "pointer", "field"):
            if isinstance(answer.get(name), str) and answer[name]:
                yield answer[name]
        errors = answer.get("errors")
        for each in errors if isinstance(errors, list) else ():
            yield from _words(each)


def _plain(api: Api, text: str) -> str:
    """One short line without a secret."""
    for secret in api.secrets:
        text = text.replace(secret, "•••") if secret else text
    return " ".join(text.split())[:_QUOTED] or "?"
