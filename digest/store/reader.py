"""The newsletter that reads a store: which sources it follows, and the keys under which a store that others share keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reader:
    """The newsletter that a store is opened for."""

    newsletter: str = ""
    """Empty: none, and every article is seen."""
    sources: Mapping[str, str] | None = None
    """The names of the sources it follows, by their keys; None: it sees every article, under the names the store has."""
    home: str = ""
    """Path of its folder from the store's: two newsletters may both have a folder `articles`."""
    file: str = ""
    """Path of its settings from the store's folder, by which it is known again when it is renamed or moves; empty: it is not."""
    private: frozenset[str] = frozenset()
    """The keys of the feeds that ask it for a secret: what they give is for it alone."""
    paused: frozenset[str] = frozenset()
    """The keys of the sources that it does not read for now."""

    def kept_as(self, key: str) -> str:
        """The key under which a store keeps a source."""
        if key in self.private:
            return f"private:{self.home}/{key}"
        return f"folder:{self.home}/{key.removeprefix('folder:')}" if self.home and key.startswith("folder:") else key
