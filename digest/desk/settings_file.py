"""What a person changes in sources.yaml from a page: in place, comments kept; the file as it was stays beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from digest.config import Config, replace_file
from digest.errors import N_, ConflictError, SettingsError, why
from digest.settings import Settings, parse
from digest.yaml_edits import set_value, set_words
from digest.yaml_text import YamlError, read_yaml

Value = str | bool | tuple[str, ...] | None
Edits = Mapping[tuple[str | int, ...], Value]
"""What stands at a path from now on: a word, yes or no, a list of words, or nothing (None or an empty list)."""

BACKUP = "sources.yaml.bak"
_ONE_AT_A_TIME = Lock()


@dataclass(frozen=True, slots=True)
class Edited:
    """sources.yaml as it would be."""

    text: str
    settings: Settings
    before: str
    """Fingerprint of the file that it was made from."""


def fingerprint(config: Config) -> str:
    """What the file as it is now is recognised by."""
    return hashlib.sha256(_read(config).encode()).hexdigest()


def edited(config: Config, edits: Edits) -> Edited:
    """The settings with these changes, not saved. Raises SettingsError where they would not be sound, or cannot be made."""
    before = text = _read(config)
    try:
        for path, value in edits.items():
            text = set_words(text, path, value) if isinstance(value, tuple) else set_value(text, path, value)
        data = read_yaml(text)
    except YamlError as error:
        values = {"line": error.line, "column": error.column, **error.values}
        raise SettingsError(error.message, file=config.file.name, **values) from error  # type: ignore[arg-type]  # its values
    return Edited(text, parse(data, file=config.file.name), hashlib.sha256(before.encode()).hexdigest())


def save(config: Config, edits: Edits, *, seen: str | None = None) -> Settings:
    """Write these changes, whole or not at all, and keep the file as it was in `sources.yaml.bak`.

    `seen` is the fingerprint of the file as the person saw it. Raises ConflictError where it changed since, and as `edited`.
    """
    with _ONE_AT_A_TIME:
        after = edited(config, edits)
        if seen is not None and seen != after.before:
            raise ConflictError(N_("sources.yaml has changed since you opened the page; nothing was saved. Open it again."))
        _write(config.file, after.text)
    return after.settings


def _read(config: Config) -> str:
    try:
        return config.file.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        cause = why(error) if isinstance(error, OSError) else error
        raise SettingsError(N_("cannot be read: {cause}"), file=config.file.name, cause=cause) from error


def _write(file: Path, text: str) -> None:
    before = file.read_bytes()
    replace_file(file.with_name(BACKUP), before)
    replace_file(file, text.encode("utf-8-sig" if before[:3] == b"\xef\xbb\xbf" else "utf-8"))
