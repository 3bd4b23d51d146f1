"""Whether the links of an edition lead somewhere: each is asked once, as a reader's click would, and none of its page is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from digest.gather.collect import FeedRequest, Fetched, collect
from digest.model import LinkState
from digest.settings import Collect

MOST_LINKS: Final = 300
"""Of one edition; the others are not tried."""
_SECONDS: Final = 10.0
"""For one link, redirects included: a reader would not wait longer."""
_GONE: Final = (404, 410)
_PAGES: Final = "text/html, application/xhtml+xml;q=0.9, */*;q=0.8"


async def try_links(addresses: Sequence[str], *, limits: Collect, user_agent: str) -> dict[str, LinkState]:
    """What each address answers, in the order given; of one host, one at a time. A failure is a value.

    `limits` are those of collecting; a link waits 10 seconds at most, and never leads to a private address.
    """
    polite = limits.model_copy(update={"timeout": min(limits.timeout, _SECONDS), "per_host": 1})
    requests = [FeedRequest(key=address, url=address, accept=_PAGES, body=False) for address in dict.fromkeys(addresses)]
    found = {answer.key: _state(answer) async for answer in collect(requests[:MOST_LINKS], limits=polite, user_agent=user_agent)}
    return {request.key: found[request.key] for request in requests[:MOST_LINKS]}


def _state(answer: Fetched) -> LinkState:
    if answer.status in _GONE:
        return LinkState("gone", answer.status)
    if answer.error:
        return LinkState("failed", answer.status, cause=answer.error)
    if answer.moved_to and answer.moved_to != answer.key:
        return LinkState("redirected", answer.status, to=answer.moved_to)
    return LinkState("ok", answer.status)
