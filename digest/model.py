"""The nouns of the line, in the order in which they appear: frozen values, aware UTC datetimes, tuples inside.

An article is gathered, stories group articles, themes and takeaways are judged, an edition prints them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
from datetime import datetime
from typing import Literal

from digest.errors import N_, DigestError, SpanError

DatedBy = Literal["author", "file"]
MadeBy = Literal["section", "extract", "editor"]
Where = Literal["title", "opening", "body", "source"]
Silence = Literal["excluded", "longer", "alone"]
StoryState = Literal["new", "proposed", "published", "held", "rejected"]
EditionStatus = Literal["planned", "draft", "approved", "delivered", "discarded"]
SourceStatus = Literal["ok", "unchanged", "failed"]
Level = Literal["error", "warning", "note"]
Fate = Literal["ok", "redirected", "gone", "failed"]
Deed = Literal["draft", "edit", "approve", "reopen", "discard", "deliver", "send-test", "notify"]


# ------------------------------------------------------------------------------------------------ gather


@dataclass(frozen=True, slots=True)
class Link:
    """A link that an article makes: the words it stands on, and where it goes (absolute http or https address)."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Article:
    """One cleaned piece, whatever it came from.

    `text` is plain text with the least of Markdown: blocks separated by one blank line, headings as `## `, list items as
    `- ` (one line each); every block is one line. It never changes once stored: a changed page is the next `version`.
    """

    id: str
    """16 hexadecimal digits, from the canonical address (or from the file's path in its folder)."""
    url: str | None
    """Canonical address; None for a file that gives none."""
    title: str
    source: str
    """Name of the source it first came from."""
    collected: datetime
    text: str
    lang: str = "fr"
    """Two-letter code of the language it is written in."""
    author: str | None = None
    """None where nobody is named."""
    published: datetime | None = None
    """None for a feed entry without a (sane) date."""
    dated_by: DatedBy | None = None
    """Who gave `published`: the author (feed, front matter, dateline) or only the file's own date. None without a date."""
    summary: str = ""
    """The author's own standfirst or the feed's excerpt, plain text; empty where there is none."""
    links: tuple[Link, ...] = ()
    aliases: tuple[str, ...] = ()
    """Every address it was seen at, as given."""
    also_in: tuple[str, ...] = ()
    """Other sources that carried it."""
    picture: Link | None = None
    """The picture that stands for it: its alternative text (may be empty) and its address."""
    version: int = 1
    story: str = ""
    """Id of the story it belongs to: the id of that story's first article. Empty until it is stored."""


@dataclass(frozen=True, slots=True)
class SourceReport:
    """How one source fared in one collection: a line for the team."""

    name: str
    status: SourceStatus
    new: int = 0
    """Articles stored for the first time."""
    error: str | None = None
    """What went wrong, in the newsletter's language, a line each; None where all is well. A source may be `ok` and still carry a
    note (one broken file in a folder)."""


# ------------------------------------------------------------------------------------------------ judge


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a theme was given: a term as it stands in the article, where, and what it weighed."""

    term: str
    where: Where
    weight: float


@dataclass(frozen=True, slots=True)
class ThemeMatch:
    """A theme that fits an article, with its score (0 to 1, 0.5 is the threshold) and the evidence, heaviest first."""

    id: str
    score: float
    because: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Unheard:
    """A term of a theme that stands in an article without counting."""

    term: str
    """As it stands in the article."""
    where: Where
    why: Silence
    """`excluded`: inside an excluded expression; `longer`: inside a longer term; `alone`: a weak word without its company."""
    inside: str | None = None
    """The expression or the longer term that it stands inside, as it stands in the article; None for `alone`."""


@dataclass(frozen=True, slots=True)
class Working:
    """How a theme was weighed for an article: all that counts, heaviest first, and all that does not."""

    id: str
    score: float
    threshold: float
    """The score from which the theme is given."""
    because: tuple[Evidence, ...] = ()
    unheard: tuple[Unheard, ...] = ()

    @property
    def points(self) -> float:
        """What the evidence weighs together."""
        return sum(each.weight for each in self.because)

    @property
    def fits(self) -> bool:
        return self.score >= self.threshold


@dataclass(frozen=True, slots=True)
class Takeaway:
    """A span of an article's text worth a reader's minute.

    Made from the article's whole text (`of`) and a span; the words are read from there, so that a takeaway that quotes nothing
    cannot be constructed. Raises SpanError when the span is empty, blank or outside the text. `editor` takeaways show the words
    of a person (`words`) and keep the span they rest on.
    """

    of: InitVar[str]
    article: str
    """Id of the article."""
    start: int
    """Offset of the first character in `article.text`, in characters."""
    end: int
    """Offset after the last character."""
    made_by: MadeBy
    score: float = 0.0
    version: int = 1
    """Version of the article's text that is quoted."""
    words: InitVar[str | None] = None
    text: str = field(init=False)

    def __post_init__(self, of: str, words: str | None) -> None:
        quoted = of[self.start : self.end] if 0 <= self.start < self.end <= len(of) else ""
        if not quoted.strip():
            raise SpanError(
                N_("takeaway of article {article}: nothing to quote at {start}:{end}"),
                article=self.article, start=self.start, end=self.end,
            )  # fmt: skip
        if (words is not None) != (self.made_by == "editor"):
            raise SpanError(
                N_("takeaway of article {article}: only an editor's takeaway has words of its own"), article=self.article
            )
        object.__setattr__(self, "text", quoted if words is None else words)


@dataclass(frozen=True, slots=True)
class Story:
    """The articles that tell the same news: the best one leads, the others are listed under it. `themes` is best first."""

    id: str
    lead: Article
    others: tuple[Article, ...] = ()
    themes: tuple[ThemeMatch, ...] = ()

    @property
    def articles(self) -> tuple[Article, ...]:
        return (self.lead, *self.others)


@dataclass(frozen=True, slots=True)
class Kinship:
    """Which story an article belongs to, and why: kept, so that the team can split what was merged."""

    article: str
    story: str
    to: str | None
    """Id of the article it resembles; None when it starts a story."""
    because: Literal["alone", "copy", "same-news", "team"]
    score: float


@dataclass(frozen=True, slots=True)
class Points:
    """What a story is worth to an edition, out of 100 (5 more for a held one), by its parts: see `digest.judge.scores`."""

    theme: float
    recency: float
    sources: float
    completeness: float
    length: float
    language: float
    held: float

    @property
    def total(self) -> float:
        parts = (self.theme, self.recency, self.sources, self.completeness, self.length, self.language, self.held)
        return round(sum(parts), 1)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A story that the edition does not print, and the reason, in the words of the design (`duplicate-of:ID`, `no-theme`…)."""

    id: str
    title: str
    url: str | None
    reason: str
    points: Points | None = None
    """Of a story; None for an article that another story tells."""


# ------------------------------------------------------------------------------------------------ compose


@dataclass(frozen=True, slots=True)
class Period:
    """The stretch of time an edition covers: from `since` (included) to `until` (excluded), both aware."""

    since: datetime
    until: datetime

    def __contains__(self, moment: datetime) -> bool:
        return self.since <= moment < self.until


@dataclass(frozen=True, slots=True)
class Highlight:
    """A takeaway brought to the top of the edition, with the address of the article it quotes."""

    takeaway: Takeaway
    url: str | None


@dataclass(frozen=True, slots=True)
class Also:
    """Another article that tells the same news."""

    title: str
    url: str | None
    source: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that an edition prints, as it was scaled and kept: the email never loads it from where it was found."""

    name: str
    """File name, from the bytes: 16 hexadecimal digits and `.jpg` or `.png`."""
    alt: str
    width: int
    """Pixels as displayed; the file may hold twice as many."""
    height: int
    url: str
    """Where it was found."""


@dataclass(frozen=True, slots=True)
class EditionStory:
    """A story as an edition prints it."""

    id: str
    """The story's id."""
    article: str
    """Id of the article that leads."""
    title: str
    url: str | None
    source: str
    published: datetime | None
    lang: str
    summary: str
    reading_minutes: int
    takeaways: tuple[Takeaway, ...] = ()
    because: tuple[Evidence, ...] = ()
    """Why it stands under this theme."""
    also: tuple[Also, ...] = ()
    points: Points | None = None
    """What it was chosen for; None where nothing chose it."""
    instead_of: str | None = None
    """Id of the theme that fits it best, where it stands under another one because that one holds more; else None."""
    articles: tuple[str, ...] = ()
    """Ids of every article that tells it, the lead first: what the edition uses up when it is delivered."""
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class EditionTheme:
    """A heading of the edition and its stories, in printing order."""

    id: str
    name: str
    stories: tuple[EditionStory, ...]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a rendered email is recognised by: the SHA-256 of its parts, in hexadecimal."""

    subject: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Approval:
    """A person signed an edition as it was rendered then."""

    by: str
    at: datetime
    revision: int
    rendered: Fingerprint


@dataclass(frozen=True, slots=True)
class Edition:
    """One number of the newsletter, or the plan of one (`status` is then `planned` and `revision` 0)."""

    edition: str
    """`2026-11`, `2026-W47`, or a name."""
    newsletter: str
    language: str
    status: EditionStatus
    revision: int
    made: datetime
    """When this revision was made: what the email is dated by."""
    period: Period
    subject: str
    preheader: str
    introduction: str
    highlights: tuple[Highlight, ...]
    themes: tuple[EditionTheme, ...]
    left_out: tuple[LeftOut, ...] = ()
    sources: tuple[SourceReport, ...] = ()
    approval: Approval | None = None
    """Who signed it; None for a draft, and again None as soon as anything changes."""

    @property
    def stories(self) -> tuple[EditionStory, ...]:
        """Every story, in printing order."""
        return tuple(story for theme in self.themes for story in theme.stories)


@dataclass(frozen=True, slots=True)
class RenderedEmail:
    """An edition as it will be read: subject, HTML and plain text of the same content."""

    subject: str
    html: str
    text: str
    folded: tuple[str, ...] = ()
    """Ids of the stories that the HTML prints as a title and a link only, so that it stays under `email_bytes`."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found in an edition: errors block approval, warnings do not, notes tell what is as it should be."""

    check: str
    """Name of the check, as `weight` or `alt-text`: stable, read by other programs."""
    level: Level
    message: str
    """English template with named values, for the catalogues."""
    values: Mapping[str, object] = field(default_factory=dict)
    story: str | None = None
    """Id of the story it is about; None for the edition as a whole."""


@dataclass(frozen=True, slots=True)
class LinkState:
    """What the address of a link answered when it was tried: `redirected` for good, `gone` (404, 410), or `failed` otherwise."""

    fate: Fate
    status: int = 0
    """Of the last answer; 0 where there was none."""
    to: str | None = None
    """Where it says it lives from now on; None unless redirected."""
    cause: DigestError | None = None
    """Why it failed; None where it answered well."""


# ------------------------------------------------------------------------------------------------ desk


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about a story, for a newsletter: `held` for a later edition, or `rejected` for good."""

    story: str
    state: Literal["held", "rejected"]
    edition: str
    """The edition it was decided in; a held story stays out of this one."""
    by: str
    made: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was done to an edition: its history, oldest first."""

    deed: Deed
    by: str | None
    """The person; None for the program."""
    at: datetime
    revision: int
    """The revision it made, or was done to."""
    place: str | None = None
    """Where it was delivered, or whom a test was sent to."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an edition handed over to a place."""

    id: str
    """What the place calls the draft: a campaign's id, a message's UID, a path."""
    where: str
    """Where a person finds it: an address to open, the name of a folder."""
    replaced: bool = False
    """Whether a draft of the same edition was there and is now this one."""
