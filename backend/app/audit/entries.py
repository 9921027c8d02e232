"""Which events the audit trail keeps in a table of its own, and about whom or what each of them is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zlib import crc32

import msgspec

from app.events.catalogue import (
    CATALOGUE,
    AccountUpdated,
    BooksVerified,
    DeadLetterDecided,
    DepositCompleted,
    DepositFailed,
    DepositRequested,
    Event,
    KYCStatusChanged,
    KYCVerificationPending,
    LoginFailed,
    MoneyFacts,
    QueueOverflowed,
    SessionRevoked,
    TransferCompleted,
    TransferFailed,
    TransferInitiated,
    UserChanged,
    UserLoggedIn,
    UserRegistered,
    WithdrawalCompleted,
    WithdrawalFailed,
    WithdrawalRequested,
    WorkerFailed,
)

BULK: frozenset[type[Event]] = frozenset(
    {
        TransferInitiated,
        TransferCompleted,
        TransferFailed,
        DepositRequested,
        DepositCompleted,
        DepositFailed,
        WithdrawalRequested,
        WithdrawalCompleted,
        WithdrawalFailed,
    }
)
"""The everyday life of money. The event log itself, as append-only as the trail, is its audit: no second copy."""

Subject = tuple[str, int]

_SUBJECTS: dict[type[Event], Callable[[Any], Subject]] = {
    UserRegistered: lambda event: ("user", event.user_id),
    UserLoggedIn: lambda event: ("user", event.user_id),
    LoginFailed: lambda event: ("user", event.user_id),
    UserChanged: lambda event: ("user", event.user_id),
    SessionRevoked: lambda event: ("user", event.user_id),
    KYCVerificationPending: lambda event: ("user", event.user_id),
    KYCStatusChanged: lambda event: ("user", event.user_id),
    AccountUpdated: lambda event: ("account", event.account_id),
    WorkerFailed: lambda event: ("dead_letter", event.dead_letter_id),
    DeadLetterDecided: lambda event: ("dead_letter", event.dead_letter_id),
    BooksVerified: lambda event: ("books", event.movements),
    # A queue has a name and no number.
    QueueOverflowed: lambda event: ("queue", crc32(event.queue.encode())),
}


def subject_of(event: Event) -> Subject:
    """Return what an event is about: its kind and its id."""
    if isinstance(event, MoneyFacts):
        return "transaction", event.transaction_id
    return _SUBJECTS[type(event)](event)


def unnamed() -> list[str]:
    """Return the topics of the catalogue that no subject is known for (a test says there are none)."""
    return [topic for topic, kind in CATALOGUE.items() if not issubclass(kind, MoneyFacts) and kind not in _SUBJECTS]


def facts_of(event: Event) -> dict[str, Any]:
    """Return what else the event says, as JSON. Events carry no secrets, so neither does this."""
    facts: dict[str, Any] = msgspec.to_builtins(event)
    return {name: value for name, value in facts.items() if name not in ("occurred_at", "actor_id", "trace")}
