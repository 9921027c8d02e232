"""Figures over time for the dashboards (S169): one request to the index, or one statement to PostgreSQL, same answer.

Each question is a `Series`: which documents, what to split them by, and what to add up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, case, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import DateTime

from app.audit.models import AuditEntry
from app.core.money import BASE_CURRENCY
from app.enquiries import service
from app.enquiries.documents import milliseconds
from app.enquiries.indexes import AUDIT, CUSTOMERS, LOGS, TRANSACTIONS
from app.identity.models import Role, User
from app.search.documents import IndexSpec
from app.search.engine import search_engine
from app.search.query import Between, Condition, Is
from app.transactions.models import Transaction

GROUPS_MAX = 50

FRAUD_ACTIONS = ("fraud.check_required", "fraud.suspected", "fraud.cleared")
SUSPICIOUS_ACTIONS = ("fraud.suspected", "user.login_failed", "user.session_revoked")
ERROR_LEVELS = ("error", "critical")
# What PostgreSQL knows of errors: the events that became dead letters, and the queues that overflowed.
ERROR_ACTIONS = ("system.worker_failed", "system.queue_overflow")


class Series(NamedTuple):
    """A question about time, for both engines."""

    spec: IndexSpec
    conditions: tuple[Condition, ...]
    split: str
    summed: str | None
    at: Any  # the same four for PostgreSQL: when, which, what to split by, what to add up
    where: Callable[[], ColumnElement[bool]]
    split_by: Any
    adds: Any = None
    is_log: bool = False  # the index has what PostgreSQL lacks, and needn't be as new as it


@dataclass
class Period:
    """What happened in one period: how often, in all and by group, and the sum in paise where there is one."""

    start: datetime
    end: datetime
    count: int = 0
    sum_minor: int = 0
    groups: dict[str, int] = field(default_factory=dict)


class Figures(NamedTuple):
    """The periods in order. `degraded`: from PostgreSQL, because search was away or behind."""

    periods: list[Period]
    degraded: bool


TRENDS = Series(
    TRANSACTIONS, (Is("currency", (BASE_CURRENCY,)),), "status", "amount_minor",
    Transaction.created_at, lambda: Transaction.currency == BASE_CURRENCY, Transaction.status, Transaction.amount_minor,
)  # fmt: skip
USER_GROWTH = Series(
    CUSTOMERS, (Is("role", (str(Role.CUSTOMER),)),), "kyc", None, User.created_at, lambda: User.role == Role.CUSTOMER,
    case((User.kyc_approved, "approved"), (User.kyc_rejected_at.is_not(None), "rejected"), else_="waiting"),
)  # fmt: skip
SUSPICIOUS = Series(
    AUDIT, (Is("action", SUSPICIOUS_ACTIONS),), "action", None,
    AuditEntry.at, lambda: AuditEntry.action.in_(SUSPICIOUS_ACTIONS), AuditEntry.action,
)  # fmt: skip
FRAUD_ALERTS = Series(
    AUDIT, (Is("action", FRAUD_ACTIONS),), "action", None,
    AuditEntry.at, lambda: AuditEntry.action.in_(FRAUD_ACTIONS), AuditEntry.action,
)  # fmt: skip
ERRORS = Series(
    LOGS, (Is("level", ERROR_LEVELS),), "logger", None,
    AuditEntry.at, lambda: or_(*(AuditEntry.action == action for action in ERROR_ACTIONS)), AuditEntry.action,
    is_log=True,
)  # fmt: skip


def figures(session: Session, series: Series, limits: Sequence[datetime]) -> Figures:
    """Return a series over the periods between these limits."""
    periods = [Period(start, end) for start, end in pairwise(limits)]
    answer = service.from_index(session, lambda: _ask_index(series, periods), must_be_current=not series.is_log)
    if answer is None:
        _ask_postgresql(session, series, limits, periods)
        return Figures(periods, degraded=True)
    for bucket in answer["periods"]["buckets"]:
        _read(bucket, periods)
    return Figures(periods, degraded=False)


def _ask_index(series: Series, periods: Sequence[Period]) -> dict[str, Any]:
    ranges = [{"from": milliseconds(one.start), "to": milliseconds(one.end)} for one in periods]
    inner: dict[str, Any] = {"groups": {"terms": {"field": series.split, "size": GROUPS_MAX}}}
    if series.summed is not None:
        inner["sum"] = {"sum": {"field": series.summed}}
    whole = Between("at", ranges[0]["from"], ranges[-1]["to"])
    asked = {"periods": {"range": {"field": "at", "ranges": ranges}, "aggs": inner}}
    return search_engine().aggregate(series.spec, (*series.conditions, whole), asked)


def _read(bucket: dict[str, Any], periods: Sequence[Period]) -> None:
    """Put a bucket's figures into its period. tantivy also answers the ranges before, between and after: they are empty."""
    for period in periods:
        if bucket.get("from") == milliseconds(period.start) and bucket.get("to") == milliseconds(period.end):
            period.count = int(bucket["doc_count"])
            period.groups = {str(one["key"]): int(one["doc_count"]) for one in bucket["groups"]["buckets"]}
            period.sum_minor = int(bucket["sum"]["value"] or 0) if "sum" in bucket else 0


def _ask_postgresql(session: Session, series: Series, limits: Sequence[datetime], periods: list[Period]) -> None:
    number = func.width_bucket(series.at, literal(list(limits), ARRAY(DateTime(timezone=True))))
    summed = func.coalesce(func.sum(series.adds), 0) if series.adds is not None else literal(0)
    asked: Select[Any] = (
        select(
            number.label("number"), series.split_by.label("split"), func.count().label("events"), summed.label("sum")
        )
        .where(series.at >= limits[0], series.at < limits[-1], series.where())
        .group_by("number", "split")
    )
    for row in session.execute(asked):
        period = periods[row.number - 1]
        period.count += row.events
        period.sum_minor += int(row.sum)
        period.groups[str(row.split)] = row.events
