"""Settling what was accepted: a batch of requests becomes movements, statuses and events in one commit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.config import Settings, get_settings
from app.core import clock
from app.core.arrays import int_array, text_array, word_array
from app.database import driver_connection
from app.events.catalogue import (
    DepositCompleted,
    DepositFailed,
    Event,
    FraudCheckRequired,
    MoneyFacts,
    MoneyMoved,
    MoneyRefused,
    TransferCompleted,
    TransferFailed,
    WithdrawalCompleted,
    WithdrawalFailed,
)
from app.events.outbox import record
from app.fraud.rules import kyc_blocks, review_reason
from app.ledger.decide import Action, Group, Leg, Outcome, Refusal, Result
from app.ledger.engine import settle
from app.transactions import queries
from app.transactions.errors import FAILURE_SENTENCES, DecidedMeanwhile
from app.transactions.models import TransactionStatus

COMPLETED: dict[str, type[MoneyMoved]] = {
    "transfer": TransferCompleted, "deposit": DepositCompleted, "withdrawal": WithdrawalCompleted,
}  # fmt: skip
FAILED: dict[str, type[MoneyRefused]] = {
    "transfer": TransferFailed, "deposit": DepositFailed, "withdrawal": WithdrawalFailed,
}  # fmt: skip

# The requests of a batch that nothing has become of yet. Of their sender's newest transactions before each (ids are in order of
# time), how many are of the last minute? Only as many are read as the rule needs. What staff book and what is given back isn't
# the sender's haste, nor is what lies further in the future than clocks differ: there one was set back. And is the customer of
# one of its sides switched off (by now)? The ledger knows that of accounts alone.
_PENDING = """
SELECT t.id, (SELECT count(*) FROM (
        SELECT p.created_at FROM transactions p WHERE p.src_user_id = t.src_user_id AND p.id < t.id
            AND p.kind IN ('transfer', 'deposit', 'withdrawal')
        ORDER BY p.id DESC LIMIT %s) newest
    WHERE newest.created_at > t.created_at - interval '60 seconds'
        AND newest.created_at < t.created_at + interval '60 seconds'),
    NOT ((SELECT is_active FROM users WHERE id = t.src_user_id) AND (SELECT is_active FROM users WHERE id = t.dest_user_id))
FROM transactions t WHERE t.id = ANY(%s::bigint[]) AND t.status = 'PENDING'
"""
_UPDATE = """
UPDATE transactions t SET status = v.status, reason = NULLIF(v.reason, ''),
    settled_at = CASE WHEN v.status <> 'UNDER_REVIEW' THEN %s::timestamptz END,
    held_at = CASE WHEN v.status = 'UNDER_REVIEW' THEN %s::timestamptz END
FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS v(id, status, reason)
WHERE t.id = v.id AND t.status = 'PENDING'
"""
_KYC = text("SELECT id FROM users WHERE id = ANY(:ids) AND kyc_approved")


class _Looked(NamedTuple):
    """What was found of one request: how many its sender made in the minute before, and whether a side is switched off."""

    recent: int
    is_switched_off: bool


class _Verdict(NamedTuple):
    """What became of one request: its status, the code of the reason (empty: none), and the fact to record."""

    transaction_id: int
    status: TransactionStatus
    reason: str
    event: Event


def settle_requested(session: Session, requests: Sequence[MoneyFacts]) -> None:
    """Settle accepted requests in order: SUCCESS, FAILED (a business outcome, never retried) or UNDER_REVIEW (held).

    Twice is the same as once, however much later: what isn't PENDING any more is passed over. (The ledger alone wouldn't know:
    it remembers what it has posted or held, but not what it refused.)

    Raises:
        DecidedMeanwhile: staff gave one of them up at the same moment; tried again, the others are settled.
    """
    settings = get_settings()
    pending = _pending(session, requests, settings.transactions_per_minute_max)
    requests = list({one.transaction_id: one for one in requests if one.transaction_id in pending}.values())
    reasons = _review_reasons(requests, pending, settings)
    refusals = dict.fromkeys(_blocked_by_kyc(session, requests, settings), "kyc_required")
    refusals |= {number: Refusal.ACCOUNT_FROZEN.value for number, looked in pending.items() if looked.is_switched_off}
    to_review = [one for one in requests if one.transaction_id in reasons and one.transaction_id not in refusals]
    refusals |= dict.fromkeys(_beyond_reviews(session, to_review, settings), "too_many_reviews")
    allowed = [request for request in requests if request.transaction_id not in refusals]
    now = clock.now()
    outcomes = settle(
        session,
        [_group(request, held=request.transaction_id in reasons) for request in allowed],
        hold_expires_at=now + timedelta(days=settings.hold_days),
    )
    verdicts = [_refused(one, refusals[one.transaction_id]) for one in requests if one.transaction_id in refusals]
    for request, outcome in zip(allowed, outcomes, strict=True):
        if outcome.result is not Result.DUPLICATE:
            verdicts.append(_verdict(request, outcome, reasons.get(request.transaction_id, "")))
    _write(session, verdicts)


def _group(request: MoneyFacts, *, held: bool) -> Group:
    leg = Leg(
        request.src_ledger_account, request.dest_ledger_account, request.amount_minor, request.currency, request.kind
    )
    return Group(request.transaction_id, (leg,), Action.HOLD if held else Action.POST)


def _pending(session: Session, requests: Sequence[MoneyFacts], per_minute_max: int) -> dict[int, _Looked]:
    """Return which transactions are still to be settled, and what speaks against each."""
    parameters = (per_minute_max, int_array(request.transaction_id for request in requests))
    rows = driver_connection(session).execute(_PENDING, parameters, prepare=True)
    return {number: _Looked(recent, off) for number, recent, off in rows}  # type: ignore[misc, arg-type]


def _review_reasons(
    requests: Sequence[MoneyFacts], pending: Mapping[int, _Looked], settings: Settings
) -> dict[int, str]:
    """Return why staff must look at a request first, by transaction; absent: nothing speaks against it."""
    reasons: dict[int, str] = {}
    for request in requests:
        reason = review_reason(
            request.amount_minor,
            pending[request.transaction_id].recent,
            review_above_minor=settings.review_above_minor,
            per_minute_max=settings.transactions_per_minute_max,
        )
        if reason is not None:
            reasons[request.transaction_id] = reason
    return reasons


def _blocked_by_kyc(session: Session, requests: Sequence[MoneyFacts], settings: Settings) -> set[int]:
    """Return the high-value requests whose customer's KYC isn't approved (any more), by transaction (S158)."""

    def blocks(request: MoneyFacts, *, approved: bool) -> bool:
        return kyc_blocks(request.amount_minor, kyc_approved=approved, review_above_minor=settings.review_above_minor)

    doubtful = [request for request in requests if blocks(request, approved=False)]
    if not doubtful:
        return set()
    approved = set(session.scalars(_KYC, {"ids": [request.src_user_id for request in doubtful]}))
    return {r.transaction_id for r in doubtful if blocks(r, approved=r.src_user_id in approved)}


def _beyond_reviews(session: Session, requests: Sequence[MoneyFacts], settings: Settings) -> set[int]:
    """Return those of the requests to be held that would be more reviews than one customer may have open, by transaction.

    About so many: what the ledger then refuses has been counted, and shards don't see what the others hold at this moment.
    """
    if not requests:
        return set()
    open_of = Counter(queries.open_reviews(session, {request.src_user_id for request in requests}))
    beyond: set[int] = set()
    for request in requests:
        if open_of[request.src_user_id] >= settings.reviews_open_max:
            beyond.add(request.transaction_id)
        open_of[request.src_user_id] += 1
    return beyond


def _verdict(request: MoneyFacts, outcome: Outcome, review: str) -> _Verdict:
    if outcome.result is Result.POSTED:
        return _Verdict(request.transaction_id, TransactionStatus.SUCCESS, "", completed(request, outcome))
    if outcome.result is Result.HELD:
        event = FraudCheckRequired(**facts_of(request), reason=review)
        return _Verdict(request.transaction_id, TransactionStatus.UNDER_REVIEW, review, event)
    assert outcome.refusal is not None
    return _refused(request, outcome.refusal.value)


def _refused(request: MoneyFacts, reason: str) -> _Verdict:
    return _Verdict(request.transaction_id, TransactionStatus.FAILED, reason, failed(request, reason))


def completed(request: MoneyFacts, outcome: Outcome) -> MoneyMoved:
    """Return the fact that the money of a request moved, with the customer sides' new balances."""
    return COMPLETED[request.kind](
        **facts_of(request),
        src_balance_minor=outcome.debit_balance_after if request.src_account is not None else None,
        dest_balance_minor=outcome.credit_balance_after if request.dest_account is not None else None,
    )


def failed(request: MoneyFacts, reason: str) -> MoneyRefused:
    """Return the fact that a request ended without money moving."""
    return FAILED[request.kind](**facts_of(request), reason=reason, detail=FAILURE_SENTENCES[reason])


_NAMES = tuple(field.name for field in msgspec.structs.fields(MoneyFacts))


def facts_of(request: MoneyFacts) -> dict[str, Any]:
    """Return the facts that every step repeats, as of now."""
    facts: dict[str, Any] = {name: getattr(request, name) for name in _NAMES}
    facts["occurred_at"] = clock.now()
    return facts


def _write(session: Session, verdicts: Iterable[_Verdict]) -> None:
    decided = list(verdicts)
    if not decided:
        return
    now = clock.now()
    parameters = (
        now,
        now,
        int_array(verdict.transaction_id for verdict in decided),
        word_array(verdict.status.value for verdict in decided),
        text_array(verdict.reason for verdict in decided),
    )
    written = driver_connection(session).execute(_UPDATE, parameters, prepare=True).rowcount
    # Staff may have given one of them up since they were looked at: then no money may move, and the batch is tried again.
    if written != len(decided):
        raise DecidedMeanwhile
    record(session, *(verdict.event for verdict in decided))
