"""What a person does to an edition: revise, hold, approve, reopen, discard, deliver. Both doors use it; neither knows more.

Nothing leaves that a person has not approved, and an approval is of what was rendered then, byte for byte: any change voids it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from digest.compose.changes import Change, changes
from digest.compose.edition import following
from digest.compose.letter import Addresses, addresses_of
from digest.compose.manuscript import base_revision, read, write
from digest.compose.reasons import said
from digest.compose.revising import one_line
from digest.config import Config
from digest.deliver import brevo, imap, keila, listmonk, mailchimp, placeholders, smtp
from digest.deliver.parcel import Parcel
from digest.errors import N_, ConflictError, GateError, UsageError
from digest.language.translations import team_translator, translator
from digest.ledger import after as status_after
from digest.model import Approval, Decision, Edition, Event, Fingerprint, Kinship, Receipt, RenderedEmail, StoryState
from digest.pipeline import rendered, tell, write_files
from digest.preflight import check_edition
from digest.settings.places import Brevo, Imap, Keila, Listmonk, Mailchimp
from digest.store import Store

LONGEST_NAME = 200
FILES = "files"
"""The place that is always there: the edition's own folder, or a zip."""


def opened(store: Store, name: str) -> Edition:
    """An edition as it is now. Raises UsageError when there is none of this name."""
    edition = store.editions.last(name)
    if edition is None:
        raise UsageError(
            N_("there is no edition {edition}"),
            hint=N_("digest draft {edition} makes it; digest plan {edition} shows what it would hold"),
            edition=name,
        )
    return edition


def revise(
    config: Config,
    store: Store,
    before: Edition,
    after: Edition,
    *,
    by: str,
    now: datetime,
    decided: Mapping[str, StoryState] | None = None,
) -> Edition:
    """Save what a person made of an edition as its next revision; the same edition where nothing changed.

    `before` is the edition as that person opened it; `decided` holds stories that are `held` or `rejected` from now on, or
    `new` again. What the program had written (subject, introduction) follows the stories. Raises ConflictError, with what
    changed, where someone else saved meanwhile, and GateError for a closed edition; nothing is saved then.
    """
    by = _name(by)
    current = store.editions.standing(before.edition) or opened(store, before.edition)
    status_after("edit", current.status, current.edition)
    if current.revision != before.revision:
        raise _conflict(store, before, opened(store, before.edition))
    newsletter = config.settings.newsletter
    after = replace(after, subject=one_line(after.subject), preheader=one_line(after.preheader))
    revised = following(before, after, newsletter, translator(newsletter.language))
    revised = replace(revised, status=before.status, revision=before.revision, made=before.made, approval=before.approval)
    if revised == before and not decided:
        return opened(store, before.edition)
    saved = replace(revised, status="draft", revision=current.revision + 1, made=now, approval=None)
    with store.together():
        store.editions.save(saved, by=by)
        _decide(store, saved, decided or {}, by=by, now=now)
        write_files(config, store, saved)  # an edition that cannot be written is not saved either
    return saved


def manuscript(config: Config, store: Store, name: str) -> str:
    """An edition as a text to edit; `revise_from` reads it back."""
    edition = opened(store, name)
    status_after("edit", edition.status, name)
    words = team_translator(config.settings.newsletter.language)
    return write(edition, _states(store), words, store.text_of)


def revise_from(config: Config, store: Store, name: str, text: str, *, by: str, now: datetime) -> Edition:
    """Save what a person wrote in an edition's text. Raises YamlError, with the line, for an unsound one; else as `revise`."""
    current = opened(store, name)
    revision = base_revision(text)
    base = store.editions.revision(name, revision) if revision else None
    newsletter = config.settings.newsletter
    revised = read(
        text,
        replace(base, left_out=current.left_out) if base else current,
        _states(store),
        names={theme.id: theme.title(newsletter.language) for theme in config.settings.themes},
        text_of=store.text_of,
        tell=lambda story, theme: tell(config, store, story, theme),
    )
    return revise(config, store, base or current, revised.edition, by=by, now=now, decided=revised.decided)


def approve(config: Config, store: Store, name: str, *, by: str, now: datetime) -> Edition:
    """Sign an edition as it is rendered now. Raises GateError where a check fails or a story was already published."""
    by = _name(by)
    edition = opened(store, name)
    status = status_after("approve", edition.status, name)
    store.editions.refuse_published(edition)
    errors = [finding for finding in check_edition(config, store, edition) if finding.level == "error"]
    if errors:
        raise GateError(
            N_("edition {edition} cannot be approved: {n} checks fail; the first one: {cause}"),
            hint=N_("digest check {edition} tells them all"),
            edition=name, n=len(errors), cause=said(errors[0], team_translator(config.settings.newsletter.language)),
        )  # fmt: skip
    approval = Approval(by, now, edition.revision, fingerprint(rendered(config, edition)))
    approved = replace(edition, status=status, approval=approval)
    with store.together():
        store.editions.mark(approved, Event("approve", by, now, edition.revision), approval=approval)
        write_files(config, store, approved)
    return approved


def reopen(config: Config, store: Store, name: str, *, by: str | None, now: datetime) -> Edition:
    """Make a draft again of an edition that was approved or delivered; what was delivered stays used up."""
    return _moved(config, store, name, Event("reopen", by, now, 0))


def discard(config: Config, store: Store, name: str, *, by: str | None, now: datetime) -> Edition:
    """Give up an edition: its stories are free again, its revisions stay."""
    return _moved(config, store, name, Event("discard", by, now, 0))


def deliver(
    config: Config, store: Store, name: str, place: str, *, by: str | None, now: datetime, output: Path | None = None
) -> Receipt:
    """Hand an approved edition over to a place of the settings, as a draft there; its stories are used up from then on.

    Delivering again updates the same draft. `output` is where `files` writes: a folder, or a `.zip`. Raises GateError for an
    edition that is not approved or no longer renders as it was, UsageError for an unknown place, DeliveryError where the place
    refuses; nothing is used up then.
    """
    edition = opened(store, name)
    status = status_after("deliver", edition.status, name)
    known = [FILES, *config.settings.deliver]
    if place not in known:
        raise UsageError(N_("there is no place {place}; there are {known}"), place=place, known=", ".join(known))
    approval = edition.approval
    if approval is None or approval.rendered != fingerprint(rendered(config, edition)):
        raise GateError(
            N_("edition {edition} no longer renders as it was approved: the settings, the templates or the program changed"),
            hint=N_("look at it again, then digest approve {edition} --by NAME"), edition=name,
        )  # fmt: skip
    store.editions.refuse_published(edition)
    delivered = replace(edition, status=status)
    write_files(config, store, edition)  # a full disk stops it here, before anything has left
    before = store.editions.receipts(name).get(place)
    receipt = _hand_over(config, store, delivered, place, before.id if before else None, output)
    store.editions.deliver(delivered, place, receipt, Event("deliver", by, now, edition.revision, place))
    write_files(config, store, delivered)
    return receipt


def send_test(config: Config, store: Store, name: str, to: Sequence[str], *, now: datetime) -> None:
    """Send an edition to named people as a test, through the SMTP server of the settings; it uses up nothing."""
    server = config.settings.smtp
    if server is None:
        raise UsageError(N_("no mail server: give 'smtp' in sources.yaml, with its host, user and password_env"))
    edition = opened(store, name)
    status_after("send-test", edition.status, name)
    parcel = Parcel(edition, rendered(config, edition), config.settings.newsletter, store.pictures_of(edition))
    password = config.secret(server.password_env, server.password_file) if server.user else None
    smtp.send(smtp.test_message(parcel, to, now=now), server, password, to=to)
    store.editions.mark(edition, Event("send-test", None, now, edition.revision, ", ".join(to)), approval=edition.approval)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of an edition's history: what was done, and what it changed."""

    event: Event
    changes: tuple[Change, ...] = ()


def history(store: Store, name: str) -> tuple[Entry, ...]:
    """What was done to an edition, oldest first. Raises UsageError when there is none of this name."""
    current = opened(store, name)
    revisions = store.editions.revisions(current)
    entries = []
    for event in store.editions.history(name):
        now = revisions.get(event.revision) if event.deed in ("draft", "edit") else None
        entries.append(Entry(event, changes(revisions.get(event.revision - 1), now) if now else ()))
    return tuple(entries)


def split(store: Store, article: str) -> None:
    """Tell an article's news apart from the story it was put in: it starts a story of its own."""
    store.place([Kinship(article, article, None, "team", 0.0)])


def merge(store: Store, articles: Collection[str], story: str, to: str) -> None:
    """Put articles in the story of another one, `to`."""
    store.place([Kinship(article, story, to, "team", 0.0) for article in articles])


def fingerprint(email: RenderedEmail) -> Fingerprint:
    """What a rendered email is recognised by."""
    return Fingerprint(*(hashlib.sha256(part.encode()).hexdigest() for part in (email.subject, email.html, email.text)))


def _name(by: str) -> str:
    name = one_line(by)
    if not name:
        raise UsageError(N_("a name is needed: who does this?"), hint=N_("--by NAME"))
    if len(name) > LONGEST_NAME:
        raise UsageError(N_("a name of more than {most} characters"), most=LONGEST_NAME)
    return name


def _conflict(store: Store, before: Edition, current: Edition) -> ConflictError:
    last = next(event for event in store.editions.history(current.edition) if event.revision == current.revision)
    return ConflictError(
        N_("edition {edition} was saved by {who} since you opened it; nothing was overwritten"),
        changes=changes(before, current),
        edition=current.edition,
        who=last.by or "digest",
    )


def _decide(store: Store, edition: Edition, decided: Mapping[str, StoryState], *, by: str, now: datetime) -> None:
    made = [Decision(story, state, edition.edition, by, now) for story, state in decided.items() if state in ("held", "rejected")]
    store.editions.decide(made)
    again = {story for story, state in decided.items() if state == "new"} | {story.id for story in edition.stories}
    known, printed = store.editions.ledger().decisions, {story.id for story in edition.stories}
    waiting = {id for id in printed & known.keys() if known[id].state == "held" and known[id].edition != edition.edition}
    store.editions.forget(again - waiting)  # held elsewhere and printed here: it waits again if this edition is given up


def _states(store: Store) -> dict[str, StoryState]:
    return {id: decision.state for id, decision in store.editions.ledger().decisions.items()}


def _moved(config: Config, store: Store, name: str, event: Event) -> Edition:
    edition = opened(store, name)
    moved = replace(edition, status=status_after(event.deed, edition.status, name), approval=None)
    with store.together():
        store.editions.mark(moved, replace(event, revision=edition.revision))
        write_files(config, store, moved)
    return moved


def _hand_over(config: Config, store: Store, edition: Edition, place: str, known: str | None, output: Path | None) -> Receipt:
    newsletter = config.settings.newsletter
    if place == FILES:
        written = write_files(config, store, edition, output=output)
        where = str(written[0] if len(written) == 1 else written[0].parent)
        return Receipt(where, where)
    settings = config.settings.deliver[place].place
    secret = config.secret(settings.secret_env, settings.secret_file)
    own, pictures = addresses_of(newsletter, edition.edition), store.pictures_of(edition)
    if isinstance(settings, Imap):
        return imap.hand_over(Parcel(edition, rendered(config, edition), newsletter, pictures), settings, secret, known=known)
    theirs = Addresses(placeholders.READ_ONLINE, placeholders.UNSUBSCRIBE, _published_pictures(edition, own))
    parcel = Parcel(edition, rendered(config, edition, theirs), newsletter)
    match settings:
        case Listmonk():
            return listmonk.hand_over(parcel, settings, secret, known=known)
        case Keila():
            return keila.hand_over(parcel, settings, secret, known=known)
        case Brevo():
            return brevo.hand_over(parcel, settings, secret, known=known)
        case Mailchimp():
            return mailchimp.hand_over(parcel, settings, secret, known=known)


def _published_pictures(edition: Edition, own: Addresses) -> str:
    """Where the pictures of an edition stand on the web, which is the only place a sender's message can take them from."""
    if own.read_online is None and any(story.picture for story in edition.stories):
        raise GateError(
            N_("edition {edition} has pictures, and a sender takes them from your archive: give 'archive_url' in sources.yaml"),
            hint=N_("digest archive writes the pages to publish there"), edition=edition.edition,
        )  # fmt: skip
    return f"{own.read_online}pictures/" if own.read_online else ""
