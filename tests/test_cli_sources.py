"""Following sources from the terminal: a page's address, an OPML file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from digest.config import load

from .conftest import SETTINGS, Digest
from .servers import FEED, Site, running_site

RSS = "application/rss+xml"
OPML = """<opml version="2.0"><body>
<outline text="Presse"><outline type="rss" text="L'Écho" xmlUrl="https://echo.example/feed"/>
<outline text="Blogs"><outline type="rss" text="L'Écho" xmlUrl="https://echo.example/autre"/></outline></outline>
<outline text="Un dossier sans flux"/>
<outline type="rss" text="Encore" xmlUrl="https://echo.example/feed"/>
</body></opml>"""


@pytest.fixture
def site() -> Iterator[Site]:
    with running_site({"/rss": (RSS, FEED)}) as site:
        yield site


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    settings = {**SETTINGS, "collect": {"allow_private_addresses": True, "timeout": 2}}
    (tmp_path / "articles").mkdir()
    (tmp_path / "sources.yaml").write_text("# nos sources\n" + yaml.safe_dump(settings), encoding="utf-8")
    return tmp_path


def page(*feeds: str) -> tuple[str, bytes]:
    links = "".join(f'<link rel="alternate" type="{RSS}" title="Flux {n}" href="{feed}">' for n, feed in enumerate(feeds))
    return "text/html", f"<!doctype html><html><head>{links}</head><body>Bonjour</body></html>".encode()


def followed(folder: Path) -> dict[str, str | None]:
    return {source.name: source.feed for source in load(folder / "sources.yaml").settings.sources}


def test_the_feed_behind_a_page_is_followed_under_its_own_name(digest: Digest, folder: Path, site: Site) -> None:
    site.pages["/"] = page("/rss")
    said = digest("sources", "add", f"{site.url}/", "--theme", "ia", folder=folder)
    assert said.code == 0, said.err
    assert followed(folder) == {"Dossier": None, "La Gazette d'essai": f"{site.url}/rss"}
    assert load(folder / "sources.yaml").settings.sources[-1].theme == "ia"
    assert (folder / "sources.yaml").read_text(encoding="utf-8").startswith("# nos sources\n")
    assert digest("collect", "--json", folder=folder).json["new_articles"] == 2


def test_several_feeds_are_listed_and_none_is_followed(digest: Digest, folder: Path, site: Site) -> None:
    site.pages["/"] = page("/rss", "/commentaires")
    said = digest("sources", "add", f"{site.url}/", folder=folder)
    assert said.code == 2
    assert f"{site.url}/rss  Flux 0" in said.out
    assert f"{site.url}/commentaires  Flux 1" in said.out
    assert followed(folder) == {"Dossier": None}


def test_a_page_without_a_feed_and_a_feed_followed_already_are_told(digest: Digest, folder: Path, site: Site) -> None:
    site.pages["/"] = page()
    assert "flux" in digest("sources", "add", f"{site.url}/", folder=folder).err
    assert digest("sources", "add", f"{site.url}/rss", "--name", "A", folder=folder).code == 0
    said = digest("sources", "add", f"{site.url}/rss", folder=folder)
    assert said.code == 2
    assert "déjà" in said.err


def test_an_unknown_theme_is_refused_and_the_file_left_alone(digest: Digest, folder: Path, site: Site) -> None:
    said = digest("sources", "add", f"{site.url}/rss", "--theme", "sport", folder=folder)
    assert said.code == 2
    assert "sources[1].theme" in said.err
    assert followed(folder) == {"Dossier": None}


def test_opml_is_imported_once_and_exported(digest: Digest, folder: Path) -> None:
    (folder / "flux.opml").write_text(OPML, encoding="utf-8")
    assert digest("sources", "import", "flux.opml", folder=folder).code == 0
    feeds = {
        "Dossier": None,
        "L'Écho": "https://echo.example/feed",
        "L'Écho (echo.example)": "https://echo.example/autre",
    }
    assert followed(folder) == feeds
    digest("sources", "import", "flux.opml", folder=folder)
    assert followed(folder) == feeds
    exported = ElementTree.fromstring(digest("sources", "export", folder=folder).out)
    assert [outline.get("xmlUrl") for outline in exported.iter("outline")] == [feed for feed in feeds.values() if feed]


def test_what_is_no_opml_is_told(digest: Digest, folder: Path) -> None:
    (folder / "flux.opml").write_text("bonjour", encoding="utf-8")
    said = digest("sources", "import", "flux.opml", folder=folder)
    assert said.code == 1
    assert "OPML" in said.err
