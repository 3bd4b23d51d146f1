"""What an edition becomes in each sender's template language: the sender prints what was approved, and its own links."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from liquid import Environment

from digest.compose.letter import Addresses
from digest.compose.render import render
from digest.deliver.placeholders import READ_ONLINE, UNSUBSCRIBE, for_brevo, for_keila, for_listmonk, for_mailchimp
from digest.language.translations import translator
from digest.model import RenderedEmail
from digest.resources import folder
from tests.editions import nasty, newsletter
from tests.template_languages import ONLINE, PERSON, RefusedError, brevo, listmonk_line, listmonk_page, mailchimp

WORD_JOINER = "\u2060"
TRAPS = (
    "{{", "{%", "{#", "*|", "|*", "}}", "%}", "#}", "{", "}", "*", "|", "%", "#", "-", '"', "'", "`", "\\", " ", "é", "<", ">",
    "&", "@TrackLink", "https://a.example/b", "{{ .Subscriber.Email }}", "{{ UnsubscribeURL }}",
    '{{ TrackLink "https://a.example" }}',
    "{% raw %}", "{% endraw %}", "{% comment %}", "{% verbatim %}", "{% endverbatim %}", "{{ unsubscribe }}", "*|EMAIL|*",
    "*|UNSUB|*", r"\x7b", r"\n", READ_ONLINE, UNSUBSCRIBE,
)  # fmt: skip
lines = st.lists(st.one_of(st.sampled_from(TRAPS), st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=3))).map(
    "".join
)
texts = st.lists(lines).map("\n".join)


def page(words: str) -> str:
    """A page that holds the words everywhere they can stand: title, text, attribute, style sheet, Outlook's comments."""
    escaped = html.escape(words)
    return (
        f'<!DOCTYPE html>\n<html lang="fr"><head><title>{escaped}</title><!--[if !mso]><!--><meta name="a"><!--<![endif]-->\n'
        f'<style type="text/css">@media print{{a{{color:red}}}}\n{re.sub("[<>]", "", words)}</style></head><body>'
        f"<!--[if mso]><td>{escaped.replace('--', '')}</td><![endif]-->"
        f'<p style="margin:0">{escaped}<img alt="{escaped}"><a href="{READ_ONLINE}">{escaped}</a></p>\n'
        f'<i style="background:url(https://a.example/)">//</i><b style="color:red;/* x */margin:0">/* x */</b>'
        f'<a class="x" href="{UNSUBSCRIBE}" title="{escaped}">Se désabonner</a></body></html>\n'
    )


def email(subject: str, text: str) -> RenderedEmail:
    return RenderedEmail(subject, page(text), f"{text}\n{READ_ONLINE}\nSe désabonner : {UNSUBSCRIBE}\n")


def delivered(text: str) -> str:
    """A text with the sender's links in the place of ours."""
    return text.replace(READ_ONLINE, ONLINE).replace(UNSUBSCRIBE, PERSON)


class Read(HTMLParser):
    """What a mail program reads in a page, references resolved."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[object] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts.append((tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        self.parts.append(tag)

    def handle_data(self, data: str) -> None:
        self.parts.append(data.replace("/**/", ""))

    def handle_comment(self, data: str) -> None:
        self.parts.append(html.unescape(data).replace("/**/", ""))


@given(lines, texts)
def test_listmonk_prints_what_was_approved(subject: str, text: str) -> None:
    rendered = email(subject, text)
    written = for_listmonk(rendered, subject)
    assert listmonk_line(written.subject) == subject
    assert listmonk_line(written.preheader) == subject
    assert listmonk_page(written.html) == delivered(rendered.html)
    assert listmonk_page(written.text) == delivered(rendered.text)


@given(lines, texts)
def test_keila_prints_what_was_approved(subject: str, text: str) -> None:
    rendered = email(subject, text)
    written = for_keila(rendered, subject, archived_at=None)
    values = {"unsubscribe_link": PERSON, "campaign": {"public_link": ONLINE}}
    liquid = Environment()
    assert liquid.from_string(written.html).render(values) == delivered(rendered.html)
    assert liquid.from_string(written.text).render(values) == delivered(rendered.text)
    assert liquid.from_string(written.subject).render(values) == delivered(subject)
    assert liquid.from_string(written.preheader).render(values) == delivered(subject)


@given(lines, texts)
def test_brevo_prints_what_was_approved(subject: str, text: str) -> None:
    rendered = email(subject, text)
    written = for_brevo(rendered, subject)
    assert Read(brevo(written.html)).parts == Read(delivered(rendered.html)).parts
    assert brevo(written.subject).replace(WORD_JOINER, "") == subject.replace(WORD_JOINER, "")
    assert brevo(written.preheader).replace(WORD_JOINER, "") == subject.replace(WORD_JOINER, "")
    assert written.text == ""


@given(lines, texts)
def test_mailchimp_prints_what_was_approved(subject: str, text: str) -> None:
    rendered = email(subject, text)
    written = for_mailchimp(rendered, subject)
    assert Read(mailchimp(written.html)).parts == Read(delivered(rendered.html)).parts
    assert mailchimp(written.text).replace(WORD_JOINER, "") == delivered(rendered.text).replace(WORD_JOINER, "")
    assert mailchimp(written.subject).replace(WORD_JOINER, "") == subject.replace(WORD_JOINER, "")


def test_a_rendered_edition_full_of_traps_goes_through_every_sender() -> None:
    addresses = Addresses(READ_ONLINE, UNSUBSCRIBE, "https://ateliers.example/lettre/2026-11/pictures/")
    rendered = render(nasty(), newsletter(), templates=folder("templates"), translator=translator("fr"), addresses=addresses)
    whole, seen = delivered(rendered.html), Read(re.sub(r'<div class="preheader".*?</div>', "", delivered(rendered.html))).parts
    values = {"unsubscribe_link": PERSON, "campaign": {"public_link": ONLINE}}
    keila = for_keila(rendered, "", archived_at=None)
    assert PERSON in whole
    assert ONLINE in whole
    assert listmonk_page(for_listmonk(rendered, "").html) == whole
    assert listmonk_page(for_listmonk(rendered, "").text) == delivered(rendered.text)
    assert Environment().from_string(keila.html).render(values) == whole
    assert Environment().from_string(keila.text).render(values) == delivered(rendered.text)
    assert Read(brevo(for_brevo(rendered, "").html)).parts == seen
    assert Read(mailchimp(for_mailchimp(rendered, "").html)).parts == seen


def test_the_models_refuse_or_lose_what_is_not_escaped() -> None:
    with pytest.raises(RefusedError):
        listmonk_page("<p>{{ .Subscriber.Email }}</p>")
    with pytest.raises(RefusedError):
        listmonk_page('<img alt="{{ "{{" }}">')
    with pytest.raises(RefusedError):
        brevo("{% raw %}")
    assert listmonk_page('<!--[if mso]><td><![endif]-->a < b{{ "" }}') == "a &lt; b"
    assert brevo("{{ contact.EMAIL }}{# x #}") == mailchimp("*|EMAIL|*") == ""


def test_plain_content_stays_readable_in_the_editors_of_the_senders() -> None:
    rendered = RenderedEmail("L'été", f'<p>L&#39;été</p><a href="{UNSUBSCRIBE}">x</a>', f"L'été {READ_ONLINE}")
    assert for_listmonk(rendered, "").html == '<p>L&#39;été</p><a href="{{ UnsubscribeURL }}">x</a>'
    assert for_listmonk(rendered, "").text == "L'été {{ MessageURL }}"
    assert for_brevo(rendered, "").subject == for_mailchimp(rendered, "").subject == "L'été"
    assert for_brevo(rendered, "").html == '<p>L&#39;été</p><a href="{{ unsubscribe }}">x</a>'
    assert for_mailchimp(rendered, "").text == "L'été *|ARCHIVE|*"


@pytest.mark.parametrize("link", [ONLINE, None])
def test_in_keila_the_link_leads_to_the_archive_until_the_campaign_has_a_public_page(link: str | None) -> None:
    rendered = RenderedEmail("", f'<a href="{READ_ONLINE}">x</a>', "")
    written = for_keila(rendered, "", archived_at="https://ateliers.example/l'archive/{{ x }}/")
    printed = Environment().from_string(written.html).render(campaign={"public_link": link} if link else {})
    assert printed == f'<a href="{link or "https://ateliers.example/l%27archive/%7B%7B%20x%20%7D%7D/"}">x</a>'


def test_a_hidden_first_line_is_left_to_senders_that_write_their_own() -> None:
    rendered = RenderedEmail("", '<body><div class="preheader" style="display:none">Un mot</div><p>x</p></body>', "")
    assert for_brevo(rendered, "Un mot").html == for_mailchimp(rendered, "Un mot").html == "<body><p>x</p></body>"
    assert "Un mot" in for_keila(rendered, "Un mot", archived_at=None).html
    assert "Un mot" in for_listmonk(rendered, "Un mot").html
