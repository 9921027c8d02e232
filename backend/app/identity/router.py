"""Signing up, signing in, and what users and staff do about users."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, Query, Request, Response
from fastapi.params import Depends as DependsParam

from app.config import LimitName, get_settings
from app.edge import limits
from app.edge.exact import ExactRoute
from app.edge.origins import own_pages
from app.edge.pages import Page, PageQuery
from app.edge.session import Read, Write
from app.edge.wire import RowId
from app.identity import service, sessions, staff
from app.identity.errors import SessionNotFound, SignInNeeded
from app.identity.models import Role
from app.identity.permissions import AdminUser, CurrentUser, LooksForPeople
from app.identity.schemas import (
    AdminUserOut,
    AvailabilityOut,
    EmailChange,
    KYCDecision,
    LoginRequest,
    PasswordChange,
    PersonOut,
    ProfileUpdate,
    RegisterRequest,
    RoleName,
    SessionOut,
    TokenOut,
    Username,
    UserOut,
    UserUpdate,
)
from app.identity.sessions import Device, Grant
from app.identity.staff import UserFilter

REFRESH_COOKIE = "nyord_refresh"
_COOKIE_PATH = "/auth"  # sent to no other route, so no other route can be tricked into using it

_OWN_PAGES: DependsParam = Depends(own_pages)

router = APIRouter(tags=["identity"], route_class=ExactRoute)
admin_router = APIRouter(prefix="/admin", tags=["admin: users"], route_class=ExactRoute)


def _limited(name: LimitName) -> list[DependsParam]:
    return [Depends(limits.per_address(name))]


def _device(request: Request) -> Device:
    return Device(ip=limits.address_of(request), user_agent=request.headers.get("user-agent", ""))


FromDevice = Annotated[Device, Depends(_device)]


@router.post("/auth/register", status_code=201, dependencies=_limited("rate_limit_register"))
def register(body: RegisterRequest, device: FromDevice, session: Write, response: Response) -> TokenOut:
    """Become a customer, and be signed in. Products need an approved KYC first."""
    grant = service.register(
        session,
        username=body.username,
        email=body.email,
        password=body.password,
        full_name=body.full_name,
        device=device,
    )
    return _granted(grant, response)


@router.post("/auth/login", dependencies=_limited("rate_limit_login"))
def login(body: LoginRequest, device: FromDevice, session: Write, response: Response) -> TokenOut:
    """Sign in with a username or an e-mail address. The refresh token comes as an HttpOnly cookie."""
    grant = service.login(session, identifier=body.who, password=body.password, device=device)
    return _granted(grant, response)


@router.post("/auth/refresh", dependencies=[_OWN_PAGES, *_limited("rate_limit_anonymous")])
def refresh(
    session: Write, response: Response, nyord_refresh: Annotated[str | None, Cookie(max_length=200)] = None
) -> TokenOut:
    """Exchange the refresh cookie for a new access token and the next cookie. A copied cookie ends the session.

    Pages of other origins are refused (403), those that `FRONTEND_URL` names aside.
    """
    if nyord_refresh is None:
        raise SignInNeeded
    return _granted(sessions.refresh(session, refresh_token=nyord_refresh), response)


@router.post("/auth/logout", status_code=204, dependencies=[_OWN_PAGES])
def logout(user: CurrentUser, session: Write, response: Response) -> None:
    """End this session; its tokens stop working at once. Pages of other origins are refused, as for a refresh."""
    with suppress(SessionNotFound):  # it ended at this very moment
        sessions.end(session, user_id=user.id, session_id=user.session_id, reason="logout")
    response.delete_cookie(REFRESH_COOKIE, path=_COOKIE_PATH)


@router.get("/auth/me")
def me(user: CurrentUser, session: Read) -> UserOut:
    """Who is signed in: role, permissions, whether the KYC is approved, and the profile."""
    return UserOut.of(service.profile(session, user_id=user.id))


@router.put("/auth/me")
def update_me(body: ProfileUpdate, user: CurrentUser, session: Write) -> UserOut:
    """Change the profile; what is left out stays as it is. A name that was checked is for the bank to change."""
    return UserOut.of(service.update_profile(session, user_id=user.id, changes=body.model_dump(exclude_none=True)))


@router.post("/auth/change-password", status_code=204, dependencies=_limited("rate_limit_login"))
def change_password(body: PasswordChange, user: CurrentUser, device: FromDevice, session: Write) -> None:
    """Change the password and end every other session."""
    service.change_password(
        session,
        user_id=user.id,
        session_id=user.session_id,
        current=body.current_password,
        new=body.new_password,
        ip=device.ip,
    )


@router.post("/auth/change-email", dependencies=_limited("rate_limit_login"))
def change_email(body: EmailChange, user: CurrentUser, device: FromDevice, session: Write) -> UserOut:
    """Change the e-mail address, which one may sign in with. Asks for the password; sessions stay as they are."""
    changed = service.change_email(
        session, user_id=user.id, email=body.email, current=body.current_password, ip=device.ip
    )
    return UserOut.of(changed)


@router.get("/auth/sessions")
def my_sessions(user: CurrentUser, session: Read) -> list[SessionOut]:
    """Where the user is signed in, newest first."""
    return [SessionOut.of(row, current_id=user.session_id) for row in sessions.live(session, user_id=user.id)]


@router.delete("/auth/sessions/{session_id}", status_code=204)
def end_session(session_id: RowId, user: CurrentUser, session: Write) -> None:
    """End one of the user's own sessions, on whichever device it is."""
    sessions.end(session, user_id=user.id, session_id=session_id, reason="ended_by_owner")


@router.get("/users/available", dependencies=_limited("rate_limit_anonymous"))
def is_username_available(username: Annotated[Username, Query()], session: Read) -> AvailabilityOut:
    """Say whether somebody could still sign up under this username (signing up tells it, too)."""
    return AvailabilityOut(available=service.is_username_free(session, username=username))


@router.get("/users/search")
def search_people(
    q: Annotated[str, Query(min_length=staff.SEARCH_CHARACTERS_MIN, max_length=60)], user: LooksForPeople, session: Read
) -> list[PersonOut]:
    """Find somebody to send money to, by the beginning of a username or of a name: at most ten."""
    return [PersonOut.of(row) for row in staff.search_people(session, asker_id=user.id, text=q)]


@router.get("/users/{user_id}")
def one_person(user_id: RowId, user: LooksForPeople, session: Read) -> PersonOut:
    """Return what one may know of another customer: a name and a username."""
    return PersonOut.of(staff.person(session, user_id=user_id))


def _user_filter(
    role: RoleName | None = None,
    is_active: bool | None = None,
    kyc_approved: bool | None = None,
    q: Annotated[str | None, Query(max_length=60, description="In username, name or e-mail address.")] = None,
) -> UserFilter:
    return UserFilter(role=role, is_active=is_active, kyc_approved=kyc_approved, text=q)


@admin_router.get("/users")
def list_users(
    wanted: Annotated[UserFilter, Depends(_user_filter)], ask: PageQuery, admin: AdminUser, session: Read
) -> Page[AdminUserOut]:
    """The bank's users, newest first."""
    rows = staff.list_users(session, wanted=wanted, after_id=ask.after_id, limit=ask.fetch)
    return Page[AdminUserOut].of(rows, ask, out=AdminUserOut.of, row_id=lambda row: row.id)


@admin_router.get("/users/{user_id}")
def one_user(user_id: RowId, admin: AdminUser, session: Read) -> AdminUserOut:
    """One user."""
    return AdminUserOut.of(service.profile(session, user_id=user_id))


@admin_router.put("/users/{user_id}")
def update_user(user_id: RowId, body: UserUpdate, admin: AdminUser, session: Write) -> AdminUserOut:
    """Change a user's role or name, switch the user off or on, or unlock them. It acts at once, on open sessions too."""
    changed = staff.update_user(
        session,
        user_id=user_id,
        by=admin.id,
        role=Role(body.role) if body.role else None,
        is_active=body.is_active,
        full_name=body.full_name,
        unlock=body.unlock,
        reason=body.reason,
    )
    return AdminUserOut.of(changed)


@admin_router.get("/kyc/pending")
def kyc_pending(ask: PageQuery, admin: AdminUser, session: Read) -> Page[AdminUserOut]:
    """The customers whose KYC waits for a decision."""
    rows = staff.kyc_pending(session, after_id=ask.after_id, limit=ask.fetch)
    return Page[AdminUserOut].of(rows, ask, out=AdminUserOut.of, row_id=lambda row: row.id)


@admin_router.post("/approve-kyc")
def approve_kyc(body: KYCDecision, admin: AdminUser, session: Write) -> AdminUserOut:
    """Approve or reject a customer's KYC."""
    decided = staff.decide_kyc(
        session, user_id=body.user_id, approved=body.action == "approve", reason=body.reason, decided_by=admin.id
    )
    return AdminUserOut.of(decided)


def _granted(grant: Grant, response: Response) -> TokenOut:
    response.set_cookie(
        REFRESH_COOKIE,
        grant.refresh_token,
        expires=grant.session.expires_at,
        path=_COOKIE_PATH,
        httponly=True,
        samesite="strict",
        secure=get_settings().cookie_secure,
    )
    return TokenOut.of(grant)
