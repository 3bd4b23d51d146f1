"""Reads sources.yaml from the disk, knows where everything that it names is, and writes a first one for a newcomer."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from digest.errors import N_, DigestError, SettingsError, UsageError
from digest.resources import folder as shipped
from digest.settings import Settings, parse
from digest.yaml_text import YamlError, read_yaml


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one newsletter and the folder they stand in: every path in them starts there."""

    file: Path
    settings: Settings

    def path(self, relative: str) -> Path:
        """A path of the settings, made absolute."""
        return (self.folder / relative).resolve()

    @property
    def folder(self) -> Path:
        return self.file.parent

    @property
    def database(self) -> Path:
        return self.path(self.settings.store.removeprefix("sqlite:///"))

    @property
    def editions(self) -> Path:
        return self.path("editions")


def load(file: Path) -> Config:
    """The configuration in a file. Raises SettingsError: one line with the place and the cure."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise SettingsError(
            N_("there is no such file"), file=str(file), hint=N_("digest init FOLDER makes a first newsletter")
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(N_("is not UTF-8 text; save it again as UTF-8"), file=str(file)) from error
    except OSError as error:
        raise SettingsError(N_("cannot be read: {cause}"), file=str(file), cause=error.strerror or error) from error
    try:
        data = read_yaml(text)
    except YamlError as error:
        raise SettingsError(
            N_("line {line}, column {column}: {cause}"), file=str(file), line=error.line, column=error.column, cause=error.cause
        ) from error
    return Config(file=file.resolve(), settings=parse(data, file=file.name))


def write_starter(folder: Path) -> tuple[Path, ...]:
    """Copy the starter newsletter into a folder; the files written. Raises UsageError rather than overwrite a newsletter."""
    starter = shipped("starter")
    files = [Path("sources.yaml"), *sorted(file.relative_to(starter) for file in (starter / "articles").glob("*.*"))]
    if there := next((file for file in files if (folder / file).exists()), None):
        raise UsageError(N_("{file} is already there; choose another folder: digest init FOLDER"), file=folder / there)
    try:
        for file in files:
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(starter / file, folder / file)  # its date is today's: the articles are dated from it
    except OSError as error:
        raise DigestError(N_("cannot write to {folder}: {cause}"), folder=folder, cause=error.strerror or error) from error
    return tuple(folder / file for file in files)
