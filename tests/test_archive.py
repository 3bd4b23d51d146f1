"""The public side: a page an edition, an index and a feed, with the words that were approved and nothing loaded."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import escape
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import feedparser
import pytest

from digest.compose.archive import Published, archive
from digest.errors import TemplateError, UsageError
from digest.language.translations import translator
from digest.model import Edition, Period, Picture
from digest.resources import folder
from digest.settings import Brand, Newsletter
from tests.conftest import Digest
from tests.editions import NASTY, PARIS, bare, many, nasty, newsletter, sample, without_takeaways
from tests.test_render import Page, oneline

ATOM = "{http://www.w3.org/2005/Atom}"
DELIVERED = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
HOME = "https://ateliers.example/lettre/"
EDITIONS = {"sample": sample(), "nasty": nasty(), "bare": bare(), "without takeaways": without_takeaways(), "sixty": many(60)}


def october() -> Edition:
    period = Period(datetime(2026, 10, 1, tzinfo=PARIS), datetime(2026, 11, 1, tzinfo=PARIS))
    return replace(many(6), edition="2026-10", period=period, subject="La lettre d’octobre", introduction="Six articles.")


def published(*editions: Edition) -> list[Published]:
    """The editions, the first one delivered last; each was delivered a second time a day later."""
    moments = [DELIVERED - timedelta(days=30 * place) for place in range(len(editions))]
    return [Published(edition, moment, moment + timedelta(days=1)) for edition, moment in zip(editions, moments, strict=True)]


def pages(editions: Sequence[Edition], settings: Newsletter | None = None, templates: Path | None = None) -> dict[str, str]:
    return archive(
        published(*editions), settings or newsletter(), templates=templates or folder("templates"), translator=translator
    )


def page(edition: Edition, settings: Newsletter | None = None) -> Page:
    return Page(pages([edition], settings)[f"{edition.edition}/index.html"])


def metas(html: Page) -> dict[str, str]:
    found = [attributes for _, attributes, _ in html.all("meta")]
    return {str(each.get("property") or each.get("name")): str(each.get("content")) for each in found}


# ------------------------------------------------------------------------------------------------ a page


def test_a_page_shows_every_word_of_the_edition() -> None:
    an_edition = sample()
    html = page(an_edition)
    words = " ".join(html.texts("body"))
    assert html.texts("title") == [an_edition.subject]
    assert html.texts("h3") == [oneline(story.title) for story in an_edition.stories]
    for story in an_edition.stories:
        assert oneline(story.summary) in words
        assert all(oneline(takeaway.text) in words for takeaway in story.takeaways)
        assert all(oneline(also.title) in words for also in story.also)
    for highlight in an_edition.highlights:
        assert oneline(highlight.takeaway.text) in html.texts("blockquote")
    assert oneline(an_edition.introduction) in html.texts("p")


def test_what_is_said_to_a_subscriber_is_not_on_a_page() -> None:
    text = pages([sample()])["2026-11/index.html"]
    assert "desinscription" not in text
    assert "Vous recevez ce message" not in text
    assert "Lire cette lettre en ligne" not in text
    assert "Se désabonner" not in text


def test_words_of_the_team_are_marked_on_a_page_too() -> None:
    words = "Les projets qui durent sont ceux qui rémunèrent la relecture autant que l’écriture. (la rédaction)"
    assert words in page(sample()).texts("li")


def test_folded_or_not_in_the_email_every_story_is_whole_on_its_page() -> None:
    html = page(many(150))
    assert len(html.texts("h3")) == 150
    assert sum(" takeaways" in f" {attributes.get('class')}" for _, attributes, _ in html.all("ul")) == 150


@pytest.mark.parametrize("name", EDITIONS)
def test_a_page_is_well_formed_and_loads_nothing(name: str) -> None:
    for path, text in pages([EDITIONS[name], october()]).items():
        if path.endswith(".html"):
            html = Page(text)
            assert text.startswith("<!DOCTYPE html>")
            assert not html.all("script", "iframe", "form", "img")
            assert {attributes["rel"] for _, attributes, _ in html.all("link")} <= {"icon", "canonical", "alternate"}
            assert all(str(each["href"]).startswith("data:") for _, each, _ in html.all("link") if each["rel"] == "icon")
            assert not re.search(r"@import|url\(", text)
            assert not re.search(r"javascript:", text)


@pytest.mark.parametrize("name", EDITIONS)
def test_a_page_has_its_landmarks_and_its_headings_in_order(name: str) -> None:
    html = page(EDITIONS[name])
    levels = [int(tag[1]) for tag, _, _ in html.all("h1", "h2", "h3", "h4")]
    assert (levels[0], levels.count(1)) == (1, 1)
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert [tag for tag, _, _ in html.all("header", "main", "footer")] == ["header", "main", "footer"]
    labels = [attributes["aria-label"] for _, attributes, _ in html.all("nav")]
    assert len(labels) == len(set(labels))
    identifiers = [attributes["id"] for _, attributes, _ in html.all("main", "h2") if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))
    inside = {str(each["href"])[1:] for _, each, _ in html.all("a") if str(each["href"]).startswith("#")}
    assert inside <= set(identifiers)


def test_hostile_words_are_shown_as_they_are() -> None:
    text = pages([nasty()])["2026-11/index.html"]
    html = Page(text)
    assert f"<title>{escape(nasty().subject)}</title>" in text.replace("&#39;", "&#x27;").replace("&#34;", "&quot;")
    assert "1. " + oneline(NASTY) in html.texts("h3")
    assert ("ar", "rtl") in {(attributes.get("lang"), attributes.get("dir")) for _, attributes, _ in html.all("h3")}


def test_a_page_tells_what_it_is_to_those_who_share_it() -> None:
    html = page(sample())
    told = metas(html)
    assert told["og:title"] == sample().subject
    assert told["og:description"] == told["description"] == sample().preheader
    assert told["og:url"] == f"{HOME}2026-11/"
    assert (told["og:type"], told["og:site_name"]) == ("article", newsletter().name)
    assert told["article:published_time"] == "2026-12-01T09:00:00Z"
    canonical = [attributes["href"] for _, attributes, _ in html.all("link") if attributes["rel"] == "canonical"]
    assert canonical == [f"{HOME}2026-11/"]
    assert ("html", "fr") in [(tag, attributes.get("lang")) for tag, attributes, _ in html.all("html")]


def test_pictures_lie_beside_their_page_and_the_first_one_stands_for_it() -> None:
    an_edition = sample()
    picture = Picture("0123456789abcdef.jpg", "Un atelier", 552, 300, "https://ailleurs.example/photo.jpg")
    first, *others = an_edition.themes
    told = replace(first.stories[0], picture=picture)
    shown = replace(an_edition, themes=(replace(first, stories=(told, *first.stories[1:])), *others))
    html = page(shown)
    ((_, image, _),) = html.all("img")
    assert (image["src"], image["alt"]) == ("pictures/0123456789abcdef.jpg", "Un atelier")
    assert (image["width"], image["height"]) == ("552", "300")
    assert metas(html)["og:image"] == f"{HOME}2026-11/pictures/0123456789abcdef.jpg"


def test_pages_lead_to_the_editions_before_and_after() -> None:
    made = pages([sample(), october()])
    later, earlier = Page(made["2026-11/index.html"]), Page(made["2026-10/index.html"])
    assert [(each["href"], text) for _, each, text in later.all("a") if each.get("rel")] == [("../2026-10/", "Octobre 2026")]
    assert [(each["href"], text) for _, each, text in earlier.all("a") if each.get("rel")] == [("../2026-11/", "Novembre 2026")]


def test_an_edition_keeps_its_language_whatever_the_newsletter_s_is_now() -> None:
    made = pages([replace(sample(), language="en"), october()])
    english = Page(made["2026-11/index.html"])
    assert "Key takeaways this month" in english.texts("h2")
    assert "All editions" in english.texts("a")
    index = Page(made["index.html"])
    assert ("November 2026", "en") in [(text, each.get("lang")) for _, each, text in index.all("h3")]
    assert ("html", "fr") in [(tag, each.get("lang")) for tag, each, _ in index.all("html")]


# ------------------------------------------------------------------------------------------------ the index


def test_the_index_lists_the_editions_by_year_the_latest_first() -> None:
    last_year = Period(datetime(2025, 12, 1, tzinfo=PARIS), datetime(2026, 1, 1, tzinfo=PARIS))
    old = replace(bare(), edition="2025-12", period=last_year)
    html = Page(pages([old, october(), sample()])["index.html"])
    assert html.texts("h2") == ["2026", "2025"]
    assert html.texts("h3") == ["Novembre 2026", "Octobre 2026", "Décembre 2025"]
    assert [each["href"] for _, each, text in html.all("a") if text.endswith(("2025", "2026"))] == [
        "2026-11/",
        "2026-10/",
        "2025-12/",
    ]


def test_two_editions_of_one_month_are_told_apart() -> None:
    html = Page(pages([sample(), replace(sample(), edition="hors-série")])["index.html"])
    assert html.texts("h3") == ["Novembre 2026 (hors-série)", "Novembre 2026 (2026-11)"]


# ------------------------------------------------------------------------------------------------ the feed


def test_the_feed_is_valid_atom_with_an_entry_an_edition() -> None:
    text = pages([sample(), october()])["feed.xml"]
    feed = ElementTree.fromstring(text)
    entries = feed.findall(f"{ATOM}entry")
    for element, wanted in [
        (feed, ("title", "id", "updated", "author")),
        *((each, ("title", "id", "updated")) for each in entries),
    ]:
        assert [len(element.findall(f"{ATOM}{name}")) for name in wanted] == [1] * len(wanted)
    links = {each.get("rel"): each.get("href") for each in feed.findall(f"{ATOM}link")}
    assert links == {"self": f"{HOME}feed.xml", "alternate": HOME}
    assert [each.findtext(f"{ATOM}id") for each in entries] == [f"{HOME}2026-11/", f"{HOME}2026-10/"]
    assert [each.findtext(f"{ATOM}published") for each in entries] == ["2026-12-01T09:00:00Z", "2026-11-01T09:00:00Z"]
    assert [each.findtext(f"{ATOM}updated") for each in entries] == ["2026-12-02T09:00:00Z", "2026-11-02T09:00:00Z"]
    assert feed.findtext(f"{ATOM}updated") == "2026-12-02T09:00:00Z"
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "fr"


@pytest.mark.parametrize("name", EDITIONS)
def test_feed_readers_read_the_feed(name: str) -> None:
    read = feedparser.parse(pages([EDITIONS[name]])["feed.xml"].encode())
    assert not read.bozo, read.get("bozo_exception")
    (entry,) = read.entries
    assert oneline(entry.title) == oneline(EDITIONS[name].subject) or name == "nasty"
    assert "<script" not in entry.content[0].value
    assert all(
        oneline(each.takeaway.text) in oneline(entry.content[0].value) for each in EDITIONS[name].highlights if name != "nasty"
    )


# ------------------------------------------------------------------------------------------------ the whole


def test_the_same_editions_give_the_same_bytes() -> None:
    assert pages([sample(), nasty()]) == pages([sample(), nasty()])


def test_without_an_address_pages_can_be_read_from_the_disk_and_there_is_no_feed() -> None:
    made = pages([sample(), october()], newsletter(archive_url=None))
    assert set(made) == {"index.html", "2026-10/index.html", "2026-11/index.html"}
    assert "feed.xml" not in "".join(made.values())
    for path, text in made.items():
        links = [str(each["href"]) for _, each, _ in Page(text).all("a")]
        inner = [link for link in links if not link.startswith(("https://", "#"))]
        assert inner
        for link in inner:
            target = (Path("/archive") / path).parent / link
            assert str(target.resolve().relative_to("/archive")) in made


def test_any_brand_colour_will_do() -> None:
    text = pages([sample()], newsletter(brand=Brand(color="#ffcc00")))["2026-11/index.html"]
    assert "--band: #ffcc00" in text


def test_nothing_delivered_gives_nothing() -> None:
    assert pages([]) == {}


@pytest.mark.parametrize("name", ["../ailleurs", ".cachee", "a/b", "a:b"])
def test_a_name_that_is_no_folder_s_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        pages([replace(sample(), edition=name)])


def test_a_mistake_in_a_page_is_told_where_it_is(tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    shutil.copytree(folder("templates"), templates)
    file = templates / "archive" / "edition.html.j2"
    file.write_text(file.read_text(encoding="utf-8").replace("edition.subject", "edition.sujet", 1), encoding="utf-8")
    with pytest.raises(TemplateError, match=r"archive/edition.html.j2, line \d+: "):
        pages([sample()], templates=templates)


# ------------------------------------------------------------------------------------------------ the command


@pytest.fixture
def delivered(starter: Path, digest: Digest) -> Path:
    """A starter newsletter with an archive address, whose edition of this month was delivered as files."""
    settings = starter / "sources.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("  brand:", "  archive_url: https://fil.example/lettre\n  brand:", 1), encoding="utf-8")
    assert digest("draft", folder=starter).code == 0
    assert digest("approve", "2026-11", "--by", "Camille", folder=starter).code == 0
    assert digest("deliver", "2026-11", "--to", "files", "--by", "Camille", folder=starter).code == 0
    return starter


def test_only_delivered_editions_are_published(starter: Path, digest: Digest) -> None:
    assert digest("draft", folder=starter).code == 0
    said = digest("archive", folder=starter)
    assert said.code == 0
    assert "Aucune édition n’a encore été livrée" in said.out
    assert not (starter / "archive").exists()


def test_a_delivered_edition_gets_its_page_and_a_second_run_writes_nothing(delivered: Path, digest: Digest) -> None:
    said = digest("archive", "--json", folder=delivered)
    assert (said.code, said.err) == (0, "")
    assert said.json["editions"] == ["2026-11"]
    files = {file.relative_to(delivered / "archive").as_posix(): file for file in (delivered / "archive").rglob("*.*ml")}
    assert set(files) == {"index.html", "2026-11/index.html", "feed.xml"}
    before = {file: (file.stat().st_mtime_ns, file.read_bytes()) for file in files.values()}
    assert digest("archive", folder=delivered).code == 0
    assert {file: (file.stat().st_mtime_ns, file.read_bytes()) for file in files.values()} == before


def test_an_edition_opened_again_stays_online_as_it_was_delivered(delivered: Path, digest: Digest) -> None:
    assert digest("archive", folder=delivered).code == 0
    page_before = (delivered / "archive/2026-11/index.html").read_bytes()
    assert digest("reopen", "2026-11", folder=delivered).code == 0
    assert digest("archive", folder=delivered).code == 0
    assert (delivered / "archive/2026-11/index.html").read_bytes() == page_before


def test_the_archive_goes_where_it_is_asked_to(delivered: Path, digest: Digest, tmp_path: Path) -> None:
    said = digest("archive", "--output", str(tmp_path / "site"), folder=delivered)
    assert said.code == 0
    assert (tmp_path / "site/2026-11/index.html").is_file()
    assert not (delivered / "archive").exists()
    (tmp_path / "fichier").write_text("")
    said = digest("archive", "--output", str(tmp_path / "fichier"), folder=delivered)
    assert (said.code, said.out) == (1, "")
    assert "un fichier tient la place d" in said.err
