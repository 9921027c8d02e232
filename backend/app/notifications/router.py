"""The user's notifications (S62). Somebody else's don't exist."""

from __future__ import annotations

from operator import attrgetter
from typing import Annotated

from fastapi import APIRouter, Query

from app.edge.pages import Page, PageQuery
from app.edge.query import KnownQuery
from app.edge.session import Read, Write
from app.edge.wire import RowId
from app.identity.permissions import CurrentUser
from app.notifications import service
from app.notifications.schemas import MarkedOut, NotificationOut, StatsOut

router = APIRouter(prefix="/notifications", tags=["notifications"], route_class=KnownQuery)


@router.get("")
def my_notifications(
    user: CurrentUser,
    session: Read,
    page: PageQuery,
    unread: Annotated[bool, Query(description="Only what hasn't been read yet.")] = False,
) -> Page[NotificationOut]:
    """The user's notifications, newest first."""
    rows = service.page(session, owner=user.id, unread_only=unread, before_id=page.after_id, limit=page.fetch)
    return Page.of(rows, page, out=NotificationOut.of, row_id=attrgetter("id"))


@router.get("/stats")
def my_notification_stats(user: CurrentUser, session: Read) -> StatsOut:
    """How many notifications the user has, and how many are unread; of more than 10,000 the newest are counted."""
    stats = service.stats(session, owner=user.id)
    return StatsOut(unread=stats.unread, total=stats.total)


@router.put("/read-all")
@router.post("/read-all", include_in_schema=False)
def mark_all_notifications_read(
    user: CurrentUser,
    session: Write,
    up_to: Annotated[
        RowId | None, Query(description="The newest one that was seen: what came after it stays unread.")
    ] = None,
) -> MarkedOut:
    """Mark everything as read, or everything up to one."""
    return MarkedOut(marked=service.mark_all_read(session, owner=user.id, up_to=up_to))


@router.put("/{notification_id}/read")
@router.post("/{notification_id}/read", include_in_schema=False)
def mark_notification_read(notification_id: RowId, user: CurrentUser, session: Write) -> NotificationOut:
    """Mark one notification as read; a second time changes nothing."""
    return NotificationOut.of(service.mark_read(session, owner=user.id, notification=notification_id))


@router.delete("/{notification_id}", status_code=204)
def delete_notification(notification_id: RowId, user: CurrentUser, session: Write) -> None:
    """Delete one notification. What it told of stays in the books."""
    service.remove(session, owner=user.id, notification=notification_id)
