"""An edition as a text that a person edits: written in YAML, and read back with what they made of it. Pure.

A story is moved by moving its block; it leaves by deleting it, by moving it to `held` (for a later edition) or to `rejected`
(never again), and comes in from the `tray` in the same way. A takeaway in other words than the article's is the person's, and
rests on the same span.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from digest.compose.reasons import reason
from digest.compose.revising import one_line, paragraphs, quoted, rewritten, take_out
from digest.errors import N_
from digest.language.translations import Translator
from digest.model import Edition, EditionStory, EditionTheme, Highlight, LeftOut, StoryState, Takeaway
from digest.yaml_text import YamlError, read_yaml, write_yaml, yaml_lines

HELP: Final = (
    N_("Save and close to keep your changes; close without saving to change nothing."),
    N_("To move a story, move its block. To take it out, delete its block, or move it to held (for a later edition)"),
    N_("or to rejected (never again). To bring one in, move its block from the tray to a theme."),
    N_("A takeaway that you reword is shown as your words, and stays tied to the sentence it rests on."),
    N_("A new takeaway quotes its article word for word; or it has two keys, text (your words) and from (those it rests on)."),
)
_KEYS = ("edition", "revision", "subject", "preheader", "introduction", "highlights", "themes", "held", "rejected", "tray")
_STORY_KEYS = ("id", "title", "summary", "takeaways", "from", "why")

MOST: Final = 1_000_000
"""Characters of a text that someone wrote; an edition of a hundred stories has 150,000."""
MOST_WORDS: Final = 20_000
"""Characters of one of its values: an email of 100 KB holds no more."""
_MOST_TOLD: Final = 300
"""Characters of a value that a message says again."""

TextOf = Callable[[str, int], str]
Tell = Callable[[str, str], EditionStory]


@dataclass(frozen=True, slots=True)
class Revised:
    """What a person made of an edition."""

    edition: Edition
    decided: Mapping[str, StoryState]
    """Stories that are `held` or `rejected` from now on, or `new` again, by id."""


def write(edition: Edition, decisions: Mapping[str, StoryState], translator: Translator, text_of: TextOf) -> str:
    """The edition as a text to edit; `decisions` holds the stories that the team held or rejected, by id."""
    stories = [out for out in edition.left_out if not out.reason.startswith(("duplicate-of", "published-in"))]
    kept = {state: [out for out in stories if decisions.get(out.id) == state] for state in ("held", "rejected")}
    tray = [out for out in stories if out.id not in decisions]
    data = {
        "edition": edition.edition,
        "revision": edition.revision,
        "subject": _block(edition.subject),
        "preheader": _block(edition.preheader),
        "introduction": _block(edition.introduction),
        "highlights": [_block(highlight.takeaway.text) for highlight in edition.highlights],
        "themes": [{"id": theme.id, "stories": [_story(story, text_of) for story in theme.stories]} for theme in edition.themes],
        **{state: [{"id": out.id, "title": out.title} for out in outs] for state, outs in kept.items()},
        "tray": [{"id": out.id, "title": out.title, "why": reason(out, edition, translator)} for out in tray],
    }
    help_lines = "".join(f"# {translator.gettext(line)}\n" for line in HELP)
    return help_lines + "\n" + write_yaml(data)


def base_revision(text: str) -> int | None:
    """The revision that a text was written from; None where it does not say. Raises YamlError."""
    if len(text) > MOST:
        raise YamlError(N_("a text of more than {most} characters: is it the right one?"), line=1, column=1, most=MOST)
    data = read_yaml(text)
    number = data.get("revision") if isinstance(data, dict) else None
    return number if type(number) is int else None


def read(
    text: str, edition: Edition, decisions: Mapping[str, StoryState], *, names: Mapping[str, str], text_of: TextOf, tell: Tell
) -> Revised:
    """What a person made of an edition. Raises YamlError, with the line, where the text cannot be what they meant.

    `names` are those of the newsletter's themes, by id; `text_of` gives the text of an article's version; `tell` gives a story of
    the tray as it would be printed under a theme.
    """
    data = read_yaml(text)
    return _Reading(text, edition, decisions, names, text_of, tell).revised(data)


@dataclass(frozen=True, slots=True)
class _Reading:
    source: str
    edition: Edition
    decisions: Mapping[str, StoryState]
    names: Mapping[str, str]
    text_of: TextOf
    tell: Tell

    def revised(self, data: object) -> Revised:
        page = self.mapping(data, (), _KEYS)
        self.meant(page)
        themes = self.themes(page)
        printed = [story.id for theme in themes for story in theme.stories]
        decided = self.decided(page, printed)
        edition = replace(self.edition, themes=tuple(theme for theme in themes if theme.stories))
        edition = replace(edition, left_out=self.left_out(printed, decided))
        written: dict[str, Any] = {
            name: self.words(page[name], (name,), empty=name != "subject", whole=name == "introduction")
            for name in ("subject", "preheader", "introduction")
            if name in page
        }
        edition = replace(edition, **written)
        return Revised(self.highlighted(edition, page), decided)

    def meant(self, page: Mapping[str, Any]) -> None:
        """Refuses the text of another edition or of no known revision, and one that lost its stories."""
        if (name := self.words(page.get("edition"), ("edition",), empty=True)) != self.edition.edition:
            message = N_("the text is of edition {there}, not of {edition}; start again from digest edit {edition}")
            raise self.at(("edition",), message, there=name or "?", edition=self.edition.edition)
        if page.get("revision") != self.edition.revision:
            message = N_("edition {edition} has no such revision; put back the line revision as it was")
            raise self.at(("revision",), message, edition=self.edition.edition)
        if "themes" not in page:
            raise self.at((), N_("the key {key} is missing; put it back"), key="themes")

    def themes(self, page: Mapping[str, Any]) -> list[EditionTheme]:
        """The themes that hold a story, each once, where it stands first."""
        seen: dict[str, int] = {}
        themes: dict[str, tuple[EditionStory, ...]] = {}
        for place, block in enumerate(self.items(page.get("themes"), ("themes",))):
            path = ("themes", place)
            theme = self.mapping(block, path, ("id", "stories"))
            id = self.words(theme.get("id"), (*path, "id"))
            if id not in self.names:
                known = ", ".join(self.names)
                raise self.at((*path, "id"), N_("there is no theme {theme}; there are {known}"), theme=id, known=known)
            stories = [
                self.story(item, (*path, "stories", rank), id, seen)
                for rank, item in enumerate(self.items(theme.get("stories"), (*path, "stories")))
            ]
            themes[id] = (*themes.get(id, ()), *stories)
        return [EditionTheme(id, self.names[id], stories) for id, stories in themes.items()]

    def story(self, item: object, path: tuple[str | int, ...], theme: str, seen: dict[str, int]) -> EditionStory:
        block = self.mapping(item, path, _STORY_KEYS)
        id = self.known(block.get("id"), (*path, "id"))
        if id in seen:
            raise self.at((*path, "id"), N_("this story already stands at line {first}; keep one of them"), first=seen[id])
        seen[id] = self.line((*path, "id"))
        story = next((story for story in self.edition.stories if story.id == id), None) or self.tell(id, theme)
        if "title" in block:
            story = replace(story, title=self.words(block["title"], (*path, "title")))
        if "summary" in block:
            story = replace(story, summary=self.words(block["summary"], (*path, "summary"), empty=True))
        if "takeaways" in block:
            story = replace(story, takeaways=self.takeaways(block["takeaways"], (*path, "takeaways"), story))
        return story

    def takeaways(self, items: object, path: tuple[str | int, ...], story: EditionStory) -> tuple[Takeaway, ...]:
        wanted = [self.takeaway(item, (*path, place)) for place, item in enumerate(self.items(items, path))]
        said = {words for words, _ in wanted}
        free = [one for one in story.takeaways if one.text not in said]
        version = story.takeaways[0].version if story.takeaways else 1
        text = self.text_of(story.article, version)
        made = []
        for place, (words, rests_on) in enumerate(wanted):
            same = next((one for one in story.takeaways if one.text == words), None)
            before = story.takeaways[place] if place < len(story.takeaways) else None
            if same and rests_on in (None, _quotation(same, self.text_of)):
                made.append(same)
            elif base := quoted(rests_on or words, text, article=story.article, version=version):
                made.append(rewritten(base, text, words))
            elif rests_on is None and before in free:
                assert before is not None
                made.append(rewritten(before, self.text_of(before.article, before.version), words))
            else:
                raise self.at(
                    (*path, place),
                    N_("these words do not stand in the article; give text (your words) and from (the words they rest on)"),
                )
        return tuple(made)

    def takeaway(self, item: object, path: tuple[str | int, ...]) -> tuple[str, str | None]:
        """The words of a takeaway, and those it rests on where they are given."""
        if not isinstance(item, dict):
            return self.words(item, path), None
        block = self.mapping(item, path, ("text", "from"))
        rests_on = self.words(block["from"], (*path, "from")) if "from" in block else None
        return self.words(block.get("text"), (*path, "text")), rests_on

    def highlighted(self, edition: Edition, page: Mapping[str, Any]) -> Edition:
        printed = [(takeaway, story.url) for story in edition.stories for takeaway in story.takeaways]
        spans = {(one.article, one.start, one.end): (one, url) for one, url in printed}
        before = {
            high.takeaway.text: (high.takeaway.article, high.takeaway.start, high.takeaway.end) for high in edition.highlights
        }
        if "highlights" not in page:
            kept = [spans[span] for span in before.values() if span in spans]
            return replace(edition, highlights=tuple(Highlight(*one) for one in kept))
        found = []
        for place, item in enumerate(self.items(page["highlights"], ("highlights",))):
            words = self.words(item, ("highlights", place))
            now = next((one for one in printed if one[0].text == words), None) or spans.get(before.get(words, ("", 0, 0)))
            if now is None and words not in before:
                raise self.at(("highlights", place), N_("a key takeaway is one of the takeaways below, word for word"))
            found += [Highlight(*now)] if now and Highlight(*now) not in found else []  # its story has left
        return replace(edition, highlights=tuple(found))

    def decided(self, page: Mapping[str, Any], printed: Sequence[str]) -> dict[str, StoryState]:
        states: dict[str, StoryState] = {}
        for state in ("held", "rejected"):
            for place, item in enumerate(self.items(page.get(state), (state,))):
                block = {"id": item} if isinstance(item, str) else self.mapping(item, (state, place), _STORY_KEYS)
                id = self.known(block.get("id"), (state, place), taken_out=True)
                if id in printed or id in states:
                    raise self.at((state, place), N_("this story also stands elsewhere; keep one of them"))
                states[id] = state
        shown = {out.id for out in self.edition.left_out}  # what was decided elsewhere stays as it is
        again: dict[str, StoryState] = {id: "new" for id, was in self.decisions.items() if id in shown and was in page}
        return {id: state for id, state in (again | states).items() if self.decisions.get(id, "new") != state}

    def left_out(self, printed: Sequence[str], decided: Mapping[str, StoryState]) -> tuple[LeftOut, ...]:
        edition = self.edition
        for story in self.edition.stories:
            if story.id not in printed:
                edition = take_out(edition, story.id)
        told = {id: state for id, state in decided.items() if state != "new"}
        came_in = set(printed) - {story.id for story in self.edition.stories}
        return tuple(
            out if out.reason.startswith("duplicate-of") else replace(out, reason=told.get(out.id, out.reason))
            for out in edition.left_out
            if out.id not in came_in
        )

    # ------------------------------------------------------------------------------------------- what values must be

    def known(self, value: object, path: tuple[str | int, ...], *, taken_out: bool = False) -> str:
        """The id of a story of this edition or its tray, which no delivered edition holds unless it is `taken_out`."""
        id = self.words(value, path)
        out = next((out for out in self.edition.left_out if out.id == id), None)
        kind, _, where = out.reason.partition(":") if out else ("", "", "")
        if kind == "published-in" and not taken_out:
            raise self.at(path, N_("this story was already published in {where}"), where=where)
        if kind == "duplicate-of" and id not in {story.id for story in self.edition.stories}:
            raise self.at(path, N_("another story tells the same news; digest review can tell them apart"))
        if id not in {story.id for story in self.edition.stories} | {out.id for out in self.edition.left_out}:
            raise self.at(path, N_("no story of this edition or its tray has the id {id}"), id=id)
        return id

    def words(self, value: object, path: tuple[str | int, ...], *, empty: bool = False, whole: bool = False) -> str:
        """The words of a value, on one line unless they are taken `whole`, with their paragraphs."""
        if not (value is None or isinstance(value, str) or type(value) is int):  # of 1.10, YAML only keeps 1.1
            raise self.at(path, N_("must be text; put it in quotes"))
        given = "" if value is None else str(value)
        text = paragraphs(given) if whole else one_line(given)
        if not (text or empty):
            raise self.at(path, N_("must not be empty"))
        if len(text) > MOST_WORDS:
            raise self.at(path, N_("must not be longer than {most} characters"), most=MOST_WORDS)
        return text

    def items(self, value: object, path: tuple[str | int, ...]) -> list[Any]:
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.at(path, N_("must be a list, each item behind its '-'"))
        return value

    def mapping(self, value: object, path: tuple[str | int, ...], keys: Sequence[str]) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.at(path, N_("must hold keys and values: {keys}"), keys=", ".join(keys))
        if unknown := next((key for key in value if key not in keys), None):
            raise self.at((*path, str(unknown)), N_("unknown key {key}; there are {keys}"), key=unknown, keys=", ".join(keys))
        return value

    def line(self, path: tuple[str | int, ...]) -> int:
        lines = yaml_lines(self.source)
        while path and path not in lines:
            path = path[:-1]
        return lines.get(path, 1)

    def at(self, path: tuple[str | int, ...], message: str, **values: Any) -> YamlError:
        told = {name: f"{str(value)[:_MOST_TOLD]}…" if len(str(value)) > _MOST_TOLD else value for name, value in values.items()}
        return YamlError(message, line=self.line(path), column=1, **told)


def _story(story: EditionStory, text_of: TextOf) -> dict[str, Any]:
    return {
        "id": story.id,
        "title": _block(story.title),
        "from": story.source,
        "summary": _block(story.summary),
        "takeaways": [
            {"text": _block(one.text), "from": _block(_quotation(one, text_of))} if one.made_by == "editor" else _block(one.text)
            for one in story.takeaways
        ],
    }


def _block(words: str) -> str:
    """Words as a block of YAML (`|`), where no quote or colon needs care; what is read back is stripped."""
    return words + "\n" if words else ""


def _quotation(takeaway: Takeaway, text_of: TextOf) -> str:
    """The words of the article that a takeaway rests on."""
    return text_of(takeaway.article, takeaway.version)[takeaway.start : takeaway.end]
