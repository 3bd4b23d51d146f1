"""The quality gate holds today, and keeps its own rules."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from digest.judge.themes import Themes
from digest.language.sentences import sentences
from digest.model import Article, MadeBy, Takeaway
from digest.settings import Theme

from . import quality


@pytest.fixture
def floors(tmp_path: Path) -> Path:
    file = tmp_path / "quality.json"
    file.write_text('{"a": 0.8, "b": 0.5}', encoding="utf-8")
    return file


def gate(floors: Path, scores: dict[str, float], *words: str) -> int:
    return quality.main(list(words), pinned=floors, measure=lambda: quality.Measured(scores, ("a: missed",)))


def kept(floors: Path) -> dict[str, float]:
    return dict(json.loads(floors.read_text(encoding="utf-8")))


def test_the_program_judges_as_well_as_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    assert quality.main([]) == 0, capsys.readouterr().out


def test_every_kind_of_judgement_is_pinned() -> None:
    assert {name.partition(".")[0] for name in quality.read_floors(quality.PINNED)} == {"themes", "duplicates", "takeaways"}


def test_each_score_is_told_with_its_floor_and_the_command_to_pin_it_again(
    floors: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gate(floors, {"a": 0.9, "b": 0.5}) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.split() == ["ok", "a", "0.900", "floor", "0.800", *quality.COMMAND.split(), "--pin", "a"]
    assert second.startswith("ok   b")


def test_a_score_under_its_floor_fails_and_the_command_to_accept_it_says_lower(
    floors: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gate(floors, {"a": 0.7999, "b": 0.6}) == 1
    misses, first, _ = capsys.readouterr().out.splitlines()
    assert misses == "a: missed"
    assert first.startswith("FAIL a ")
    assert first.endswith("--pin a --lower")


def test_what_is_missed_is_shown_when_asked(floors: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gate(floors, {"a": 0.9, "b": 0.5})
    assert "missed" not in capsys.readouterr().out
    gate(floors, {"a": 0.9, "b": 0.5}, "--misses")
    assert "missed" in capsys.readouterr().out


def test_a_score_that_is_not_pinned_fails_and_so_does_a_floor_that_nothing_measures(floors: Path) -> None:
    assert gate(floors, {"a": 0.9, "b": 0.6, "c": 1.0}) == 1
    assert gate(floors, {"a": 0.9}) == 1


def test_pinning_raises_floors_to_the_present_scores_rounded_down(floors: Path) -> None:
    assert gate(floors, {"a": 0.87654, "b": 0.5, "c": 1.0}, "--pin") == 0
    assert kept(floors) == {"a": 0.876, "b": 0.5, "c": 1.0}


def test_pinning_one_leaves_the_others(floors: Path) -> None:
    assert gate(floors, {"a": 0.9, "b": 0.9}, "--pin", "b") == 0
    assert kept(floors) == {"a": 0.8, "b": 0.9}


@pytest.mark.parametrize("scores", [{"a": 0.7, "b": 0.9}, {"b": 0.9}])
def test_lowering_a_floor_takes_the_flag(floors: Path, scores: dict[str, float], capsys: pytest.CaptureFixture[str]) -> None:
    before = kept(floors)
    assert gate(floors, scores, "--pin") == 1
    assert "--pin a --lower" in capsys.readouterr().err
    assert kept(floors) == before
    assert gate(floors, scores, "--pin", "a", "--lower") == 0
    assert kept(floors).get("a") == scores.get("a")
    assert kept(floors)["b"] == 0.5


def test_a_name_that_nothing_has_is_told(floors: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert gate(floors, {"a": 0.9, "b": 0.9}, "--pin", "z") == 1
    assert "z" in capsys.readouterr().err


def test_precision_and_recall_are_those_of_the_textbook() -> None:
    verdicts = [(True, True), (True, True), (True, True), (True, False), (False, True), (False, False)]
    assert quality.precision_recall(verdicts) == (0.75, 0.75)
    assert quality.precision_recall([(True, False), (True, True)]) == (1.0, 0.5)
    assert quality.precision_recall([(False, False)]) == (1.0, 1.0)


def test_themes_are_scored_each_then_all() -> None:
    themes = Themes([Theme(id="ia", name="IA", words=("IA",)), Theme(id="ue", name="UE", words=("Europe",))])
    items = [
        {"title": "L'IA au musée", "text": "", "lang": "fr", "labels": ["ia"]},
        {"title": "Une IA de trop", "text": "", "lang": "fr", "labels": []},
        {"title": "L'Europe avance", "text": "", "lang": "fr", "labels": ["ue"]},
    ]
    measured = quality.measure_themes(items, themes)
    assert measured.misses == ("themes: Une IA de trop: wanted [], given ['ia']",)
    assert measured.scores == {
        "themes.macro_f1": pytest.approx((2 / 3 + 1) / 2),
        "themes.ia.precision": 0.5,
        "themes.ia.recall": 1.0,
        "themes.ue.precision": 1.0,
        "themes.ue.recall": 1.0,
    }


def test_a_pair_merged_by_mistake_costs_precision_and_a_pair_missed_recall() -> None:
    merged, missed = dict(quality.rows("duplicates")[0]), dict(quality.rows("duplicates")[0])
    assert merged["same"], "the first pair tells one story"
    other = {**missed["b"], "title": "Tout autre chose", "text": "Rien de commun ici, ni de près ni de loin."}
    measured = quality.measure_duplicates([missed, {**merged, "same": False}, {**missed, "b": other}])
    assert (measured.scores["duplicates.precision"], measured.scores["duplicates.recall"]) == (0.5, 0.5)
    assert len([miss for miss in measured.misses if miss.startswith("duplicates: ")]) == 2


def test_pairs_are_judged_in_one_store_as_well() -> None:
    pairs = [pair for pair in quality.rows("duplicates") if pair["same"]][:1]
    (pair,) = pairs
    other = {"title": "Tout autre chose", "text": "Rien de commun, ni de près ni de loin."}
    apart = {**pair, "same": False, "b": {**pair["b"], **other}}
    scores = quality.measure_duplicates([pair, apart]).scores
    assert set(scores) == {f"duplicates{where}.{what}" for where in ("", ".together") for what in ("precision", "recall")}
    assert scores["duplicates.together.precision"] == 1.0


def chosen(*texts: str, made_by: MadeBy = "extract") -> Callable[[Article], Sequence[Takeaway]]:
    """Chooses these words of any article."""

    def choose(article: Article) -> Sequence[Takeaway]:
        starts = [(article.text.index(text), text) for text in texts]
        return [Takeaway(article.text, article.id, start, start + len(text), made_by) for start, text in starts]

    return choose


EXTRACT = {"title": "T", "lang": "fr", "text": "Une. Deux. Trois. Quatre. Cinq.", "good": ["Une.", "Deux.", "Trois.", "Quatre."]}
SECTION = {"title": "T", "lang": "fr", "text": "## À retenir\n\n- Une.\n- Deux.", "section": ["Une.", "Deux."]}


@pytest.mark.parametrize(
    ("item", "choose", "precision", "recall"),
    [
        (EXTRACT, chosen("Une.", "Trois.", "Quatre."), 1.0, 1.0),
        (EXTRACT, chosen("Une.", "Trois.", "Cinq."), 2 / 3, 2 / 3),
        (EXTRACT, chosen("Une."), 1.0, 1 / 3),
        (EXTRACT, chosen("Une.", made_by="section"), 0.0, 0.0),
        (SECTION, chosen("Une.", "Deux.", made_by="section"), 1.0, 1.0),
        (SECTION, chosen("Une.", made_by="section"), 1.0, 0.5),
        (SECTION, chosen("Une.", "Deux."), 0.0, 0.0),
        (SECTION, chosen(), 1.0, 0.0),
    ],
)
def test_takeaways_are_scored_on_what_an_author_or_a_reader_would_keep(
    item: dict[str, object], choose: Callable[[Article], Sequence[Takeaway]], precision: float, recall: float
) -> None:
    kind = "section" if item is SECTION else "extract"
    scores = quality.measure_takeaways([item], choose).scores
    found = (scores[f"takeaways.{kind}.precision"], scores[f"takeaways.{kind}.recall"])
    assert found == pytest.approx((precision, recall))


def test_the_first_three_sentences_do_worse_than_the_program() -> None:
    def first_three(article: Article) -> Sequence[Takeaway]:
        spans = sentences(article.text, article.lang)[:3]
        return [Takeaway(article.text, article.id, start, end, "extract") for start, end in spans]

    items = [row for row in quality.rows("takeaways") if "good" in row]
    first, program = quality.measure_takeaways(items, first_three).scores, quality.measure_takeaways(items).scores
    assert first["takeaways.extract.precision"] < program["takeaways.extract.precision"] - 0.15


def test_the_labels_of_takeaways_are_words_of_their_articles() -> None:
    for row in quality.rows("takeaways"):
        assert all(words in row["text"] for words in row.get("section", row.get("good"))), row["title"]
