"""The edition as the one draft that waits in a mail account: put there, and replaced there by what came of it.

The new draft is put first, the old one is removed after, so that a connection cut anywhere leaves at least one; the next delivery
ends with exactly one. Ours are known by their UID, else by the headers of `message.py`. What has no mark of ours, or holds words
that we did not write, is a person's, and is never touched.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from email.policy import SMTP
from typing import Any

from digest.deliver.imap_account import Account, accepted, signed_in
from digest.deliver.imap_folders import Folder, open_drafts
from digest.deliver.message import MARK, build_message, is_as_made, mark_of
from digest.deliver.parcel import Parcel
from digest.errors import N_
from digest.model import Receipt
from digest.settings.places import Imap


def hand_over(parcel: Parcel, place: Imap, secret: str, *, known: str | None) -> Receipt:
    """Leave the edition as a draft in the account; its id is `UIDVALIDITY:UID`.

    `known` is the id of the last receipt, None where none was noted. Raises DeliveryError, and can then be called again.
    """
    message = build_message(parcel.edition, parcel.rendered, parcel.newsletter, parcel.pictures)
    letter = _Letter(message.as_bytes(), mark_of(parcel.edition))
    with signed_in(place, secret) as account:
        folder, validity = open_drafts(account, place.folder)
        old_validity, _, old_uid = (known or "").partition(":")
        ours = _ours(account, letter, old_uid if old_validity == validity else "")
        same = next((each for each in ours if each.content == letter.content and not each.deleted), None)
        uid = same.uid if same else _put(account, folder, letter, validity, {each.uid for each in ours})
        _remove(account, folder, [each.uid for each in ours if each is not same])
    return Receipt(f"{validity}:{uid}", folder.name, replaced=any(not each.deleted for each in ours))


@dataclass(frozen=True, slots=True)
class _Letter:
    content: bytes
    mark: str

    @property
    def message_id(self) -> str:
        return _header(self.content, "Message-ID")


@dataclass(frozen=True, slots=True)
class _Draft:
    uid: str
    content: bytes
    deleted: bool
    """Flagged for removal, by a person or by a delivery that was cut."""


# ------------------------------------------------------------------------------------------------ those that are ours


def _ours(account: Account, letter: _Letter, known: str) -> list[_Draft]:
    """Our drafts of this edition, whatever their revision. `known` is a UID, which always means the same bytes.

    Message-ID is asked for too: some servers find it and no other header.
    """
    uids = {known} - {""} | _search(account, MARK, letter.mark) | _search(account, "Message-ID", letter.message_id)
    drafts = [draft for uid in sorted(uids, key=int) if (draft := _fetched(account, uid))]
    # a search finds parts of words: `lettre/2026-1` stands in `la-lettre/2026-11`
    marked = [draft for draft in drafts if _header(draft.content, MARK) == letter.mark]
    return [draft for draft in marked if draft.uid == known or is_as_made(draft.content)]


def _search(account: Account, header: str, value: str) -> set[str]:
    answer = account.server.uid("SEARCH", "HEADER", header, f'"{value}"')
    found = accepted(answer, N_("the drafts cannot be searched: {cause}"))
    return {uid.decode("ascii") for line in found if line for uid in line.split()}


def _fetched(account: Account, uid: str) -> _Draft | None:
    """A message of the folder; None where it is gone."""
    parts = accepted(account.server.uid("FETCH", uid, "(UID FLAGS BODY.PEEK[])"), N_("a draft cannot be read: {cause}"))
    for part, after in zip(parts, [*parts[1:], b")"], strict=True):
        if isinstance(part, tuple):  # what stands before and after the content may both hold the flags
            facts = part[0] + (after if isinstance(after, bytes) else b"")
            return _Draft(uid, part[1], b"\\deleted" in facts.lower())
    return None


def _header(content: bytes, name: str) -> str:
    return str(BytesHeaderParser(policy=SMTP).parsebytes(content).get(name, "")).strip()


# ------------------------------------------------------------------------------------------------ putting and removing


def _put(account: Account, folder: Folder, letter: _Letter, validity: str, before: Collection[str]) -> str:
    """Add the draft; its UID, which is empty in the unlikely case that the server does not tell."""
    answer = account.server.append(folder.quoted, r"(\Draft \Seen)", "", letter.content)
    accepted(answer, N_("the folder {folder} did not take the draft: {cause}"), folder=folder.name)
    _, told = account.server.response("APPENDUID")  # RFC 4315
    appended = re.fullmatch(rb"(\d+) (\d+)", _last(told))
    if appended and appended[1].decode() == validity:
        return appended[2].decode()
    account.server.noop()  # a server tells of new messages only when it is asked something
    return max(_search(account, "Message-ID", letter.message_id) - set(before), key=int, default="")


def _last(told: Sequence[Any]) -> bytes:
    return told[-1] if told and isinstance(told[-1], bytes) else b""


def _remove(account: Account, folder: Folder, uids: Sequence[str]) -> None:
    if not uids:
        return
    if "UIDPLUS" in account.abilities:
        _flag(account, folder, "+", uids)
        accepted(account.server.uid("EXPUNGE", ",".join(uids)), _KEPT, folder=folder.name)
    else:
        _remove_without_uidplus(account, folder, uids)


def _remove_without_uidplus(account: Account, folder: Folder, uids: Sequence[str]) -> None:
    """EXPUNGE alone takes away every message that is flagged, a person's too: theirs lose the flag while it runs.

    Should the connection be cut meanwhile, a draft that a person had deleted shows again: better than one lost.
    """
    deleted = accepted(account.server.uid("SEARCH", "DELETED"), _KEPT, folder=folder.name)
    others = [uid for line in deleted if line for uid in line.decode("ascii").split() if uid not in uids]
    _flag(account, folder, "-", others)
    _flag(account, folder, "+", uids)
    accepted(account.server.expunge(), _KEPT, folder=folder.name)
    _flag(account, folder, "+", others)


def _flag(account: Account, folder: Folder, sign: str, uids: Sequence[str]) -> None:
    if uids:
        answer = account.server.uid("STORE", ",".join(uids), f"{sign}FLAGS.SILENT", r"(\Deleted)")
        accepted(answer, _KEPT, folder=folder.name)


_KEPT = N_("the draft is in the folder {folder}, but the old one beside it cannot be removed: {cause}")
