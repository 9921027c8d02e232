"""Writing notifications in bulk, and what their owners do with them: read, mark as read, delete, count."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

import msgspec
from sqlalchemy import CursorResult, Select, delete, func, select, update
from sqlalchemy.orm import Session

from app.core import clock
from app.database import driver_connection
from app.notifications.errors import NotificationNotFound
from app.notifications.messages import Draft
from app.notifications.models import Notification

# Binary arrays (%b): the driver's text form of the same lists costs five times the Python, and text from users is never
# spliced by hand. The conflict is an event that arrives again: the row is there already, and nobody is told twice.
_WRITE = """
    WITH written AS (
        INSERT INTO notifications (id, user_id, type, related_id, sentence, facts, created_at)
        SELECT * FROM unnest(%b::bigint[], %b::bigint[], %b::text[], %b::bigint[], %b::text[], %b::text[], %b::timestamptz[])
        ON CONFLICT DO NOTHING
        RETURNING user_id, id)
    SELECT user_id, id FROM written WHERE user_id = ANY(%b)
"""
_FACTS = Draft._fields.index("facts")
_encode = msgspec.json.Encoder().encode


# For a badge, which every page asks for: a shop with a million payments has as many notifications.
COUNTED_MAX = 10_000


class Stats(NamedTuple):
    """How many notifications a person has, and how many of them they haven't read; see `COUNTED_MAX`."""

    unread: int
    total: int


def write(
    session: Session, told: Sequence[tuple[int, Draft]], *, returning_for: Collection[int]
) -> set[tuple[int, int]]:
    """Write notifications in one statement, each with its event's place in the log; those that exist already stay.

    Returns:
        The user and the id of what is new for the users in `returning_for` (those with an open socket).
    """
    if not told:
        return set()
    drafts = [list(column) for column in zip(*(draft for _, draft in told), strict=True)]
    drafts[_FACTS] = [_encode(facts).decode() for facts in drafts[_FACTS]]
    columns = [[place for place, _ in told], *drafts, list(returning_for)]
    with driver_connection(session).cursor() as cursor:
        cursor.execute(_WRITE, columns)
        return set(cast(Iterable[tuple[int, int]], cursor))


def page(
    session: Session, *, owner: int, unread_only: bool = False, before_id: int | None = None, limit: int
) -> list[Notification]:
    """Return the owner's notifications, newest first, older than `before_id`; unread ones are those that `stats` counts."""
    query = select(Notification).where(Notification.user_id == owner).order_by(Notification.id.desc()).limit(limit)
    if unread_only:
        first = _newest(owner).subquery()
        oldest = select(func.min(first.c.id)).scalar_subquery()
        query = query.where(Notification.read_at.is_(None), Notification.id >= oldest)
    if before_id is not None:
        query = query.where(Notification.id < before_id)
    return list(session.scalars(query))


def stats(session: Session, *, owner: int) -> Stats:
    """Count the owner's notifications: the newest `COUNTED_MAX` of them at most."""
    newest = _newest(owner).subquery()
    unread = func.count().filter(newest.c.read_at.is_(None))
    row = session.execute(select(unread, func.count()).select_from(newest)).one()
    return Stats(unread=row[0], total=row[1])


def _newest(owner: int) -> Select[int, datetime | None]:
    mine = select(Notification.id, Notification.read_at).where(Notification.user_id == owner)
    return mine.order_by(Notification.id.desc()).limit(COUNTED_MAX)


def mark_read(session: Session, *, owner: int, notification: int) -> Notification:
    """Mark one notification as read; a second time changes nothing.

    Raises:
        NotificationNotFound: it doesn't exist or is somebody else's.
    """
    row = session.get(Notification, (owner, notification), with_for_update=True)
    if row is None:
        raise NotificationNotFound
    if row.read_at is None:
        row.read_at = clock.now()
    return row


def mark_all_read(session: Session, *, owner: int, up_to: int | None = None) -> int:
    """Mark what the owner hasn't read as read, all of it or up to the notification with this id, and return how many."""
    unread = update(Notification).where(Notification.user_id == owner, Notification.read_at.is_(None))
    if up_to is not None:
        unread = unread.where(Notification.id <= up_to)
    return cast(CursorResult[Any], session.execute(unread.values(read_at=clock.now()))).rowcount


def remove(session: Session, *, owner: int, notification: int) -> None:
    """Delete one notification. What it told of stays in the bank's books.

    Raises:
        NotificationNotFound: it doesn't exist (any more) or is somebody else's.
    """
    mine = Notification.user_id == owner, Notification.id == notification
    if session.execute(delete(Notification).where(*mine).returning(Notification.id)).one_or_none() is None:
        raise NotificationNotFound
