"""Reading transactions: with both names, both masked numbers, and only what the reader may see. Reads never lock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Row, Select, func, literal, or_, select, union
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.database import shared_alias
from app.identity.models import User, display_name
from app.ledger.models import Hold, HoldStatus
from app.transactions.errors import TransactionNotFound
from app.transactions.models import Transaction, TransactionStatus

Conditions = tuple[ColumnElement[bool], ...]

_src, _dest = shared_alias(Account), shared_alias(Account)
_payer, _payee = shared_alias(User), shared_alias(User)
_refund = shared_alias(Transaction)


@dataclass(frozen=True)
class Filters:
    """What staff may narrow the list of transactions by; None means any."""

    status: str | None = None
    kind: str | None = None
    user_id: int | None = None
    account_id: int | None = None
    amount_minor_min: int | None = None
    amount_minor_max: int | None = None
    since: datetime | None = None
    until: datetime | None = None


def listing() -> Select[tuple[Transaction, str, str, str, str, int]]:
    """Return the query of transactions with both sides' names and account numbers and the refund that reversed them."""
    return (
        select(
            Transaction,
            display_name(_payer).label("src_user_name"),
            display_name(_payee).label("dest_user_name"),
            _src.account_number.label("src_account_number"),
            _dest.account_number.label("dest_account_number"),
            _refund.id.label("refund_id"),
        )  # type: ignore[return-value]
        .outerjoin(_src, _src.id == Transaction.src_account)
        .outerjoin(_dest, _dest.id == Transaction.dest_account)
        .outerjoin(_payer, _payer.id == Transaction.src_user_id)
        .outerjoin(_payee, _payee.id == Transaction.dest_user_id)
        .outerjoin(_refund, _refund.reverses_id == Transaction.id)
    )


def for_staff(session: Session, filters: Filters, *, after_id: int | None, limit: int) -> Sequence[Row]:  # type: ignore[type-arg]
    """Return transactions that fit the filters, newest first."""
    beyond = [] if after_id is None else [Transaction.id < after_id]
    ids = newest(
        *beyond,
        *of_period(filters.since, filters.until),
        *_conditions(filters),
        sides=sides(session, user_id=filters.user_id, account_id=filters.account_id),
        limit=limit,
    )
    query = listing().where(Transaction.id.in_(ids)).order_by(Transaction.id.desc())
    return session.execute(query.limit(limit)).all()


def newest(
    *conditions: ColumnElement[bool],
    sides: Sequence[Conditions],
    limit: int,
    columns: Sequence[Any] = (Transaction.id,),
    oldest: bool = False,
) -> Select[Any] | CompoundSelect[Any]:
    """Return the query of the newest (or oldest) transactions that meet the conditions on one of the sides (none: on any).

    Each side is an index scan of its own that stops at the limit. As one query with OR, the planner may read the whole bank
    backwards until it has met as many of a customer's transactions.
    """
    order = Transaction.id.asc() if oldest else Transaction.id.desc()
    found = [
        select(*columns).where(*side, *conditions).order_by(order).limit(limit).subquery() for side in sides or [()]
    ]
    return union(*(select(*one.c) for one in found)) if len(found) > 1 else select(*found[0].c)


def sides(session: Session, *, user_id: int | None, account_id: int | None) -> list[Conditions]:
    """Return the conditions of being a customer's or an account's transaction, one for each side; none if neither is given.

    There is no index on accounts: an account's transactions are found among its owner's.
    """
    if user_id is None and account_id is None:
        return []
    either = (Transaction.src_user_id == user_id, Transaction.dest_user_id == user_id)
    if account_id is None:
        return [(side,) for side in either]
    owner_id = session.scalar(select(Account.user_id).where(Account.id == account_id)) or 0
    # Of this account, but with somebody else's: they are the other side.
    other = () if user_id in (None, owner_id) else (or_(*either),)
    return [
        (Transaction.src_user_id == owner_id, Transaction.src_account == account_id, *other),
        (Transaction.dest_user_id == owner_id, Transaction.dest_account == account_id, *other),
    ]


def of_period(since: datetime | None, until: datetime | None) -> Iterator[ColumnElement[bool]]:
    """Give the conditions of being of a period. By time alone: a clock that was wrong puts ids out of order."""
    if since is not None:
        yield Transaction.created_at >= since
    if until is not None:
        yield Transaction.created_at < until


def of_status(status: str | None, *, only_indexed: bool = False) -> Iterator[ColumnElement[bool]]:
    """Give the conditions of having a status (None: any); `only_indexed`: only those that an index answers, if there are any."""
    if status is not None and not only_indexed:
        yield Transaction.status == status
    if status == TransactionStatus.UNDER_REVIEW:  # few among many, and each has a pending hold
        pending = literal(HoldStatus.PENDING.value, literal_execute=True)
        yield Transaction.id.in_(select(Hold.group_id).where(Hold.status == pending))
    if status == TransactionStatus.REVERSED:  # and each of these has its refund
        yield Transaction.id.in_(select(_refund.reverses_id).where(_refund.reverses_id.is_not(None)))


def _conditions(filters: Filters) -> Iterator[ColumnElement[bool]]:
    yield from of_status(filters.status)
    if filters.kind is not None:
        yield Transaction.kind == filters.kind
    if filters.amount_minor_min is not None:
        yield Transaction.amount_minor >= filters.amount_minor_min
    if filters.amount_minor_max is not None:
        yield Transaction.amount_minor <= filters.amount_minor_max


def one(session: Session, transaction_id: int, *, reader_id: int, is_staff: bool) -> Row:  # type: ignore[type-arg]
    """Return one transaction for somebody who is a side of it, or for staff.

    Raises:
        TransactionNotFound: it doesn't exist, or isn't the reader's.
    """
    row = session.execute(listing().where(Transaction.id == transaction_id)).one_or_none()
    if row is None or not (is_staff or reader_id in (row.Transaction.src_user_id, row.Transaction.dest_user_id)):
        raise TransactionNotFound
    return row


def open_reviews(session: Session, user_ids: Iterable[int | None]) -> dict[int | None, int]:
    """Return how many transactions of each of these customers wait for a review; who isn't in the answer has none."""
    return dict(session.execute(open_reviews_of(user_ids)).all())


def open_reviews_of(user_ids: Iterable[int | None]) -> Select[int | None, int]:
    """Return the query of `open_reviews`."""
    # Few among many, as above. Written out: a plan that is pinned finds them by their index only if it sees which these are.
    waiting = select(Hold.group_id).where(Hold.status == literal(HoldStatus.PENDING.value, literal_execute=True))
    return (
        select(Transaction.src_user_id, func.count())
        .where(Transaction.id.in_(waiting), Transaction.src_user_id.in_(list(user_ids)))
        .group_by(Transaction.src_user_id)
    )


def overdue_reviews(session: Session, group_ids: Sequence[int]) -> Sequence[Transaction]:
    """Return the transactions of these holds that still wait for a decision, locked in id order."""
    return session.scalars(
        select(Transaction)
        .where(Transaction.id.in_(group_ids), Transaction.status == TransactionStatus.UNDER_REVIEW)
        .order_by(Transaction.id)
        .with_for_update()
    ).all()
