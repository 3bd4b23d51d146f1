"""A run that is killed, at any moment, can be run again and ends in the same place."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from .conftest import SETTINGS
from .dying import KILLED, Dying, Ended, dying_program
from .mailservers import PASSWORD, Dovecot
from .servers import Site, running_site

EVERYTHING = os.environ.get("DIGEST_ALL_SERVERS") == "1"
NAME = "2026-11"
TOWNS = ("Lorient", "Mulhouse", "Sète")
DRAFT = ("draft", NAME, "--since", "2026-11-01", "--until", "2026-11-23")


@pytest.fixture(scope="module")
def run_dying() -> Iterator[Dying]:
    with dying_program() as run:
        yield run


def article(town: str, sentences: int) -> str:
    return f"L'intelligence artificielle arrive à {town}. " + " ".join(
        f"À {town}, un atelier numéro {number} forme {number + 12} bénévoles aux limites de chaque algorithme."
        for number in range(sentences)
    )


def feed(name: str, site: str, towns: Sequence[str], sentences: int) -> bytes:
    items = "".join(
        f"<item><title>{town} ouvre un atelier, selon {name}</title><link>{site}/{name}/{number}</link>"
        f"<pubDate>Mon, {9 + number:02} Nov 2026 08:00:00 +0100</pubDate>"
        f"<description>{article(f'{town} ({name})', sentences)}{'' if sentences > 5 else '…'}</description></item>"
        for number, town in enumerate(towns)
    )
    head = f"<channel><title>{name}</title><link>{site}/{name}</link><language>fr</language>"
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0">{head}{items}</channel></rss>'.encode()


@pytest.fixture
def site() -> Iterator[Site]:
    """A feed of whole texts, and one of an excerpt, whose page is read too."""
    with running_site() as site:
        site.pages["/gazette.xml"] = ("application/rss+xml", feed("gazette", site.url, TOWNS, 20))
        site.pages["/relais.xml"] = ("application/rss+xml", feed("relais", site.url, TOWNS[:1], 1))
        text = "".join(f"<p>{line}</p>" for line in article("Lorient (relais)", 24).split(". "))
        page = f"<!DOCTYPE html><html lang='fr'><title>Lorient</title><article><h1>Lorient</h1>{text}</article></html>"
        site.pages["/relais/0"] = ("text/html; charset=utf-8", page.encode())
        yield site


def newsletter(folder: Path, site: Site, user: str = "camille", port: int = 1) -> Path:
    (folder / "articles").mkdir(parents=True)
    for number in range(3):
        (folder / "articles" / f"{number}.md").write_text(
            f"---\ntitle: Une note, la {number + 1}e\ndate: 2026-11-1{number}\n---\n\n{article(f'Brest {number}', 12)}\n",
            encoding="utf-8",
        )
    letter = SETTINGS["newsletter"] | {"unsubscribe": "https://essai.example/stop", "limits": {"stories_per_theme": 9}}
    sources = [{"folder": "articles"}, {"name": "Gazette", "feed": f"{site.url}/gazette.xml"}]
    sources.append({"name": "Relais", "feed": f"{site.url}/relais.xml", "full_text": "always"})
    imap = {"host": "127.0.0.1", "port": port, "user": user, "security": "none", "password_file": "secret"}
    settings = SETTINGS | {"newsletter": letter, "sources": sources, "collect": {"allow_private_addresses": True}}
    (folder / "secret").write_text(PASSWORD, encoding="utf-8")
    (folder / "sources.yaml").write_text(yaml.safe_dump({**settings, "deliver": {"boite": {"imap": imap}}}), encoding="utf-8")
    return folder


def kept(folder: Path, *, moments: bool = True) -> dict[str, Any]:
    """All that a store and an edition's folder hold, but for how the sources fared; without `moments`, not when either."""
    connection = sqlite3.connect(folder / "digest.db")
    assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
    tables = (
        "articles",
        "versions",
        "addresses",
        "carriers",
        "kinships",
        "revisions",
        "events",
        "uses",
        "decisions",
        "deliveries",
    )
    found: dict[str, Any] = {}
    for table in tables:
        rows = connection.execute(f"select * from {table}")
        columns = [name for name, *_ in rows.description]
        dated = {"collected", "seen", "made", "at"} if not moments else set()
        values = [dict(zip(columns, row, strict=True)) for row in rows]
        found[table] = sorted(_told(row, dated) for row in values)
    connection.close()
    files = folder / "editions" / NAME
    found["names"] = sorted(file.name for file in files.iterdir())
    if moments:
        found |= {name: (files / name).read_bytes() for name in ("email.html", "email.txt", "email.eml")}
    edition = json.loads((files / "edition.json").read_text(encoding="utf-8"))
    edition.pop("sources")
    found["edition"] = edition | ({} if moments else {"made": None})
    assert (files / "report.html").read_text(encoding="utf-8").rstrip().endswith("</html>")
    return found


def _told(row: dict[str, Any], dated: set[str]) -> str:
    if row.get("content"):
        row["content"] = json.dumps({**json.loads(row["content"]), **({"made": None} if dated else {})})
    return repr({name: value for name, value in row.items() if name not in dated and not (name == "id" and "deed" in row)})


def a_while_later(folder: Path) -> None:
    """What a killed run was writing is an hour old."""
    for file in folder.rglob(".*"):
        os.utime(file, (time.time() - 3600, time.time() - 3600))


def spread(count: int, most: int) -> list[int]:
    """Moments from the first to the last, all of them where everything is tried."""
    step = 1 if EVERYTHING else max(1, count // most)
    return list(range(1, count + 1, step))


def test_a_draft_killed_at_any_moment_is_made_by_the_next_run_as_if_nothing_had_happened(
    tmp_path: Path, site: Site, run_dying: Dying
) -> None:
    whole = newsletter(tmp_path / "whole", site)
    (undisturbed,) = run_dying(DRAFT, [(whole, 0)])
    assert undisturbed.code == 0, undisturbed.said
    expected = kept(whole)
    assert expected["versions"]
    assert any('"version": 2' in row for row in expected["revisions"]), "a page was read"

    points = spread(undisturbed.moments, 5)
    folders = [newsletter(tmp_path / str(point), site) for point in points]
    killed = [one.code for one in run_dying(DRAFT, list(zip(folders, points, strict=True)))]
    assert set(killed[:-3]) == {KILLED}, "the last moments may not come: two feeds that are ready together are stored at once"
    for folder in folders:
        a_while_later(folder)
    for folder, again in zip(folders, run_dying(DRAFT, [(folder, 0) for folder in folders]), strict=True):
        assert again.code == 0, (folder.name, again.said)
        assert kept(folder) == expected, f"killed at moment {folder.name} of {undisturbed.moments}"


def test_a_process_killed_again_and_again_leaves_nothing_behind_and_the_last_one_ends_its_work(
    tmp_path: Path, site: Site
) -> None:
    folders = [newsletter(tmp_path / name, site) for name in ("whole", "killed")]
    started = time.monotonic()
    assert _start(folders[0]).wait(60) == 0
    seconds = time.monotonic() - started
    draw = random.Random(2026)
    for _ in range(40 if EVERYTHING else 2):
        process = _start(folders[1])
        time.sleep(draw.uniform(0.3, 1) * seconds)
        process.kill()
        assert process.wait(10) in (0, KILLED)
        assert _group_is_gone(process.pid), "the processes that read feeds end with it"
    a_while_later(folders[1])
    last = _start(folders[1])
    assert last.wait(60) == 0
    assert kept(folders[1], moments=False) == kept(folders[0], moments=False)


def _start(folder: Path) -> subprocess.Popen[bytes]:
    output = subprocess.DEVNULL
    return subprocess.Popen(
        [sys.executable, "-m", "digest", *DRAFT, "--quiet"], cwd=folder, stdout=output, stderr=output, start_new_session=True
    )  # fmt: skip


def _group_is_gone(group: int) -> bool:
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.dovecot
def test_a_delivery_killed_at_any_moment_leaves_one_draft_there_once_it_is_made_again(
    tmp_path: Path, site: Site, dovecot: Dovecot, run_dying: Dying
) -> None:
    ready = newsletter(tmp_path / "ready", site, port=dovecot.port)
    for words in (DRAFT, ("approve", NAME, "--by", "Camille")):
        (made,) = run_dying(words, [(ready, 0)])
        assert made.code == 0, made.said
    deliver = ("deliver", NAME, "--to", "boite", "--by", "Camille")

    def account(point: int) -> Path:
        folder = Path(shutil.copytree(ready, tmp_path / f"killed-{point}"))
        settings = folder / "sources.yaml"
        settings.write_text(settings.read_text(encoding="utf-8").replace("user: camille", f"user: killed-{point}"), "utf-8")
        return folder

    (undisturbed,) = run_dying(deliver, [(account(0), 0)])
    assert undisturbed.code == 0, undisturbed.said
    points = spread(undisturbed.moments, 5)
    folders = [account(point) for point in points]
    assert {one.code for one in run_dying(deliver, list(zip(folders, points, strict=True)))} == {KILLED}
    before = [drafts(dovecot, folder.name) for folder in folders]
    assert {0, 1} <= {len(found) for found in before}, "some were killed before the draft was there, some after"
    for folder in folders:
        a_while_later(folder)
    again: list[Ended] = run_dying(deliver, [(folder, 0) for folder in folders])
    for folder, ended in zip(folders, again, strict=True):
        assert ended.code == 0, (folder.name, ended.said)
        assert len(drafts(dovecot, folder.name)) == 1, folder.name
        assert kept(folder)["deliveries"], folder.name
        assert kept(folder)["uses"] == kept(tmp_path / "killed-0")["uses"]
        assert kept(folder)["edition"] == kept(tmp_path / "killed-0")["edition"]


def drafts(dovecot: Dovecot, user: str) -> list[bytes]:
    with dovecot.as_person(user) as server:
        found: bytes = server.uid("SEARCH", "ALL")[1][0]
        return found.split()
