"""The edition as files in a folder, each replaced whole: a killed run leaves the old one or the new one, never half of one."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Collection, Mapping
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from digest.deliver.message import build_message
from digest.errors import N_, DigestError, why
from digest.formats import edition_file
from digest.model import Edition, RenderedEmail
from digest.settings import Newsletter

PICTURES: Final = "pictures"
"""Folder beside email.html: the one that `compose.letter.Addresses` expects where nothing else is said."""


def write_edition(
    folder: Path,
    edition: Edition,
    rendered: RenderedEmail,
    report: str,
    newsletter: Newsletter,
    pictures: Mapping[str, bytes] = MappingProxyType({}),
) -> tuple[Path, ...]:
    """Write email.html, email.txt, email.eml, edition.json and report.html; their paths, the email first.

    The edition's pictures, by their names, go to `pictures/` first, and those of an earlier revision go away last. A `folder`
    whose name ends in `.zip` is a zip of the same files, and its own path is given. Raises DigestError when it cannot be written.
    """
    files = {
        "email.html": rendered.html.encode(),
        "email.txt": rendered.text.encode(),
        "email.eml": bytes(build_message(edition, rendered, newsletter, pictures)),
        "edition.json": edition_file(edition),
        "report.html": report.encode(),
    }
    try:
        if folder.suffix.lower() == ".zip":
            packed = _zipped(folder.stem, {**files, **{f"{PICTURES}/{name}": body for name, body in pictures.items()}})
            return write_whole(folder.parent, {folder.name: packed})
        if pictures:
            write_whole(folder / PICTURES, pictures)
        written = write_whole(folder, files)
        _forget(folder / PICTURES, pictures)
        return written
    except OSError as error:
        raise DigestError(
            N_("cannot write to {folder}: {cause}"),
            hint=N_("make room or allow writing there, then do the same again"),
            folder=folder, cause=why(error),
        ) from error  # fmt: skip


def _zipped(folder: str, files: Mapping[str, bytes]) -> bytes:
    """A zip of one folder, the same bytes for the same files."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(ZipInfo(f"{folder}/{name}"), content, ZIP_DEFLATED)
    return packed.getvalue()


def write_whole(folder: Path, files: Mapping[str, bytes]) -> tuple[Path, ...]:
    """Write files of one folder, each whole or not at all; their paths. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        handle, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            _sweep(folder, f".{name}.", before=Path(temporary).stat().st_mtime - _LONGEST)
            Path(temporary).chmod(0o644)
            Path(temporary).replace(folder / name)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise
    return tuple(folder / name for name in files)


_LONGEST = 60
"""Seconds that writing a file may take: what is older, and half of a file, is of a run that was killed."""


def _sweep(folder: Path, prefix: str, *, before: float) -> None:
    """Removes what killed runs left of a file; another run may be writing it at this very moment, and keeps its own."""
    for left in folder.glob(f"{prefix}????????"):  # `mkstemp` adds eight characters
        if left.stat().st_mtime < before:
            left.unlink(missing_ok=True)


def _forget(folder: Path, kept: Collection[str]) -> None:
    """Removes the pictures that the edition no longer has; no other file, and the folder only when it is empty."""
    if not folder.is_dir():
        return
    for file in folder.iterdir():
        if re.fullmatch(r"[0-9a-f]{16}\.(?:jpg|png)", file.name) and file.name not in kept:
            file.unlink()
    if not any(folder.iterdir()):
        folder.rmdir()
