"""What stands above a pasted text: a section's name, the title, bylines, the article's address, the head of an e-mail.

Read line by line, because people leave no blank lines there. Precision first: reading stops at the first line that may be of the
text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from digest.gather.addresses import is_web
from digest.gather.blocks import one_line
from digest.gather.furniture import says_the_title
from digest.gather.key_points import key_points_name
from digest.gather.pasted import HANGING
from digest.language.words import fold

_LONGEST_TITLE = 200
_MOST = 14
"""Lines with words from the top among which a head is looked for."""
_TITLE = re.compile(r"(?:titre|title|objet|sujet|subject)[\s*]*:[\s*]*(?P<words>\S.*)", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?:(?:source|lien|url|adresse|link|address|lire l['’]article(?: original)?|article original)[\s*]*:\s*)?<?(?P<url>https?://[^\s<>]+)>?",
    re.IGNORECASE,
)
_LETTER = re.compile(
    r"\W*(?:(?P<date>envoyé(?: le)?|sent|date)|(?P<title>objet|subject|sujet)|de|from|à|to|cci?|bcc|répondre à|reply-to)"
    r"[\s*]*:[\s*]*(?P<words>.*)",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"\W*(?:forwarded message|message (?:d['’]origine|transféré|original)|début du message \w+)\W*", re.IGNORECASE
)
_ANSWERED = re.compile(r"(?:(?:re|tr|fwd?|rv)\s*:\s*)+", re.IGNORECASE)
_RUBRIC = re.compile(
    r"actualites?|actus?|a la une|dossiers?|tribune|blog|billet|news|entretien|interview|opinion"
    r"|analyse|reportage|communique(?: de presse)?"
)


@dataclass(slots=True)
class Head:
    """What the lines above a text say; empty or None where they do not."""

    title: str = ""
    url: str | None = None
    date: str | None = None
    """As written."""
    bylines: list[str] = field(default_factory=list)
    """The lines of dates, authors and furniture."""


def take_head(lines: Sequence[str], is_byline: Callable[[str], bool], title: str = "") -> tuple[Head, list[str]]:
    """The head of a text and the lines without it; `title` is the one already known.

    A title that nothing of the head follows stays in the lines, for the blank lines below it tell where it ends.
    """
    head = Head(title)
    rest = _without_letter(list(lines), head)
    rest = _without_top(_without_rubric(rest, is_byline), head, is_byline)
    return head, _without_last_address(rest, head)


def _without_letter(lines: list[str], head: Head) -> list[str]:
    """The lines without the head of an e-mail, whose subject is the title."""
    kinds: list[str] = []
    title, date, end = "", None, 0
    for i, line in enumerate(lines):
        found = _LETTER.fullmatch(line)
        if not found and (kinds or (line.strip() and not _FORWARDED.fullmatch(line))):
            break
        if found:
            end = i + 1
            kinds.append("title" if found["title"] else "date" if found["date"] else "person")
            title = _ANSWERED.sub("", one_line(found["words"])) if found["title"] else title
            date = one_line(found["words"]) if found["date"] else date
    if len(kinds) < 2 or not title:
        return lines
    head.title, head.date = head.title or title, date
    return lines[end:]


def _without_rubric(lines: list[str], is_byline: Callable[[str], bool]) -> list[str]:
    """The lines without the name of a section that stands above the title: one or two words in capitals, or a known one."""
    worded = [i for i, line in enumerate(lines) if line.strip()][:_MOST]
    if len(worded) < 3:
        return lines
    first, second = one_line(lines[worded[0]]), one_line(lines[worded[1]])
    capitals = first.isupper() and len(first.split()) <= 2 and len(first) >= 4
    if not (capitals or _RUBRIC.fullmatch(fold(first))) or key_points_name(first):
        return lines
    if len(second.split()) < 3 or len(second) > _LONGEST_TITLE or second[-1] in ".;,:" or is_byline(second):
        return lines
    return lines[worded[1] :]


def _without_top(lines: list[str], head: Head, is_byline: Callable[[str], bool]) -> list[str]:
    taken: set[int] = set()
    plain: list[int] = []
    settled = bool(head.title)
    for i in [i for i, line in enumerate(lines) if line.strip()][:_MOST]:
        line = one_line(lines[i])
        if label := _TITLE.fullmatch(line) if not head.title else None:
            head.title = label["words"]
            settled = True
        elif _ADDRESS.fullmatch(line) and (head.url is None or article_address(line) is None):
            head.url = head.url or article_address(line)
        elif is_byline(line):
            head.bylines.append(line)
        elif plain and says_the_title(line, one_line(lines[plain[0]])):
            continue
        elif len(plain) < (1 if settled else 2) and len(line) <= _LONGEST_TITLE:
            plain.append(i)
            continue
        else:
            break
        taken.add(i)
    if not settled and plain and (below := min((i for i in taken if i > plain[0]), default=0)):
        above = [i for i in plain if i < below]
        if above[-1] == below - 1 and above[0] >= below - 2:  # no blank line tells where the title ends
            taken |= _title_lines(lines, above, head)
    return [line for i, line in enumerate(lines) if i not in taken]


def _title_lines(lines: list[str], plain: list[int], head: Head) -> set[int]:
    """The lines of a title that something of the head follows: the first, and a second that goes on with it."""
    of_title = plain[:1]
    if len(plain) > 1 and (lines[plain[1]][:1].islower() or lines[plain[0]].lower().split()[-1] in HANGING):
        of_title = plain[:2]
    head.title = one_line(re.sub(r"^\s{0,3}#{1,6}\s+", "", " ".join(lines[i] for i in of_title)))
    return set(of_title)


def _without_last_address(lines: list[str], head: Head) -> list[str]:
    """The lines without the article's address that stands alone below the text."""
    worded = [i for i, line in enumerate(lines) if line.strip()]
    if head.url is not None or len(worded) < 3:
        return lines
    above = lines[worded[-2]].strip()
    url = article_address(one_line(lines[worded[-1]]))
    if url is None or above.endswith(":") or re.search(r"https?://\S+$", above):
        return lines  # the address of something that the text tells
    head.url = url
    return lines[: worded[-1]]


def article_address(line: str) -> str | None:
    """The address of one page that a whole line is, named or bare; a site's first page is nobody's article."""
    found = _ADDRESS.fullmatch(line)
    if found is None or not is_web(found["url"]):
        return None
    parts = urlsplit(found["url"])
    return found["url"] if parts.path.strip("/") or parts.query else None
