"""The archive as files in a folder that a web server publishes; a file whose bytes are the same is left alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from digest.deliver.files import write_whole
from digest.errors import N_, DigestError, why


def write_pages(folder: Path, pages: Mapping[str, bytes]) -> tuple[Path, ...]:
    """Write pages by their paths from the folder (`2026-11/index.html`); all their paths, whether they were written or not.

    No other file of the folder is touched. Raises DigestError when the folder cannot be written to.
    """
    try:
        for path, content in pages.items():
            file = folder / PurePosixPath(path)
            if not file.is_file() or file.read_bytes() != content:
                write_whole(file.parent, {file.name: content})
    except OSError as error:
        raise DigestError(
            N_("cannot write to {folder}: {cause}"),
            hint=N_("make room or allow writing there, then do the same again"),
            folder=folder, cause=why(error),
        ) from error  # fmt: skip
    return tuple(folder / PurePosixPath(path) for path in pages)
