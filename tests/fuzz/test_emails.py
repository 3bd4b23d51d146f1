# ruff: noqa: E501 - lists of traps and trees of strategies are kept whole
"""The email says the words of its articles, each once, and nothing of them acts: whatever stands in titles, names and addresses."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes, policy
from html.parser import HTMLParser
from urllib.parse import urlsplit

from hypothesis import assume, given
from hypothesis import strategies as st
from liquid import Environment
from pydantic import ValidationError

from digest.compose.letter import Addresses, safe_link
from digest.compose.render import render, render_report
from digest.deliver.message import build_message, is_as_made
from digest.deliver.placeholders import READ_ONLINE, UNSUBSCRIBE, for_brevo, for_keila, for_listmonk, for_mailchimp
from digest.language.translations import translator
from digest.model import Also, Edition, EditionStory, EditionTheme, Highlight, RenderedEmail, Takeaway
from digest.resources import folder
from digest.settings import Newsletter, Sender
from tests.editions import edition, newsletter
from tests.fuzz.hostile import ADDRESSES, hostile, line
from tests.fuzz.promise import Refused, explored, outcome
from tests.template_languages import ONLINE, PERSON, brevo, listmonk_line, listmonk_page, mailchimp
from tests.test_placeholders import WORD_JOINER, delivered

TEMPLATES = folder("templates")
FRENCH = translator("fr")
SENDERS = Addresses(READ_ONLINE, UNSUBSCRIBE, "https://ateliers.example/pictures/")
WORDS = st.one_of(line(), line(), hostile(3000))
LINKS = st.one_of(st.none(), st.sampled_from(ADDRESSES), line(), line().map(lambda words: f"https://a.example/{words}"))
UNSHOWN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
HEADERS = {
    "From", "To", "Subject", "Date", "Message-ID", "Content-Language", "X-Digest-Edition", "X-Unsent", "List-Id", "List-Post", "Precedence",
    "List-Unsubscribe", "MIME-Version", "Content-Type", "X-Digest-Seal",
}  # fmt: skip


@st.composite
def stories(draw: st.DrawFn) -> EditionStory:
    text = draw(WORDS)
    id = f"{draw(st.integers(0, 9999)):016x}"
    takeaways = (Takeaway(text, id, 0, len(text), "extract"),) if text.strip() else ()
    also = tuple(Also(draw(line()), draw(LINKS), draw(line())) for _ in range(draw(st.integers(0, 1))))
    lang = draw(st.sampled_from(["fr", "en", "ar", "xx", "", '"><'])) if draw(st.booleans()) else "fr"
    title, summary, source, url = draw(WORDS), draw(WORDS), draw(line()), draw(LINKS)
    return EditionStory(id, id, title, url, source, None, lang, summary, 1, takeaways, (), also)


@st.composite
def editions(draw: st.DrawFn) -> Edition:
    told: list[EditionStory] = draw(st.lists(stories(), min_size=1, max_size=2, unique_by=lambda story: story.id))
    shown: bool = draw(st.booleans())
    quoted = [Highlight(story.takeaways[0], story.url) for story in told if story.takeaways and shown]
    words = {name: draw(WORDS) for name in ("introduction", "preheader", "newsletter")}
    made = edition((EditionTheme("ia", draw(line()), tuple(told)),), highlights=0, subject=draw(line()), **words)
    return replace(made, highlights=tuple(quoted))


@st.composite
def newsletters(draw: st.DrawFn) -> Newsletter:
    names = st.text(min_size=1, max_size=20).filter(str.strip)
    odd = st.one_of(names, line().map(lambda words: words[:200]).filter(str.strip))
    try:
        sender = Sender(name=draw(odd), email="lettre@ateliers.example", postal_address=draw(odd))
        return newsletter(name=draw(odd), sender=sender)
    except ValidationError:  # a name that sources.yaml cannot hold
        assume(False)
        raise


class Seen(HTMLParser):
    """What a reader sees in a page, what its markup is, and what could act in it."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.acts: list[str] = []
        self.words: list[str] = []
        self._inside = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        self.tags.append((tag, tuple(sorted(name for name, _ in attrs if name not in ("lang", "dir")))))
        for name, value in attrs:
            scheme = urlsplit(value or "").scheme if name in ("href", "src", "action", "background", "xlink:href") else "https"
            if (
                name.startswith("on")
                or scheme not in ("", "http", "https", "mailto")
                or tag in ("script", "iframe", "object", "form", "base")
            ):
                self.acts.append(f"{tag} {name}={value}")

    def handle_data(self, data: str) -> None:
        if self._inside not in ("style", "title"):
            self.words.append(data)


def squeezed(words: str) -> str:
    return " ".join(UNSHOWN.sub("", words).split())


def plain(words: str) -> str:
    """Plain words in the place of others; spaces stay what they are."""
    return "mot" if words.strip() else words


def twin(one: Edition) -> Edition:
    """The same edition in plain words: its markup must be the same."""

    def told(story: EditionStory) -> EditionStory:
        also = tuple(Also(plain(each.title), linked(each.url), plain(each.source)) for each in story.also)
        takeaways = tuple(Takeaway("mot", one.article, 0, 3, "extract") for one in story.takeaways)
        return replace(
            story, title=plain(story.title), summary=plain(story.summary), source=plain(story.source), url=linked(story.url), also=also,
            takeaways=takeaways,
        )  # fmt: skip

    themes = tuple(replace(theme, name=plain(theme.name), stories=tuple(map(told, theme.stories))) for theme in one.themes)
    blocks = [block for block in re.split(r"\s*\n\s*\n\s*", one.introduction.strip()) if block]
    highlights = tuple(
        Highlight(Takeaway("mot", high.takeaway.article, 0, 3, "extract"), linked(high.url)) for high in one.highlights
    )
    return replace(
        one, themes=themes, introduction="\n\n".join("mot" for _ in blocks) or one.introduction, subject=plain(one.subject), preheader=plain(one.preheader),
        newsletter=plain(one.newsletter), highlights=highlights,
    )  # fmt: skip


def linked(url: str | None) -> str | None:
    return "https://a.example/" if safe_link(url) else None


def rendered(one: Edition, about: Newsletter, addresses: Addresses | None = None) -> RenderedEmail:
    size = sum(map(len, (one.introduction, *(part for story in one.stories for part in (story.title, story.summary)))))
    email = outcome(lambda: render(one, about, templates=TEMPLATES, translator=FRENCH, addresses=addresses), 20_000 + size)
    assert not isinstance(email, Refused), email.told
    return email


@explored(25)
@given(editions(), newsletters())
def test_words_of_an_email(one: Edition, about: Newsletter) -> None:
    """No word of an article or a name becomes markup, each title is read once where it stands, and the plain text holds it too."""
    email, same = rendered(one, about), rendered(twin(one), about)
    seen = Seen(email.html)
    assert seen.acts == []
    if email.folded == same.folded:
        assert seen.tags == Seen(same.html).tags
    assert len(email.html) < about.limits.email_bytes * 2
    words, text = squeezed("".join(seen.words)), squeezed(email.text)
    for story in one.stories:
        assert squeezed(story.title) in words
        assert squeezed(story.title) in text
        if story.id not in email.folded:
            assert squeezed(story.summary) in words
            assert all(squeezed(each.text) in words for each in story.takeaways)
        assert squeezed(story.summary) in text


@explored(15)
@given(line(), editions(), newsletters())
def test_title_of_a_story(title: str, one: Edition, about: Newsletter) -> None:
    """A title is told exactly once, in the HTML and in the plain text."""
    story = replace(one.stories[0], title=f"Titre-septième {title}")
    email = rendered(replace(one, themes=(replace(one.themes[0], stories=(story,)),), highlights=()), about)
    assert "".join(Seen(email.html).words).count("Titre-septième") == 1
    assert email.text.count("Titre-septième") == 1


@explored(25)
@given(editions(), newsletters())
def test_message_of_an_email(one: Edition, about: Newsletter) -> None:
    """A message has the headers that we write, each once and on lines that servers take; its subject and sender are what they say."""
    email = rendered(one, about)
    raw = outcome(lambda: bytes(build_message(one, email, about)), len(email.html))
    assert not isinstance(raw, Refused)
    read = message_from_bytes(raw, policy=policy.default)
    assert sorted(read.keys()) == sorted(HEADERS), sorted(read.keys())
    assert read.defects == []
    head = raw.partition(b"\r\n\r\n")[0]
    assert all(
        len(line) <= 998 and line.isascii() and not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", line) for line in head.split(b"\r\n")
    )
    assert squeezed(str(read["Subject"])) == squeezed(one.subject)
    assert [address.addr_spec for address in read["From"].addresses] == [about.sender.email]
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert is_as_made(raw)


@explored(20)
@given(editions(), newsletters())
def test_email_in_the_languages_of_the_senders(one: Edition, about: Newsletter) -> None:
    """Every sender prints what was approved: nothing of an article is a tag of its template language."""
    assume(not any(ours in repr(one) for ours in ("read-online.invalid", "unsubscribe.invalid")))
    email = rendered(one, about, SENDERS)
    whole, text = delivered(email.html), delivered(email.text)
    values = {"unsubscribe_link": PERSON, "campaign": {"public_link": ONLINE}}
    liquid = Environment()
    listmonk, keila = for_listmonk(email, one.preheader), for_keila(email, one.preheader, archived_at=None)
    assert listmonk_page(listmonk.html) == whole
    assert listmonk_page(listmonk.text) == text
    assert listmonk_line(listmonk.subject) == email.subject
    assert liquid.from_string(keila.html).render(values) == whole
    assert liquid.from_string(keila.text).render(values) == text
    assert liquid.from_string(keila.subject).render(values) == email.subject
    seen = Seen(re.sub(r'<div class="preheader".*?</div>', "", whole, flags=re.DOTALL))
    readers: tuple[tuple[Callable[[str], str], str], ...] = (
        (brevo, for_brevo(email, one.preheader).html),
        (mailchimp, for_mailchimp(email, one.preheader).html),
    )
    for reader, written in readers:
        shown = Seen(reader(written))
        assert (shown.tags, "".join(shown.words)) == (seen.tags, "".join(seen.words))
    assert mailchimp(for_mailchimp(email, "").text).replace(WORD_JOINER, "") == text.replace(WORD_JOINER, "")


@explored(15)
@given(editions(), newsletters())
def test_report_of_a_draft(one: Edition, about: Newsletter) -> None:
    """Nothing acts in the page that the team reads beside a draft, and it holds every title."""
    email = rendered(one, about)
    page = outcome(lambda: render_report(one, about, email, templates=TEMPLATES, translator=FRENCH), len(email.html))
    assert not isinstance(page, Refused)
    seen = Seen(page)
    assert seen.acts == []
    assert all(squeezed(story.title) in squeezed("".join(seen.words)) for story in one.stories)
