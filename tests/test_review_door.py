"""The door of the review page, attacked: tokens, names, forms of other sites, roles, passwords."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from digest.config import load
from digest.errors import UsageError
from digest.opening import reader_of
from digest.review.app import door_for, make_app
from digest.review.office import Office
from digest.review.sign_in import hashed
from digest.store import one_run_at_a_time, open_store
from digest.store.accounts import Account, Role

from .conftest import NOW, Digest
from .visitors import Desk, Visitor, open_desk

TEAM = "https://lettre.essai.example"
PASSWORDS: dict[Role, str] = {"reader": "lire sans rien toucher", "editor": "preparer la lettre", "approver": "signer la lettre"}
HASHES = {role: hashed(password) for role, password in PASSWORDS.items()}


@pytest.fixture
def desk(starter: Path) -> Iterator[Desk]:
    """The page of one person."""
    with open_desk(starter) as desk:
        yield desk


@pytest.fixture
def team(starter: Path) -> Iterator[Desk]:
    """The page of a team of three: each is called by their role."""
    config = load(starter / "sources.yaml")
    with open_store(config.database, reader_of(config)) as store:
        for role in PASSWORDS:
            store.accounts.save(Account(role, role, HASHES[role]))
    with open_desk(starter, url=TEAM) as desk:
        yield desk


def member(desk: Desk, role: Role) -> Visitor:
    visitor = desk.signed_in(role, PASSWORDS[role])
    visitor.get("/")
    return visitor


# ------------------------------------------------------------------------------------------------ one person


def test_the_link_opens_the_page_once(desk: Desk) -> None:
    link = f"/?token={desk.door.token}"
    first = desk.visitor()
    assert first.follow(first.get(link)).status == 200
    second = desk.visitor()
    assert second.get(link).where == "/sign-in"
    assert second.get("/?token=").where == "/sign-in"
    assert "opens with the link" in second.get("/sign-in").words or "s'ouvre avec le lien" in second.get("/sign-in").words
    assert first.get(link).status == 200, "whoever is in may follow it again"


@pytest.mark.parametrize("path", ["/", "/sources", "/editions/2026-11", "/editions/2026-11/deliver", "/nowhere"])
def test_nobody_comes_in_without_it(desk: Desk, path: str) -> None:
    assert desk.visitor().get(path).where == "/sign-in"
    assert desk.visitor().get(path + "?token=abc").where == "/sign-in"
    assert desk.visitor().post(path).where == "/sign-in"
    part = desk.visitor().get(path, HX_Request="true")
    assert (part.status, part.headers["HX-Redirect"], part.body) == (401, "/sign-in", b"")


def test_a_name_that_is_not_ours_is_not_answered(desk: Desk) -> None:
    """A name of another site, bound to 127.0.0.1 (DNS rebinding), would read the page with that site's scripts."""
    owner = desk.owner()
    for host in (f"evil.example:{desk.port}", "127.0.0.1", f"127.0.0.1.evil.example:{desk.port}"):
        answer = owner.get("/", Host=host)
        assert answer.status == 421
        assert "fil commun" not in answer.text
    assert owner.get("/", Host=f"localhost:{desk.port}").status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://127.0.0.1:{port}"},
        {"Sec_Fetch_Site": "cross-site"},
    ],
)
def test_a_form_of_another_site_changes_nothing(desk: Desk, headers: dict[str, str]) -> None:
    owner = desk.owner()
    sent = {name: value.format(port=desk.port) for name, value in headers.items()}
    assert owner.post("/editions", {"edition": "2026-11"}, **sent).status == 403
    assert desk.office.run is None


@pytest.mark.parametrize("csrf", ["", "abc", "é"])
def test_a_form_without_the_token_of_the_session_changes_nothing(desk: Desk, csrf: str) -> None:
    owner = desk.owner()
    answer = owner.post("/editions", {"edition": "2026-11", "csrf": csrf})
    assert (answer.status, desk.office.run) == (403, None)
    assert "<h1>" in answer.text
    owner.csrf = ""
    assert owner.post("/sign-out").status == 403
    assert owner.get("/").status == 200


def test_the_cookie_is_read_by_no_script_and_named_after_the_port(desk: Desk) -> None:
    cookie = desk.visitor().get(f"/?token={desk.door.token}").headers["Set-Cookie"]
    assert cookie.startswith(f"digest-{desk.port}=")
    assert {part.strip() for part in cookie.split(";")[1:]} == {"HttpOnly", "Path=/", "SameSite=Lax"}


def test_every_answer_is_closed(desk: Desk) -> None:
    owner, stranger = desk.owner(), desk.visitor()
    answers = [
        *(
            owner.get(path)
            for path in ("/", "/nowhere", "/static/review.css", "/static/vendor/htmx.min.js", "/static/palette.css")
        ),
        *(stranger.get(path) for path in ("/", "/sign-in")),
        owner.post("/editions", {"csrf": "no"}),
        owner.get("/", Host="evil.example"),
    ]
    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answers[0].headers["Cache-Control"] == "no-store"


def test_no_page_holds_a_script_or_a_style_of_its_own_or_asks_another_host(desk: Desk) -> None:
    for path in ("/", "/nowhere", "/sign-in"):
        text = desk.owner().get(path).text if path == "/" else desk.visitor().get("/sign-in").text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", text)
        assert not re.search(r'(?:src|action)="(?!/)', text)


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/vendor/../../door.py", "/static/vendor/%2e%2e/%2e%2e/door.py", "/static/review.py"]
)
def test_no_path_leads_out_of_the_static_files(desk: Desk, path: str) -> None:
    assert desk.owner().get(path).status == 404


def test_too_much_is_refused_with_a_page(desk: Desk) -> None:
    owner = desk.owner()
    answer = owner.post("/editions", {"edition": "x" * 3_000_000})
    assert answer.status == 413
    assert "<h1>" in answer.text
    mark = "une-limite"
    body = f'--{mark}\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n{"x" * 3_000_000}\r\n--{mark}--\r\n'
    sent = owner.send("POST", "/editions", body.encode(), {"Content-Type": f"multipart/form-data; boundary={mark}"})
    assert sent.status == 413


def test_leaving_ends_the_session(desk: Desk) -> None:
    owner = desk.owner()
    kept = dict(owner.cookies)
    assert owner.post("/sign-out").where == "/sign-in"
    owner.cookies = kept
    assert owner.get("/").where == "/sign-in"


def test_a_session_ends_after_a_day_without_a_request(starter: Path) -> None:
    now = NOW

    def clock() -> datetime:
        return now

    with open_desk(starter, clock=clock) as desk:
        owner = desk.owner()
        now += timedelta(hours=11)
        assert owner.get("/").status == 200
        now += timedelta(hours=13)
        assert owner.get("/").where == "/sign-in"


def test_the_page_of_one_person_listens_on_this_machine_only() -> None:
    with pytest.raises(UsageError, match="listens on this machine only"):
        door_for(None, "0.0.0.0", lambda: NOW)
    with pytest.raises(UsageError, match="passwords would travel in clear"):
        door_for("http://lettre.essai.example", "127.0.0.1", lambda: NOW)


# ------------------------------------------------------------------------------------------------ a team


def test_a_password_opens_the_page_of_a_team_and_a_token_does_not(team: Desk) -> None:
    visitor = team.visitor()
    assert visitor.get("/?token=").where == "/sign-in"
    assert visitor.get("/?token=None").where == "/sign-in"
    wrong = visitor.post("/sign-in", {"name": "editor", "password": "mauvais mot de passe"})
    assert (wrong.status, team.door.sessions) == (403, {})
    right = visitor.post("/sign-in", {"name": "editor", "password": PASSWORDS["editor"]})
    assert right.where == "/"
    cookie = right.headers.get_all("Set-Cookie")[-1]  # type: ignore[index]  # there is one
    assert cookie.startswith("__Host-digest=")
    assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert visitor.get("/").status == 200


def test_too_many_tries_make_a_name_wait_at_that_address_only(team: Desk) -> None:
    guesser = team.visitor()
    guesser.headers = {"X-Forwarded-For": "10.1.1.1, 203.0.113.5"}
    codes = [guesser.post("/sign-in", {"name": "approver", "password": f"essai {n}"}).status for n in range(6)]
    assert codes == [403] * 5 + [429]
    assert guesser.post("/sign-in", {"name": "approver", "password": PASSWORDS["approver"]}).status == 429
    guesser.headers = {"X-Forwarded-For": "198.51.100.1, 203.0.113.5"}
    assert guesser.post("/sign-in", {"name": "approver", "password": PASSWORDS["approver"]}).status == 429, "what it claims to be"
    elsewhere = team.visitor()
    elsewhere.headers = {"X-Forwarded-For": "203.0.113.9"}
    assert elsewhere.post("/sign-in", {"name": "approver", "password": PASSWORDS["approver"]}).status == 303


def test_tries_of_many_names_make_an_address_wait(team: Desk) -> None:
    door = team.door
    assert not any(door.must_wait(f"nom {n}", "203.0.113.5") for n in range(30))
    assert door.must_wait("un autre", "203.0.113.5")
    assert not door.must_wait("un autre", "203.0.113.6")


def test_an_account_that_is_taken_away_or_changes_its_password_is_out_at_once(team: Desk, digest: Digest, starter: Path) -> None:
    editor, approver = member(team, "editor"), member(team, "approver")
    assert digest("accounts", "remove", "editor", folder=starter).code == 0
    assert editor.get("/").where == "/sign-in"
    config = load(starter / "sources.yaml")
    with open_store(config.database, reader_of(config)) as store:
        store.accounts.save(Account("approver", "approver", HASHES["reader"]))
    assert approver.get("/").where == "/sign-in"


def test_a_role_that_changes_counts_at_once(team: Desk, starter: Path) -> None:
    approver = member(team, "approver")
    config = load(starter / "sources.yaml")
    with open_store(config.database, reader_of(config)) as store:
        store.accounts.save(Account("approver", "reader", HASHES["approver"]))
    assert approver.post("/editions", {"edition": "2026-11"}).status == 403


ONE = "/editions/{edition}"
EVERYONE = {"/sign-in", "/sign-out", ONE + "/checks", "/themes"}
"""The last two try links and a text, and change nothing."""
BY_EDITORS = {
    "/editions",
    ONE + "/words",
    ONE + "/highlights",
    ONE + "/stories/{story}",
    ONE + "/tray",
    ONE + "/undo",
    ONE + "/history/{revision}",
    ONE + "/test",
    ONE + "/reopen",
    ONE + "/discard",
    "/sources",
    "/sources/find",
    "/sources/follow",
    "/themes/{theme}",
}
BY_APPROVERS = {ONE + "/approve", ONE + "/deliver"}


def test_every_form_says_who_may_send_it(team: Desk, starter: Path) -> None:
    """A new form must be put in one of the sets above, and the test below then tries it."""
    app = make_app(Office(starter / "sources.yaml", lambda: NOW), team.door)
    forms = {route.resource.canonical for route in app.router.routes() if route.resource and route.method not in ("GET", "HEAD")}
    assert forms == EVERYONE | BY_EDITORS | BY_APPROVERS


@pytest.mark.parametrize("path", sorted(BY_EDITORS | BY_APPROVERS))
def test_a_reader_and_an_editor_are_refused_what_is_not_theirs(team: Desk, path: str) -> None:
    refused: list[Role] = ["reader"] if path in BY_EDITORS else ["reader", "editor"]
    for role in refused:
        visitor = member(team, role)
        answer = visitor.post(
            path.replace("{edition}", "2026-11").replace("{revision}", "1").replace("{story}", "0" * 16).replace("{theme}", "ia")
        )
        assert answer.status == 403
        assert "<h1>" in answer.text


# ------------------------------------------------------------------------------------------------ runs and failures


def wait_for_run(desk: Desk) -> None:
    deadline = time.monotonic() + 30
    while desk.office.run is None or not desk.office.run.done:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_draft_is_made_from_the_page_and_its_progress_shown(desk: Desk) -> None:
    owner = desk.owner()
    answer = owner.post("/editions", {"edition": "2026-11"})
    assert answer.where == "/runs/2026-11"
    assert "2026-11" in owner.get("/runs/2026-11").words
    wait_for_run(desk)
    assert 'href="/editions/2026-11"' in owner.get("/runs/2026-11").text
    assert owner.get("/runs/2026-11", HX_Request="true").headers["HX-Redirect"] == "/editions/2026-11"
    assert "2026-11" in owner.get("/").text
    assert owner.get("/runs/2026-10").where == "/"


def test_a_draft_cannot_be_made_while_another_run_is_and_the_page_says_so(desk: Desk, starter: Path) -> None:
    owner = desk.owner()
    with one_run_at_a_time(starter / "digest.db"):
        owner.post("/editions", {"edition": "2026-11"})
        wait_for_run(desk)
    assert "Un brouillon est en train de se faire" in owner.get("/runs/2026-11").words


def test_cron_makes_its_draft_while_the_page_is_open(desk: Desk, starter: Path, digest: Digest) -> None:
    owner = desk.owner()
    assert digest("draft", "--quiet", folder=starter).code == 0
    assert "2026-11" in owner.get("/").text


@pytest.mark.parametrize(
    "form",
    [
        {"edition": "../../etc"},
        {"edition": "2026-13"},
        {"edition": ""},
        {"edition": "été", "since": "hier"},
        {"edition": "a", "since": "2026-11-09", "until": "2026-11-02"},
    ],
)
def test_what_cannot_be_made_is_told(desk: Desk, form: dict[str, str]) -> None:
    answer = desk.owner().post("/editions", form)
    assert (answer.status, desk.office.run) == (422, None)
    assert "<h1>" in answer.text


def test_settings_that_are_no_longer_sound_are_told_and_the_page_comes_back_with_them(desk: Desk, starter: Path) -> None:
    owner = desk.owner()
    file = starter / "sources.yaml"
    sound = file.read_text(encoding="utf-8")
    file.write_text(sound.replace("themes:", "rubriques:"), encoding="utf-8")
    answer = owner.get("/")
    assert answer.status == 422
    assert "sources.yaml" in answer.words
    file.write_text(sound, encoding="utf-8")
    assert owner.get("/").status == 200


def test_a_damaged_store_is_told(desk: Desk, starter: Path) -> None:
    owner = desk.owner()
    for leftover in starter.glob("digest.db*"):
        leftover.unlink()
    (starter / "digest.db").write_bytes(b"this is no database" * 100)
    answer = owner.get("/")
    assert answer.status == 422
    assert "est abîmé" in answer.words or "est endommagé" in answer.words


def test_what_nobody_foresaw_is_a_page_without_a_traceback(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> object:
        raise RuntimeError("a secret detail")

    owner = desk.owner()
    monkeypatch.setattr("digest.review.editions.edition_of", broken)
    answer = owner.get("/")
    assert answer.status == 500
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text
    assert "a secret detail" in caplog.text


def test_no_form_ends_in_a_traceback_whatever_it_holds(desk: Desk, starter: Path, digest: Digest) -> None:
    assert digest("draft", "--quiet", folder=starter).code == 0
    owner = desk.owner()
    owner.get("/")
    for path in sorted((EVERYONE | BY_EDITORS | BY_APPROVERS) - {"/sign-out"}):
        for value in ("", "'\"<script>&\x00\u202e", "-1", "9" * 30):
            names = (
                "edition",
                "since",
                "revision",
                "do",
                "story",
                "from",
                "by",
                "place",
                "to",
                "feed",
                "source",
                "theme",
                "words",
                "seen",
            )
            where = (
                path.replace("{edition}", "2026-11")
                .replace("{story}", "0" * 16)
                .replace("{theme}", "ia")
                .replace("{revision}", "1")
            )
            answer = owner.post(where, dict.fromkeys(names, value))
            assert answer.status < 500, (where, value, answer.words)
            assert "<script>&" not in answer.text
