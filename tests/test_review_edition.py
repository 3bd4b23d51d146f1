"""The page of an edition, as a person without JavaScript uses it, and as htmx does: what it shows, saves, and never loses."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from digest import desk as the_desk
from digest.compose.revising import change
from digest.config import load
from digest.language.translations import translator
from digest.model import Edition, EditionStory, LeftOut, Picture
from digest.opening import reader_of
from digest.review.article import blocks
from digest.review.gestures import MOST_HIGHLIGHTS, key
from digest.review.sign_in import hashed
from digest.review.tray import SHOWN, tray_of
from digest.store import open_store
from digest.store.accounts import Account

from .conftest import NOW, Digest
from .visitors import Answer, Desk, Visitor, open_desk

HERE = "/editions/2026-11"


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the draft that every test begins with is kept: it is made once."""
    return tmp_path_factory.mktemp("drafted")


@pytest.fixture
def letter(digest: Digest, starter: Path, drafted: Path) -> Path:
    """The starter newsletter with a draft."""
    kept = drafted / "lettre"
    if not kept.exists():
        assert digest("draft", "--quiet", folder=starter).code == 0
        shutil.copytree(starter, kept)
    return Path(shutil.copytree(kept, starter, dirs_exist_ok=True))


@pytest.fixture
def desk(letter: Path) -> Iterator[Desk]:
    with open_desk(letter) as desk:
        yield desk


@pytest.fixture
def owner(desk: Desk) -> Visitor:
    owner = desk.owner()
    owner.get(HERE)
    return owner


def last(folder: Path) -> Edition:
    config = load(folder / "sources.yaml")
    with open_store(config.database, reader_of(config)) as store:
        return the_desk.opened(store, "2026-11")


def first(folder: Path) -> EditionStory:
    return last(folder).stories[0]


def send(owner: Visitor, letter: Path, path: str, **fields: object) -> Answer:
    """Send a form of the page as it is now."""
    return owner.post(f"{HERE}/{path}", {"revision": last(letter).revision} | {"do": ""} | fields)


def plain(words: str) -> str:
    """With plain spaces and apostrophes, as `Answer.words`."""
    return re.sub("[\u00a0\u202f]", " ", words).replace("’", "'")


def by_camille(folder: Path, **words: str) -> Edition:
    """Someone else writes over the first story."""
    config = load(folder / "sources.yaml")
    with open_store(config.database, reader_of(config)) as store:
        edition = the_desk.opened(store, "2026-11")
        after = change(edition, edition.stories[0].id, lambda story: replace(story, **words))  # type: ignore[arg-type]
        return the_desk.revise(config, store, edition, after, by="Camille", now=NOW)


# ------------------------------------------------------------------------------------------------ what it shows


def test_it_shows_each_story_in_its_place_and_why_it_is_there(owner: Visitor, letter: Path) -> None:
    page = owner.get(HERE)
    edition, story = last(letter), first(letter)
    assert re.findall(r'id="story-(\w+)"', page.text) == [one.id for one in edition.stories]
    assert f"Sous ce thème pour : « {story.because[0].term} » (titre)" in page.words
    assert "64,9 points sur 100" in page.words
    assert "72 caractères" in page.words, "the subject is counted"
    assert f'src="{HERE}/email.html"' in page.text
    assert f'href="{HERE}/checks" class="button main"' in page.text, "the next action"


def test_an_unknown_edition_is_no_page(owner: Visitor) -> None:
    for path in ("/editions/2020-01", "/editions/2020-01/email.html", "/editions/2020-01/preview", f"{HERE}/stories/x/article"):
        assert owner.get(path).status == 404


def test_the_email_is_the_real_one_in_a_frame_where_nothing_acts(owner: Visitor, letter: Path) -> None:
    answer = owner.get(f"{HERE}/email.html")
    policy = answer.headers["Content-Security-Policy"]
    assert first(letter).title.replace("'", "&#39;") in answer.text
    assert "default-src 'none'" in policy
    assert "sandbox allow-same-origin;" in policy
    assert "allow-scripts" not in policy
    assert "frame-ancestors 'self'" in policy


def test_a_picture_is_served_out_of_the_store_and_no_other_file(owner: Visitor, letter: Path) -> None:
    config, name = load(letter / "sources.yaml"), "0123456789abcdef.png"
    with open_store(config.database, reader_of(config)) as store:
        store.keep_pictures({name: b"PNG", "fedcba9876543210.png": b"of another edition"})
        edition = the_desk.opened(store, "2026-11")
        picture = Picture(name, "", 100, 50, "https://a.example/a.png")
        after = change(edition, edition.stories[0].id, lambda story: replace(story, picture=picture))
        the_desk.revise(config, store, edition, after, by="Camille", now=NOW)
    found = owner.get(f"{HERE}/pictures/{name}")
    assert (found.body, found.headers["Content-Type"]) == (b"PNG", "image/png")
    assert f'src="pictures/{name}"' in owner.get(f"{HERE}/email.html").text
    for other in ("fedcba9876543210.png", "..%2Femail.html", "email.html", "0123456789abcdef.svg"):
        assert owner.get(f"{HERE}/pictures/{other}").status == 404


def test_the_text_of_an_article_has_its_quotations_marked(owner: Visitor, letter: Path) -> None:
    story = first(letter)
    page = owner.get(f"{HERE}/stories/{story.id}/article")
    assert f"<mark>{story.takeaways[0].text}</mark>" in page.text
    assert f'value="add:{story.article}-1-0-' in page.text, "the first sentence may become a takeaway"
    assert "<html" not in owner.get(f"{HERE}/stories/{story.id}/article", HX_Request="true").text


def test_an_article_is_never_trusted(owner: Visitor, letter: Path) -> None:
    bad = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    by_camille(letter, title=bad, summary=bad)
    for path in (HERE, f"{HERE}/email.html", f"{HERE}/stories/{first(letter).id}/article", f"{HERE}/preview?look=text"):
        text = owner.get(path).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text


def test_sentences_are_marked_where_a_takeaway_stands_even_in_part(letter: Path) -> None:
    story = first(letter)
    config = load(letter / "sources.yaml")
    with open_store(config.database, reader_of(config)) as store:
        text = store.text_of(story.article, 1)
    told = blocks(text, "fr", story.takeaways)
    marked = [sentence for block in told for sentence in block.sentences if sentence.quoted]
    assert {piece.text for one in marked for piece in one.pieces if piece.marked} == {one.text for one in story.takeaways}
    assert all(text[one.start : one.end] == one.text for block in told for one in block.sentences)


# ------------------------------------------------------------------------------------------------ words


def test_what_is_typed_is_saved_as_a_revision(owner: Visitor, letter: Path) -> None:
    story = first(letter)
    answer = send(owner, letter, f"stories/{story.id}", title="Un  titre\r\nà nous", summary="Deux mots.")
    assert answer.where == f"{HERE}#story-{story.id}"
    assert "Enregistré à 09:30" in owner.follow(answer).words
    now = first(letter)
    assert (now.title, now.summary) == ("Un titre à nous", "Deux mots.")
    send(owner, letter, "words", introduction="Bonjour,\r\n\r\nvoici novembre.", preheader="Trois idées.")
    edition = last(letter)
    assert (edition.introduction, edition.preheader, edition.revision) == ("Bonjour,\n\nvoici novembre.", "Trois idées.", 3)
    assert edition.subject.endswith("Un titre à nous"), "what the program wrote follows the stories"


def test_nothing_typed_saves_nothing(owner: Visitor, letter: Path) -> None:
    story = first(letter)
    same = {"title": story.title, "summary": story.summary} | {f"takeaway-{key(one)}": one.text for one in story.takeaways}
    send(owner, letter, f"stories/{story.id}", **same)
    send(owner, letter, f"stories/{story.id}", title="  ", **{f"takeaway-{key(story.takeaways[0])}": ""})
    send(owner, letter, "words", subject="")
    assert last(letter).revision == 1


def test_a_takeaway_in_other_words_is_shown_as_rewritten_with_a_way_back(owner: Visitor, letter: Path) -> None:
    story = first(letter)
    quotation = story.takeaways[1]
    answer = send(owner, letter, f"stories/{story.id}", **{f"takeaway-{key(quotation)}": "En plus court."})
    page = owner.follow(answer)
    assert (first(letter).takeaways[1].text, first(letter).takeaways[1].made_by) == ("En plus court.", "editor")
    assert f"<q>{quotation.text}</q>" in page.text
    assert "Réécrit. L'article dit :" in page.words
    send(owner, letter, f"stories/{story.id}", do=f"quote:{key(quotation)}")
    assert (first(letter).takeaways[1].text, first(letter).takeaways[1].made_by) == (quotation.text, "extract")


def test_a_takeaway_is_removed_and_another_chosen_in_the_article(owner: Visitor, letter: Path) -> None:
    story = first(letter)
    send(owner, letter, f"stories/{story.id}", do=f"remove:{key(story.takeaways[0])}")
    assert len(first(letter).takeaways) == 2
    page = owner.get(f"{HERE}/stories/{story.id}/article").text
    chosen = re.findall(r'value="(add:[^"]+)"', page)[0]
    send(owner, letter, f"stories/{story.id}", do=chosen)
    added = first(letter).takeaways[-1]
    assert added.start == 0
    assert added.text.endswith(".")


@pytest.mark.parametrize("which", ["ffffffffffffffff-1-0-10", "{article}-1-10-10", "{article}-1-0-99999", "x", "{article}-9-0-5"])
def test_only_words_of_the_article_become_a_takeaway(owner: Visitor, letter: Path, which: str) -> None:
    story = first(letter)
    send(owner, letter, f"stories/{story.id}", do="add:" + which.format(article=story.article))
    assert last(letter).revision == 1


def test_takeaways_are_put_in_order_by_their_buttons(owner: Visitor, letter: Path) -> None:
    story = first(letter)
    one, two, three = (key(takeaway) for takeaway in story.takeaways)

    def order() -> list[str]:
        return [key(takeaway) for takeaway in first(letter).takeaways]

    send(owner, letter, f"stories/{story.id}", do=f"earlier:{one}")
    send(owner, letter, f"stories/{story.id}", do=f"later:{three}")
    assert (order(), last(letter).revision) == ([one, two, three], 1), "nothing is above the first or under the last"
    page = owner.follow(send(owner, letter, f"stories/{story.id}", do=f"later:{one}"))
    assert order() == [two, one, three]
    assert f"L'ordre des points à retenir de « {plain(story.title)} » a changé" in page.words
    send(owner, letter, f"stories/{story.id}", do=f"earlier:{three}")
    assert order() == [two, three, one]
    send(owner, letter, "undo", do="undo")
    assert order() == [two, one, three]
    text = owner.get(HERE).text
    assert re.search(f'value="earlier:{two}" id="earlier-{two}" aria-disabled="true"', text)
    assert re.search(f'value="later:{two}" id="later-{two}" aria-label="', text)


def test_a_takeaway_quotes_only_a_part_of_its_sentence_and_the_top_follows(owner: Visitor, letter: Path) -> None:
    story, whole = first(letter), first(letter).takeaways[0]
    assert whole.text in owner.get(HERE).text.split(f'id="part-{key(whole)}"')[1].split("</textarea>")[0]
    assert last(letter).highlights[0].takeaway == whole
    typed = "  ".join(whole.text.split()[1:6]).replace("’", "'").replace("\xa0", " ")
    send(owner, letter, f"stories/{story.id}", do=f"part:{key(whole)}", **{f"part-{key(whole)}": typed})
    part = first(letter).takeaways[0]
    assert part.text == " ".join(whole.text.split(" ")[1:6]), "in the signs of the article"
    assert (part.made_by, part.article, part.version) == ("extract", whole.article, whole.version)
    assert whole.start < part.start < part.end < whole.end
    assert last(letter).highlights[0].takeaway == part
    send(owner, letter, f"stories/{story.id}", do=f"part:{key(part)}", **{f"part-{key(part)}": whole.text})
    assert first(letter).takeaways[0].text == whole.text, "and the whole sentence comes back"


@pytest.mark.parametrize("words", ["", "  ", "Des mots que personne n'a écrits", "{cut}", "{other}", "{turned}", "{more}"])
def test_only_words_of_that_sentence_may_be_kept_of_it(owner: Visitor, letter: Path, words: str) -> None:
    story = first(letter)
    one, two = story.takeaways[:2]
    values = {"cut": one.text[:-6], "other": two.text, "turned": " ".join(one.text.split()[::-1]), "more": one.text + " Bon."}
    words = words.format(**values)
    answer = send(owner, letter, f"stories/{story.id}", do=f"part:{key(one)}", **{f"part-{key(one)}": words})
    assert answer.status == 422
    assert "ces mots ne sont pas tels quels dans la phrase" in answer.words
    assert "enlevez des mots à son début ou à sa fin" in answer.words
    assert last(letter).revision == 1


def test_two_takeaways_never_quote_the_same_words(owner: Visitor, letter: Path) -> None:
    story, whole = first(letter), first(letter).takeaways[0]
    half = " ".join(whole.text.split(" ")[:4])
    send(owner, letter, f"stories/{story.id}", do=f"part:{key(whole)}", **{f"part-{key(whole)}": half})
    send(owner, letter, f"stories/{story.id}", do=f"add:{key(whole)}")
    answer = send(owner, letter, f"stories/{story.id}", do=f"part:{key(whole)}", **{f"part-{key(whole)}": half})
    assert "un autre point à retenir cite déjà ces mots" in answer.words
    assert len({key(one) for one in first(letter).takeaways}) == 4


def test_a_takeaway_that_is_gone_has_no_part_to_keep(owner: Visitor, letter: Path) -> None:
    story, whole = first(letter), first(letter).takeaways[0]
    send(owner, letter, f"stories/{story.id}", do=f"remove:{key(whole)}")
    answer = send(owner, letter, f"stories/{story.id}", do=f"part:{key(whole)}", **{f"part-{key(whole)}": whole.text})
    assert answer.status == 422


# ------------------------------------------------------------------------------------------------ places


def ids(folder: Path) -> list[list[str]]:
    return [[story.id for story in theme.stories] for theme in last(folder).themes]


def test_a_story_moves_up_down_and_over_the_edge_of_its_theme(owner: Visitor, letter: Path) -> None:
    before = ids(letter)
    one = before[0][0]
    send(owner, letter, f"stories/{one}", do="up")
    assert ids(letter) == before, "nothing is above the first"
    send(owner, letter, f"stories/{one}", do="down")
    assert ids(letter)[0][:2] == [before[0][1], one]
    edge = before[0][-1]
    send(owner, letter, f"stories/{edge}", do="down")
    assert ids(letter)[1][0] == edge
    send(owner, letter, f"stories/{edge}", do="up")
    assert ids(letter)[0][-1] == edge


def test_a_story_moves_to_another_theme_by_its_list_or_to_a_place_by_drag(owner: Visitor, letter: Path) -> None:
    one, two = ids(letter)[0][:2]
    send(owner, letter, f"stories/{one}", do="move", theme="europe")
    assert ids(letter)[1][-1] == one
    send(owner, letter, f"stories/{two}", do="place", to="europe", place="1")
    assert ids(letter)[1][1] == two
    assert send(owner, letter, f"stories/{one}", do="move", theme="nowhere").status == 409
    assert "Mis sous ce thème par l'équipe" in owner.get(HERE).words, "the evidence was for the other theme"


@pytest.mark.parametrize(("deed", "kept"), [("drop", None), ("hold", "held"), ("reject", "rejected")])
def test_a_story_that_leaves_comes_back_where_it_was(owner: Visitor, letter: Path, deed: str, kept: str | None) -> None:
    send(owner, letter, f"stories/{first(letter).id}", title="Un titre à nous")
    before = last(letter)
    story = before.stories[1]
    page = owner.follow(send(owner, letter, f"stories/{story.id}", do=deed))
    assert "a quitté ce numéro" in page.words
    config = load(letter / "sources.yaml")
    with open_store(config.database, reader_of(config)) as store:
        decision = store.editions.ledger().decisions.get(story.id)
    assert (decision.state if decision else None) == kept
    form = dict(re.findall(r'name="(story|from)" value="([^"]+)"', page.text))
    send(owner, letter, "words", introduction="Entre-temps.")
    send(owner, letter, "undo", do="undo", **form)
    after = last(letter)
    assert after.stories == before.stories
    assert after.highlights == before.highlights
    assert story.id not in {out.id for out in after.left_out}
    with open_store(config.database, reader_of(config)) as store:
        assert story.id not in store.editions.ledger().decisions


def test_the_last_gesture_is_taken_back(owner: Visitor, letter: Path) -> None:
    before = last(letter)
    page = owner.follow(send(owner, letter, f"stories/{before.stories[0].id}", do="down"))
    assert "L'ordre sous IA a changé" in page.words
    page = owner.follow(send(owner, letter, "undo", do="undo"))
    assert "Annulé : l'ordre sous IA a changé" in page.words
    assert last(letter).themes == before.themes
    assert last(letter).subject == before.subject


def test_an_undoing_says_what_was_undone_not_what_it_does(owner: Visitor, letter: Path) -> None:
    story = last(letter).stories[1]
    send(owner, letter, f"stories/{story.id}", do="drop")
    page = owner.follow(send(owner, letter, "undo", do="undo"))
    assert f"Annulé : « {plain(story.title)} » est retiré" in page.words
    assert "entre, sous" not in page.words
    send(owner, letter, f"stories/{story.id}", do="drop")
    back = owner.follow(send(owner, letter, "undo", do="undo", story=story.id, **{"from": last(letter).revision - 1}))
    assert f"« {plain(story.title)} » a retrouvé sa place." in back.words


def test_key_takeaways_are_chosen_ordered_and_never_more_than_five(owner: Visitor, letter: Path) -> None:
    before = last(letter)
    tops = [key(one.takeaway) for one in before.highlights]
    free = next(one for one in before.stories[0].takeaways if key(one) not in tops)
    send(owner, letter, f"stories/{before.stories[0].id}", do=f"top:{key(free)}")
    assert len(last(letter).highlights) == MOST_HIGHLIGHTS == len(tops), "full: nothing changed"
    send(owner, letter, "highlights", do=f"off:{tops[0]}")
    send(owner, letter, "highlights", do=f"up:{tops[2]}")
    send(owner, letter, f"stories/{before.stories[0].id}", do=f"top:{key(free)}")
    assert [key(one.takeaway) for one in last(letter).highlights] == [tops[2], tops[1], tops[3], tops[4], key(free)]
    send(owner, letter, f"stories/{before.stories[0].id}", do=f"top:{key(free)}")
    assert key(free) not in [key(one.takeaway) for one in last(letter).highlights]


# ------------------------------------------------------------------------------------------------ the tray


def test_the_tray_says_why_each_candidate_is_out_and_is_searched_without_accents(owner: Visitor, letter: Path) -> None:
    title = "Onze fédérations associatives"
    assert "même sujet que" in owner.get(HERE).words
    assert title in owner.get(f"{HERE}?q=onze+FEDERATIONS+sujet").words.split("Réserve")[-1]
    assert "Rien dans la réserve" in owner.get(f"{HERE}?q=z%C3%A8bre").words
    part = owner.get(f"{HERE}/tray?q=onze", HX_Request="true")
    assert "<html" not in part.text
    assert title in part.words
    assert owner.get(f"{HERE}/tray?q=a%26b").where == f"{HERE}?q=a%26b"


def test_a_long_tray_shows_its_best_and_counts_the_others(letter: Path) -> None:
    edition = replace(last(letter), left_out=tuple(LeftOut(f"{n:016x}", f"Titre {n}", None, "no-theme") for n in range(50)))
    tray = tray_of(edition, {}, translator("fr"))
    assert (len(tray.candidates), tray.found, tray.everything) == (SHOWN, 50, 50)
    assert tray_of(edition, {}, translator("fr"), "titre 49").found == 1


def test_a_story_comes_in_from_the_tray_in_the_words_it_had(owner: Visitor, letter: Path) -> None:
    story = first(letter)
    send(owner, letter, f"stories/{story.id}", title="Un titre à nous", do="hold")
    send(owner, letter, "tray", do=f"in:{story.id}", theme="europe")
    came = last(letter).themes[1].stories[-1]
    assert (came.id, came.title, came.takeaways) == (story.id, "Un titre à nous", story.takeaways)
    send(owner, letter, f"stories/{story.id}", do="drop")
    send(owner, letter, "tray", do=f"in:{story.id}", theme="")
    assert last(letter).themes[0].stories[-1].id == story.id, "under the theme that fits it best"
    assert send(owner, letter, "tray", do="in:ffffffffffffffff").status == 409


def test_an_article_is_told_apart_and_together_again(owner: Visitor, letter: Path) -> None:
    told = next(story for story in last(letter).stories if len(story.articles) > 1)
    other = next(article for article in told.articles if article != told.article)
    page = owner.follow(send(owner, letter, f"stories/{told.id}", title="Un titre à nous", do=f"split:{other}"))
    assert "est maintenant un sujet à part" in page.words
    apart = next(story for story in last(letter).stories if story.article == told.article)
    assert (apart.title, apart.articles, apart.also) == ("Un titre à nous", (told.article,), ())
    assert other in {out.id for out in last(letter).left_out}
    send(owner, letter, f"stories/{apart.id}", do="merge", other=other)
    again = next(story for story in last(letter).stories if story.article == told.article)
    assert (set(again.articles), len(again.also)) == (set(told.articles), 1)
    assert send(owner, letter, f"stories/{apart.id}", do=f"split:{apart.article}").status == 409
    assert send(owner, letter, f"stories/{apart.id}", do="merge", other=apart.id).status == 409


def test_an_article_that_another_story_tells_comes_in_as_a_story_of_its_own(owner: Visitor, letter: Path) -> None:
    out = next(out for out in last(letter).left_out if out.reason.startswith("duplicate-of"))
    count = len(last(letter).stories)
    page = owner.follow(send(owner, letter, "tray", do=f"in:{out.id}", theme="europe"))
    assert "entre, sous Europe" in page.words
    now = last(letter)
    assert len(now.stories) == count + 1
    assert now.themes[1].stories[-1].articles == (out.id,)
    assert all(len(story.articles) == 1 for story in now.stories)


def grouping(folder: Path) -> dict[str, str]:
    """The story of each article of the store."""
    config = load(folder / "sources.yaml")
    with open_store(config.database, reader_of(config)) as store:
        edition = the_desk.opened(store, "2026-11")
        ids = {id for story in edition.stories for id in story.articles} | {out.id for out in edition.left_out}
        return {article.id: article.story for id in ids if (article := store.find(id, ""))}


def test_telling_an_article_apart_is_undone_in_the_store_and_the_tray_too(owner: Visitor, letter: Path) -> None:
    before, grouped = last(letter), grouping(letter)
    told = next(story for story in before.stories if len(story.articles) > 1)
    for other in (article for article in told.articles if article != told.article):
        page = owner.follow(send(owner, letter, f"stories/{told.id}", title="Un titre à nous", do=f"split:{other}"))
        assert "Annuler" in page.text.split('class="just-done"')[1].split("</div>")[1]
        assert "a quitté ce numéro" not in page.words, "the story is there, whatever it is called by"
        assert grouping(letter) != grouped
        page = owner.follow(send(owner, letter, "undo", do="undo"))
        assert "Annulé : « " in page.words
        assert "est maintenant un sujet à part" in page.words
        after = last(letter)
        assert after.left_out == before.left_out
        assert next(story for story in after.stories if story.article == told.article).title == "Un titre à nous"
        assert [story.articles for story in after.stories] == [story.articles for story in before.stories]
        assert grouping(letter) == grouped


@pytest.mark.parametrize("from_tray", [False, True])
def test_telling_two_stories_together_is_undone_in_the_store_and_the_tray_too(
    owner: Visitor, letter: Path, from_tray: bool
) -> None:
    one, two = last(letter).stories[:2]
    if from_tray:
        send(owner, letter, f"stories/{two.id}", do="drop")
    before, grouped = last(letter), grouping(letter)
    page = owner.follow(send(owner, letter, f"stories/{one.id}", do="merge", other=two.id))
    assert f"« {plain(two.title)} » est maintenant raconté avec « {plain(one.title)} »" in page.words
    assert "a quitté ce numéro" not in page.words
    assert grouping(letter)[two.article] == one.id
    send(owner, letter, "undo", do="undo")
    after = last(letter)
    assert (after.stories, after.highlights, after.left_out) == (before.stories, before.highlights, before.left_out)
    assert grouping(letter) == grouped


@pytest.mark.parametrize("deed", ["split", "merge", "merge from the tray"])
def test_grouping_comes_back_with_an_old_revision_when_nobody_remembers_the_tray(owner: Visitor, letter: Path, deed: str) -> None:
    """The history brings any revision back, and `digest review` may have been started again."""
    told = next(story for story in last(letter).stories if len(story.articles) > 1)
    other = next(story for story in last(letter).stories if story.id != told.id)
    if deed == "merge from the tray":
        send(owner, letter, f"stories/{other.id}", do="drop")
    before, grouped = last(letter), grouping(letter)
    values = {"do": f"split:{told.articles[1]}"} if deed == "split" else {"do": "merge", "other": other.id}
    send(owner, letter, f"stories/{told.id}", **values)
    assert owner.post(f"{HERE}/history/{before.revision}", {"revision": last(letter).revision}).status == 303
    after = last(letter)
    assert after.stories == before.stories
    assert grouping(letter) == grouped
    tray = {out.id: out.reason for out in after.left_out}
    assert tray.keys() >= {out.id for out in before.left_out} - {told.id}
    assert tray.get(other.id) == ("rejected" if deed == "merge from the tray" else None)
    if deed == "split":
        assert tray.get(told.articles[1], f"duplicate-of:{told.id}") == f"duplicate-of:{told.id}"


def test_a_tray_that_was_filled_meanwhile_is_not_emptied_by_an_undoing(owner: Visitor, letter: Path) -> None:
    send(owner, letter, f"stories/{first(letter).id}", do="down")
    new = LeftOut("f" * 16, "Arrivé entre-temps", None, "arrived-later")
    config = load(letter / "sources.yaml")
    with open_store(config.database, reader_of(config)) as store:
        edition = the_desk.opened(store, "2026-11")
        store.editions.refresh_tray(replace(edition, left_out=(*edition.left_out, new)))
    send(owner, letter, "undo", do="undo")
    assert new in last(letter).left_out


def test_two_stories_of_the_edition_become_one(owner: Visitor, letter: Path) -> None:
    one, two = last(letter).stories[:2]
    send(owner, letter, f"stories/{one.id}", do="merge", other=two.id)
    now = last(letter)
    assert set(now.stories[0].articles) == {one.article, two.article}
    assert two.id not in {story.id for story in now.stories}
    assert next(out.reason for out in now.left_out if out.id == two.id) == f"duplicate-of:{one.article}"


# ------------------------------------------------------------------------------------------------ two people at once


def test_a_conflict_shows_both_and_the_person_chooses(owner: Visitor, letter: Path) -> None:
    story, seen = first(letter), last(letter).revision
    by_camille(letter, title="Le titre de Camille", summary="Le résumé de Camille.")
    mine = {"revision": seen, "title": "Mon titre", "summary": story.summary}
    answer = owner.post(f"{HERE}/stories/{story.id}", mine)
    assert answer.status == 409
    assert "enregistrée par Camille depuis que vous l'avez ouverte" in answer.words
    assert "Le titre de Camille" in answer.words
    assert ">Mon titre</textarea>" in answer.text
    assert first(letter).title == "Le titre de Camille", "nothing was overwritten"
    again = dict(re.findall(r'type="hidden" name="(revision|whole)" value="([^"]+)"', answer.text))
    assert owner.post(f"{HERE}/stories/{story.id}", again | {"title": "Mon titre"}).status == 303
    assert (first(letter).title, first(letter).summary) == ("Mon titre", "Le résumé de Camille.")


def test_a_gesture_on_what_someone_else_changed_is_asked_again(owner: Visitor, letter: Path) -> None:
    story, seen = first(letter), last(letter).revision
    by_camille(letter, title="Le titre de Camille")
    answer = owner.post(f"{HERE}/stories/{story.id}", {"revision": seen, "do": "drop", "title": story.title})
    assert answer.status == 409
    assert "Le faire quand même" in answer.words
    assert 'name="do" value="drop"' in answer.text
    assert story.id in {one.id for one in last(letter).stories}


def test_an_undoing_that_comes_late_takes_nothing_of_the_other_back(owner: Visitor, letter: Path) -> None:
    send(owner, letter, f"stories/{first(letter).id}", do="down")
    mine = last(letter).revision
    by_camille(letter, title="Le titre de Camille")
    answer = owner.post(f"{HERE}/undo", {"revision": mine, "do": "undo"})
    assert answer.status == 409
    assert "Garder la version enregistrée" in answer.words
    assert "Le faire quand même" not in answer.words
    gone = last(letter).stories[2]
    page = owner.follow(send(owner, letter, f"stories/{gone.id}", do="drop"))
    form = dict(re.findall(r'name="(story|from)" value="([^"]+)"', page.text))
    mine = last(letter).revision
    by_camille(letter, summary="Le résumé de Camille.")
    answer = owner.post(f"{HERE}/undo", {"revision": mine, "do": "undo", **form})
    again = dict(re.findall(r'type="hidden" name="(revision|do|story|from)" value="([^"]+)"', answer.text))
    assert owner.post(f"{HERE}/undo", again).status == 303
    assert (last(letter).stories[2].id, first(letter).summary) == (gone.id, "Le résumé de Camille.")


def test_a_takeaway_that_someone_else_removed_comes_back_with_what_was_typed(owner: Visitor, letter: Path) -> None:
    story, seen = first(letter), last(letter).revision
    field = f"takeaway-{key(story.takeaways[0])}"
    send(owner, letter, f"stories/{story.id}", do=f"remove:{key(story.takeaways[0])}")
    answer = owner.post(f"{HERE}/stories/{story.id}", {"revision": seen, field: "Mes mots."})
    assert "N'est plus dans le numéro" in answer.words
    send(owner, letter, f"stories/{story.id}", **{field: "Mes mots."})
    assert first(letter).takeaways[-1].text == "Mes mots."


def test_a_page_that_is_behind_and_where_nothing_was_typed_is_brought_up_to_date(owner: Visitor, letter: Path) -> None:
    story, seen = first(letter), last(letter).revision
    by_camille(letter, summary="Le résumé de Camille.")
    assert owner.post(f"{HERE}/stories/{story.id}", {"revision": seen, "title": story.title}).status == 303


def test_two_who_save_at_the_same_moment_lose_nothing(owner: Visitor, letter: Path) -> None:
    one, two = last(letter).stories[:2]
    with ThreadPoolExecutor(2) as both:
        answers = list(
            both.map(
                lambda story: owner.post(f"{HERE}/stories/{story.id}", {"revision": 1, "title": f"Titre de {story.id}"}),
                (one, two),
            )
        )
    assert sorted(answer.status for answer in answers) == [303, 409]
    late = (one, two)[answers[0].status == 303]
    send(owner, letter, f"stories/{late.id}", title=f"Titre de {late.id}")
    assert [story.title for story in last(letter).stories[:2]] == [f"Titre de {one.id}", f"Titre de {two.id}"]


@pytest.mark.parametrize(
    "deed", ["up:", "remove:", "quote:zz", "add:1-2-3-4", "split:", "split:zz", "merge", "top:x", "move", "place", "zz"]
)
def test_a_form_that_makes_no_sense_breaks_nothing(owner: Visitor, letter: Path, deed: str) -> None:
    stories = last(letter).stories
    for path in (f"stories/{stories[0].id}", "stories/zz", "highlights", "tray", "undo"):
        odd = {"story": "zz", "from": "x", "to": "zz", "place": "-1", "other": "zz", "theme": "zz"}
        assert send(owner, letter, path, do=deed, **(odd if path != "highlights" else {})).status in (303, 404, 409, 422)
    assert {story.id for story in last(letter).stories} == {story.id for story in stories}


@pytest.mark.parametrize("revision", ["", "0", "99", "-1", "abc", "9" * 30])
def test_a_form_of_no_revision_is_refused(owner: Visitor, letter: Path, revision: str) -> None:
    assert owner.post(f"{HERE}/words", {"revision": revision, "subject": "x"}).status == 403
    assert last(letter).revision == 1


# ------------------------------------------------------------------------------------------------ closed, and by htmx


def test_who_may_only_read_sees_no_form_and_changes_nothing(letter: Path) -> None:
    config = load(letter / "sources.yaml")
    with open_store(config.database, reader_of(config)) as store:
        store.accounts.save(Account("Alix", "reader", hashed("lire sans toucher")))
    with open_desk(letter, url="https://lettre.essai.example") as desk:
        reader = desk.signed_in("Alix", "lire sans toucher")
        page = reader.get(HERE)
        assert "<textarea" not in page.text
        assert "Votre compte permet de lire" in page.words
        story = first(letter).id
        for path in ("words", "highlights", "tray", "undo", f"stories/{story}"):
            assert reader.post(f"{HERE}/{path}", {"revision": 1, "do": "drop", "subject": "x"}).status == 403
    assert last(letter).revision == 1


def test_a_closed_edition_is_read_and_reopened_not_edited(owner: Visitor, letter: Path, digest: Digest) -> None:
    assert digest("approve", "2026-11", "--by", "Camille", folder=letter).code == 0
    page = owner.get(HERE)
    assert "Approuvé par Camille" in page.words
    assert "Numéro 2026-11 Approuvé" in page.words, "of the masculine, as a number is"
    assert f'action="{HERE}/reopen"' in page.text
    assert "<textarea" not in page.text
    answer = send(owner, letter, "words", introduction="Trop tard.")
    assert answer.status == 409
    assert last(letter).status == "approved"


def test_htmx_gets_what_follows_from_words_and_the_whole_sheet_after_a_deed(owner: Visitor, letter: Path) -> None:
    story = first(letter)
    form = {"revision": 1, "title": "Un titre à nous"}
    answer = owner.post(f"{HERE}/stories/{story.id}", form, HX_Request="true")
    event = json.loads(answer.headers["HX-Trigger"])["saved"]
    assert (event["revision"], event["fields"]["subject"]) == (2, last(letter).subject)
    assert "<textarea" not in answer.text, "nothing that is being typed is replaced"
    assert "Enregistré à 09:30" in answer.words
    answer = owner.post(f"{HERE}/stories/{story.id}", {"revision": 2, "do": "hold"}, HX_Request="true")
    assert json.loads(answer.headers["HX-Trigger"])["saved"]["focus"] == f"undo-{story.id}"
    assert answer.text.count("<article") == len(last(letter).stories)
    conflict = owner.post(f"{HERE}/words", {"revision": 1, "introduction": "Moi."}, HX_Request="true")
    assert (conflict.status, conflict.headers["HX-Retarget"]) == (200, "#conflict")


def test_a_regrouping_that_meets_a_conflict_changes_nothing_in_the_store(owner: Visitor, letter: Path) -> None:
    told = next(story for story in last(letter).stories if len(story.articles) > 1)
    other = next(article for article in told.articles if article != told.article)
    by_camille(letter, title="Le titre de Camille")
    assert owner.post(f"{HERE}/stories/{told.id}", {"revision": 1, "do": f"split:{other}"}).status == 409
    config = load(letter / "sources.yaml")
    with open_store(config.database, reader_of(config)) as store:
        assert {article.id for article in store.stories({told.id})} == set(told.articles)
