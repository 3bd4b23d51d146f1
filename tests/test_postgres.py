"""A store on a PostgreSQL server: what only a server does, and what is the same as in a file in spite of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from digest.config import load, write_starter
from digest.errors import BusyError, SettingsError, StoreError, UsageError
from digest.model import Article
from digest.opening import reader_of
from digest.settings import parse
from digest.store import Reader, Store, one_run_at_a_time, open_store
from digest.store.accounts import Account
from digest.store.engines import Database
from tests.conftest import NOW, SETTINGS, Digest
from tests.databases import PASSWORD, Postgres, running_postgres
from tests.dying import KILLED, dying_program

Make = Callable[..., Article]
EVERYTHING = os.environ.get("DIGEST_ALL_SERVERS") == "1"
on_postgres = pytest.mark.postgres


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    with open_store(database, Reader("Le fil")) as store:
        yield store


# ------------------------------------------------------------------------------------------- the same as in a file


def test_names_and_addresses_sort_the_same_on_both_databases(store: Store, article: Make) -> None:
    for name in ("éa", "b", "Zoé", "a-b", "ab", "B", "a b"):
        store.accounts.save(Account(name, "editor", "x"))
    assert [account.name for account in store.accounts.all()] == ["B", "Zoé", "a b", "a-b", "ab", "b", "éa"]
    addresses = tuple(f"https://gazette.example/{end}" for end in ("B", "_", "a", "a/b", "a_b", "é"))
    store.add([article(aliases=addresses[::-1])])
    assert store.articles()[0].aliases == addresses


def test_a_character_that_postgresql_does_not_keep_moves_nothing_that_follows(store: Store, article: Make) -> None:
    store.add([article(text="Un\0deux trois", title="A\0")])
    (kept,) = store.articles()
    assert kept.text[3:7] == "deux"
    assert store.add([article(text="Un\0deux trois", title="A\0")]).updated == 0, "it is not another version each time"


def test_a_long_text_is_kept_whole_whatever_its_column(store: Store, article: Make) -> None:
    store.add([article(id="f" * 40, lang="x" * 300)])
    assert [(kept.id, kept.lang) for kept in store.articles()] == [("f" * 40, "x" * 300)]


# ------------------------------------------------------------------------------------------- the lock


@on_postgres
def test_a_killed_run_lets_go_of_the_server_and_a_run_in_progress_is_told(postgres: Postgres) -> None:
    address = postgres.new_schema()
    hold = (
        "import sys, time; from digest.store import one_run_at_a_time\n"
        "with one_run_at_a_time(sys.argv[1]): print(1, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", hold, address], stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        told = rf"another run is in progress .* process {process.pid} .*since"
        with pytest.raises(BusyError, match=told) as caught, one_run_at_a_time(address):
            pass
        assert "options" not in str(caught.value)
        with one_run_at_a_time(postgres.new_schema()):  # of another store
            pass
        process.send_signal(signal.SIGKILL)
        process.wait()
    for _ in range(100):  # the server notices when it reads the connection
        with suppress(BusyError), one_run_at_a_time(address):
            return
    pytest.fail("the lock outlives its process")


# ------------------------------------------------------------------------------------------- several at once


@on_postgres
def test_a_new_store_that_several_programs_open_at_once_is_made_once(postgres: Postgres) -> None:
    address, failed = postgres.new_schema(), []

    def open_it() -> None:
        try:
            with open_store(address, Reader("Le fil", {"folder:a": "A"}, "srv", "m:/srv/sources.yaml")):
                pass
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_two_newsletters_with_the_same_path_on_two_machines_are_two(database: Database) -> None:
    for machine in ("nord", "sud"):
        file = f"{machine}:/data/sources.yaml" if isinstance(database, str) else f"{machine}/sources.yaml"
        with open_store(database, Reader(f"La lettre du {machine}", {"folder:a": "A"}, f"data-{machine}", file)) as store:
            assert store.accounts.all() == ()
            store.accounts.save(Account(machine, "editor", "x"))


# ------------------------------------------------------------------------------------------- what goes wrong


@on_postgres
@pytest.mark.parametrize(
    ("address", "told"),
    [
        (lambda _: "postgresql://app@127.0.0.1:1/essai", "no PostgreSQL server answers there"),
        (lambda _: "postgresql://app@absent.invalid/essai", "no PostgreSQL server answers there"),
        (lambda server: server.address("absente"), r"no database, or no user, of this name; make it with createdb"),
        (lambda server: server.address("postgres", "absent"), r"no database, or no user, of this name; make it with createdb"),
        (lambda server: server.address("postgres", "guarded"), r"lets nobody in .* variable PGPASSWORD or in the file .pgpass"),
        (lambda server: server.address("ascii"), r"keeps text as SQL_ASCII"),
        (lambda server: server.address("postgres") + "?nothing=1", "invalid"),
    ],
)
def test_a_server_that_refuses_is_told_with_the_cure(postgres: Postgres, address: Callable[[Postgres], str], told: str) -> None:
    if "ascii" in address(postgres):
        postgres.execute("CREATE DATABASE ascii ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
    with pytest.raises(StoreError, match=told), open_store(address(postgres)):
        pass
    if "ascii" not in address(postgres):
        with pytest.raises(StoreError, match=told), one_run_at_a_time(address(postgres)):
            pass


@on_postgres
def test_the_password_comes_from_the_environment_or_from_a_file(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres.execute("CREATE DATABASE gardee OWNER guarded")
    address = postgres.address("gardee", "guarded")
    monkeypatch.setenv("PGPASSWORD", "faux")
    with pytest.raises(StoreError, match="lets nobody in"), open_store(address):
        pass
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    with one_run_at_a_time(address), open_store(address):
        pass
    monkeypatch.delenv("PGPASSWORD")
    (tmp_path / "pgpass").write_text(f"127.0.0.1:*:*:guarded:{PASSWORD}\n", encoding="utf-8")
    (tmp_path / "pgpass").chmod(0o600)
    with one_run_at_a_time(f"{address}?passfile={tmp_path}/pgpass"), open_store(f"{address}?passfile={tmp_path}/pgpass"):
        pass


@pytest.mark.parametrize("given", ["postgresql://a:s3cret@h/d", "postgresql://a@h/d?password=s3cret", "postgres://a:s3cret@h/d"])
def test_a_password_in_the_settings_is_refused_with_the_cure_and_not_said_again(
    given: str, tmp_path: Path, digest: Digest
) -> None:
    with pytest.raises(SettingsError, match=r"store: must not hold the password: put it in the variable PGPASSWORD") as caught:
        parse({**SETTINGS, "store": given})
    assert "s3cret" not in str(caught.value)
    digest("init", "lettre")
    said = digest("store", "move", given, folder=tmp_path / "lettre")
    assert said.code == UsageError.exit_code
    assert "PGPASSWORD" in said.err
    assert "s3cret" not in said.err


@pytest.mark.parametrize(
    "given", ["postgresql://h", "postgresql://h/", "postgresql://h:port/d", "postgresql://h/a/b", "sqlite:///"]
)
def test_an_address_that_names_no_database_is_refused(given: str) -> None:
    with pytest.raises(SettingsError, match=r"store: must be sqlite:///FILE .* or postgresql://USER@HOST/DATABASE"):
        parse({**SETTINGS, "store": given})


def test_what_to_install_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)  # as where it is not installed
    for way in (open_store, one_run_at_a_time):
        with (
            pytest.raises(StoreError, match="PostgreSQL needs a part of digest") as caught,
            way("postgresql://app@127.0.0.1/essai"),
        ):
            pass
        assert caught.value.hint == "pip install 'digest[postgres]'"


def test_a_store_in_a_file_loads_nothing_of_postgresql(tmp_path: Path) -> None:
    used = (
        "import sys, pathlib; from digest.store import open_store, one_run_at_a_time; p = pathlib.Path('digest.db')\n"
        "with one_run_at_a_time(p), open_store(p): pass\n"
        "print([name for name in sys.modules if 'psycopg' in name or 'postgres' in name])"
    )
    done = subprocess.run([sys.executable, "-c", used], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@on_postgres
def test_a_server_that_crashes_in_the_middle_is_told_and_nothing_is_half_written(article: Make) -> None:
    with running_postgres() as server:
        address = server.new_database()
        with open_store(address, Reader("Le fil")) as store:
            store.add([article()])
        with (  # noqa: PT012 - what is told comes from the whole block
            pytest.raises(StoreError, match="stopped or is starting; nothing is half written, try again"),
            open_store(address, Reader("Le fil")) as store,
            store.together(),
        ):
            store.add([article(id="b" * 16)])
            server.stop()
            store.add([article(id="c" * 16)])
        with pytest.raises(StoreError, match="no PostgreSQL server answers there"), open_store(address):
            pass
        server.start()
        with one_run_at_a_time(address), open_store(address, Reader("Le fil")) as store:
            assert [kept.id for kept in store.articles()] == [article().id]
            assert store.add([article(id="b" * 16)]).new == 1


# ------------------------------------------------------------------------------------------- the commands


def on_server(folder: Path, address: str) -> Path:
    """The starter newsletter, whose store is on the server."""
    for file in write_starter(folder):
        os.utime(file, (NOW.timestamp(), NOW.timestamp()))
    settings = folder / "sources.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("sqlite:///digest.db", address), encoding="utf-8")
    return folder


@on_postgres
def test_a_draft_killed_at_any_moment_is_made_by_the_next_run_as_if_nothing_had_happened(
    postgres: Postgres, tmp_path: Path
) -> None:
    def made(folder: Path) -> list[object]:
        config = load(folder / "sources.yaml")
        with open_store(config.database, reader_of(config)) as store:
            edition = store.editions.last("2026-11")
            assert edition
            told = [(story.title, [takeaway.text for takeaway in story.takeaways]) for story in edition.stories]
            articles = sorted(
                (article.title, article.version, article.text) for article in store.articles()
            )  # ids hold the folder
            return [edition.revision, edition.subject, told, articles, store.unplaced(), len(store.editions.ledger().uses)]

    whole = on_server(tmp_path / "whole", postgres.new_schema())
    with dying_program() as run_dying:
        (undisturbed,) = run_dying(("draft",), [(whole, 0)])
        assert undisturbed.code == 0, undisturbed.said
        points = range(2, undisturbed.moments, max(1, undisturbed.moments // (15 if EVERYTHING else 3)))
        folders = [on_server(tmp_path / str(point), postgres.new_schema()) for point in points]
        assert {one.code for one in run_dying(("draft",), list(zip(folders, points, strict=True)))} == {KILLED}
        for folder, ended in zip(folders, run_dying(("draft",), [(folder, 0) for folder in folders]), strict=True):
            assert ended.code == 0, (folder.name, ended.said)
            assert made(folder) == made(whole), f"killed at moment {folder.name} of {undisturbed.moments}"


@on_postgres
def test_a_newsletter_on_a_server_is_drafted_by_the_same_commands(postgres: Postgres, digest: Digest, tmp_path: Path) -> None:
    address = postgres.new_database()
    starter = on_server(tmp_path / "lettre", address)
    assert load(starter / "sources.yaml").database == address
    assert digest("draft", folder=starter).code == 0
    first = digest("show", "2026-11", "--json", folder=starter).json
    assert digest("draft", folder=starter).code == 0
    again = digest("show", "2026-11", "--json", folder=starter).json
    assert (again["revision"], again["themes"]) == (1, first["themes"])
    assert not list(starter.glob("digest.db*"))
    with one_run_at_a_time(address):
        assert digest("draft", folder=starter).code == BusyError.exit_code
