"""Opening, freezing and reading ledger accounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.core.money import BASE_CURRENCY
from app.ledger.models import LedgerAccount, LedgerKind, Movement


class LedgerAccountNotFound(NotFound):
    """No ledger account has this id."""

    code = "ledger_account_not_found"


class Position(NamedTuple):
    """What an account has: posted, and what of it may still be spent (holds off, limit on), in minor units."""

    balance_minor: int
    available_minor: int
    currency: str


def open_customer_account(session: Session, *, currency: str = BASE_CURRENCY, overdraft_limit_minor: int = 0) -> int:
    """Open a customer's ledger account with nothing in it and return its id."""
    account = LedgerAccount(kind=LedgerKind.CUSTOMER, currency=currency, overdraft_limit_minor=overdraft_limit_minor)
    session.add(account)
    session.flush()
    return account.id


def bank_account(session: Session, kind: LedgerKind, currency: str = BASE_CURRENCY) -> int:
    """Return the id of the bank's own account of this kind and currency; the first asker opens it."""
    assert kind is not LedgerKind.CUSTOMER, "customers have accounts of their own"
    find = select(LedgerAccount.id).where(LedgerAccount.kind == kind, LedgerAccount.currency == currency)
    found = session.scalar(find)
    if found is None:
        session.execute(insert(LedgerAccount).values(kind=kind, currency=currency).on_conflict_do_nothing())
        found = session.scalar(find)
        assert found is not None
    return found


def set_frozen(session: Session, account_id: int, *, frozen: bool) -> None:
    """Freeze or thaw an account; while it is frozen nothing goes in or out.

    Raises:
        LedgerAccountNotFound: no such account.
    """
    changed = session.scalar(
        update(LedgerAccount).where(LedgerAccount.id == account_id).values(is_frozen=frozen).returning(LedgerAccount.id)
    )
    if changed is None:
        raise LedgerAccountNotFound("This ledger account doesn't exist.", ledger_account_id=account_id)


def positions(session: Session, account_ids: Sequence[int]) -> dict[int, Position]:
    """Return balance and available amount of each account, by id. Reads never lock."""
    rows = session.scalars(select(LedgerAccount).where(LedgerAccount.id.in_(account_ids)))
    return {
        row.id: Position(
            row.credits_posted - row.debits_posted,
            row.credits_posted - row.debits_posted - row.debits_pending + row.overdraft_limit_minor,
            row.currency,
        )
        for row in rows
    }


def balance_at(session: Session, account_id: int, instant: datetime) -> int:
    """Return the posted balance in minor units as it was at `instant` (movements at that very instant included)."""
    newest = (
        select(Movement)
        .where(touches(account_id), Movement.posted_at <= instant)
        .order_by(Movement.id.desc())
        .limit(1)
    )
    movement = session.scalar(newest)
    if movement is None:
        return 0
    return movement.debit_balance_after if movement.debit_account_id == account_id else movement.credit_balance_after


def movements_of(account_id: int) -> Select[tuple[Movement]]:
    """Return the query of an account's movements, newest first; the caller pages it."""
    return select(Movement).where(touches(account_id)).order_by(Movement.id.desc())


def touches(account_id: int) -> ColumnElement[bool]:
    """Return the condition that a movement has this account on either side."""
    return or_(Movement.debit_account_id == account_id, Movement.credit_account_id == account_id)


def total_of_balances(session: Session) -> dict[str, int]:
    """Return the sum of all balances per currency; in a sound ledger each is zero."""
    rows = session.execute(
        select(LedgerAccount.currency, func.sum(LedgerAccount.credits_posted - LedgerAccount.debits_posted)).group_by(
            LedgerAccount.currency
        )
    )
    return {currency: int(total) for currency, total in rows}
