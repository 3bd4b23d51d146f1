"""What the team reads when a draft waits, or when there is too little for one."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage

import pytest

from digest.deliver import notice
from digest.model import Edition, EditionTheme, Finding, SourceReport
from digest.settings import Newsletter, Settings
from digest.settings.places import Notify
from tests import editions

FINDINGS = (
    Finding("weight", "warning", "the email weighs {kb} KB", {"kb": 98}),
    Finding("alt-text", "error", "a picture without words"),
    Finding("links", "note", "every link answers"),
)
NOTIFY = Notify(to=("equipe@essai.example", "camille@essai.example"), review_url="https://relecture.essai.example/2026-11")


@pytest.fixture
def newsletter(settings: Settings) -> Newsletter:
    return settings.newsletter


def english(newsletter: Newsletter) -> Newsletter:
    return newsletter.model_copy(update={"language": "en"})


def waiting(newsletter: Newsletter, now: datetime, edition: Edition | None = None, **changes: object) -> EmailMessage:
    notify = NOTIFY.model_copy(update=changes)
    found = FINDINGS[: 1 + 2 * (edition is None)]
    return notice.draft_waits(
        edition or editions.sample(), found, newsletter, notify, told=_told, folder="editions/2026-11", now=now
    )  # fmt: skip


def _told(finding: Finding) -> str:
    return finding.message.format(**finding.values)


def lines(message: EmailMessage) -> list[str]:
    return str(message.get_content()).replace("\N{NO-BREAK SPACE}", " ").split("\n")


def test_the_team_is_told_in_its_language_that_a_draft_waits(newsletter: Newsletter, now: datetime) -> None:
    message = waiting(newsletter, now)

    assert message["Subject"] == "[Le fil d'essai] Le brouillon 2026-11 attend"
    assert [str(address) for address in message["To"].addresses] == list(NOTIFY.to)
    assert message["From"].addresses[0].addr_spec == newsletter.sender.email
    assert message.get_content_type() == "text/plain"
    assert "12 articles dans 3 thèmes, du 1er novembre" in " ".join(lines(message))
    assert waiting(english(newsletter), now)["Subject"] == "[Le fil d'essai] Draft 2026-11 waits"


def test_it_tells_titles_checks_sources_in_trouble_and_what_was_left_out_in_numbers(
    newsletter: Newsletter, now: datetime
) -> None:
    said = lines(waiting(english(newsletter), now))

    assert said[said.index("To correct before approval (1)") + 1] == "- A picture without words"
    assert said[said.index("To have a look at (1)") + 1] == "- The email weighs 98 KB"
    assert said[said.index("IA (4)") + 4] == "  Weekly)"
    assert said[said.index("Sources in trouble (2)") + 1] == "- Veille du territoire: pas de réponse en 20 s"
    assert set(said[said.index("Left out (5)") + 1 :][:5]) == {
        "- its theme is full: 1",
        "- fits no theme: 1",
        "- same news as another one: 1",
        "- already published: 1",
        "- outside the period: 1",
    }
    assert not [line for line in said if "every link answers" in line]


def test_only_an_error_stands_in_the_way(newsletter: Newsletter, now: datetime) -> None:
    way = "Nothing stands in the way of approval."
    assert way not in lines(waiting(english(newsletter), now))
    assert way in lines(waiting(english(newsletter), now, editions.bare()))


def test_the_review_page_has_a_line_of_its_own_and_without_one_the_command_is_told(newsletter: Newsletter, now: datetime) -> None:
    assert NOTIFY.review_url in lines(waiting(newsletter, now))
    without = lines(waiting(newsletter, now, review_url=None))
    assert "Pour le relire :" not in without
    assert "- sur la machine qui l’a fait : digest review, ou digest show 2026-11" in without


@pytest.mark.parametrize("edition", [editions.sample(), editions.nasty(), editions.bare()], ids=["sample", "nasty", "bare"])
def test_lines_hold_72_columns_unless_a_single_word_is_longer(newsletter: Newsletter, now: datetime, edition: Edition) -> None:
    message = waiting(newsletter, now, edition)
    for line in lines(message):
        assert len(line) <= 72 or " " not in line.removeprefix("- ").strip()
        assert not re.search(r"[\x00-\x1f\x7f-\x9f]", line)
    assert bytes(message).isascii()


def test_the_same_moment_gives_the_same_bytes(newsletter: Newsletter, now: datetime) -> None:
    assert bytes(waiting(newsletter, now)) == bytes(waiting(newsletter, now))
    assert waiting(newsletter, now)["Date"].datetime == now


def test_a_long_list_is_cut_and_what_is_left_is_counted(newsletter: Newsletter, now: datetime) -> None:
    broken = tuple(SourceReport(f"Source {i}", "failed") for i in range(20))
    said = lines(waiting(english(newsletter), now, replace(editions.sample(), sources=broken)))
    assert said[said.index("Sources in trouble (20)") + 1] == "- Source 0: failed"
    assert said[said.index("Sources in trouble (20)") + 13] == "- and 8 more"


def test_a_title_with_line_ends_or_braces_forges_nothing(newsletter: Newsletter, now: datetime) -> None:
    edition = editions.edition([EditionTheme("ia", "{now}", (editions.story("Un\r\nBcc: x@y.example\n{0}"),))])
    message = waiting(newsletter.model_copy(update={"name": "Un\r\nBcc: x@y.example"}), now, edition)
    assert "Bcc" not in message
    assert "- Un Bcc: x@y.example {0} (" in str(message.get_content())


def test_too_little_is_told_with_the_figures_and_the_way_out(newsletter: Newsletter, now: datetime) -> None:
    message = notice.too_little(editions.bare(), newsletter, NOTIFY, now=now)

    assert message["Subject"] == "[Le fil d'essai] Trop peu d’articles pour 2026-11"
    told = " ".join(lines(message))
    assert "compte 1 article et il en faut au moins 3 : aucun brouillon n’a été fait." in told
    assert "ces articles compteront au prochain passage" in told
    assert "- Un titre" in lines(message)
    assert "digest draft 2026-11 --since DATE" in told


def test_nothing_at_all_is_too_little_too(newsletter: Newsletter, now: datetime) -> None:
    told = " ".join(lines(notice.too_little(editions.edition(()), english(newsletter), NOTIFY, now=now)))
    assert "has 0 stories where it takes at least 3" in told
    assert "counts these stories again" not in told
