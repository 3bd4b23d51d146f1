"""What a person may change in an edition, one function a gesture: each gives the edition as it would be. Pure.

Nothing is lost on the way: a story that leaves the edition stands in its tray with a reason, and comes back from there as it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from digest.errors import N_, GateError, UsageError
from digest.language.sentences import sentences
from digest.language.typography import NBSP, THIN
from digest.model import Edition, EditionStory, EditionTheme, Highlight, LeftOut, Takeaway

_BREAKS: Final = re.compile(r"[ \t]*[\n\r\v\f\x1c-\x1e\x85\u2028\u2029][\s]*")
"""What `str.splitlines` takes for the end of a line; no-break spaces before it stay."""
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
"""No HTML, no header and no feed may hold them."""


def one_line(words: str) -> str:
    """Words as a title or a subject can hold them: on one line, without characters that control a terminal."""
    return _CONTROLS.sub("", _BREAKS.sub(" ", words.strip())).strip()


def paragraphs(words: str) -> str:
    """Words as an introduction can hold them: their lines stay, whatever machine they were typed on."""
    return _CONTROLS.sub("", "\n".join(words.strip().splitlines())).strip()


def find(edition: Edition, story: str) -> EditionStory:
    """A story that the edition prints. Raises GateError when it prints none of this id."""
    found = next((one for one in edition.stories if one.id == story), None)
    if found is None:
        raise GateError(N_("edition {edition} prints no story {story}"), edition=edition.edition, story=story)
    return found


def take_out(edition: Edition, story: str, *, reason: str = "rejected") -> Edition:
    """The edition without a story, which goes to the tray: `rejected`, or `held` for a later edition."""
    gone = find(edition, story)
    left = [out for out in edition.left_out if out.id != story or out.reason.startswith("duplicate-of")]
    out = LeftOut(gone.id, gone.title, gone.url, reason, gone.points)
    themes = [replace(theme, stories=tuple(one for one in theme.stories if one.id != story)) for theme in edition.themes]
    return _tidy(replace(edition, themes=tuple(themes), left_out=(out, *left)))


def put_in(edition: Edition, story: EditionStory, theme: str, names: Mapping[str, str], place: int | None = None) -> Edition:
    """The edition with a story under a theme, at a place from 0, or last; it leaves its old place or the tray.

    `names` are those of the newsletter's themes, by id, in their order.
    """
    if theme not in names:
        raise GateError(N_("there is no theme {theme}; there are {known}"), theme=theme, known=", ".join(names))
    order = list(names)
    themes = [replace(one, stories=tuple(kept for kept in one.stories if kept.id != story.id)) for one in edition.themes]
    if theme not in [one.id for one in themes]:
        before = [at for at, one in enumerate(themes) if one.id in order and order.index(one.id) < order.index(theme)]
        themes.insert(before[-1] + 1 if before else 0, EditionTheme(theme, names[theme], ()))
    put = [replace(one, stories=_inserted(one.stories, story, place)) if one.id == theme else one for one in themes]
    came_in = story.id not in {printed.id for printed in edition.stories}
    left = tuple(out for out in edition.left_out if not (came_in and out.id == story.id))
    return _tidy(replace(edition, themes=tuple(put), left_out=left))


def change(edition: Edition, story: str, revise: Callable[[EditionStory], EditionStory]) -> Edition:
    """The edition with one of its stories revised."""
    find(edition, story)
    themes = [
        replace(theme, stories=tuple(revise(one) if one.id == story else one for one in theme.stories))
        for theme in edition.themes
    ]
    return _tidy(replace(edition, themes=tuple(themes)))


def rewritten(takeaway: Takeaway, text: str, words: str) -> Takeaway:
    """A takeaway in a person's words, which rests on the same span; the quotation itself where the words are the article's.

    `text` is the article's, of the version that is quoted.
    """
    span = {"article": takeaway.article, "start": takeaway.start, "end": takeaway.end, "version": takeaway.version}
    quoted = text[takeaway.start : takeaway.end]
    if words == quoted:
        made_by = takeaway.made_by if takeaway.made_by != "editor" else "extract"
        return Takeaway(text, **span, made_by=made_by, score=takeaway.score)  # type: ignore[arg-type]
    return Takeaway(text, **span, made_by="editor", score=takeaway.score, words=words)  # type: ignore[arg-type]


def quoted(words: str, text: str, *, article: str, version: int) -> Takeaway | None:
    """A takeaway that a person chose in an article; None where the words do not stand in its text."""
    start = text.find(words) if words.strip() else -1
    if start < 0:
        return None
    return Takeaway(text, article=article, start=start, end=start + len(words), made_by="extract", version=version)


def around(text: str, start: int, end: int, lang: str) -> tuple[int, int]:
    """Where the sentence stands that a span is in; from the first to the last where it is in several."""
    first, after = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    line = text[first : len(text) if after < 0 else after]
    spans = [(first + one, first + other) for one, other in sentences(line, lang)]
    over = [span for span in spans if span[0] < end and start < span[1]]
    return (min(start, over[0][0]), max(end, over[-1][1])) if over else (start, end)


def narrowed(takeaway: Takeaway, text: str, words: str, lang: str) -> Takeaway:
    """A takeaway that quotes only some words of the sentence it rests on, as the article has them.

    Raises UsageError where the words do not stand there one after the other; any space and any apostrophe of a keyboard will do.
    """
    start, end = around(text, takeaway.start, takeaway.end, lang)
    found = _as_typed(words).search(text, start, end) if words.strip() else None
    if found is None:
        raise UsageError(
            N_("these words do not stand in the sentence, word for word: “{words}”"),
            hint=N_("take words away at its beginning or at its end, and change none of the others"),
            words=words,
        )
    place = {"article": takeaway.article, "start": found.start(), "end": found.end(), "version": takeaway.version}
    return Takeaway(text, **place, made_by="extract", score=takeaway.score)  # type: ignore[arg-type]  # as above


def with_tray(edition: Edition, planned: Edition) -> Edition:
    """An edition that a person touched, with the candidates of a new plan in its tray; what it prints stays as it is.

    A story that the team took out keeps the team's reason; one that the plan would print arrived later.
    """
    printed = {story.id for story in edition.stories}
    taken_out = {out.id: out for out in edition.left_out if out.reason in ("rejected", "held")}
    arrived = [LeftOut(new.id, new.title, new.url, "arrived-later", new.points) for new in planned.stories]
    known = {out.id for out in (*arrived, *planned.left_out)}
    tray = [taken_out.get(out.id, out) for out in (*arrived, *planned.left_out)]
    tray += [out for id, out in taken_out.items() if id not in known]
    left = [out for out in tray if out.id not in printed or out.reason.startswith("duplicate-of")]
    return replace(edition, left_out=tuple(left), sources=planned.sources)


def _as_typed(words: str) -> re.Pattern[str]:
    """What finds words in a text, whole, whatever spaces and apostrophes a keyboard gave."""
    space = rf"[\s{NBSP}{THIN}]+"
    flat = space.join(re.sub("['’]", "['’]", re.escape(word)) for word in re.split(space, words.strip()))
    first = r"(?<!\w)" if words.strip()[0].isalnum() else ""
    last = r"(?!\w)" if words.strip()[-1].isalnum() else ""
    return re.compile(f"{first}{flat}{last}")


def _inserted(stories: Sequence[EditionStory], story: EditionStory, place: int | None) -> tuple[EditionStory, ...]:
    at = len(stories) if place is None else max(0, min(place, len(stories)))
    return (*stories[:at], story, *stories[at:])


def _tidy(edition: Edition) -> Edition:
    """Themes that lost their last story go, and so do the highlights of takeaways that nothing prints any more."""
    themes = tuple(theme for theme in edition.themes if theme.stories)
    now = {(t.article, t.start, t.end): (t, story.url) for theme in themes for story in theme.stories for t in story.takeaways}
    spans = [(h.takeaway.article, h.takeaway.start, h.takeaway.end) for h in edition.highlights]
    highlights = tuple(Highlight(*now[span]) for span in spans if span in now)
    return replace(edition, themes=themes, highlights=highlights)
