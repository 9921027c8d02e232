"""What people at a counter ask for, and what staff do at once: deposits, withdrawals, adjustments, refunds."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.config import get_settings
from app.core import clock
from app.core.money import BASE_CURRENCY
from app.events.catalogue import BalanceAdjusted, DepositRequested, TransferReversed, WithdrawalRequested
from app.events.outbox import record
from app.identity.staff import refuse_own_matter
from app.ledger.accounts import bank_account
from app.ledger.decide import Group, Leg, Outcome, Refusal, Result
from app.ledger.engine import settle
from app.ledger.models import LedgerKind
from app.transactions.errors import (
    AccountNotFound,
    AccountNotUsable,
    InsufficientFunds,
    NotRefundable,
    TransactionNotFound,
)
from app.transactions.models import Transaction, TransactionKind, TransactionStatus
from app.transactions.rules import ACCOUNT_COLUMNS, ACCOUNT_SOURCE, AccountFacts, refuse_spending

_ACCOUNT = text(f"SELECT {ACCOUNT_COLUMNS} FROM {ACCOUNT_SOURCE.format(ids='ARRAY[CAST(:id AS bigint)]')}")


def account_facts(session: Session, account_id: int) -> AccountFacts | None:
    """Return what the rules need to know of an account, or None if there is none."""
    row = session.execute(_ACCOUNT, {"id": account_id}).one_or_none()
    return None if row is None else AccountFacts(*row)


def request_deposit(
    session: Session, *, user_id: int, account_id: int, amount_minor: int, note: str = ""
) -> Transaction:
    """Ask to pay cash in. The deposit is PENDING until the worker settles it (S142).

    Raises:
        AccountNotFound, AccountNotUsable, KYCRequired: see `rules.refuse_spending`.
    """
    account = _usable(session, user_id, account_id, amount_minor, check_funds=False)
    transaction = _pending(session, TransactionKind.DEPOSIT, account, amount_minor, note)
    cash = bank_account(session, LedgerKind.CASH, account.currency)
    facts = _cash_facts(transaction, account) | {
        "dest_account": account.account_id, "src_ledger_account": cash, "dest_ledger_account": account.ledger_account_id,
    }  # fmt: skip
    record(session, DepositRequested(**facts))
    return transaction


def request_withdrawal(
    session: Session, *, user_id: int, account_id: int, amount_minor: int, note: str = ""
) -> Transaction:
    """Ask to take cash out. The withdrawal is PENDING until the worker settles it.

    Raises:
        AccountNotFound, AccountNotUsable, KYCRequired, InsufficientFunds: see `rules.refuse_spending`.
    """
    account = _usable(session, user_id, account_id, amount_minor, check_funds=True)
    transaction = _pending(session, TransactionKind.WITHDRAWAL, account, amount_minor, note)
    cash = bank_account(session, LedgerKind.CASH, account.currency)
    facts = _cash_facts(transaction, account) | {
        "src_account": account.account_id, "src_ledger_account": account.ledger_account_id, "dest_ledger_account": cash,
    }  # fmt: skip
    record(session, WithdrawalRequested(**facts))
    return transaction


def adjust_balance(
    session: Session,
    *,
    admin_id: int | None,
    account_id: int,
    amount_minor: int,
    credit: bool,
    reason: str,
    counterpart: LedgerKind = LedgerKind.SUSPENSE,
) -> Transaction:
    """Correct a customer's balance by a movement against one of the bank's own accounts, at once (S58).

    Without an admin it is the bank's own correction.

    Raises:
        AccountNotFound: no such account.
        OwnMatter: it is the decider's own.
        AccountNotUsable, InsufficientFunds: the ledger refuses the movement.
    """
    account = account_facts(session, account_id)
    if account is None:
        raise AccountNotFound("This account doesn't exist.", account_id=account_id)
    refuse_own_matter(admin_id, account.user_id)
    own = bank_account(session, counterpart, account.currency)
    transaction = Transaction(
        kind=TransactionKind.ADJUSTMENT, amount_minor=amount_minor, currency=account.currency, note=reason,
        src_account=None if credit else account_id, dest_account=account_id if credit else None,
        src_user_id=None if credit else account.user_id, dest_user_id=account.user_id if credit else None,
        decided_by=admin_id, decision_reason=reason, created_at=clock.now(),
    )  # fmt: skip
    session.add(transaction)
    session.flush()
    debit, to = (own, account.ledger_account_id) if credit else (account.ledger_account_id, own)
    outcome = _move_now(session, transaction, debit, to)
    facts: dict[str, Any] = {
        **_own_facts(transaction, actor_id=admin_id), "src_ledger_account": debit, "dest_ledger_account": to,
        "src_user_name": "" if credit else account.user_name, "dest_user_name": account.user_name if credit else "",
    }  # fmt: skip
    record(session, BalanceAdjusted(**facts, **_balances(transaction, outcome), reason=reason))
    return transaction


def refund(session: Session, *, transaction_id: int, asker_id: int, is_staff: bool, reason: str) -> Transaction:
    """Give a settled transfer back by a reversing movement, at once (S71). The recipient may, and staff may.

    Raises:
        TransactionNotFound: it doesn't exist, or the asker is neither its recipient nor staff.
        OwnMatter: staff would get their own money back.
        NotRefundable: it isn't a transfer that succeeded, or was given back before.
        InsufficientFunds, AccountNotUsable: the recipient's account can't give it back.
    """
    # Locked, so that two refunds at once can't both find it not yet given back.
    original = session.scalar(select(Transaction).where(Transaction.id == transaction_id).with_for_update())
    if original is None or not (is_staff or asker_id == original.dest_user_id):
        raise TransactionNotFound
    if asker_id != original.dest_user_id:
        refuse_own_matter(asker_id, original.src_user_id)
    if original.kind != TransactionKind.TRANSFER or original.status != TransactionStatus.SUCCESS:
        raise NotRefundable(
            "Only a transfer that succeeded can be given back, and only once.",
            kind=original.kind,
            status=original.status,
        )
    giver = account_facts(session, original.dest_account or 0)
    taker = account_facts(session, original.src_account or 0)
    assert giver is not None and taker is not None, "accounts are never deleted"
    transaction = Transaction(
        kind=TransactionKind.REFUND, amount_minor=original.amount_minor, currency=original.currency, note=reason,
        src_account=giver.account_id, dest_account=taker.account_id, src_user_id=giver.user_id, dest_user_id=taker.user_id,
        reverses_id=original.id, decided_by=asker_id, decision_reason=reason, created_at=clock.now(),
    )  # fmt: skip
    session.add(transaction)
    original.status = TransactionStatus.REVERSED
    original.reversed_at = clock.now()
    session.flush()
    debit, credit = giver.ledger_account_id, taker.ledger_account_id
    outcome = _move_now(session, transaction, debit, credit)
    facts: dict[str, Any] = {
        **_own_facts(transaction, actor_id=asker_id), "src_ledger_account": debit, "dest_ledger_account": credit,
        "src_user_name": giver.user_name, "dest_user_name": taker.user_name,
    }  # fmt: skip
    event = TransferReversed(**facts, **_balances(transaction, outcome), reverses_id=original.id, reason=reason)
    record(session, event)
    return transaction


def _usable(session: Session, user_id: int, account_id: int, amount_minor: int, *, check_funds: bool) -> AccountFacts:
    account = account_facts(session, account_id)
    refusal = refuse_spending(
        asker_id=user_id, amount_minor=amount_minor, currency=account.currency if account else BASE_CURRENCY,
        source=account, source_field="account_id", review_above_minor=get_settings().review_above_minor, check_funds=check_funds,
    )  # fmt: skip
    if refusal is not None:
        raise refusal
    assert account is not None
    return account


def _pending(
    session: Session, kind: TransactionKind, account: AccountFacts, amount_minor: int, note: str
) -> Transaction:
    is_deposit = kind is TransactionKind.DEPOSIT
    transaction = Transaction(
        kind=kind, amount_minor=amount_minor, currency=account.currency, note=note, created_at=clock.now(),
        src_account=None if is_deposit else account.account_id, dest_account=account.account_id if is_deposit else None,
        src_user_id=account.user_id, dest_user_id=account.user_id,
    )  # fmt: skip
    session.add(transaction)
    session.flush()
    return transaction


def _own_facts(transaction: Transaction, *, actor_id: int | None) -> dict[str, Any]:
    return {
        "occurred_at": transaction.created_at, "actor_id": actor_id, "transaction_id": transaction.id,
        "kind": str(transaction.kind), "amount_minor": transaction.amount_minor, "currency": transaction.currency,
        "src_account": transaction.src_account, "dest_account": transaction.dest_account,
        "src_user_id": transaction.src_user_id, "dest_user_id": transaction.dest_user_id,
        "requested_at": transaction.created_at, "note": transaction.note,
    }  # fmt: skip


def _cash_facts(transaction: Transaction, account: AccountFacts) -> dict[str, Any]:
    names = {"src_user_name": account.user_name, "dest_user_name": account.user_name}
    return _own_facts(transaction, actor_id=account.user_id) | names


def _move_now(session: Session, transaction: Transaction, debit: int, credit: int) -> Outcome:
    """Settle one transaction in this very request and mark it SUCCESS, or raise what the asker is told."""
    leg = Leg(debit, credit, transaction.amount_minor, transaction.currency, str(transaction.kind))
    (outcome,) = settle(session, [Group(transaction.id, (leg,))])
    if outcome.result is not Result.POSTED:
        assert outcome.refusal is not None, "a new transaction's group can't be a duplicate"
        if outcome.refusal is Refusal.INSUFFICIENT_FUNDS:
            # Read now that the ledger has it locked: what was read before may have been spent meanwhile.
            payer = account_facts(session, transaction.src_account or 0)
            assert payer is not None, "the bank's own accounts are never short"
            raise InsufficientFunds(
                transaction.kind, transaction.amount_minor, payer.available_minor, transaction.currency
            )
        raise AccountNotUsable.by_the_ledger(outcome.refusal)
    transaction.status = TransactionStatus.SUCCESS
    transaction.settled_at = clock.now()
    return outcome


def _balances(transaction: Transaction, outcome: Outcome) -> dict[str, Any]:
    return {
        "src_balance_minor": outcome.debit_balance_after if transaction.src_account is not None else None,
        "dest_balance_minor": outcome.credit_balance_after if transaction.dest_account is not None else None,
    }
