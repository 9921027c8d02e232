"""A customer's own transactions: filtered, with the balance after each on one account, and what was spent on what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import BigInteger, Row, ScalarSelect, Select, case, cast, null, or_, select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.ledger.models import Movement
from app.transactions.models import Transaction, TransactionKind, TransactionStatus
from app.transactions.queries import listing

Direction = Literal["in", "out"]

# A summary looks at this many of a person's newest payments at most; whoever makes more sees the newest months.
SPENT_ROWS_MAX = 5_000


@dataclass(frozen=True)
class OwnFilters:
    """What a customer may narrow their list by; None means any. `account_id` must be one of their own."""

    account_id: int | None = None
    status: str | None = None
    direction: Direction | None = None
    since: datetime | None = None
    until: datetime | None = None


def page(
    session: Session, user_id: int, filters: OwnFilters, *, after_id: int | None, limit: int
) -> Sequence[Row[Any]]:
    """Return a user's transactions on either side, newest first: two index scans, merged.

    The rows of one account carry `balance_after`, what it held right after that transaction.
    """
    sides = [
        _side(user_id, filters, side, after_id=after_id, limit=limit).subquery()
        for side in ("src", "dest")
        if filters.direction in (None, "out" if side == "src" else "in")
    ]
    ids = select(sides[0].c.id)
    wanted = ids.union(select(sides[1].c.id)) if len(sides) > 1 else ids
    balance = cast(null(), BigInteger) if filters.account_id is None else _balance_after(filters.account_id)
    query = listing().add_columns(balance.label("balance_after"))
    return session.execute(query.where(Transaction.id.in_(wanted)).order_by(Transaction.id.desc()).limit(limit)).all()


def _side(
    user_id: int, filters: OwnFilters, side: Literal["src", "dest"], *, after_id: int | None, limit: int
) -> Select[int]:
    user = Transaction.src_user_id if side == "src" else Transaction.dest_user_id
    account = Transaction.src_account if side == "src" else Transaction.dest_account
    # Cash names its customer on both sides; the side without an account is the bank.
    mine = select(Transaction.id).where(user == user_id, account.is_not(None))
    query = mine.order_by(Transaction.id.desc()).limit(limit)
    if after_id is not None:
        query = query.where(Transaction.id < after_id)
    if filters.account_id is not None:
        query = query.where(account == filters.account_id)
    if filters.status is not None:
        query = query.where(Transaction.status == filters.status)
    if filters.since is not None:
        query = query.where(Transaction.created_at >= filters.since)
    if filters.until is not None:
        query = query.where(Transaction.created_at < filters.until)
    return query


def _balance_after(account_id: int) -> ScalarSelect[Any]:
    ledger = select(Account.ledger_account_id).where(Account.id == account_id).scalar_subquery()
    mine = or_(Movement.debit_account_id == ledger, Movement.credit_account_id == ledger)
    after = case(
        (Movement.debit_account_id == ledger, Movement.debit_balance_after), else_=Movement.credit_balance_after
    )
    return (
        select(after)
        .where(Movement.group_id == Transaction.id, mine)
        .order_by(Movement.id.desc())
        .limit(1)
        .correlate(Transaction)
        .scalar_subquery()
    )


class Spent(NamedTuple):
    """One settled payment of a person to somebody else, or to the bank (cash that was taken out), who is no payee."""

    at: datetime
    kind: str
    amount_minor: int
    currency: str
    note: str
    payee_id: int | None
    payee_name: str


def spent(session: Session, user_id: int, *, since: datetime) -> list[Spent]:
    """Return what a user has paid since an instant, newest first: neither between their own accounts nor given back."""
    query = (
        listing()
        .where(
            Transaction.src_user_id == user_id,
            or_(Transaction.dest_account.is_(None), Transaction.dest_user_id != user_id),
            Transaction.status == TransactionStatus.SUCCESS,
            Transaction.kind != TransactionKind.REFUND,  # of what was never theirs to spend
            Transaction.created_at >= since,
        )
        .order_by(Transaction.id.desc())
        .limit(SPENT_ROWS_MAX)
    )
    return [
        Spent(
            row.Transaction.created_at, row.Transaction.kind, row.Transaction.amount_minor, row.Transaction.currency,
            row.Transaction.note, row.Transaction.dest_account and row.Transaction.dest_user_id, row.dest_user_name or "",
        )
        for row in session.execute(query)
    ]  # fmt: skip
