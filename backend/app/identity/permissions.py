"""Who may: the permission types that stand in a route's signature.

    def my_accounts(user: CurrentUser, session: Read) -> list[AccountOut]: ...

The token says who is asking; whether they still may is read from PostgreSQL with every request, so a changed role, a
user switched off or a revoked session acts at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import structlog
from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import bindparam, select

from app.core import clock
from app.database import engine
from app.edge import limits
from app.identity import tokens
from app.identity.errors import AdminOnly, KYCNeeded, SessionEnded, SignInNeeded, TokenInvalid
from app.identity.models import Role, User, UserSession
from app.identity.roles import PERMISSIONS


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The user who is asking, as the database knows them at this moment, and the session they ask in."""

    id: int
    username: str
    email: str
    full_name: str
    role: str
    kyc_approved: bool
    session_id: int
    auth_time: datetime

    @property
    def is_admin(self) -> bool:
        """Whether this is a member of staff."""
        return self.role == Role.ADMIN

    @property
    def display_name(self) -> str:
        """What other people see of the user."""
        return self.full_name or self.username

    @property
    def permissions(self) -> list[str]:
        """What the user's role may do."""
        return PERMISSIONS[self.role]


_ASK = (
    select(
        User.id,
        User.username,
        User.email,
        User.full_name,
        User.role,
        User.kyc_approved,
        User.is_active,
        UserSession.id.label("session_id"),
        UserSession.created_at,
        UserSession.expires_at,
        UserSession.revoked_at,
    )
    .join(UserSession, UserSession.user_id == User.id)
    .where(UserSession.id == bindparam("session_id"), User.id == bindparam("user_id"))
)  # fmt: skip


def signed_in(claims: tokens.Claims) -> SignedIn:
    """Return the user of a verified token, if the token's session still lives.

    Raises:
        SessionEnded: the session was revoked or ran out, or the user was switched off or is gone.
    """
    # One statement outside a transaction: the shortest way there and back, and nothing is locked or held.
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        row = connection.execute(_ASK, {"session_id": claims.session_id, "user_id": claims.user_id}).one_or_none()
    if row is None or not row.is_active or row.revoked_at is not None or clock.now() >= row.expires_at:
        raise SessionEnded
    return SignedIn(
        id=row.id,
        username=row.username,
        email=row.email,
        full_name=row.full_name,
        role=row.role,
        kyc_approved=row.kyc_approved,
        session_id=row.session_id,
        auth_time=row.created_at,
    )


_bearer = HTTPBearer(auto_error=False, description="The `access_token` of `/auth/login`.")


async def current_user(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> SignedIn:
    """Return the user who is asking, after counting the request against their limit of use.

    Raises:
        SignInNeeded: no token.
        TokenInvalid, TokenExpired, SessionEnded: a token that isn't good (any more).
        TooManyRequests: the limit of the user, or, for bad tokens, of the address.
    """
    try:
        if credentials is None:
            raise SignInNeeded
        claims = tokens.verified(credentials.credentials)
        limits.hit("rate_limit_per_user", str(claims.user_id))
        user = await run_in_threadpool(signed_in, claims)
    except (SignInNeeded, TokenInvalid, SessionEnded):
        limits.hit("rate_limit_anonymous", limits.visitor_of(request))
        raise
    request.state.user_id = user.id
    structlog.contextvars.bind_contextvars(user_id=user.id)
    return user


async def admin_user(user: CurrentUser) -> SignedIn:
    """Return the user if they are staff.

    Raises:
        AdminOnly: they aren't.
    """
    if not user.is_admin:
        raise AdminOnly
    return user


async def kyc_approved_user(user: CurrentUser) -> SignedIn:
    """Return the user if the bank knows them.

    Raises:
        KYCNeeded: their KYC isn't approved (any more).
    """
    if not user.kyc_approved:
        raise KYCNeeded
    return user


async def asking_for_people(user: CurrentUser) -> SignedIn:
    """Return the user, after counting that they look somebody up: nobody gets a list of the bank's customers.

    Raises:
        TooManyRequests: they did it too often.
    """
    limits.hit("rate_limit_people", str(user.id))
    return user


CurrentUser = Annotated[SignedIn, Depends(current_user)]
"""Anybody who is signed in; 401 otherwise."""

AdminUser = Annotated[SignedIn, Depends(admin_user)]
"""Staff; 403 for everybody else."""

KYCApproved = Annotated[SignedIn, Depends(kyc_approved_user)]
"""A customer whose KYC is approved; 403 for the others."""

LooksForPeople = Annotated[SignedIn, Depends(asking_for_people)]
"""Anybody who is signed in, to look others up: as often as one needs to pay them; 429 beyond."""
