"""Writes the emails that the judges look at into a folder: `python -m tests.judges.write FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from digest.compose.render import render
from digest.language.translations import translator
from digest.resources import folder
from tests.editions import every


def main() -> None:
    target = Path(sys.argv[1])
    for name, (edition, newsletter) in every().items():
        email = render(edition, newsletter, templates=folder("templates"), translator=translator(edition.language))
        (target / f"{name}.html").write_text(email.html, encoding="utf-8")


if __name__ == "__main__":
    main()
