"""The dashboard on the wire."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, Field

from app.accounts.schemas import AccountOut
from app.edge.wire import AmountOut
from app.identity.schemas import PersonOut
from app.transactions.schemas import TransactionOut


class MonthOut(BaseModel):
    """What was spent in a month."""

    month: date = Field(description="Its first day.")
    amount: AmountOut


class ShareOut(BaseModel):
    """What was spent this month on one kind of thing."""

    category: str
    amount: AmountOut


class PayeeOut(BaseModel):
    """What somebody got this month."""

    user_id: int
    name: str
    amount: AmountOut


class SummaryOut(BaseModel):
    """S85.5: all that the first page needs, in one answer."""

    accounts: list[AccountOut]
    recent: list[TransactionOut] = Field(description="The newest, whatever became of them.")
    waiting: list[TransactionOut] = Field(description="PENDING or UNDER_REVIEW, newest first.")
    people: list[PersonOut] = Field(description="Whom one has paid lately, the latest first (S91).")
    months: list[MonthOut] = Field(description="The last six months, oldest first, without one's own accounts.")
    categories: list[ShareOut] = Field(description="This month, the most first.")
    payees: list[PayeeOut] = Field(description="This month, the most first.")
