"""Where documents come from: a batch of events, or, for a rebuild and a comparison, PostgreSQL page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, case, func, literal_column, select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.audit.entries import BULK
from app.enquiries import documents
from app.enquiries.indexes import AUDIT, CUSTOMERS, LOGS, TRANSACTIONS
from app.enquiries.log_lines import of_event
from app.events.catalogue import (
    AccountUpdated,
    Event,
    KYCStatusChanged,
    KYCVerificationPending,
    MoneyFacts,
    TransferReversed,
    UserChanged,
    UserRegistered,
)
from app.events.consumer import Envelope
from app.events.models import OutboxBundle
from app.events.outbox import PLACES_PER_BUNDLE, decode
from app.identity.models import User
from app.search.documents import Document, IndexSpec
from app.transactions import queries
from app.transactions.models import Transaction

_ABOUT_CUSTOMERS = (UserRegistered, UserChanged, KYCStatusChanged, KYCVerificationPending, AccountUpdated)
_VERSION = case({str(status): version for status, version in documents.VERSIONS.items()}, value=Transaction.status)


class Figures(NamedTuple):
    """What a range of ids holds: how many documents, and the sum of their versions where that says something."""

    count: int  # type: ignore[assignment]  # nobody counts the fields of this tuple
    versions: int | None


class Source(NamedTuple):
    """An index's truth: its documents in order of id, and figures to compare it by."""

    spec: IndexSpec
    page: Callable[[Session, int, int], list[Document]]  # (session, after id, limit)
    figures: Callable[[Session, int, int], Figures]  # (session, first id, id beyond the last)
    last_id: Callable[[Session], int]
    range_ids: int  # how many ids are compared at once


def of_events(session: Session, envelopes: Sequence[Envelope]) -> dict[IndexSpec, list[Document]]:
    """Return what a batch of events changes in each index. What an event doesn't say is read, once for all of them."""
    changed: dict[IndexSpec, list[Document]] = {TRANSACTIONS: [], AUDIT: [], CUSTOMERS: [], LOGS: []}
    furthest: dict[int, MoneyFacts] = {}  # of a transaction's events only the last makes a document
    customer_ids: set[int] = set()
    reversed_ids: set[int] = set()
    for envelope in envelopes:
        event: Event = envelope.event
        if isinstance(event, MoneyFacts):
            known = furthest.get(event.transaction_id)
            if known is None or _version(known) <= _version(event):
                furthest[event.transaction_id] = event
            if (line := of_event(envelope)) is not None:
                changed[LOGS].append(line)
        if isinstance(event, TransferReversed):
            reversed_ids.add(event.reverses_id)
        if isinstance(event, _ABOUT_CUSTOMERS):
            customer_ids.add(event.user_id)
        if type(event) not in BULK:
            changed[AUDIT].append(documents.of_act(envelope))
    changed[TRANSACTIONS] = [documents.of_money_event(event) for event in furthest.values()]
    if reversed_ids:
        rows = session.execute(queries.listing().where(Transaction.id.in_(reversed_ids)))
        changed[TRANSACTIONS] += [documents.of_transaction_row(row) for row in rows]
    if customer_ids:
        changed[CUSTOMERS] = _customers(session, customer_rows().where(User.id.in_(customer_ids)))
    return changed


def _version(event: MoneyFacts) -> int:
    return documents.VERSIONS[documents.status_of(event)]


def events_after(session: Session, outbox_id: int, limit: int) -> tuple[list[Envelope], int | None]:
    """Return the events of the next bundles of the log, and the last bundle's id (None: there are no more).

    A bundle that can't be read has become a dead letter of every queue; it isn't ours to stumble over.
    """
    bundles = session.execute(
        select(OutboxBundle.id, OutboxBundle.topic, OutboxBundle.payload)
        .where(OutboxBundle.id > outbox_id)
        .order_by(OutboxBundle.id)
        .limit(limit)
    ).all()
    return [envelope for row in bundles for envelope in _envelopes(row)], bundles[-1].id if bundles else None


def _envelopes(row: Any) -> list[Envelope]:
    try:
        events = decode(row.topic, row.payload)
    except (KeyError, ValueError):
        return []
    return [Envelope(event, row.id * PLACES_PER_BUNDLE + position) for position, event in enumerate(events)]


# -- transactions ------------------------------------------------------------------------------------------------------


def _transaction_page(session: Session, after_id: int, limit: int) -> list[Document]:
    query = queries.listing().where(Transaction.id > after_id).order_by(Transaction.id).limit(limit)
    found = [documents.of_transaction_row(row) for row in session.execute(query)]
    session.expunge_all()  # a rebuild walks through everything; nothing of it is kept
    return found


def _transaction_figures(session: Session, first: int, beyond: int) -> Figures:
    asked = select(func.count(), func.coalesce(func.sum(_VERSION), 0))
    count, versions = session.execute(asked.where(Transaction.id >= first, Transaction.id < beyond)).one()
    return Figures(count, int(versions))


# -- customers ---------------------------------------------------------------------------------------------------------


def customer_rows() -> Select[Any]:
    """Return the query of users with their account numbers. The version is the moment of reading: a later one knows more."""
    numbers = (
        select(func.array_agg(Account.account_number))
        .where(Account.user_id == User.id)
        .correlate(User)
        .scalar_subquery()
    )
    read_at: ColumnElement[int] = literal_column(
        "CAST(extract(epoch FROM statement_timestamp()) * 1000000 AS bigint)"
    ).label("read_at")
    return select(User, numbers.label("account_numbers"), read_at)


def _customers(session: Session, query: Select[Any]) -> list[Document]:
    return [documents.of_customer(row, version=row.read_at) for row in session.execute(query)]


def _customer_page(session: Session, after_id: int, limit: int) -> list[Document]:
    return _customers(session, customer_rows().where(User.id > after_id).order_by(User.id).limit(limit))


def _customer_figures(session: Session, first: int, beyond: int) -> Figures:
    return Figures(session.scalar(select(func.count()).where(User.id >= first, User.id < beyond)) or 0, None)


# -- audit -------------------------------------------------------------------------------------------------------------

# The audit trail is indexed by each event's place in the log, which the trail's own rows don't have.
_BULK_TOPICS = sorted(event.topic for event in BULK)
# The newest entries are looked for among so many bundles, most of which are money's: a second's work at most.
_BUNDLES_PASSED_MAX = 500_000
_BUNDLES_AT_ONCE = 50  # a page needs few
_ACTS = [~OutboxBundle.topic.startswith(topic) for topic in _BULK_TOPICS]


def _audit_page(session: Session, after_id: int, limit: int) -> list[Document]:
    bundle_id = after_id // PLACES_PER_BUNDLE
    rows = session.execute(
        select(OutboxBundle.id, OutboxBundle.topic, OutboxBundle.payload)
        .where(OutboxBundle.id >= bundle_id, *_ACTS)
        .order_by(OutboxBundle.id)
        .limit(limit)
    )
    return [documents.of_act(envelope) for row in rows for envelope in _envelopes(row) if envelope.place > after_id]


def newest_acts(session: Session, *, before: int | None, bundles_max: int) -> Iterator[Document]:
    """Give the entries of the audit trail before a place in the log, newest first, from so many bundles at most."""
    place = (_last(OutboxBundle.id)(session) + 1) * PLACES_PER_BUNDLE if before is None else before
    newest = place // PLACES_PER_BUNDLE
    query = (
        select(OutboxBundle.id, OutboxBundle.topic, OutboxBundle.payload)
        .where(OutboxBundle.id <= newest, OutboxBundle.id > newest - _BUNDLES_PASSED_MAX, *_ACTS)
        .order_by(OutboxBundle.id.desc())
        .limit(bundles_max)
    )
    with session.execute(query, execution_options={"yield_per": _BUNDLES_AT_ONCE}) as rows:
        for row in rows:
            for envelope in reversed(_envelopes(row)):
                if envelope.place < place:
                    yield documents.of_act(envelope)


def _audit_figures(session: Session, first: int, beyond: int) -> Figures:
    low, high = first // PLACES_PER_BUNDLE, beyond // PLACES_PER_BUNDLE
    asked = select(func.coalesce(func.sum(OutboxBundle.count), 0))
    return Figures(int(session.scalar(asked.where(OutboxBundle.id >= low, OutboxBundle.id < high, *_ACTS)) or 0), None)


def _last(column: Any) -> Callable[[Session], int]:
    return lambda session: session.scalar(select(func.max(column))) or 0


SOURCES: dict[str, Source] = {
    source.spec.name: source
    for source in (
        Source(TRANSACTIONS, _transaction_page, _transaction_figures, _last(Transaction.id), 50_000),
        Source(CUSTOMERS, _customer_page, _customer_figures, _last(User.id), 50_000),
        Source(
            AUDIT, _audit_page, _audit_figures,
            lambda session: (_last(OutboxBundle.id)(session) + 1) * PLACES_PER_BUNDLE, 50_000 * PLACES_PER_BUNDLE,
        ),
    )
}  # fmt: skip
