"""What happened, in one sentence to each person it concerns. Pure: from an event to drafts, no session, no clock.

Second person, plain, with the next step. What one side may not know about the other (a balance, the reason of a hold)
is in no sentence to the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zlib import crc32

from app.core.money import format_money, to_wire
from app.events.catalogue import (
    AccountUpdated,
    BalanceAdjusted,
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
    WithdrawalCompleted,
    WithdrawalFailed,
    WorkerFailed,
)

ERROR_CHARACTERS_MAX = 200


class Draft(NamedTuple):
    """A notification before it is written. An event has one for a person, or none."""

    user_id: int
    type: str
    related_id: int
    title: str
    message: str
    created_at: datetime


Admins = Sequence[int]
Speaker = Callable[[Any, Admins], list[Draft]]


def drafts(event: Event, admins: Admins) -> list[Draft]:
    """Return what to tell whom about an event: nobody, one person, both sides of a transfer, or every admin."""
    return _SPEAKERS[type(event)](event, admins)


def _tell(event: MoneyFacts, user_id: int | None, kind: str, title: str, message: str) -> list[Draft]:
    """One draft about a transaction, or none: the bank's own side reads no notifications."""
    if user_id is None:
        return []
    return [Draft(user_id, kind, event.transaction_id, title, message, event.occurred_at)]


def _amount(event: MoneyFacts) -> str:
    return format_money(event.amount_minor, event.currency)


def _quoted(note: str) -> str:
    return f": “{note}”" if note else "."


def _because(reason: str) -> str:
    return f" Reason: {reason}" if reason else ""


def _transfer_completed(event: TransferCompleted, _: Admins) -> list[Draft]:
    amount = _amount(event)
    if event.src_user_id == event.dest_user_id:
        moved = f"You moved {amount} between your accounts."
        return _tell(event, event.src_user_id, "transfer.moved", "Money moved", moved)
    sent = f"You sent {amount} to {event.dest_user_name}{_quoted(event.note)}"
    received = f"You received {amount} from {event.src_user_name}{_quoted(event.note)}"
    return [
        *_tell(event, event.src_user_id, "transfer.sent", "Money sent", sent),
        *_tell(event, event.dest_user_id, "transfer.received", "Money received", received),
    ]


def _deposit_completed(event: DepositCompleted, _: Admins) -> list[Draft]:
    said = f"{_amount(event)} was paid into your account."
    return _tell(event, event.dest_user_id, "deposit.completed", "Deposit booked", said)


def _withdrawal_completed(event: WithdrawalCompleted, _: Admins) -> list[Draft]:
    said = f"{_amount(event)} was paid out of your account."
    return _tell(event, event.src_user_id, "withdrawal.completed", "Withdrawal paid", said)


def _transfer_failed(event: TransferFailed, _: Admins) -> list[Draft]:
    said = f"{_amount(event)} to {event.dest_user_name} was not sent. {_nothing_moved(event, 'left')}"
    return _tell(event, event.src_user_id, "transfer.failed", "Transfer not sent", said)


def _withdrawal_failed(event: WithdrawalFailed, _: Admins) -> list[Draft]:
    said = f"Your withdrawal of {_amount(event)} was not paid. {_nothing_moved(event, 'left')}"
    return _tell(event, event.src_user_id, "withdrawal.failed", "Withdrawal not paid", said)


def _deposit_failed(event: DepositFailed, _: Admins) -> list[Draft]:
    said = f"Your deposit of {_amount(event)} was not booked. {_nothing_moved(event, 'reached')}"
    return _tell(event, event.dest_user_id, "deposit.failed", "Deposit not booked", said)


def _nothing_moved(event: MoneyRefused, verb: str) -> str:
    """The reason, and the fact that matters most. The reason's own sentence may have said it already."""
    fact = f"Nothing has {verb} your account."
    return event.detail if fact in event.detail else f"{event.detail} {fact}".lstrip()


def _payment(event: MoneyFacts) -> str:
    """How the customer would name it: a transfer by its recipient, cash by its direction."""
    if event.src_user_id is None:
        return f"Your deposit of {_amount(event)}"
    if event.dest_user_id is None or event.kind == "withdrawal":
        return f"Your withdrawal of {_amount(event)}"
    return f"{_amount(event)} to {event.dest_user_name}"


def _owner(event: MoneyFacts) -> int | None:
    return event.dest_user_id if event.src_user_id is None else event.src_user_id


def _held(event: FraudCheckRequired, _: Admins) -> list[Draft]:
    said = (
        f"{_payment(event)} is waiting for our review. The money is set aside and moves only once we approve it. "
        "You don't have to do anything; we tell you what we decide."
    )
    return _tell(event, _owner(event), "transaction.held", "Payment under review", said)


def _cleared(event: FraudCleared, _: Admins) -> list[Draft]:
    said = f"{_payment(event)} passed our review and goes ahead."
    return _tell(event, _owner(event), "transaction.cleared", "Review passed", said)


def _suspected(event: FraudSuspected, admins: Admins) -> list[Draft]:
    said = (
        f"Transaction {event.transaction_id} of user {_owner(event)} over {_amount(event)} is held: {event.reason}. "
        "Clear or reject it in the review queue."
    )
    return [
        Draft(admin, "fraud.suspected", event.transaction_id, "Suspicious transaction", said, event.occurred_at)
        for admin in admins
    ]


def _reversed(event: TransferReversed, _: Admins) -> list[Draft]:
    """The reversing transaction runs the other way: its source once received, its destination once sent."""
    amount, why = _amount(event), _because(event.reason)
    if event.src_user_id == event.dest_user_id:
        moved = f"{amount} between your accounts was moved back.{why}"
        return _tell(event, event.src_user_id, "transfer.reversed", "Transaction reversed", moved)
    back_from = f" by {event.src_user_name}" if event.src_user_id is not None else ""
    back_to = f" to {event.dest_user_name}" if event.dest_user_id is not None else ""
    returned = f"{amount} was given back to you{back_from}.{why}"
    taken = f"{amount} that you had received was given back{back_to}.{why}"
    return [
        *_tell(event, event.src_user_id, "transfer.reversed", "Transaction reversed", taken),
        *_tell(event, event.dest_user_id, "transfer.reversed", "Money returned", returned),
    ]


def _adjusted(event: BalanceAdjusted, _: Admins) -> list[Draft]:
    amount, why = _amount(event), _because(event.reason)
    taken, added = f"The bank took {amount} from your account.{why}", f"The bank added {amount} to your account.{why}"
    return [
        *_tell(event, event.src_user_id, "balance.adjusted", "Balance adjusted", taken),
        *_tell(event, event.dest_user_id, "balance.adjusted", "Balance adjusted", added),
    ]


def _kyc(event: KYCStatusChanged, _: Admins) -> list[Draft]:
    if event.status == "approved":
        title = "Identity confirmed"
        said = "We have confirmed your identity. You can open accounts and send larger amounts now."
    else:
        title = "Identity not confirmed"
        said = f"We couldn't confirm your identity.{_because(event.reason)} Hand in your documents again."
    return [Draft(event.user_id, f"kyc.{event.status}", event.user_id, title, said, event.occurred_at)]


def _account(event: AccountUpdated, _: Admins) -> list[Draft]:
    name = f"Your {event.account_type} account {event.account_number_masked}"
    change, why = event.change, _because(event.reason)
    if change == "requested":
        title, said = "Account requested", f"{name} is waiting for the bank's approval. We tell you what we decide."
    elif change == "approved":
        title, said = "Account approved", f"{name} is open. You can pay in and send money now."
    elif change == "rejected":
        title, said = "Account not approved", f"{name} was not approved.{why} You can ask for another one."
    elif event.is_active:
        title, said = "Account switched on", f"{name} is in use again."
    else:
        title = "Account switched off"
        said = f"{name} was switched off: no money moves until the bank switches it on again.{why}"
    return [Draft(event.user_id, "account.updated", event.account_id, title, said, event.occurred_at)]


def _overflowed(event: QueueOverflowed, admins: Admins) -> list[Draft]:
    said = (
        f"{event.queue} holds {event.length} events, the oldest for {event.oldest_seconds} s. "
        "Start another worker, or look why it stands still."
    )
    # A queue has a name and no number.
    queue = crc32(event.queue.encode())
    return [
        Draft(admin, "system.queue_overflow", queue, "A queue is too long", said, event.occurred_at) for admin in admins
    ]


def _worker_failed(event: WorkerFailed, admins: Admins) -> list[Draft]:
    said = (
        f"{event.queue} could not handle an event ({event.error[:ERROR_CHARACTERS_MAX]}). "
        f"Replay dead letter {event.dead_letter_id}, or give it up with a reason."
    )
    letter = event.dead_letter_id
    return [
        Draft(admin, "system.worker_failed", letter, "An event could not be handled", said, event.occurred_at)
        for admin in admins
    ]


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
    AccountUpdated: _account,
    QueueOverflowed: _overflowed,
    WorkerFailed: _worker_failed,
}

SPOKEN_OF: tuple[type[Event], ...] = tuple(_SPEAKERS)
"""The events that somebody is told about."""

FOR_ADMINS: tuple[type[Event], ...] = (FraudSuspected, QueueOverflowed, WorkerFailed)
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
