"""A user's own business: become one, sign in, change the password, keep the profile up to date."""

from __future__ import annotations

from datetime import timedelta
from math import ceil

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.config import get_settings
from app.core import clock
from app.events.catalogue import LoginFailed, UserChanged, UserRegistered
from app.events.outbox import record
from app.identity import passwords, sessions, staff
from app.identity.errors import (
    EmailTaken,
    NameChecked,
    PasswordPaused,
    UsernameTaken,
    UserNotFound,
    UserSwitchedOff,
    WrongCredentials,
    WrongPassword,
)
from app.identity.models import Role, User
from app.identity.sessions import Device, Grant


def register(
    session: Session, *, username: str, email: str, password: str, device: Device, full_name: str = ""
) -> Grant:
    """Make a customer of somebody who asks, and sign them in. Nobody chooses their own role.

    Raises:
        UsernameTaken, EmailTaken: somebody has it already, whatever the capitals.
        WeakPassword: see `passwords.check_strength`.
    """
    user = _create(session, username=username, email=email, password=password, full_name=full_name, role=Role.CUSTOMER)
    return sessions.open_session(session, user=user, device=device)


def create_customer(
    session: Session, *, username: str, email: str, password: str, full_name: str, kyc_approved: bool = False
) -> User:
    """Make a customer at the counter, KYC checked if the bank says so. Raises as `register` does."""
    user = _create(session, username=username, email=email, password=password, full_name=full_name, role=Role.CUSTOMER)
    if kyc_approved:
        staff.decide_kyc(session, user_id=user.id, approved=True, reason="", decided_by=None)
    return user


def create_admin(session: Session, *, username: str, email: str, password: str) -> User:
    """Make a member of staff: for the command line, where the first one comes from. Raises as `register` does."""
    return _create(session, username=username, email=email, password=password, full_name="", role=Role.ADMIN)


def login(session: Session, *, identifier: str, password: str, device: Device) -> Grant:
    """Sign in with a username or an e-mail address, whatever the capitals (C8).

    After `login_attempts_max` wrong tries in a row the user is locked out for `login_lockout_seconds`, even with the
    right password. A stranger gets the same answer, after the same time, for an unknown, a locked and a known user.

    Raises:
        WrongCredentials: unknown, wrong or locked out. The try is counted although the request is refused.
        UserSwitchedOff: the password is right, but the bank doesn't let this user in.
    """
    settings = get_settings()
    name = func.lower(identifier)  # PostgreSQL's, as in the index: Python makes other letters of a few (İ, a final Σ)
    # Locked, so that tries in parallel are counted one by one; not against those who only refer to the user.
    user = session.scalar(
        select(User)
        .where((func.lower(User.username) == name) | (func.lower(User.email) == name))
        .with_for_update(key_share=True)
    )
    if not _password_is_right(session, user, password, device.ip) or user is None:
        raise WrongCredentials(settings.login_attempts_max, settings.login_lockout_seconds)
    if not user.is_active:
        raise UserSwitchedOff
    return sessions.open_session(session, user=user, device=device)


def change_password(session: Session, *, user_id: int, session_id: int, current: str, new: str, ip: str) -> None:
    """Change the user's password and end all their other sessions.

    Raises:
        WrongPassword, PasswordPaused: see `_require_password`.
        WeakPassword: see `passwords.check_strength`.
    """
    user = _locked(session, user_id)
    _require_password(session, user, current, ip)
    passwords.check_strength(new, username=user.username, email=user.email, field="new_password")
    user.hashed_password = passwords.hash_password(new)
    user.password_changed_at = clock.now()
    sessions.end_all(session, user_id=user.id, reason="password_changed", actor_id=user.id, but_session_id=session_id)
    _record_change(session, user, {"password": True})


def change_email(session: Session, *, user_id: int, email: str, current: str, ip: str) -> User:
    """Change the user's e-mail address, by which they can be found and sign in. The same address again changes nothing.

    Raises:
        WrongPassword, PasswordPaused: see `_require_password`.
        EmailTaken: somebody has it already, whatever the capitals.
    """
    user = _locked(session, user_id)
    _require_password(session, user, current, ip)
    if email == user.email:
        return user
    user.email = email
    _write_names(session, email_taken=EmailTaken("Use another one."))
    _record_change(session, user, {"email": True})  # the address is for the bank alone
    return user


def profile(session: Session, *, user_id: int) -> User:
    """Return the user.

    Raises:
        UserNotFound: there is none with this id.
    """
    user = session.get(User, user_id)
    if user is None:
        raise UserNotFound
    return user


def update_profile(session: Session, *, user_id: int, changes: dict[str, str]) -> User:
    """Change what the user may change: `full_name`, `phone`, `address`, `language`; what isn't named stays.

    Raises:
        NameChecked: the name is another one, and the bank has checked it with the identity.
    """
    assert changes.keys() <= {"full_name", "phone", "address", "language"}
    user = _locked(session, user_id)
    changed = {name: value for name, value in changes.items() if getattr(user, name) != value}
    if "full_name" in changed and user.kyc_approved:
        raise NameChecked
    for name, value in changed.items():
        setattr(user, name, value)
    if changed:
        # Phone and address are for the profile alone; the event says only that they changed.
        public = {name: value if name in ("full_name", "language") else True for name, value in changed.items()}
        _record_change(session, user, public)
    return user


def is_username_free(session: Session, *, username: str) -> bool:
    """Return whether nobody has this username, whatever the capitals. Somebody may be quicker: registering decides."""
    return session.scalar(select(User.id).where(func.lower(User.username) == username.lower())) is None


def _create(session: Session, *, username: str, email: str, password: str, full_name: str, role: Role) -> User:
    passwords.check_strength(password, username=username, email=email)
    user = User(
        username=username,
        email=email,
        hashed_password=passwords.hash_password(password),
        full_name=full_name,
        role=role.value,
        created_at=clock.now(),
    )
    session.add(user)
    _write_names(session, email_taken=EmailTaken())
    registered = UserRegistered(
        occurred_at=user.created_at, actor_id=user.id, user_id=user.id, username=user.username, role=user.role
    )
    record(session, registered)
    return user


def _write_names(session: Session, *, email_taken: EmailTaken) -> None:
    """Write what nobody else may be called. It is asked by writing, not by a look before: two may want it at once."""
    try:
        session.flush()
    except IntegrityError as error:
        if "uq_users_username" in str(error.orig):
            raise UsernameTaken from None
        if "uq_users_email" in str(error.orig):
            raise email_taken from None
        raise


def _password_is_right(session: Session, user: User | None, password: str, ip: str) -> bool:
    """Compare, count and lock. The comparison happens once whatever the case, so that time tells nothing."""
    right, renewed = passwords.matches(password, user.hashed_password if user else None)
    if user is None:
        return False
    if user.is_locked:
        _record_failure(session, user, ip, reason="locked_out")
        return False
    if user.locked_until is not None:  # it is over: count from the beginning
        user.locked_until, user.failed_logins = None, 0
    if not right:
        settings = get_settings()
        user.failed_logins += 1
        if user.failed_logins >= settings.login_attempts_max:
            user.locked_until = clock.now() + timedelta(seconds=settings.login_lockout_seconds)
        _record_failure(session, user, ip, reason="wrong_password")
        return False
    user.failed_logins = 0
    if renewed is not None:
        user.hashed_password = renewed
    return True


def _require_password(session: Session, user: User, password: str, ip: str) -> None:
    """See that who is signed in knows the password. Their tries are counted with those at the door: a session may be stolen.

    Raises:
        WrongPassword: it isn't the password (counted as a wrong try).
        PasswordPaused: there were too many wrong tries, here or at the door.
    """
    paused_seconds = (user.locked_until - clock.now()).total_seconds() if user.locked_until and user.is_locked else 0
    if _password_is_right(session, user, password, ip):
        return
    if paused_seconds > 0:
        raise PasswordPaused(ceil(paused_seconds / 60))
    raise WrongPassword


def _locked(session: Session, user_id: int) -> User:
    user = session.get(User, user_id, with_for_update={"key_share": True}, populate_existing=True)
    if user is None:
        raise UserNotFound
    return user


def _record_failure(session: Session, user: User, ip: str, *, reason: str) -> None:
    record(session, LoginFailed(occurred_at=clock.now(), actor_id=None, user_id=user.id, ip=ip, reason=reason))


def _record_change(session: Session, user: User, changes: dict[str, str | bool]) -> None:
    record(session, UserChanged(occurred_at=clock.now(), actor_id=user.id, user_id=user.id, changes=changes))
