"""The ledger as a state machine: whatever a team does in whatever order, an article is delivered once and no story is lost."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from digest import desk
from digest.compose.periods import choose_period
from digest.compose.revising import change, put_in, take_out
from digest.config import Config
from digest.errors import DeliveryError, GateError, TooFewStoriesError
from digest.ledger import Ledger, Use, after
from digest.model import Article, Decision, Edition, Kinship, StoryState
from digest.pipeline import draft, plan, tell
from digest.settings import parse
from digest.store import Reader, Store, open_store

from .conftest import NOW, SETTINGS
from .databases import Postgres

EDITIONS = ("2026-11", "numero-special")
TOWNS = ("Lorient", "Mulhouse", "Sète", "Roubaix", "Brest")
STORIES = tuple(f"{number:016x}" for number in range(len(TOWNS)))
Editions = strategies.sampled_from(EDITIONS)
Stories = strategies.sampled_from(STORIES)


class Team(RuleBasedStateMachine):
    """A team at work on two editions that draw on the same five stories, and what ought to be true of them."""

    def address(self) -> str:
        """Of a new store."""
        return "sqlite:///digest.db"

    @initialize()
    def open(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        home = Path(self._folder.name)
        refused = {"host": "127.0.0.1", "port": 1, "user": "camille", "password_file": "secret"}
        limits = {**SETTINGS["newsletter"], "limits": {"min_stories": 1}, "unsubscribe": "https://essai.example/non"}
        wanted = {**SETTINGS, "newsletter": limits, "deliver": {"boite": {"imap": refused}}, "store": self.address()}
        (home / "secret").write_text("s3cret", encoding="utf-8")
        self.config = Config(home / "sources.yaml", parse(wanted))
        self.now = NOW
        self.published: dict[str, str] = {}
        """By story, the edition it was delivered in: what the ledger should say."""
        self.decided: dict[str, StoryState] = {}
        with self.store() as store:
            store.add([_article(number, town) for number, town in enumerate(TOWNS)])
            store.place([Kinship(story, story, None, "alone", 0.0) for story in STORIES])
        for name in EDITIONS:
            self.make_a_draft(name)

    def teardown(self) -> None:
        if hasattr(self, "_folder"):
            self._folder.cleanup()

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The store opened anew each time, as each command and each page does."""
        self.now += timedelta(minutes=1)
        with open_store(self.config.database, Reader("Le fil d'essai")) as store:
            yield store

    def plan(self, store: Store, name: str) -> Edition:
        period = choose_period(name, since=NOW.date() - timedelta(days=20), until=NOW.date(), now=NOW, tz=UTC)
        return plan(self.config, store, name, period, now=self.now)

    # ------------------------------------------------------------------------------------------- what a team does

    @rule(name=Editions)
    def make_a_draft(self, name: str) -> None:
        with self.store() as store, suppress(GateError, TooFewStoriesError):
            draft(self.config, store, self.plan(store, name), now=self.now)

    @rule(name=Editions, story=Stories, reason=strategies.sampled_from(["dropped", "held", "rejected"]))
    def take_a_story_out(self, name: str, story: str, reason: str) -> None:
        with self.store() as store:
            edition = store.editions.last(name)
            if edition is None or story not in [one.id for one in edition.stories]:
                return
            decided: dict[str, StoryState] = {} if reason == "dropped" else {story: reason}  # type: ignore[dict-item]  # the two others
            revised = take_out(edition, story, reason="held" if reason == "held" else "rejected")
            self.revise(store, edition, revised, decided)

    @rule(name=Editions, story=Stories)
    def bring_a_story_in(self, name: str, story: str) -> None:
        with self.store() as store:
            edition = store.editions.last(name)
            if edition is None or story not in [out.id for out in edition.left_out]:
                return
            names = {theme.id: theme.title("fr") for theme in self.config.settings.themes}
            self.revise(store, edition, put_in(edition, tell(self.config, store, story, "ia"), "ia", names), {story: "new"})

    @rule(name=Editions, story=Stories)
    def rename_a_story(self, name: str, story: str) -> None:
        with self.store() as store:
            edition = store.editions.last(name)
            if edition and story in [one.id for one in edition.stories]:
                renamed = change(edition, story, lambda one: replace(one, title=f"{one.title} (suite)"))
                self.revise(store, edition, renamed, {})

    def revise(self, store: Store, before: Edition, revised: Edition, decided: dict[str, StoryState]) -> None:
        try:
            desk.revise(self.config, store, before, revised, by="Camille", now=self.now, decided=decided)
        except GateError:
            assert before.status in ("delivered", "discarded")
            return
        for story in revised.stories:
            self.decided.pop(story.id, None)
        self.decided |= {story: state for story, state in decided.items() if state != "new"}

    @rule(name=Editions)
    def approve(self, name: str) -> None:
        with self.store() as store:
            if store.editions.last(name) is None:
                return
            try:
                desk.approve(self.config, store, name, by="Camille", now=self.now)
            except GateError:
                edition = desk.opened(store, name)
                taken = [story.id for story in edition.stories if self.published.get(story.id, name) != name]
                assert edition.status in ("delivered", "discarded") or taken or not edition.stories

    @rule(name=Editions)
    def reopen(self, name: str) -> None:
        with self.store() as store:
            if store.editions.last(name):
                with suppress(GateError):
                    desk.reopen(self.config, store, name, by="Camille", now=self.now)

    @rule(name=Editions)
    def discard(self, name: str) -> None:
        with self.store() as store:
            if store.editions.last(name) is None:
                return
            with suppress(GateError):
                desk.discard(self.config, store, name, by="Camille", now=self.now)
                made = store.editions.ledger().decisions
                self.decided = {story: state for story, state in self.decided.items() if state == "rejected" or story in made}

    @rule(name=Editions)
    def deliver(self, name: str) -> None:
        with self.store() as store:
            edition = store.editions.last(name)
            if edition is None:
                return
            try:
                desk.deliver(self.config, store, name, "files", by="Camille", now=self.now)
            except GateError:
                assert edition.status in ("draft", "discarded") or any(
                    self.published.get(story.id, name) != name for story in edition.stories
                )
                return
            assert edition.status in ("approved", "delivered")
            self.published |= {story.id: name for story in edition.stories}

    @rule(name=Editions)
    def sign_and_deliver(self, name: str) -> None:
        self.approve(name)
        self.deliver(name)

    @rule(name=Editions)
    def fail_to_deliver(self, name: str) -> None:
        with self.store() as store:
            if store.editions.last(name):
                with pytest.raises((GateError, DeliveryError)):
                    desk.deliver(self.config, store, name, "boite", by="Camille", now=self.now)

    @rule(name=Editions)
    def crash_before_the_delivery_is_noted(self, name: str) -> None:
        with self.store() as store, pytest.MonkeyPatch.context() as patch:
            if store.editions.last(name):
                patch.setattr(store.editions, "deliver", _crash)
                with suppress(GateError, KeyboardInterrupt):
                    desk.deliver(self.config, store, name, "files", by="Camille", now=self.now)

    # ------------------------------------------------------------------------------------------- what is always true

    @invariant()
    @precondition(lambda self: hasattr(self, "config"))
    def a_story_is_used_up_by_its_delivery_and_by_nothing_else(self) -> None:
        with self.store() as store:
            ledger = store.editions.ledger()
            states = {story: ledger.state(story, [story]) for story in STORIES}
            delivered = [(use.edition, article) for article, uses in ledger.uses.items() for use in uses if use.delivered]
        assert {story: where for story, (state, where) in states.items() if state == "published"} == self.published
        assert len(delivered) == len({article for _, article in delivered}), "an article is in one delivered edition at most"

    @invariant()
    @precondition(lambda self: hasattr(self, "config"))
    def no_story_is_lost(self) -> None:
        with self.store() as store:
            planned = self.plan(store, "un-autre-numero")
            ledger = store.editions.ledger()
        printed = {story.id for story in planned.stories}
        reasons = {out.id: out.reason.partition(":")[0] for out in planned.left_out}
        assert printed | set(reasons) == set(STORIES)
        assert {id for id, reason in reasons.items() if reason == "published-in"} == set(self.published)
        kept = {story: state for story, state in self.decided.items() if story not in self.published}
        assert {story: ledger.state(story, [story])[0] for story in kept} == kept
        assert {id for id, reason in reasons.items() if reason == "rejected"} == {
            story for story, state in kept.items() if state == "rejected"
        }
        assert printed >= {story for story, state in kept.items() if state == "held"}, "what is held comes back"


def _article(number: int, town: str) -> Article:
    id = STORIES[number]
    return Article(
        id=id,
        url=f"https://gazette.example/{number}",
        title=f"{town} ouvre un atelier sur l'intelligence artificielle",
        source=f"Source {number}",
        collected=NOW,
        text=f"L'intelligence artificielle arrive à {town}. Un atelier y forme {number + 12} bénévoles à ses limites.",
        published=NOW - timedelta(days=2),
        dated_by="author",
    )


def _crash(*_: object, **__: Any) -> None:
    raise KeyboardInterrupt


TestTeam = Team.TestCase
TestTeam.settings = settings(max_examples=10, stateful_step_count=20, deadline=None)


class TeamOnServer(Team):
    """The same team, its store on PostgreSQL."""

    server: Postgres

    def address(self) -> str:
        return self.server.new_schema()


@pytest.mark.postgres
class TestTeamOnServer(TeamOnServer.TestCase):  # type: ignore[misc,valid-type]  # made by hypothesis
    settings = settings(max_examples=3, stateful_step_count=20, deadline=None)

    @pytest.fixture(autouse=True)
    def _server(self, postgres: Postgres) -> None:
        TeamOnServer.server = postgres


def decision(state: StoryState, edition: str) -> Decision:
    return Decision("s", state, edition, "Camille", datetime(2026, 11, 3, tzinfo=UTC))  # type: ignore[arg-type]  # one of the two


def test_a_delivered_article_outweighs_a_decision_which_outweighs_an_edition_under_way() -> None:
    uses = {"a": (Use("2026-10", delivered=False),), "b": (Use("2026-09", delivered=True),)}
    ledger = Ledger(uses, {"s": decision("held", "2026-10")})
    assert Ledger(uses).state("s", ["a"]) == ("proposed", "2026-10")
    assert Ledger(uses).state("s", ["a"], but="2026-10") == ("new", None)
    assert ledger.state("s", ["a"]) == ("held", "2026-10")
    assert ledger.state("s", ["a", "b"]) == ("published", "2026-09")
    assert ledger.held_in("2026-10") == {"s"}
    assert ledger.held_in("2026-11") == frozenset()


@pytest.mark.parametrize(
    ("deed", "status", "hint"),
    [
        ("approve", "delivered", "digest reopen 2026-11"),
        ("deliver", "draft", "digest approve 2026-11 --by NAME"),
        ("edit", "discarded", "digest draft 2026-11 starts it again"),
    ],
)
def test_what_cannot_be_done_now_says_what_to_do_first(deed: Any, status: Any, hint: str) -> None:
    with pytest.raises(GateError) as refused:
        after(deed, status, "2026-11")
    assert hint in str(refused.value.hint_text())
