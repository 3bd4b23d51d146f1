"""Many newsletters on one server: taken in, their feeds read once for all, and drafted by as many workers as wanted."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.errors import BusyError, SettingsError, UsageError
from tests.conftest import Digest
from tests.databases import Postgres
from tests.federations import (
    NIGHTLY,
    PER_HOST,
    Host,
    Program,
    everything,
    federation,
    hosted,
    made,
    newsletter,
    queued,
    running_hosts,
    take_in,
)

pytestmark = pytest.mark.postgres
DAY = 86400.0


@pytest.fixture
def hosts() -> Iterator[list[Host]]:
    with running_hosts(4) as hosts:
        yield hosts


def asked(hosts: list[Host]) -> Counter[str]:
    return Counter(f"{host.url}{path}" for host in hosts for path in host.asked)


def test_a_feed_that_all_follow_is_read_once_and_each_has_its_draft(
    postgres: Postgres, tmp_path: Path, hosts: list[Host], program: Program
) -> None:
    store = postgres.new_schema()
    folders = federation(tmp_path, store, hosts, 4)
    program.work(folders[0])
    assert set(asked(hosts).values()) == {1}
    assert len(asked(hosts)) == 8, "4 that all follow, and one other each"
    for folder in folders:
        assert made(folder)["revision"] == 1
        assert hosted(folder).error is None
    assert queued(store) == []
    assert [title for title, _ in made(folders[0])["stories"] if title.startswith("Note")] == ["Note 0", "Note 1"]


# ------------------------------------------------------------------------------------------- what goes wrong with one


def test_folders_and_feeds_that_ask_for_a_secret_are_read_for_their_newsletter_alone(
    postgres: Postgres, tmp_path: Path, hosts: list[Host], program: Program
) -> None:
    store = postgres.new_schema()
    public, private = (f"{hosts[0].url}/{number}.xml" for number in (0, 1))
    reader = newsletter(tmp_path / "lettre-a", store, [public], private=private)
    other = newsletter(tmp_path / "lettre-b", store, [public, private], files=2)
    take_in(reader, other)
    program.work(other)
    assert asked(hosts) == {public: 1, private: 2}, "with the secret, and without it for whoever has none"
    assert [secret for _, secret in hosts[0].secrets] == ["sésame".encode().decode("latin-1")]
    assert [len(made(folder)["stories"]) for folder in (reader, other)] == [6, 8]


def test_a_newsletter_that_is_broken_fails_alone_and_succeeds_the_night_after_it_is_mended(
    postgres: Postgres, tmp_path: Path, hosts: list[Host], program: Program, digest: Digest
) -> None:
    store = postgres.new_schema()
    well, broken, away = federation(tmp_path, store, hosts, 3)
    settings = broken / "sources.yaml"
    sound = settings.read_text(encoding="utf-8")
    settings.write_text(sound.replace("themes:", "thèmes:"), encoding="utf-8")
    away.rename(tmp_path / "ailleurs")
    program.work(well)
    assert made(well)["revision"] == 1
    listed = {one["name"]: one for one in digest("newsletters", "list", "--json", folder=well).json}
    assert listed["lettre-0"]["error"] is None
    assert "thèmes: clé inconnue" in listed["lettre-1"]["error"]
    assert "sources.yaml" in listed["lettre-2"]["error"]
    assert all(one["ended"] and one["doing"] is None for one in listed.values())
    settings.write_text(sound, encoding="utf-8")
    (tmp_path / "ailleurs").rename(away)
    program.work(well, ahead=DAY)
    assert [made(folder)["revision"] for folder in (well, broken, away)] == [1, 1, 1]
    assert [hosted(folder).error for folder in (well, broken, away)] == [None] * 3
    assert set(asked(hosts).values()) == {2}, "once a night"


def test_one_with_too_little_to_say_is_told_and_the_others_are_drafted(
    postgres: Postgres, tmp_path: Path, hosts: list[Host], program: Program
) -> None:
    store = postgres.new_schema()
    well = newsletter(tmp_path / "lettre-a", store, [f"{hosts[0].url}/0.xml"])
    little = newsletter(tmp_path / "lettre-b", store, [f"{hosts[0].url}/absent.xml"])
    take_in(well, little)
    said = program.work(well)
    assert made(well)["revision"] == 1
    assert "0" in str(hosted(little).error)
    assert "1 feeds read; failed: 0" in said or "2 feeds read; failed: 1" in said


# ------------------------------------------------------------------------------------------- the commands


def test_several_folders_are_taken_in_though_one_is_unsound(
    postgres: Postgres, tmp_path: Path, hosts: list[Host], digest: Digest
) -> None:
    store = postgres.new_schema()
    folders = [newsletter(tmp_path / name, store, [f"{hosts[0].url}/0.xml"]) for name in ("a", "b", "c")]
    (folders[1] / "sources.yaml").write_text("newsletter: {}\n", encoding="utf-8")
    said = digest("newsletters", "add", "a", "b", "c", "d")
    assert said.code == SettingsError.exit_code
    assert [one["name"] for one in digest("newsletters", "list", "--json", folder=folders[0]).json] == ["a", "c"]


def test_a_schedule_is_changed_one_by_one_and_a_time_that_never_comes_is_refused(
    postgres: Postgres, tmp_path: Path, hosts: list[Host], program: Program, digest: Digest
) -> None:
    store = postgres.new_schema()
    one, two = federation(tmp_path, store, hosts[:1], 2)
    for words in (("--at", "chaque nuit"), ("--at", "0 4 31 2 *"), ("--at", "* * * * * *"), ("--at", "0 4 * * *", "--never")):
        assert digest("schedule", "lettre-0", *words, folder=one).code == UsageError.exit_code, words
    unknown = digest("schedule", "lettre-0", "lettre-9", "--never", folder=one)
    assert unknown.code == UsageError.exit_code
    assert "lettre-9" in unknown.err
    assert "lettre-0, lettre-1" in unknown.err
    assert [hosted(folder).cron for folder in (one, two)] == [NIGHTLY, NIGHTLY], "all of it, or nothing"
    (told,) = digest("schedule", "lettre-1", "--never", "--json", folder=one).json
    assert (told["at"], told["next"]) == (None, None)
    program.work(one)
    assert made(one)["revision"] == 1
    assert hosted(two).began is None
    assert asked(hosts)[f"{hosts[0].url}/2.xml"] == 1, "its feeds are read all the same"


def test_the_feeds_of_a_newsletter_that_is_never_drafted_are_read_once_a_day(
    postgres: Postgres, tmp_path: Path, hosts: list[Host], program: Program
) -> None:
    store = postgres.new_schema()
    folder = newsletter(tmp_path / "lettre", store, [f"{hosts[0].url}/0.xml"])
    take_in(folder, cron=None)
    for hours in (0, 1, 23, 25, 26):
        program.work(folder, ahead=hours * 3600)
    assert asked(hosts) == {f"{hosts[0].url}/0.xml": 2}


def test_workers_need_a_server(tmp_path: Path, starter: Path, digest: Digest) -> None:
    for words in (("newsletters", "add", str(starter)), ("worker", "--until-idle")):
        said = digest(*words, folder=starter)
        assert said.code == UsageError.exit_code, words
        assert "PostgreSQL" in said.err


# ------------------------------------------------------------------------------------------- several at once


def test_four_workers_make_what_one_makes_and_no_host_sees_more_than_it_may(
    postgres: Postgres, tmp_path: Path, hosts: list[Host], program: Program
) -> None:
    stores = [postgres.new_schema() for _ in range(2)]
    alone, together = (federation(tmp_path / name, store, hosts, 4) for name, store in zip("ab", stores, strict=True))
    program.work(alone[0])
    for host in hosts:
        host.forget()
        host.delay = 0.05
    workers = [program.start(together[0]) for _ in range(4)]
    by_hand = program.start(together[3], words=("draft",))
    assert [worker.wait() for worker in workers] == [0] * 4, [worker.said() for worker in workers]
    assert by_hand.wait() in (0, BusyError.exit_code), by_hand.said()
    program.work(together[0])  # what met the draft by hand is tried again a few seconds later, by whoever is there
    by_all = {f"{host.url}/0.xml" for host in hosts} | {f"{hosts[3].url}/2.xml"}  # which the draft by hand asks too
    assert all(times == 1 or (times == 2 and path in by_all) for path, times in asked(hosts).items()), asked(hosts)
    assert max(host.most_at_once for host in hosts) <= PER_HOST
    assert everything(stores[0], alone) == everything(stores[1], together)
    assert sum(worker.said().count("is ready") for worker in workers) >= 3


def test_hosts_that_all_send_to_one_share_its_gate_across_workers(
    postgres: Postgres, tmp_path: Path, hosts: list[Host], program: Program
) -> None:
    target, *others = hosts
    target.delay = 0.05
    feeds = []
    for host in others:
        for number in range(6):
            target.feeds[f"/{host.url[7:11]}-{number}.xml"] = target.feeds["/0.xml"]
            host.moved[f"/m{number}.xml"] = f"{target.url}/{host.url[7:11]}-{number}.xml"
            feeds.append(f"{host.url}/m{number}.xml")
    store = postgres.new_schema()
    folders = [newsletter(tmp_path / str(number), store, feeds) for number in range(2)]
    take_in(*folders)
    workers = [program.start(folders[0]) for _ in range(3)]
    assert [worker.wait() for worker in workers] == [0] * 3, [worker.said() for worker in workers]
    assert len(target.asked) == len(feeds)
    assert target.most_at_once <= PER_HOST
    assert made(folders[0])["stories"] == made(folders[1])["stories"]


@pytest.mark.parametrize("command", [["worker"], ["schedule"], ["newsletters", "add", "."]])
def test_what_to_install_is_told_where_the_part_for_workers_is_missing(
    starter: Path, digest: Digest, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    for name in [name for name in sys.modules if name.startswith("digest.federation.")]:
        monkeypatch.delitem(sys.modules, name)
    for name in ("procrastinate", "croniter"):
        monkeypatch.setitem(sys.modules, name, None)
    said = digest(*command, folder=starter)
    assert said.code == 2
    assert "pip install 'digest[workers]'" in said.err
