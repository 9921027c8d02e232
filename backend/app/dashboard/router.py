"""The first page over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from app.accounts.schemas import AccountOut
from app.dashboard import service
from app.dashboard.schemas import MonthOut, PayeeOut, ShareOut, SummaryOut
from app.edge.query import KnownQuery
from app.edge.session import Read
from app.identity.permissions import CurrentUser
from app.identity.schemas import PersonOut
from app.transactions.schemas import TransactionOut

router = APIRouter(prefix="/dashboard", tags=["dashboard"], route_class=KnownQuery)


@router.get("/summary")
def my_summary(user: CurrentUser, session: Read) -> SummaryOut:
    """Return what one has, what just happened, what waits, and what one's money went to (S85)."""
    found = service.of_user(session, user.id)
    return SummaryOut(
        accounts=[AccountOut.of(row) for row in found.accounts],
        recent=[TransactionOut.of(row, user.id) for row in found.recent],
        waiting=[TransactionOut.of(row, user.id) for row in found.waiting],
        people=[PersonOut.of(person) for person in found.people],
        months=[MonthOut(month=month.first_day, amount=month.amount_minor) for month in found.months],
        categories=[ShareOut(category=share.category, amount=share.amount_minor) for share in found.categories],
        payees=[PayeeOut(user_id=one.user_id, name=one.name, amount=one.amount_minor) for one in found.payees],
    )
