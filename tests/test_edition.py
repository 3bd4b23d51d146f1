"""An edition says what its articles say, and of itself only what is true."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from digest.compose.edition import compose, print_themes, shorten, summary
from digest.errors import SpanError
from digest.judge.highlights import highlights
from digest.language.translations import translator
from digest.model import Article, Edition, Evidence, Period, Story, Takeaway, ThemeMatch
from digest.settings import Newsletter, Settings

Make = Callable[..., Article]
NOVEMBER = Period(datetime(2026, 10, 31, 23, tzinfo=UTC), datetime(2026, 11, 30, 23, tzinfo=UTC))


def quoting(article: Article, words: str) -> Takeaway:
    start = article.text.index(words)
    return Takeaway(article.text, article=article.id, start=start, end=start + len(words), made_by="extract")


def made(settings: Settings, stories: list[Story], *, newsletter: Newsletter | None = None) -> Edition:
    newsletter = newsletter or settings.newsletter
    takeaways = {story.id: (quoting(story.lead, story.lead.text.split(". ")[0]),) for story in stories}
    themes = print_themes([("ia", stories)], themes=settings.themes, takeaways=takeaways, language="fr")
    return compose(
        "2026-11",
        newsletter=newsletter,
        translator=translator(newsletter.language),
        period=NOVEMBER,
        themes=themes,
        highlights=highlights(themes, language="fr"),
        now=datetime(2026, 11, 24, tzinfo=UTC),
    )


def story(article: Article, **fields: object) -> Story:
    match = ThemeMatch("ia", 0.9, (Evidence("intelligence artificielle", "title", 0.6),))
    return replace(Story(article.id, article, themes=(match,)), **fields)  # type: ignore[arg-type]  # from the tests


def test_a_takeaway_that_quotes_nothing_cannot_be_constructed() -> None:
    for start, end in ((0, 0), (-1, 3), (2, 99), (5, 2), (3, 4)):
        with pytest.raises(SpanError):
            Takeaway("Une phrase.", article="a", start=start, end=end, made_by="extract")


def test_only_an_editor_has_words_of_its_own() -> None:
    edited = Takeaway("Une phrase.", article="a", start=0, end=11, made_by="editor", words="Autrement dit.")
    assert edited.text == "Autrement dit."
    with pytest.raises(SpanError):
        Takeaway("Une phrase.", article="a", start=0, end=11, made_by="extract", words="Autrement dit.")
    with pytest.raises(SpanError):
        Takeaway("Une phrase.", article="a", start=0, end=11, made_by="editor")


def test_a_summary_is_the_articles_own_first_sentences(article: Make) -> None:
    text = "Une première phrase assez courte. Une deuxième qui la suit. Une troisième de trop.\n\n## Suite\n\nLe corps."
    assert summary(article(text=text), ()) == "Une première phrase assez courte. Une deuxième qui la suit."
    assert summary(article(text=text, summary="Le chapeau de l'autrice."), ()) == "Le chapeau de l'autrice."
    assert summary(article(text="## Titre\n\n- un point\n- un autre"), ()) == ""


def test_a_summary_does_not_say_a_takeaway_again(article: Make) -> None:
    piece = article(text="Le chiffre est de douze. Il a doublé en un an.")
    assert summary(piece, [quoting(piece, "Il a doublé en un an.")]) == "Le chiffre est de douze."
    assert summary(piece, [quoting(piece, "Le chiffre est de douze.")]) == "", "what follows would hang in the air"


def test_a_story_is_printed_with_what_it_says_of_itself(settings: Settings, article: Make) -> None:
    lead = article(text="Un premier fait. " + "mot " * 500, also_in=("Le Relais",))
    other = article(id="b" * 16, title="Le même fait", source="L'Écho", url="https://echo.example/b")
    (printed,) = made(settings, [story(lead, others=(other,))]).stories
    assert printed.reading_minutes == 3
    assert [also.source for also in printed.also] == ["L'Écho", "Le Relais"]
    assert printed.because[0].term == "intelligence artificielle"
    assert printed.takeaways[0].text == "Un premier fait"


def test_the_introduction_and_the_subject_are_in_french(settings: Settings, article: Make) -> None:
    edition = made(settings, [story(article()), story(article(id="b" * 16, title="Un autre"))])
    assert edition.introduction.startswith("Ce mois-ci, 2 articles à lire")
    assert edition.subject == "Le fil d'essai – novembre 2026"
    assert (edition.status, edition.revision) == ("planned", 0)


def test_the_subject_may_hold_the_leading_title_and_stays_short(settings: Settings, article: Make) -> None:
    newsletter = settings.newsletter.model_copy(update={"subject": "{month} : {lead} ({edition})"})
    long = "Une association de quartier découvre que son logiciel de comptabilité décide à sa place depuis des mois"
    subject = made(settings, [story(article(title=long))], newsletter=newsletter).subject
    assert subject.startswith("novembre 2026\N{NO-BREAK SPACE}: Une association de quartier")
    assert subject.endswith("… (2026-11)")
    assert len(subject) <= 78


def test_a_name_with_braces_is_only_a_name(settings: Settings, article: Make) -> None:
    newsletter = settings.newsletter.model_copy(update={"subject": "{lead}"})
    assert made(settings, [story(article(title="Le {mois} d'après"))], newsletter=newsletter).subject == "Le {mois} d'après"


def test_shortened_text_ends_between_words() -> None:
    assert shorten("un deux trois", 20) == "un deux trois"
    assert shorten("un deux, trois", 10) == "un deux…"
    assert shorten("anticonstitutionnellement", 10) == "anticonst…"


def test_a_title_shortened_twice_has_one_ellipsis() -> None:
    assert shorten("un deux… et trois quatre", 10) == "un deux…"
