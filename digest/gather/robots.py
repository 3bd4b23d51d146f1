"""What a site lets a program read: robots.txt as RFC 9309 tells it, stars included, which the standard library ignores. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

_LONGEST = 500_000
"""Characters read of a robots.txt; RFC 9309, 2.5 asks for 500 KiB at least."""
LONGEST_DELAY = 10.0
"""Seconds; some sites ask for minutes, and a draft waits for its pages."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a site for us: each a path pattern and whether it allows; the longest that matches decides."""

    lines: tuple[tuple[str, bool], ...] = ()
    delay: float = 0.0
    """Seconds that the site asks to leave between two requests (Crawl-delay), at most `LONGEST_DELAY`."""

    def allow(self, url: str) -> bool:
        """Whether we may read an address of this site. Between two patterns of one length, the one that allows wins."""
        parts = urlsplit(url)
        path = _spelled((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        if path == "/robots.txt":
            return True
        matching = [(len(pattern), allows) for pattern, allows in self.lines if _matches(pattern, path)]
        return max(matching, default=(0, True))[1]


EVERYTHING = Rules()
NOTHING = Rules((("/", False),))


def rules_for(status: int, body: bytes, agent: str) -> Rules:
    """The rules of a site from the answer to its /robots.txt, for a program named `agent` ("digest").

    RFC 9309, 2.3.1: there is none (4xx) - everything may be read; the site is in trouble (5xx, no answer: 0) - nothing may.
    """
    if status == 200:
        return read_rules(body[:_LONGEST].decode("utf-8", "replace"), agent)
    return EVERYTHING if 400 <= status < 500 else NOTHING


def read_rules(text: str, agent: str) -> Rules:
    """The groups that name the agent, all together; those for everybody (`*`) where none does."""
    groups = list(_groups(text))
    own = [lines for agents, lines in groups if agent.lower() in agents]
    fields = [field for lines in own or [lines for agents, lines in groups if "*" in agents] for field in lines]
    # An empty `Disallow:` forbids nothing.
    rules = tuple((_spelled(value), key == "allow") for key, value in fields if value.startswith(("/", "*")))
    return Rules(rules, max((_seconds(value) for key, value in fields if key == "crawl-delay"), default=0.0))


def _seconds(value: str) -> float:
    return min(float(value), LONGEST_DELAY) if re.fullmatch(r"\d{1,6}(?:\.\d{1,6})?", value) else 0.0


def _groups(text: str) -> Iterator[tuple[set[str], list[tuple[str, str]]]]:
    """Each group of robots.txt: the agents it is for, and its fields."""
    agents: set[str] = set()
    lines: list[tuple[str, str]] = []
    for key, value in _fields(text):
        if key != "user-agent":
            lines.append((key, value))
            continue
        if lines:
            yield agents, lines
            agents, lines = set(), []
        agents.add(value.split("/")[0].lower())
    yield agents, lines


def _fields(text: str) -> Iterator[tuple[str, str]]:
    for line in text.lstrip("\ufeff").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        key = key.strip().lower()
        if colon and key in ("user-agent", "allow", "disallow", "crawl-delay"):
            yield key, value.strip()


def _matches(pattern: str, path: str) -> bool:
    """Whether a pattern fits the start of a path, or all of it where it ends with `$`; in one pass, whatever the stars."""
    first, *rest = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    place = len(first)
    for i, part in enumerate(rest):
        if pattern.endswith("$") and i == len(rest) - 1:
            return len(path) - len(part) >= place and path.endswith(part)
        found = path.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    return not pattern.endswith("$") or place == len(path)


def _spelled(path: str) -> str:
    """A path or a pattern in one spelling, so that `%7E` and `~` are the same."""
    return quote(unquote(path, errors="surrogateescape").encode("utf-8", "surrogateescape"), safe="/:@!$&'()*+,;=~-._?%")
