"""Searching over HTTP: a customer's own history, everything for staff, and figures over time."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from app.core import clock
from app.core.cursors import PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX
from app.core.errors import Invalid
from app.core.money import InvalidAmount, parse_minor
from app.edge.pages import Since, Until
from app.edge.query import KnownQuery
from app.edge.session import Read
from app.edge.wire import RowId
from app.enquiries import analytics, drift, service
from app.enquiries.periods import Interval, bounds
from app.enquiries.schemas import (
    ActFound,
    CustomerFound,
    DriftOut,
    Everything,
    FoundPage,
    LogLineFound,
    SeriesOut,
    TrendsOut,
)
from app.enquiries.wanted import Order, Wanted, place_of
from app.identity.permissions import AdminUser, CurrentUser
from app.transactions.models import TransactionKind, TransactionStatus
from app.transactions.schemas import TransactionOut

router = APIRouter(tags=["search"], route_class=KnownQuery)
admin_router = APIRouter(prefix="/admin", tags=["admin: search"], route_class=KnownQuery)

GROUP_SIZE_DEFAULT = 10
NEWEST = str(Order.NEWEST)

Text = Annotated[
    str, Query(alias="q", max_length=200, description="Words, or how they begin; all of them must be there.")
]
Cursor = Annotated[str | None, Query(max_length=100, description="`next_cursor` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=PAGE_SIZE_MAX, description="How many items a page has.")]
Amount = Annotated[str | None, Query(max_length=40, description="An amount such as 150.00.")]


def _wanted(
    text: Text = "",
    party: Annotated[str, Query(max_length=100, description="Words in the name of either side.")] = "",
    kind: Annotated[list[TransactionKind] | None, Query()] = None,
    status: Annotated[list[TransactionStatus] | None, Query()] = None,
    account_id: RowId | None = None,
    amount_min: Amount = None,
    amount_max: Amount = None,
    since: Since = None,
    until: Until = None,
    sort: Order = Order.NEWEST,
    cursor: Cursor = None,
    limit: Limit = PAGE_SIZE_DEFAULT,
) -> Wanted:
    return Wanted(
        text=text,
        party=party,
        kinds=tuple(str(one) for one in kind or ()),
        statuses=tuple(str(one) for one in status or ()),
        account_id=account_id,
        amount_minor_min=_minor(amount_min, "amount_min"),
        amount_minor_max=_minor(amount_max, "amount_max"),
        since=since,
        until=until,
        order=sort,
        after=place_of(cursor, sort),
        limit=limit,
    )


def _minor(amount: str | None, field: str) -> int | None:
    try:
        return parse_minor(amount) if amount else None
    except InvalidAmount as error:
        raise error.about(field) from None


WantedQuery = Annotated[Wanted, Depends(_wanted)]


@router.get("/search")
def search_own(user: CurrentUser, session: Read, wanted: WantedQuery) -> FoundPage[TransactionOut]:
    """Search one's own transactions by words, names, amounts, dates, kinds and states (S168)."""
    found = service.transactions(session, wanted.as_seen_by(user.id))
    return FoundPage.of(found, order=wanted.order, out=lambda row: TransactionOut.of(row, user.id))


@admin_router.get("/search/transactions")
def search_transactions(admin: AdminUser, session: Read, wanted: WantedQuery) -> FoundPage[TransactionOut]:
    """Search everybody's transactions."""
    return FoundPage.of(
        service.transactions(session, wanted), order=wanted.order, out=lambda row: TransactionOut.of(row, None)
    )


Group = Literal["transactions", "customers", "audit"]


@admin_router.get("/search")
def search_everything(
    admin: AdminUser,
    session: Read,
    text: Text = "",
    within: Annotated[Group | None, Query(description="Only this group; needed to go on with a cursor.")] = None,
    cursor: Cursor = None,
    limit: Limit = GROUP_SIZE_DEFAULT,
) -> Everything:
    """Search transactions, customers and the audit trail at once (S70, S170)."""
    if cursor is not None and within is None:
        raise Invalid("A cursor belongs to one group. Say which one with `within`.")
    after = place_of(cursor, NEWEST)
    groups: dict[str, FoundPage[TransactionOut] | FoundPage[CustomerFound] | FoundPage[ActFound]] = {}
    if within in (None, "transactions"):
        rows = service.transactions(session, Wanted(text=text, after=after, limit=limit))
        groups["transactions"] = FoundPage.of(rows, order=NEWEST, out=lambda row: TransactionOut.of(row, None))
    if within in (None, "customers"):
        users = service.customers(session, text=text, after=after, limit=limit)
        groups["customers"] = FoundPage.of(users, order=NEWEST, out=CustomerFound.of)
    if within in (None, "audit"):
        acts = service.acts(session, text=text, after=after, limit=limit)
        groups["audit"] = FoundPage.of(acts, order=NEWEST, out=ActFound.of)
    return Everything.model_validate(
        {"transactions": None, "customers": None, "audit": None}
        | groups
        | {"degraded": any(page.degraded for page in groups.values())}
    )


@admin_router.get("/logs/search")
def search_logs(
    *,
    admin: AdminUser,
    session: Read,
    text: Text = "",
    level: Literal["debug", "info", "warning", "error", "critical"] | None = None,
    logger: Annotated[str | None, Query(max_length=100)] = None,
    request_id: Annotated[str | None, Query(max_length=64)] = None,
    user_id: RowId | None = None,
    since: Since = None,
    until: Until = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_SIZE_DEFAULT,
) -> FoundPage[LogLineFound]:
    """Search the logs of every process of the bank, newest first (S70, S151, S175)."""
    wanted = service.LogFilter(text, level, logger, request_id, user_id, since, until)
    found = service.log_lines(session, wanted, after=place_of(cursor, "logs"), limit=limit)
    return FoundPage.of(found, order="logs", out=LogLineFound.of)


@admin_router.get("/search/drift")
def search_drift(admin: AdminUser, session: Read) -> list[DriftOut]:
    """How each index compares with PostgreSQL. The bank repairs differences by itself."""
    return [DriftOut(**one._asdict()) for one in drift.drift(session)]


# -- figures over time (S169) ------------------------------------------------------------------------------------------


class _Span:
    """The periods that a request asks for."""

    def __init__(self, interval: Interval = Interval.DAY, since: Since = None, until: Until = None) -> None:
        self.interval = interval
        self.limits = bounds(interval, since, until or clock.now())


Span = Annotated[_Span, Depends(_Span)]


@admin_router.get("/analytics/trends")
def transaction_trends(admin: AdminUser, session: Read, span: Span) -> TrendsOut:
    """Transactions over time, by status, with their sums."""
    return TrendsOut.of(span.interval, analytics.figures(session, analytics.TRENDS, span.limits))


@admin_router.get("/analytics/user-growth")
def user_growth(admin: AdminUser, session: Read, span: Span) -> SeriesOut:
    """New users over time, by the state of their KYC today."""
    return SeriesOut.of(span.interval, analytics.figures(session, analytics.USER_GROWTH, span.limits))


@admin_router.get("/analytics/suspicious-activity")
def suspicious_activity(admin: AdminUser, session: Read, span: Span) -> SeriesOut:
    """Suspected fraud, wrong passwords and sessions that were ended, over time."""
    return SeriesOut.of(span.interval, analytics.figures(session, analytics.SUSPICIOUS, span.limits))


@admin_router.get("/analytics/errors")
def error_counts(admin: AdminUser, session: Read, span: Span) -> SeriesOut:
    """Errors in the bank's logs over time, by who said it."""
    return SeriesOut.of(span.interval, analytics.figures(session, analytics.ERRORS, span.limits))


@admin_router.get("/analytics/fraud-alerts")
def fraud_alerts(admin: AdminUser, session: Read, span: Span) -> SeriesOut:
    """Transactions held, suspected and cleared, over time."""
    return SeriesOut.of(span.interval, analytics.figures(session, analytics.FRAUD_ALERTS, span.limits))
