"""One story, once: what is merged, what is not, and who leads."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.judge.signatures import signature
from digest.judge.stories import assign, group, is_whole
from digest.judge.titles import compare_titles, marks, read_title, words_of
from digest.model import Article, Kinship

PAIRS: list[dict[str, Any]] = [
    json.loads(line) for line in (Path(__file__).parent / "data/duplicates.jsonl").read_text(encoding="utf-8").splitlines()
]
DAY = datetime(2026, 11, 10, 9, tzinfo=UTC)
TEXT = (
    "La coopérative des Trois Rives publie le code de sa billetterie. Quarante théâtres associatifs pourront l'utiliser sans "
    "payer de commission, à condition de partager leurs corrections. Une équipe de deux personnes répondra aux questions "
    "pendant un an. Les premières salles l'essaieront en janvier, dans le Jura et en Savoie."
)


def article(id: str, title: str = "Une billetterie libre pour les théâtres associatifs", **fields: Any) -> Article:
    values = {
        "url": f"https://{id}.example/a",
        "source": id,
        "collected": DAY,
        "published": DAY,
        "dated_by": "author",
        "text": TEXT,
    }
    return Article(**{"id": id, "title": title, **values, **fields})


def side(pair: dict[str, Any], which: str, id: str) -> Article:
    data = pair[which]
    day = datetime.fromisoformat(data["published"]).replace(tzinfo=UTC)
    fields = {name: data[name] for name in ("url", "text", "lang") if name in data}
    return article(id, data["title"], collected=day, published=day, **fields)


def stories(kinships: Sequence[Kinship]) -> dict[str, str]:
    return {kinship.article: kinship.story for kinship in kinships}


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(2 * len(PAIRS))), st.integers(0, 2 * len(PAIRS)))
def test_the_order_of_the_arguments_does_not_matter(order: list[int], split: int) -> None:
    everything = [side(pair, which, f"{i}{which}") for i, pair in enumerate(PAIRS) for which in "ab"]
    first, second = everything[:split], everything[split:]
    known = [replace(known, story=kinship.story) for known, kinship in zip(_by_id(first), _kin_by_id(first), strict=True)]
    rank = {place: number for number, place in enumerate(order)}
    shuffled = sorted(second, key=lambda article: rank[everything.index(article)])
    assert assign(shuffled, known[::-1]) == assign(second, known)


def _by_id(articles: Sequence[Article]) -> list[Article]:
    return sorted(articles, key=lambda article: article.id)


def _kin_by_id(articles: Sequence[Article]) -> list[Kinship]:
    return sorted(assign(articles, []), key=lambda kinship: kinship.article)


def test_kinships_come_in_the_order_of_collection_then_of_ids() -> None:
    late = article("a", "Un autre sujet", text="", collected=DAY + timedelta(hours=1))
    kinships = assign([late, article("c"), article("b")], [])
    assert [kinship.article for kinship in kinships] == ["b", "c", "a"]


def test_an_article_alone_starts_a_story_named_after_it() -> None:
    assert assign([article("a")], []) == (Kinship("a", story="a", to=None, because="alone", score=0.0),)


def test_a_copy_joins_the_story_of_a_known_article_and_says_which_one_it_resembles() -> None:
    known = article("old", story="first", collected=DAY - timedelta(days=2))
    assert assign([article("new")], [known]) == (Kinship("new", story="first", to="old", because="copy", score=1.0),)


def test_two_known_stories_are_never_merged_by_an_article_that_resembles_both() -> None:
    known = [article("k1", story="k1"), article("k2", story="k2")]
    kinships = assign([article("new")], known)
    assert [(kinship.article, kinship.story) for kinship in kinships] == [("new", "k1")]


def test_a_new_version_of_a_known_article_does_not_resemble_itself() -> None:
    known = article("a", story="a")
    assert assign([replace(known, story="", version=2)], [known])[0].to is None


def test_three_copies_make_one_story() -> None:
    found = stories(assign([article("a"), article("b", text="Repris. " + TEXT), article("c", text=TEXT[:200] + "…")], []))
    assert set(found.values()) == {"a"}


def test_kept_signatures_give_the_same_stories() -> None:
    known, new = article("a", story="a"), article("b")
    kept = {one.id: signature(one) for one in (known, new)}
    assert assign([new], [known], signatures=kept) == assign([new], [known])


def test_a_signature_depends_on_the_words_alone() -> None:
    again = article("b", text=TEXT.upper().replace("'", "’"), collected=DAY + timedelta(days=9))
    assert signature(article("a")) == signature(again)
    assert signature(article("a")) != signature(article("a", text="Tout autre chose."))


@settings(deadline=None)
@given(st.text(max_size=300), st.text(max_size=120), st.text(max_size=100))
def test_any_text_can_be_compared(text: str, title: str, summary: str) -> None:
    one = article("a", title, text=text, summary=summary)
    assert len(assign([one, replace(one, id="b"), article("c")], [])) == 3


def test_articles_without_words_stay_apart() -> None:
    assert set(stories(assign([article("a", "", text=""), article("b", "", text="")], [])).values()) == {"a", "b"}


def test_a_title_alone_is_enough_only_when_it_is_long_and_of_the_same_hours() -> None:
    title = "Une billetterie libre pour les théâtres associatifs du Jura"
    one, two = article("a", title, text=""), article("b", title, text="")
    assert set(stories(assign([one, two], [])).values()) == {"a"}
    assert len(set(stories(assign([one, replace(two, published=DAY + timedelta(days=1))], [])).values())) == 2
    assert len(set(stories(assign([replace(one, title="Agenda"), replace(two, title="Agenda")], [])).values())) == 2


def test_the_same_short_text_a_week_later_is_another_issue() -> None:
    one = article("a", "Les rendez-vous du tiers-lieu", text="Retrouvez tous les rendez-vous dans notre agenda.")
    again = replace(one, id="b", published=DAY + timedelta(days=7))
    assert len(set(stories(assign([one, again], [])).values())) == 2


def test_words_that_a_site_puts_around_a_copy_do_not_hide_it() -> None:
    around = f"Lu dans la Gazette du Midi en décembre.\n\n{TEXT}\n\nRetrouvez toute la rédaction le 8, avec Télé Rives."
    own = f"Un récit de Alma Ruiz, en mars.\n\n{TEXT}\n\nÀ partager sans attendre avant le 9, avec Jeanne Lopez."
    assert set(stories(assign([article("a", text=around), article("b", text=own)], [])).values()) == {"a"}


@pytest.mark.parametrize(
    ("one", "two", "likeness"),
    [
        ("Un prix pour le libre", "[MàJ] Un prix pour le libre", "same"),
        ("Un prix pour le libre", "Un prix pour le libre | La Gazette", "same"),
        ("Un prix libre | L'Écho", "La Gazette – Un prix libre", "other"),  # too few words to be sure
        ("Un prix pour le logiciel libre associatif – L'Écho", "Un prix pour le logiciel libre associatif | Nos régions", "same"),
        ("EXCLUSIF : un prix pour le libre", "Un prix pour le libre", "same"),
        ("Un prix de 10 000 euros pour le libre", "Un prix de 10000 euros pour le libre", "same"),
        ("La conférence sur les communs numériques débute…", "La conférence sur les communs numériques débute à Arles", "same"),
        ("Lettre n° 12", "Lettre n° 13", "conflict"),
        ("Lettre de mars", "Lettre d'avril", "conflict"),
        ("Paheko 1.4.2", "Paheko 1.4.3", "conflict"),
        ("Le deuxième prix", "Le 3e prix", "conflict"),
        ("Le deuxième prix du libre", "Le 2e prix du libre", "near"),
        ("I volontari del libro", "Volontari del libro 2", "near"),  # "i" is no number
        ("Un prix pour le libre", "La fibre arrive au village", "other"),
        ("!?", "…", "other"),
    ],
)
def test_titles_are_alike_once_undressed_but_never_across_issues(one: str, two: str, likeness: str) -> None:
    assert compare_titles(read_title(one), read_title(two)) == likeness
    assert compare_titles(read_title(two), read_title(one)) == likeness


def test_numbers_and_dates_have_one_spelling() -> None:
    assert marks(words_of("Le premier lundi de février, 1 200 h, v2")) == {"1", "lundi", "fevrier", "1200", "v2"}


@pytest.mark.parametrize("title", [" " * 50_000, "a | " * 20_000, "[" * 50_000, "É" * 50_000, "L'" * 30_000])
def test_a_monstrous_title_costs_nothing(title: str) -> None:
    start = time.process_time()
    read_title(title)
    assert time.process_time() - start < 0.5


# ------------------------------------------------------------------------------------------------ group


def test_the_whole_text_leads_before_an_excerpt_published_earlier() -> None:
    excerpt = article("a", text=TEXT[:120] + "…", published=DAY - timedelta(hours=3), story="a")
    story = group([excerpt, article("b", story="a")])[0]
    assert (story.id, story.lead.id, [other.id for other in story.others]) == ("a", "b", ["a"])


def test_among_whole_texts_the_first_published_leads() -> None:
    reprint = article("a", text="Repris d'un confrère. " + TEXT, published=DAY + timedelta(days=1), story="x")
    assert group([reprint, article("b", story="x")])[0].lead.id == "b"


def test_an_article_with_an_address_leads_before_one_without() -> None:
    assert group([article("a", url=None, story="x"), article("b", story="x")])[0].lead.id == "b"


def test_each_outlet_has_its_turn_after_the_lead() -> None:
    def told(id: str, host: str, hours: int) -> Article:
        return article(id, url=f"https://{host}/{id}", published=DAY + timedelta(hours=hours), story="x")

    story = group(
        [told("a", "un.example", 0), told("b", "un.example", 1), told("c", "deux.example", 2), told("d", "deux.example", 3)]
    )
    assert [one.id for one in story[0].articles] == ["a", "c", "b", "d"]


@settings(deadline=None)
@given(st.permutations(range(5)))
def test_stories_come_in_one_order_whatever_the_order_of_articles(order: list[int]) -> None:
    articles = [article(str(i), story="1" if i < 2 else "", published=DAY - timedelta(days=i)) for i in range(5)]
    assert group([articles[i] for i in order]) == group(articles)
    assert [story.id for story in group(articles)] == ["4", "3", "2", "1"]


@pytest.mark.parametrize("end", ["…", "...", "[…]", "Lire la suite", "Continue reading…"])
def test_a_text_cut_short_is_not_whole(end: str) -> None:
    assert not is_whole(article("a", text=f"{TEXT} {end}"))
    assert is_whole(article("a"))
