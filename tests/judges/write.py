"""Writes the emails and the pages that the judges look at into a folder: `python -m tests.judges.write FOLDER`."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from digest.compose.archive import Published, archive
from digest.compose.render import render
from digest.language.translations import translator
from digest.model import Edition
from digest.resources import folder
from digest.settings import Brand, Newsletter
from tests.editions import bare, many, nasty, newsletter, sample, without_takeaways

DELIVERED = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


def main() -> None:
    target = Path(sys.argv[1])
    for name, (edition, settings) in emails().items():
        email = render(edition, settings, templates=folder("templates"), translator=translator(edition.language))
        (target / f"{name}.html").write_text(email.html, encoding="utf-8")
    for name, page in pages().items():
        (target / f"page-{name}.html").write_text(page, encoding="utf-8")


def emails() -> dict[str, tuple[Edition, Newsletter]]:
    """The editions that the judges look at, each with its newsletter, by a name that a file may have."""
    plain = newsletter()
    brief = newsletter(layout="brèves")
    logo = Brand(
        color="#7a1f5c", logo="https://ateliers.example/logo.png", logo_alt="Les Ateliers", web="https://ateliers.example/"
    )
    return {
        "sample": (sample(), plain),
        "sample-brief": (sample(), brief),
        "without-introduction": (replace(sample(), introduction=""), plain),
        "without-takeaways": (without_takeaways(), plain),
        "without-links-of-its-own": (sample(), newsletter(archive_url=None, unsubscribe=None, brand=Brand())),
        "english-weekly": (replace(sample(), language="en"), newsletter(language="en", period="week")),
        "bare": (bare(), plain),
        "one": (many(1), plain),
        "twelve": (many(12), plain),
        "sixty": (many(60), plain),
        "sixty-brief": (many(60, themes=6), brief),
        "hundred-and-fifty": (many(150), plain),
        "nasty": (nasty(), plain),
        "nasty-brief": (nasty(), brief),
        "logo": (sample(), newsletter(brand=logo)),
        "light-brand": (sample(), newsletter(brand=Brand(color="#ffd500"))),
        "dark-brand": (sample(), newsletter(brand=Brand(color="#10061e"))),
    }


def pages() -> dict[str, str]:
    """Pages of the archive, by a name that a file may have: some editions, and the index of them all."""
    editions = emails()
    published = [
        Published(replace(editions[name][0], edition=name), DELIVERED, DELIVERED)
        for name in ("sample", "nasty", "bare", "hundred-and-fifty")
    ]
    made = archive(published, editions["sample"][1], templates=folder("templates"), translator=translator)
    return {path.removesuffix(".html").replace("/", "-"): page for path, page in made.items() if path.endswith(".html")}


if __name__ == "__main__":
    main()
