"""The edition as files in a folder, each replaced whole: a killed run leaves the old one or the new one, never half of one."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from digest.deliver.message import build_message
from digest.errors import N_, DigestError
from digest.formats import edition_json
from digest.model import Edition, RenderedEmail
from digest.settings import Newsletter


def write_edition(
    folder: Path, edition: Edition, rendered: RenderedEmail, report: str, newsletter: Newsletter
) -> tuple[Path, ...]:
    """Write email.html, email.txt, email.eml, edition.json and report.html; their paths, the email first.

    Raises DigestError when the folder cannot be written to.
    """
    files = {
        "email.html": rendered.html.encode(),
        "email.txt": rendered.text.encode(),
        "email.eml": bytes(build_message(edition, rendered, newsletter)),
        "edition.json": (json.dumps(edition_json(edition), ensure_ascii=False, indent=2) + "\n").encode(),
        "report.html": report.encode(),
    }
    try:
        return _write(folder, files)
    except OSError as error:
        raise DigestError(
            N_("cannot write to {folder}: {cause}"),
            hint=N_("choose another place with --output FOLDER"),
            folder=folder, cause=error.strerror or error,
        ) from error  # fmt: skip


def _write(folder: Path, files: Mapping[str, bytes]) -> tuple[Path, ...]:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        handle, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(folder / name)
    return tuple(folder / name for name in files)
