"""Many newsletters on a server of PostgreSQL, web sites that count what they are asked, and real workers that can be killed.

Run as a program, since a process must have one thread to be forked: `python -m tests.federations` loads everything once, and
starts a worker, or another command, in a process of its own for each line of its input.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import procrastinate.psycopg_connector
import psycopg
import trafilatura  # noqa: F401
import yaml
from procrastinate.manager import JobManager
from sqlalchemy import Engine, event

from digest import cli, desk, illustrate, notify, pipeline  # noqa: F401 - loaded once, for all
from digest.config import load
from digest.errors import GatherError
from digest.federation import hosting, rounds
from digest.federation.worker import Worker
from digest.gather.workers import Workers
from digest.opening import reader_of
from digest.store import open_store
from digest.store.hosting import Hosted

from .conftest import NOW, SETTINGS
from .servers import answer, redirect

ROOT = Path(__file__).parent.parent
KILLED = -signal.SIGKILL
NIGHTLY = "0 4 * * *"
EDITION = "2026-11"
YESTERDAY = NOW - timedelta(days=1)
PER_HOST = 2

# ------------------------------------------------------------------------------------------- the web sites


@dataclass
class Host:
    """A web site on an address of its own, and what it was asked: paths in order, and how many requests were open at once."""

    url: str
    feeds: dict[str, bytes] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    """Paths that redirect, and where to."""
    delay: float = 0.0
    """Seconds before an answer."""
    asked: list[str] = field(default_factory=list)
    secrets: list[tuple[str, str]] = field(default_factory=list)
    """Paths that were asked for with a secret, and it."""
    open_now: int = 0
    most_at_once: int = 0
    hook: Callable[[str], None] = lambda _: None
    """Called with each path before it is answered."""

    def forget(self) -> None:
        self.asked, self.most_at_once = [], 0


@contextmanager
def running_hosts(count: int, *, feeds: int = 3, stories: int = 3) -> Iterator[list[Host]]:
    """Web sites on 127.0.0.2 and the next ones, each with some feeds `/0.xml`, `/1.xml`…, no story of which is like another."""
    hosts, servers = [], []
    for number in range(count):
        host = Host("")
        server = _Server((f"127.0.0.{number + 2}", 0), _handler(host))
        host.url = f"http://127.0.0.{number + 2}:{server.server_address[1]}"
        host.feeds = {f"/{one}.xml": feed(f"{number}{one}", host.url, stories) for one in range(feeds)}
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        hosts.append(host)
        servers.append(server)
    try:
        yield hosts
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A worker that was killed hangs up."""


def _handler(host: Host) -> type[BaseHTTPRequestHandler]:
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            with lock:
                host.open_now += 1
                host.most_at_once = max(host.most_at_once, host.open_now)
                host.asked.append(self.path)
                if secret := self.headers.get("Authorization"):
                    host.secrets.append((self.path, secret))
            try:
                host.hook(self.path)
                time.sleep(host.delay)
                with lock:  # the next one may come as soon as this one is answered
                    host.open_now -= 1
                with suppress(ConnectionError):
                    self._answer()
            except BaseException:
                self.close_connection = True
                raise

        def _answer(self) -> None:
            if self.path in host.moved:
                redirect(self, 302, host.moved[self.path])
            elif self.path in host.feeds:
                answer(self, host.feeds[self.path])
            else:
                answer(self, b"nothing here", "text/plain", 404)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def text(name: str, number: int) -> str:
    """A text of the theme `ia`, whose other words are its own."""
    draw = random.Random(f"{name}-{number}")
    words = ["".join(draw.choice("bdfglmnprstv") + draw.choice("aeiou") for _ in range(3)) for _ in range(40)]
    sentences = (
        f"Le {' '.join(draw.sample(words, 9))} aide {draw.randrange(10, 900)} bénévoles par un algorithme." for _ in range(12)
    )
    return f"L'intelligence artificielle et ses {words[0]} arrivent. " + " ".join(sentences)


def feed(name: str, site: str, stories: int = 3) -> bytes:
    items = "".join(
        f"<item><title>{_title(name, number)}</title><link>{site}/{name}/{number}</link>"
        f"<pubDate>Mon, {9 + number:02} Nov 2026 08:00:00 +0100</pubDate><description>{text(name, number)}</description></item>"
        for number in range(stories)
    )
    head = f"<channel><title>{name}</title><link>{site}/{name}</link><language>fr</language>"
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0">{head}{items}</channel></rss>'.encode()


def _title(name: str, number: int) -> str:
    return f"Un algorithme pour {' '.join(text(name, number).split()[7:12])} ({name}-{number})"


# ------------------------------------------------------------------------------------------- the newsletters


def newsletter(
    folder: Path, store: str, feeds: Sequence[str] = (), *, files: int = 0, private: str = "", **settings: Any
) -> Path:
    """A newsletter that follows feeds (addresses), a folder of so many files, and a feed that asks for a secret."""
    folder.mkdir(parents=True)
    sources: list[dict[str, Any]] = [
        {"name": f"Source {number}", "feed": one, "full_text": "never"} for number, one in enumerate(feeds)
    ]
    if files:
        (folder / "articles").mkdir()
        sources.append({"folder": "articles"})
    for number in range(files):
        file = folder / "articles" / f"{number}.md"
        file.write_text(f"---\ntitle: Note {number}\ndate: 2026-11-1{number}\n---\n\n{text('7', number)}\n", encoding="utf-8")
    if private:
        secret = {"Authorization": "SECRET_OF_TESTS"}
        sources.append({"name": "Réservé", "feed": private, "headers_env": secret, "full_text": "never"})
    letter = SETTINGS["newsletter"] | {"name": folder.name, "limits": {"stories_per_theme": 99}}
    collect = {"allow_private_addresses": True, "per_host": PER_HOST}
    whole = SETTINGS | {"newsletter": letter, "sources": sources, "collect": collect, "store": store} | settings
    (folder / "sources.yaml").write_text(yaml.safe_dump(whole), encoding="utf-8")
    return folder


def take_in(*folders: Path, now: datetime = YESTERDAY, cron: str | None = NIGHTLY) -> None:
    for folder in folders:
        hosting.take_in(folder, cron=cron, now=now)


def federation(place: Path, store: str, hosts: Sequence[Host], count: int = 3) -> list[Path]:
    """Newsletters that all follow the first feed of every host, and one other each; the first has a folder too."""
    folders = []
    for number in range(count):
        shared = [f"{host.url}/0.xml" for host in hosts]
        own = f"{hosts[number % len(hosts)].url}/{1 + number % 2}.xml"
        folders.append(newsletter(place / f"lettre-{number}", store, [*shared, own], files=0 if number else 2))
    take_in(*folders)
    return folders


def hosted(folder: Path) -> Hosted:
    config = load(folder / "sources.yaml")
    with open_store(config.database) as store:
        found = store.hosting.find(config.settings.newsletter.name)
        assert found
        return found


def made(folder: Path) -> dict[str, Any]:
    """The draft of a newsletter, in its store and in its files, but for when it was made and where its folder is."""
    config = load(folder / "sources.yaml")
    with open_store(config.database, reader_of(config)) as store:
        edition = store.editions.last(EDITION)
        assert edition, f"{folder.name}: {hosted(folder)}"
        events = [(event.deed, event.revision) for event in store.editions.history(EDITION)]
        used = len(store.editions.ledger().uses)
    files = folder / "editions" / EDITION
    names = sorted(file.name for file in files.iterdir() if file.name[0] != ".")  # half of one, which a killed worker left
    assert names == ["edition.json", "email.eml", "email.html", "email.txt", "report.html"], names
    kept = json.loads((files / "edition.json").read_text(encoding="utf-8"))
    assert kept["revision"] == edition.revision
    assert (files / "report.html").read_text(encoding="utf-8").rstrip().endswith("</html>")
    told = sorted((story.title, tuple(takeaway.text for takeaway in story.takeaways)) for story in edition.stories)
    sources = sorted((report.name, report.error) for report in edition.sources)
    return {"revision": edition.revision, "events": events, "stories": told, "sources": sources, "used": used}


def articles(store: str) -> dict[str, Any]:
    """Every article that a store holds, by its title, and which are told as one story; nothing twice, nothing forgotten."""
    with psycopg.connect(store) as connection:
        rows = connection.execute("SELECT title, versions.version, story FROM articles JOIN versions ON id = article").fetchall()
        unplaced = connection.execute("SELECT count(*) FROM articles WHERE story = ''").fetchone()
    titles = Counter(title for title, _, _ in rows)
    assert set(titles.values()) <= {1}, titles
    assert unplaced == (0,)
    stories: dict[str, list[str]] = {}
    for title, _, story in rows:
        stories.setdefault(story, []).append(title)
    return {"versions": sorted(row[:2] for row in rows), "stories": sorted(sorted(one) for one in stories.values())}


def everything(store: str, folders: Sequence[Path]) -> dict[str, Any]:
    """All that workers made, to be compared with what others made of the same."""
    return {"articles": articles(store)} | {folder.name: made(folder) for folder in folders}


def queued(store: str) -> list[tuple[str, str, int]]:
    """What the queue holds: task, status, attempts."""
    with psycopg.connect(store) as connection:
        rows = connection.execute("SELECT task_name, status::text, attempts FROM procrastinate_jobs ORDER BY id").fetchall()
        return [(str(task), str(status), int(attempts)) for task, status, attempts in rows]


def a_while_later(store: str, *folders: Path) -> None:
    """What a worker that was killed leaves, an hour later: no sign of life, and half of a file."""
    for folder in folders:
        for file in folder.rglob(".*"):
            os.utime(file, (time.time() - 3600, time.time() - 3600))
    with psycopg.connect(store, autocommit=True) as connection:
        if connection.execute("SELECT to_regclass('procrastinate_workers')").fetchone() != (None,):  # it died before that
            connection.execute("UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 hour'")


def until(happened: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait for something that other processes do."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


# ------------------------------------------------------------------------------------------- the workers


@dataclass
class Running:
    """A process at work."""

    pid: int
    output: Path
    _ask: Callable[[dict[str, Any]], Any]
    ended: int | None = None

    def wait(self) -> int:
        """Its exit code once it has ended, KILLED where it was."""
        if self.ended is None:
            self.ended = int(self._ask({"wait": self.pid})["code"])
        return self.ended

    def send(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def said(self) -> str:
        return self.output.read_text(encoding="utf-8", errors="replace") if self.output.exists() else ""


@dataclass
class Program:
    """The program, loaded once for all the workers."""

    place: Path
    _ask: Callable[[dict[str, Any]], Any]
    _started: list[Running] = field(default_factory=list)

    def work(self, folder: Path, **options: Any) -> str:
        """A worker that ends once nothing waits any more; what it said."""
        running = self.start(folder, **options)
        code = running.wait()
        assert code == 0, (code, running.said())
        return running.said()

    def start(self, folder: Path, **options: Any) -> Running:
        """A worker of the newsletter of a folder, at the moment of the tests; see `_Order` for what can be asked."""
        output = self.place / f"said-{len(self._started)}"
        order = asdict(_Order(folder=str(folder), output=str(output), **options))
        self._started.append(Running(int(self._ask(order)["pid"]), output, self._ask))
        return self._started[-1]

    def end(self) -> None:
        """Kill what still runs."""
        for running in self._started:
            if running.ended is None:
                running.send(signal.SIGKILL)
                running.wait()


@dataclass(frozen=True)
class _Order:
    """What a process is to do."""

    folder: str
    output: str
    words: tuple[str, ...] = ()
    """Of another command than a worker."""
    until_idle: bool = True
    look_every: float = 0.2
    alive: float = 30.0
    breaks: bool = False
    """Something goes wrong at that moment instead."""
    ahead: float = 0.0
    """Seconds by which its clock is ahead of the moment of the tests."""
    dies: str = ""
    """The name of the moment at which it is killed, of `_MOMENTS`."""
    freezes: bool = False
    """It stands still at that moment instead, until it is told to go on."""
    point: int = 0
    """The number of the moment at which it is killed, of all."""


@contextmanager
def running_program(place: Path) -> Iterator[Program]:
    """What starts workers; those that still run at the end are killed."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.federations"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "SECRET_OF_TESTS": "sésame"},
    ) as program:  # fmt: skip
        asking, answers = program.stdin, program.stdout
        assert asking
        assert answers

        def ask(order: dict[str, Any]) -> Any:
            asking.write(json.dumps(order) + "\n")
            asking.flush()
            return json.loads(answers.readline())

        try:
            yield Program(place, ask)
        finally:
            asking.close()  # which ends the others


def main() -> None:
    _load_everything()
    children: set[int] = set()
    for line in sys.stdin:
        order = json.loads(line)
        if "wait" in order:
            _, status = os.waitpid(order["wait"], 0)
            children.discard(order["wait"])
            told = {"code": os.waitstatus_to_exitcode(status)}
        else:
            child = os.fork()
            if child == 0:
                order["words"] = tuple(order["words"])
                _be(_Order(**order))
            children.add(child)
            told = {"pid": child}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
    for child in children:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def _load_everything() -> None:
    """Make a draft, after which dictionaries, templates and the like are at hand for every worker."""
    with tempfile.TemporaryDirectory() as place:
        config = load(newsletter(Path(place) / "lettre", "sqlite:///digest.db", files=4) / "sources.yaml")
        rounds.make_draft(config, now=NOW)
    assert threading.active_count() == 1


def _be(order: _Order) -> None:
    os.chdir(order.folder)
    os.dup2(os.open(order.output, os.O_CREAT | os.O_TRUNC | os.O_RDWR), 1)
    os.dup2(1, 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    code = 1
    try:
        _die_at(order)
        setattr(Workers, "run", _read_here)  # noqa: B010 - mypy knows no other way; starting processes takes longer than the rest
        setattr(cli, "clock", lambda: NOW + timedelta(seconds=order.ahead))  # noqa: B010
        if order.words:
            sys.argv = ["digest", *order.words]
            cli.main()
        else:
            work = Worker(
                load(Path(order.folder) / "sources.yaml"), cli.clock, _say, order.until_idle, order.look_every, order.alive
            )
            asyncio.run(work.work())
        code = 0
    except SystemExit as ended:
        code = int(ended.code or 0)
    except BaseException:
        logging.exception("the worker ended")
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)


def _say(message: str, **values: Any) -> None:
    sys.stdout.write(message.format(**values) + "\n")
    sys.stdout.flush()


async def _read_here(_: Workers, function: Callable[..., Any], *args: Any, **values: Any) -> Any:
    try:
        return function(*args, **values)
    except GatherError as error:
        return error


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)


_MOMENTS: dict[str, tuple[Any, str]] = {
    "before reading": (pipeline, "update"),
    "between storing and placing": (pipeline, "place_new"),
    "before the draft is kept": (pipeline, "_keep"),
    "in the middle of the files": (Path, "replace"),
    "before the team is told": (rounds, "tell_that_a_draft_waits"),
    "before how it went is noted": (Worker, "_end"),
    "before it is acknowledged": (JobManager, "finish_job"),
}
"""Moments at which a worker can be killed: before it calls a function for the first time."""


def _die_at(order: _Order) -> None:
    if order.dies:
        home, name = _MOMENTS[order.dies]
        function = getattr(home, name)

        def last(*args: Any, **values: Any) -> Any:
            setattr(home, name, function)
            if order.breaks:
                raise RuntimeError("as the test wants")
            if order.freezes:
                os.kill(os.getpid(), signal.SIGSTOP)
            else:
                _die()
            return function(*args, **values)

        setattr(home, name, last)
    if order.point:
        _count_to(order.point)


def _count_to(point: int) -> None:
    """Be killed at a moment: one at which a file is written, or something told to the store or to the queue, before or after."""
    count = 0

    def moment(*_: Any, **__: Any) -> None:
        nonlocal count
        count += 1
        if count == point:
            _die()

    def hook(name: str, values: Sequence[Any]) -> None:
        written = name == "open" and isinstance(values[2], int) and bool(values[2] & (os.O_WRONLY | os.O_RDWR))
        if written or name in ("socket.connect", "os.rename", "os.mkdir"):
            moment()

    sys.addaudithook(hook)
    event.listen(Engine, "before_cursor_execute", moment)
    event.listen(Engine, "commit", moment)
    connector = procrastinate.psycopg_connector.PsycopgConnector
    for name in ("execute_query_async", "execute_query_one_async", "execute_query_all_async"):
        setattr(connector, name, _between(getattr(connector, name), moment))


def _between(ask: Callable[..., Any], moment: Callable[[], None]) -> Callable[..., Any]:
    async def asked(*args: Any, **values: Any) -> Any:
        moment()
        given = await ask(*args, **values)
        moment()
        return given

    return asked


if __name__ == "__main__":
    main()
