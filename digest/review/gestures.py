"""What the forms of an edition's page ask for, as gestures of `compose.revising`. Pure.

A form holds words (fields) and perhaps a deed, the value of the button that sent it: `up`, `hold`, `remove:KEY`. What it does not
hold is left as it is, so that the same form can be sent again over what another person saved meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from digest.compose.revising import change, find, narrowed, one_line, put_in, rewritten, take_out
from digest.errors import N_, UsageError
from digest.model import Edition, EditionStory, Highlight, StoryState, Takeaway

Fields = Mapping[str, str]
TextOf = Callable[[str, int], str]

WORDS: Final = ("subject", "preheader", "introduction")
TAKEAWAY: Final = "takeaway-"
"""How the field of a takeaway begins; its key follows."""
PART: Final = "part-"
"""How the field begins that holds the words to keep of a takeaway's sentence; its key follows."""
MOST_HIGHLIGHTS: Final = 5
FEWEST_HIGHLIGHTS: Final = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """An edition as a form would leave it."""

    edition: Edition
    decided: Mapping[str, StoryState] = field(default_factory=dict)
    """Stories that are held or rejected from now on."""


def key(takeaway: Takeaway) -> str:
    """What a takeaway is called in a form: the words it rests on, whatever it says."""
    return f"{takeaway.article}-{takeaway.version}-{takeaway.start}-{takeaway.end}"


def written(edition: Edition, fields: Fields) -> Edition:
    """The edition with the subject, the preview line and the introduction that a form holds."""
    given = {name: _same_or(getattr(edition, name), _tidy(name, fields[name])) for name in WORDS if name in fields}
    if not given.get("subject", edition.subject):
        given.pop("subject")
    return replace(edition, **given)  # type: ignore[arg-type]


def reordered(edition: Edition, deed: str) -> Edition:
    """The edition once a key takeaway of its top moved or left: `up:KEY`, `down:KEY`, `off:KEY`."""
    act, _, which = deed.partition(":")
    kept = list(edition.highlights)
    at = next((place for place, one in enumerate(kept) if key(one.takeaway) == which), None)
    if at is None:
        return edition
    one = kept.pop(at)
    if act != "off":
        kept.insert(max(0, at - 1) if act == "up" else at + 1, one)
    return replace(edition, highlights=tuple(kept))


def told(edition: Edition, story: str, fields: Fields, names: Mapping[str, str], text_of: TextOf) -> Outcome:
    """The edition once a story's form was sent: its words, then its deed. `names` are those of the themes, by id."""
    edition = change(edition, story, lambda one: reworded(one, fields, text_of))
    act, _, which = fields.get("do", "").partition(":")
    match act:
        case "up" | "down":
            return Outcome(_shifted(edition, story, -1 if act == "up" else 1, names))
        case "move" | "place":
            return Outcome(_placed(edition, story, fields, names))
        case "drop" | "hold" | "reject":
            state: StoryState = "held" if act == "hold" else "rejected"
            return Outcome(take_out(edition, story, reason=state), {} if act == "drop" else {story: state})
        case "quote" | "remove" | "add":
            return Outcome(change(edition, story, lambda one: _requoted(one, act, which, text_of)))
        case "earlier" | "later":
            return Outcome(change(edition, story, lambda one: _taken(one, which, -1 if act == "earlier" else 1)))
        case "part":
            return Outcome(_narrowed(edition, find(edition, story), which, fields.get(PART + which, ""), text_of))
        case "top":
            return Outcome(_topped(edition, find(edition, story), which))
    return Outcome(edition)


def reworded(story: EditionStory, fields: Fields, text_of: TextOf) -> EditionStory:
    """A story with the words that a form holds; a title or a takeaway left empty stays as it was."""
    title = _same_or(story.title, _line(fields.get("title", story.title))) or story.title
    summary = _same_or(story.summary, _line(fields.get("summary", story.summary)))
    known = {TAKEAWAY + key(one): one for one in story.takeaways}
    takeaways = [_said(one, fields.get(name, ""), text_of) for name, one in known.items()]
    missing = [name for name in fields if name.startswith(TAKEAWAY) and name not in known and _line(fields[name])]
    takeaways += [_said(_quotation(story, name.removeprefix(TAKEAWAY), text_of), fields[name], text_of) for name in missing]
    return replace(story, title=title, summary=summary, takeaways=tuple(takeaways))


def typed(edition: Edition, story: str | None, fields: Fields) -> dict[str, str]:
    """Those of a form's fields that say something else than the edition: what a person typed, by the names of the fields."""
    if story is None:
        before = {name: getattr(edition, name) for name in WORDS}
    else:
        one = next((one for one in edition.stories if one.id == story), None)
        before = words_of_story(one) if one else {}
    words = {name: text for name, text in fields.items() if name in (*WORDS, "title", "summary") or name.startswith(TAKEAWAY)}
    return {name: text.strip() for name, text in words.items() if _line(text) != _line(before.get(name, ""))}


def words_of_story(story: EditionStory) -> dict[str, str]:
    """What a story says, by the names of the fields of its form."""
    return {"title": story.title, "summary": story.summary} | {TAKEAWAY + key(one): one.text for one in story.takeaways}


def _shifted(edition: Edition, story: str, by: int, names: Mapping[str, str]) -> Edition:
    """One place up or down; beyond the end of its theme, a story goes to the next one."""
    at = next(place for place, theme in enumerate(edition.themes) if story in {one.id for one in theme.stories})
    ids = [one.id for one in edition.themes[at].stories]
    place = ids.index(story) + by
    if 0 <= place < len(ids):
        return put_in(edition, find(edition, story), edition.themes[at].id, names, place)
    if not 0 <= at + by < len(edition.themes):
        return edition
    return put_in(edition, find(edition, story), edition.themes[at + by].id, names, 0 if by > 0 else None)


def _placed(edition: Edition, story: str, fields: Fields, names: Mapping[str, str]) -> Edition:
    """Under the theme that was chosen (`theme`), last; or dropped there (`to`) at a place."""
    if fields["do"] == "place":
        place = fields.get("place", "")
        return put_in(edition, find(edition, story), fields.get("to", ""), names, int(place) if place.isdecimal() else None)
    return put_in(edition, find(edition, story), fields.get("theme", ""), names)


def _requoted(story: EditionStory, act: str, which: str, text_of: TextOf) -> EditionStory:
    kept = tuple(one for one in story.takeaways if key(one) != which)
    if act == "remove":
        return replace(story, takeaways=kept)
    quotation = _quotation(story, which, text_of)
    if act == "add":
        return replace(story, takeaways=(*kept, quotation))
    return replace(story, takeaways=tuple(quotation if key(one) == which else one for one in story.takeaways))


def _taken(story: EditionStory, which: str, by: int) -> EditionStory:
    """A takeaway one place up or down among those of its story."""
    keys = [key(one) for one in story.takeaways]
    if which not in keys or not 0 <= keys.index(which) + by < len(keys):
        return story
    kept = list(story.takeaways)
    kept.insert(keys.index(which) + by, kept.pop(keys.index(which)))
    return replace(story, takeaways=tuple(kept))


def _narrowed(edition: Edition, story: EditionStory, which: str, words: str, text_of: TextOf) -> Edition:
    """A takeaway that quotes only some words of its sentence, at the top of the edition too where it stands there."""
    whole = next((one for one in story.takeaways if key(one) == which), None)
    if whole is None:
        raise UsageError(N_("these words do not stand in the article"))
    part = narrowed(whole, text_of(whole.article, whole.version), _line(words), story.lang)
    if key(part) in {key(one) for one in story.takeaways if one is not whole}:
        raise UsageError(N_("another takeaway quotes these words already"))
    top = tuple(replace(one, takeaway=part) if key(one.takeaway) == which else one for one in edition.highlights)
    takeaways = tuple(part if one is whole else one for one in story.takeaways)
    return change(replace(edition, highlights=top), story.id, lambda one: replace(one, takeaways=takeaways))


def _topped(edition: Edition, story: EditionStory, which: str) -> Edition:
    """A takeaway goes to the top of the edition, last there, or leaves it."""
    kept = tuple(one for one in edition.highlights if key(one.takeaway) != which)
    chosen = next((one for one in story.takeaways if key(one) == which), None)
    if len(kept) < len(edition.highlights) or chosen is None or len(kept) >= MOST_HIGHLIGHTS:
        return replace(edition, highlights=kept)
    return replace(edition, highlights=(*kept, Highlight(chosen, story.url)))


def _said(takeaway: Takeaway, words: str, text_of: TextOf) -> Takeaway:
    """A takeaway in the words of a form; as it was where they are the same, or none."""
    if _line(words) in ("", _line(takeaway.text)):
        return takeaway
    return rewritten(takeaway, text_of(takeaway.article, takeaway.version), _line(words))


def _quotation(story: EditionStory, which: str, text_of: TextOf) -> Takeaway:
    """The takeaway that quotes the words of a key. Raises UsageError for a key that is not of this story."""
    found = re.fullmatch(r"(\w+)-(\d{1,9})-(\d{1,9})-(\d{1,9})", which)
    if found is None or found[1] not in (story.article, *story.articles):
        raise UsageError(N_("these words do not stand in the article"))
    version, start, end = int(found[2]), int(found[3]), int(found[4])
    return Takeaway(text_of(found[1], version), found[1], start, end, made_by="extract", version=version)


def _tidy(name: str, text: str) -> str:
    return re.sub(r"\r\n?", "\n", text).strip() if name == "introduction" else _line(text)


def _line(text: str) -> str:
    return re.sub(r" +", " ", one_line(re.sub(r"[\t\r\n]", " ", text)))


def _same_or(before: str, now: str) -> str:
    """What was there, where only its spaces changed on the way through a form."""
    return before if _line(before) == _line(now) and "\n\n" not in now else now
