"""Writes the emails and the pages that the judges look at into a folder: `python -m tests.judges.write FOLDER`."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from digest.compose.archive import Published, archive
from digest.compose.render import render
from digest.language.translations import translator
from digest.resources import folder
from tests.editions import every

DELIVERED = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


def main() -> None:
    target = Path(sys.argv[1])
    for name, (edition, newsletter) in every().items():
        email = render(edition, newsletter, templates=folder("templates"), translator=translator(edition.language))
        (target / f"{name}.html").write_text(email.html, encoding="utf-8")
    for name, page in pages().items():
        (target / f"page-{name}.html").write_text(page, encoding="utf-8")


def pages() -> dict[str, str]:
    """Pages of the archive, by a name that a file may have: some editions, and the index of them all."""
    editions = every()
    published = [
        Published(replace(editions[name][0], edition=name), DELIVERED, DELIVERED)
        for name in ("sample", "nasty", "bare", "hundred-and-fifty")
    ]
    made = archive(published, editions["sample"][1], templates=folder("templates"), translator=translator)
    return {path.removesuffix(".html").replace("/", "-"): page for path, page in made.items() if path.endswith(".html")}


if __name__ == "__main__":
    main()
