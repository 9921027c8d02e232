"""Opening, freezing, limiting and closing ledger accounts.

Each change locks one row. Whoever also settles in the same transaction settles first: `settle` locks in id order.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.core.errors import NotFound, Refused
from app.core.money import BASE_CURRENCY
from app.ledger.models import LedgerAccount, LedgerKind


class LedgerAccountNotFound(NotFound):
    """No ledger account has this id."""

    code = "ledger_account_not_found"

    def __init__(self, account_id: int) -> None:
        super().__init__("This ledger account doesn't exist.", ledger_account_id=account_id)


class LedgerAccountNotEmpty(Refused):
    """There is money on the account, or money on its way."""

    code = "account_not_empty"

    def __init__(self, account_id: int) -> None:
        super().__init__(
            "There is still money on this account or on its way. Move it or wait until it has arrived, then close it.",
            ledger_account_id=account_id,
        )


class OverdraftInUse(Refused):
    """The account owes more than the new limit allows."""

    code = "overdraft_in_use"

    def __init__(self, account_id: int) -> None:
        super().__init__(
            "More than that is overdrawn or held already. Choose a higher limit, or have it paid back first.",
            ledger_account_id=account_id,
        )


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
    if not _change(session, account_id, is_frozen=frozen):
        raise LedgerAccountNotFound(account_id)


def set_overdraft_limit(session: Session, account_id: int, *, limit_minor: int) -> None:
    """Let a customer's account go `limit_minor` below zero, from now on.

    Raises:
        LedgerAccountNotFound: no such account.
        OverdraftInUse: what is posted and held is already below the new limit.
    """
    assert limit_minor >= 0, "a limit is how far below zero, as a positive number"
    spendable = LedgerAccount.credits_posted - LedgerAccount.debits_posted - LedgerAccount.debits_pending
    if not _change(session, account_id, spendable >= -limit_minor, overdraft_limit_minor=limit_minor):
        _require(session, account_id)
        raise OverdraftInUse(account_id)


def close(session: Session, account_id: int) -> None:
    """Close an empty account for ever. Closing it again changes nothing.

    Raises:
        LedgerAccountNotFound: no such account.
        LedgerAccountNotEmpty: it has a balance, or holds that name it.
    """
    is_empty = (
        (LedgerAccount.credits_posted == LedgerAccount.debits_posted)
        & (LedgerAccount.debits_pending == 0)
        & (LedgerAccount.credits_pending == 0)
    )
    if not _change(session, account_id, is_empty, is_closed=True):
        _require(session, account_id)
        raise LedgerAccountNotEmpty(account_id)


def _change(session: Session, account_id: int, *conditions: ColumnElement[bool], **values: Any) -> bool:
    """Change one account if it meets the conditions, in one statement; return whether it did."""
    changed = session.scalar(
        update(LedgerAccount)
        .where(LedgerAccount.id == account_id, *conditions)
        .values(**values)
        .returning(LedgerAccount.id)
    )
    return changed is not None


def _require(session: Session, account_id: int) -> None:
    if session.scalar(select(LedgerAccount.id).where(LedgerAccount.id == account_id)) is None:
        raise LedgerAccountNotFound(account_id)
