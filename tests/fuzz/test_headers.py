# ruff: noqa: E501 - lists of traps and trees of strategies are kept whole
"""Addresses, dates and the headers of answers are read, or count for nothing: whatever a server writes there."""

from __future__ import annotations

import re
from datetime import UTC, timedelta
from urllib.parse import quote, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from digest.compose.letter import host, safe_link
from digest.gather import state as states
from digest.gather.addresses import article_id, canonical, is_web, without_secrets
from digest.gather.collect import Fetched
from digest.gather.markup import absolute
from digest.gather.named_pictures import picture, picture_of_file
from digest.gather.reachable import is_public
from digest.language.dates import read_date
from tests.fuzz.hostile import ADDRESSES, hostile, line
from tests.fuzz.promise import Refused, explored, outcome, storable
from tests.fuzz.sound import NOW, PARIS

addresses = st.one_of(
    st.sampled_from(ADDRESSES),
    st.lists(st.one_of(st.sampled_from(ADDRESSES), line()), max_size=4).map("".join),
    hostile(20_000).map(lambda text: f"https://a.example/{text}"),
)
DATES = (
    "3 novembre 2026", "Tue, 03 Nov 2026 06:00:00 +0100", "2026-11-03T06:00:00Z", "03/11/2026", "il y a 3 jours", "hier", "12:30",
    "0", "120", "9" * 5000, "-1", "Sun, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", "31 février 2026", "2026-W45-2",
    "2026-11-03T06:00:00+99:99", "Tue, 03 Nov 2026 06:00:00 +9999", "1er mai 99999999999", "²/٣/2026", "2026-11-03T25:61",
)  # fmt: skip
dates = st.one_of(
    st.sampled_from(DATES), st.lists(st.one_of(st.sampled_from(DATES), line()), max_size=3).map(" ".join), hostile()
)


@explored(150)
@given(addresses)
def test_address(address: str) -> None:
    """Any address has one spelling, which is its own spelling and names the same article, or is none of the web."""

    def told() -> tuple[object, ...]:
        return (
            canonical(address),
            article_id(address),
            without_secrets(address),
            absolute(address, "https://b.example/"),
            is_web(address),
        )

    found = outcome(told, len(address))
    assert not isinstance(found, Refused)
    if is_web(address):
        once = canonical(address)
        assert is_web(once), once
        assert canonical(once) == once
        assert article_id(canonical(address)) == article_id(once)
        assert len(once) <= 12 * len(address) + 100


@explored(100)
@given(addresses)
def test_link_that_a_reader_follows(address: str) -> None:
    """Any address becomes a link of plain characters to the web, or none."""
    link = outcome(lambda: safe_link(address), len(address))
    assert not isinstance(link, Refused)
    if link is not None:
        assert re.fullmatch(r"https?://[\x21-\x7e]+", link), link
        assert not set(link) & set('"<>\\^`{|}'), link
        assert isinstance(host(link), str)


@explored(60)
@given(addresses, line(), line())
def test_address_of_a_picture(address: str, alt: str, name: str) -> None:
    """Any address of a picture is one of the web or a path in the folder, or there is none; its words can be stored."""
    found = outcome(
        lambda: (picture(address, alt), picture_of_file(address, alt, name=f"{name}.md", source="Dossier")), len(address)
    )
    assert not isinstance(found, Refused)


@explored(60)
@given(st.one_of(line(), st.ip_addresses().map(str)))
def test_address_of_a_machine(literal: str) -> None:
    """Only the address of a machine of the public internet is one that may be asked."""
    assert outcome(lambda: is_public(literal), len(literal)) in (True, False)


@explored(150)
@given(dates, st.sampled_from(["fr", "en", "de", "es", "it", "pt", "ar", ""]))
def test_date_as_people_write_it(written: str, lang: str) -> None:
    """Any words are a date between 1990 and two days from now, or none."""
    found = outcome(lambda: read_date(written, lang=lang, relative_to=NOW, tz=PARIS), len(written))
    assert not isinstance(found, Refused)
    if found is not None:
        assert found.tzinfo is UTC
        assert found.year >= 1989
        assert found <= NOW + timedelta(days=3)


@explored(100)
@given(dates, st.sampled_from([0, 200, 404, 410, 429, 503]), line())
def test_wait_that_a_server_asks_for(retry_after: str, status: int, etag: str) -> None:
    """Whatever a server writes in its headers, the next try has a moment, no later than the longest wait; and it can be stored."""
    before = states.from_json({})
    answer = Fetched("a", "https://a.example/", status=status, retry_after=retry_after, etag=etag, last_modified=retry_after)
    after = outcome(lambda: states.after_failure(before, answer, "il ne répond pas", NOW), len(retry_after))
    assert not isinstance(after, Refused)
    assert after.not_before is not None
    assert NOW < after.not_before <= NOW + states.LONGEST_WAIT
    assert states.from_json(states.to_json(after)) == after


@explored(60)
@given(addresses)
def test_address_with_a_secret(address: str) -> None:
    """A password in an address is never shown."""
    secret = f"https://user:{quote('s3cr3t-', safe='')}{len(address)}@b.example/{address}"
    shown = outcome(lambda: without_secrets(secret), len(secret))
    assert isinstance(shown, str)
    assert "s3cr3t" not in shown or urlsplit(secret).netloc == ""
    assert storable(shown) or not storable(address)
