"""What found things look like on the wire."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, Field

from app.core.clock import INDIA
from app.core.money import BASE_CURRENCY
from app.edge.wire import AmountOut
from app.enquiries.analytics import Figures
from app.enquiries.service import Answer
from app.enquiries.wanted import cursor_of
from app.identity.models import User
from app.transactions.schemas import TransactionOut

T = TypeVar("T")
Item = TypeVar("Item")

_DEGRADED = "True: search is away or behind, so PostgreSQL answered and looked at fewer rows."


class FoundPage(BaseModel, Generic[T]):
    """Some of what was found, how much there is, and the cursor that continues it (null: this was the last page)."""

    items: list[T]
    total: int = Field(description="How many there are; counted up to 10,000, and where degraded at least so many.")
    next_cursor: str | None
    degraded: bool = Field(description=_DEGRADED)

    @classmethod
    def of(cls, answer: Answer[Item], *, order: str, out: Callable[[Item], T]) -> FoundPage[T]:
        """Make it from a service's answer."""
        return cls(
            items=[out(item) for item in answer.items],
            total=answer.total,
            next_cursor=None if answer.next_place is None else cursor_of(order, answer.next_place),
            degraded=answer.degraded,
        )


class CustomerFound(BaseModel):
    """A user as staff find them."""

    id: int
    username: str
    full_name: str
    email: str
    role: str
    is_active: bool
    kyc_approved: bool
    created_at: datetime

    @classmethod
    def of(cls, user: User) -> CustomerFound:
        """Make it from the row."""
        return cls(
            id=user.id, username=user.username, full_name=user.full_name, email=user.email, role=str(user.role),
            is_active=user.is_active, kyc_approved=user.kyc_approved, created_at=user.created_at,
        )  # fmt: skip


class ActFound(BaseModel):
    """An entry of the audit trail: who (null: the bank itself) did what to whom."""

    occurred_at: datetime
    action: str
    actor_id: int | None
    subject_type: str
    subject_id: int
    data: dict[str, Any]

    @classmethod
    def of(cls, content: dict[str, Any]) -> ActFound:
        """Make it from the document."""
        return cls.model_validate(content)


class LogLineFound(BaseModel):
    """A line of the log of one of the bank's processes."""

    timestamp: datetime
    level: str
    logger: str
    role: str
    event: str
    request_id: str | None
    user_id: int | None
    data: dict[str, Any]

    @classmethod
    def of(cls, content: dict[str, Any]) -> LogLineFound:
        """Make it from the document."""
        return cls.model_validate(content)


class Everything(BaseModel):
    """What the bank knows by these words, grouped. Groups that weren't asked for are null."""

    transactions: FoundPage[TransactionOut] | None
    customers: FoundPage[CustomerFound] | None
    audit: FoundPage[ActFound] | None
    degraded: bool = Field(description=_DEGRADED)


class PeriodOut(BaseModel):
    """One period: from its start up to its end."""

    start: datetime
    end: datetime
    count: int
    groups: dict[str, int] = Field(description="The same, split: by status, by action, by logger.")


class MoneyPeriodOut(PeriodOut):
    """One period, and what the transactions in it add up to."""

    amount: AmountOut


class SeriesOut(BaseModel):
    """Figures over time."""

    interval: str
    periods: list[PeriodOut]
    total: int
    degraded: bool = Field(description=_DEGRADED)

    @classmethod
    def of(cls, interval: str, figures: Figures) -> SeriesOut:
        """Make it from the figures; times in the bank's own zone."""
        return cls(
            interval=interval,
            periods=[
                PeriodOut(
                    start=one.start.astimezone(INDIA), end=one.end.astimezone(INDIA), count=one.count, groups=one.groups
                )
                for one in figures.periods
            ],
            total=sum(one.count for one in figures.periods),
            degraded=figures.degraded,
        )


class TrendsOut(BaseModel):
    """Transactions over time: how many, by status, and how much money."""

    interval: str
    currency: str = BASE_CURRENCY
    periods: list[MoneyPeriodOut]
    total: int
    degraded: bool = Field(description=_DEGRADED)

    @classmethod
    def of(cls, interval: str, figures: Figures) -> TrendsOut:
        """Make it from the figures; times in the bank's own zone."""
        return cls(
            interval=interval,
            periods=[
                MoneyPeriodOut(
                    start=one.start.astimezone(INDIA), end=one.end.astimezone(INDIA), count=one.count,
                    groups=one.groups, amount=one.sum_minor,
                )
                for one in figures.periods
            ],
            total=sum(one.count for one in figures.periods),
            degraded=figures.degraded,
        )  # fmt: skip


class DriftOut(BaseModel):
    """How an index compares with PostgreSQL."""

    name: str
    state: str = Field(description="ok, drifted, behind (events wait to be indexed), missing, away")
    rows: int
    documents: int
    missing: int
    different: int
    surplus: int
