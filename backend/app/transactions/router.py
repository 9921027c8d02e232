"""Transactions over HTTP. The three ways to ask for transfers share one bare ASGI endpoint (see `initiate`)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response
from fastapi.routing import APIRoute
from sqlalchemy.orm import Session
from starlette.types import Receive, Scope, Send

from app.accounts import service as accounts
from app.edge.exact import ExactRoute
from app.edge.idempotency import KEY_CHARACTERS_MAX, Once
from app.edge.pages import Page, PageQuery, Since, Until
from app.edge.session import Read, Write
from app.edge.wire import RowId
from app.identity.permissions import CurrentUser, SignedIn
from app.transactions import own, queries, requests
from app.transactions.initiate import BULK_KEY_CHARACTERS_MAX, TransferEndpoint
from app.transactions.models import TransactionStatus
from app.transactions.own import Direction, OwnFilters
from app.transactions.schemas import (
    BULK_SCHEMA,
    INITIATE_SCHEMA,
    Accepted,
    BulkAccepted,
    CashRequest,
    RefundRequest,
    TransactionDetail,
    TransactionOut,
)

INITIATE_PATH = "/transactions/initiate"
BULK_PATH = "/transactions/bulk"
initiate_endpoint = TransferEndpoint()
bulk_endpoint = TransferEndpoint(bulk=True)
own_accounts_endpoint = TransferEndpoint(both_own=True)

TransactionId = Annotated[RowId, Path()]


def _bare(endpoint: TransferEndpoint) -> type[APIRoute]:
    """Return a route class that is documented like any other and served by the bare endpoint."""

    class BareRoute(APIRoute):
        async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
            if scope["method"] == "POST":
                await endpoint(scope, receive, send)
            else:  # the router asks for every method, and leaves it to the route to know its own
                await super().handle(scope, receive, send)

    return BareRoute


def _documented(
    schema: dict[str, Any],
    *,
    key_means: str = "Makes a repetition harmless; the body's key wins (C10).",
    key_characters_max: int = KEY_CHARACTERS_MAX,
) -> dict[str, Any]:
    header = {
        "name": "Idempotency-Key", "in": "header", "required": False, "description": key_means,
        "schema": {"type": "string", "maxLength": key_characters_max},
    }  # fmt: skip
    return {
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "security": [{"HTTPBearer": []}],
        "parameters": [header],
    }


def _never_called() -> None:
    raise AssertionError("BareRoute serves this path")


initiate_router = APIRouter(tags=["transactions"], route_class=_bare(initiate_endpoint))
initiate_router.add_api_route(
    INITIATE_PATH, _never_called, methods=["POST"], status_code=201, response_model=Accepted, name="initiate_transfer",
    summary="Send money",
    description="The one way to create a transfer. The answer is PENDING; what becomes of it arrives over the WebSocket.",
    openapi_extra=_documented(INITIATE_SCHEMA),
)  # fmt: skip
own_accounts_router = APIRouter(tags=["accounts"], route_class=_bare(own_accounts_endpoint))
own_accounts_router.add_api_route(
    "/accounts/transfer-between-accounts", _never_called, methods=["POST"], status_code=201, response_model=Accepted,
    name="transfer_between_accounts", summary="Move money between one's own accounts",
    description="Like initiate, but both accounts must be the asker's.", openapi_extra=_documented(INITIATE_SCHEMA),
)  # fmt: skip
bulk_router = APIRouter(tags=["transactions"], route_class=_bare(bulk_endpoint))
bulk_router.add_api_route(
    BULK_PATH, _never_called, methods=["POST"], status_code=200, response_model=BulkAccepted, name="initiate_transfers",
    summary="Send money to many at once",
    description="Each transfer has its own answer, and its own key or the bulk's with its position; one that is refused "
    "refuses only itself. One that can't be understood (422) is named and refuses all, before anything is begun.",
    openapi_extra=_documented(
        BULK_SCHEMA, key_means="Makes a repetition of the whole bulk harmless: a transfer without a key of its own has this one "
        "and its position.", key_characters_max=BULK_KEY_CHARACTERS_MAX,
    ),
)  # fmt: skip

router = APIRouter(prefix="/transactions", tags=["transactions"], route_class=ExactRoute)


def _own_filters(
    account_id: RowId | None = None,
    status: TransactionStatus | None = None,
    direction: Direction | None = None,
    since: Since = None,
    until: Until = None,
) -> OwnFilters:
    return OwnFilters(account_id, status, direction, since, until)


Own = Annotated[OwnFilters, Depends(_own_filters)]


@router.get("/me")
def my_transactions(user: CurrentUser, session: Read, page: PageQuery, filters: Own) -> Page[TransactionOut]:
    """Return one's own transactions on either side, newest first (S52); of one account with the balance after each."""
    if filters.account_id is not None:
        accounts.one(session, filters.account_id, owner_id=user.id)
    rows = own.page(session, user.id, filters, after_id=page.after_id, limit=page.fetch)
    return Page.of(rows, page, out=lambda row: TransactionOut.of(row, user.id), row_id=lambda row: row.Transaction.id)


@router.post("/deposit", status_code=201, response_model=Accepted, name="deposit_cash")
def deposit(body: CashRequest, user: CurrentUser, session: Write, once: Once) -> Response:
    """Ask to pay cash in (S67). PENDING until the worker settles it."""

    def action() -> Accepted:
        made = requests.request_deposit(
            session, user_id=user.id, account_id=body.account_id, amount_minor=body.amount, note=body.note
        )
        return Accepted(transaction_id=made.id, status=made.status, created_at=made.created_at)

    return once(session, user_id=user.id, body=body, action=action)


@router.post("/withdraw", status_code=201, response_model=Accepted, name="withdraw_cash")
def withdraw(body: CashRequest, user: CurrentUser, session: Write, once: Once) -> Response:
    """Ask to take cash out (S68). PENDING until the worker settles it."""

    def action() -> Accepted:
        made = requests.request_withdrawal(
            session, user_id=user.id, account_id=body.account_id, amount_minor=body.amount, note=body.note
        )
        return Accepted(transaction_id=made.id, status=made.status, created_at=made.created_at)

    return once(session, user_id=user.id, body=body, action=action)


@router.get("/{transaction_id}")
def my_transaction(transaction_id: TransactionId, user: CurrentUser, session: Read) -> TransactionDetail:
    """Return one transaction that one is a side of, with its timeline. Staff may read any."""
    return _seen_by(user, session, transaction_id)


@router.post("/{transaction_id}/refund", status_code=201, response_model=TransactionDetail, name="refund_transaction")
def refund(
    transaction_id: TransactionId, body: RefundRequest, user: CurrentUser, session: Write, once: Once
) -> Response:
    """Give a transfer that one received back, or any, for staff (S71)."""

    def action() -> TransactionDetail:
        made = requests.refund(
            session, transaction_id=transaction_id, asker_id=user.id, is_staff=user.is_admin, reason=body.reason
        )
        session.flush()
        return _seen_by(user, session, made.id)

    return once(session, user_id=user.id, body=body, action=action)


def _seen_by(user: SignedIn, session: Session, transaction_id: int) -> TransactionDetail:
    row = queries.one(session, transaction_id, reader_id=user.id, is_staff=user.is_admin)
    return TransactionDetail.of(row, None if user.is_admin else user.id)
