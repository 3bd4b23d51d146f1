"""The JSON of the design: what `--json` prints, what `edition.json` holds, the way back from a stored edition, and its proof.

Dates are ISO 8601 in UTC. Tools outside this repository read these shapes: adding a key is allowed, changing one is not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from digest.model import (
    Also,
    Approval,
    Article,
    Edition,
    EditionStory,
    EditionTheme,
    Evidence,
    Finding,
    Fingerprint,
    Highlight,
    LeftOut,
    MadeBy,
    Period,
    Picture,
    Points,
    SourceReport,
    StoryState,
    Takeaway,
    ThemeMatch,
    Working,
)
from digest.remembering import remembered
from digest.sound import soundly

TextOf = Callable[[str, int], str]
"""The text of an article's version: what takeaways are read back from."""


def article_json(
    article: Article, themes: Sequence[ThemeMatch], takeaways: Sequence[Takeaway], state: StoryState, *, with_text: bool
) -> dict[str, Any]:
    """One item of `articles --json`."""
    return {
        "id": article.id,
        "url": article.url,
        "aliases": list(article.aliases),
        "title": article.title,
        "author": article.author,
        "source": article.source,
        "also_in": list(article.also_in),
        "published": _when(article.published),
        "collected": _when(article.collected),
        "lang": article.lang,
        "words": len(article.text.split()),
        "excerpt": excerpt(article, 300),
        "story": article.story,
        "themes": [{"id": m.id, "score": round(m.score, 3), "because": _because(m.because)} for m in themes],
        "takeaways": [_takeaway(takeaway) for takeaway in takeaways],
        "state": state,
        **({"text": article.text} if with_text else {}),
    }


def excerpt(article: Article, most: int) -> str:
    """The author's standfirst, else the first paragraph: at most `most` characters, cut between words."""
    paragraphs = (block for block in article.text.split("\n\n") if not block.startswith(("## ", "- ")))
    text = article.summary or next(paragraphs, "")
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def edition_json(edition: Edition) -> dict[str, Any]:
    """`edition.json`, `plan --json` and `show --json`."""
    return {
        "edition": edition.edition, "newsletter": edition.newsletter, "language": edition.language,
        "status": edition.status, "revision": edition.revision, "made": _when(edition.made), "subject": edition.subject,
        "preheader": edition.preheader,
        "period": {"since": _when(edition.period.since), "until": _when(edition.period.until)},
        "introduction": edition.introduction,
        "highlights": [_quoted(highlight.takeaway, highlight.url) for highlight in edition.highlights],
        "themes": [
            {"id": theme.id, "name": theme.name, "stories": [_story(story) for story in theme.stories]}
            for theme in edition.themes
        ],
        "left_out": [_left_out(out) for out in edition.left_out],
        "approval": approval_json(edition.approval),
        "sources": [
            {"name": report.name, "status": report.status, "new": report.new, "error": report.error} for report in edition.sources
        ],
    }  # fmt: skip


def edition_file(edition: Edition) -> bytes:
    """`edition.json` as a file: indented, but for what the edition leaves out, which has a line each."""
    text = json.dumps(edition_json(replace(edition, left_out=())), ensure_ascii=False, indent=2) + "\n"
    before, none, after = text.partition('\n  "left_out": []')
    left_out = b'\n  "left_out": [\n    %b\n  ]' % _lines(edition.left_out) if edition.left_out else none.encode()
    return before.encode() + left_out + after.encode()


@soundly
def edition_from_json(data: Mapping[str, Any], text_of: TextOf) -> Edition:
    """A stored edition, every takeaway read again from its article: raises SpanError where one no longer quotes it.

    Raises StoreError for JSON that is no edition, as the functions below for what is no part of one.
    """
    left_out, sources = _tray_from(data)
    return Edition(
        edition=data["edition"], newsletter=data["newsletter"], language=data["language"],
        status=data["status"], revision=data["revision"], made=datetime.fromisoformat(data["made"]), subject=data["subject"],
        preheader=data["preheader"], introduction=data["introduction"], left_out=left_out, sources=sources,
        period=Period(*(datetime.fromisoformat(data["period"][end]) for end in ("since", "until"))),
        highlights=tuple(Highlight(_takeaway_from(item, text_of), item["url"]) for item in data["highlights"]),
        themes=tuple(
            EditionTheme(theme["id"], theme["name"], tuple(_story_from(story, text_of) for story in theme["stories"]))
            for theme in data["themes"]
        ),
        approval=approval_from_json(data.get("approval")),
    )  # fmt: skip


@remembered
def _lines(left_out: tuple[LeftOut, ...]) -> bytes:
    """What an edition leaves out, thousands of stories that stay the same while a person types, as lines of `edition_file`."""
    encode = json.JSONEncoder(ensure_ascii=False).encode
    return ",\n    ".join(encode(_left_out(out)) for out in left_out).encode()


Tray = tuple[tuple[LeftOut, ...], tuple[SourceReport, ...]]
"""What an edition leaves out, and how its sources fared: nothing that it prints."""


def tray_json(edition: Edition) -> dict[str, Any]:
    """The tray of an edition: these two parts of `edition_json`."""
    content = edition_json(replace(edition, highlights=(), themes=()))
    return {key: content[key] for key in ("left_out", "sources")}


@soundly
def tray_from_json(data: Mapping[str, Any]) -> Tray:
    """The tray of a stored edition."""
    return _tray_from(data)


def _tray_from(data: Mapping[str, Any]) -> Tray:
    left_out = (LeftOut(out["id"], out["title"], out["url"], out["reason"], _points_from(out)) for out in data["left_out"])
    return tuple(left_out), tuple(SourceReport(**item) for item in data["sources"])


def approval_json(approval: Approval | None) -> dict[str, Any] | None:
    """Who signed an edition, and what."""
    return asdict(approval) | {"at": _when(approval.at)} if approval else None


@soundly
def approval_from_json(data: Mapping[str, Any] | None) -> Approval | None:
    """A kept approval, as `edition_json` writes it."""
    if data is None:
        return None
    kept = {**data, "at": datetime.fromisoformat(data["at"]), "rendered": Fingerprint(**data["rendered"])}
    return Approval(**kept)


@dataclass(frozen=True, slots=True)
class Proof:
    """A takeaway of a stored edition beside what its article holds at that place."""

    title: str
    """Of the article; its id where the edition prints no story of it."""
    article: str
    version: int
    start: int
    end: int
    made_by: MadeBy
    text: str
    """The words that the edition prints."""
    found: str
    """What the stored text holds from `start` to `end`; empty when that is no place in it."""

    @property
    def holds(self) -> bool:
        """Whether the words stand there, each of them; for a person's own words, whether what they rest on is there."""
        return bool(self.found.strip()) and (self.made_by == "editor" or self.found == self.text)


@soundly
def prove(content: Mapping[str, Any], text_of: TextOf) -> tuple[Proof, ...]:
    """Every takeaway of a stored edition, in reading order, once, against the stored text of the version it quotes.

    `content` is the edition's JSON as it was stored: an Edition made from it has its words from the texts, and so proves nothing.
    """
    stories = [story for theme in content["themes"] for story in theme["stories"]]
    titles = {story["article"]: story["title"] for story in stories}
    quoted = [*content["highlights"], *(takeaway for story in stories for takeaway in story["takeaways"])]
    return tuple(dict.fromkeys(_proofs(quoted, titles, text_of)))


def proof_json(proof: Proof) -> dict[str, Any]:
    """One item of `verify --json`."""
    return {**asdict(proof), "holds": proof.holds}


def check_json(edition: Edition, found: Sequence[tuple[Finding, str]]) -> dict[str, Any]:
    """`check --json`; each finding comes with its message in the reader's language."""
    levels = [finding.level for finding, _ in found]
    titles = {story.id: story.title for story in edition.stories}
    return {
        "edition": edition.edition,
        "revision": edition.revision,
        "errors": levels.count("error"),
        "warnings": levels.count("warning"),
        "findings": [
            {
                "check": finding.check,
                "level": finding.level,
                "message": message,
                "story": finding.story,
                "title": titles.get(finding.story or ""),
            }
            for finding, message in found
        ],
    }


def workings_json(article: Article, workings: Sequence[Working], names: Mapping[str, str]) -> dict[str, Any]:
    """`themes try --json`; `names` are those of the themes, by id."""
    return {
        "title": article.title,
        "lang": article.lang,
        "words": len(article.text.split()),
        "themes": [
            {
                "id": working.id,
                "name": names[working.id],
                "points": round(working.points, 3),
                "score": round(working.score, 3),
                "threshold": working.threshold,
                "fits": working.fits,
                "because": _because(working.because),
                "unheard": [asdict(term) for term in working.unheard],
            }
            for working in workings
        ],
    }


def _proofs(quoted: Sequence[Mapping[str, Any]], titles: Mapping[str, str], text_of: TextOf) -> Iterator[Proof]:
    for item in quoted:
        article, version, start, end = item["article"], item["version"], item["start"], item["end"]
        text = _text(item, text_of)
        yield Proof(
            title=titles.get(article, article),
            article=article,
            version=version,
            start=start,
            end=end,
            made_by=item["made_by"],
            text=item["text"],
            found=text[start:end] if 0 <= start < end <= len(text) else "",
        )


def _when(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None


def _because(evidence: Sequence[Evidence]) -> list[dict[str, Any]]:
    return [{"term": item.term, "where": item.where, "weight": round(item.weight, 3)} for item in evidence]


def _takeaway(takeaway: Takeaway) -> dict[str, Any]:
    return {
        "text": takeaway.text,
        "start": takeaway.start,
        "end": takeaway.end,
        "made_by": takeaway.made_by,
        "score": round(takeaway.score, 3),
    }


def _quoted(takeaway: Takeaway, url: str | None) -> dict[str, Any]:
    return {**_takeaway(takeaway), "article": takeaway.article, "version": takeaway.version, "url": url}


def _story(story: EditionStory) -> dict[str, Any]:
    return {
        "id": story.id, "article": story.article, "title": story.title, "url": story.url, "source": story.source,
        "published": _when(story.published), "lang": story.lang, "summary": story.summary,
        "reading_minutes": story.reading_minutes,
        "takeaways": [_quoted(takeaway, story.url) for takeaway in story.takeaways],
        "because": _because(story.because),
        "also": [{"title": also.title, "url": also.url, "source": also.source} for also in story.also],
        "points": _points(story.points),
        "instead_of": story.instead_of,
        "articles": list(story.articles),
        "picture": asdict(story.picture) if story.picture else None,
    }  # fmt: skip


def _left_out(out: LeftOut) -> dict[str, Any]:
    return {"id": out.id, "title": out.title, "url": out.url, "reason": out.reason, "points": _points(out.points)}


def _points(points: Points | None) -> dict[str, float] | None:
    return {**{part: getattr(points, part) for part in _PARTS}, "total": points.total} if points else None


def _points_from(data: Mapping[str, Any]) -> Points | None:
    """The points of a story; None in an edition that was kept before they were."""
    return Points(**{part: kept.get(part, 0.0) for part in _PARTS}) if (kept := data.get("points")) else None


_PARTS = tuple(part.name for part in fields(Points))


def _story_from(data: Mapping[str, Any], text_of: TextOf) -> EditionStory:
    kept = {field.name: data[field.name] for field in fields(EditionStory) if field.name in data}
    read = {
        "published": datetime.fromisoformat(data["published"]) if data["published"] else None,
        "takeaways": tuple(_takeaway_from(item, text_of) for item in data["takeaways"]),
        "because": tuple(Evidence(**item) for item in data["because"]),
        "also": tuple(Also(**item) for item in data["also"]),
        "points": _points_from(data),
        "articles": tuple(data.get("articles", ())),
        "picture": Picture(**data["picture"]) if data.get("picture") else None,
    }
    return EditionStory(**(kept | read))


def _takeaway_from(data: Mapping[str, Any], text_of: TextOf) -> Takeaway:
    return Takeaway(
        _text(data, text_of),
        article=data["article"],
        start=data["start"],
        end=data["end"],
        made_by=data["made_by"],
        score=data["score"],
        version=data["version"],
        words=data["text"] if data["made_by"] == "editor" else None,
    )


def _text(data: Mapping[str, Any], text_of: TextOf) -> str:
    """The text that a stored takeaway quotes. Raises TypeError where it does not say which."""
    if (type(data["article"]), type(data["version"])) != (str, int):
        raise TypeError("a takeaway of no article")
    return text_of(data["article"], data["version"])
