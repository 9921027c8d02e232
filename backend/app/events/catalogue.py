"""All that can happen in the bank: past-tense facts, frozen, versioned, complete enough that no consumer asks back.

`topic` is the canonical name and routing key. `aliases` are the specification's other spellings of the same fact; a
broker that knows topics routes by them too, so a consumer bound to any of them works (C3-C6). Amounts are minor units.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A fact. `occurred_at` is when it became true (UTC), `actor_id` the user who caused it (None: the bank itself).

    `trace` is the id of the request that began it all; what follows from an event carries it on.
    """

    topic: ClassVar[str] = ""
    aliases: ClassVar[tuple[str, ...]] = ()
    version: ClassVar[int] = 1

    occurred_at: datetime
    actor_id: int | None = None
    trace: str | None = None

    @property
    def routing_key(self) -> str:
        """The topic this very event is published under; most events have just the one of their class."""
        return self.topic

    @property
    def names(self) -> tuple[str, ...]:
        """The aliases this very event is published under as well; of most events all are true."""
        return self.aliases


# -- money: what the customer asked for, and what became of it ---------------------------------------------------------


class MoneyFacts(Event, frozen=True, kw_only=True):
    """What every step of a transaction repeats, so that each event can be read alone.

    `src_*` is where the money comes from, `dest_*` where it goes; a side without a customer's account (cash, for a
    deposit) has only its ledger account. `note` is what the sender wrote.
    """

    transaction_id: int
    kind: str
    amount_minor: int
    currency: str
    src_account: int | None
    dest_account: int | None
    src_ledger_account: int
    dest_ledger_account: int
    src_user_id: int | None
    dest_user_id: int | None
    src_user_name: str
    dest_user_name: str
    requested_at: datetime
    note: str = ""


class TransferInitiated(MoneyFacts, frozen=True, kw_only=True):
    """A transfer was accepted: checked, written as PENDING, not yet settled."""

    topic = "transfer.initiated"
    aliases = ("transaction.initiated", "transaction.created", "transfer.requested")


class DepositRequested(MoneyFacts, frozen=True, kw_only=True):
    """A customer asked to pay cash in; PENDING until settled."""

    topic = "deposit.requested"


class WithdrawalRequested(MoneyFacts, frozen=True, kw_only=True):
    """A customer asked to take cash out; PENDING until settled."""

    topic = "withdrawal.requested"


class MoneyMoved(MoneyFacts, frozen=True, kw_only=True):
    """The money moved. Balances are what each side had right after; a side without a customer's account has None."""

    src_balance_minor: int | None
    dest_balance_minor: int | None


class TransferCompleted(MoneyMoved, frozen=True, kw_only=True):
    """A transfer settled: SUCCESS."""

    topic = "transfer.completed"
    aliases = ("transfer.success", "transaction.completed")


class DepositCompleted(MoneyMoved, frozen=True, kw_only=True):
    """A deposit settled: SUCCESS."""

    topic = "deposit.completed"


class WithdrawalCompleted(MoneyMoved, frozen=True, kw_only=True):
    """A withdrawal settled: SUCCESS."""

    topic = "withdrawal.completed"


class TransferReversed(MoneyMoved, frozen=True, kw_only=True):
    """A settled transaction was given back by a new, reversing one. `reverses_id` is the transaction given back."""

    topic = "transfer.reversed"
    aliases = ("transaction.reversed",)

    reverses_id: int
    reason: str


class BalanceAdjusted(MoneyMoved, frozen=True, kw_only=True):
    """Staff moved money to or from a customer's account, with a reason."""

    topic = "balance.adjusted"

    reason: str


class MoneyRefused(MoneyFacts, frozen=True, kw_only=True):
    """No money moved, and none will. `reason` is a code, `detail` the sentence for the customer."""

    reason: str
    detail: str


class TransferFailed(MoneyRefused, frozen=True, kw_only=True):
    """A transfer ended as FAILED, for good: refused, rejected, not decided in time, or given up by staff.

    Published as `transfer.failed.<reason>`.
    """

    topic = "transfer.failed"
    aliases = ("transaction.failed",)

    @property
    def routing_key(self) -> str:
        return f"{self.topic}.{self.reason}"


class DepositFailed(MoneyRefused, frozen=True, kw_only=True):
    """A deposit ended as FAILED."""

    topic = "deposit.failed"


class WithdrawalFailed(MoneyRefused, frozen=True, kw_only=True):
    """A withdrawal ended as FAILED."""

    topic = "withdrawal.failed"


# -- fraud -------------------------------------------------------------------------------------------------------------


class FraudCheckRequired(MoneyFacts, frozen=True, kw_only=True):
    """A transaction was held (UNDER_REVIEW): its money is reserved and moves only once somebody decides."""

    topic = "fraud.check_required"
    aliases = ("fraud.check",)

    reason: str


class FraudSuspected(MoneyFacts, frozen=True, kw_only=True):
    """A held transaction looks suspicious; staff must decide (S155, S156, S160)."""

    topic = "fraud.suspected"

    reason: str
    action: str = "admin_review"


class FraudCleared(MoneyFacts, frozen=True, kw_only=True):
    """A held transaction was found to be in order."""

    topic = "fraud.cleared"


# -- people and accounts -----------------------------------------------------------------------------------------------


class UserRegistered(Event, frozen=True, kw_only=True):
    """Somebody became a user of the bank."""

    topic = "user.registered"

    user_id: int
    username: str
    role: str


class UserLoggedIn(Event, frozen=True, kw_only=True):
    """A session began (S111, S141.6)."""

    topic = "user.logged_in"

    user_id: int
    session_id: int
    ip: str
    user_agent: str


class LoginFailed(Event, frozen=True, kw_only=True):
    """A known user's password was wrong, or the user is locked out."""

    topic = "user.login_failed"

    user_id: int
    ip: str
    reason: str


class UserChanged(Event, frozen=True, kw_only=True):
    """A user's role, activity, profile or password changed. `changes` holds the new values that aren't secret.

    `reason` is why staff changed it; nobody has to give a reason for a change of their own.
    """

    topic = "user.changed"

    user_id: int
    changes: dict[str, str | bool]
    reason: str = ""


class SessionRevoked(Event, frozen=True, kw_only=True):
    """A session ended before its time: logout, revocation, or the reuse of a refresh token."""

    topic = "user.session_revoked"

    user_id: int
    session_id: int
    reason: str


class KYCVerificationPending(Event, frozen=True, kw_only=True):
    """A user handed in documents that wait for verification. (Nothing records it yet.)"""

    topic = "kyc.verification_pending"
    aliases = ("kyc.review",)

    user_id: int


class KYCStatusChanged(Event, frozen=True, kw_only=True):
    """A user's KYC was approved or rejected. `status` is `approved` or `rejected`; the names that are true of it go along."""

    topic = "kyc.status_changed"
    aliases = ("kyc.approved", "kyc.rejected", "kyc.completed", "kyc.verified")

    user_id: int
    status: str
    reason: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        if self.status == "approved":
            return ("kyc.approved", "kyc.completed", "kyc.verified")
        return ("kyc.rejected", "kyc.completed")


class AccountUpdated(Event, frozen=True, kw_only=True):
    """An account was requested, approved, rejected, or switched on or off. `change` says which."""

    topic = "account.updated"

    account_id: int
    account_number_masked: str
    account_type: str
    user_id: int
    change: str
    status: str
    is_active: bool
    reason: str = ""


# -- the bank itself ---------------------------------------------------------------------------------------------------


class QueueOverflowed(Event, frozen=True, kw_only=True):
    """A queue is longer or older than its limit (S122)."""

    topic = "system.queue_overflow"

    queue: str
    length: int
    oldest_seconds: int


class WorkerFailed(Event, frozen=True, kw_only=True):
    """An event exhausted its retries, or a foreign message wasn't believed, and became a dead letter (S148)."""

    topic = "system.worker_failed"

    queue: str
    dead_letter_id: int
    error: str


class DeadLetterDecided(Event, frozen=True, kw_only=True):
    """Somebody decided what becomes of a dead letter. `decision` is `replayed` or `given_up`."""

    topic = "system.dead_letter_decided"

    queue: str
    dead_letter_id: int
    decision: str
    reason: str = ""


class BooksVerified(Event, frozen=True, kw_only=True):
    """The books were proved: every balance, movement and hold, and the chain. No findings means that they hold.

    `head` is the newest block of the chain; kept outside of the bank it makes a later proof stronger.
    """

    topic = "system.books_verified"

    findings: int
    movements: int
    head: str | None = None
    first_finding: str = ""


def _all_events(root: type[Event]) -> list[type[Event]]:
    found = [root] if root.topic else []
    for child in root.__subclasses__():
        found += _all_events(child)
    return found


CATALOGUE: dict[str, type[Event]] = {event.topic: event for event in _all_events(Event)}


def canonical(topic: str) -> type[Event]:
    """Return the event class that a routing key or one of the aliases names.

    Raises:
        KeyError: no event of the bank has this name.
    """
    if topic in CATALOGUE:
        return CATALOGUE[topic]
    for event in CATALOGUE.values():
        if topic in event.aliases or topic.startswith(event.topic + "."):
            return event
    raise KeyError(topic)
