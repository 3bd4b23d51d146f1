"""An approved edition goes to each sender as a draft: once, whatever happens on the way, and never further than a draft."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from digest.deliver import mailchimp
from digest.deliver.campaigns import mark_of, name_of
from digest.deliver.placeholders import READ_ONLINE, UNSUBSCRIBE
from digest.deliver.web import SENDING_FIELDS, Api, ask
from digest.errors import DeliveryError
from digest.settings.places import Mailchimp
from tests import template_languages
from tests.editions import sample
from tests.senders.brevo import BrevoServer
from tests.senders.keila import KeilaServer
from tests.senders.listmonk import ListmonkServer
from tests.senders.mailchimp import MailchimpServer
from tests.senders.places import HTML, SUBJECT, TEXT, Place, at_brevo, at_keila, at_listmonk, at_mailchimp, parcel
from tests.senders.server import Call, Reply, Sender, running


@pytest.fixture(params=["listmonk", "keila", "brevo", "mailchimp"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    places: dict[str, tuple[Sender, Callable[[Any], Place]]] = {
        "listmonk": (ListmonkServer(), at_listmonk),
        "keila": (KeilaServer(), at_keila),
        "brevo": (BrevoServer(), at_brevo),
        "mailchimp": (MailchimpServer(), at_mailchimp),
    }
    server, at = places[request.param]
    with running(server):
        made = at(server)
        yield made
        forbidden = {name.lower() for call in server.writes() if call.raw for name in fields(call.body)} & SENDING_FIELDS
        assert not forbidden
        assert all(any(call.method == verb for verb, _ in made.calls) for call in server.calls)


@pytest.fixture
def at_listmonk_alone() -> Iterator[Place]:
    with running(ListmonkServer()) as server:
        assert isinstance(server, ListmonkServer)
        yield at_listmonk(server)


def fields(body: Any) -> Iterator[str]:
    """Every name of a body, however deep."""
    if isinstance(body, dict):
        for name, value in body.items():
            yield name
            yield from fields(value)
    elif isinstance(body, list):
        for value in body:
            yield from fields(value)


# ------------------------------------------------------------------------------------------------ one draft, whatever happens


def test_an_edition_becomes_one_draft(place: Place) -> None:
    receipt = place.deliver()
    assert str(place.only["id"]) == receipt.id
    assert receipt.where.startswith("http")
    assert not receipt.replaced


def test_delivering_twice_updates_the_same_draft(place: Place) -> None:
    first = place.deliver()
    second = place.deliver(first.id, parcel("Un autre objet"))
    assert (second.id, second.replaced) == (first.id, True)
    assert "Un autre objet" in repr(place.only)
    assert "Subscriber.Email" not in repr(place.only.get("subject", place.only.get("settings")))


def test_the_next_edition_is_another_draft(place: Place) -> None:
    first = place.deliver()
    second = place.deliver(None, parcel(edition="2026-12"))
    assert first.id != second.id
    assert len(place.server.campaigns) == 2


def test_a_crash_between_created_there_and_noted_here_is_healed(place: Place) -> None:
    place.server.cut_after = "POST"
    with pytest.raises(DeliveryError, match="cannot be reached"):
        place.deliver()
    place.server.cut_after = ""
    assert place.deliver().replaced
    assert "Se désabonner" in repr(place.only)


def test_an_answer_lost_after_an_update_changes_nothing(place: Place) -> None:
    first = place.deliver()
    place.server.cut_after = {"Mailchimp": "PUT", "Keila": "PATCH"}.get(type(place.settings).__name__, "PUT")
    with pytest.raises(DeliveryError):
        place.deliver(first.id)
    place.server.cut_after = ""
    assert place.deliver(first.id).id == str(place.only["id"])


def test_a_draft_that_a_person_deleted_is_made_again(place: Place) -> None:
    first = place.deliver()
    place.deliver(None, parcel(edition="2026-12"))  # so that the next id is another one
    del place.server.campaigns[first.id]
    again = place.deliver(first.id)
    assert not again.replaced
    assert again.id in place.server.campaigns


def test_a_draft_made_again_and_not_noted_is_found(place: Place) -> None:
    lost = place.deliver()
    place.deliver(None, parcel(edition="2026-12"))
    del place.server.campaigns[lost.id]
    again = place.deliver(lost.id)
    assert place.deliver("0" if lost.id.isdecimal() else "mc_0x" if lost.id.startswith("mc_") else "0f").id == again.id


@pytest.mark.parametrize("noted", [True, False])
@pytest.mark.parametrize("what", ["sent", "scheduled"])
def test_a_campaign_that_a_person_sent_or_scheduled_is_left_alone(place: Place, what: str, noted: bool) -> None:
    first = place.deliver()
    place.only.update(getattr(place, what))
    before, written = dict(place.only), len(place.server.writes())
    with pytest.raises(DeliveryError, match="no longer a draft") as refused:
        place.deliver(first.id if noted else None)
    assert first.id in str(refused.value)
    assert (place.only, len(place.server.writes())) == (before, written)


@pytest.mark.parametrize("place", ["listmonk", "keila", "brevo"], indirect=True)
def test_somebody_elses_draft_under_our_number_is_not_touched(place: Place) -> None:
    first = place.deliver()
    place.only.update({"tags": ["une-autre"], "tag": "une-autre", "data": {"autre": 1}})
    before = dict(place.only)
    assert place.deliver(first.id).id != first.id
    assert place.server.campaigns[first.id] == before


def test_a_draft_beyond_the_first_page_is_found(place: Place) -> None:
    place.server.cut_after = "POST"
    with pytest.raises(DeliveryError):
        place.deliver()
    place.server.cut_after = ""
    for number in range(60):
        place.deliver(None, parcel(edition=f"numero-{number}"))
    first = next(iter(place.server.campaigns))
    assert place.deliver().id == first
    assert len(place.server.campaigns) == 61


# ------------------------------------------------------------------------------------------------ what arrives


def test_listmonk_receives_everything(at_listmonk_alone: Place) -> None:
    at_listmonk_alone.deliver()
    campaign, edition = at_listmonk_alone.only, sample()
    assert campaign["name"] == name_of(edition) == "La lettre du numérique solidaire – 2026-11"
    assert campaign["from_email"] == '"Fédération des Ateliers partagés" <lettre@ateliers.example>'
    assert (campaign["lists"], campaign["template_id"]) == ([{"id": 3, "name": "list 3"}], 9)
    assert campaign["tags"] == [mark_of(edition)]
    assert template_languages.listmonk_line(campaign["subject"]) == SUBJECT
    assert template_languages.listmonk_page(campaign["body"]) == delivered(HTML)
    assert template_languages.listmonk_page(campaign["altbody"]) == delivered(TEXT)
    assert "TrackView" not in campaign["body"]


def test_keila_receives_everything() -> None:
    with running(KeilaServer()) as server:
        assert isinstance(server, KeilaServer)
        place = at_keila(server)
        place.deliver()
        campaign = place.only
    assert campaign["preview_text"] == sample().preheader
    assert (campaign["sender_id"], campaign["segment_id"]) == ("nms_abc", "sgm_abc")
    assert campaign["settings"] == {"type": "html", "do_not_track": True}
    assert campaign["data"] == {"digest": mark_of(sample())}
    assert "{{ unsubscribe_link }}" in campaign["html_body"]
    assert "{{ campaign.public_link | default: 'https://ateliers.example/lettre/2026-11/' }}" in campaign["html_body"]
    assert "{{ unsubscribe_link }}" in campaign["text_body"]


def test_brevo_receives_everything() -> None:
    with running(BrevoServer()) as server:
        assert isinstance(server, BrevoServer)
        place = at_brevo(server)
        receipt = place.deliver()
        campaign = place.only
    assert campaign["sender"] == {"name": "Fédération des Ateliers partagés", "email": "lettre@ateliers.example"}
    assert (campaign["recipients"], campaign["mirrorActive"], campaign["previewText"]) == (
        {"listIds": [3]},
        True,
        sample().preheader,
    )
    assert (campaign["name"], campaign["tag"]) == (name_of(sample()), mark_of(sample()))
    assert template_languages.brevo(campaign["subject"]).replace("\u2060", "") == SUBJECT
    assert "{{ unsubscribe }}" in campaign["htmlContent"]
    assert "{{ mirror }}" in campaign["htmlContent"]
    assert receipt.where == "https://app.brevo.com/marketing-campaign/edit/21"


def test_mailchimp_receives_everything() -> None:
    with running(MailchimpServer()) as server:
        assert isinstance(server, MailchimpServer)
        place = at_mailchimp(server)
        place.deliver()
        campaign = place.only
    assert campaign["tracking"] == {"opens": False, "html_clicks": False, "text_clicks": False}
    assert campaign["recipients"] == {"list_id": "a1b2c3"}
    assert campaign["settings"]["title"] == f"{name_of(sample())} {mark_of(sample())}"
    assert (campaign["settings"]["from_name"], campaign["settings"]["reply_to"]) == (
        "Fédération des Ateliers partagés", "lettre@ateliers.example",
    )  # fmt: skip
    assert campaign["settings"]["preview_text"] == sample().preheader
    assert template_languages.mailchimp(campaign["content"]["plain_text"]).replace("\u2060", "") == delivered(TEXT)
    assert "*|UNSUB|*" in campaign["content"]["html"]
    assert "*|ARCHIVE|*" in campaign["content"]["html"]


def delivered(text: str) -> str:
    return text.replace(READ_ONLINE, template_languages.ONLINE).replace(UNSUBSCRIBE, template_languages.PERSON)


def test_a_name_in_listmonk_cannot_hold_a_template(at_listmonk_alone: Place) -> None:
    made = parcel()
    sender = made.newsletter.sender.model_copy(update={"name": 'Ateliers "du bord" {{{ .Subscriber.Email }}'})
    at_listmonk_alone.deliver(None, replace(made, newsletter=made.newsletter.model_copy(update={"sender": sender})))
    assert at_listmonk_alone.only["from_email"] == r'"Ateliers \"du bord\" { { { .Subscriber.Email }}" <lettre@ateliers.example>'


# ------------------------------------------------------------------------------------------------ what goes wrong


def test_a_wrong_key_is_told_with_the_right_it_needs(place: Place) -> None:
    wrong = place.server.secret.replace("3", "9")
    with pytest.raises(DeliveryError, match="refuses the key") as refused:
        place.hand_over(parcel(), place.settings, wrong, known=None)
    assert refused.value.hint
    assert wrong not in f"{refused.value} {refused.value.hint}"
    assert not place.server.campaigns


def test_an_unknown_list_is_told(place: Place) -> None:
    with pytest.raises(DeliveryError, match=r"no list 77|segment_id|List ID does not exist|list does not exist"):
        place.hand_over(parcel(), place.other_list, place.server.secret, known=None)


def test_a_list_that_listmonk_leaves_out_is_told_and_mended_by_the_next_delivery(at_listmonk_alone: Place) -> None:
    with pytest.raises(DeliveryError, match="no list 77; the draft waits there without it"):
        at_listmonk_alone.hand_over(parcel(), at_listmonk_alone.other_list, at_listmonk_alone.server.secret, known=None)
    assert at_listmonk_alone.deliver().replaced
    assert len(at_listmonk_alone.server.campaigns) == 1


def test_a_listmonk_user_who_sees_only_its_lists_may_deliver_again_what_was_deleted(at_listmonk_alone: Place) -> None:
    assert isinstance(at_listmonk_alone.server, ListmonkServer)
    at_listmonk_alone.server.sees_all = False
    assert not at_listmonk_alone.deliver("999").replaced


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (Reply(429, {"message": "slow down"}, {"Retry-After": "30"}), "asks to wait 30 s"),
        (Reply(500, b"<html><h1>Oops</h1></html>"), r"is in trouble \(500\): Oops"),
        (Reply(307, None, {"Location": "https://elsewhere.example/"}), "redirects to https://elsewhere.example/"),
        (Reply(200, b"<html>maintenance</html>"), "not JSON"),
        (Reply(200, {"surprise": True}), "does not answer as it should"),
        (Reply(200, None), "does not answer as it should"),
    ],
)
def test_a_sender_in_trouble_is_told_in_plain_words_and_nothing_is_made(place: Place, reply: Reply, told: str) -> None:
    place.server.fault = lambda _: reply
    if isinstance(place.server, BrevoServer) and reply.status == 200 and reply.body != b"<html>maintenance</html>":
        place.server.fault = lambda call: reply if call.method != "GET" else None
    with pytest.raises(DeliveryError, match=told):
        place.deliver()
    assert not place.server.campaigns


def test_a_mailchimp_key_names_its_data_centre() -> None:
    settings = Mailchimp(list="a1b2c3", secret_env="KEY")
    with pytest.raises(DeliveryError, match="data centre"):
        mailchimp.hand_over(parcel(), settings, "0123456789abcdef-evil.example", known=None)


# ------------------------------------------------------------------------------------------------ never further than a draft


def test_no_call_that_sends_schedules_or_deletes_can_be_made(place: Place) -> None:
    api = Api("it", place.server.url, place.calls, {}, (), "")
    for method, path in place.sending:
        with pytest.raises(ValueError, match="none of the calls that a draft needs"):
            ask(api, method, path, {})
    assert not place.server.calls


@pytest.mark.parametrize("name", sorted(SENDING_FIELDS | {"scheduledAt", "sendAtBestTime"}))
def test_no_body_can_schedule_or_send(place: Place, name: str) -> None:
    api = Api("it", place.server.url, place.calls, {}, (), "")
    with pytest.raises(ValueError, match="never sent or scheduled"):
        ask(api, *next(call for call in place.calls if call[0] == "POST"), {"data": [{name: "2026-12-01"}]})
    assert not place.server.calls


def test_whatever_is_delivered_stays_a_draft(place: Place) -> None:
    receipt = place.deliver()
    place.deliver(receipt.id)
    assert place.only.get("status", "draft") in ("draft", "save")
    assert not any(place.only.get(name) for name in ("send_at", "sent_at", "scheduled_for", "scheduledAt"))


def test_what_a_sender_is_asked_stays_among_its_calls(place: Place) -> None:
    seen: list[Call] = []
    place.server.fault = seen.append
    receipt = place.deliver()
    place.deliver(receipt.id)
    verbs = {(call.method, call.path.replace(receipt.id, "*").removeprefix("/v3").removeprefix("/3.0")) for call in seen}
    assert verbs <= set(place.calls)
