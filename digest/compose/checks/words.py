"""Checks on what the team wrote: subject, preview text, introduction, their typography, and what was left to be filled in."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from difflib import SequenceMatcher
from itertools import islice
from typing import Final

from digest.compose.checks.page import Page
from digest.compose.edition import SUBJECT_CHARACTERS, compose
from digest.errors import N_
from digest.language.translations import Translator
from digest.language.typography import NBSP, THIN, typeset
from digest.language.words import fold, tokens
from digest.model import Edition, Finding
from digest.settings import Newsletter

SHOWN_SUBJECT: Final = 70
"""Characters that Gmail and Apple Mail show on a computer; telephones show 33 to 48 (emailtooltester.com, measured in 2023).

A few more do no harm: what counts is that the first ones say what matters.
"""
LONGEST_PREHEADER: Final = 120
SHORTEST_PREHEADER: Final = 30
"""Characters; below, mail programs go on with the first words of the email."""

PLACES: Final = {
    "subject": N_("the subject"),
    "preheader": N_("the preview text"),
    "introduction": N_("the introduction"),
    "title": N_("a title"),
    "takeaway": N_("a takeaway"),
}

_FIELD: Final = re.compile(r"\{\{.*?\}\}|\{\{|\}\}|\{%.*?%\}|\*\|.*?\|\*|\*\||\|\*|%%[A-Z_]+%%|%recipient[^%\s]*%")
"""Where listmonk, Keila, Brevo and Mailchimp put something of their own."""
_UNDONE: Final = re.compile(r"(?i:lorem ipsum)|\bT(?:ODO|BD)\b|\bXXX+\b|\[(?i:à (?:compléter|définir|écrire)|to be written)\]")
_IS_A_WORD: Final = {"es": "TODO", "pt": "TODO"}

_LOUD: Final = re.compile(r"!{2,}|[€$£]{2,}|\?!|!\?")
_SALES: Final = frozenset(
    """
    gratuit gratuite gratuits gratuites gratuitement promo promotion urgent félicitations gagnez free winner congratulations
    guaranteed kostenlos gewinnen gratis oferta ofertas offerta grátis
    """.split()  # noqa: SIM905 - words are read as text
)
"""Few, and in the subject only: what SpamAssassin (SUBJ_ALL_CAPS, PLING_QUERY, FREE_*) and the French lists of senders
(Mailjet, "mots-spam"; Dolist, "spamwords") have in common. One word alone condemns no message."""


def subject(edition: Edition, previous: Edition | None) -> Iterator[Finding]:
    """Whether the subject is there, short enough, and of this edition."""
    words = edition.subject.strip()
    if not words:
        yield Finding("subject", "error", N_("the subject is empty"))
    elif len(words) > SUBJECT_CHARACTERS:
        values = {"length": len(words), "most": SHOWN_SUBJECT}
        message = N_("the subject has {length} characters; computers show {most} of them, telephones about 40")
        yield Finding("subject", "warning", message, values)
    if words and previous and fold(previous.subject) == fold(words):
        message = N_("the subject is that of edition {edition}, word for word")
        yield Finding("subject", "warning", message, {"edition": previous.edition})


def preheader(edition: Edition, previous: Edition | None) -> Iterator[Finding]:
    """Whether what inboxes show after the subject is there, and says something else."""
    words = edition.preheader.strip()
    if not words:
        message = N_("there is no preview text: inboxes will show the first words of the email after the subject")
        yield Finding("preheader", "warning", message)
    elif len(words) > LONGEST_PREHEADER:
        values = {"length": len(words), "most": LONGEST_PREHEADER}
        yield Finding("preheader", "warning", N_("the preview text has {length} characters; inboxes show {most} at most"), values)
    elif len(words) < SHORTEST_PREHEADER:
        message = N_("the preview text has {length} characters: inboxes will go on with the first words of the email")
        yield Finding("preheader", "note", message, {"length": len(words)})
    if words and fold(words) == fold(edition.subject):
        yield Finding("preheader", "warning", N_("the preview text says the subject again"))
    elif words and previous and fold(previous.preheader) == fold(words):
        message = N_("the preview text is that of edition {edition}, word for word")
        yield Finding("preheader", "warning", message, {"edition": previous.edition})


def introduction(edition: Edition, newsletter: Newsletter, translator: Translator) -> Iterator[Finding]:
    """Whether somebody wrote to the readers."""
    if not edition.introduction.strip():
        yield Finding("introduction", "warning", N_("there is no introduction"))
    elif edition.introduction == _automatic(edition, newsletter, translator).introduction:
        message = N_("the introduction is the automatic one; two sentences of yours would be read first")
        yield Finding("introduction", "note", message)


def spam_words(edition: Edition) -> Iterator[Finding]:
    """What filters hold against a message, in its subject."""
    words = edition.subject
    for found in dict.fromkeys(_LOUD.findall(words)):
        message = N_('the subject holds "{words}", which spam filters count against a message')
        yield Finding("spam-words", "warning", message, {"words": found})
    for word in dict.fromkeys(tokens(words)):
        if word in _SALES:
            message = N_('the subject says "{words}", a word that spam filters count against a message')
            yield Finding("spam-words", "warning", message, {"words": word})
    long = re.findall(r"[^\W\d_]{4,}", words)
    if len(long) > 1 and all(word.isupper() for word in long):
        yield Finding("spam-words", "warning", N_("the subject is all in capitals, which spam filters count against a message"))


def typography(edition: Edition, newsletter: Newsletter, translator: Translator, rewritten: Collection[str]) -> Iterator[Finding]:
    """Whether what the team wrote has the typography of its language; what is quoted keeps its own.

    `rewritten` are the ids of the stories to which the team gave a title.
    """
    automatic = _automatic(edition, newsletter, translator)
    written = [
        (place, words, None)
        for place, words, made in (
            ("subject", edition.subject, automatic.subject),
            ("preheader", edition.preheader, automatic.preheader),
            ("introduction", edition.introduction, automatic.introduction),
        )
        if words != made
    ]
    written += [("title", story.title, story.id) for story in edition.stories if story.id in rewritten]  # type: ignore[misc]
    for place, words, story in written:
        yield from _faults(place, words, edition.language, story)


def placeholders(edition: Edition, page: Page, plain: str, rewritten: Collection[str]) -> Iterator[Finding]:
    """What was left to be filled in: by the team or a template (an error), or in an article's own words (a warning)."""
    for place, words in (("subject", edition.subject), ("preheader", edition.preheader), ("introduction", edition.introduction)):
        yield from _left(place, words, edition.language)
    for story in edition.stories:
        if story.id in rewritten:
            yield from _left("title", story.title, edition.language, story.id)
        for takeaway in story.takeaways:
            if takeaway.made_by == "editor":
                yield from _left("takeaway", takeaway.text, edition.language, story.id)
        own = (story.title, story.summary, *(takeaway.text for takeaway in story.takeaways))
        for mark in dict.fromkeys(mark for words in own for mark in _FIELD.findall(words)):
            message = N_('the article\'s own words hold "{mark}", which a sending tool may take for one of its fields')
            yield Finding("placeholders", "warning", message, {"mark": mark}, story.id)
    for mark in _of_templates(edition, page, plain):
        yield Finding("placeholders", "error", N_('a template left "{mark}" in the email'), {"mark": mark})


def _left(place: str, words: str, language: str, story: str | None = None) -> Iterator[Finding]:
    for mark in dict.fromkeys((*_FIELD.findall(words), *_UNDONE.findall(words))):
        if mark != _IS_A_WORD.get(language):
            values = {"place": PLACES[place], "mark": mark}
            yield Finding("placeholders", "error", N_('{place} still holds "{mark}"'), values, story)


def _of_templates(edition: Edition, page: Page, plain: str) -> list[str]:
    """Marks in the rendered email that no words of the edition hold."""
    known = " ".join(
        " ".join(words.split()).casefold()
        for words in (
            edition.newsletter, edition.subject, edition.preheader, edition.introduction,
            *(theme.name for theme in edition.themes),
            *(highlight.takeaway.text for highlight in edition.highlights),
            *(f"{story.title} {story.summary} {story.source} {story.url}" for story in edition.stories),
            *(takeaway.text for story in edition.stories for takeaway in story.takeaways),
            *(f"{also.title} {also.source} {also.url}" for story in edition.stories for also in story.also),
        )
    )  # fmt: skip
    rendered = [page.text, " ".join(plain.split()), *(anchor.href for anchor in page.anchors)]
    found = dict.fromkeys(mark for text in rendered for mark in _FIELD.findall(text))
    return [mark for mark in found if mark.casefold() not in known]


def _faults(place: str, words: str, language: str, story: str | None) -> Iterator[Finding]:
    """At most three places where the words and their typography part."""
    for found, better in islice(_pairs(words, typeset(words, language)), 3):
        values = {"place": PLACES[place], "found": found, "better": better}
        if _spaced(found) == _spaced(better):
            message = N_('{place}: "{found}" needs a no-break space, so that its sign never begins a line')
        else:
            message = N_("{place}: {found} → {better}")
        yield Finding("typography", "warning", message, values, story)


def _pairs(words: str, better: str) -> Iterator[tuple[str, str]]:
    """The words that differ, each with what it would be."""
    spans: list[tuple[int, int, int, int]] = []
    for kind, start, end, better_start, better_end in SequenceMatcher(None, words, better, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        before = len(re.split(r"[ \n]", words[:start])[-1])
        after = len(re.split(r"[ \n]", words[end:])[0])
        span = (start - before, end + after, better_start - before, better_end + after)
        if spans and span[0] < spans[-1][1]:
            first = spans.pop()
            span = (first[0], span[1], first[2], span[3])
        spans.append(span)
    yield from ((words[start:end], better[better_start:better_end]) for start, end, better_start, better_end in spans)


def _spaced(text: str) -> str:
    return text.replace(NBSP, " ").replace(THIN, " ")


def _automatic(edition: Edition, newsletter: Newsletter, translator: Translator) -> Edition:
    """The same stories as the program would have presented them."""
    return compose(
        edition.edition,
        newsletter=newsletter,
        translator=translator,
        period=edition.period,
        themes=edition.themes,
        highlights=edition.highlights,
        now=edition.made,
    )
