"""The edition in the drafts folder of a real mail account, whatever the server, the folder and the network are like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from email.policy import SMTP
from imaplib import IMAP4

import pytest

from digest.deliver.imap import hand_over
from digest.deliver.imap_folders import from_utf7, to_utf7
from digest.deliver.message import build_message
from digest.deliver.parcel import Parcel
from digest.errors import DeliveryError
from digest.model import Receipt, RenderedEmail
from digest.settings import Settings
from digest.settings.places import Imap
from tests import editions
from tests.mailservers import AUTHORITY, PASSWORD, READ_ONLY, ROOM, Dovecot, cut_line, running_dovecot

pytestmark = pytest.mark.dovecot


@pytest.fixture
def user(request: pytest.FixtureRequest) -> str:
    """An account of its own for every test."""
    return re.sub(r"\W+", "-", request.node.name).lower()


@pytest.fixture
def parcel(settings: Settings) -> Parcel:
    """An edition with a picture, from a sender whose name every mail program writes in its own way."""
    picture = "0123456789abcdef.png"
    html = "<p>Un mot accentué, déjà.</p>\n" * 40 + f'<img alt="Un chat" src="pictures/{picture}">\n'
    rendered = RenderedEmail(
        "Été : l’essentiel de novembre, et tout ce qui s’y est passé d’autre", html, "Un mot accentué, déjà.\n"
    )
    sender = settings.newsletter.sender.model_copy(update={"name": "Collectif d’été, « fil »"})
    newsletter = settings.newsletter.model_copy(update={"sender": sender})
    return Parcel(editions.sample(), rendered, newsletter, {picture: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9})


def place(dovecot: Dovecot, user: str, **changes: object) -> Imap:
    values = {"host": "127.0.0.1", "port": dovecot.port, "user": user, "security": "none", "password_env": "P"}
    return Imap.model_validate(values | changes)


def revised(parcel: Parcel) -> Parcel:
    edition = replace(parcel.edition, revision=parcel.edition.revision + 1)
    return replace(parcel, edition=edition, rendered=replace(parcel.rendered, text="Un autre mot.\n"))


def content(parcel: Parcel) -> bytes:
    return build_message(parcel.edition, parcel.rendered, parcel.newsletter, parcel.pictures).as_bytes()


def messages(server: IMAP4) -> dict[str, tuple[bytes, set[bytes]]]:
    """What the open folder holds: content and flags, by UID."""
    found = {}
    for uid in server.uid("SEARCH", "ALL")[1][0].split():
        answer = server.uid("FETCH", uid.decode(), "(FLAGS BODY.PEEK[])")[1]
        part = next(part for part in answer if isinstance(part, tuple))
        flags = re.search(rb"FLAGS \(([^)]*)\)", part[0])
        assert flags is not None
        found[uid.decode()] = (part[1], set(flags[1].split()) - {rb"\Recent"})
    return found


def drafts(dovecot: Dovecot, user: str, folder: str = "Drafts") -> dict[str, tuple[bytes, set[bytes]]]:
    with dovecot.as_person(user, folder) as server:
        return messages(server)


def only(dovecot: Dovecot, user: str, folder: str = "Drafts") -> bytes:
    """The content of the one draft there is."""
    ((found, _),) = drafts(dovecot, user, folder).values()
    return found


def write_draft(dovecot: Dovecot, user: str, message: bytes, flags: str = r"(\Draft \Seen)") -> None:
    with dovecot.as_person(user) as server:
        assert server.append('"Drafts"', flags, "", message)[0] == "OK"


MINE = b"From: camille@essai.example\r\nSubject: Compte rendu\r\nMessage-ID: <mine@essai.example>\r\n\r\nA finir.\r\n"


def test_the_draft_holds_our_bytes_and_is_flagged_as_a_draft_that_was_seen(dovecot: Dovecot, user: str, parcel: Parcel) -> None:
    receipt = hand_over(parcel, place(dovecot, user), PASSWORD, known=None)

    found = drafts(dovecot, user)
    assert list(found.values()) == [(content(parcel), {rb"\Draft", rb"\Seen"})]
    with dovecot.as_person(user) as server:
        validity = server.status("Drafts", "(UIDVALIDITY)")[1][0].decode()
    assert receipt == Receipt(f"{re.findall('[0-9]+', validity)[-1]}:{next(iter(found))}", "Drafts", replaced=False)


def test_delivering_twice_leaves_the_same_draft(dovecot: Dovecot, user: str, parcel: Parcel) -> None:
    first = hand_over(parcel, place(dovecot, user), PASSWORD, known=None)
    again = hand_over(parcel, place(dovecot, user), PASSWORD, known=first.id)

    assert again == replace(first, replaced=True)
    assert only(dovecot, user) == content(parcel)


@pytest.mark.parametrize("noted", [True, False])
def test_a_new_revision_takes_the_place_of_the_old_one(dovecot: Dovecot, user: str, parcel: Parcel, noted: bool) -> None:
    first = hand_over(parcel, place(dovecot, user), PASSWORD, known=None)
    new = revised(parcel)

    second = hand_over(new, place(dovecot, user), PASSWORD, known=first.id if noted else None)

    assert only(dovecot, user) == content(new)
    assert second.replaced
    assert second.id != first.id


def test_the_same_revision_rendered_anew_takes_the_place_of_the_old_one(dovecot: Dovecot, user: str, parcel: Parcel) -> None:
    hand_over(parcel, place(dovecot, user), PASSWORD, known=None)
    new = replace(parcel, rendered=replace(parcel.rendered, html="<p>Autrement</p>"))
    hand_over(new, place(dovecot, user), PASSWORD, known=None)
    assert only(dovecot, user) == content(new)


def test_a_uid_noted_before_the_folder_was_made_anew_means_nothing(dovecot: Dovecot, user: str, parcel: Parcel) -> None:
    write_draft(dovecot, user, MINE)
    hand_over(parcel, place(dovecot, user), PASSWORD, known="1:1")
    assert [text for text, _ in drafts(dovecot, user).values()] == [MINE, content(parcel)]


def test_a_draft_that_a_person_removed_is_put_again(dovecot: Dovecot, user: str, parcel: Parcel) -> None:
    first = hand_over(parcel, place(dovecot, user), PASSWORD, known=None)
    with dovecot.as_person(user) as server:
        server.store("1", "+FLAGS", r"(\Deleted)")
        server.expunge()

    again = hand_over(parcel, place(dovecot, user), PASSWORD, known=first.id)

    assert not again.replaced
    assert only(dovecot, user) == content(parcel)


def test_a_draft_flagged_for_removal_does_not_count_as_there(dovecot: Dovecot, user: str, parcel: Parcel) -> None:
    first = hand_over(parcel, place(dovecot, user), PASSWORD, known=None)
    with dovecot.as_person(user) as server:
        server.store("1", "+FLAGS", r"(\Deleted)")

    hand_over(parcel, place(dovecot, user), PASSWORD, known=first.id)

    assert list(drafts(dovecot, user).values()) == [(content(parcel), {rb"\Draft", rb"\Seen"})]


def test_a_persons_own_drafts_stay_as_they_are(dovecot: Dovecot, user: str, parcel: Parcel) -> None:
    quoting = MINE.replace(b"A finir", content(parcel).partition(b"\r\n\r\n")[0].replace(b"\r\n", b"\r\n> "))
    write_draft(dovecot, user, MINE)
    write_draft(dovecot, user, quoting, r"(\Draft \Deleted)")
    first = hand_over(parcel, place(dovecot, user), PASSWORD, known=None)
    hand_over(revised(parcel), place(dovecot, user), PASSWORD, known=first.id)

    assert list(drafts(dovecot, user).values()) == [
        (MINE, {rb"\Draft", rb"\Seen"}),
        (quoting, {rb"\Draft", rb"\Deleted"}),
        (content(revised(parcel)), {rb"\Draft", rb"\Seen"}),
    ]


@pytest.mark.parametrize(("header", "value"), [("Subject", "Mon objet à moi"), ("To", "abonnes@essai.example")])
def test_what_a_person_wrote_into_our_draft_is_kept_beside_the_new_one(
    dovecot: Dovecot, user: str, parcel: Parcel, header: str, value: str
) -> None:
    edited = message_from_bytes(content(parcel), policy=SMTP)
    edited.replace_header(header, value)  # by a mail program that keeps every header it does not know
    write_draft(dovecot, user, edited.as_bytes())

    hand_over(parcel, place(dovecot, user), PASSWORD, known=None)

    assert [text for text, _ in drafts(dovecot, user).values()] == [edited.as_bytes(), content(parcel)]


def test_editions_whose_names_begin_alike_are_not_mixed_up(dovecot: Dovecot, user: str, parcel: Parcel) -> None:
    eleven = parcel
    one = replace(parcel, edition=replace(parcel.edition, edition="2026-1", revision=11))
    hand_over(eleven, place(dovecot, user), PASSWORD, known=None)
    receipt = hand_over(one, place(dovecot, user), PASSWORD, known=None)

    assert not receipt.replaced
    assert [text for text, _ in drafts(dovecot, user).values()] == [content(eleven), content(one)]


# ------------------------------------------------------------------------------------------------ folders


@pytest.fixture(scope="module")
def gmail() -> Iterator[Dovecot]:
    """Its drafts folder has a name in the person's language, and special use alone tells it."""
    with running_dovecot(mailbox="[Gmail]/Ébauches") as server:
        yield server


@pytest.fixture(scope="module")
def bare() -> Iterator[Dovecot]:
    """No special use, and every folder stands under INBOX, parted by dots."""
    with running_dovecot(mailbox=None, separator=".", prefix="INBOX.") as server:
        yield server


def test_a_localised_folder_is_found_by_its_special_use(gmail: Dovecot, user: str, parcel: Parcel) -> None:
    with gmail.as_person(user, None) as server:
        server.create("Drafts")
    receipt = hand_over(parcel, place(gmail, user), PASSWORD, known=None)

    assert receipt.where == "[Gmail]/Ébauches"
    assert only(gmail, user, "[Gmail]/&AMk-bauches") == content(parcel)


@pytest.mark.parametrize("name", ["INBOX.Drafts", "INBOX.Brouillons", "INBOX.Entw&APw-rfe"])
def test_without_special_use_the_folder_is_found_by_its_name(bare: Dovecot, user: str, parcel: Parcel, name: str) -> None:
    with bare.as_person(user, None) as server:
        server.create(name)
        server.create("INBOX.Archives")
    receipt = hand_over(parcel, place(bare, user), PASSWORD, known=None)

    assert receipt.where == from_utf7(name)
    assert only(bare, user, name) == content(parcel)


def test_where_there_is_no_drafts_folder_it_is_made_and_shown(bare: Dovecot, user: str, parcel: Parcel) -> None:
    receipt = hand_over(parcel, place(bare, user), PASSWORD, known=None)

    assert receipt.where == "INBOX.Drafts"
    with bare.as_person(user, "INBOX.Drafts") as server:
        assert b"INBOX.Drafts" in server.lsub()[1][0]
        assert len(messages(server)) == 1


def test_the_folder_of_the_settings_wins_and_is_made(dovecot: Dovecot, user: str, parcel: Parcel) -> None:
    here = place(dovecot, user, folder="À relire & signer/Lettre")
    receipt = hand_over(parcel, here, PASSWORD, known=None)
    hand_over(revised(parcel), here, PASSWORD, known=receipt.id)

    assert receipt.where == "À relire & signer/Lettre"
    assert only(dovecot, user, "&AMA- relire &- signer/Lettre") == content(revised(parcel))
    assert drafts(dovecot, user) == {}


def test_a_folder_written_with_slashes_is_found_where_dots_part_the_names(bare: Dovecot, user: str, parcel: Parcel) -> None:
    with bare.as_person(user, None) as server:
        server.create("INBOX.Lettre.Relire")
    receipt = hand_over(parcel, place(bare, user, folder="INBOX/Lettre/Relire"), PASSWORD, known=None)
    assert receipt.where == "INBOX.Lettre.Relire"


def test_a_folder_that_cannot_be_made_is_told_with_the_servers_words(bare: Dovecot, user: str, parcel: Parcel) -> None:
    with pytest.raises(DeliveryError, match=r"the folder Ailleurs can be neither opened \(.*\) nor made \(.*INBOX"):
        hand_over(parcel, place(bare, user, folder="Ailleurs"), PASSWORD, known=None)


@pytest.mark.parametrize("name", ["Drafts", "Entwürfe", "Tom & Jerry", "下書き/été", "a&b-c"])
def test_a_folders_name_survives_modified_utf7(name: str) -> None:
    assert from_utf7(to_utf7(name)) == name


# ------------------------------------------------------------------------------------------------ without UIDPLUS


@pytest.fixture(scope="module")
def plain() -> Iterator[Dovecot]:
    """It cannot tell the UID of what it takes, nor remove one message alone."""
    with running_dovecot(uidplus=False) as server:
        yield server


def test_without_uidplus_the_old_draft_goes_and_a_persons_deleted_one_stays(plain: Dovecot, user: str, parcel: Parcel) -> None:
    write_draft(plain, user, MINE, r"(\Draft \Deleted)")
    first = hand_over(parcel, place(plain, user), PASSWORD, known=None)
    second = hand_over(revised(parcel), place(plain, user), PASSWORD, known=first.id)

    found = drafts(plain, user)
    assert list(found.values()) == [
        (MINE, {rb"\Draft", rb"\Deleted"}),
        (content(revised(parcel)), {rb"\Draft", rb"\Seen"}),
    ]
    assert second.id.partition(":")[2] == list(found)[1]
    assert hand_over(revised(parcel), place(plain, user), PASSWORD, known=second.id) == second


# ------------------------------------------------------------------------------------------------ the door and the line


@pytest.fixture
def _trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(AUTHORITY))


@pytest.mark.usefixtures("_trusted")
@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_the_line_is_encrypted(dovecot: Dovecot, user: str, parcel: Parcel, security: str) -> None:
    port = dovecot.tls_port if security == "tls" else dovecot.port
    hand_over(parcel, place(dovecot, user, host="localhost", port=port, security=security), PASSWORD, known=None)
    assert only(dovecot, user) == content(parcel)


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_nobody_vouches_for_is_refused(dovecot: Dovecot, user: str, parcel: Parcel, security: str) -> None:
    port = dovecot.tls_port if security == "tls" else dovecot.port
    with pytest.raises(DeliveryError, match=r"certificate of localhost cannot be trusted: .*issuer") as refused:
        hand_over(parcel, place(dovecot, user, host="localhost", port=port, security=security), PASSWORD, known=None)
    assert "SSL_CERT_FILE" in (refused.value.hint_text() or "")


def test_tls_on_a_port_in_clear_is_told(dovecot: Dovecot, user: str, parcel: Parcel) -> None:
    with pytest.raises(DeliveryError, match=r"127\.0\.0\.1, port \d+: no encrypted connection can be made"):
        hand_over(parcel, place(dovecot, user, security="tls"), PASSWORD, known=None)


def test_a_password_is_never_sent_in_clear_to_another_machine(dovecot: Dovecot, user: str, parcel: Parcel) -> None:
    with pytest.raises(DeliveryError, match=r"mail\.essai\.example: a password is not sent in clear"):
        hand_over(parcel, place(dovecot, user, host="mail.essai.example"), PASSWORD, known=None)


def test_a_wrong_password_is_told_without_the_password(dovecot: Dovecot, user: str, parcel: Parcel) -> None:
    with pytest.raises(DeliveryError, match=f"127.0.0.1 does not let {user} in: .*failed") as refused:
        hand_over(parcel, place(dovecot, user), "un-mauvais-secret", known=None)
    assert (
        "un-mauvais-secret" not in f"{refused.value} {refused.value.hint_text()} {refused.value.values} {refused.value.__cause__}"
    )


def test_a_port_where_nobody_answers_is_told(dovecot: Dovecot, user: str, parcel: Parcel) -> None:
    with pytest.raises(DeliveryError, match=r"127\.0\.0\.1, port 1: no mail server answers there"):
        hand_over(parcel, place(dovecot, user, port=1), PASSWORD, known=None)


def test_a_folder_that_may_only_be_read_is_told(dovecot: Dovecot, user: str, parcel: Parcel) -> None:
    with pytest.raises(DeliveryError, match=f"the folder {READ_ONLY} can only be read"):
        hand_over(parcel, place(dovecot, user, folder=READ_ONLY), PASSWORD, known=None)


def test_an_account_without_room_is_told_and_keeps_the_draft_it_has(dovecot: Dovecot, user: str, parcel: Parcel) -> None:
    first = hand_over(parcel, place(dovecot, user), PASSWORD, known=None)
    new = replace(parcel, rendered=replace(parcel.rendered, html="<p>Un mot</p>\n" * (ROOM // 10)))

    with pytest.raises(DeliveryError, match=r"the folder Drafts did not take the draft: .*OVERQUOTA") as refused:
        hand_over(new, place(dovecot, user), PASSWORD, known=first.id)

    assert "make room" in (refused.value.hint_text() or "")
    assert only(dovecot, user) == content(parcel)


MOST_WORDS = 30
"""More than a delivery says to the server."""


def is_cut(server: Dovecot, user: str, parcel: Parcel, known: str | None, *, words: int, heard: bool) -> bool:
    """Whether a delivery fails when its line is cut after so many words; it does not when it has said all by then."""
    with cut_line(server.port, words=words, heard=heard) as line:
        try:
            hand_over(parcel, place(server, user, port=line.port), PASSWORD, known=known)
        except DeliveryError as error:
            return "cut" in str(error)
    return False


@pytest.mark.parametrize("heard", [True, False], ids=["heard", "unheard"])
@pytest.mark.parametrize("uidplus", [True, False], ids=["uidplus", "plain"])
def test_wherever_the_line_is_cut_the_next_delivery_leaves_one_draft(
    dovecot: Dovecot, plain: Dovecot, user: str, parcel: Parcel, heard: bool, uidplus: bool
) -> None:
    server, new = dovecot if uidplus else plain, revised(parcel)
    for words in range(1, MOST_WORDS):
        name = f"{user}-{words}"
        write_draft(server, name, MINE)
        first = hand_over(parcel, place(server, name), PASSWORD, known=None)

        if not is_cut(server, name, new, first.id, words=words, heard=heard):
            break
        assert any(text in (content(parcel), content(new)) for text, _ in drafts(server, name).values())
        hand_over(new, place(server, name), PASSWORD, known=first.id)

        assert [text for text, _ in drafts(server, name).values()] == [MINE, content(new)], f"cut after {words} words"
    assert 12 < words < MOST_WORDS - 1


@pytest.mark.parametrize("heard", [True, False], ids=["heard", "unheard"])
def test_a_first_delivery_that_is_cut_is_healed_though_nothing_was_noted(
    dovecot: Dovecot, user: str, parcel: Parcel, heard: bool
) -> None:
    for words in range(1, MOST_WORDS):
        name = f"{user}-{words}"
        if not is_cut(dovecot, name, parcel, None, words=words, heard=heard):
            break
        hand_over(parcel, place(dovecot, name), PASSWORD, known=None)
        assert only(dovecot, name) == content(parcel), f"cut after {words} words"
    assert 8 < words < MOST_WORDS - 1
