"""What staff decide: held transactions are cleared or rejected, or time runs out; what can't be settled is given up.

Money leaves the hold exactly once.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import clock
from app.events.catalogue import FraudCleared, MoneyFacts
from app.events.outbox import record
from app.identity.staff import refuse_own_matter
from app.ledger.accounts import bank_account
from app.ledger.decide import Action, Group, Outcome, Refusal, Result
from app.ledger.engine import settle
from app.ledger.holds import overdue_holds
from app.ledger.models import LedgerKind
from app.transactions import queries
from app.transactions.errors import AccountNotUsable, NotHeld, TransactionNotFound
from app.transactions.models import Transaction, TransactionStatus
from app.transactions.requests import account_facts
from app.transactions.settlement import completed, facts_of, failed

EXPIRED_PER_RUN_MAX = 100


def clear(session: Session, *, transaction_id: int, admin_id: int, reason: str) -> Transaction:
    """Let a held transaction's money move. Whoever decides second is told that it is decided.

    Raises:
        TransactionNotFound: no such transaction.
        OwnMatter: the decider is one of its sides.
        NotHeld: it isn't under review (any more).
        AccountNotUsable: an account was frozen or closed meanwhile, or its customer switched off; thaw it, or reject.
    """
    held = _locked(session, transaction_id, admin_id)
    sides = (account_facts(session, account_id) for account_id in (held.src_account, held.dest_account) if account_id)
    if not all(side and side.user_is_active for side in sides):
        raise AccountNotUsable.by_the_ledger(Refusal.ACCOUNT_FROZEN)
    outcome = _resolve(session, held, Action.POST_HOLD)
    if outcome.result is not Result.POSTED:
        assert outcome.refusal is not None
        raise AccountNotUsable.by_the_ledger(outcome.refusal)
    facts = _facts(session, held, actor_id=admin_id)
    _decide(held, TransactionStatus.SUCCESS, admin_id=admin_id, reason=reason)
    record(session, FraudCleared(**facts_of(facts)), completed(facts, outcome))
    return held


def reject(session: Session, *, transaction_id: int, admin_id: int, reason: str) -> Transaction:
    """Give a held transaction's money back to its sender.

    Raises:
        TransactionNotFound: no such transaction.
        OwnMatter: the decider is one of its sides.
        NotHeld: it isn't under review (any more).
    """
    held = _locked(session, transaction_id, admin_id)
    _resolve(session, held, Action.VOID_HOLD)
    held.reason = "rejected_by_bank"
    _decide(held, TransactionStatus.FAILED, admin_id=admin_id, reason=reason)
    record(session, failed(_facts(session, held, actor_id=admin_id), "rejected_by_bank"))
    return held


def expire_holds(session: Session) -> int:
    """Give back the money of reviews that nobody decided in time, and return how many there were."""
    overdue = queries.overdue_reviews(session, overdue_holds(session, now=clock.now(), limit=EXPIRED_PER_RUN_MAX))
    outcomes = settle(session, [Group(held.id, (), Action.EXPIRE_HOLD) for held in overdue])
    for held, outcome in zip(overdue, outcomes, strict=True):
        assert outcome.result is Result.EXPIRED, "the transaction is locked and under review, so its hold is pending"
        held.reason = "review_expired"
        _decide(held, TransactionStatus.FAILED, admin_id=None, reason=None)
        record(session, failed(_facts(session, held, actor_id=None), "review_expired"))
    return len(overdue)


def give_up(session: Session, *, transaction_id: int, admin_id: int | None, reason: str) -> None:
    """End a request that no retry could settle, so that nobody waits for it any more. If something became of it, nothing is done.

    A worker that is settling another copy at this moment waits for the row, finds it decided, and takes its batch back.
    """
    pending = _for_update(session, transaction_id)
    if pending is None or pending.status != TransactionStatus.PENDING:
        return
    pending.reason = "given_up"
    _decide(pending, TransactionStatus.FAILED, admin_id=admin_id, reason=reason)
    record(session, failed(_facts(session, pending, actor_id=admin_id), "given_up"))


def _for_update(session: Session, transaction_id: int) -> Transaction | None:
    return session.scalar(select(Transaction).where(Transaction.id == transaction_id).with_for_update())


def _locked(session: Session, transaction_id: int, admin_id: int) -> Transaction:
    held = _for_update(session, transaction_id)
    if held is None:
        raise TransactionNotFound
    refuse_own_matter(admin_id, held.src_user_id, held.dest_user_id)
    if held.status != TransactionStatus.UNDER_REVIEW:
        raise NotHeld(held.status)
    return held


def _resolve(session: Session, held: Transaction, action: Action) -> Outcome:
    (outcome,) = settle(session, [Group(held.id, (), action)])
    assert outcome.result is not Result.DUPLICATE, "the transaction is locked and under review, so its hold is pending"
    return outcome


def _decide(decided: Transaction, status: TransactionStatus, *, admin_id: int | None, reason: str | None) -> None:
    decided.status = status
    decided.settled_at = clock.now()
    decided.decided_by = admin_id
    decided.decision_reason = reason


def _facts(session: Session, one: Transaction, *, actor_id: int | None) -> MoneyFacts:
    """Return the facts of a transaction as its events repeat them."""
    source = account_facts(session, one.src_account or 0)
    destination = account_facts(session, one.dest_account or 0)
    cash = bank_account(session, LedgerKind.CASH, one.currency)
    side = source or destination
    assert side is not None
    return MoneyFacts(
        occurred_at=clock.now(),
        actor_id=actor_id,
        transaction_id=one.id,
        kind=one.kind,
        amount_minor=one.amount_minor,
        currency=one.currency,
        src_account=one.src_account,
        dest_account=one.dest_account,
        src_ledger_account=source.ledger_account_id if source else cash,
        dest_ledger_account=destination.ledger_account_id if destination else cash,
        src_user_id=one.src_user_id,
        dest_user_id=one.dest_user_id,
        src_user_name=(source or side).user_name,
        dest_user_name=(destination or side).user_name,
        requested_at=one.created_at,
        note=one.note,
    )
