"""The drafts folder of a mail account: found by its role (RFC 6154), else by its name in one of our languages, else made."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from imaplib import IMAP4
from typing import Any

from digest.deliver.imap_account import Account, accepted, words_of
from digest.errors import N_, DeliveryError

_USUAL = ("drafts", "brouillons", "entwürfe", "borradores", "bozze", "rascunhos")
"""Names that mail programs give to the folder, in the languages of a newsletter."""
_LISTED = re.compile(r'\((?P<flags>[^)]*)\) (?:"\\?(?P<separator>.)"|NIL) (?P<name>.*)', re.DOTALL)
_PREFIX = re.compile(r'\(\("(?P<prefix>[^"]*)"')


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of the account."""

    raw: str
    """Its name as the server writes it, in modified UTF-7."""
    separator: str = "/"
    flags: frozenset[str] = frozenset()
    """In small letters."""

    @property
    def name(self) -> str:
        """The name as people read it."""
        return from_utf7(self.raw)

    def is_called(self, name: str) -> bool:
        """Whether a person who writes this means it: `/` parts the names of folders, whatever the server parts them by."""
        return self.name.replace(self.separator, "/") == name.replace(self.separator, "/")

    @property
    def quoted(self) -> str:
        """As commands want it."""
        return '"' + self.raw.replace("\\", "\\\\").replace('"', '\\"') + '"'


def open_drafts(account: Account, wanted: str | None) -> tuple[Folder, str]:
    """Open the drafts folder, made if there is none; the folder and its UIDVALIDITY. A `wanted` one is never second-guessed.

    Raises DeliveryError when it can be neither opened nor made, or only be read.
    """
    folder = _find(account, wanted)
    try:
        answer = account.server.select(folder.quoted)
        if answer[0] != "OK":  # [TRYCREATE], [NONEXISTENT], or no code at all
            _create(account, folder, words_of(answer[1]))
            answer = account.server.select(folder.quoted)
        accepted(answer, N_("the folder {folder} cannot be opened: {cause}"), folder=folder.name)
    except IMAP4.readonly as error:
        raise DeliveryError(N_("the folder {folder} can only be read"), folder=folder.name) from error
    _, validity = account.server.response("UIDVALIDITY")
    return folder, words_of(validity)


def _find(account: Account, wanted: str | None) -> Folder:
    listed = _listed(accepted(account.server.list(), N_("the folders of the account cannot be listed: {cause}")))
    if wanted is not None:
        return next((folder for folder in listed if folder.is_called(wanted)), Folder(to_utf7(wanted)))
    return _by_role(account, listed) or _by_name(listed) or Folder(_prefix(account) + "Drafts")


def _listed(lines: Sequence[Any]) -> list[Folder]:
    folders = []
    for line in lines:
        if not line or line == b")":
            continue
        start, literal = line if isinstance(line, tuple) else (line, None)  # imaplib gives a name sent as a literal apart
        found = _LISTED.match(start.decode("utf-8", "replace"))
        if found:
            name = literal.decode("utf-8", "replace") if literal is not None else _unquoted(found["name"].strip())
            folders.append(Folder(name, found["separator"] or "/", frozenset(found["flags"].lower().split())))
    return [folder for folder in folders if not {"\\noselect", "\\nonexistent"} & folder.flags]


def _unquoted(name: str) -> str:
    return re.sub(r"\\(.)", r"\1", name[1:-1]) if name.startswith('"') else name


def _by_role(account: Account, listed: Sequence[Folder]) -> Folder | None:
    drafts = [folder for folder in listed if "\\drafts" in folder.flags]
    if not drafts and "SPECIAL-USE" in account.abilities:  # RFC 6154: a plain LIST need not tell the roles
        account.server.xatom("LIST", "(SPECIAL-USE)", '""', '"*"')
        drafts = [folder for folder in _listed(account.server.response("LIST")[1]) if "\\drafts" in folder.flags]
    return drafts[0] if drafts else None


def _by_name(listed: Sequence[Folder]) -> Folder | None:
    for usual in _USUAL:
        for folder in listed:
            if folder.name.casefold() in (usual, f"inbox{folder.separator}{usual}"):
                return folder
    return None


def _prefix(account: Account) -> str:
    """What the names of the person's own folders begin with (RFC 2342): nothing, or `INBOX.`."""
    if "NAMESPACE" not in account.abilities:
        return ""
    found = _PREFIX.match(words_of(account.server.namespace()[1]))
    return found["prefix"] if found else ""


def _create(account: Account, folder: Folder, why: str) -> None:
    status, said = account.server.create(folder.quoted)
    if status != "OK":
        raise DeliveryError(
            N_("the folder {folder} can be neither opened ({cause}) nor made ({said})"),
            folder=folder.name, cause=why, said=words_of(said),
        )  # fmt: skip
    account.server.subscribe(folder.quoted)


# ------------------------------------------------------------------------------------------------ modified UTF-7


def to_utf7(name: str) -> str:
    """The name of a folder as servers write it (RFC 3501, 5.1.3): `Entwürfe` is `Entw&APw-rfe`."""
    return re.sub(r"&|[^\x20-\x7e]+", lambda found: f"&{_base64(found[0])}-", name)


def _base64(letters: str) -> str:
    return "" if letters == "&" else b64encode(letters.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")


def from_utf7(raw: str) -> str:
    """The name as people write it; what is no sound UTF-7 stays as it is."""
    try:
        return re.sub(r"&([^-]*)-", lambda found: _letters(found[1]), raw)
    except ValueError:
        return raw


def _letters(encoded: str) -> str:
    return b64decode(encoded.replace(",", "/") + "=" * (-len(encoded) % 4)).decode("utf-16-be") if encoded else "&"
