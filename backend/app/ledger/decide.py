"""The decision about a batch, pure: given balances, what may move? No session, no clock, no I/O.

Groups are decided in order of arrival. A group posts all of its legs or none; money received earlier in the batch may
be spent later in it; a refusal refuses only itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import NamedTuple


class Action(Enum):
    """What a group asks the ledger to do."""

    POST = "post"  # move the money now
    HOLD = "hold"  # reserve it
    POST_HOLD = "post_hold"  # move what an earlier HOLD of the same group reserved
    VOID_HOLD = "void_hold"  # give it back
    EXPIRE_HOLD = "expire_hold"  # give it back because nobody decided in time


class Refusal(StrEnum):
    """Why the ledger says no. The values are the codes that travel in events and answers."""

    INSUFFICIENT_FUNDS = "insufficient_funds"
    UNKNOWN_ACCOUNT = "account_not_found"
    ACCOUNT_FROZEN = "account_frozen"
    ACCOUNT_CLOSED = "account_closed"
    SAME_ACCOUNT = "same_account"
    CURRENCY_MISMATCH = "currency_mismatch"
    AMOUNT_NOT_POSITIVE = "amount_not_positive"
    AMOUNT_TOO_LARGE = "amount_too_large"
    NO_SUCH_HOLD = "no_such_hold"


class Result(Enum):
    """What became of a group."""

    POSTED = "posted"
    HELD = "held"
    VOIDED = "voided"
    EXPIRED = "expired"
    REFUSED = "refused"
    DUPLICATE = "duplicate"  # done before, or twice in this batch: nothing happens


class Leg(NamedTuple):
    """One movement to be: `amount_minor` from the debit account to the credit account."""

    debit: int
    credit: int
    amount_minor: int
    currency: str
    kind: str


class Group(NamedTuple):
    """Legs that move together. `id` is the caller's idempotency key: a group posts, holds and resolves once."""

    id: int
    legs: tuple[Leg, ...]
    action: Action = Action.POST


@dataclass(slots=True)
class Balances:
    """A ledger account as the engine locked it; `decide` keeps it current as the batch goes on."""

    id: int
    kind: str
    currency: str
    debits_pending: int
    debits_posted: int
    credits_pending: int
    credits_posted: int
    overdraft_limit_minor: int
    is_frozen: bool = False
    is_closed: bool = False

    @property
    def balance(self) -> int:
        """What is posted: credits − debits, in minor units."""
        return self.credits_posted - self.debits_posted

    @property
    def available(self) -> int:
        """What may still be spent, holds taken off and the limit put on. Only meaningful for customers."""
        return self.credits_posted - self.debits_posted - self.debits_pending + self.overdraft_limit_minor

    @property
    def is_constrained(self) -> bool:
        """Customers may not go below their limit; the bank's own accounts may."""
        return self.kind == "customer"


class Existing(NamedTuple):
    """What the ledger already knows of a group: whether it moved, and its hold if it has one."""

    posted: bool
    hold_status: str | None = None
    hold_legs: tuple[Leg, ...] = ()


class MovementDraft(NamedTuple):
    """A movement that was decided, with both balances right after it."""

    group_id: int
    leg_number: int
    leg: Leg
    debit_balance_after: int
    credit_balance_after: int


class Outcome(NamedTuple):
    """What became of one group. Balances are those of the first leg right after the group, None unless it posted."""

    group_id: int
    result: Result
    refusal: Refusal | None = None
    debit_balance_after: int | None = None
    credit_balance_after: int | None = None


class HoldChange(NamedTuple):
    """A hold to be written: new (`pending`) or resolved."""

    group_id: int
    leg_number: int
    leg: Leg
    status: str


class Decision(NamedTuple):
    """All that a batch writes: outcomes in order of arrival, movements, hold changes, and the accounts touched."""

    outcomes: list[Outcome]
    movements: list[MovementDraft]
    holds: list[HoldChange]
    touched: set[int]


# A side of an account never reaches BIGINT's edge: sums above this are refused long before PostgreSQL would object.
SUM_MAX = 2**62

_RESOLVED_STATUS = {Action.POST_HOLD: "posted", Action.VOID_HOLD: "voided", Action.EXPIRE_HOLD: "expired"}
_NOTHING = Existing(posted=False)
_MOVED = Existing(posted=True)


def decide(batch: Sequence[Group], accounts: Mapping[int, Balances], existing: Mapping[int, Existing]) -> Decision:
    """Decide every group of a batch in order; `accounts` is brought up to date in place.

    Args:
        batch: groups in order of arrival.
        accounts: every account that the batch names and the ledger knows, by id, as locked.
        existing: what is already known of the batch's group ids; absent means nothing.
    """
    decision = Decision([], [], [], set())
    known: dict[int, Existing] = dict(existing)
    for group in batch:
        before = known.get(group.id, _NOTHING)
        if group.action is Action.POST or group.action is Action.HOLD:
            outcome = _decide_new(group, before, accounts, known, decision)
        else:
            outcome = _decide_resolution(group, before, accounts, known, decision)
        decision.outcomes.append(outcome)
    return decision


def _decide_new(
    group: Group, before: Existing, accounts: Mapping[int, Balances], known: dict[int, Existing], decision: Decision
) -> Outcome:
    assert group.legs, "a group moves something"
    if before.posted or before.hold_status is not None:
        return Outcome(group.id, Result.DUPLICATE)
    for number, leg in enumerate(group.legs):
        refusal = _refusal(leg, accounts)
        if refusal is not None:
            for undone in group.legs[:number]:
                _apply(undone, accounts, group.action, sign=-1)
            return Outcome(group.id, Result.REFUSED, refusal)
        _apply(leg, accounts, group.action, sign=1)
    _touch(group.legs, decision)
    if group.action is Action.HOLD:
        decision.holds.extend(HoldChange(group.id, number, leg, "pending") for number, leg in enumerate(group.legs))
        known[group.id] = Existing(posted=False, hold_status="pending", hold_legs=group.legs)
        return Outcome(group.id, Result.HELD)
    known[group.id] = _MOVED
    return _posted(group.id, group.legs, accounts, decision)


def _decide_resolution(
    group: Group, before: Existing, accounts: Mapping[int, Balances], known: dict[int, Existing], decision: Decision
) -> Outcome:
    if before.hold_status is None:
        return Outcome(group.id, Result.REFUSED, Refusal.NO_SUCH_HOLD)
    if before.hold_status != "pending":
        return Outcome(group.id, Result.DUPLICATE)
    legs = before.hold_legs
    if any(leg.debit not in accounts or leg.credit not in accounts for leg in legs):
        # The hold was committed while we were waiting for our locks, so its accounts aren't among them: we came first.
        return Outcome(group.id, Result.REFUSED, Refusal.NO_SUCH_HOLD)
    status = _RESOLVED_STATUS[group.action]
    if group.action is Action.POST_HOLD:
        refusal = next((bad for leg in legs if (bad := _closed_or_frozen(leg, accounts)) is not None), None)
        if refusal is not None:
            return Outcome(group.id, Result.REFUSED, refusal)
    for leg in legs:
        _apply(leg, accounts, Action.HOLD, sign=-1)
        if group.action is Action.POST_HOLD:
            _apply(leg, accounts, Action.POST, sign=1)
    _touch(legs, decision)
    decision.holds.extend(HoldChange(group.id, number, leg, status) for number, leg in enumerate(legs))
    known[group.id] = Existing(posted=group.action is Action.POST_HOLD, hold_status=status, hold_legs=legs)
    if group.action is Action.POST_HOLD:
        return _posted(group.id, legs, accounts, decision)
    return Outcome(group.id, Result.VOIDED if group.action is Action.VOID_HOLD else Result.EXPIRED)


def _posted(group_id: int, legs: Sequence[Leg], accounts: Mapping[int, Balances], decision: Decision) -> Outcome:
    """Draft the movements of a group whose legs are applied; balances are replayed leg by leg, so each row is exact."""
    if len(legs) == 1:
        leg = legs[0]
        draft = MovementDraft(group_id, 0, leg, accounts[leg.debit].balance, accounts[leg.credit].balance)
        decision.movements.append(draft)
    else:
        running = {side: accounts[side].balance for leg in legs for side in (leg.debit, leg.credit)}
        for leg in legs:
            running[leg.debit] += leg.amount_minor
            running[leg.credit] -= leg.amount_minor
        for number, leg in enumerate(legs):
            running[leg.debit] -= leg.amount_minor
            running[leg.credit] += leg.amount_minor
            draft = MovementDraft(group_id, number, leg, running[leg.debit], running[leg.credit])
            decision.movements.append(draft)
    first = legs[0]
    return Outcome(group_id, Result.POSTED, None, accounts[first.debit].balance, accounts[first.credit].balance)


def _refusal(leg: Leg, accounts: Mapping[int, Balances]) -> Refusal | None:  # noqa: PLR0911  (a return per reason)
    """Return why this leg can't be applied to the accounts as they stand, or None."""
    if leg.amount_minor <= 0:
        return Refusal.AMOUNT_NOT_POSITIVE
    if leg.debit == leg.credit:
        return Refusal.SAME_ACCOUNT
    debit, credit = accounts.get(leg.debit), accounts.get(leg.credit)
    if debit is None or credit is None:
        return Refusal.UNKNOWN_ACCOUNT
    if debit.currency != leg.currency or credit.currency != leg.currency:
        return Refusal.CURRENCY_MISMATCH
    if debit.is_closed or debit.is_frozen or credit.is_closed or credit.is_frozen:
        return _closed_or_frozen(leg, accounts)
    if debit.is_constrained and leg.amount_minor > debit.available:
        return Refusal.INSUFFICIENT_FUNDS
    if max(debit.debits_posted + debit.debits_pending, credit.credits_posted + credit.credits_pending) > (
        SUM_MAX - leg.amount_minor
    ):
        return Refusal.AMOUNT_TOO_LARGE
    return None


def _closed_or_frozen(leg: Leg, accounts: Mapping[int, Balances]) -> Refusal | None:
    debit, credit = accounts[leg.debit], accounts[leg.credit]
    if debit.is_closed or credit.is_closed:
        return Refusal.ACCOUNT_CLOSED
    if debit.is_frozen or credit.is_frozen:
        return Refusal.ACCOUNT_FROZEN
    return None


def _apply(leg: Leg, accounts: Mapping[int, Balances], action: Action, *, sign: int) -> None:
    amount = leg.amount_minor * sign
    if action is Action.POST:
        accounts[leg.debit].debits_posted += amount
        accounts[leg.credit].credits_posted += amount
    else:
        accounts[leg.debit].debits_pending += amount
        accounts[leg.credit].credits_pending += amount


def _touch(legs: Iterable[Leg], decision: Decision) -> None:
    for leg in legs:
        decision.touched.add(leg.debit)
        decision.touched.add(leg.credit)
