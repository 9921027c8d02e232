"""What transactions look like on the wire. The specification's names: `src_account`, `dest_account`, …"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import Row

from app.core.masking import mask_account_number
from app.core.money import BASE_CURRENCY
from app.edge.idempotency import Repeatable
from app.edge.wire import ONE_LINE, AmountMinor, AmountOut, RowId
from app.transactions.categories import category_of
from app.transactions.errors import FAILURE_SENTENCES
from app.transactions.models import Transaction, TransactionKind, TransactionStatus

Reason = Annotated[str, StringConstraints(min_length=3, max_length=200), ONE_LINE]

# S73, with the deviations that tests/transactions/test_published_schema.py lists, each with its reason.
INITIATE_SCHEMA: dict[str, Any] = {
    "title": "TransactionInitiateRequest",
    "type": "object",
    "required": ["src_account", "dest_account", "amount"],
    "additionalProperties": False,
    "properties": {
        "src_account": {"type": "integer", "minimum": 1},
        "dest_account": {"type": "integer", "minimum": 1},
        "amount": {"type": "number", "minimum": 0.01, "multipleOf": 0.01},
        "currency": {"type": "string", "minLength": 3, "maxLength": 3, "default": BASE_CURRENCY},
        "metadata": {"type": "object"},
        "note": {"type": "string", "maxLength": 140},
        "idempotency_key": {
            "type": "string", "minLength": 1, "maxLength": 200, "pattern": r"^[\x21-\x7e]+$",
            "description": "Makes a repetition harmless. It belongs here or in the `Idempotency-Key` header; this one wins. "
            "Without either, the bank makes a key up, so a retry pays again; the answer to a single transfer says so in "
            "`Warning`. A bank in strict mode refuses it with `idempotency_key_required`.",
        },
    },
    "examples": [{"src_account": 101, "dest_account": 202, "amount": 150.00, "idempotency_key": "req-12345"}],
}  # fmt: skip
BULK_SCHEMA: dict[str, Any] = {
    "title": "BulkTransferRequest",
    "type": "object",
    "required": ["transfers"],
    "additionalProperties": False,
    "properties": {"transfers": {"type": "array", "minItems": 1, "maxItems": 100, "items": INITIATE_SCHEMA}},
}


class Accepted(BaseModel):
    """S74, C11: the transfer is durable and will be settled."""

    transaction_id: int
    status: str
    created_at: datetime


class BulkResult(BaseModel):
    """One of the answers to a bulk, with the status that it would have had alone."""

    http_status: int
    answer: dict[str, Any]


class BulkAccepted(BaseModel):
    """The answers to a bulk, in the order of the transfers."""

    results: list[BulkResult]


class CashRequest(Repeatable):
    """A deposit or a withdrawal that a customer asks for."""

    account_id: RowId
    amount: AmountMinor
    note: Annotated[str, StringConstraints(max_length=140), ONE_LINE] = ""


class RefundRequest(Repeatable):
    """Why a transaction is given back."""

    reason: Reason


class ReviewDecision(Repeatable):
    """What staff say of a held transaction."""

    action: Literal["clear", "reject"]
    reason: Reason


class AdjustmentRequest(Repeatable):
    """A correction by staff: money to (`credit`) or from (`debit`) a customer's account, and why."""

    amount: AmountMinor
    direction: Literal["credit", "debit"] = "credit"
    reason: Reason


class TimelineStep(BaseModel):
    """One step in a transaction's life: the state it came to, when, and a sentence about it."""

    state: str
    at: datetime
    detail: str = Field(description="A sentence for a person, in English.")
    code: str = Field(description="What the sentence says, for a program that says it in another language; stable.")


class TransactionOut(BaseModel):
    """A transaction as a customer sees it. Other people's account numbers are masked."""

    id: int
    kind: TransactionKind
    status: TransactionStatus
    amount: AmountOut
    currency: str
    src_account: int | None
    dest_account: int | None
    src_account_number: str | None
    dest_account_number: str | None
    src_user_id: int | None
    dest_user_id: int | None
    src_user_name: str
    dest_user_name: str
    note: str
    reason: str | None
    reason_text: str | None
    reverses_id: int | None
    refund_id: int | None
    timestamp: datetime
    settled_at: datetime | None
    category: str = Field(description="What it was probably for, for charts: read from note and name.")
    balance_after: AmountOut | None = Field(
        default=None, description="In a list of one account: what it held right after. Null before it is settled."
    )

    @classmethod
    def of(cls, row: Row, reader_id: int | None) -> TransactionOut:  # type: ignore[type-arg]
        """Make it from a row of `queries.listing`, for one of its two sides, or for staff (None)."""
        return cls(**_fields(row, reader_id))


class TransactionDetail(TransactionOut):
    """A transaction with its timeline and what the client sent along."""

    metadata: Any | None
    decided_by: int | None
    decision_reason: str | None
    timeline: list[TimelineStep]

    @classmethod
    def of(cls, row: Row, reader_id: int | None) -> TransactionDetail:  # type: ignore[type-arg]
        """Make it from a row of `queries.listing`, for one of its two sides, or for staff (None)."""
        found: Transaction = row.Transaction
        # What staff write of a review is theirs; of a refund or an adjustment both sides are notified with the reason.
        is_told = reader_id is None or found.kind in (TransactionKind.REFUND, TransactionKind.ADJUSTMENT)
        return cls(
            **_fields(row, reader_id),
            metadata=found.details,
            decided_by=found.decided_by if reader_id is None else None,
            decision_reason=found.decision_reason if is_told else None,
            timeline=timeline(found, says_why=_may_know_why(found, reader_id)),
        )


BANK_NAME = "Nyord"


def _may_know_why(found: Transaction, reader_id: int | None) -> bool:
    """Whether the reader may know why it failed or is held: for the recipient that is the sender's secret."""
    return reader_id in (None, found.src_user_id)


def _fields(row: Row, reader_id: int | None) -> dict[str, Any]:  # type: ignore[type-arg]
    found: Transaction = row.Transaction
    reason = found.reason if _may_know_why(found, reader_id) else None
    return {
        "id": found.id,
        "kind": found.kind,
        "status": found.status,
        "amount": found.amount_minor,
        "currency": found.currency,
        "src_account": found.src_account,
        "dest_account": found.dest_account,
        "src_account_number": row.src_account_number and mask_account_number(row.src_account_number),
        "dest_account_number": row.dest_account_number and mask_account_number(row.dest_account_number),
        "src_user_id": found.src_user_id,
        "dest_user_id": found.dest_user_id,
        "src_user_name": row.src_user_name or BANK_NAME,
        "dest_user_name": row.dest_user_name or BANK_NAME,
        "note": found.note,
        "reason": reason,
        "reason_text": FAILURE_SENTENCES.get(reason or "") if found.status == TransactionStatus.FAILED else None,
        "reverses_id": found.reverses_id,
        "refund_id": row.refund_id,
        "timestamp": found.created_at,
        "settled_at": found.settled_at,
        "category": category_of(found.kind, found.note, row.dest_user_name or ""),
        "balance_after": getattr(row, "balance_after", None),
    }


STEP_SENTENCES: dict[str, str] = {
    "accepted": "Accepted by the bank.",
    "held": "Held for a review; the money is reserved.",
    "moved": "The money has moved.",
    "given_back": "Given back.",
    "not_carried_out": "Not carried out.",
    **FAILURE_SENTENCES,
}
"""What a step says, by its code. The web app has the same in Hindi (`locales/hi/bank.ts`)."""


def timeline(found: Transaction, *, says_why: bool) -> list[TimelineStep]:
    """Return what happened to a transaction, oldest first, from its own times."""
    steps = [_step("PENDING", found.created_at, "accepted")]
    if found.held_at is not None:
        steps.append(_step("UNDER_REVIEW", found.held_at, "held"))
    if found.settled_at is not None:
        if found.status == TransactionStatus.FAILED:
            reason = (found.reason or "") if says_why else ""
            steps.append(
                _step("FAILED", found.settled_at, reason if reason in FAILURE_SENTENCES else "not_carried_out")
            )
        else:
            steps.append(_step("SUCCESS", found.settled_at, "moved"))
    if found.reversed_at is not None:
        steps.append(_step("REVERSED", found.reversed_at, "given_back"))
    return steps


def _step(state: str, at: datetime, code: str) -> TimelineStep:
    return TimelineStep(state=state, at=at, detail=STEP_SENTENCES[code], code=code)
