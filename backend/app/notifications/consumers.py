"""Events become notifications: one statement writes a batch of them, and whoever has a socket open is pushed theirs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events.catalogue import Event, MoneyMoved
from app.events.consumer import consumer
from app.identity.models import Role, User
from app.notifications import messages, service
from app.notifications.service import Written
from app.realtime import service as realtime

# The larger the batch, the cheaper a row; what waits is taken at once, so nobody waits for a batch to fill.
NOTIFY_BATCH_MAX = 1_000


@consumer(queue="banking.notifications", on=messages.SPOKEN_OF, batch_max=NOTIFY_BATCH_MAX)
def notify(session: Session, events: Sequence[Event]) -> None:
    """Tell everybody concerned (S39, S100). Twice is once: what is written already isn't written or pushed again."""
    admins = _admins(session) if any(isinstance(event, messages.FOR_ADMINS) for event in events) else []
    told = [(draft, event) for event in events for draft in messages.drafts(event, admins)]
    connected = realtime.connected_among(session, {draft.user_id for draft, _ in told})
    written = service.write(session, [draft for draft, _ in told], returning_for=connected)
    if not written:
        return
    about = {draft: event for draft, event in told if draft.user_id in connected}
    realtime.send(session, [message for row in written for message in _pushed(row, about[row.draft])])


def _admins(session: Session) -> list[int]:
    return list(session.scalars(select(User.id).where(User.role == Role.ADMIN, User.is_active).order_by(User.id)))


def _pushed(row: Written, event: Event) -> list[tuple[int, dict[str, Any]]]:
    """What the person's sockets get (S98, S99): the notification, and the new balance when money moved."""
    told: list[tuple[int, dict[str, Any]]] = [(row.user_id, {"type": "notification", "data": as_data(row)})]
    if isinstance(event, MoneyMoved):
        told.append((row.user_id, messages.success(event, row.user_id)))
    return told


def as_data(row: Written) -> dict[str, Any]:
    """Return a new notification as the API shows it."""
    return {
        "id": row.id,
        "title": row.title,
        "message": row.message,
        "type": row.type,
        "related_id": row.related_id,
        "created_at": row.created_at,
        "read": False,
    }
