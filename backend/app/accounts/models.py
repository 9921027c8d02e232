"""A customer's account. Its balance is not here: it is the ledger account's."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    String,
    Text,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.money import BASE_CURRENCY
from app.database import Base, parts_index


class AccountType(StrEnum):
    """The products on offer."""

    SAVINGS = "savings"
    CURRENT = "current"


class AccountStatus(StrEnum):
    """Where the bank's decision about an account stands."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


class Account(Base):
    """S34. Money can come and go only while it is approved and active."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    account_number: Mapped[str] = mapped_column(String(16), unique=True)
    account_type: Mapped[str] = mapped_column(String(10))
    currency: Mapped[str] = mapped_column(String(3), server_default=BASE_CURRENCY)
    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id"), index=True)
    ledger_account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ledger_accounts.id"), unique=True)
    status: Mapped[str] = mapped_column(String(10), server_default=AccountStatus.PENDING.value)
    # Staff can switch an approved account off and on again; its ledger account is frozen meanwhile.
    is_active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    # The owner's KYC when the account was asked for (C15): an account opened without it stays visible as such.
    kyc_checked: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))
    decision_reason: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        CheckConstraint(f"account_type IN ({', '.join(repr(str(kind)) for kind in AccountType)})", name="type_known"),
        CheckConstraint(f"status IN ({', '.join(repr(str(status)) for status in AccountStatus)})", name="status_known"),
        # What waits for the back office, and what it has rejected: few among many.
        Index("ix_accounts_not_approved", "status", "id", postgresql_where=text("status <> 'approved'")),
        parts_index("ix_accounts_number_parts", "account_number"),
    )
