"""Who is connected, and pushing to them: in the transaction that makes the news true, so what is undone is unheard."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.realtime import frames
from app.telemetry import spans

CHANNEL = "realtime"
# Three heartbeats: a gateway that missed them all is gone, and its users with it.
SEEN_WITHIN_SECONDS = 90

_CONNECTED = text(
    """
    SELECT DISTINCT user_id FROM connected_users
    WHERE user_id = ANY(:user_ids) AND seen_at > clock_timestamp() - make_interval(secs => :seconds)
    """
)
_NOTIFY = text("SELECT pg_notify(:channel, payload) FROM unnest(CAST(:payloads AS text[])) AS p(payload)")
# In one statement: its parts see the table as it was before.
_SEEN = text(
    """
    WITH here AS (SELECT user_id FROM unnest(CAST(:user_ids AS bigint[])) AS u(user_id)),
    noted AS (
        INSERT INTO connected_users (user_id, gateway, seen_at)
        SELECT user_id, :gateway, clock_timestamp() FROM here ORDER BY user_id
        ON CONFLICT (user_id, gateway) DO UPDATE SET seen_at = excluded.seen_at)
    SELECT user_id FROM here WHERE NOT EXISTS (
        SELECT FROM connected_users c WHERE c.user_id = here.user_id AND c.gateway = :gateway
            AND c.seen_at > clock_timestamp() - make_interval(secs => :seconds))
    """
)
# Every transaction that writes has a number, given in order: one of our own divides those that began to before from all others.
_MARK = text("SELECT CAST(pg_current_xact_id() AS text)")
_ARE_OVER = text("SELECT pg_snapshot_xmin(pg_current_snapshot()) >= CAST(:mark AS xid8)")
_GONE = text("DELETE FROM connected_users WHERE gateway = :gateway AND user_id = ANY(:user_ids)")
_CLOSED = text("DELETE FROM connected_users WHERE gateway = :gateway")
# A gateway that is just waking holds its rows: they aren't dead, and it may be sweeping ours.
_SWEEP = text(
    """
    DELETE FROM connected_users WHERE (user_id, gateway) IN (
        SELECT user_id, gateway FROM connected_users WHERE seen_at < clock_timestamp() - make_interval(secs => :seconds)
        FOR UPDATE SKIP LOCKED)
    """
)

Message = Mapping[str, Any] | bytes


def connected_among(session: Session, user_ids: Collection[int]) -> set[int]:
    """Return which of these users have a socket at some gateway now."""
    if not user_ids:
        return set()
    found = session.scalars(_CONNECTED, {"user_ids": list(user_ids), "seconds": SEEN_WITHIN_SECONDS})
    return set(found)


def push(session: Session, messages: Sequence[tuple[int, Message]]) -> int:
    """Push messages to those of their users who are connected, once the session's transaction commits.

    Returns:
        How many messages that was. Everybody else finds the news when they look.
    """
    connected = connected_among(session, {user_id for user_id, _ in messages})
    reachable = [(user_id, message) for user_id, message in messages if user_id in connected]
    send(session, reachable)
    return len(reachable)


def send(session: Session, messages: Sequence[tuple[int, Message]]) -> None:
    """Push messages without asking who is connected (the caller has): as few notifications as possible, in order."""
    _notify(session, frames.pack((user_id, _encoded(message)) for user_id, message in messages))


def trace(session: Session, news: Iterable[tuple[int, str | None]]) -> None:
    """Say which requests the messages that were just sent belong to, if anybody wants to see their way."""
    known = dict.fromkeys((user_id, request_id) for user_id, request_id in news if request_id) if spans.is_on() else {}
    if known:
        _notify(session, frames.traces(known))


def recheck(session: Session, user_ids: Collection[int]) -> None:
    """Make every gateway look again, at commit, whether the sockets of these users may stay open."""
    if user_ids:
        _notify(session, frames.recheck(user_ids))


def seen(session: Session, *, gateway: str, user_ids: Collection[int]) -> set[int]:
    """Note that these users are connected to this gateway at this moment.

    Returns:
        Those who weren't until now, as far as anybody who pushes could know.
    """
    if not user_ids:
        return set()
    parameters = {"gateway": gateway, "user_ids": list(user_ids), "seconds": SEEN_WITHIN_SECONDS}
    return set(session.scalars(_SEEN, parameters))


def mark(session: Session) -> str:
    """Return a mark between the transactions that have begun to write and those that will."""
    return str(session.scalar(_MARK))


def are_over(session: Session, *, before: str) -> bool:
    """Return whether everything that had begun to write before the mark was committed or undone."""
    return bool(session.scalar(_ARE_OVER, {"mark": before}))


def gone(session: Session, *, gateway: str, user_ids: Collection[int]) -> None:
    """Note that these users have no socket at this gateway any more."""
    if user_ids:
        session.execute(_GONE, {"gateway": gateway, "user_ids": list(user_ids)})


def closed(session: Session, *, gateway: str) -> None:
    """Note that nobody has a socket at this gateway any more: it closes."""
    session.execute(_CLOSED, {"gateway": gateway})


def sweep(session: Session) -> None:
    """Forget the users of gateways that died without saying goodbye."""
    session.execute(_SWEEP, {"seconds": SEEN_WITHIN_SECONDS})


def _encoded(message: Message) -> bytes:
    return message if isinstance(message, bytes) else msgspec.json.encode(message)


def _notify(session: Session, payloads: Sequence[str]) -> None:
    if payloads:
        session.execute(_NOTIFY, {"channel": CHANNEL, "payloads": list(payloads)})
