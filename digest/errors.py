"""Every error a person may meet, drawn as one tree, each with what to do about it.

    DigestError                     exit 1
    ├── UsageError                  exit 2   the command line or sources.yaml asks for what cannot be
    │   └── SettingsError                    sources.yaml: the path of the key, what is wrong, the cure
    ├── TooFewStoriesError             exit 3   too little to make an edition
    ├── BusyError                  exit 75  another run is in progress
    ├── GatherError                          one source, file or page that could not be read: a line in the report
    ├── SpanError                            a takeaway that does not quote its article
    ├── TemplateError                        file, line and cause of a mistake in a template
    ├── GateError                            an edition is not in the state that what was asked for needs, or may not leave yet
    │   └── ConflictError                    someone else saved the edition meanwhile: what they changed
    ├── DeliveryError                        a place that did not take the edition, and what to do
    └── StoreError                           the database cannot be opened, or is not one of ours

A message is an English template with named values, so that the door that shows it can put it in the reader's language:
`GatherError(N_("no answer within {seconds} s"), seconds=20)`. `str(error)` is the English sentence.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence
from typing import Any


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "translate this later"
    """Mark a message for the translation catalogues without translating it."""
    return message


class DigestError(Exception):
    """Something went wrong that a person can understand: a message, its values, and a hint where there is a cure to type."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str | None = None, **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.values = values

    def text(self, translate: Callable[[str], str] = str) -> str:
        """The message in the reader's language, its values filled in; a value that is an error is told in that language too."""
        values = {name: value.text(translate) if isinstance(value, DigestError) else value for name, value in self.values.items()}
        return translate(self.message).format(**values)

    def hint_text(self, translate: Callable[[str], str] = str) -> str | None:
        """The cure in the reader's language; None where there is nothing to suggest."""
        return translate(self.hint).format(**self.values) if self.hint else None

    def __str__(self) -> str:
        return self.text()


def why(error: OSError) -> DigestError | str:
    """What the system refused, to be told as the cause of an error: in the reader's language where it is one that people meet."""
    known = next((said for numbers, said in _REFUSALS.items() if error.errno in numbers), None)
    return DigestError(known) if known else error.strerror or str(error)


_REFUSALS = {
    (errno.ENOSPC,): N_("the disk is full"),
    (errno.EDQUOT, errno.EFBIG): N_("what this account may keep on the disk is used up"),
    (errno.EACCES, errno.EPERM): N_("the account that runs digest may not"),
    (errno.EROFS,): N_("this disk only lets itself be read"),
    (errno.EMFILE, errno.ENFILE): N_("too many files are open at once"),
    (errno.EIO, errno.ESTALE, errno.ENODEV, errno.ENXIO): N_("the disk no longer answers as it should"),
    (errno.ENOENT,): N_("it is not there"),
    (errno.ENOTDIR, errno.EEXIST): N_("there is a file where a folder should be"),
    (errno.EISDIR,): N_("it is a folder"),
}
"""What systems say in English alone, whatever the reader's language (`strerror` follows a locale that no one sets)."""


class UsageError(DigestError):
    """What was asked for cannot be done as it was asked."""

    exit_code = 2


class SettingsError(UsageError):
    """sources.yaml holds something wrong; its text starts with the file and the place: the path of the key, or the line.

    `path` is empty for the file as a whole; `line` and `column` (from 1) are given where the file is no sound YAML.
    """

    def __init__(self, message: str, *, file: str, path: str = "", hint: str | None = None, **values: object) -> None:
        super().__init__(message, hint=hint, file=file, path=path, **values)

    def text(self, translate: Callable[[str], str] = str) -> str:
        path, line = self.values["path"], self.values.get("line")
        place = translate(N_("line {line}, column {column}")).format(**self.values) if line else path
        return ": ".join(str(part) for part in (self.values["file"], place, super(UsageError, self).text(translate)) if part)


class TooFewStoriesError(DigestError):
    """Fewer stories than `min_stories`: no draft is made."""

    exit_code = 3


class BusyError(DigestError):
    """Another run holds the lock of this store."""

    exit_code = 75


class GatherError(DigestError):
    """One source, file or page could not be read; the edition is made from the rest."""


class SpanError(DigestError):
    """A takeaway whose span is not in the article's text."""


class TemplateError(DigestError):
    """A template cannot be rendered: the file, the line and the cause."""


class GateError(DigestError):
    """The edition is not in the state that this needs: approved where a draft is wanted, not approved where it should leave…"""


class ConflictError(GateError):
    """Someone else saved the edition since it was opened; nothing was overwritten.

    `changes` are theirs (`compose.changes.Change`).
    """

    def __init__(self, message: str, *, changes: Sequence[Any] = (), **values: object) -> None:
        super().__init__(message, **values)  # type: ignore[arg-type]  # the values of the message
        self.changes = tuple(changes)


class DeliveryError(DigestError):
    """A place (mail account, sender's API) did not take the edition; nothing was used up, and it can be tried again."""


class StoreError(DigestError):
    """The store cannot be opened or is not one of ours."""
