"""The text of `digest edit` is what a person meant, or is refused with its line: whatever they made of it."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from digest.compose.manuscript import Revised, base_revision, read, write
from digest.language.translations import translator
from digest.model import EditionStory, StoryState, Takeaway
from digest.yaml_text import read_yaml, write_yaml
from tests.fuzz.editions import DECIDED, EDITION, NAMES, TRAY, check_edition, text_of
from tests.fuzz.hostile import broken
from tests.fuzz.promise import explored, storable, taken
from tests.fuzz.trees import damaged

WRITTEN = write(EDITION, DECIDED, translator("fr"), text_of)


def tell(id: str, theme: str) -> EditionStory:
    out = next(out for out in EDITION.left_out if out.id == id)
    quoted = Takeaway(TRAY, article=id, start=0, end=22, made_by="extract")
    return EditionStory(id, id, out.title, out.url, "La réserve", None, "fr", "", 1, (quoted,), articles=(id,))


def revised(text: str) -> Revised:
    base_revision(text)
    return read(text, EDITION, DECIDED, names=NAMES, text_of=text_of, tell=tell)


def check(text: str) -> None:
    found = taken(lambda: revised(text), len(text))
    if found is None:
        return
    check_edition(found.edition)
    assert storable(found.edition)
    kept = {id: state for id, state in {**DECIDED, **found.decided}.items() if state != "new"}
    again = write(found.edition, kept, translator("fr"), text_of)
    assert read(again, found.edition, kept, names=NAMES, text_of=text_of, tell=tell) == Revised(found.edition, {})


@explored(40)
@given(broken((WRITTEN,), 5000))
def test_text_of_an_edition(text: str) -> None:
    """Any text is an edition from which nothing is lost, that quotes its articles and comes back the same; or a YamlError."""
    check(text)


@explored(60)
@given(damaged(read_yaml(WRITTEN)))
def test_blocks_of_an_edition(tree: Any) -> None:
    """Blocks that are moved, lost, said twice or filled with anything: the same promise."""
    text = taken(lambda: write_yaml(tree), len(repr(tree)))
    if text is not None:
        check(text)


IDS = [out.id for out in EDITION.left_out] + [story.id for story in EDITION.stories]


@explored(40)
@given(
    st.lists(
        st.tuples(st.sampled_from(IDS), st.sampled_from(["held", "rejected", "ia", "europe", "tray", "ess-tech"])), max_size=4
    )
)
def test_stories_that_are_moved(moves: list[tuple[str, StoryState | str]]) -> None:
    """Stories moved between themes, held, rejected and the tray: the same promise."""
    tree: Any = read_yaml(WRITTEN)
    for id, to in moves:
        for theme in tree["themes"]:
            theme["stories"] = [story for story in theme["stories"] if story["id"] != id]
        for group in ("held", "rejected", "tray"):
            tree[group] = [story for story in tree[group] or [] if story["id"] != id]
        theme = next((theme for theme in tree["themes"] if theme["id"] == to), None)
        (theme["stories"] if theme else tree[to if to in ("held", "rejected") else "tray"]).append({"id": id})
    check(write_yaml(tree))
