"""A disk of a megabyte or two that a test can fill, or make read-only: a real one, mounted for the length of a test."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SIZE = 2_000_000
"""Bytes, unless a test says otherwise."""
_AS_ROOT = [] if os.getuid() == 0 else ["sudo", "-n"]
_WATCH = 'read _; mountpoint -q "$0" && umount -l "$0"'
"""Unmounts the disk with whoever mounted it: a killed test run leaves none behind."""


@dataclass(frozen=True)
class SmallDisk:
    """A disk that is mounted at a folder."""

    folder: Path

    def leave(self, free: int) -> None:
        """Fill it, but for so many bytes."""
        self.empty()
        room = os.statvfs(self.folder)
        filler = bytes(max(0, room.f_bavail * room.f_frsize - free))
        (self.folder / "filler").write_bytes(filler)

    def empty(self) -> None:
        """Take away what filled it."""
        (self.folder / "filler").unlink(missing_ok=True)

    def lock(self) -> None:
        """Let nobody write on it, root included."""
        _do("mount", "-o", "remount,ro", self.folder)

    def unlock(self) -> None:
        _do("mount", "-o", "remount,rw", self.folder)


@contextmanager
def small_disk(folder: Path, *, size: int = SIZE, owner: int | None = None) -> Iterator[SmallDisk]:
    """A disk of so many bytes at a folder, until the end of the block; `owner` is the user whose it is, if not whoever asks."""
    folder.mkdir(exist_ok=True)
    watch = subprocess.Popen(["sh", "-c", _WATCH, folder], stdin=subprocess.PIPE, start_new_session=True)
    _do("mount", "-t", "tmpfs", "-o", f"size={size},uid={os.getuid() if owner is None else owner},mode=0700", "none", folder)
    try:
        yield SmallDisk(folder)
    finally:
        _do("umount", "-l", folder)
        watch.communicate()


@cache
def may_mount() -> bool:
    """Whether this account may mount a disk; an ordinary container lets nobody."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            with small_disk(Path(folder)):
                return True
        except (OSError, subprocess.CalledProcessError):
            return False


def _do(*words: object) -> None:
    subprocess.run([*_AS_ROOT, *map(str, words)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
