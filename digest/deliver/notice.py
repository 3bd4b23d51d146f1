"""What the team is told by email: a draft waits for it, or there is too little for one this time. Plain text of 72 columns.

Says what is in the edition and what needs a person's eye, so that a telephone is enough to know whether to sit down.
"""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

from digest.deliver.message import say_sender, say_subject
from digest.deliver.smtp import stamp
from digest.errors import N_
from digest.language.dates import show_date
from digest.language.translations import Translator, team_translator
from digest.model import Edition, EditionStory, Finding, Level, SourceReport
from digest.settings import Newsletter
from digest.settings.places import Notify

COLUMNS: Final = 72
"""Width of the text: room for a quotation mark or two in an answer within the 78 of RFC 5322."""
MOST: Final = 12
"""Findings of one kind, or sources, that are told; the others are counted."""


def draft_waits(
    edition: Edition,
    findings: Sequence[Finding],
    newsletter: Newsletter,
    notify: Notify,
    *,
    told: Callable[[Finding], str],
    folder: str,
    now: datetime,
) -> EmailMessage:
    """The message that a draft waits to be read again.

    `told` puts a finding in the team's words; `folder` is where the draft's files are, as a person writes it.
    """
    words = team_translator(newsletter.language)
    paragraphs = [
        _summary(edition, newsletter, words),
        *([_said(words, N_("To read it again:")) + f"\n{notify.review_url}"] if notify.review_url else []),
        _filled(_said(words, N_("Subject: {subject}"), subject=_line(edition.subject))),
        *_checks(findings, told, words),
        *_contents(edition),
        *_troubles(edition.sources, words),
        *_left_out(edition, words),
        _other_ways(edition, folder, words),
        _filled(_said(words, _NOTHING_LEFT)),
    ]
    subject = _said(words, N_("[{newsletter}] Draft {edition} waits"), newsletter=newsletter.name, edition=edition.edition)
    return _message(subject, paragraphs, newsletter, notify, now)


def too_little(planned: Edition, newsletter: Newsletter, notify: Notify, *, now: datetime) -> EmailMessage:
    """The message that the plan holds fewer stories than `min_stories`, and that no draft was made."""
    words = team_translator(newsletter.language)
    found = _said(
        words,
        N_('Edition {edition} of "{newsletter}" has {stories} where it takes at least {wanted}: no draft was made.'),
        edition=planned.edition, newsletter=_line(newsletter.name), stories=_stories(len(planned.stories), words),
        wanted=newsletter.limits.min_stories,
    )  # fmt: skip
    paragraphs = [
        _filled(found + (" " + _said(words, _COUNTED_AGAIN) if planned.stories else "")),
        *_contents(planned),
        *_troubles(planned.sources, words),
        *_left_out(planned, words),
        _filled(_said(words, _FURTHER, edition=planned.edition)),
    ]
    subject = _said(words, N_("[{newsletter}] Too little for {edition}"), newsletter=newsletter.name, edition=planned.edition)
    return _message(subject, paragraphs, newsletter, notify, now)


def _message(subject: str, paragraphs: Iterable[str], newsletter: Newsletter, notify: Notify, now: datetime) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    say_sender(message, "From", newsletter.sender)
    say_subject(message, _line(subject))
    message["Content-Language"] = team_translator(newsletter.language).language
    stamp(message, notify.to, now)
    message.set_content("\n\n".join(paragraphs) + "\n", charset="utf-8", cte="quoted-printable")
    return message


# ------------------------------------------------------------------------------------------------ its paragraphs


def _summary(edition: Edition, newsletter: Newsletter, words: Translator) -> str:
    since, last = edition.period.since, edition.period.until - timedelta(microseconds=1)
    summary = _said(
        words,
        N_('Draft {edition} of "{newsletter}" waits to be read again: {stories} in {themes}, from {since} to {until}.'),
        edition=edition.edition, newsletter=_line(newsletter.name), stories=_stories(len(edition.stories), words),
        themes=words.ngettext("{n} theme", "{n} themes", len(edition.themes)).format(n=len(edition.themes)),
        since=show_date(since, words.language, newsletter.tz), until=show_date(last, words.language, newsletter.tz),
    )  # fmt: skip
    return _filled(summary)


def _contents(edition: Edition) -> Iterator[str]:
    """A paragraph for each theme: its name, and the titles under it."""
    for theme in edition.themes:
        if theme.stories:
            yield _listed(f"{_line(theme.name)} ({len(theme.stories)})", map(_title, theme.stories))


def _title(story: EditionStory) -> str:
    title, source = _line(story.title or story.url or story.id), _line(story.source)
    return f"{title} ({source})" if source else title


def _checks(findings: Sequence[Finding], told: Callable[[Finding], str], words: Translator) -> Iterator[str]:
    for level, title in _LEVELS.items():
        found = [_sentence(told(finding)) for finding in findings if finding.level == level]
        if found:
            yield _listed(_said(words, title, n=len(found)), _some(found, words))
    if not any(finding.level == "error" for finding in findings):
        yield _filled(_said(words, N_("Nothing stands in the way of approval.")))


def _troubles(sources: Sequence[SourceReport], words: Translator) -> Iterator[str]:
    """The sources that failed, and those that were read but for a file or two."""
    found = []
    for source in sources:
        if source.status == "failed" or source.error:
            why = _line(source.error or "") or _said(words, N_("failed"))
            found.append(_said(words, N_("{name}: {why}"), name=_line(source.name), why=why))
    if found:
        yield _listed(_said(words, N_("Sources in trouble ({n})"), n=len(found)), _some(found, words))


def _left_out(edition: Edition, words: Translator) -> Iterator[str]:
    """How many stories are left out, and how many for each reason, the commonest first."""
    counted = Counter(out.reason.partition(":")[0] for out in edition.left_out)
    if counted:
        reasons = [(n, _said(words, _REASONS[kind]) if kind in _REASONS else kind) for kind, n in counted.most_common()]
        yield _listed(
            _said(words, N_("Left out ({n})"), n=counted.total()),
            [_said(words, N_("{reason}: {n}"), reason=reason, n=n) for n, reason in reasons],
        )


def _other_ways(edition: Edition, folder: str, words: Translator) -> str:
    ways = [
        _said(words, N_("in a browser, its files: {folder}"), folder=folder),
        _said(words, N_("on the machine that made it: digest review, or digest show {edition}"), edition=edition.edition),
    ]
    return _listed(_said(words, N_("Other ways to read it")), ways)


_LEVELS: Mapping[Level, str] = {
    "error": N_("To correct before approval ({n})"),
    "warning": N_("To have a look at ({n})"),
}
_REASONS: Mapping[str, str] = {
    "duplicate-of": N_("same news as another one"),
    "published-in": N_("already published"),
    "rejected": N_("taken out by the team"),
    "held": N_("held for another edition"),
    "arrived-later": N_("arrived after the team began to edit"),
    "outside-period": N_("outside the period"),
    "no-theme": N_("fits no theme"),
    "theme-full": N_("its theme is full"),
    "source-full": N_("its source already has its share"),
    "over-weight": N_("the email would be too heavy"),
}
_NOTHING_LEFT = N_("Nothing was sent to subscribers, and nothing leaves by itself: a person approves the edition, then sends it.")
_COUNTED_AGAIN = N_("Nothing is lost: the next run counts these stories again.")
_FURTHER = N_(
    "To see why each story is left out: digest plan {edition}. To reach further back: digest draft {edition} --since DATE."
)

# ------------------------------------------------------------------------------------------------ words and lines


def _said(words: Translator, message: str, **values: object) -> str:
    return words.gettext(message).format(**values)


def _stories(n: int, words: Translator) -> str:
    return words.ngettext("{n} story", "{n} stories", n).format(n=n)


def _some(lines: Sequence[str], words: Translator) -> Iterator[str]:
    yield from lines[:MOST]
    if len(lines) > MOST:
        yield _said(words, N_("and {n} more"), n=len(lines) - MOST)


def _listed(title: str, lines: Iterable[str]) -> str:
    return "\n".join([_filled(title), *(_filled(line, "- ", "  ") for line in lines)])


def _filled(text: str, first: str = "", rest: str = "") -> str:
    """On lines of 72 columns; an address is never broken."""
    return textwrap.fill(
        text, COLUMNS, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )


def _sentence(text: str) -> str:
    line = _line(text)
    return line[:1].upper() + line[1:]


def _line(text: str) -> str:
    """Words from elsewhere on one line, without what no message can hold."""
    return _BREAKS.sub(" ", text).strip()


_BREAKS = re.compile(r"[^\S\xa0\u202f]+|[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
"""Spaces but for the no-break ones, which keep a sign with its word."""
