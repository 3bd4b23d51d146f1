"""Who may import whom: the rooms of ARCHITECTURE.md, enforced."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "digest"

MAY_IMPORT = {
    "__main__": {"cli"},
    "errors": set(),
    "resources": set(),
    "model": {"errors"},
    "mistakes": {"errors"},
    "settings": {"errors", "mistakes"},
    "yaml_text": {"errors"},
    "remembering": set(),
    "sound": {"errors"},
    "formats": {"model", "remembering", "sound"},
    "language": {"errors", "resources"},
    "gather": {"errors", "model", "settings", "language", "yaml_text", "resources"},
    "judge": {"errors", "model", "settings", "language"},
    "compose": {"errors", "model", "settings", "language", "yaml_text", "remembering"},
    "deliver": {"errors", "model", "settings", "language", "formats"},
    "ledger": {"errors", "model"},
    "store": {"errors", "model", "formats", "ledger"},
    "config": {"errors", "settings", "yaml_text", "resources"},
    "illustrate": {"errors", "model", "language", "gather", "compose", "store", "config"},
    "publishing": {"language", "compose", "deliver", "store", "config"},
    "preflight": {"model", "language", "gather", "compose", "formats", "store", "config"},
    "opening": {"config", "store"},
    "placing": {"model", "judge", "store"},
    "pipeline": {
        "illustrate",
        "placing",
        "errors",
        "ledger",
        "model",
        "settings",
        "language",
        "gather",
        "judge",
        "compose",
        "deliver",
        "store",
        "config",
        "preflight",
    },
    "federation": {
        "errors",
        "language",
        "model",
        "settings",
        "compose",
        "gather",
        "store",
        "config",
        "opening",
        "pipeline",
        "notify",
    },
    "notify": {"model", "language", "compose", "deliver", "store", "config", "preflight"},
    "yaml_edits": {"errors", "yaml_text"},
    "desk": {
        "errors",
        "ledger",
        "model",
        "settings",
        "language",
        "gather",
        "compose",
        "deliver",
        "store",
        "config",
        "pipeline",
        "preflight",
        "judge",
        "yaml_edits",
        "yaml_text",
    },
    "terminal": {"errors", "formats", "model", "settings", "language", "compose"},
    "review": {
        "opening",
        "errors",
        "ledger",
        "model",
        "settings",
        "language",
        "compose",
        "gather",
        "store",
        "config",
        "pipeline",
        "desk",
        "preflight",
        "illustrate",
        "notify",
        "resources",
    },
    "cli": {
        "federation",
        "opening",
        "review",
        "desk",
        "errors",
        "model",
        "language",
        "config",
        "compose",
        "formats",
        "gather",
        "illustrate",
        "notify",
        "pipeline",
        "preflight",
        "publishing",
        "resources",
        "store",
        "terminal",
    },
}
"""A room imports itself and these. One way: cli -> pipeline -> stages, store, config -> language, formats -> the nouns."""

HOMES = {
    "croniter": {"federation.timetable"},
    "procrastinate": {"federation"},
    "psycopg_pool": {"federation"},
    "aiohttp": {"gather.collect", "deliver.web", "review"},
    "argon2": {"review.sign_in"},
    "cssutils": {"compose.inlining"},
    "babel": {"language.dates", "language.names", "language.translations"},
    "feedparser": {"gather.xml_feed"},
    "filelock": {"store"},
    "jinja2": {"compose.render", "review.pages"},
    "lxml": {"gather.markup", "gather.blocks", "compose.inlining", "compose.mjml", "compose.checks.page"},
    "markdown_it": {"gather.markup"},
    "mjml": {"compose.mjml"},
    "PIL": {"compose.pictures"},
    "premailer": {"compose.inlining"},
    "pydantic": {"mistakes", "settings"},
    "pydantic_core": {"mistakes", "settings"},
    "psycopg": {"store"},
    "py3langid": {"language.words"},
    "rich": {"terminal"},
    "simplemma": {"language.words"},
    "sqlalchemy": {"store"},
    "trafilatura": {"gather.pages"},
    "click": {"cli"},
    "typer": {"cli"},
    "yaml": {"yaml_text"},
}
"""A third-party package has one home, a module or a room; lxml, the parser under several others, has one on each side."""

EVERYWHERE = {"digest", "numpy"} | sys.stdlib_module_names
DECIDING = {"errors", "ledger", "mistakes", "model", "settings", "formats", "language", "judge", "compose", "gather"}
DOING = {"gather.collect", "gather.pages", "gather.pictures", "gather.reachable", "gather.sources", "gather.workers"}
"""In gather/, what goes to the network or starts a process."""
IMPURE = {"asyncio", "http.client", "random", "secrets", "socket", "sqlite3", "ssl", "subprocess", "time", "urllib.request"}


def modules() -> dict[str, str]:
    """The source of every module, by its name inside the package; a folder's `__init__.py` has the folder's name."""
    files = (file for file in sorted(PACKAGE.rglob("*.py")) if file != PACKAGE / "__init__.py")
    return {
        ".".join(file.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): file.read_text(encoding="utf-8")
        for file in files
    }


def imports(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, "absolute imports only"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def violations(name: str, source: str) -> list[str]:
    room, found = name.split(".")[0], []
    for imported in imports(source):
        top, *rest = imported.split(".")
        if top == "digest" and rest:
            if rest[0] != room and rest[0] not in MAY_IMPORT.get(room, set()):
                found.append(f"{name} imports digest.{rest[0]}")
        elif top not in EVERYWHERE and not {name, room} & HOMES.get(top, set()):
            found.append(f"{name} imports {top}, whose home is {', '.join(sorted(HOMES.get(top, {'nowhere'})))}")
        if room in DECIDING and name not in DOING and any(imported == bad or imported.startswith(bad + ".") for bad in IMPURE):
            found.append(f"{name} decides, so it may not import {imported}")
    return found


def clock_reads(source: str) -> list[str]:
    return [
        f"{node.func.attr}()"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("now", "utcnow", "today")
    ]


def test_a_room_imports_only_what_stands_below_it() -> None:
    assert [violation for name, source in modules().items() for violation in violations(name, source)] == []


def test_only_the_door_reads_the_clock() -> None:
    assert {name for name, source in modules().items() if clock_reads(source)} <= {"cli"}


@pytest.mark.parametrize(
    ("name", "planted"),
    [
        ("judge.themes", "from digest.gather.parse import parse_feed"),
        ("compose.render", "from digest.store import Store"),
        ("model", "from digest import settings"),
        ("gather.folder", "import feedparser"),
        ("judge.stories", "import random"),
        ("gather.parse", "import unheard_of"),
        ("pipeline", "import digest.cli"),
    ],
)
def test_a_planted_violation_is_found(name: str, planted: str) -> None:
    assert violations(name, planted)


def test_a_planted_clock_is_found() -> None:
    assert clock_reads("from datetime import datetime\nx = datetime.now()") == ["now()"]


def test_every_module_belongs_to_a_room() -> None:
    assert {name.split(".")[0] for name in modules()} <= set(MAY_IMPORT)
