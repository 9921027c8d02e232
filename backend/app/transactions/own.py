"""A customer's own transactions: filtered, with the balance after each on one account, and what was spent on what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import BigInteger, Row, ScalarSelect, case, cast, func, null, or_, select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.identity.models import User, display_name
from app.ledger.models import Movement
from app.transactions.models import Transaction, TransactionKind, TransactionStatus
from app.transactions.queries import Conditions, listing, newest, of_period, of_status

Direction = Literal["in", "out"]

# A summary looks at this many of a person's newest payments at most; whoever makes more sees the newest months.
SPENT_ROWS_MAX = 5_000
# No index knows which are pending. They are looked for among so many of each side's newest: whoever has made more since isn't
# waiting any more, or a queue stands still and staff know.
PENDING_AMONG_MAX = 2_000


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
    """Return a user's transactions on either side, newest first: two index scans, merged. See `PENDING_AMONG_MAX`.

    The rows of one account carry `balance_after`, what it held right after that transaction.
    """
    sides = [
        _side(user_id, filters.account_id, side)
        for side in ("src", "dest")
        if filters.direction in (None, "out" if side == "src" else "in")
    ]
    among = list(of_period(filters.since, filters.until))
    if filters.status == TransactionStatus.PENDING:
        within = [newest(*among, sides=[side], limit=PENDING_AMONG_MAX) for side in sides]
        sides = [(Transaction.id.in_(ids),) for ids in within]
    beyond = [] if after_id is None else [Transaction.id < after_id]
    wanted = newest(*beyond, *among, *of_status(filters.status), sides=sides, limit=limit)
    balance = cast(null(), BigInteger) if filters.account_id is None else _balance_after(filters.account_id)
    query = listing().add_columns(balance.label("balance_after"))
    return session.execute(query.where(Transaction.id.in_(wanted)).order_by(Transaction.id.desc()).limit(limit)).all()


def _side(user_id: int, account_id: int | None, side: Literal["src", "dest"]) -> Conditions:
    user = Transaction.src_user_id if side == "src" else Transaction.dest_user_id
    account = Transaction.src_account if side == "src" else Transaction.dest_account
    # Cash names its customer on both sides; the side without an account is the bank.
    return user == user_id, account.is_not(None) if account_id is None else account == account_id


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
    payee_id = case((Transaction.dest_account.is_not(None), Transaction.dest_user_id))
    paid = (
        select(
            Transaction.id, Transaction.created_at, Transaction.kind, Transaction.amount_minor, Transaction.currency,
            Transaction.note, payee_id.label("payee_id"),
        )
        .where(
            Transaction.src_user_id == user_id,
            or_(Transaction.dest_account.is_(None), Transaction.dest_user_id != user_id),
            Transaction.status == TransactionStatus.SUCCESS,
            Transaction.kind != TransactionKind.REFUND,  # of what was never theirs to spend
            *of_period(since, None),
        )
        .order_by(Transaction.id.desc())
        .limit(SPENT_ROWS_MAX)
        .subquery()
    )  # fmt: skip
    query = (
        select(
            paid.c.created_at.label("at"), paid.c.kind, paid.c.amount_minor, paid.c.currency, paid.c.note,
            paid.c.payee_id, func.coalesce(display_name(User), "").label("payee_name"),
        )
        .outerjoin(User, User.id == paid.c.payee_id)
        .order_by(paid.c.id.desc())
    )  # fmt: skip
    return [Spent(*row) for row in session.execute(query)]
