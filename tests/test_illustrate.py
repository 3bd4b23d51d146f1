"""The pictures of an edition, from the sources that name them to the email that shows them."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from digest.compose.illustrated import illustrated
from digest.compose.periods import choose_period
from digest.compose.render import render
from digest.config import Config
from digest.deliver.message import is_as_made
from digest.errors import GatherError
from digest.gather.entries import Entry
from digest.gather.named_pictures import picture, picture_of_file
from digest.gather.pages import read_page
from digest.gather.parse import parse_feed
from digest.gather.pictures import read_pictures
from digest.gather.webpage import read_html
from digest.illustrate import illustrate, illustrate_offline
from digest.language.translations import translator
from digest.model import Article, Edition, EditionStory, Link, Picture, SourceReport
from digest.pipeline import draft, plan, update
from digest.resources import folder
from digest.settings import Collect, parse
from digest.store import Reader, Store, open_store

from .conftest import NOW, SETTINGS, Digest
from .drawn import drawing, file_of, photograph
from .editions import newsletter as sample_newsletter
from .editions import sample
from .servers import Site, running_site
from .test_pages import PAGE

Make = Callable[..., Article]
PHOTO, OTHER = file_of(photograph(700, 400)), file_of(photograph(700, 400, seed=2))


# ------------------------------------------------------------------------------------------------ which picture


def entry_of(inside: str) -> Link | None:
    """The picture of an RSS entry that holds some elements."""
    feed = (
        '<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>t</title><item><title>Un titre</title>'
        f"<link>https://gazette.example/a</link><description>Un texte.</description>{inside}</item></channel></rss>"
    )
    (article,) = feed_articles(feed)
    assert article.title == "Un titre"
    return article.picture


def feed_articles(feed: str) -> tuple[Article, ...]:
    parsed = parse_feed(
        feed.encode(), url="https://gazette.example/feed", headers={}, source="g", collected=NOW, language="fr", tz=UTC
    )
    return parsed.articles


@pytest.mark.parametrize(
    ("inside", "address"),
    [
        ('<media:content url="/a.jpg" medium="image"/>', "https://gazette.example/a.jpg"),
        ('<media:content url="https://x.example/a" type="image/jpeg"/>', "https://x.example/a"),
        ('<media:content url="https://x.example/a.webp?w=1"/>', "https://x.example/a.webp?w=1"),
        ('<media:thumbnail url="https://x.example/t.jpg" width="320"/>', "https://x.example/t.jpg"),
        ('<enclosure url="https://x.example/e.png" type="image/png" length="9"/>', "https://x.example/e.png"),
        (
            '<media:group><media:content url="https://x.example/v.mp4" type="video/mp4"/>'
            '<media:content url="https://x.example/s.jpg" type="image/jpeg" width="300"/>'
            '<media:content url="https://x.example/l.jpg" type="image/jpeg" width="1200"/></media:group>',
            "https://x.example/l.jpg",
        ),
        (
            '<media:content url="https://2.gravatar.com/a/x.jpg" medium="image"><media:title>Ana</media:title></media:content>'
            '<media:content url="https://x.example/b.jpg" medium="image"/>',
            "https://x.example/b.jpg",
        ),
        (
            '<media:content url="https://x.example/v.swf" type="application/x-shockwave-flash"/>'
            '<media:thumbnail url="https://x.example/v.jpg"/>',
            "https://x.example/v.jpg",
        ),
    ],
)
def test_a_feed_names_the_picture_of_an_entry(inside: str, address: str) -> None:
    assert entry_of(inside) == Link("", address)


@pytest.mark.parametrize(
    "inside",
    [
        "",
        '<media:thumbnail url="https://x.example/t.jpg" width="72"/>',
        '<enclosure url="https://x.example/e.mp3" type="audio/mpeg" length="9"/>',
        '<media:content url="javascript:alert(1)" medium="image"/>',
        '<media:content url="data:image/png;base64,AAAA" medium="image"/>',
        '<media:content url="http://[x" medium="image"/>',
        '<media:content medium="image"/>',
        f'<media:content url="https://x.example/{"a" * 2000}.jpg" medium="image"/>',
    ],
)
def test_thumbnails_recordings_and_what_is_no_address_of_the_web_are_no_pictures(inside: str) -> None:
    assert entry_of(inside) is None


def test_a_json_feed_names_pictures_too() -> None:
    feed = """{"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": [
      {"id": "1", "title": "a", "content_text": "x", "image": "https://x.example/i.jpg", "banner_image": "https://x.example/b.jpg"},
      {"id": "2", "title": "b", "content_text": "x", "banner_image": "/b.jpg"}, {"id": "3", "title": "c", "image": null}]}"""
    assert [article.picture and article.picture.url for article in feed_articles(feed)] == [
        "https://x.example/i.jpg", "https://gazette.example/b.jpg", None
    ]  # fmt: skip
    assert Entry().picture == ""


def test_a_page_gives_its_picture_and_what_it_shows(article: Make) -> None:
    head = '<meta property="og:image" content="/atelier.jpg"><meta property="og:image:alt" content="Deux  personnes à un établi">'
    page = PAGE.replace("</head>", f"{head}</head>")
    shown = Link("Deux personnes à un établi", "https://gazette.example/atelier.jpg")
    assert read_html(page, "https://gazette.example/a").picture == shown
    assert read_html(page).picture is None, "a saved page that does not say where it was"
    short = article(title="Un atelier pour réparer", text="La mairie de Fontclaire ouvre un atelier de réparation […]")
    assert read_page(short, page.encode(), "https://gazette.example/a").picture == shown
    given = replace(short, picture=Link("", "https://gazette.example/autre.jpg"))
    assert read_page(given, page.encode(), "https://gazette.example/a").picture == given.picture
    same = replace(short, picture=Link("", shown.url))
    assert read_page(same, page.encode(), "https://gazette.example/a").picture == shown


def test_a_file_name_is_no_alternative_text() -> None:
    assert picture("https://x.example/a.jpg", "IMG_2034.JPG") == Link("", "https://x.example/a.jpg")
    assert picture("https://x.example/a.jpg", " Un  chat ") == Link("Un chat", "https://x.example/a.jpg")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("chat.jpg", "Dossier/2026/chat.jpg"),
        ("images\\chat.jpg", "Dossier/2026/images/chat.jpg"),
        ("/images/chat.jpg", "Dossier/images/chat.jpg"),
        ("../chat.jpg", "Dossier/2026/../chat.jpg"),
        ("https://x.example/chat.jpg", "https://x.example/chat.jpg"),
    ],
)
def test_a_file_names_a_picture_of_the_web_or_of_its_folder(written: str, kept: str) -> None:
    assert picture_of_file(written, "Un chat", name="2026/un.md", source="Dossier") == Link("Un chat", kept)


# ------------------------------------------------------------------------------------------------ its bytes


def read(addresses: list[str], folders: dict[str, Path] | None = None, **limits: Any) -> dict[str, int | GatherError]:
    """How many bytes each address gives, or why none."""
    collect = Collect(**{"allow_private_addresses": True, "timeout": 2} | limits)
    return asyncio.run(
        read_pictures(addresses, len, folders=folders or {}, limits=collect, user_agent="digest/test (+mailto:a@b.c)")
    )


def test_pictures_are_asked_for_once_each_and_honestly() -> None:
    with running_site({"/a.jpg": ("image/jpeg", PHOTO)}) as site:
        assert read([f"{site.url}/a.jpg"] * 2) == {f"{site.url}/a.jpg": len(PHOTO)}
        ((path, headers),) = site.asked
    assert (path, headers["user-agent"]) == ("/a.jpg", "digest/test (+mailto:a@b.c)")
    assert headers["accept"].startswith("image/jpeg")


def test_what_cannot_be_had_is_a_value() -> None:
    with running_site({"/large.jpg": ("image/jpeg", bytes(20_000))}) as site:
        found = read(
            [f"{site.url}/{path}" for path in ("missing.jpg", "large.jpg", "slow-drip", "redirect-to-script")],
            max_bytes=10_000,
            timeout=0.3,
        )
    told = [str(error) for error in found.values()]
    assert [isinstance(error, GatherError) for error in found.values()] == [True] * 4
    assert "404" in told[0]
    assert "larger than 10000 bytes" in told[1]
    assert "no complete answer within 0.3 s" in told[2]


def test_a_picture_at_a_private_address_is_never_asked_for() -> None:
    with running_site({"/a.jpg": ("image/jpeg", PHOTO)}) as site:
        (error,) = read([f"{site.url}/a.jpg"], allow_private_addresses=False).values()
        assert site.asked == []
    assert "private network" in str(error)


def test_a_picture_of_a_folder_is_read_and_one_outside_never(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(PHOTO)
    (tmp_path / "secret.jpg").write_bytes(PHOTO)
    (folder / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    names = ["a.jpg", "../secret.jpg", "link.jpg", "/etc/passwd", "none.jpg", "", "a\0.jpg"]
    found = read([f"Dossier/{name}" for name in names] + ["Ailleurs/a.jpg"], {"Dossier": folder})
    assert found["Dossier/a.jpg"] == len(PHOTO)
    told = [str(error) for error in found.values()]
    assert [isinstance(error, GatherError) for error in found.values()] == [False] + [True] * 7
    assert all("leaves the folder" in words for words in told[1:4]), told
    assert "no folder of the settings" in told[-1]


# ------------------------------------------------------------------------------------------------ an edition with pictures


@dataclass
class Letter:
    """A newsletter with pictures, its store, and the site it follows."""

    config: Config
    store: Store
    site: Site
    now: datetime

    def planned(self, *, force: bool = False) -> Edition:
        reports = asyncio.run(update(self.config, self.store, now=self.now, force=force, progress=lambda _: None))
        period = choose_period("2026-11", since=None, until=None, now=self.now, tz=self.config.settings.newsletter.tz)
        return plan(self.config, self.store, "2026-11", period, reports=reports, now=self.now)

    def illustrated(self) -> Edition:
        return asyncio.run(illustrate(self.config, self.store, self.planned(force=True)))

    def report(self, edition: Edition, source: str) -> SourceReport:
        (report,) = (report for report in edition.sources if report.name == source)
        return report

    def pictures(self, edition: Edition) -> dict[str, str]:
        """The addresses of the pictures that an edition shows, by the titles of their stories."""
        return {story.title: Path(story.picture.url).name for story in edition.stories if story.picture}


TITLES = (
    "Une recyclerie confie le tri à une intelligence artificielle",
    "La Commission européenne ouvre un guichet pour les communs",
    "Un algorithme libre pour la banque alimentaire de Valbrune",
    "Le Parlement européen vote un fonds pour les petites structures",
    "Des bénévoles de Fontclaire écrivent une charte de l’IA",
    "Le DSA expliqué aux associations de quartier",
)
BODIES = (
    "À Lorient, des salariés trient trois tonnes de vêtements par semaine avec une caméra et un vieil ordinateur.",
    "Le guichet répondra en huit semaines à toute coopérative qui publie son code, promet la direction générale.",
    "Les camions partent une heure plus tôt depuis que les tournées sont calculées la veille, disent les chauffeurs.",
    "Quatre cents députés ont approuvé le texte, qui réserve un tiers des sommes aux organisations de dix personnes.",
    "Douze soirées, deux cents habitantes et une page affichée dans le hall : la charte tient en cinq promesses.",
    "Qui modère un forum d’habitants doit désormais dire pourquoi un message disparaît, et comment le contester.",
)


FOLDER = {"name": "Dossier", "folder": "articles"}


@contextmanager
def newsletter(folder: Path, now: datetime, site: Site, *sources: dict[str, str]) -> Iterator[Letter]:
    """A newsletter in a folder."""
    limits = {"min_stories": 1, "stories_per_source": 20, "stories_per_theme": 20}
    settings = {
        **SETTINGS,
        "newsletter": {**SETTINGS["newsletter"], "images": "local", "limits": limits},
        "sources": list(sources),
        "collect": {"allow_private_addresses": True, "timeout": 2},
    }
    config = Config(folder / "sources.yaml", parse(settings))
    reader = Reader(config.settings.newsletter.name, {source.key: source.name for source in config.settings.sources}, config.home)
    (folder / "articles").mkdir()
    with open_store(folder / "digest.db", reader) as store:
        yield Letter(config, store, site, now)


@pytest.fixture
def letter(tmp_path: Path, now: datetime) -> Iterator[Letter]:
    with running_site() as site, newsletter(tmp_path, now, site, FOLDER) as letter:
        yield letter


def save(letter: Letter, pictures: dict[int, str], files: dict[str, tuple[str, bytes]]) -> None:
    """Puts articles in the folder, each with its picture's place on the site, and the files of these pictures on the site."""
    for i, path in pictures.items():
        front = f'---\ntitle: "{TITLES[i]}"\ndate: 2026-11-2{i}\nimage: {letter.site.url}{path}\n---\n\n'
        (letter.config.folder / "articles" / f"{i}.md").write_text(front + BODIES[i] + "\n", encoding="utf-8")
    letter.site.pages.update(files)


def test_a_feed_is_read_without_asking_for_its_pictures_and_a_draft_asks(tmp_path: Path, now: datetime) -> None:
    with running_site({"/a.jpg": ("image/jpeg", PHOTO)}) as site:
        item = f"<item><title>{TITLES[0]}</title><link>https://gazette.example/0</link><description>{BODIES[0]}</description>"
        shown = f'<media:content url="{site.url}/a.jpg" medium="image"/></item>'
        feed = f'<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel>{item}{shown}</channel></rss>'
        site.pages["/pictured"] = ("application/rss+xml", feed.encode())
        with newsletter(tmp_path, now, site, {"name": "Gazette", "feed": f"{site.url}/pictured"}) as letter:
            planned = letter.planned()
            assert site.paths() == ["/pictured"]
            assert letter.pictures(asyncio.run(illustrate(letter.config, letter.store, planned))) == {TITLES[0]: "a.jpg"}


def test_stories_show_the_pictures_that_can_be_had_and_the_source_tells_the_others(letter: Letter) -> None:
    save(
        letter,
        {0: "/a.jpg", 1: "/page.jpg", 2: "/broken", 3: "/half.jpg", 4: "/tiny.png", 5: "/gone"},
        {
            "/a.jpg": ("image/jpeg", PHOTO),
            "/page.jpg": ("image/jpeg", b"<!doctype html><html></html>"),
            "/half.jpg": ("image/jpeg", PHOTO[:3000]),
            "/tiny.png": ("image/png", file_of(drawing(40, 40), "PNG")),
        },
    )
    edition = letter.illustrated()
    assert letter.pictures(edition) == {TITLES[0]: "a.jpg"}
    dossier = letter.report(edition, "Dossier")
    assert dossier.status == "ok"
    told = str(dossier.error)
    assert len(told.splitlines()) == 5
    plain = told.replace("\u00a0", " ")
    assert f"sans son image, « {TITLES[1]} » : ce qui s’y trouve n’est pas une image" in plain


def test_a_picture_that_several_articles_share_stands_once(letter: Letter) -> None:
    files = {"/a.jpg": ("image/jpeg", PHOTO), "/b.jpg": ("image/jpeg", PHOTO), "/c.jpg": ("image/jpeg", OTHER)}
    save(letter, {0: "/a.jpg", 1: "/b.jpg", 2: "/a.jpg", 3: "/c.jpg"}, files)
    edition = letter.illustrated()
    assert sorted(letter.pictures(edition).values()) in (["a.jpg", "c.jpg"], ["b.jpg", "c.jpg"])
    assert letter.site.paths().count("/a.jpg") == 1
    assert letter.report(edition, "Dossier").error is None, "nothing went wrong"


def test_the_first_stories_of_every_theme_come_before_the_second_ones(letter: Letter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digest.illustrate.PICTURES", 2)
    files = {f"/{i}.jpg": ("image/jpeg", file_of(photograph(300, 200, seed=i))) for i in range(1, 6)}
    save(letter, {0: "/none.jpg", **{i: f"/{i}.jpg" for i in range(1, 6)}}, files)
    edition = letter.illustrated()
    with_pictures = [sum(story.picture is not None for story in theme.stories) for theme in edition.themes]
    assert with_pictures == [1, 1]
    assert sum(path.endswith(".jpg") for path in letter.site.paths()) <= 3, "no more are asked for than are needed"


def test_a_kept_picture_is_not_asked_for_again_and_needs_no_network(letter: Letter, tmp_path: Path) -> None:
    save(letter, {0: "/a.jpg", 1: "/b.jpg"}, {"/a.jpg": ("image/jpeg", PHOTO), "/b.jpg": ("image/jpeg", OTHER)})
    first = draft(letter.config, letter.store, letter.illustrated(), output=tmp_path / "one", now=letter.now)
    letter.site.pages["/a.jpg"] = ("text/html", b"gone")
    again = draft(letter.config, letter.store, letter.illustrated(), output=tmp_path / "two", now=letter.now)
    assert again.edition.revision == first.edition.revision == 1
    assert letter.site.paths().count("/a.jpg") == 1
    offline = asyncio.run(illustrate_offline(letter.config, letter.store, letter.planned()))
    assert letter.pictures(offline) == letter.pictures(first.edition) != {}
    names = [file.relative_to(tmp_path / "one") for file in sorted((tmp_path / "one").rglob("*")) if file.is_file()]
    assert sum(name.parent.name == "pictures" for name in names) == 2
    same = [name for name in names if name.name not in ("edition.json", "report.html")]  # how the sources fare stands there
    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in same)


def test_offline_nothing_is_asked_for(letter: Letter) -> None:
    save(letter, {0: "/a.jpg"}, {"/a.jpg": ("image/jpeg", PHOTO)})
    offline = asyncio.run(illustrate_offline(letter.config, letter.store, letter.planned()))
    assert letter.pictures(offline) == {}
    assert letter.site.paths() == []


def test_nothing_is_asked_for_a_plan_that_will_not_be_printed(letter: Letter, tmp_path: Path) -> None:
    save(letter, {0: "/a.jpg"}, {"/a.jpg": ("image/jpeg", PHOTO)})
    made = draft(letter.config, letter.store, letter.illustrated(), output=tmp_path / "files", now=letter.now)
    letter.store.editions.save(replace(made.edition, revision=2, introduction="Bonjour à vous."), by="Ana")
    save(letter, {1: "/b.jpg"}, {"/b.jpg": ("image/jpeg", OTHER)})
    assert letter.pictures(letter.illustrated()) == {}
    assert letter.site.paths() == ["/a.jpg"]


def test_without_the_setting_no_picture_is_asked_for(letter: Letter) -> None:
    save(letter, {0: "/a.jpg"}, {"/a.jpg": ("image/jpeg", PHOTO)})
    newsletter = letter.config.settings.newsletter.model_copy(update={"images": "none"})
    letter.config = replace(letter.config, settings=letter.config.settings.model_copy(update={"newsletter": newsletter}))
    planned = letter.planned()
    assert asyncio.run(illustrate(letter.config, letter.store, planned)) == planned
    assert letter.site.paths() == []


def test_a_file_shows_a_picture_of_its_folder_and_follows_what_the_team_writes(letter: Letter) -> None:
    home = letter.config.folder / "articles"
    (home / "images").mkdir()
    (home / "images" / "tri.png").write_bytes(file_of(drawing(600, 400), "PNG"))
    article = f"---\ntitle: {TITLES[0]}\nsource: Le Relais\nimage: {{}}\nimage_alt: Un disque et une barre\n---\n\n{BODIES[0]}\n"
    file = home / "un.md"

    def written(image: str) -> Edition:
        file.write_text(article.replace("{}", image), encoding="utf-8")
        return letter.illustrated()

    def shown(edition: Edition) -> EditionStory:
        (story,) = edition.stories
        return story

    picture = shown(written("images/tri.png")).picture
    assert picture
    assert (picture.alt, picture.url, picture.name[-4:]) == ("Un disque et une barre", "Dossier/images/tri.png", ".png")
    missing = written("images/autre.png")
    assert shown(missing).picture is None
    assert "images/autre.png" in str(letter.report(missing, "Dossier").error)
    outside = written("../../secret.png")
    assert shown(outside).picture is None
    assert str(letter.config.folder) not in str(outside.sources), "no path of this machine is told"
    assert shown(written("")).picture is None
    assert shown(written("")).title == TITLES[0]


# ------------------------------------------------------------------------------------------------ the email


def message_of(file: Path) -> EmailMessage:
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_the_message_holds_its_pictures_and_the_page_has_them_beside_it(letter: Letter, tmp_path: Path) -> None:
    save(letter, {0: "/a.jpg", 1: "/b.jpg"}, {"/a.jpg": ("image/jpeg", PHOTO), "/b.jpg": ("image/jpeg", OTHER)})
    made = draft(letter.config, letter.store, letter.illustrated(), output=tmp_path, now=letter.now)
    names = [story.picture.name for story in made.edition.stories if story.picture]
    page = (tmp_path / "email.html").read_text(encoding="utf-8")
    assert len(names) == 2
    assert all(f'src="pictures/{name}"' in page for name in names)
    assert sorted(file.name for file in (tmp_path / "pictures").iterdir()) == sorted(names)
    message = message_of(tmp_path / "email.eml")
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/jpeg", "image/jpeg"
    ]  # fmt: skip
    body = message.get_body(("html",))
    assert body is not None
    html = body.get_content()
    parts = [part for part in message.walk() if part.get_content_maintype() == "image"]
    assert all(f'src="cid:{part["Content-ID"].strip("<>")}"' in html for part in parts)
    assert {part.get_content() for part in parts} == {(tmp_path / "pictures" / name).read_bytes() for name in names}
    assert page.count("<img") == html.count('src="cid:') == 2
    assert is_as_made((tmp_path / "email.eml").read_bytes())
    assert letter.site.url not in page + html, "nothing is loaded from where it was found"


def test_pictures_of_an_earlier_revision_go_away_and_other_files_stay(letter: Letter, tmp_path: Path) -> None:
    save(letter, {0: "/a.jpg", 1: "/b.jpg"}, {"/a.jpg": ("image/jpeg", PHOTO), "/b.jpg": ("image/jpeg", OTHER)})
    edition = draft(letter.config, letter.store, letter.illustrated(), output=tmp_path, now=letter.now).edition
    (tmp_path / "pictures" / "notes.txt").write_text("à nous", encoding="utf-8")
    bare = replace(
        edition, themes=tuple(replace(t, stories=tuple(replace(s, picture=None) for s in t.stories)) for t in edition.themes)
    )
    draft(letter.config, letter.store, bare, output=tmp_path, now=letter.now)
    assert [file.name for file in (tmp_path / "pictures").iterdir()] == ["notes.txt"]
    assert b"multipart/related" not in (tmp_path / "email.eml").read_bytes()


class Images(HTMLParser):
    """The attributes of the pictures of a page, and whether one stands in a link."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []
        self.linked = False
        self._links = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._links += tag == "a"
        if tag == "img":
            self.found.append(dict(attrs))
            self.linked |= self._links > 0

    def handle_endtag(self, tag: str) -> None:
        self._links -= tag == "a"


def rendered(alt: str, **settings: object) -> Images:
    """The pictures of the sample edition, whose first story, and an English one, have one with this alternative text."""
    edition = sample()
    french, english = edition.stories[0], next(story for story in edition.stories if story.lang == "en")
    shown = {story.id: Picture("0123456789abcdef.jpg", alt, 552, 310, "https://x.example/a.jpg") for story in (french, english)}
    page = render(
        illustrated(edition, shown), sample_newsletter(**settings), templates=folder("templates"), translator=translator("fr")
    )
    return Images(page.html)


@pytest.mark.parametrize("alt", ['Deux "établis" <neufs> & un étau', "{{ a }} *|b|* {% c %} \\ \u00a0! e\u0301 🛠\ufe0f", "שלום"])
def test_the_alternative_text_of_a_picture_stays_text(alt: str) -> None:
    images = rendered(alt)
    assert [image["alt"] for image in images.found] == [alt, alt]
    assert [image.get("lang") for image in images.found] == [None, "en"]
    assert not images.linked, "the title is the link, and says where it leads"


def test_a_picture_without_alternative_text_adorns() -> None:
    images = rendered("")
    assert [(image["alt"], "lang" in image) for image in images.found] == [("", False)] * 2
    assert [(image["width"], "height" in image) for image in images.found] == [("536", False)] * 2, "a height would distort it"


def test_briefs_show_no_picture() -> None:
    assert rendered("Un étau", layout="brèves").found == []


# ------------------------------------------------------------------------------------------------ the store


def test_a_known_article_follows_the_picture_that_its_source_names(database: Path | str, article: Make) -> None:
    first = article(picture=Link("", "https://x.example/a.jpg"))
    with open_store(database) as store:
        store.add([first], brought_by="https://gazette.example/feed")
        store.add([replace(first, picture=None)], brought_by="https://gazette.example/feed")
        assert [kept.picture for kept in store.articles()] == [first.picture], "a feed that names none keeps what its page gave"
        other = Link("", "https://x.example/b.jpg")
        store.add([replace(first, picture=other)], brought_by="https://gazette.example/feed")
        assert [(kept.picture, kept.version) for kept in store.articles()] == [(other, 1)]
        for picture in (other, None):
            store.add([replace(first, id="f" * 16, picture=picture)], brought_by="folder:articles")
        assert [kept.picture for kept in store.articles()] == [other, None], "a file says all of itself"


def test_a_draft_from_the_terminal_shows_the_pictures_of_its_folder_collecting_or_not(starter: Path, digest: Digest) -> None:
    settings = starter / "sources.yaml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace("newsletter:\n", "newsletter:\n  images: local\n", 1), encoding="utf-8"
    )
    (starter / "articles" / "tri.png").write_bytes(file_of(drawing(600, 400), "PNG"))
    file = next(
        file for file in sorted((starter / "articles").glob("*.md")) if file.read_text(encoding="utf-8").startswith("---\n")
    )
    file.write_text(
        file.read_text(encoding="utf-8").replace("---\n", "---\nimage: tri.png\nimage_alt: Un disque\n", 1), encoding="utf-8"
    )
    for words in (("draft", "--json"), ("draft", "--no-collect", "--json")):
        said = digest(*words, folder=starter)
        assert said.code == 0, said.err
        page = Path(said.json["files"][0]).read_text(encoding="utf-8")
        assert 'alt="Un disque"' in page
        assert 'src="pictures/' in page
