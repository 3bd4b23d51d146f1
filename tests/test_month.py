"""A month of a team, from the starter newsletter to the next one, in French and with real mail servers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path

import pytest

from digest import cli

from .conftest import NOW, Digest
from .mailservers import AUTHORITY, PASSWORD, Dovecot, Postbox, running_smtp

NAME, NEXT = "2026-11", "2026-12"
SETTINGS = """
  unsubscribe: https://fil-commun.example.org/desabonnement
  archive_url: https://fil-commun.example.org/lettre/
"""
PLACES = """
deliver:
  boite: {{imap: {{host: localhost, port: {imap}, user: lettre-du-mois, security: none, password_env: LETTRE_IMAP}}}}
smtp: {{host: localhost, port: {smtp}, user: lettre, password_env: LETTRE_SMTP}}
"""
DECEMBER = """---
title: {title}
url: https://gazette.example/decembre/{number}
date: 2026-12-0{number}
---

L'intelligence artificielle arrive à {town}, où quarante bénévoles apprennent à relire ce qu'un algorithme propose.
{words}
"""
TOWNS = {
    "Lorient": "Le port y trie ses archives, et la coopérative des pêcheurs relit chaque résumé avant de le publier.",
    "Mulhouse": "Un atelier de quartier y transcrit des récits de vie, avec un outil libre installé sur place.",
    "Roubaix": "La régie de quartier y a chiffré ses gains : deux heures par semaine, et trois erreurs corrigées à la main.",
}


@pytest.fixture
def postbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Postbox]:
    monkeypatch.setenv("SSL_CERT_FILE", str(AUTHORITY))
    for name in ("LETTRE_IMAP", "LETTRE_SMTP"):
        monkeypatch.setenv(name, PASSWORD)
    with running_smtp("starttls") as postbox:
        yield postbox


def spaced(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


@pytest.mark.dovecot
def test_from_the_starter_newsletter_to_the_next_month(
    digest: Digest, starter: Path, postbox: Postbox, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = starter / "sources.yaml"
    text = settings.read_text(encoding="utf-8").replace("  period: month", f"{SETTINGS.strip(chr(10))}\n  period: month")
    settings.write_text(text + PLACES.format(imap=dovecot.port, smtp=postbox.port), encoding="utf-8")

    def done(*words: str) -> str:
        said = digest(*words, folder=starter)
        assert said.code == 0, said.err
        return spaced(said.out)

    assert "Le brouillon 2026-11 est prêt" in done("draft")

    manuscript = digest("edit", NAME, "--print", folder=starter).out
    (starter / "texte.yaml").write_text(manuscript.replace("  Le fil commun", "  La lettre de Camille", 1), encoding="utf-8")
    assert "la révision 2 est enregistrée" in done("edit", NAME, "--from", "texte.yaml", "--by", "Camille")
    assert "peut être approuvée" in done("check", NAME)

    assert "envoyée en test à camille@essai.example" in done("send-test", NAME, "--to", "camille@essai.example")
    (test,) = postbox.received
    assert test.encrypted
    subject = str(message_from_bytes(test.content, policy=SMTP)["Subject"])
    assert subject.startswith("[test] La lettre de Camille")

    refused = digest("deliver", NAME, "--to", "boite", folder=starter)
    assert (refused.code, "seule une édition approuvée se livre" in refused.err) == (1, True)
    assert "est approuvée par Camille Dupré" in done("approve", NAME, "--by", "Camille Dupré")
    assert "est livrée à boite" in done("deliver", NAME, "--to", "boite")
    assert "est à jour dans boite" in done("deliver", NAME, "--to", "boite")
    with dovecot.as_person("lettre-du-mois") as account:
        (uid,) = account.uid("SEARCH", "ALL")[1][0].split()
        draft = message_from_bytes(account.uid("FETCH", uid.decode(), "(BODY.PEEK[])")[1][0][1], policy=SMTP)
    assert str(draft["Subject"]).startswith("La lettre de Camille")
    assert "livrée (boite)" in done("status")
    told = spaced(digest("history", NAME, folder=starter).out)
    deeds = ["révision 1", "révision 2 enregistrée par Camille", "envoyée en test", "approuvée par Camille Dupré", "livrée"]
    places = [told.find(deed) for deed in deeds]
    assert -1 not in places, told
    assert places == sorted(places)

    assert "éditions : 1" in done("archive")
    page = (starter / "archive" / NAME / "index.html").read_text(encoding="utf-8")
    assert "La lettre de Camille" in page
    assert (starter / "archive" / "feed.xml").is_file()

    published = digest("show", NAME, "--json", folder=starter).json
    used = {article for theme in published["themes"] for story in theme["stories"] for article in story["articles"]}
    for number, (town, words) in enumerate(TOWNS.items(), start=1):
        note = DECEMBER.format(title=f"{town} relit ses machines", number=number, town=town, words=words)
        (starter / "articles" / f"{town}.md").write_text(note, encoding="utf-8")
    monkeypatch.setattr(cli, "clock", lambda: NOW.replace(month=12, day=15))
    assert "Le brouillon 2026-12 est prêt" in done("draft")
    december = digest("show", NEXT, "--json", folder=starter).json
    proposed = {article for theme in december["themes"] for story in theme["stories"] for article in story["articles"]}
    assert len(proposed) >= 3
    assert not proposed & used
    reasons = {out["id"]: out["reason"] for out in december["left_out"]}
    assert {reason for reason in reasons.values() if re.match("published", reason)} == {"published-in:2026-11"}
