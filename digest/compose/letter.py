"""What a template may name: the edition with safe links, its colours, and the small words that stand around an article."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from typing import Any
from urllib.parse import quote, urlsplit

from digest.compose.edition import period_label
from digest.compose.palette import palette
from digest.compose.reasons import WHERE, reason, titles_of
from digest.language.dates import show_date
from digest.language.names import direction, language_name
from digest.language.translations import Translator
from digest.model import Edition, EditionStory, EditionTheme, Highlight, LeftOut
from digest.remembering import remembered
from digest.settings import Newsletter

_URL_CHARACTERS = "!#$%&'()*+,-./:;=?@[]_~"
"""What may stand in an address as it is (RFC 3986), besides letters and digits."""
_PLAIN_URL = re.compile(r"https?://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?:/[\w!#$%&'()*+,\-./:;=?@~]*)?", re.ASCII)
"""Most addresses: nothing in them needs a second look."""


class Html(str):
    """Text that is HTML already: templates print it as it is."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the links that belong to the message itself lead, and where its pictures are: not the same in every place it goes."""

    read_online: str | None
    unsubscribe: str | None
    pictures: str = "pictures/"
    """What stands before a picture's name: a folder beside the file, `cid:` in a message, an address."""


def addresses_of(newsletter: Newsletter, edition: str) -> Addresses:
    """The newsletter's own: its page in the archive, and its page to unsubscribe."""
    return Addresses(permanent_address(newsletter, edition), newsletter.unsubscribe)


def permanent_address(newsletter: Newsletter, edition: str) -> str | None:
    """Where the archive publishes an edition; None for a newsletter without an archive."""
    return f"{newsletter.archive_url.rstrip('/')}/{quote(edition)}/" if newsletter.archive_url else None


def letter(edition: Edition, newsletter: Newsletter, translator: Translator, addresses: Addresses) -> dict[str, Any]:
    """Everything the templates may name, by its name; the words around the articles are in the translator's language."""
    edition = with_safe_links(edition)
    language, tz = translator.language, newsletter.tz
    label = period_label(newsletter, translator, edition.period)
    colors = palette(newsletter.brand.color)
    stories = {story.article: story for story in edition.stories}
    monthly = newsletter.period == "month"

    def is_foreign(lang: str) -> bool:
        """Whether words stand in another language than those around them; a code that nobody knows says nothing."""
        return lang != language and language_name(lang, language) is not None

    date = cache(lambda moment: show_date(moment, language, tz))

    def about(story: EditionStory) -> list[str]:
        """Source, date, language and reading time: those that are known."""
        minutes = story.reading_minutes
        known = [story.source]
        if story.published:
            known.append(date(story.published))
        if is_foreign(story.lang):
            known.append(translator.gettext("in %(language)s") % {"language": language_name(story.lang, language)})
        if minutes:
            known.append(translator.ngettext("%(num)s min read", "%(num)s min read", minutes) % {"num": minutes})
        return [part for part in known if part]

    @cache
    def in_language(lang: str) -> Html:
        """The attributes of words in another language than those around them, with the space before; nothing for their own."""
        if not is_foreign(lang):
            return Html()
        turned = direction(lang) != direction(language)
        return Html(f' lang="{lang}" dir="{direction(lang)}"' if turned else f' lang="{lang}"')

    def title_of(story: EditionStory) -> str:
        return story.title.strip() or translator.gettext("Untitled article")

    titles = Counter(title_of(story) for story in edition.stories)

    def link_text(story: EditionStory) -> str:
        """The title; with the source, where another story has the same one and the links would sound alike."""
        title = title_of(story)
        return title if titles[title] == 1 else f"{title} ({story.source or host(story.url or '')})"

    told = {story.id: about(story) for story in edition.stories}
    facts = {id: " · ".join(known) for id, known in told.items()}

    @cache
    def titles_told() -> dict[str, str]:
        """The titles by which a story left out names another one: most renderings ask for none."""
        return titles_of(edition)

    @cache
    def reason_told(why: str) -> str:
        """The reason of a story left out, in words: thousands of stories may have the same one."""
        return reason(LeftOut("", "", None, why), edition, translator, titles_told())

    def story_of(highlight: Highlight) -> EditionStory | None:
        """The story that a highlight comes from; None when the edition no longer prints it."""
        return stories.get(highlight.takeaway.article)

    return {
        "edition": edition,
        "newsletter": newsletter,
        "language": language,
        "addresses": addresses,
        "light": colors.light,
        "dark": colors.dark,
        "direction": direction(language),
        "direction_of": direction,
        "start": "right" if direction(language) == "rtl" else "left",
        "end": "left" if direction(language) == "rtl" else "right",
        "issue": label[:1].upper() + label[1:],
        "highlights_title": translator.gettext("Key takeaways this month")
        if monthly
        else translator.gettext("Key takeaways this week"),
        "last_day": edition.period.until - timedelta(microseconds=1),
        "reason": lambda left_out: reason_told(left_out.reason),
        "where": WHERE,
        "date": date,
        "is_foreign": is_foreign,
        "in_language": in_language,
        "about": lambda story: told[story.id],
        "facts": lambda story: facts[story.id],
        "title_of": title_of,
        "link_text": link_text,
        "story_of": story_of,
        "translator": translator,
    }


def with_safe_links(edition: Edition) -> Edition:
    """The edition with only the addresses that a reader may follow: any other scheme (`javascript:`) becomes no link."""
    return replace(
        edition,
        themes=tuple(_safe_theme(theme) for theme in edition.themes),
        highlights=tuple(replace(highlight, url=safe_link(highlight.url)) for highlight in edition.highlights),
        left_out=_safe_left_out(edition.left_out),
    )


def safe_link(url: str | None) -> str | None:
    """An http or https address, what has no place in one percent-encoded; None for anything else."""
    if url and _PLAIN_URL.fullmatch(url):
        return url
    try:
        parts = urlsplit(url or "")
        sound = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        sound = False
    return quote(url, safe=_URL_CHARACTERS, errors="replace") if url and sound else None


def host(url: str) -> str:
    """The site of an address, as people say it."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


@remembered
def _safe_left_out(left_out: tuple[LeftOut, ...]) -> tuple[LeftOut, ...]:
    return tuple(out if safe_link(out.url) == out.url else replace(out, url=safe_link(out.url)) for out in left_out)


def _safe_theme(theme: EditionTheme) -> EditionTheme:
    return replace(theme, stories=tuple(_safe_story(story) for story in theme.stories))


def _safe_story(story: EditionStory) -> EditionStory:
    if not story.also and safe_link(story.url) == story.url:
        return story
    return replace(story, url=safe_link(story.url), also=tuple(replace(also, url=safe_link(also.url)) for also in story.also))
