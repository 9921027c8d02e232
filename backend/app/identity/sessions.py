"""Sessions: opened by a sign-in, kept going by refresh tokens, ended by their owner, by staff, by time or by theft."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, delete, func, select
from sqlalchemy.orm import Session

from app.cache.hints import look_again
from app.config import get_settings
from app.core import clock
from app.database import ids_of_period
from app.events.catalogue import SessionRevoked, UserLoggedIn
from app.events.outbox import record
from app.identity import tokens
from app.identity.errors import SessionEnded, SessionNotFound
from app.identity.models import RefreshToken, User, UserSession
from app.identity.roles import PERMISSIONS

SESSIONS_PER_USER_MAX = 100  # the oldest one ends when another begins
KEPT_DAYS = 90  # how long an ended session can still be looked up


@dataclass(frozen=True, slots=True)
class Device:
    """Where a request comes from, as far as it says."""

    ip: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What a sign-in or a refresh hands out. Neither token is stored anywhere."""

    user: User
    session: UserSession
    access_token: str
    expires_in_seconds: int
    refresh_token: str


def open_session(session: Session, *, user: User, device: Device) -> Grant:
    """Begin a session of a user who has just proved who they are; beyond `SESSIONS_PER_USER_MAX` the oldest end."""
    now = clock.now()
    opened = UserSession(
        user_id=user.id,
        created_at=now,
        last_used_at=now,
        expires_at=now + timedelta(days=get_settings().refresh_token_days),
        ip=device.ip[:45],
        user_agent=device.user_agent[:200],
    )
    session.add(opened)
    user.last_login_at = now
    session.flush()
    beyond = [one.id for one in live(session, user_id=user.id)[SESSIONS_PER_USER_MAX:]]
    if beyond:
        _end(session, UserSession.id.in_(beyond), reason="too_many_sessions", actor_id=user.id)
    record(
        session,
        UserLoggedIn(
            occurred_at=now,
            actor_id=user.id,
            user_id=user.id,
            session_id=opened.id,
            ip=opened.ip,
            user_agent=opened.user_agent,
        ),
    )
    return _grant(session, user, opened, tokens.new_refresh_token())


def refresh(session: Session, *, refresh_token: str) -> Grant:
    """Exchange a refresh token for a new access token and the next refresh token; the old one is used up.

    Within `refresh_grace_seconds` a used token gets the same successor again (two tabs, a lost answer). Later it can
    only be a copy: the session ends, for the thief and for the owner.

    Raises:
        SessionEnded: unknown token, or its session was revoked or ran out, or its user was switched off, or reuse.
    """
    now = clock.now()
    # Locked: of two requests with one token, the second waits and sees that it was used.
    token = session.scalar(select(RefreshToken).filter_by(token_hash=tokens.hash_of(refresh_token)).with_for_update())
    if token is None:
        raise SessionEnded
    opened = session.get_one(UserSession, token.session_id)
    user = session.get_one(User, opened.user_id)
    if opened.revoked_at is not None or now >= opened.expires_at or not user.is_active:
        raise SessionEnded
    if token.used_at is None:
        token.used_at = now
        opened.last_used_at = now
        return _grant(session, user, opened, tokens.successor_of(refresh_token))
    grace = timedelta(seconds=get_settings().refresh_grace_seconds)
    # A clock was set back, or two differ: no grace until it has caught up, and no thief either.
    if token.used_at > now + grace:
        raise SessionEnded
    if now > token.used_at + grace:
        _end(session, UserSession.id == opened.id, reason="refresh_token_reused", actor_id=None)
        raise SessionEnded
    return _issue(user, opened, tokens.successor_of(refresh_token))


def live(session: Session, *, user_id: int) -> Sequence[UserSession]:
    """Return the user's sessions that haven't ended, newest first."""
    return session.scalars(select(UserSession).where(*_live(user_id)).order_by(UserSession.id.desc())).all()


def end(session: Session, *, user_id: int, session_id: int, reason: str) -> None:
    """End one of the user's own sessions; its tokens stop working at once.

    Raises:
        SessionNotFound: there is no such live session of this user.
    """
    if not _end(session, *_live(user_id), UserSession.id == session_id, reason=reason, actor_id=user_id):
        raise SessionNotFound


def end_all(
    session: Session, *, user_id: int, reason: str, actor_id: int | None, but_session_id: int | None = None
) -> None:
    """End every live session of a user, but for the one that is named."""
    others = [] if but_session_id is None else [UserSession.id != but_session_id]
    _end(session, *_live(user_id), *others, reason=reason, actor_id=actor_id)


def forget_old(session: Session) -> int:
    """Delete the refresh tokens of sessions that ended over `KEPT_DAYS` ago, and return how many. The sessions stay."""
    long_ago = clock.now() - timedelta(days=KEPT_DAYS)
    # The sessions stay, ever more of them: those whose tokens are gone needn't be looked at, nor those that are too young.
    oldest = session.scalar(select(func.min(RefreshToken.session_id)))
    _, newest = ids_of_period(session, UserSession.id, UserSession.created_at, None, long_ago)
    ended = select(UserSession.id).where(
        UserSession.id.between(oldest, newest),
        (UserSession.expires_at < long_ago) | (UserSession.revoked_at < long_ago),
    )
    old = RefreshToken.session_id <= newest, RefreshToken.session_id.in_(ended)
    gone = session.execute(delete(RefreshToken).where(*old))
    return cast(CursorResult[Any], gone).rowcount


def _grant(session: Session, user: User, opened: UserSession, refresh_token: str) -> Grant:
    session.add(RefreshToken(token_hash=tokens.hash_of(refresh_token), session_id=opened.id, created_at=clock.now()))
    return _issue(user, opened, refresh_token)


def _issue(user: User, opened: UserSession, refresh_token: str) -> Grant:
    access_token = tokens.issue(
        user_id=user.id,
        role=user.role,
        permissions=PERMISSIONS[user.role],
        session_id=opened.id,
        auth_time=opened.created_at,
    )
    return Grant(user, opened, access_token, get_settings().access_token_seconds, refresh_token)


def _live(user_id: int) -> tuple[ColumnElement[bool], ...]:
    """Return what the user's sessions are that haven't ended."""
    return UserSession.user_id == user_id, UserSession.revoked_at.is_(None), UserSession.expires_at > clock.now()


def _end(session: Session, *which: ColumnElement[bool], reason: str, actor_id: int | None) -> Sequence[UserSession]:
    """End those of the sessions that nobody else has ended, and return them: a session ends once."""
    now: datetime = clock.now()
    ended = session.scalars(
        select(UserSession)
        .where(*which, UserSession.revoked_at.is_(None))
        .order_by(UserSession.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for one in ended:
        one.revoked_at = now
        one.revoked_reason = reason
    record(
        session,
        *(
            SessionRevoked(occurred_at=now, actor_id=actor_id, user_id=one.user_id, session_id=one.id, reason=reason)
            for one in ended
        ),
    )
    look_again(session, {one.user_id for one in ended})
    return ended
