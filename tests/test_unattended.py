"""What a command says when nobody looks on: cron, a service, another program. And what no output ever holds: a secret."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from digest import cli
from digest.errors import DigestError
from digest.yaml_text import read_yaml
from tests import mailservers
from tests.mailservers import AUTHORITY, PASSWORD, Postbox, running_smtp

from .conftest import Digest, Said
from .servers import Site, running_site

NAME = "2026-11"
SILENT = {"feed": "http://127.0.0.1:1/feed", "name": "La muette"}


def settle(folder: Path, **changes: Any) -> None:
    """Change the settings of the starter newsletter; `newsletter` and `sources` are added to."""
    file = folder / "sources.yaml"
    settings = read_yaml(file.read_text(encoding="utf-8"))
    assert isinstance(settings, dict)
    settings["newsletter"] |= changes.pop("newsletter", {})
    settings["sources"] += changes.pop("sources", [])
    settings["collect"] = {"allow_private_addresses": True, "timeout": 5}
    file.write_text(yaml.safe_dump(settings | changes, allow_unicode=True), encoding="utf-8")


@pytest.fixture
def postbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Postbox]:
    monkeypatch.setenv("SSL_CERT_FILE", str(AUTHORITY))
    monkeypatch.setenv("LETTRE_SMTP", PASSWORD)
    with running_smtp("starttls") as postbox:
        yield postbox


def smtp_of(postbox: Postbox) -> dict[str, Any]:
    return {"host": postbox.host, "port": postbox.port, "user": "lettre", "password_env": "LETTRE_SMTP"}


# ------------------------------------------------------------------------------------------------ what is said, and where


def test_a_draft_has_one_summary_on_standard_output_and_what_failed_on_standard_error(digest: Digest, starter: Path) -> None:
    settle(starter, sources=[SILENT])
    said = digest("draft", folder=starter)
    assert (said.code, said.out.count("Le brouillon 2026-11 est prêt")) == (0, 1)
    assert "La muette" in said.err
    assert "La muette" not in said.out


def test_quiet_says_nothing_of_what_a_run_can_do_without(digest: Digest, starter: Path) -> None:
    settle(starter, sources=[SILENT])
    assert digest("collect", "--quiet", folder=starter) == Said(0, "", "")
    assert digest("draft", "--quiet", folder=starter) == Said(0, "", "")
    assert any(source["name"] == "La muette" for source in digest("status", "--json", folder=starter).json["sources"])
    digest("approve", NAME, "--by", "Camille", folder=starter)
    assert digest("draft", "--quiet", folder=starter) == Said(0, "", ""), "its draft is closed: nothing to do tonight"


def test_quiet_still_prints_what_was_asked_for_as_json(digest: Digest, starter: Path) -> None:
    assert digest("draft", "--quiet", "--json", folder=starter).json["stories"] >= 9
    assert digest("collect", "--quiet", "--json", folder=starter).json["new_articles"] == 0


def test_what_ends_a_quiet_run_is_told_on_standard_error_with_its_exit_code(digest: Digest, starter: Path) -> None:
    settle(starter, newsletter={"limits": {"min_stories": 50}})
    too_few = digest("draft", "--quiet", folder=starter)
    assert (too_few.code, too_few.out, "50" in too_few.err) == (3, "", True)
    settle(starter, newsletter={"periode": "month"})
    wrong = digest("draft", "--quiet", folder=starter)
    assert (wrong.code, wrong.out, wrong.err.count("\n")) == (2, "", 1)


def test_json_is_all_there_is_on_standard_output_of_every_command_that_has_it(digest: Digest, starter: Path) -> None:
    settle(starter, sources=[SILENT])
    for words in (
        "collect", "draft", "plan", "articles", "sources", "status", f"show {NAME}", f"history {NAME}", f"check {NAME}",
        f"verify {NAME}",
    ):  # fmt: skip
        json.loads(digest(*words.split(), "--json", folder=starter).out)


def test_what_other_programs_read_of_the_desk_has_the_keys_that_are_documented(digest: Digest, starter: Path) -> None:
    settle(starter, sources=[SILENT])
    digest("draft", folder=starter)
    digest("approve", NAME, "--by", "Camille", folder=starter)
    told = digest("status", "--json", folder=starter).json
    assert set(told) == {"newsletter", "editions", "next", "sources"}
    assert set(told["editions"][0]) == {"edition", "status", "revision", "stories", "by", "places"}
    assert told["next"] == {"do": "deliver", "edition": NAME}
    assert set(told["sources"][0]) == {"name", "standing", "failures", "trouble"}
    edition = json.loads((starter / "editions" / NAME / "edition.json").read_text(encoding="utf-8"))
    assert set(edition["approval"]) == {"by", "at", "revision", "rendered"}
    assert set(edition["approval"]["rendered"]) == {"subject", "html", "text"}
    receipt = digest("deliver", NAME, "--to", "files", "--json", folder=starter).json
    assert set(receipt) == {"edition", "place", "id", "where", "replaced"}
    for event in digest("history", NAME, "--json", folder=starter).json:
        assert set(event) == {"deed", "by", "at", "revision", "place", "changes"}


# ------------------------------------------------------------------------------------------------ two at once


def test_a_second_run_is_told_since_when_and_by_which_process_and_looking_still_works(digest: Digest, starter: Path) -> None:
    digest("draft", folder=starter)
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(starter / "digest.db")], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        for words in ("draft", "collect", f"approve {NAME} --by Camille", f"deliver {NAME} --to files", f"discard {NAME}"):
            said = digest(*words.split(), folder=starter)
            assert (said.code, said.out, said.err.count("\n")) == (75, "", 1), words
            assert f"processus {holder.pid}" in said.err
            assert "depuis le 20" in said.err
        for words in ("status", "plan", f"show {NAME}", f"history {NAME}", f"check {NAME}", f"edit {NAME} --print", "articles"):
            assert digest(*words.split(), folder=starter).code == 0, words
    finally:
        holder.kill()
        holder.wait(10)
        assert holder.stdout
        holder.stdout.close()
    assert (starter / "digest.db.run").exists(), "it was killed, and could not tidy up"
    assert digest("draft", folder=starter).code == 0
    assert not (starter / "digest.db.run").exists()


HOLD = """
import pathlib, sys, time
from digest.store import one_run_at_a_time
with one_run_at_a_time(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


# ------------------------------------------------------------------------------------------------ who is told


def test_the_team_is_told_once_of_each_revision_that_digest_made(digest: Digest, starter: Path, postbox: Postbox) -> None:
    settle(starter, smtp=smtp_of(postbox), notify={"to": ["equipe@essai.example"]})
    for _ in range(2):
        assert digest("draft", folder=starter).code == 0
    assert [mail.to for mail in postbox.received] == [("equipe@essai.example",)]
    sorted((starter / "articles").glob("*.md"))[0].unlink()
    assert digest("draft", folder=starter).code == 0
    assert len(postbox.received) == 2
    text = digest("edit", NAME, "--print", folder=starter).out
    (starter / "texte.yaml").write_text(text.replace("Le fil commun", "Le fil"), encoding="utf-8")
    assert digest("edit", NAME, "--from", "texte.yaml", "--by", "Camille", folder=starter).code == 0
    assert digest("draft", folder=starter).code == 0
    assert len(postbox.received) == 2, "whoever edits a draft knows of it"


def test_the_team_is_told_once_that_there_is_too_little(digest: Digest, starter: Path, postbox: Postbox) -> None:
    settle(starter, newsletter={"limits": {"min_stories": 50}}, smtp=smtp_of(postbox), notify={"to": ["equipe@essai.example"]})
    for _ in range(2):
        assert digest("draft", folder=starter).code == 3
    assert len(postbox.received) == 1


def test_a_notice_that_is_refused_leaves_the_draft_and_is_sent_the_next_time(
    digest: Digest, starter: Path, postbox: Postbox
) -> None:
    settle(starter, smtp=smtp_of(postbox), notify={"to": ["equipe@essai.example"]})
    postbox.refused.add("equipe@essai.example")
    said = digest("draft", folder=starter)
    assert (said.code, "Le brouillon 2026-11 est prêt" in said.out) == (1, True)
    assert "equipe@essai.example" in said.err
    assert (starter / "editions" / NAME / "email.html").is_file()
    postbox.refused.clear()
    assert digest("draft", folder=starter).code == 0
    assert len(postbox.received) == 1


def test_a_notice_of_too_little_that_is_refused_hides_nothing(digest: Digest, starter: Path, postbox: Postbox) -> None:
    settle(starter, newsletter={"limits": {"min_stories": 50}}, smtp=smtp_of(postbox), notify={"to": ["equipe@essai.example"]})
    postbox.refused.add("equipe@essai.example")
    said = digest("draft", folder=starter)
    assert (said.code, "50" in said.err, "equipe@essai.example" in said.err) == (1, True, True)


# ------------------------------------------------------------------------------------------------ secrets

SECRETS = {
    "FEED_KEY": "jeton-du-flux-4711", "LETTRE_SMTP": "clé-du-facteur-&-4712", "IMAP_KEY": "boîte-4713", "LISTMONK_KEY": "lm-4714",
    "KEILA_KEY": "ke-4715", "BREVO_KEY": "br-4716", "MAILCHIMP_KEY": "mc-4717-us21",
}  # fmt: skip
IN_ADDRESS = "jeton-en-clair-4718"
"""What a team wrote into an address all the same: for the file that `sources export` makes, and for nothing else."""
USERS = {"LETTRE_SMTP": "lettre", "IMAP_KEY": "camille", "LISTMONK_KEY": "digest"}


class _Parrot(Postbox):
    """A mail server that says again whatever it was told, the way in included."""

    async def auth_PLAIN(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        await server.push(f"535 5.7.8 unknown: AUTH {' '.join(args)} ({SECRETS['LETTRE_SMTP']})".encode())
        return AuthResult(success=False, handled=True)

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, name: str, responses: list[str]
    ) -> list[str]:
        session.host_name = name
        return responses


@pytest.fixture
def parrots(monkeypatch: pytest.MonkeyPatch, starter: Path) -> Iterator[tuple[Path, Site]]:
    """A newsletter with a secret wherever one can stand, and servers that refuse each and say it again."""
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)
    monkeypatch.setenv("SSL_CERT_FILE", str(AUTHORITY))
    monkeypatch.setattr(mailservers, "Postbox", _Parrot)
    with running_site() as site, running_smtp("starttls") as postbox:
        api = f"{site.url}/{'-'.join(SECRETS.values())}"
        settle(
            starter,
            sources=[
                {"name": "Fermée", "feed": f"{site.url}/locked", "headers_env": {"Authorization": "FEED_KEY"}},
                {"name": "Dans l'adresse", "feed": f"{site.url}/broken?token={IN_ADDRESS}"},
            ],
            smtp=smtp_of(postbox),
            notify={"to": ["equipe@essai.example"]},
            deliver={
                "boite": {"imap": {"host": "localhost", "port": postbox.port, "user": "camille", "password_env": "IMAP_KEY"}},
                "listmonk": {"listmonk": {"url": api, "user": "digest", "lists": [1], "token_env": "LISTMONK_KEY"}},
                "keila": {"keila": {"url": api, "sender": "nms_1", "key_env": "KEILA_KEY"}},
                "brevo": {"brevo": {"url": api, "lists": [3], "key_env": "BREVO_KEY"}},
                "mailchimp": {"mailchimp": {"url": api, "list": "a1", "key_env": "MAILCHIMP_KEY"}},
            },
            newsletter={"unsubscribe": "https://essai.example/stop", "archive_url": "https://essai.example/lettre/"},
        )
        yield starter, site


PLACES = ("boite", "listmonk", "keila", "brevo", "mailchimp")
WORDS = (
    "collect", "draft --force", "draft --json", "sources", "sources --json", "articles --json --text", "plan --json", "status",
    "status --json", f"show {NAME} --json", f"history {NAME} --json", f"check {NAME} --json", f"edit {NAME} --print",
    f"approve {NAME} --by Camille", f"send-test {NAME} --to camille@essai.example",
    *(f"deliver {NAME} --to {place}" for place in PLACES), f"deliver {NAME} --to files", "archive", "sources export",
)  # fmt: skip


def spellings() -> list[str]:
    told = [*SECRETS.values(), *(f"\0{USERS[name]}\0{secret}" for name, secret in SECRETS.items() if name in USERS)]
    told += [f"{user}:{SECRETS[name]}" for name, user in USERS.items()]
    return [*SECRETS.values(), *(b64encode(each.encode()).decode() for each in told)]


def test_no_output_and_no_file_holds_a_secret_whatever_fails(digest: Digest, parrots: tuple[Path, Site]) -> None:
    folder, _ = parrots
    failed = []
    for words in WORDS:
        said = digest(*words.split(), folder=folder)
        failed += [words] if said.code else []
        shown = said.out + said.err
        assert not [secret for secret in spellings() if secret in shown], words
        assert (IN_ADDRESS in shown) == (words == "sources export"), words
    assert {f"deliver {NAME} --to {place}" for place in PLACES} | {"draft --force"} <= set(failed), "each place was asked"
    for file in folder.rglob("*"):
        if file.is_file() and file.name != "sources.yaml":
            content = file.read_bytes()
            assert not [secret for secret in spellings() if secret.encode() in content], file
            assert IN_ADDRESS.encode() not in content or file.name.startswith("digest.db"), file


def test_a_traceback_holds_no_secret_either(
    digest: Digest, parrots: tuple[Path, Site], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    folder, _ = parrots
    shown = run(folder, "--debug", "draft", NAME)
    digest("approve", NAME, "--by", "Camille", folder=folder)
    for words in (f"send-test {NAME} --to camille@essai.example", *(f"deliver {NAME} --to {place}" for place in PLACES)):
        monkeypatch.setattr("sys.argv", ["digest", "--debug", *words.split()])
        with pytest.raises(DigestError) as raised:
            cli.main()
        sys.excepthook(raised.type, raised.value, raised.tb)
        out, err = capfd.readouterr()
        assert "Traceback" in err
        shown += out + err
    assert not [secret for secret in spellings() if secret in shown], shown


def run(folder: Path, *words: str) -> str:
    """What a process says that ends with an error."""
    said = subprocess.run([sys.executable, "-m", "digest", *words], cwd=folder, capture_output=True, text=True, timeout=60)
    assert said.returncode == 1, said.stderr
    assert "Traceback" in said.stderr
    return said.stdout + said.stderr
