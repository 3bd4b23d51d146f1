"""A page of the web and a site's rules are read, or refused, in bounded time: whatever the site sends."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from digest.gather.addresses import is_web
from digest.gather.pages import AGENT, is_excerpt, read_page
from digest.gather.robots import LONGEST_DELAY, rules_for
from digest.gather.webpage import read_html
from digest.model import Article
from tests.fuzz.hostile import ADDRESSES, broken, encoded, hostile
from tests.fuzz.promise import Refused, explored, outcome, storable, taken
from tests.fuzz.sound import NOW, PAGE, ROBOTS, check_article

EXCERPT = Article(
    id="00000000000000aa", url="https://relais.example/cuisine", title="Une cuisine partagée", source="Le Relais", collected=NOW,
    text="Trois traiteurs partagent une cuisine, et la mairie…", published=NOW, dated_by="author",
)  # fmt: skip


@explored(40)
@given(encoded(broken((PAGE,))))
def test_page_of_an_article(body: bytes) -> None:
    """Any bytes give the whole article, longer than its excerpt and still of the same identity, or a GatherError."""
    whole = taken(lambda: read_page(EXCERPT, body, "https://relais.example/cuisine"), len(body))
    if whole is not None:
        check_article(whole)
        assert (whole.id, whole.url, whole.title) == (EXCERPT.id, EXCERPT.url, EXCERPT.title)
        assert len(EXCERPT.text.split()) < len(whole.text.split()) <= 2 * len(body)


@explored(60)
@given(broken((PAGE,)))
def test_page_that_someone_saved(html: str) -> None:
    """Any HTML is read as a page, whose words can be stored and whose links lead to the web."""
    page = taken(lambda: read_html(html, "https://relais.example/cuisine"), len(html))
    assert page is not None
    assert all(link.url.startswith(("http://", "https://")) for link in page.links)
    assert storable((page.title, page.text, page.summary, page.author, page.lang))


@explored(60)
@given(
    st.sampled_from([0, 200, 200, 200, 304, 404, 500]),
    encoded(broken((ROBOTS,))),
    st.one_of(st.sampled_from(ADDRESSES), hostile(2000)),
)
def test_rules_of_a_site(status: int, body: bytes, address: str) -> None:
    """Any robots.txt gives rules that say yes or no to any address of the web, and ask for no longer wait than we bear."""
    rules = outcome(lambda: rules_for(status, body, AGENT), len(body))
    assert not isinstance(rules, Refused)
    assert 0 <= rules.delay <= LONGEST_DELAY
    url = f"https://relais.example/{address}"
    if is_web(url):  # no other is asked
        assert outcome(lambda: rules.allow(url), len(body) + len(address)) in (True, False)


@explored(60)
@given(hostile())
def test_text_that_may_be_an_excerpt(text: str) -> None:
    """Whether a text is cut is told of any text."""
    article = Article("a" * 16, None, "T", "S", NOW, text)
    assert outcome(lambda: is_excerpt(article), len(text)) in (True, False)
