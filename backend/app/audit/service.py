"""Reading what happened: the audit trail of people's acts, and the event log that everything else is derived from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Row, and_, case, select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.audit.models import AuditEntry
from app.database import ids_of_period, shared_alias
from app.events.models import OutboxBundle
from app.events.outbox import PLACES_PER_BUNDLE
from app.identity.models import User, display_name

_BundleRow = Row[int, str, int, datetime, str | None, str]

_actor, _whose = shared_alias(User), shared_alias(User)

# A page looks through this many bundles at most. A rare event may take several pages to find, but no page takes long.
BUNDLES_PER_PAGE_MAX = 5_000
BUNDLES_AT_ONCE = 100


class AuditFilter(NamedTuple):
    """Which entries of the trail are wanted; None: any."""

    action: str | None = None
    actor_id: int | None = None
    subject_type: str | None = None
    subject_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


class EventFilter(NamedTuple):
    """Which events of the log are wanted; None: any. `topic` is a topic or what topics begin with."""

    topic: str | None = None
    transaction_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


class LoggedEvent(NamedTuple):
    """One event of the log. `place` orders it; the facts are those of its class in the catalogue."""

    place: int
    id: str
    topic: str
    version: int
    recorded_at: datetime
    trace: str | None
    facts: dict[str, Any]


class EventPage(NamedTuple):
    """Events, newest first, and the place to go on from (None: the log was read to its beginning)."""

    events: Sequence[LoggedEvent]
    next_place: int | None


def trail(
    session: Session, *, wanted: AuditFilter, before_id: int | None = None, limit: int
) -> Sequence[Row[AuditEntry, str | None, str | None]]:
    """Return entries of the audit trail, newest first, older than `before_id`.

    Each comes with its actor's name, and with the name of the person it was about or whose account that was.
    """
    whose_id = case((AuditEntry.subject_type == "user", AuditEntry.subject_id), else_=Account.user_id)
    query = (
        select(AuditEntry, display_name(_actor).label("actor_name"), display_name(_whose).label("subject_name"))
        .outerjoin(_actor, _actor.id == AuditEntry.actor_id)
        .outerjoin(Account, and_(AuditEntry.subject_type == "account", Account.id == AuditEntry.subject_id))
        .outerjoin(_whose, _whose.id == whose_id)
    )
    query = query.order_by(AuditEntry.id.desc()).limit(limit)
    equal = (
        (AuditEntry.action, wanted.action),
        (AuditEntry.actor_id, wanted.actor_id),
        (AuditEntry.subject_type, wanted.subject_type),
        (AuditEntry.subject_id, wanted.subject_id),
    )
    query = query.where(*(column == value for column, value in equal if value is not None))
    if wanted.since is not None:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditEntry.at < wanted.until)
    if before_id is not None:
        query = query.where(AuditEntry.id < before_id)
    return session.execute(query).all()


def log_page(session: Session, *, wanted: EventFilter, before_place: int | None = None, limit: int) -> EventPage:
    """Return events of the log, newest first, before `before_place`.

    A page may hold fewer than `limit` events, even none, and still have a next one: it looks through
    `BUNDLES_PER_PAGE_MAX` bundles and no more.
    """
    lowest, highest = ids_of_period(session, OutboxBundle.id, OutboxBundle.recorded_at, wanted.since, wanted.until)
    if before_place is not None:
        highest = min(highest, before_place // PLACES_PER_BUNDLE)
    found: list[LoggedEvent] = []
    for bundle in _bundles(session, wanted, lowest, highest):
        for event in reversed(_events(bundle)):
            if (before_place is None or event.place < before_place) and _is_wanted(event, wanted):
                if len(found) == limit:
                    return EventPage(found, found[-1].place)
                found.append(event)
    stopped_at = highest - BUNDLES_PER_PAGE_MAX
    return EventPage(found, (stopped_at + 1) * PLACES_PER_BUNDLE if stopped_at >= lowest else None)


def _bundles(session: Session, wanted: EventFilter, lowest: int, highest: int) -> Iterator[_BundleRow]:
    """Read the bundles that may hold wanted events, newest first, in portions, as far back as one page may go."""
    columns = (
        OutboxBundle.id,
        OutboxBundle.topic,
        OutboxBundle.version,
        OutboxBundle.recorded_at,
        OutboxBundle.trace,
        OutboxBundle.payload,
    )
    furthest = max(lowest, highest - BUNDLES_PER_PAGE_MAX + 1)
    query = select(*columns).order_by(OutboxBundle.id.desc())
    if wanted.topic is not None:
        query = query.where(OutboxBundle.topic.startswith(wanted.topic, autoescape=True))
    if wanted.transaction_id is not None:
        # The text that the encoder wrote; a name or a note can't imitate it, because a quote in it is escaped.
        query = query.where(
            OutboxBundle.payload.contains(f'"transaction_id":{wanted.transaction_id},', autoescape=True)
        )
    while highest >= furthest:
        portion = max(furthest, highest - BUNDLES_AT_ONCE + 1)
        yield from session.execute(query.where(OutboxBundle.id.between(portion, highest)))
        highest = portion - 1


def _events(bundle: _BundleRow) -> list[LoggedEvent]:
    return [
        LoggedEvent(
            place=bundle.id * PLACES_PER_BUNDLE + position,
            id=f"{bundle.id}-{position}",
            topic=bundle.topic,
            version=bundle.version,
            recorded_at=bundle.recorded_at,
            trace=facts.pop("trace", None) or bundle.trace,
            facts=facts,
        )
        for position, facts in enumerate(msgspec.json.decode(bundle.payload, type=list[dict[str, Any]]))
    ]


def _is_wanted(event: LoggedEvent, wanted: EventFilter) -> bool:
    return (
        (wanted.since is None or event.recorded_at >= wanted.since)
        and (wanted.until is None or event.recorded_at < wanted.until)
        and (wanted.transaction_id is None or event.facts.get("transaction_id") == wanted.transaction_id)
    )
