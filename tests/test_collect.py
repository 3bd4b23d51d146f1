"""Collecting over a real server that misbehaves in every way we know: each failure is one clear line, and stops nothing else."""

from __future__ import annotations

import asyncio
import dataclasses
import socket
import threading
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from digest.gather.collect import FeedRequest, Fetched, collect
from digest.gather.reachable import PrivateAddressError, is_public, public_socket
from digest.settings import Collect
from tests.servers import ETAG, FEED, Site, running_site

LIMITS = Collect(timeout=5, max_bytes=1_000_000, allow_private_addresses=True)
AGENT = "digest-test (+https://essai.example)"


@pytest.fixture
def site() -> Iterator[Site]:
    with running_site() as running:
        yield running


def ask(*requests: FeedRequest, limits: Collect = LIMITS) -> dict[str, Fetched]:
    async def all_of_them() -> dict[str, Fetched]:
        return {fetched.key: fetched async for fetched in collect(requests, limits=limits, user_agent=AGENT)}

    return asyncio.run(all_of_them())


def ask_one(url: str, limits: Collect = LIMITS, **known: Any) -> Fetched:
    return ask(FeedRequest("it", url, **known), limits=limits)["it"]


def quick(**changes: Any) -> Collect:
    return LIMITS.model_copy(update=changes)


def test_a_feed_is_fetched_whole(site: Site) -> None:
    fetched = ask_one(f"{site.url}/feed")
    assert (fetched.status, fetched.body, fetched.error) == (200, FEED, None)
    assert fetched.headers["content-type"] == "application/rss+xml"


def test_a_compressed_body_is_opened(site: Site) -> None:
    assert ask_one(f"{site.url}/gzipped").body == FEED


def test_who_asks_is_said_honestly(site: Site) -> None:
    ask_one(f"{site.url}/feed?agent")
    headers = next(headers for path, headers in site.asked if path == "/feed?agent")
    assert headers["user-agent"] == AGENT
    assert "cookie" not in headers


def test_what_did_not_change_is_not_sent_again(site: Site) -> None:
    first = ask_one(f"{site.url}/not-modified")
    again = ask_one(f"{site.url}/not-modified", etag=first.etag, last_modified=first.last_modified)
    assert (first.unchanged, first.etag) == (False, ETAG)
    assert (again.unchanged, again.status, again.body, again.error) == (True, 304, b"", None)
    assert site.asked[-1][1]["if-modified-since"] == first.last_modified


def test_the_same_bytes_are_unchanged_where_the_server_does_not_say_so(site: Site) -> None:
    first = ask_one(f"{site.url}/feed")
    again = ask_one(f"{site.url}/feed", fingerprint=first.fingerprint)
    assert (again.unchanged, again.status, again.body) == (True, 200, b"")


@pytest.mark.parametrize(
    ("route", "said"),
    [
        ("/redirect-loop", "more than 5 redirects"),
        ("/redirect-to-script", "redirects to something that is no web page"),
        ("/wrong-length", "broke the connection before the end"),
        ("/reset", "broke the connection before the end"),
        ("/not-http", "does not answer as a web server does"),
        ("/locked", "asks for a password (401)"),
        ("/too-many", "come back later (429)"),
        ("/broken", "in trouble (500)"),
        ("/gone", "gone for good (410)"),
        ("/missing", "nothing at this address any more (404)"),
    ],
)
def test_a_failure_is_one_clear_line_and_stops_no_other(site: Site, route: str, said: str) -> None:
    answers = ask(FeedRequest("bad", site.url + route), FeedRequest("good", f"{site.url}/feed"))
    assert said in str(answers["bad"].error)
    assert "\n" not in str(answers["bad"].error)
    assert answers["good"].body == FEED


def test_a_slow_drip_ends_at_the_total_time(site: Site) -> None:
    assert "no complete answer within 0.3 s" in str(ask_one(f"{site.url}/slow-drip", quick(timeout=0.3)).error)


def test_an_endless_body_ends_at_the_limit(site: Site) -> None:
    assert "larger than 1000000 bytes" in str(ask_one(f"{site.url}/endless").error)


def test_a_gzip_bomb_is_not_opened_beyond_the_limit(site: Site) -> None:
    tracemalloc.start()
    fetched = ask_one(f"{site.url}/gzip-bomb")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "larger than 1000000 bytes" in str(fetched.error)
    assert peak < 60_000_000 + 20_000_000  # the server of the test, which holds the 60 MB it packs, is in the same process


def test_a_retry_after_is_kept(site: Site) -> None:
    assert ask_one(f"{site.url}/too-many").retry_after == "7200"


def test_a_permanent_move_is_told_and_a_passing_one_is_not(site: Site) -> None:
    assert ask_one(f"{site.url}/moved").moved_to == f"{site.url}/feed"
    assert ask_one(f"{site.url}/found").moved_to is None
    mixed = ask_one(f"{site.url}/moved-then-found")
    assert (mixed.moved_to, mixed.url) == (f"{site.url}/found", f"{site.url}/feed")


def test_secrets_are_not_sent_to_another_host(site: Site) -> None:
    secret = {"Authorization": "Bearer s3cret", "X-Key": "s3cret"}
    assert ask_one(f"{site.url}/redirect-to-other-host", headers=secret).body == FEED
    first, second = (headers for _, headers in site.asked[-2:])
    assert (first["authorization"], first["x-key"]) == ("Bearer s3cret", "s3cret")
    assert "s3cret" not in str(second)


def test_an_error_shows_no_secret_of_the_address() -> None:
    failed = ask_one("http://bob:hunter2@127.0.0.1:1/feed?token=s3cret", quick(timeout=2))
    assert "127.0.0.1 does not accept the connection" in str(failed.error)
    assert "hunter2" not in str(failed.error)
    assert "s3cret" not in str(failed.error)


def test_a_wrong_certificate_is_refused() -> None:
    with running_site(tls=True) as site:
        assert "certificate of 127.0.0.1 cannot be trusted" in str(ask_one(f"{site.url}/feed").error)
        assert site.asked == []


def test_one_host_is_asked_a_few_things_at_a_time() -> None:
    with running_site() as site:
        requests = [FeedRequest(str(i), f"{site.url}/slow?{i}") for i in range(12)]
        answers = ask(*requests, limits=quick(per_host=2, concurrency=10))
        assert all(fetched.body == FEED for fetched in answers.values())
        assert site.most_at_once == 2


def test_waiting_for_a_turn_is_not_counted_as_the_servers_time() -> None:
    with running_site() as site:
        requests = [FeedRequest(str(i), f"{site.url}/slow?{i}") for i in range(8)]
        answers = ask(*requests, limits=quick(per_host=1, timeout=0.3))
        assert [fetched.error for fetched in answers.values()] == [None] * 8


def test_a_host_that_never_answers_is_not_waited_for_again_and_again(site: Site) -> None:
    requests = [FeedRequest(str(i), f"{site.url}/silent?{i}") for i in range(12)]
    answers = ask(*requests, limits=quick(per_host=2, timeout=0.2))
    said = [str(fetched.error) for fetched in answers.values()]
    assert sum("no complete answer within 0.2 s" in line for line in said) == len(site.asked) <= 5
    assert sum("127.0.0.1 left 4 requests in a row without a complete answer" in line for line in said) == 12 - len(site.asked)


def test_a_host_that_answers_now_and_then_is_asked_to_the_end(site: Site) -> None:
    paths = ["/silent?1", "/silent?2", "/feed?1", "/silent?3", "/silent?4", "/feed?2", "/silent?5", "/feed?3"]
    answers = ask(*(FeedRequest(path, site.url + path) for path in paths), limits=quick(per_host=1, timeout=0.5))
    assert [path for path, fetched in answers.items() if not fetched.error] == ["/feed?1", "/feed?2", "/feed?3"]
    assert site.paths() == paths


def test_names_are_looked_up_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each lookup waits until all have begun: with as few threads as asyncio starts, none would ever end well."""
    begun = threading.Barrier(20)

    def look_up(host: str, *_: object, **__: object) -> Any:
        begun.wait(timeout=5)
        raise socket.gaierror(socket.EAI_NONAME, f"no {host}")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    requests = [FeedRequest(str(i), f"https://site{i}.example/feed") for i in range(20)]
    answers = ask(*requests, limits=quick(concurrency=20))
    assert [str(fetched.error) for fetched in answers.values()] == [
        f"no server has the name site{key}.example" for key in answers
    ]
    assert not begun.broken


def test_leaving_early_ends_what_is_under_way(site: Site) -> None:
    async def first_only() -> Fetched:
        requests = [FeedRequest("quick", f"{site.url}/feed"), FeedRequest("endless", f"{site.url}/slow-drip")]
        answers = collect(requests, limits=LIMITS, user_agent=AGENT)
        fetched = await anext(answers)
        await answers.aclose()  # type: ignore[attr-defined]  # it is a generator
        return fetched

    assert asyncio.run(asyncio.wait_for(first_only(), 2)).key == "quick"


# ------------------------------------------------------------------------------------------------ our own network


PRIVATE = quick(allow_private_addresses=False)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0x7f.1", "017700000001", "0.0.0.0", "[::1]",
     "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"],
)  # fmt: skip
def test_no_notation_of_loopback_is_ever_reached(site: Site, host: str) -> None:
    path = f"/feed?from-{host}"  # its own: what an earlier test asked may still be arriving
    fetched = ask_one(f"http://{host}:{site.url.rpartition(':')[2]}{path}", PRIVATE)
    assert fetched.error is not None
    assert path not in site.paths()


def test_a_redirect_into_our_network_is_refused(monkeypatch: pytest.MonkeyPatch, site: Site) -> None:
    """The first connection is let through as if it were public; the one that the redirect asks for is not."""
    from digest.gather import collect as module

    let_through = iter([True])

    def first_only(address: tuple[Any, ...]) -> socket.socket:
        return socket.socket(*address[:3]) if next(let_through, False) else public_socket(address)

    monkeypatch.setattr(module, "public_socket", first_only)
    fetched = ask_one(f"{site.url}/redirect-to-other-host", PRIVATE)
    assert "localhost is an address of a private network" in str(fetched.error)


def test_a_name_that_changes_its_answer_gains_nothing() -> None:
    """What is checked is the address that is connected to, after the name was resolved."""
    with pytest.raises(PrivateAddressError):
        public_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.1.2.3", 80)))


@pytest.mark.parametrize(
    "literal",
    ["10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "224.0.0.1", "240.0.0.1", "255.255.255.255",
     "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff0e::1", "fec0::1", "::", "2002:7f00:1::", "64:ff9b::a00:1",
     "64:ff9b:1::1", "not an address"],
)  # fmt: skip
def test_what_is_not_of_the_public_internet_is_told(literal: str) -> None:
    assert not is_public(literal)


@pytest.mark.parametrize("literal", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822", "::ffff:93.184.216.34"])
def test_public_addresses_are_told(literal: str) -> None:
    assert is_public(literal)


def test_an_answer_cannot_be_changed_afterwards(site: Site) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        ask_one(f"{site.url}/feed").status = 200  # type: ignore[misc]
