"""What happened, in one sentence to each person it concerns. Pure: from an event to drafts, no session, no clock.

Second person, plain, with the next step. What one side may not know about the other (a balance, the reason of a hold)
is in no sentence to the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zlib import crc32

from app.core.money import to_wire
from app.events.catalogue import (
    AccountUpdated,
    BalanceAdjusted,
    BooksVerified,
    DepositCompleted,
    DepositFailed,
    Event,
    FraudCheckRequired,
    FraudCleared,
    FraudSuspected,
    KYCStatusChanged,
    MoneyFacts,
    MoneyMoved,
    MoneyRefused,
    QueueOverflowed,
    TransferCompleted,
    TransferFailed,
    TransferReversed,
    UserChanged,
    WithdrawalCompleted,
    WithdrawalFailed,
    WorkerFailed,
)
from app.notifications.sentences import NONE, Facts

ERROR_CHARACTERS_MAX = 200


class Draft(NamedTuple):
    """A notification before it is written. An event has one for a person, or none."""

    user_id: int
    type: str
    related_id: int
    sentence: str
    facts: Facts
    created_at: datetime


Admins = Sequence[int]
Speaker = Callable[[Any, Admins], list[Draft]]


def drafts(event: Event, admins: Admins) -> list[Draft]:
    """Return what to tell whom about an event: nobody, one person, both sides of a transfer, or every admin."""
    return _SPEAKERS[type(event)](event, admins)


def _tell(event: MoneyFacts, user_id: int | None, kind: str, sentence: str, more: Facts = NONE) -> list[Draft]:
    """One draft about a transaction, or none: the bank's own side reads no notifications."""
    if user_id is None:
        return []
    facts = {"amount_minor": event.amount_minor, "currency": event.currency, **more}
    return [Draft(user_id, kind, event.transaction_id, sentence, facts, event.occurred_at)]


def _inform(
    event: Event, user_ids: Sequence[int], kind: str, related_id: int, sentence: str, facts: Facts = NONE
) -> list[Draft]:
    """The same draft, about anything but money, to each of them."""
    return [Draft(user, kind, related_id, sentence, facts, event.occurred_at) for user in user_ids]


def _transfer_completed(event: TransferCompleted, _: Admins) -> list[Draft]:
    sender, receiver = event.src_user_id, event.dest_user_id
    if sender == receiver:
        return _tell(event, sender, "transfer.moved", "transfer.moved")
    sent: Facts = {"name": event.dest_user_name, "note": event.note}
    received: Facts = {"name": event.src_user_name, "note": event.note}
    return [
        *_tell(event, sender, "transfer.sent", "transfer.sent", sent),
        *_tell(event, receiver, "transfer.received", "transfer.received", received),
    ]


def _deposit_completed(event: DepositCompleted, _: Admins) -> list[Draft]:
    return _tell(event, event.dest_user_id, "deposit.completed", "deposit.completed")


def _withdrawal_completed(event: WithdrawalCompleted, _: Admins) -> list[Draft]:
    return _tell(event, event.src_user_id, "withdrawal.completed", "withdrawal.completed")


def _transfer_failed(event: TransferFailed, _: Admins) -> list[Draft]:
    why = {"name": event.dest_user_name, **_why(event, "Nothing has left your account.")}
    return _tell(event, event.src_user_id, "transfer.failed", "transfer.failed", why)


def _withdrawal_failed(event: WithdrawalFailed, _: Admins) -> list[Draft]:
    why = _why(event, "Nothing has left your account.")
    return _tell(event, event.src_user_id, "withdrawal.failed", "withdrawal.failed", why)


def _deposit_failed(event: DepositFailed, _: Admins) -> list[Draft]:
    why = _why(event, "Nothing has reached your account.")
    return _tell(event, event.dest_user_id, "deposit.failed", "deposit.failed", why)


def _why(event: MoneyRefused, fact: str) -> Facts:
    """Why, as code and as sentence, without the fact that matters most: our own sentence ends with it."""
    return {"reason_code": event.reason, "detail": event.detail.removesuffix(fact).rstrip()}


def _owner(event: MoneyFacts) -> int | None:
    return event.dest_user_id if event.src_user_id is None else event.src_user_id


def _reviewed(event: MoneyFacts, kind: str, state: str) -> list[Draft]:
    """What becomes of a payment, named as the customer would: a transfer by its recipient, cash by its direction."""
    owner = _owner(event)
    if event.src_account is None:  # not the user: cash names its customer on both sides
        return _tell(event, owner, kind, f"deposit.{state}")
    if event.dest_account is None:
        return _tell(event, owner, kind, f"withdrawal.{state}")
    return _tell(event, owner, kind, f"transfer.{state}", {"name": event.dest_user_name})


def _held(event: FraudCheckRequired, _: Admins) -> list[Draft]:
    return _reviewed(event, "transaction.held", "held")


def _cleared(event: FraudCleared, _: Admins) -> list[Draft]:
    return _reviewed(event, "transaction.cleared", "cleared")


def _suspected(event: FraudSuspected, admins: Admins) -> list[Draft]:
    more: Facts = {"transaction_id": event.transaction_id, "user_id": _owner(event) or 0, "reason_code": event.reason}
    return [draft for admin in admins for draft in _tell(event, admin, "fraud.suspected", "fraud.suspected", more)]


def _reversed(event: TransferReversed, _: Admins) -> list[Draft]:
    """The reversing transaction runs the other way: its source once received, its destination once sent."""
    kind, reason = "transfer.reversed", event.reason
    taker, giver = event.src_user_id, event.dest_user_id
    if taker == giver:
        return _tell(event, taker, kind, "transfer.moved_back", {"reason": reason})
    # A side without a customer has the name of one of the bank's own accounts, which says nothing to anybody.
    by = event.src_user_name if taker is not None else ""
    to = event.dest_user_name if giver is not None else ""
    return [
        *_tell(event, taker, kind, "transfer.given_back", {"name": to, "reason": reason}),
        *_tell(event, giver, kind, "transfer.returned", {"name": by, "reason": reason}),
    ]


def _adjusted(event: BalanceAdjusted, _: Admins) -> list[Draft]:
    kind, reason = "balance.adjusted", event.reason
    return [
        *_tell(event, event.src_user_id, kind, "balance.taken", {"reason": reason}),
        *_tell(event, event.dest_user_id, kind, "balance.added", {"reason": reason}),
    ]


def _kyc(event: KYCStatusChanged, _: Admins) -> list[Draft]:
    kind, user = f"kyc.{event.status}", event.user_id
    if event.status == "approved":
        return _inform(event, [user], kind, user, "kyc.approved")
    return _inform(event, [user], kind, user, "kyc.rejected", {"reason": event.reason})


def _user(event: UserChanged, _: Admins) -> list[Draft]:
    """A new address to sign in with is told to its owner, who may not be the one who changed it. The rest isn't news."""
    if "email" not in event.changes:
        return []
    return _inform(event, [event.user_id], "user.email_changed", event.user_id, "user.email_changed")


def _account(event: AccountUpdated, _: Admins) -> list[Draft]:
    facts: Facts = {"account_type": event.account_type, "account_number": event.account_number_masked}
    change = event.change
    if change not in ("requested", "approved", "rejected"):
        change = "switched_on" if event.is_active else "switched_off"
    if change in ("rejected", "switched_off"):
        facts["reason"] = event.reason
    return _inform(event, [event.user_id], "account.updated", event.account_id, f"account.{change}", facts)


def _overflowed(event: QueueOverflowed, admins: Admins) -> list[Draft]:
    kind = "system.queue_overflow"
    facts: Facts = {"queue": event.queue, "length": event.length, "oldest_seconds": event.oldest_seconds}
    # A queue has a name and no number.
    return _inform(event, admins, kind, crc32(event.queue.encode()), kind, facts)


def _worker_failed(event: WorkerFailed, admins: Admins) -> list[Draft]:
    kind, letter = "system.worker_failed", event.dead_letter_id
    facts: Facts = {"queue": event.queue, "error": event.error[:ERROR_CHARACTERS_MAX], "dead_letter_id": letter}
    return _inform(event, admins, kind, letter, kind, facts)


def _verified(event: BooksVerified, admins: Admins) -> list[Draft]:
    """Books that hold aren't news."""
    if not event.findings:
        return []
    kind = "system.books_verified"
    facts: Facts = {"findings": event.findings, "first_finding": event.first_finding}
    return _inform(event, admins, kind, event.movements, kind, facts)


_SPEAKERS: dict[type[Event], Speaker] = {
    TransferCompleted: _transfer_completed,
    TransferFailed: _transfer_failed,
    TransferReversed: _reversed,
    DepositCompleted: _deposit_completed,
    DepositFailed: _deposit_failed,
    WithdrawalCompleted: _withdrawal_completed,
    WithdrawalFailed: _withdrawal_failed,
    BalanceAdjusted: _adjusted,
    FraudCheckRequired: _held,
    FraudCleared: _cleared,
    FraudSuspected: _suspected,
    KYCStatusChanged: _kyc,
    UserChanged: _user,
    AccountUpdated: _account,
    QueueOverflowed: _overflowed,
    WorkerFailed: _worker_failed,
    BooksVerified: _verified,
}

SPOKEN_OF: tuple[type[Event], ...] = tuple(_SPEAKERS)
"""The events that somebody is told about."""

FOR_ADMINS: tuple[type[Event], ...] = (FraudSuspected, QueueOverflowed, WorkerFailed, BooksVerified)
"""The events that every admin is told about."""


def success(event: MoneyMoved, user_id: int) -> dict[str, Any]:
    """Return what a person's sockets get when money moved (S99). A balance is shown to its owner only."""

    def own(owner_id: int | None, balance_minor: int | None) -> float | None:
        return to_wire(balance_minor, event.currency) if owner_id == user_id and balance_minor is not None else None

    return {
        "type": "transaction.success",
        "transaction_id": event.transaction_id,
        "amount": to_wire(event.amount_minor, event.currency),
        "new_src_balance": own(event.src_user_id, event.src_balance_minor),
        "new_dest_balance": own(event.dest_user_id, event.dest_balance_minor),
    }
