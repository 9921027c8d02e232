"""What accounts look like: to their owner, to staff, and to somebody who wants to send money to one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel
from sqlalchemy import Row

from app.accounts.models import Account, AccountStatus, AccountType
from app.core.masking import mask_account_number
from app.edge.idempotency import Repeatable
from app.edge.wire import AmountOut, RowId
from app.identity.models import User
from app.identity.schemas import Reason
from app.ledger.models import LedgerAccount

AccountRow = Row[Account, LedgerAccount, User]


class AccountRequest(Repeatable):
    """The product that a customer asks for."""

    account_type: Literal["savings", "current"]


class AccountDecision(Repeatable):
    """What staff say of a requested account."""

    account_id: RowId
    action: Literal["approve", "reject"]
    reason: Reason = ""


class ActiveChange(Repeatable):
    """Whether an account is to be on; without `active` it becomes the other."""

    active: bool | None = None
    reason: Reason = ""


class AccountOut(BaseModel):
    """S44: an account as its owner sees it. `available` is the balance less what is reserved."""

    id: int
    account_number: str
    account_type: AccountType
    balance: AmountOut
    available: AmountOut
    currency: str
    status: AccountStatus
    is_active: bool
    created_at: datetime

    @classmethod
    def of(cls, row: AccountRow) -> AccountOut:
        """Make it from an account with its ledger account."""
        return cls(**_fields(row))


class StaffAccountOut(AccountOut):
    """An account as staff see it: with its owner and the decision."""

    user_id: int
    username: str
    full_name: str
    kyc_checked: bool
    decided_at: datetime | None
    decided_by: int | None
    decision_reason: str | None

    @classmethod
    def of(cls, row: AccountRow) -> StaffAccountOut:
        """Make it from an account with its ledger account and owner."""
        account: Account = row.Account
        return cls(
            **_fields(row),
            user_id=account.user_id,
            username=row.User.username,
            full_name=row.User.full_name,
            kyc_checked=account.kyc_checked,
            decided_at=account.decided_at,
            decided_by=account.decided_by,
            decision_reason=account.decision_reason,
        )


class DayBalance(BaseModel):
    """What an account held at the end of a day."""

    day: date
    balance: AmountOut


class BalancesOut(BaseModel):
    """An account's balances, day by day, oldest first."""

    items: list[DayBalance]

    @classmethod
    def of(cls, days: Sequence[tuple[date, int]]) -> BalancesOut:
        """Make it from days and minor units."""
        return cls(items=[DayBalance(day=day, balance=balance) for day, balance in days])


class RecipientAccountOut(BaseModel):
    """C20: what others see of an account: enough to recognise it, and never a balance."""

    id: int
    account_number: str
    account_type: AccountType
    currency: str
    holder_name: str

    @classmethod
    def of(cls, row: AccountRow) -> RecipientAccountOut:
        """Make it from an account with its owner."""
        account: Account = row.Account
        return cls(
            id=account.id,
            account_number=mask_account_number(account.account_number),
            account_type=AccountType(account.account_type),
            currency=account.currency,
            holder_name=row.User.display_name,
        )


def _fields(row: AccountRow) -> dict[str, object]:
    account, ledger = row.Account, row.LedgerAccount
    posted = ledger.credits_posted - ledger.debits_posted
    return {
        "id": account.id,
        "account_number": account.account_number,
        "account_type": account.account_type,
        "balance": posted,
        "available": posted - ledger.debits_pending + ledger.overdraft_limit_minor,
        "currency": account.currency,
        "status": account.status,
        "is_active": account.is_active,
        "created_at": account.created_at,
    }
