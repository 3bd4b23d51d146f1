"""The quality gate: how well the program judges the data written for it, never below the floors pinned in quality.json.

    python -m tests.quality                       each score, its floor and the command that pins it again; exit 1 under a floor
    python -m tests.quality --misses              what is judged otherwise than labelled, as well
    python -m tests.quality --pin [NAME ...]      raise floors to the present scores: all of them, or those named
    python -m tests.quality --pin NAME --lower    lower one, on purpose

The data in tests/data/ are invented; what they measure is the shipped sources.yaml and the rules of digest/judge/.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from digest.judge.stories import assign
from digest.judge.takeaways import takeaways
from digest.judge.themes import Themes
from digest.model import Article, Takeaway
from digest.settings import Limits, parse
from digest.yaml_text import read_yaml

ROOT = Path(__file__).parent.parent
DATA = Path(__file__).parent / "data"
PINNED = Path(__file__).parent / "quality.json"
COMMAND = ".venv/bin/python -m tests.quality"
DAY = datetime(2026, 11, 20, 9, tzinfo=UTC)

MOST_TAKEAWAYS = Limits().takeaways_per_story

Row = Mapping[str, Any]
Scores = Mapping[str, float]


@dataclass(frozen=True)
class Measured:
    """Scores from 0 to 1 by name (`themes.ia.precision`), and a line for each item judged otherwise than labelled."""

    scores: Scores
    misses: tuple[str, ...] = ()


def main(words: Sequence[str] | None = None, *, pinned: Path = PINNED, measure: Callable[[], Measured] | None = None) -> int:
    """The command; 0 when every score keeps its floor, or when the floors were pinned."""
    parser = argparse.ArgumentParser(prog=COMMAND, description="The quality gate: scores on tests/data against their floors.")
    parser.add_argument("--pin", nargs="*", metavar="NAME", help="raise floors to the present scores: these, or all")
    parser.add_argument("--lower", action="store_true", help="with --pin, let a floor go down")
    parser.add_argument("--misses", action="store_true", help="show what is judged otherwise than labelled")
    asked = parser.parse_args(words)
    measured, floors = (measure or measure_today)(), read_floors(pinned)
    scores = measured.scores
    if asked.pin is None:
        lines = [verdict(name, scores.get(name), floors.get(name)) for name in sorted(scores.keys() | floors.keys())]
        holds = all(line.holds for line in lines)
        misses = measured.misses if asked.misses or not holds else ()
        sys.stdout.write("\n".join([*misses, *(line.text for line in lines)]) + "\n")
        return 0 if holds else 1
    try:
        floors = repinned(scores, floors, names=asked.pin, lower=asked.lower)
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    pinned.write_text(json.dumps(dict(sorted(floors.items())), indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(floors)} floors are pinned in {pinned.name}; read the diff before committing\n")
    return 0


# ------------------------------------------------------------------------------------------------ the rules


@dataclass(frozen=True)
class Verdict:
    """Whether one score keeps its floor, in a line for a person."""

    holds: bool
    text: str


def verdict(name: str, score: float | None, floor: float | None) -> Verdict:
    """A score without a floor, or a floor that nothing measures any more, is a failure too."""
    holds = score is not None and floor is not None and score >= floor
    shown = "not measured" if score is None else f"{score:.3f}"
    wanted = "not pinned" if floor is None else f"{floor:.3f}"
    flag = " --lower" if not holds and floor is not None else ""
    return Verdict(holds, f"{'ok  ' if holds else 'FAIL'} {name:<30} {shown:>7}  floor {wanted:>7}  {COMMAND} --pin {name}{flag}")


def repinned(scores: Scores, floors: Scores, *, names: Iterable[str] = (), lower: bool = False) -> dict[str, float]:
    """The floors at the present scores, rounded down to three decimals. Raises ValueError for one that would go down unasked."""
    wanted = list(names) or sorted(scores.keys() | floors.keys())
    if unknown := [name for name in wanted if name not in scores and name not in floors]:
        raise ValueError(f"nothing is measured under the name {', '.join(unknown)}")
    pinned = dict(floors)
    for name in wanted:
        floor = math.floor(scores[name] * 1000 + 1e-9) / 1000 if name in scores else None
        if name in floors and (floor is None or floor < floors[name]) and not lower:
            raise ValueError(f"{name}: the floor is {floors[name]:.3f}, the score {floor}; to lower it: --pin {name} --lower")
        if floor is None:
            pinned.pop(name)
        else:
            pinned[name] = floor
    return pinned


def read_floors(file: Path) -> dict[str, float]:
    """The floors pinned in a file; none when it does not exist yet."""
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else {}


# ------------------------------------------------------------------------------------------------ the measures


def measure_today() -> Measured:
    """Everything that is measured."""
    parts = (measure_themes(rows("themes")), measure_duplicates(rows("duplicates")), measure_takeaways(rows("takeaways")))
    scores = {name: score for part in parts for name, score in part.scores.items()}
    return Measured(scores, tuple(miss for part in parts for miss in part.misses))


def rows(name: str) -> list[Row]:
    """The items of one file of tests/data."""
    return [json.loads(line) for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def measure_themes(items: Iterable[Row], themes: Themes | None = None) -> Measured:
    """Macro F1, and precision and recall of each theme that the items know, by the shipped sources.yaml unless told otherwise."""
    themes = themes or shipped_themes()
    items = list(items)
    verdicts = [(set(item["labels"]), {match.id for match in themes.judge(_headline(item))}) for item in items]
    scores: dict[str, float] = {}
    balanced = []
    for name in sorted({label for item in items for label in item["labels"]}):
        precision, recall = precision_recall([(name in want, name in got) for want, got in verdicts])
        balanced.append(2 * precision * recall / (precision + recall) if precision + recall else 0.0)
        scores |= {f"themes.{name}.precision": precision, f"themes.{name}.recall": recall}
    misses = tuple(
        f"themes: {item['title']}: wanted {sorted(want)}, given {sorted(got)}"
        for item, (want, got) in zip(items, verdicts, strict=True)
        if want != got
    )
    return Measured({"themes.macro_f1": sum(balanced) / len(balanced), **scores}, misses)


def measure_duplicates(pairs: Iterable[Row]) -> Measured:
    """Precision and recall of "these two tell the same news": each pair alone, then all of them in one store."""
    pairs = list(pairs)
    sides = [(_side(pair["a"], f"{i:04}a"), _side(pair["b"], f"{i:04}b")) for i, pair in enumerate(pairs)]
    alone = [story[a.id] == story[b.id] for a, b in sides for story in [_stories([a, b])]]
    stories = _stories([side for pair in sides for side in pair])
    together = [stories[a.id] == stories[b.id] for a, b in sides]
    scores: dict[str, float] = {}
    misses = []
    for name, found in (("duplicates", alone), ("duplicates.together", together)):
        wanted = [bool(pair["same"]) for pair in pairs]
        precision, recall = precision_recall(list(zip(wanted, found, strict=True)))
        scores |= {f"{name}.precision": precision, f"{name}.recall": recall}
        misses += [
            f"{name}: {pair['kind']}: {'merged' if same else 'kept apart'}: {pair['a']['title']}"
            for pair, same in zip(pairs, found, strict=True)
            if same != pair["same"]
        ]
    return Measured(scores, tuple(misses))


def _stories(articles: Sequence[Article]) -> dict[str, str]:
    return {kinship.article: kinship.story for kinship in assign(articles, [])}


def measure_takeaways(items: Iterable[Row], choose: Callable[[Article], Sequence[Takeaway]] | None = None) -> Measured:
    """Precision and recall of the author's own points, and of the sentences chosen where there are none.

    An item has either the points of its `section`, or the `good` sentences, of which three are enough. What stands in
    neither list (questions, credits, calls to subscribe, "Cela…") was judged not worth it by whoever labelled the item.
    """
    choose = choose or _usual_takeaways
    verdicts: dict[str, list[tuple[bool, bool]]] = {"section": [], "extract": []}
    misses = []
    for item in items:
        kind = "section" if "section" in item else "extract"
        wanted = item["section"][:MOST_TAKEAWAYS] if kind == "section" else item["good"]
        given = [one.text if one.made_by == kind else f"{one.made_by}: {one.text}" for one in choose(_headline(item))]
        right = [words for words in given if words in wanted]
        lacking = min(MOST_TAKEAWAYS, len(wanted)) - len(right)
        verdicts[kind] += [(words in wanted, True) for words in given] + [(True, False)] * lacking
        misses += [f"takeaways: {item['title']}: {words}" for words in given if words not in wanted]
    scores: dict[str, float] = {}
    for kind, found in verdicts.items():
        precision, recall = precision_recall(found)
        scores |= {f"takeaways.{kind}.precision": precision, f"takeaways.{kind}.recall": recall}
    return Measured(scores, tuple(misses))


def _usual_takeaways(article: Article) -> Sequence[Takeaway]:
    return takeaways(article, limit=MOST_TAKEAWAYS, quoted_words=Limits().quoted_words_per_article)


def precision_recall(verdicts: Sequence[tuple[bool, bool]]) -> tuple[float, float]:
    """Of pairs (wanted, given): how many of those given were wanted, how many of those wanted were given; 1 of nothing."""
    both = sum(want and got for want, got in verdicts)
    given, wanted = sum(got for _, got in verdicts), sum(want for want, _ in verdicts)
    return both / given if given else 1.0, both / wanted if wanted else 1.0


def shipped_themes() -> Themes:
    """The themes that a newcomer gets."""
    return Themes(parse(read_yaml((ROOT / "sources.yaml").read_text(encoding="utf-8"))).themes)


def _headline(item: Row) -> Article:
    return Article(
        id="0" * 16, url=None, title=item["title"], source="La gazette", collected=DAY, text=item["text"], lang=item["lang"]
    )  # fmt: skip


def _side(side: Row, id: str) -> Article:
    day = datetime.fromisoformat(side["published"]).replace(tzinfo=UTC)
    return Article(
        id=id,
        url=side.get("url", f"https://{id}.example/a"),
        title=side["title"],
        source=id,
        collected=day,
        published=day,
        dated_by="author",
        text=side["text"],
        lang=side.get("lang", "fr"),
    )


if __name__ == "__main__":
    sys.exit(main())
