"""Holds that nobody decided about in time. Making and resolving them is `engine.settle`'s work."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.ledger.models import Hold, HoldStatus


def overdue_holds(session: Session, *, now: datetime, limit: int) -> list[int]:
    """Return the group ids of pending holds whose time is over at `now`, the longest overdue first, at most `limit`."""
    rows = session.scalars(
        select(Hold.group_id)
        .where(Hold.status == HoldStatus.PENDING, Hold.expires_at <= now)
        .group_by(Hold.group_id)
        .order_by(func.min(Hold.expires_at), Hold.group_id)
        .limit(limit)
    )
    return list(rows)
