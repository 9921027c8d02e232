"""Accounts over HTTP: what customers ask for, and what staff decide."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from app.accounts import service
from app.accounts.models import AccountStatus, AccountType
from app.accounts.schemas import (
    AccountDecision,
    AccountOut,
    AccountRequest,
    ActiveChange,
    BalancesOut,
    RecipientAccountOut,
    StaffAccountOut,
)
from app.edge.exact import ExactRoute
from app.edge.idempotency import Once
from app.edge.pages import Page, PageQuery
from app.edge.session import Read, Write
from app.edge.wire import RowId
from app.identity.permissions import AdminUser, CurrentUser, KYCApproved, LooksForPeople

router = APIRouter(prefix="/accounts", tags=["accounts"], route_class=ExactRoute)
admin_router = APIRouter(prefix="/admin/accounts", tags=["admin"], route_class=ExactRoute)

# No bank's books are older; and before the first day that there is, no period can begin.
FIRST_DAY = date(1900, 1, 1)

AccountId = Annotated[RowId, Path()]


@router.post("/create", status_code=201, response_model=AccountOut)
def create_account(body: AccountRequest, user: KYCApproved, session: Write, once: Once) -> Response:
    """Ask for an account. Staff approve it before money can come or go."""

    def action() -> AccountOut:
        account = service.request_account(
            session, user_id=user.id, account_type=AccountType(body.account_type), kyc_approved=user.kyc_approved
        )
        return AccountOut.of(service.one(session, account.id, owner_id=user.id))

    return once(session, user_id=user.id, body=body, action=action)


@router.post("/approve", response_model=StaffAccountOut, name="approve_account")
@admin_router.post("/approve", response_model=StaffAccountOut)
def decide_account(body: AccountDecision, admin: AdminUser, session: Write, once: Once) -> Response:
    """Approve or reject a requested account (both paths are one operation, C7)."""

    def action() -> StaffAccountOut:
        service.decide(session, account_id=body.account_id, admin_id=admin.id, action=body.action, reason=body.reason)
        return StaffAccountOut.of(service.one(session, body.account_id, owner_id=None))

    return once(session, user_id=admin.id, body=body, action=action)


@router.get("/me")
def my_accounts(user: CurrentUser, session: Read) -> list[AccountOut]:
    """Return all of one's own accounts, whatever their status."""
    return [AccountOut.of(row) for row in service.of_user(session, user.id)]


@router.get("/my-approved")
def my_approved_accounts(user: CurrentUser, session: Read) -> list[AccountOut]:
    """Return those of one's own accounts that money can come from and go to."""
    return [AccountOut.of(row) for row in service.of_user(session, user.id, usable_only=True)]


@router.get("/user/{user_id}")
def accounts_of_user(
    user_id: Annotated[RowId, Path()], user: LooksForPeople, session: Read
) -> list[RecipientAccountOut]:
    """Return where somebody can receive money: name, masked number and type, never a balance (C20)."""
    return [RecipientAccountOut.of(row) for row in service.of_user(session, user_id, usable_only=True)]


@router.get("/{account_id}")
def my_account(account_id: AccountId, user: CurrentUser, session: Read) -> AccountOut:
    """Return one of one's own accounts."""
    return AccountOut.of(service.one(session, account_id, owner_id=user.id))


@router.get("/{account_id}/balances")
def account_balances(
    account_id: AccountId,
    user: CurrentUser,
    session: Read,
    since: Annotated[
        date | None,
        Query(alias="from", ge=FIRST_DAY, description="The first day; by default thirty days before the last."),
    ] = None,
    until: Annotated[
        date | None, Query(alias="to", ge=FIRST_DAY, description="The last day; by default today.")
    ] = None,
) -> BalancesOut:
    """Return what one of one's own accounts held at the end of each day, oldest first."""
    return BalancesOut.of(service.balances(session, account_id, owner_id=user.id, first=since, last=until))


@admin_router.get("")
def all_accounts(
    admin: AdminUser,
    session: Read,
    page: PageQuery,
    status: Annotated[AccountStatus | None, Query()] = None,
    user_id: Annotated[RowId | None, Query()] = None,
    is_active: Annotated[bool | None, Query()] = None,
    text: Annotated[
        str | None, Query(alias="q", max_length=100, description="Part of its number, or of its owner's name.")
    ] = None,
) -> Page[StaffAccountOut]:
    """Return accounts with their owners, newest first."""
    filters = service.Filters(status=status, user_id=user_id, is_active=is_active, text=text)
    rows = service.for_staff(session, filters, after_id=page.after_id, limit=page.fetch)
    return Page.of(rows, page, out=StaffAccountOut.of, row_id=lambda row: row.Account.id)


@admin_router.get("/{account_id}")
def any_account(account_id: AccountId, admin: AdminUser, session: Read) -> StaffAccountOut:
    """Return one account with its owner."""
    return StaffAccountOut.of(service.one(session, account_id, owner_id=None))


@admin_router.put("/{account_id}/toggle-active", response_model=StaffAccountOut)
def toggle_account(account_id: AccountId, body: ActiveChange, admin: AdminUser, session: Write, once: Once) -> Response:
    """Switch an approved account on or off. While it is off nothing goes in or out."""

    def action() -> StaffAccountOut:
        service.set_active(session, account_id=account_id, admin_id=admin.id, active=body.active, reason=body.reason)
        return StaffAccountOut.of(service.one(session, account_id, owner_id=None))

    return once(session, user_id=admin.id, body=body, action=action)
