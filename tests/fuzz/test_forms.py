"""The forms of the review page change what they say, or nothing: whatever a browser sends, with whatever cookie and token."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from urllib.parse import quote

from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from hypothesis import example, given
from hypothesis import strategies as st

from digest.model import Edition
from digest.review.door import DOOR, Door, Session, guard
from digest.review.gestures import TAKEAWAY, key, reordered, told, typed, written
from tests.fuzz.editions import EDITION, NAMES, check_edition, text_of
from tests.fuzz.hostile import hostile, line
from tests.fuzz.promise import Refused, explored, outcome, taken

KEYS = [key(one) for story in EDITION.stories for one in story.takeaways] + [
    f"{EDITION.stories[0].article}-1-0-9999999",
    "a-1-2-3",
    "",
]
DEEDS = ("up", "down", "off", "move", "place", "drop", "hold", "reject", "quote", "remove", "add", "top", "", "delete")
deeds = st.one_of(
    st.tuples(st.sampled_from(DEEDS), st.one_of(st.sampled_from(KEYS), line())).map(":".join), st.sampled_from(DEEDS), line()
)
names = st.one_of(
    st.sampled_from(["subject", "preheader", "introduction", "title", "summary", "theme", "to", "place", "do"]),
    st.sampled_from(KEYS).map(lambda key: TAKEAWAY + key),
    line(),
)
fields = st.dictionaries(
    names, st.one_of(line(), hostile(20_000), st.sampled_from([*NAMES, "0", "99999", "²", "-1"])), max_size=5
)


@explored(60)
@given(st.sampled_from([story.id for story in EDITION.stories] + ["nobody"]), fields, deeds)
def test_form_of_a_story(story: str, given_: dict[str, str], deed: str) -> None:
    """Any form gives an edition from which nothing is lost and that quotes its articles, or a DigestError."""
    form = given_ | {"do": deed}
    size = sum(map(len, form.values()))
    found = taken(lambda: told(EDITION, story, form, NAMES, text_of), size)
    if found is not None:
        check_edition(found.edition)
    outcome(lambda: typed(EDITION, story, form), size)


@explored(60)
@given(fields, deeds)
def test_form_of_an_edition(form: dict[str, str], deed: str) -> None:
    """Any form gives an edition whose stories are as they were."""
    size = sum(map(len, form.values()))

    def sent() -> Edition:
        return reordered(written(EDITION, form), deed)

    found = taken(sent, size)
    assert found is not None
    assert found.themes == EDITION.themes
    assert set(found.highlights) <= set(EDITION.highlights)
    outcome(lambda: typed(EDITION, None, form), size)


HEADER = st.text(st.characters(exclude_characters="\r\n\x00", codec="utf-8"), max_size=60)
"""What a header may hold once a server has taken it."""


def door() -> Door:
    made = Door(frozenset({"a.example"}), secure=True, clock=lambda: datetime(2026, 11, 24, tzinfo=UTC), token="s" * 32)
    made.sessions["known"] = Session("Ana", "approver", csrf="c" * 32, seen=made.clock())
    return made


async def served(request: web.Request) -> web.StreamResponse:
    return web.Response(text="inside")


def knock(method: str, path: str, headers: dict[str, str]) -> int:
    """The status of the answer at the door: 200 only for who came in."""
    app = web.Application()
    app[DOOR] = door()

    async def ask() -> int:
        request = make_mocked_request(method, path, headers={"Host": "a.example", **headers}, app=app)
        try:
            return (await guard(request, served)).status
        except web.HTTPException as answer:
            return answer.status

    return asyncio.run(ask())


@explored(60)
@given(
    st.sampled_from(["GET", "POST"]),
    st.dictionaries(
        st.sampled_from(["Cookie", "Origin", "Host", "X-CSRF-Token", "Sec-Fetch-Site", "HX-Request"]), HEADER, max_size=4
    ),
    HEADER,
)
def test_knock_at_the_door(method: str, headers: dict[str, str], token: str) -> None:
    """No cookie, token or header but the right ones opens the door, and none of them breaks it."""
    status = outcome(lambda: knock(method, f"/?token={quote(token, errors='replace')}", headers), 1000)
    assert not isinstance(status, Refused)
    came_in = (
        "digest=known" in headers.get("Cookie", "")
        and method == "GET"
        and headers.get("Host", "a.example").lower() == "a.example"
    )
    assert status in (200, 303, 401, 403, 421)
    assert status != 200 or came_in


@explored(60)
@given(line())
@example("\udcff")  # a byte of a header that is no character: UnicodeEncodeError, and an answer of 500
def test_token(token: str) -> None:
    """No token but the right one opens the door."""
    assert outcome(lambda: door().use_token(token), len(token)) is False
