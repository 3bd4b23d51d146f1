# ruff: noqa: E501 - cases are kept on one line
"""What a careful sender looks at: each check has an email that fails it and one that passes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from digest.compose.checks import check, link_addresses
from digest.compose.edition import compose
from digest.compose.reasons import said
from digest.compose.render import CLIP_BYTES, render
from digest.errors import GatherError
from digest.language.translations import translator
from digest.model import (
    Also,
    Edition,
    EditionStory,
    EditionTheme,
    Finding,
    Level,
    LinkState,
    RenderedEmail,
    SourceReport,
)
from digest.resources import folder
from digest.settings import Brand, Limits, Newsletter, Sender
from tests.editions import edition, many, nasty, newsletter, sample, story

FRENCH = translator("fr")


@dataclass(frozen=True)
class Proof:
    """A takeaway beside its article, as `digest.formats.prove` tells it."""

    article: str
    version: int
    start: int
    end: int
    text: str
    holds: bool = True


def proofs_of(an_edition: Edition) -> list[Proof]:
    quoted = [takeaway for story in an_edition.stories for takeaway in story.takeaways]
    return [Proof(each.article, each.version, each.start, each.end, each.text) for each in quoted]


def sound(*stories: EditionStory, **changes: Any) -> Edition:
    """A small edition in which there is nothing to say against anything, but for `changes`."""
    plain = [
        story(
            f"Une association {name} ses outils",
            summary="Un retour d’expérience.",
            quotes=(f"{name.title()} a pris un an.",),
            url=f"https://exemple.example/{name}",
        )
        for name in ("partage", "répare", "publie")
    ]
    values = {"introduction": "Bonjour, voici trois lectures pour ce mois-ci."} | changes
    return edition((EditionTheme("ia", "IA", (*plain, *stories)),), **values)


def found(
    an_edition: Edition,
    settings: Newsletter | None = None,
    *,
    html: Callable[[str], str] = str,
    text: Callable[[str], str] = str,
    proofs: Sequence[Proof] | None = None,
    **more: Any,
) -> tuple[Finding, ...]:
    """What the checks find; `html` and `text` change what was rendered first."""
    settings = settings or newsletter()
    email = render(an_edition, settings, templates=folder("templates"), translator=FRENCH)
    email = RenderedEmail(email.subject, html(email.html), text(email.text), email.folded)
    proofs = proofs_of(an_edition) if proofs is None else proofs
    return check(an_edition, settings, email, proofs=proofs, translator=FRENCH, **more)


def told(findings: Sequence[Finding], name: str, *levels: Level) -> list[str]:
    """The findings of a check, in English."""
    wanted = levels or ("error", "warning")
    return [said(each, translator("en")) for each in findings if each.check == name and each.level in wanted]


def into_body(html: str) -> Callable[[str], str]:
    return lambda page: page.replace("</body>", f"{html}</body>")


def without(words: str) -> Callable[[str], str]:
    def change(rendered: str) -> str:
        assert words in rendered
        return rendered.replace(words, "")

    return change


def test_an_edition_with_nothing_against_it_has_only_notes() -> None:
    findings = found(sound())
    assert {each.level for each in findings} == {"note"}
    assert {each.check for each in findings} == {"takeaways", "weight", "contrast"}


def test_errors_come_first_then_warnings_then_notes() -> None:
    levels = [each.level for each in found(nasty())]
    assert levels == sorted(levels, key=["error", "warning", "note"].index)
    assert set(levels) == {"error", "warning", "note"}


def test_every_finding_can_be_said_in_french_and_english() -> None:
    for each in (*found(nasty()), *found(sample()), *found(many(150))):
        assert said(each, translator("en"))
        assert said(each, translator("fr")) != said(each, translator("en")), "not translated"


@pytest.mark.parametrize(
    ("name", "level", "failing", "says"),
    [
        ("stories", "error", edition((), introduction="Bonjour."), "the edition holds no story"),
        ("stories", "warning", edition((EditionTheme("ia", "IA", sample().stories[:2]),)), "the edition holds 2 of the 3"),
        ("stories", "warning", sound(story("Un titre")), "“Un titre” is a title alone"),
        ("stories", "warning", sound(story("", summary="Un résumé.")), "a story has no title"),
        ("stories", "warning", sound(highlights=0), "nothing stands at the top"),
        ("subject", "error", sound(subject="  "), "the subject is empty"),
        ("subject", "warning", sound(subject="mot " * 20), "the subject has 79 characters"),
        ("preheader", "warning", sound(preheader=""), "there is no preview text"),
        ("preheader", "warning", sound(preheader="mot " * 40), "the preview text has 159 characters"),
        ("preheader", "warning", sound(subject="Un objet", preheader="Un objet"), "the preview text says the subject again"),
        ("preheader", "note", sound(preheader="Bref."), "the preview text has 5 characters"),
        ("introduction", "warning", sound(introduction=" "), "there is no introduction"),
        ("placeholders", "error", sound(subject="Lettre de {{ mois }}"), "the subject still holds “{{ mois }}”"),
        ("placeholders", "error", sound(introduction="Bonjour *|FNAME|*."), "the introduction still holds “*|FNAME|*”"),
        ("placeholders", "error", sound(introduction="TODO : accueillir."), "the introduction still holds “TODO”"),
        ("placeholders", "error", sound(introduction="Lorem ipsum dolor."), "the introduction still holds “Lorem ipsum”"),
        ("placeholders", "error", sound(preheader="Un début [à compléter]"), "the preview text still holds “[à compléter]”"),
        ("placeholders", "error", sound(story("T", quotes=("XXX",), made_by="editor")), "a takeaway still holds “XXX”"),
        ("placeholders", "warning", sound(story("Le {{ gabarit }}", summary="S.")), "the article’s own words hold “{{ gabarit }}”"),
        ("typography", "warning", sound(introduction="Bonjour !"), "the introduction: “Bonjour !” needs a no-break space"),
        ("typography", "warning", sound(introduction="Voici l'IA."), "the introduction: l'IA. → l’IA."),
        ("typography", "warning", sound(subject='Dire "oui" ?'), "the subject: \"oui\" ? → «\u00a0oui\u00a0»\u202f?"),
        ("spam-words", "warning", sound(subject="Un atelier gratuit"), "the subject says “gratuit”"),
        ("spam-words", "warning", sound(subject="Venez !!!"), "the subject holds “!!!”"),
        ("spam-words", "warning", sound(subject="Vraiment ?!"), "the subject holds “?!”"),
        ("spam-words", "warning", sound(subject="LETTRE DE NOVEMBRE"), "the subject is all in capitals"),
        ("duplicates", "warning", sound(story("Deux", summary="S."), story("deux", summary="S.")), "2 stories have the title “Deux”"),
        ("duplicates", "warning", sound(story("Un", summary="S."), story("Deux", summary="S.")), "2 stories lead to https://"),
        ("dates", "warning", sound(replace(story("Demain", summary="S."), published=datetime(2027, 1, 1, tzinfo=UTC))), "“Demain” is dated 2027-01-01"),
        ("language", "warning", sound(story("Titre", summary="S.", lang="xx")), "“Titre” is in a language that is not known (xx)"),
        ("sources", "warning", sound(sources=(SourceReport("La Gazette", "failed", 0, "pas de réponse"),)), "the source La Gazette failed: pas de réponse"),
    ],
)  # fmt: skip
def test_what_an_edition_says_is_checked(name: str, level: Level, failing: Edition, says: str) -> None:
    assert [words for words in told(found(failing), name, level) if words.startswith(says)]
    assert told(found(sound()), name) == []


@pytest.mark.parametrize(
    ("name", "level", "change", "says"),
    [
        ("weight", "error", into_body("<p>" + "x" * CLIP_BYTES + "</p>"), "the email weighs"),
        ("contrast", "warning", into_body('<p style="color:#999;background-color:#eee">gris</p>'), "“gris” is hard to read: #999999 on #eeeeee has a contrast of 2.5"),
        ("contrast", "warning", into_body('<table><tr><td bgcolor="#000000"><p>noir</p></td></tr></table>'), "“noir” is hard to read"),
        ("alt-text", "warning", into_body('<img src="cid:a.png">'), "the picture cid:a.png has no alternative text"),
        ("alt-text", "warning", into_body('<a href="https://a.example/"><img src="cid:a.png" alt=""></a>'), "the picture cid:a.png is a link"),
        ("alt-text", "warning", into_body('<img src="cid:a.png" alt="IMG_0042.JPG">'), "the alternative text of a picture is a file name"),
        ("headings", "warning", into_body("<h1>Encore</h1>"), "the email has 2 main titles"),
        ("headings", "warning", into_body("<h5>Plus bas</h5>"), "“Plus bas” is a heading h5 right under a h3"),
        ("headings", "warning", into_body("<h3> </h3>"), "a heading (h3) is empty"),
        ("link-text", "warning", into_body('<a href="https://a.example/">Lire la suite…</a>'), "the link “Lire la suite…” does not say"),
        ("link-text", "warning", into_body('<a href="https://a.example/">Cliquez ici</a>'), "the link “Cliquez ici” does not say"),
        ("link-text", "warning", into_body('<a href="https://a.example/"> </a>'), "the link to https://a.example/ has no words"),
        ("link-text", "warning", into_body('<a href="https://a.example/">https://a.example/</a>'), "a link shows its address"),
        ("link-text", "warning", into_body('<a href="https://a.example/">Dossier</a> <a href="https://b.example/">Dossier</a>'), "2 links say “Dossier”"),
        ("remote", "error", into_body('<img src="https://pixel.example/1.gif" alt="">'), "the email would load https://pixel.example/1.gif"),
        ("remote", "error", into_body('<p style="background:url(//cdn.example/a.png)">a</p>'), "the email would load //cdn.example/a.png"),
        ("remote", "error", into_body("<style>@import 'https://fonts.example/a.css';</style>"), "the email would load https://fonts.example/a.css"),
        ("remote", "error", into_body('<!--[if mso]><v:fill src="https://a.example/b.png" /><![endif]-->'), "the email would load https://a.example/b.png"),
        ("remote", "error", into_body('<link rel="stylesheet" href="https://a.example/b.css">'), "the email would load https://a.example/b.css"),
        ("remote", "error", into_body("<script>alert(1)</script>"), "the email holds a <script>"),
        ("language", "warning", without(' lang="fr"'), "the email says that it is in –"),
        ("unsubscribe", "error", without("https://ateliers.example/desinscription"), "the email gives no way to unsubscribe"),
        ("read-online", "warning", without("https://ateliers.example/lettre/2026-11/"), "the email has a page online and does not lead"),
        ("sender", "warning", without("Fédération des Ateliers partagés"), "the email does not name its sender"),
        ("sender", "warning", without("12 rue des Tilleuls"), "the postal address of the sender is in sources.yaml, and not"),
        ("legal", "warning", without("Vous recevez ce message"), "the email does not say why its readers receive it"),
        ("placeholders", "error", into_body('<a href="{{ UnsubscribeURL }}">Partir</a>'), "a template left “{{ UnsubscribeURL }}”"),
        ("placeholders", "error", into_body("<p>{% if %}</p>"), "a template left “{% if %}”"),
    ],
)  # fmt: skip
def test_what_was_rendered_is_checked(name: str, level: Level, change: Callable[[str], str], says: str) -> None:
    assert [words for words in told(found(sound(), html=change), name, level) if words.startswith(says)]
    assert told(found(sound()), name) == []


@pytest.mark.parametrize(
    ("name", "level", "settings", "says"),
    [
        ("weight", "warning", newsletter(limits=Limits(email_bytes=20_000)), "the email weighs 61 KB, more than the 20 KB"),
        ("sender", "warning", newsletter(sender=Sender(name="A", email="a@a.example")), "the email gives no postal address"),
        ("unsubscribe", "warning", newsletter(unsubscribe=None), "readers unsubscribe by writing to lettre@ateliers.example"),
        ("read-online", "note", newsletter(archive_url=None), "the email has no page online"),
        ("contrast", "note", newsletter(brand=Brand(color="#8a8a8a")), "the brand colour #8a8a8a is shown as"),
        ("remote", "note", newsletter(brand=Brand(logo="https://ateliers.example/logo.png")), "the logo is loaded from ateliers.example"),
    ],
)  # fmt: skip
def test_what_the_settings_lead_to_is_checked(name: str, level: Level, settings: Newsletter, says: str) -> None:
    heavy = into_body("<p>" + "x" * 50_000 + "</p>") if name == "weight" else str
    failing = found(sound(), settings, html=heavy)
    assert [words for words in told(failing, name, level) if words.startswith(says)]
    assert [words for words in told(found(sound()), name, level) if words.startswith(says)] == []


def test_the_automatic_introduction_is_noted_and_not_held_to_typography() -> None:
    plain = sound()
    automatic = compose(
        "2026-11", newsletter=newsletter(), translator=FRENCH, period=plain.period, themes=plain.themes, highlights=(), now=plain.made
    ).introduction  # fmt: skip
    assert automatic
    findings = found(sound(introduction=automatic))
    assert told(findings, "introduction", "note")[0].startswith("the introduction is the automatic one")
    assert told(findings, "introduction") == told(findings, "typography") == []


def test_words_that_are_quoted_keep_their_own_typography() -> None:
    quoted = sound(story('Il dit: "non"!', summary="Un résumé!", quotes=("L'atelier ouvre!",)))
    assert told(found(quoted), "typography") == []
    of_the_team = found(quoted, rewritten={quoted.stories[-1].id})
    assert told(of_the_team, "typography") == ["a title: dit: → dit\u00a0:", 'a title: "non"! → «\u00a0non\u00a0»!']


@pytest.mark.parametrize("change", [{"holds": False}, {"text": "Autre chose."}, {"start": 1}, {"version": 2}])
def test_a_takeaway_that_is_not_proven_is_an_error(change: dict[str, Any]) -> None:
    an_edition = sound()
    first, *others = proofs_of(an_edition)
    findings = found(an_edition, proofs=[replace(first, **change), *others])
    assert told(findings, "takeaways", "error") == ["“Partage a pris un an.” is not in its article, word for word"]
    assert [each.story for each in findings if each.level == "error"] == [an_edition.stories[0].id]


def test_takeaways_without_any_proof_are_errors() -> None:
    assert len(told(found(sound(), proofs=[]), "takeaways", "error")) == 3
    assert told(found(sound()), "takeaways", "note") == ["takeaways found in their articles, word for word: 3"]


def test_a_subject_used_again_is_told() -> None:
    last = replace(sound(), edition="2026-10")
    assert told(found(sound(), previous=last), "subject") == ["the subject is that of edition 2026-10, word for word"]
    assert told(found(sound(), previous=last), "preheader") == ["the preview text is that of edition 2026-10, word for word"]
    other = replace(last, subject="La lettre d’octobre", preheader="Autre chose.")
    assert told(found(sound(), previous=other), "subject") == []


def test_without_a_link_readers_must_at_least_have_somebody_to_write_to() -> None:
    settings = newsletter(unsubscribe=None)
    gone = found(sound(), settings, html=without("lettre@ateliers.example"))
    assert told(gone, "unsubscribe", "error") == ["the email gives no way to unsubscribe"]


def test_a_sending_tool_puts_its_own_link() -> None:
    findings = found(sound(), newsletter(unsubscribe=None), by_a_sender=True)
    assert told(findings, "unsubscribe", "error", "warning") == []
    assert told(findings, "unsubscribe", "note") == ["the tool you send with puts its own link to unsubscribe"]


def test_the_plain_text_must_let_readers_leave_too() -> None:
    findings = found(sound(), text=without("https://ateliers.example/desinscription"))
    assert told(findings, "unsubscribe") == ["the plain text gives no way to unsubscribe"]


def test_folded_stories_must_be_whole_somewhere() -> None:
    assert told(found(many(150)), "weight", "note")[1].startswith("to stay light, ")
    assert told(found(many(150)), "read-online") == []
    alone = told(found(many(150), newsletter(archive_url=None)), "read-online")
    assert alone == ["stories are told by their titles alone, and no page online holds the rest"]


@pytest.mark.parametrize("words", ["IA, ESS & RGPD : novembre", "Lettre n° 12", "Urgence climatique"])
def test_ordinary_subjects_hold_nothing_against_them(words: str) -> None:
    assert told(found(sound(subject=words)), "spam-words") == []


def test_a_spanish_todo_is_a_word() -> None:
    an_edition = replace(sound(introduction="TODO sobre la IA."), language="es")
    email = render(an_edition, newsletter(language="es"), templates=folder("templates"), translator=translator("es"))
    findings = check(
        an_edition, newsletter(language="es"), email, proofs=proofs_of(an_edition), translator=translator("es")
    )  # fmt: skip
    assert told(findings, "placeholders") == []


LINK = "https://exemple.example/partage"


@pytest.mark.parametrize(
    ("state", "level", "says"),
    [
        (LinkState("gone", 404), "warning", f"nothing is at {LINK} any more (404)"),
        (LinkState("failed", 0, cause=GatherError("no server has the name {host}", host="x")), "warning", f"{LINK} does not answer: no server has the name x"),
        (LinkState("failed", 403, cause=GatherError("it refuses")), "note", f"{LINK} could not be tried: it refuses"),
        (LinkState("redirected", 200, to="https://exemple.example/"), "warning", f"{LINK} leads to the home page of its site now"),
        (LinkState("redirected", 200, to="https://exemple.example/b"), "note", f"{LINK} has moved for good to https://exemple.example/b"),
        (LinkState("ok", 200), "note", "links that answer: 1 of 1 tried"),
    ],
)  # fmt: skip
def test_what_links_answered_is_advice(state: LinkState, level: Level, says: str) -> None:
    findings = found(sound(), links={LINK: state})
    assert says in told(findings, "links", level)
    assert told(findings, "links", "error") == []
    assert told(found(sound(), links={LINK: LinkState("ok", 200)}), "links") == []


def test_the_links_to_try_are_those_a_reader_may_follow_each_once() -> None:
    bad = story("T", url="javascript:alert(1)", also=(Also("A", "https://b.example/x", "B"), Also("A", LINK, "B")))
    assert link_addresses(sound(bad), newsletter()) == (
        LINK,
        "https://exemple.example/répare",
        "https://exemple.example/publie",
        "https://b.example/x",
        "https://ateliers.example/",
        "https://ateliers.example/desinscription",
    )
