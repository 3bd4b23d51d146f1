"""What ships with the program: its version, and where its templates, translations and starter newsletter are.

An installed package holds them inside `digest/`; in a checkout they stand at the top of the repository.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Literal

VERSION = version("digest")

_PACKAGE = Path(__file__).parent


def folder(name: Literal["templates", "locales", "starter"]) -> Path:
    """The folder of these files. The starter newsletter of a checkout is the repository itself (sources.yaml and articles/)."""
    inside = _PACKAGE / name
    if inside.is_dir():
        return inside
    return _PACKAGE.parent if name == "starter" else _PACKAGE.parent / name
