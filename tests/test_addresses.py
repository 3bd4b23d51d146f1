"""Canonical addresses: the right merges are made, and none of the wrong ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather.addresses import article_id, canonical, is_web, without_secrets

SAME = [
    ("https://example.org/a", "https://example.org/a?utm_source=rss&utm_medium=rss&utm_campaign=a"),
    ("https://example.org/a", "https://example.org/a?xtor=RSS-17"),
    ("https://example.org/a", "https://example.org/a#xtor=AL-32280270"),
    ("https://example.org/a", "https://example.org/a?at_medium=RSS&at_campaign=flux&at_creation=une"),
    ("https://example.org/a", "https://example.org/a#at_medium=5&at_campaign_group=1"),
    ("https://example.org/a", "https://example.org/a#Echobox=1732440000"),
    ("https://example.org/a", "https://example.org/a?fbclid=IwAR0&gclid=x&mc_cid=1&mc_eid=2&mtm_campaign=nl&pk_kwd=z"),
    ("https://example.org/a?id=7", "https://example.org/a?utm_term=x&id=7&_ga=2.1"),
    ("https://medium.example/p/abc", "https://medium.example/p/abc?source=rss-b1f3d322dadf------2"),
    ("https://example.org/a", "https://example.org/a?ref=rss"),
    ("https://example.org/a", "HTTPS://Example.ORG:443/a"),
    ("https://example.org/a", "http://example.org/a"),
    ("https://example.org/a", "https://www.example.org/a/"),
    ("https://example.org/a", "https://example.org/b/../a#comments"),
    ("https://example.org/", "https://example.org"),
    ("https://example.org/~t%C3%A9l%C3%A9", "https://example.org/%7Et%c3%a9l%c3%a9"),
    ("https://example.org/télé", "https://example.org/t%C3%A9l%C3%A9"),
    ("https://éco.example/a", "https://xn--co-9ia.example/a"),
    ("https://example.org/a?x=1&y=2", "https://example.org/a?y=2&x=1"),
    ("https://example.org/a", "https://example.org/a;jsessionid=0A1B"),
    ("https://example.org/a", "https://www.google.com/url?rct=j&sa=t&url=https://example.org/a&ct=ga"),
]
DIFFERENT = [
    ("https://example.org/?p=12", "https://example.org/?p=13"),
    ("https://example.org/article?id=1", "https://example.org/article"),
    ("https://example.org/a", "https://example.org/A"),
    ("https://example.org/news#v1.2", "https://example.org/news#v1.3"),
    ("https://example.org/#!/a", "https://example.org/#!/b"),
    ("https://fr.example.org/a", "https://example.org/a"),
    ("https://example.org/fr/a", "https://example.org/en/a"),
    ("https://example.org/a?lang=fr", "https://example.org/a?lang=en"),
    ("https://example.org/a?page=2", "https://example.org/a"),
    ("https://example.org/a?source=insee", "https://example.org/a?source=ademe"),
    ("https://example.org/a?ref=2026-114", "https://example.org/a?ref=2026-115"),
    ("https://example.org/a%2Fb", "https://example.org/a/b"),
    ("https://example.org:8443/a", "https://example.org/a"),
    ("https://example.org/a?attribut=1", "https://example.org/a?attribut=2"),
    ("https://www.google.com/search?q=ess", "https://www.google.com/search?q=ia"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_addresses_of_one_article_have_one_id(one: str, other: str) -> None:
    assert article_id(canonical(one)) == article_id(canonical(other))


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_addresses_of_two_articles_keep_two_ids(one: str, other: str) -> None:
    assert article_id(canonical(one)) != article_id(canonical(other))


def test_a_canonical_address_still_opens_the_page() -> None:
    """http stays http and www stays www: a site may answer on that name alone."""
    assert canonical("http://www.example.org/a/?utm_source=x&id=3") == "http://www.example.org/a/?id=3"


def test_what_is_not_of_the_web_is_left_alone() -> None:
    assert canonical("mailto:a@example.org") == "mailto:a@example.org"
    assert article_id("notes/a.md") != article_id("notes/a.md/")


@pytest.mark.parametrize("url", ["https://example.org", "http://example.org:8080/a?b#c", "https://[2001:db8::1]/a"])
def test_http_and_https_are_the_web(url: str) -> None:
    assert is_web(url)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.org",
        "//example.org/a",
        "/a",
        "",
        "https://",
        "http://[::1",
        "http://a:b",
    ],
)
def test_other_schemes_and_broken_addresses_are_not_the_web(url: str) -> None:
    assert not is_web(url)


@given(st.text(max_size=60).map(lambda tail: "https://example.org/" + tail))
def test_a_canonical_address_is_its_own_canonical(url: str) -> None:
    assert canonical(canonical(url)) == canonical(url)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.example/feed?token=s3cret&page=2", "https://a.example/feed?token=…&page=2"),
        ("https://a.example/feed?api_key=s3cret", "https://a.example/feed?api_key=…"),
        (
            "https://a.example/f?accessKey=s3cret&auth=s3cret&Rss%5FToken=s3cret",
            "https://a.example/f?accessKey=…&auth=…&Rss%5FToken=…",
        ),
        ("https://bob:s3cret@a.example:8443/feed", "https://…@a.example:8443/feed"),
        ("https://a.example/spip.php?page=backend&monkey=1&token", "https://a.example/spip.php?page=backend&monkey=1&token"),
        ("http://[::1", "http://[::1"),
    ],
)
def test_an_address_is_shown_without_what_opens_a_door(url: str, shown: str) -> None:
    assert without_secrets(url) == shown


def test_an_address_in_an_address_in_an_address_is_unwrapped_and_ends() -> None:
    """Ten thousand of them were ten thousand calls, one inside the other."""
    wrapper = "https://www.google.com/url?url="
    assert canonical(wrapper * 50 + "https://a.example/b") == "https://a.example/b"
    assert not is_web(wrapper * 10_000 + "https://a.example/b")


@pytest.mark.parametrize("path", ["a" * 2000, "é" * 400, "[" * 700, "?a=" + "1" * 2000])
def test_an_address_too_long_for_the_index_of_a_database_is_none(path: str) -> None:
    """PostgreSQL refuses to index more than 2,704 bytes, and with the address the whole collection."""
    assert not is_web(f"https://a.example/{path}")
    assert is_web(f"https://a.example/{path[:300]}")


def test_half_of_a_character_makes_no_address() -> None:
    assert not is_web("https://a.example/\udcff")
