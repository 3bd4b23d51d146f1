"""Whole articles: where a feed only gives an excerpt, the page is asked, as its site allows, and its text replaces the excerpt.

The one home of trafilatura. A page that fails, or that turns out to hold something else, leaves the article as it was.
"""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal
from urllib.parse import urlsplit

from digest.errors import N_, GatherError
from digest.gather.addresses import is_web
from digest.gather.blocks import read_text, write_text
from digest.gather.collect import FeedRequest, Gate, Session, no_gate, open_session
from digest.gather.markup import html_to_text
from digest.gather.robots import Rules, rules_for
from digest.gather.webpage import page_meta, page_picture
from digest.gather.workers import Workers, open_workers
from digest.language.words import fold, tokens
from digest.model import Article, Link
from digest.settings import Collect

FullText = Literal["auto", "always", "never"]

AGENT = "digest"
"""The name under which robots.txt speaks to us."""
_BRIEF = 150
"""Words; a feed's only text under this may be an excerpt even where nothing says so."""
_MORE = "lire (?:la suite|plus)|en savoir plus|voir plus|continue reading|read more"
_CUT = re.compile(rf"(?:…|\.\.\.|\[(?:…|\.\.\.)\]|\((?:…|\.\.\.)\)|(?:{_MORE})[^\n]{{0,80}})\W*$", re.IGNORECASE)
_PAGE_TYPES = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
_AT_ONCE = 8


# ------------------------------------------------------------------------------------------------ decisions


def incomplete(articles: Sequence[Article], full_text: Mapping[str, FullText]) -> tuple[Article, ...]:
    """The articles whose page is worth asking: `full_text` tells for each source's name; `auto` where it does not."""
    return tuple(
        article
        for article in articles
        if article.url
        and (mode := full_text.get(article.source, "never")) != "never"
        and (mode == "always" or is_excerpt(article))
    )


def is_excerpt(article: Article) -> bool:
    """Whether a feed gave the start of an article only: it is cut, or it is brief and stands without an excerpt of its own."""
    return bool(_CUT.search(article.text[-200:])) or (not article.summary and len(article.text.split()) < _BRIEF)


def read_page(article: Article, body: bytes, url: str) -> Article:
    """The article with the text of its page, headings and lists kept; the excerpt becomes its summary.

    It also has the page's picture, unless its feed gave another.

    Raises GatherError where the page holds less than the feed gave, or something else: a consent wall, a home page.
    """
    text, links, picture = _page_text(body, url, article.title)
    if len(text.split()) <= len(article.text.split()):
        raise GatherError(N_("the page holds no more than the feed gave"))
    if not _tells_the_same(article, text):
        raise GatherError(N_("the page holds something else than the article"))
    if article.picture and (picture is None or picture.url != article.picture.url):
        picture = article.picture
    summary = article.summary or _as_summary(article.text)
    return replace(article, text=text, links=links or article.links, summary=summary, picture=picture)


def _page_text(body: bytes, url: str, title: str) -> tuple[str, tuple[Link, ...], Link | None]:
    import trafilatura  # takes half a second and 40 MB: only where there is a page

    tree = trafilatura.load_html(body)
    if tree is None:
        raise GatherError(N_("the page is no HTML that can be read"))
    picture = page_picture(page_meta(tree), url)
    _keep_boxes(tree)
    html = trafilatura.extract(
        tree,
        url=url,
        output_format="html",
        include_comments=False,
        include_formatting=True,
        include_links=True,
        favor_recall=True,
    )
    text, links = html_to_text(html or "", url)
    return write_text(_without_head(read_text(text), title)), links, picture


def _keep_boxes(tree: Any) -> None:
    """Make the boxes inside an article ("À retenir" and its kind) look like its body, in place.

    trafilatura takes an <aside>, or a class such as "box" or "sidebar", for what stands beside the article. A box with a list and
    few links in it is the author's; one full of links leads elsewhere and is left as it was.
    """
    for main in tree.iter("article", "main"):
        for box in list(main.iter("aside", "section", "div", "details")):
            if any(True for _ in box.iter("li")) and _is_authors_own(box):
                box.tag = "div"
                for element in box.iter():
                    for name in ("class", "id", "role", "aria-label"):
                        element.attrib.pop(name, None)


def _is_authors_own(box: Any) -> bool:
    words = len(box.text_content().split())
    linked = sum(len(link.text_content().split()) for link in box.iter("a"))
    forms = any(True for _ in box.iter("form", "input", "button", "nav"))
    return 0 < words < 300 and linked < 0.3 * words and not forms


def _without_head(blocks: list[Any], title: str) -> list[Any]:
    """The blocks without the article's own title, and what stands over it."""
    for i, (_, words) in enumerate(blocks[:4]):
        if fold(words) == fold(title):
            return blocks[i + 1 :]
    return blocks


def _tells_the_same(article: Article, text: str) -> bool:
    """Whether a page's text holds most words of the excerpt, or of the title where the excerpt has few."""
    given = set(tokens(_CUT.sub("", article.text)[:1000])) or set(tokens(article.title))
    known = set(tokens(text))
    return len(given & known) >= 0.6 * len(given)


def _as_summary(excerpt: str) -> str:
    return " ".join(words for _, words in read_text(excerpt))[:1000]


# ------------------------------------------------------------------------------------------------ asking


async def whole_articles(
    articles: Sequence[Article], *, limits: Collect, user_agent: str, processes: int = 2, gate: Gate = no_gate
) -> AsyncIterator[tuple[Article, Article | GatherError]]:
    """Each article with what its page made of it: the whole article, or why it stays an excerpt. In the order they come."""
    async with open_session(limits, user_agent, gate) as session, open_workers(processes) as workers:
        asking = _Asking(session, workers)

        async def one(article: Article) -> tuple[Article, Article | GatherError]:
            return article, await asking.whole(article)

        tasks = [asyncio.create_task(one(article)) for article in articles]
        try:
            for task in asyncio.as_completed(tasks):
                yield await task
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


class _Asking:
    """One run over many pages: each site's robots.txt is asked once, and obeyed."""

    def __init__(self, session: Session, workers: Workers) -> None:
        self._session = session
        self._workers = workers
        self._rules: dict[str, asyncio.Task[Rules]] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def whole(self, article: Article) -> Article | GatherError:
        url = article.url or ""
        if not is_web(url):
            return GatherError(N_("the address cannot be read"))
        site = _site(url)
        rules = await self._rules_of(site)
        if not rules.allow(url):
            return GatherError(N_("the site asks programs not to read this page (robots.txt)"))
        if rules.delay:
            await self._turn(site, rules.delay)
        async with self._room:
            answer = await self._session.fetch(FeedRequest(key=article.id, url=url, accept=_PAGE_TYPES))
            if answer.error:
                return answer.error
            kind = answer.headers.get("content-type", "text/html")
            if "html" not in kind:
                return GatherError(N_("the address gives no web page ({kind})"), kind=kind[:60])
            return await self._workers.run(read_page, article, answer.body, answer.url)

    async def _turn(self, site: str, delay: float) -> None:
        """Wait for the turn of the next request to a site: `delay` seconds after the one before was let go."""
        turn = self._turns[site]
        await turn.acquire()
        asyncio.get_running_loop().call_later(delay, turn.release)

    async def _rules_of(self, site: str) -> Rules:
        if site not in self._rules:
            self._rules[site] = asyncio.create_task(self._ask_rules(f"{site}/robots.txt"))
        return await self._rules[site]

    async def _ask_rules(self, url: str) -> Rules:
        answer = await self._session.fetch(FeedRequest(key=url, url=url, accept="text/plain, */*;q=0.5"))
        return rules_for(answer.status, answer.body, AGENT)


def _site(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
