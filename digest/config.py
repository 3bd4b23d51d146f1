"""Reads sources.yaml from the disk, knows where everything that it names is, and writes a first one for a newcomer."""

from __future__ import annotations

import os
import platform
import shutil
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from digest.errors import N_, DigestError, SettingsError, StoreError, UsageError, why
from digest.resources import folder as shipped
from digest.settings import Settings, parse, store_mistake
from digest.yaml_text import YamlError, append_items, broken_items, read_yaml


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one newsletter and the folder they stand in: every path in them starts there."""

    file: Path
    settings: Settings
    doubts: tuple[SettingsError, ...] = ()
    """What is sound but probably not meant: a line of the file each."""

    def path(self, relative: str) -> Path:
        """A path of the settings, made absolute."""
        return (self.folder / relative).resolve()

    @property
    def folder(self) -> Path:
        return self.file.parent

    @property
    def database(self) -> Path | str:
        """Where the store is: its file, or the address of its database of PostgreSQL.

        Raises StoreError for a file that is gone while its editions are still here: a new one would know nothing of them.
        """
        database = self.database_at(self.settings.store)
        if isinstance(database, Path) and _is_gone(database) and (left := next(self.editions.glob("*/edition.json"), None)):
            raise StoreError(
                N_(
                    "{database}: is not there, or is empty, though the edition {edition} was made from it; "
                    "put it back, or a copy"
                ),
                hint=N_(
                    "to begin afresh, move the folder {editions} away first (the guide says what is lost); "
                    "digest store move takes a store elsewhere"
                ),
                database=database, edition=left.parent.name, editions=self.editions,
            )  # fmt: skip
        return database

    def database_at(self, address: str) -> Path | str:
        """What an address of a store means here, as `database`. Raises UsageError for one that sources.yaml could not hold."""
        if mistake := store_mistake(address):
            raise UsageError(mistake, got=repr(address))
        return self.path(address.removeprefix("sqlite:///")) if address.startswith("sqlite:///") else address

    @property
    def home(self) -> str:
        """This folder from the store's, where several newsletters share one: empty for a store of its own, whole for a server."""
        folder = self.folder.resolve()
        if isinstance(self.database, str):
            return folder.as_posix().lstrip("/")
        relative = os.path.relpath(folder, self.database.parent)
        return "" if relative == "." else Path(relative).as_posix()

    @property
    def file_from_store(self) -> str:
        """This file from the store's folder; on a server, which sees many machines: `machine:/its/whole/path`."""
        file = self.file.resolve()
        if isinstance(self.database, str):
            return f"{site()}:{file.as_posix()}"
        return Path(os.path.relpath(file, self.database.parent)).as_posix()

    def secret_headers(self) -> dict[str, dict[str, str]]:
        """The HTTP headers whose values stand in environment variables, by the key of their source.

        Raises SettingsError where a variable is not set.
        """
        secrets: dict[str, dict[str, str]] = {}
        for i, source in enumerate(self.settings.sources):
            for header, variable in source.headers_env.items():
                if variable not in os.environ:
                    path = f"sources[{i}].headers_env.{header}"
                    message = N_("the environment variable {variable} is not set")
                    raise SettingsError(message, file=self.file.name, path=path, variable=variable)
                secrets.setdefault(source.key, {})[header] = os.environ[variable]
        return secrets

    def secret(self, variable: str | None, file: str | None) -> str:
        """What an environment variable or a file of its own holds: a password, a token or a key; the one that is named.

        Raises SettingsError where the variable is not set or the file cannot be read.
        """
        if variable is not None:
            if not os.environ.get(variable):
                raise SettingsError(N_("the environment variable {variable} is not set"), file=self.file.name, variable=variable)
            return os.environ[variable]
        path = self.path(file or "")
        try:
            return path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                N_("{secret}: the file of the secret cannot be read: {cause}"),
                file=self.file.name, secret=path, cause=why(error) if isinstance(error, OSError) else error,
            ) from error  # fmt: skip

    def hide(self, text: str) -> str:
        """A text without the secrets that the settings name or the environment holds, however a server might say them again."""
        spellings = {spelling for user, secret in self._known_secrets() for spelling in _spellings(user, secret)}
        for spelling in sorted(spellings, key=len, reverse=True):
            text = text.replace(spelling, "…")
        return text

    def _known_secrets(self) -> Iterator[tuple[str, str]]:
        """Every secret that is there, with the user whose it is."""
        settings, smtp = self.settings, self.settings.smtp
        places = [delivery.place for delivery in settings.deliver.values()]
        named: list[tuple[str, str | None, str | None]] = [
            *(("", variable, None) for source in settings.sources for variable in source.headers_env.values()),
            *((str(getattr(place, "user", "")), place.secret_env, place.secret_file) for place in places),
            *([(smtp.user, smtp.password_env, smtp.password_file)] if smtp and smtp.user else []),
        ]
        for user, variable, file in named:
            with suppress(SettingsError):
                yield user, self.secret(variable, file)
        yield from (("", os.environ[variable]) for variable in _NEVER_NAMED if variable in os.environ)

    @property
    def templates(self) -> Path:
        """The team's own templates, else the shipped ones."""
        return self.path(self.settings.templates) if self.settings.templates else shipped("templates")

    @property
    def editions(self) -> Path:
        return self.path("editions")


def site() -> str:
    """The name of this machine, or that which all the machines that see the same folders have in the variable DIGEST_SITE."""
    return os.environ.get("DIGEST_SITE") or platform.node()


_NEVER_NAMED = ("PGPASSWORD", "DIGEST_PASSWORD")
"""The variables of secrets that the settings do not name: of the database, and of an account that is being made."""
_FEWEST = 4
"""Characters of a secret that can be told from an ordinary word."""


def _spellings(user: str, secret: str) -> Iterator[str]:
    """A secret as it is, in an address, and as mail and web servers are told it (RFC 4616, RFC 7617)."""
    if len(secret) < _FEWEST:
        return
    yield from (secret, quote(secret), quote_plus(secret))
    for told in (secret, f"\0{user}\0{secret}", f"{user}:{secret}"):
        yield b64encode(told.encode()).decode()


def load(file: Path) -> Config:
    """The configuration in a file. Raises SettingsError: one line with the place and the cure."""
    text = _read(file)
    return Config(file=file.resolve(), settings=_parsed(text, file), doubts=_doubts(text, file))


def add_sources(config: Config, sources: Sequence[Mapping[str, str]]) -> None:
    """Add sources at the end of the list in sources.yaml, whose other lines stay as they are.

    Each source holds the keys it would have in the file. Raises SettingsError, and leaves the file alone, where the result
    would not be sound.
    """
    text = _read(config.file)
    try:
        longer = append_items(text, "sources", sources)
    except YamlError as error:
        raise _misshapen(error, config.file) from error
    _parsed(longer, config.file)
    replace_file(config.file, longer.encode())


def replace_file(file: Path, content: bytes) -> None:
    """Write a file of the team's anew, whole or not at all, with the rights that it had. Raises DigestError."""
    temporary = file.with_name(f"{file.name}.new")
    try:
        with temporary.open("wb") as whole:
            whole.write(content)
            whole.flush()
            os.fsync(whole.fileno())  # some file systems would rename it before they have its words, and the power may fail
        if file.exists():
            shutil.copymode(file, temporary)
        temporary.replace(file)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise _unwritable(file.parent, error) from error


def _read(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise SettingsError(
            N_("there is no such file"), file=str(file), hint=N_("digest init FOLDER makes a first newsletter")
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(N_("is not UTF-8 text; save it again as UTF-8"), file=str(file)) from error
    except OSError as error:
        raise SettingsError(N_("cannot be read: {cause}"), file=str(file), cause=why(error)) from error


def _parsed(text: str, file: Path) -> Settings:
    try:
        data = read_yaml(text)
    except YamlError as error:
        raise _misshapen(error, file) from error
    return parse(data, file=file.name)


def _doubts(text: str, file: Path) -> tuple[SettingsError, ...]:
    message = N_("{item} runs over several lines: is a comma missing? If not, write it on one line")
    return tuple(
        SettingsError(message, file=file.name, line=line, column=1, item=repr(item)) for line, item in broken_items(text)
    )


def _misshapen(error: YamlError, file: Path) -> SettingsError:
    values: dict[str, Any] = {"line": error.line, "column": error.column, **error.values}
    return SettingsError(error.message, file=file.name, **values)


def _unwritable(folder: Path, error: OSError) -> DigestError:
    return DigestError(N_("cannot write to {folder}: {cause}"), folder=folder, cause=why(error))


def _is_gone(database: Path) -> bool:
    """Whether a file is not there, or empty: what a full disk, or a copy that was cut short, leaves of one."""
    try:
        return database.stat().st_size == 0
    except FileNotFoundError:
        return True
    except OSError:  # opening it tells what is wrong
        return False


def write_starter(folder: Path) -> tuple[Path, ...]:
    """Copy the starter newsletter into a folder; the files written, all or none.

    Raises UsageError rather than overwrite a newsletter, DigestError where the folder cannot be written to.
    """
    starter = shipped("starter")
    files = [Path("sources.yaml"), *sorted(file.relative_to(starter) for file in (starter / "articles").glob("*.*"))]
    if there := next((file for file in files if (folder / file).exists()), None):
        raise UsageError(N_("{file} is already there; choose another folder: digest init FOLDER"), file=folder / there)
    try:
        for file in files:
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(starter / file, folder / file)  # its date is today's: the articles are dated from it
    except OSError as error:
        for file in files:
            with suppress(OSError):
                (folder / file).unlink(missing_ok=True)
        raise _unwritable(folder, error) from error
    return tuple(folder / file for file in files)
