"""What staff see and do about money: all transactions, reviews, and corrections."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from app.edge.exact import ExactRoute
from app.edge.idempotency import Once
from app.edge.pages import Page, PageQuery, Since, Until
from app.edge.session import Read, Write
from app.edge.wire import RowId
from app.identity.permissions import AdminUser
from app.transactions import queries, requests, reviews
from app.transactions.models import TransactionKind, TransactionStatus
from app.transactions.schemas import AdjustmentRequest, ReviewDecision, TransactionDetail, TransactionOut

admin_router = APIRouter(prefix="/admin", tags=["admin"], route_class=ExactRoute)


@admin_router.get("/transactions")
def all_transactions(
    admin: AdminUser,
    session: Read,
    page: PageQuery,
    status: Annotated[TransactionStatus | None, Query()] = None,
    kind: Annotated[TransactionKind | None, Query()] = None,
    user_id: Annotated[RowId | None, Query()] = None,
    account_id: Annotated[RowId | None, Query()] = None,
    since: Since = None,
    until: Until = None,
) -> Page[TransactionOut]:
    """Return transactions, newest first (S53)."""
    filters = queries.Filters(
        status=status, kind=kind, user_id=user_id, account_id=account_id, since=since, until=until
    )
    rows = queries.for_staff(session, filters, after_id=page.after_id, limit=page.fetch)
    return Page.of(rows, page, out=lambda row: TransactionOut.of(row, None), row_id=lambda row: row.Transaction.id)


@admin_router.post("/transactions/{transaction_id}/review", response_model=TransactionDetail, name="review_transaction")
def review(
    transaction_id: Annotated[RowId, Path()], body: ReviewDecision, admin: AdminUser, session: Write, once: Once
) -> Response:
    """Clear or reject a held transaction. Money leaves the hold exactly once, whoever is first."""

    def action() -> TransactionDetail:
        decide = reviews.clear if body.action == "clear" else reviews.reject
        decide(session, transaction_id=transaction_id, admin_id=admin.id, reason=body.reason)
        session.flush()
        return TransactionDetail.of(queries.one(session, transaction_id, reader_id=admin.id, is_staff=True), None)

    return once(session, user_id=admin.id, body=body, action=action)


@admin_router.post("/accounts/{account_id}/adjust-balance", status_code=201, response_model=TransactionDetail)
def adjust_balance(
    account_id: Annotated[RowId, Path()], body: AdjustmentRequest, admin: AdminUser, session: Write, once: Once
) -> Response:
    """Correct a balance by a movement against the suspense account, with a reason (S58)."""

    def action() -> TransactionDetail:
        made = requests.adjust_balance(
            session, admin_id=admin.id, account_id=account_id, amount_minor=body.amount,
            credit=body.direction == "credit", reason=body.reason,
        )  # fmt: skip
        session.flush()
        return TransactionDetail.of(queries.one(session, made.id, reader_id=admin.id, is_staff=True), None)

    return once(session, user_id=admin.id, body=body, action=action)
