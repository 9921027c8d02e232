"""What staff may read of the past. Nothing here can be changed, by anybody."""

from __future__ import annotations

from operator import attrgetter
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from app.audit import service
from app.audit.schemas import AuditEntryOut, LoggedEventOut
from app.audit.service import AuditFilter, EventFilter
from app.core import cursors
from app.edge.pages import Page, PageQuery, Since, Until
from app.edge.query import KnownQuery
from app.edge.session import Read
from app.edge.wire import RowId
from app.identity.permissions import AdminUser

admin_router = APIRouter(prefix="/admin", tags=["admin: audit"], route_class=KnownQuery)

SubjectType = Literal["user", "transaction", "account", "dead_letter", "queue", "books"]


@admin_router.get("/audit")
def audit_trail(
    *,
    admin: AdminUser,
    session: Read,
    page: PageQuery,
    action: Annotated[str | None, Query(max_length=80)] = None,
    actor_id: RowId | None = None,
    subject_type: SubjectType | None = None,
    subject_id: RowId | None = None,
    since: Since = None,
    until: Until = None,
) -> Page[AuditEntryOut]:
    """Who did what to whom, newest first. Everyday money isn't here: it is in the event log."""
    wanted = AuditFilter(action, actor_id, subject_type, subject_id, since, until)
    rows = service.trail(session, wanted=wanted, before_id=page.after_id, limit=page.fetch)
    return Page.of(rows, page, out=AuditEntryOut.of, row_id=attrgetter("AuditEntry.id"))


@admin_router.get("/events")
def event_log(
    *,
    admin: AdminUser,
    session: Read,
    page: PageQuery,
    topic: Annotated[str | None, Query(max_length=80, description="A topic, or what topics begin with.")] = None,
    transaction_id: RowId | None = None,
    since: Since = None,
    until: Until = None,
) -> Page[LoggedEventOut]:
    """Everything that happened, newest first. A page may be short, even empty, and still have a next one."""
    wanted = EventFilter(topic, transaction_id, since, until)
    found = service.log_page(session, wanted=wanted, before_place=page.after_id, limit=page.limit)
    return Page(
        items=[LoggedEventOut.of(event) for event in found.events],
        next_cursor=None if found.next_place is None else cursors.encode(found.next_place),
    )
