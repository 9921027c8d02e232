"""What staff do about users: find them, change role and activity, decide about KYC. And how customers find others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from app.core import clock
from app.events.catalogue import KYCStatusChanged, UserChanged
from app.events.outbox import record
from app.identity import sessions
from app.identity.errors import AdminOnly, LastAdmin, OwnAccess, OwnMatter, UserNotFound
from app.identity.models import Role, User

SEARCH_CHARACTERS_MIN = 2  # one letter would list the bank's customers
SEARCH_RESULTS_MAX = 10


@dataclass(frozen=True, slots=True)
class UserFilter:
    """Which users staff want to see; None leaves a condition out. `text` is looked for in name, username and e-mail."""

    role: str | None = None
    is_active: bool | None = None
    kyc_approved: bool | None = None
    text: str | None = None


def refuse_own_matter(staff_id: int | None, *about: int | None) -> None:
    """Refuse what staff would decide about themselves or their own money: the duties of asking and deciding are segregated.

    Raises:
        OwnMatter: the one who decides (None: the bank itself) is one of the users that it is about.
    """
    if staff_id is not None and staff_id in about:
        raise OwnMatter


def list_users(session: Session, *, wanted: UserFilter, after_id: int | None, limit: int) -> Sequence[User]:
    """Return users, newest first, after the row `after_id`."""
    query = _page(select(User), after_id, limit)
    if wanted.role is not None:
        query = query.where(User.role == wanted.role)
    if wanted.is_active is not None:
        query = query.where(User.is_active == wanted.is_active)
    if wanted.kyc_approved is not None:
        query = query.where(User.kyc_approved == wanted.kyc_approved)
    if wanted.text:
        columns = (User.username, User.email, User.full_name)
        query = query.where(or_(*(column.icontains(wanted.text, autoescape=True) for column in columns)))
    return session.scalars(query).all()


def kyc_pending(session: Session, *, after_id: int | None, limit: int) -> Sequence[User]:
    """Return the customers who wait for a KYC decision, newest first: neither approved nor rejected yet (S60)."""
    waiting = select(User).where(
        User.role == Role.CUSTOMER, User.is_active, ~User.kyc_approved, User.kyc_rejected_at.is_(None)
    )
    return session.scalars(_page(waiting, after_id, limit)).all()


def update_user(
    session: Session,
    *,
    user_id: int,
    by: int | None,
    role: Role | None = None,
    is_active: bool | None = None,
    full_name: str | None = None,
    unlock: bool = False,
    reason: str = "",
) -> User:
    """Change a user's role or name, or switch the user on or off; None leaves it as it is. It acts at once, `reason` is kept.

    Switching off ends every session of the user, and switching on again doesn't bring them back. `unlock` lets in who is
    locked out after wrong passwords. `by` is None for the bank itself.

    Raises:
        UserNotFound: there is no such user.
        OwnAccess: `by` would take away their own role or activity.
        OwnMatter: `by` would unlock themselves, and whoever has their session could try passwords without end; or `by` would
            give themselves another name.
        LastAdmin: nobody would be left to run the bank.
        AdminOnly: `by` isn't an active admin any more: of two who switch each other off at once, one is late.
    """
    if unlock or full_name is not None:
        refuse_own_matter(by, user_id)
    # All active admins and the user, in id order: two admins who demote each other at once are decided one by one.
    rows = session.scalars(
        select(User)
        .where((User.id == user_id) | ((User.role == Role.ADMIN) & User.is_active))
        .order_by(User.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    user = next((row for row in rows if row.id == user_id), None)
    if user is None:
        raise UserNotFound
    wanted = {"role": role and role.value, "is_active": is_active, "full_name": full_name}
    changes: dict[str, str | bool] = {
        name: value for name, value in wanted.items() if value is not None and value != getattr(user, name)
    }
    admins = {row.id for row in rows if row.role == Role.ADMIN and row.is_active}
    loses_access = changes.get("role", Role.ADMIN) != Role.ADMIN or changes.get("is_active") is False
    if loses_access and user.id in admins:
        if user.id == by:
            raise OwnAccess
        if admins == {user.id}:
            raise LastAdmin
    if by is not None and by not in admins:
        raise AdminOnly
    for name, value in changes.items():
        setattr(user, name, value)
    if unlock and user.is_locked:
        user.locked_until, user.failed_logins = None, 0
        changes["is_locked"] = False
    if changes:
        record(
            session,
            UserChanged(occurred_at=clock.now(), actor_id=by, user_id=user.id, changes=changes, reason=reason),
        )
    if not user.is_active:
        sessions.end_all(session, user_id=user.id, reason="user_switched_off", actor_id=by)
    return user


def user_named(session: Session, *, username: str) -> User:
    """Return the user with this username, whatever the capitals.

    Raises:
        UserNotFound: there is none.
    """
    user = session.scalar(select(User).where(func.lower(User.username) == func.lower(username)))
    if user is None:
        raise UserNotFound
    return user


def decide_kyc(session: Session, *, user_id: int, approved: bool, reason: str, decided_by: int | None) -> User:
    """Approve or reject a user's KYC (S56). The decision of staff is final until staff decide again; twice is once.

    Raises:
        OwnMatter: it is the decider's own.
        UserNotFound: there is no such user.
    """
    refuse_own_matter(decided_by, user_id)
    user = session.get(User, user_id, with_for_update={"key_share": True}, populate_existing=True)
    if user is None:
        raise UserNotFound
    decided_already = user.kyc_approved if approved else user.kyc_rejected_at is not None
    if decided_already:
        return user
    now = clock.now()
    user.kyc_approved = approved
    user.kyc_approved_at = now if approved else None
    user.kyc_approved_by = decided_by if approved else None
    user.kyc_rejected_at = None if approved else now
    user.kyc_rejection_reason = "" if approved else reason
    status = "approved" if approved else "rejected"
    record(
        session,
        KYCStatusChanged(occurred_at=now, actor_id=decided_by, user_id=user.id, status=status, reason=reason),
    )
    return user


def search_people(session: Session, *, asker_id: int, text: str) -> Sequence[User]:
    """Return active customers whose username, or a word of whose name, begins with the text; never the asker (S61)."""
    matching = or_(
        User.username.istartswith(text, autoescape=True),
        User.full_name.istartswith(text, autoescape=True),
        User.full_name.icontains(" " + text, autoescape=True),
    )
    return session.scalars(
        select(User)
        .where(User.role == Role.CUSTOMER, User.is_active, User.id != asker_id, matching)
        .order_by(func.lower(User.username))
        .limit(SEARCH_RESULTS_MAX)
    ).all()


def person(session: Session, *, user_id: int) -> User:
    """Return an active customer, for others to see their name.

    Raises:
        UserNotFound: there is no such customer (staff and disabled users aren't shown).
    """
    user = session.get(User, user_id)
    if user is None or user.role != Role.CUSTOMER or not user.is_active:
        raise UserNotFound
    return user


def _page(query: Select[User], after_id: int | None, limit: int) -> Select[User]:
    if after_id is not None:
        query = query.where(User.id < after_id)
    return query.order_by(User.id.desc()).limit(limit)
