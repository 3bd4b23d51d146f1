"""Tests of an edition and notices, sent through a real mail server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as POLICY

import pytest

from digest.deliver import smtp
from digest.deliver.message import is_as_made
from digest.deliver.parcel import Parcel
from digest.errors import DeliveryError
from digest.model import RenderedEmail
from digest.settings import Newsletter, Settings
from digest.settings.places import Smtp
from tests import editions
from tests.mailservers import AUTHORITY, PASSWORD, Postbox, cut_line, running_smtp

CAMILLE, SACHA = "camille@essai.example", "sacha@essai.example"


@pytest.fixture
def parcel(settings: Settings) -> Parcel:
    newsletter = Newsletter.model_validate(settings.newsletter.model_dump() | {"unsubscribe": "https://essai.example/stop"})
    rendered = RenderedEmail("Été : l’essentiel", "<p>" + "Un très long alinéa. " * 500 + "</p>", "Déjà. " * 500 + "\n")
    return Parcel(editions.sample(), rendered, newsletter)


@pytest.fixture
def _trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(AUTHORITY))


@pytest.fixture
def starttls(_trusted: None) -> Iterator[Postbox]:
    with running_smtp("starttls") as postbox:
        yield postbox


@pytest.fixture
def clear() -> Iterator[Postbox]:
    with running_smtp("none") as postbox:
        yield postbox


def server(postbox: Postbox, **changes: object) -> Smtp:
    values = {"host": postbox.host, "port": postbox.port, "user": "lettre", "password_env": "P"}
    return Smtp.model_validate(values | changes)


def in_clear(postbox: Postbox, **changes: object) -> Smtp:
    return server(postbox, **{"security": "none", "user": None, "password_env": None} | changes)


def read(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=POLICY)


def test_a_test_goes_encrypted_and_signed_in_to_the_named_people(starttls: Postbox, parcel: Parcel, now: datetime) -> None:
    people = [CAMILLE, SACHA]
    smtp.send(smtp.test_message(parcel, people, now=now), server(starttls), PASSWORD, to=people)

    (mail,) = starttls.received
    assert (mail.sender, mail.to) == ("lettre@essai.example", tuple(people))
    assert (mail.encrypted, mail.user) == (True, "lettre")
    message = read(mail.content)
    assert message["Subject"] == "[test] Été : l’essentiel"
    assert [str(address) for address in message["To"].addresses] == people
    html = message.get_body(("html",))
    assert html is not None
    assert html.get_content().rstrip() == parcel.rendered.html


@pytest.mark.usefixtures("_trusted")
def test_tls_from_the_first_byte_works_too(parcel: Parcel, now: datetime) -> None:
    with running_smtp("tls") as postbox:
        message = smtp.test_message(parcel, [CAMILLE], now=now)
        smtp.send(message, server(postbox, security="tls"), PASSWORD, to=[CAMILLE])
    assert [(mail.encrypted, mail.user) for mail in postbox.received] == [(True, "lettre")]


def test_a_test_is_no_draft_and_no_letter_to_subscribers(parcel: Parcel, now: datetime) -> None:
    message = smtp.test_message(parcel, [CAMILLE], now=now)

    headers = {name.lower() for name in message}
    assert not headers & {"list-unsubscribe", "list-id", "list-post", "x-unsent", "x-digest-edition", "precedence"}
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == now
    assert not is_as_made(bytes(message))


def test_each_test_has_a_name_of_its_own_and_the_same_bytes_for_the_same_moment(parcel: Parcel, now: datetime) -> None:
    first, again, later = (smtp.test_message(parcel, [CAMILLE], now=moment) for moment in (now, now, now + timedelta(seconds=1)))
    assert bytes(first) == bytes(again)
    assert first["Message-ID"] != later["Message-ID"]


def test_every_line_is_short_and_of_plain_ascii(starttls: Postbox, parcel: Parcel, now: datetime) -> None:
    long = replace(parcel, rendered=replace(parcel.rendered, subject="Très " * 60))
    smtp.send(smtp.test_message(long, [CAMILLE] * 40, now=now), server(starttls), PASSWORD, to=[CAMILLE])

    lines = starttls.received[0].content.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert b"".join(lines).isascii()


@pytest.mark.parametrize(
    "address", ["", "camille", "ca mille@essai.example", "a@b.example\r\nBcc: c@d.example", "élo@essai.example"]
)
def test_what_is_no_address_is_refused_before_anything_is_sent(parcel: Parcel, now: datetime, address: str) -> None:
    with pytest.raises(DeliveryError, match="is not an e-mail address"):
        smtp.test_message(parcel, [address], now=now)


@pytest.mark.parametrize("refused", [{SACHA}, {SACHA, CAMILLE}], ids=["one", "all"])
def test_who_was_refused_is_named(starttls: Postbox, parcel: Parcel, now: datetime, refused: set[str]) -> None:
    starttls.refused = refused
    people = [CAMILLE, SACHA]
    with pytest.raises(DeliveryError, match=r"localhost refuses .*sacha@essai\.example \(5\.1\.1 no such person here\)") as told:
        smtp.send(smtp.test_message(parcel, people, now=now), server(starttls), PASSWORD, to=people)

    assert [mail.to for mail in starttls.received] == ([(CAMILLE,)] if len(refused) == 1 else [])
    assert ("the others received" if len(refused) == 1 else "nothing was sent") in str(told.value)


def test_a_wrong_password_is_told_without_the_password(starttls: Postbox, parcel: Parcel, now: datetime) -> None:
    with pytest.raises(DeliveryError, match="localhost does not let lettre in: ") as told:
        smtp.send(smtp.test_message(parcel, [CAMILLE], now=now), server(starttls), "un-mauvais-secret", to=[CAMILLE])

    shown = f"{told.value} {told.value.hint_text()} {told.value.values} {told.value.__cause__}"
    assert "un-mauvais-secret" not in shown
    assert starttls.received == []


@pytest.mark.usefixtures("_trusted")
def test_a_server_that_knows_login_alone_takes_a_password_without_accents_only(parcel: Parcel, now: datetime) -> None:
    with running_smtp("starttls", mechanisms="LOGIN") as postbox:
        message = smtp.test_message(parcel, [CAMILLE], now=now)
        with pytest.raises(DeliveryError, match="offers no way to sign in that we know"):
            smtp.send(message, server(postbox), PASSWORD, to=[CAMILLE])
        with pytest.raises(DeliveryError, match="does not let lettre in"):
            smtp.send(message, server(postbox), "sans-accent", to=[CAMILLE])


def test_without_starttls_the_password_stays_here(clear: Postbox, parcel: Parcel, now: datetime) -> None:
    with pytest.raises(DeliveryError, match="localhost offers no STARTTLS: nothing was sent"):
        smtp.send(smtp.test_message(parcel, [CAMILLE], now=now), server(clear), PASSWORD, to=[CAMILLE])
    assert clear.received == []


def test_a_password_is_never_sent_in_clear_to_another_machine(parcel: Parcel, now: datetime) -> None:
    elsewhere = Smtp(host="mail.essai.example", security="none", user="lettre", password_env="P")
    with pytest.raises(DeliveryError, match=r"mail\.essai\.example: a password is not sent in clear"):
        smtp.send(smtp.test_message(parcel, [CAMILLE], now=now), elsewhere, PASSWORD, to=[CAMILLE])


def test_a_server_that_wants_no_password_gets_none(clear: Postbox, parcel: Parcel, now: datetime) -> None:
    smtp.send(smtp.test_message(parcel, [CAMILLE], now=now), in_clear(clear), None, to=[CAMILLE])
    assert [(mail.encrypted, mail.user) for mail in clear.received] == [(False, None)]


def test_a_server_that_wants_a_password_says_so(starttls: Postbox, parcel: Parcel, now: datetime) -> None:
    anonymous = server(starttls, user=None, password_env=None)
    with pytest.raises(DeliveryError, match=r"localhost lets nobody write as lettre@essai\.example: .*Authentication required"):
        smtp.send(smtp.test_message(parcel, [CAMILLE], now=now), anonymous, None, to=[CAMILLE])


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_nobody_vouches_for_is_refused(parcel: Parcel, now: datetime, security: str) -> None:
    message = smtp.test_message(parcel, [CAMILLE], now=now)
    with running_smtp(security) as postbox:
        with pytest.raises(DeliveryError, match="certificate of localhost cannot be trusted"):
            smtp.send(message, server(postbox, security=security), PASSWORD, to=[CAMILLE])
        assert postbox.received == []


def test_a_message_too_heavy_for_the_server_is_told(parcel: Parcel, now: datetime) -> None:
    with running_smtp("none", most_bytes=2_000) as postbox, pytest.raises(DeliveryError, match=r"localhost.*: .*[Ss]ize|large"):
        smtp.send(smtp.test_message(parcel, [CAMILLE], now=now), in_clear(postbox), None, to=[CAMILLE])


def test_a_port_where_nobody_answers_is_told(clear: Postbox, parcel: Parcel, now: datetime) -> None:
    with pytest.raises(DeliveryError, match="localhost, port 1: no mail server answers there"):
        smtp.send(smtp.test_message(parcel, [CAMILLE], now=now), in_clear(clear, port=1), None, to=[CAMILLE])


@pytest.mark.parametrize("words", range(1, 6))
def test_a_connection_that_is_cut_is_told(clear: Postbox, parcel: Parcel, now: datetime, words: int) -> None:
    message = smtp.test_message(parcel, [CAMILLE], now=now)
    with cut_line(clear.port, words=words, heard=True) as line, pytest.raises(DeliveryError, match="connection was cut"):
        smtp.send(message, in_clear(clear, host="127.0.0.1", port=line.port), None, to=[CAMILLE])
