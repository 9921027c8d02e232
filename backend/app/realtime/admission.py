"""Who may open a socket: the bearer of an access token, or of a ticket that was bought with one.

A token in an address may end up in somebody's log. A ticket is worth nothing there: it is good for one socket, within
half a minute. It lies in Redis, and in PostgreSQL where there is no Redis or it is away; whoever takes it takes it away.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.cache.circuit import CacheAway, ask
from app.core import clock
from app.identity import tokens
from app.identity.errors import SessionEnded
from app.identity.models import User, UserSession
from app.realtime.errors import TicketInvalid
from app.realtime.models import SocketTicket

TICKET_SECONDS = 30


class Admission(NamedTuple):
    """The user whose socket it is, and the session that it lives and dies with."""

    user_id: int
    session_id: int


def by_token(session: Session, token: str) -> Admission:
    """Admit the bearer of an access token.

    Raises:
        TokenInvalid, TokenExpired: not one of our access tokens, or not any more.
        SessionEnded: its session was revoked or ran out, or the user was switched off.
    """
    claims = tokens.verified(token)
    if claims.session_id not in living(session, [claims.session_id]):
        raise SessionEnded
    return Admission(claims.user_id, claims.session_id)


def issue_ticket(session: Session, *, user_id: int, session_id: int) -> str:
    """Return a ticket for one socket, good for `TICKET_SECONDS`. Only its hash is kept."""
    ticket = secrets.token_urlsafe(32)
    try:
        ask(lambda redis: redis.set(_key(ticket), f"{user_id}:{session_id}", ex=TICKET_SECONDS))
        return ticket
    except CacheAway:
        ticket = secrets.token_urlsafe(32)  # the first one may lie in Redis all the same, and would be good for two
    now = clock.now()
    session.execute(delete(SocketTicket).where(~SocketTicket.expires_at.between(*_good_at(now))))
    session.add(
        SocketTicket(
            ticket_hash=_hash(ticket),
            user_id=user_id,
            session_id=session_id,
            expires_at=now + timedelta(seconds=TICKET_SECONDS),
        )
    )
    return ticket


def by_ticket(session: Session, ticket: str) -> Admission:
    """Admit the bearer of a ticket, and use it up.

    Raises:
        TicketInvalid: unknown, used, too old, or its session has ended meanwhile.
    """
    admitted = _from_redis(ticket) or _from_postgresql(session, ticket)
    if admitted is None or admitted.session_id not in living(session, [admitted.session_id]):
        raise TicketInvalid
    return admitted


def _from_redis(ticket: str) -> Admission | None:
    try:
        held = ask(lambda redis: redis.getdel(_key(ticket)))
    except CacheAway:
        return None
    user_id, _, session_id = (held or "").partition(":")
    return Admission(int(user_id), int(session_id)) if held else None


def _from_postgresql(session: Session, ticket: str) -> Admission | None:
    used = delete(SocketTicket).where(SocketTicket.ticket_hash == _hash(ticket))
    row = session.execute(
        used.returning(SocketTicket.user_id, SocketTicket.session_id, SocketTicket.expires_at)
    ).one_or_none()
    if row is None:
        return None
    soonest, latest = _good_at(clock.now())
    return Admission(row.user_id, row.session_id) if soonest < row.expires_at <= latest else None


def _good_at(now: datetime) -> tuple[datetime, datetime]:
    """Return between which times a ticket runs out that is good now; later, and a clock that was set back would keep it.

    Twice its time, because another gateway's clock may be a little ahead.
    """
    return now, now + timedelta(seconds=2 * TICKET_SECONDS)


def living(session: Session, session_ids: Collection[int]) -> set[int]:
    """Return which of these sessions may go on: not revoked, not over, of a user who is active. One query for all."""
    query = (
        select(UserSession.id)
        .join(User, User.id == UserSession.user_id)
        .where(UserSession.id.in_(session_ids))
        .where(UserSession.revoked_at.is_(None), UserSession.expires_at > clock.now(), User.is_active)
    )
    return set(session.scalars(query))


def _key(ticket: str) -> str:
    return f"nyord:ticket:{_hash(ticket).hex()}"


def _hash(ticket: str) -> bytes:
    return hashlib.sha256(ticket.encode()).digest()
