"""The ledger's tables. Only this room writes them; a trigger refuses to change or delete what has been written."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


class LedgerKind(StrEnum):
    """Whose money a ledger account stands for."""

    CUSTOMER = "customer"  # a customer's product; constrained to stay above its limit
    CASH = "cash"  # notes in the vault and the cash machines
    FEES = "fees"  # what the bank has charged
    INTEREST = "interest"  # what the bank has paid or earned on balances
    SUSPENSE = "suspense"  # staff corrections whose counterpart is being looked for
    OPENING = "opening"  # what was there before the books began


BANK_KINDS = tuple(kind for kind in LedgerKind if kind is not LedgerKind.CUSTOMER)


class LedgerAccount(Base):
    """A row that money moves between. Balance = credits posted − debits posted: positive is what the bank owes."""

    __tablename__ = "ledger_accounts"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    currency: Mapped[str] = mapped_column(String(3))
    debits_pending: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    debits_posted: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    credits_pending: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    credits_posted: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    # How far below zero a customer may go. The bank's own accounts aren't constrained.
    overdraft_limit_minor: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    # Nothing goes in or out while it is frozen; closed is for ever.
    is_frozen: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    is_closed: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())

    __table_args__ = (
        CheckConstraint(
            "debits_pending >= 0 AND debits_posted >= 0 AND credits_pending >= 0 AND credits_posted >= 0 "
            "AND overdraft_limit_minor >= 0",
            name="sums_not_negative",
        ),
        # The last line of defence: whatever the code does, a customer can't have less than nothing plus the limit.
        CheckConstraint(
            "kind <> 'customer' OR credits_posted - debits_posted - debits_pending >= -overdraft_limit_minor",
            name="available_above_limit",
        ),
        CheckConstraint(
            "NOT is_closed OR (credits_posted = debits_posted AND debits_pending = 0 AND credits_pending = 0)",
            name="closed_is_empty",
        ),
        CheckConstraint(f"kind IN ({', '.join(repr(str(kind)) for kind in LedgerKind)})", name="kind_known"),
        # One account of each kind and currency for the bank itself.
        Index("uq_ledger_accounts_bank", "kind", "currency", unique=True, postgresql_where=text("kind <> 'customer'")),
        # Balances change with every movement: room on the page keeps the updates in place (HOT), without index writes.
        {"postgresql_with": {"fillfactor": "70"}},
    )


class Movement(Base):
    """Money that moved: one row with a debit account, a credit account and a positive amount. There is no half."""

    __tablename__ = "movements"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    # The posting group: its legs were written together or not at all. Equal to the transaction that caused it.
    group_id: Mapped[int] = mapped_column(BigInteger)
    leg: Mapped[int] = mapped_column(SmallInteger)
    # No foreign keys: the engine holds both rows locked when it writes, their check would cost a third of the insert,
    # a trigger refuses to delete an account, and `verify` proves that both exist.
    debit_account_id: Mapped[int] = mapped_column(BigInteger)
    credit_account_id: Mapped[int] = mapped_column(BigInteger)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    kind: Mapped[str] = mapped_column(String(20))
    # The day it counts from (interest, statements), beside the instant it was written.
    value_date: Mapped[date] = mapped_column(Date)
    posted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    debit_balance_after: Mapped[int] = mapped_column(BigInteger)
    credit_balance_after: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("debit_account_id <> credit_account_id", name="two_sides"),
        UniqueConstraint("group_id", "leg"),
        # A statement is one index scan per side, in order of posting.
        Index("ix_movements_debit_account_id", "debit_account_id", "id"),
        Index("ix_movements_credit_account_id", "credit_account_id", "id"),
    )


class HoldStatus(StrEnum):
    """Where a two-phase movement stands."""

    PENDING = "pending"  # reserved: counted against what is available, not moved
    POSTED = "posted"  # moved
    VOIDED = "voided"  # given back by decision
    EXPIRED = "expired"  # given back by time


class Hold(Base):
    """The first phase of a movement: money reserved on the debit account until it is posted, voided or expires."""

    __tablename__ = "holds"

    group_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    leg: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    debit_account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ledger_accounts.id"))
    credit_account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ledger_accounts.id"))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    kind: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(8), server_default=HoldStatus.PENDING.value)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    resolved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("debit_account_id <> credit_account_id", name="two_sides"),
        CheckConstraint(f"status IN ({', '.join(repr(str(status)) for status in HoldStatus)})", name="status_known"),
        CheckConstraint("(status = 'pending') = (resolved_at IS NULL)", name="resolved_has_time"),
        Index("ix_holds_expires_at_pending", "expires_at", postgresql_where=text("status = 'pending'")),
    )


class Block(Base):
    """A sealed run of movements: `hash` covers the block before it and every movement from `first_id` to `last_id`.

    `seal` says how anybody can recompute it.
    """

    __tablename__ = "ledger_blocks"

    # Numbered from 1 without gaps by the sealer, not by a sequence: a missing number is a missing block.
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    first_id: Mapped[int] = mapped_column(BigInteger)
    last_id: Mapped[int] = mapped_column(BigInteger)
    count: Mapped[int] = mapped_column(BigInteger)
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    # Id and a short digest of each movement: when the hash is off, they say which row it was.
    marks: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    sealed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())

    __table_args__ = (CheckConstraint("last_id >= first_id AND count > 0", name="not_empty"),)
