"""Reading transactions: with both names, both masked numbers, and only what the reader may see. Reads never lock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, func, literal, or_, select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.database import shared_alias
from app.identity.models import User
from app.ledger.models import Hold, HoldStatus
from app.transactions.errors import TransactionNotFound
from app.transactions.models import Transaction, TransactionStatus

_src, _dest = shared_alias(Account), shared_alias(Account)
_payer, _payee = shared_alias(User), shared_alias(User)
_refund = shared_alias(Transaction)


def _name(user: type[User]) -> ColumnElement[str]:
    return func.coalesce(func.nullif(user.full_name, ""), user.username)


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
            _name(_payer).label("src_user_name"),
            _name(_payee).label("dest_user_name"),
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
    query = listing().order_by(Transaction.id.desc()).limit(limit)
    if after_id is not None:
        query = query.where(Transaction.id < after_id)
    return session.execute(query.where(*_conditions(filters))).all()


def _conditions(filters: Filters) -> Iterator[ColumnElement[bool]]:
    if filters.status is not None:
        yield Transaction.status == filters.status
        if filters.status == TransactionStatus.UNDER_REVIEW:  # few among many, and each has a pending hold
            yield Transaction.id.in_(select(Hold.group_id).where(Hold.status == HoldStatus.PENDING))
    if filters.kind is not None:
        yield Transaction.kind == filters.kind
    if filters.user_id is not None:
        yield or_(Transaction.src_user_id == filters.user_id, Transaction.dest_user_id == filters.user_id)
    if filters.account_id is not None:
        yield or_(Transaction.src_account == filters.account_id, Transaction.dest_account == filters.account_id)
    if filters.amount_minor_min is not None:
        yield Transaction.amount_minor >= filters.amount_minor_min
    if filters.amount_minor_max is not None:
        yield Transaction.amount_minor <= filters.amount_minor_max
    if filters.since is not None:
        yield Transaction.created_at >= filters.since
    if filters.until is not None:
        yield Transaction.created_at < filters.until


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
