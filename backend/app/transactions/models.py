"""A transaction: what somebody asked for, and what became of it. The money itself is in the ledger's movements."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, String, Text, func, text
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.orm import Mapped, mapped_column

from app.core.money import BASE_CURRENCY
from app.database import Base

INITIATE_ROUTE = "transactions.initiate"  # under which the answers to `POST /transactions/initiate` are kept


class TransactionKind(StrEnum):
    """What the customer calls it. Also the `kind` of the ledger movement."""

    TRANSFER = "transfer"
    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    ADJUSTMENT = "adjustment"
    REFUND = "refund"


class TransactionStatus(StrEnum):
    """The public states (C12)."""

    PENDING = "PENDING"  # accepted and durable, not yet settled
    SUCCESS = "SUCCESS"  # the money moved
    FAILED = "FAILED"  # no money moved, and none will
    UNDER_REVIEW = "UNDER_REVIEW"  # the money is reserved until staff decide
    REVERSED = "REVERSED"  # it moved and was given back


class Transaction(Base):
    """S35. `src_*` is where the money comes from, `dest_*` where it goes; cash and the bank itself have no account here."""

    __tablename__ = "transactions"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    # No foreign keys to accounts: accepting has just read both rows, accounts are never deleted, and `verify` looks.
    src_account: Mapped[int | None] = mapped_column(BigInteger)
    dest_account: Mapped[int | None] = mapped_column(BigInteger)
    # Who the money comes from and goes to (for a deposit both are the customer): lists and limits read these.
    src_user_id: Mapped[int | None] = mapped_column(BigInteger)
    dest_user_id: Mapped[int | None] = mapped_column(BigInteger)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3), server_default=BASE_CURRENCY)
    status: Mapped[str] = mapped_column(String(12), server_default=TransactionStatus.PENDING.value)
    # Why it failed or was held: a code of ours, and nothing else.
    reason: Mapped[str | None] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(Text, server_default="")
    # What the client sent along (S73): kept to the letter, never interpreted.
    details: Mapped[dict[str, Any] | None] = mapped_column("metadata", JSON)
    # A refund names the transaction that it gives back.
    reverses_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("transactions.id"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
    held_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reversed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # The person of the bank who reviewed, adjusted or refunded it, and what they wrote.
    decided_by: Mapped[int | None] = mapped_column(BigInteger)
    decision_reason: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint(f"kind IN ({', '.join(repr(str(kind)) for kind in TransactionKind)})", name="kind_known"),
        CheckConstraint(
            f"status IN ({', '.join(repr(str(status)) for status in TransactionStatus)})", name="status_known"
        ),
        CheckConstraint("src_account IS NOT NULL OR dest_account IS NOT NULL", name="has_a_side"),
        # A transaction is given back at most once.
        Index(
            "uq_transactions_reverses_id", "reverses_id", unique=True, postgresql_where=text("reverses_id IS NOT NULL")
        ),
        Index("ix_transactions_src_user_id", "src_user_id", "id"),
        Index("ix_transactions_dest_user_id", "dest_user_id", "id"),
        # Transfers are nearly all, and stay out of it: their road is no longer for it.
        Index("ix_transactions_kind", "kind", "id", postgresql_where=text("kind <> 'transfer'")),
        # No index speaks of the status (held ones are found by their holds), and half of each page is left free: so the one
        # change that every transaction goes through stays on its page (HOT) and writes no index entry.
        {"postgresql_with": {"fillfactor": "50"}},
    )
