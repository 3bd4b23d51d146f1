"""Many newsletters on one server: taken in, their feeds read once for all, and drafted by as many workers as wanted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

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
    running_program,
    take_in,
)

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with running_program(tmp_path_factory.mktemp("said")) as program:
        yield program


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
    folders = federation(tmp_path, store, hosts, 6)
    program.work(folders[0])
    assert set(asked(hosts).values()) == {1}
    assert len(asked(hosts)) == 8, "4 that all follow, and 4 others"
    for folder in folders:
        assert made(folder)["revision"] == 1
        assert hosted(folder).error is None
    assert queued(store) == []
    assert [title for title, _ in made(folders[0])["stories"] if title.startswith("Note")] == ["Note 0", "Note 1"]
