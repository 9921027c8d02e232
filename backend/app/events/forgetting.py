"""Forgetting which events were handled, once they can't arrive again. (The events themselves are kept for ever.)"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import CursorResult, text
from sqlalchemy.orm import Session

from app.database import ids_of_period
from app.events.models import OutboxBundle

# In one go. One transaction that deletes for minutes would hold up every vacuum.
FORGOTTEN_MAX: Final = 100_000

# By place in the log and not by time: so it is a walk along the primary key of each queue, which ends with what is too young.
_FORGET = text(
    """
    WITH RECURSIVE queues AS (
        (SELECT queue FROM inbox ORDER BY queue LIMIT 1)
        UNION ALL
        SELECT (SELECT i.queue FROM inbox i WHERE i.queue > q.queue ORDER BY i.queue LIMIT 1)
        FROM queues q WHERE q.queue IS NOT NULL),
    old AS (
        SELECT i.queue, i.outbox_id, i.lo FROM queues q CROSS JOIN LATERAL (
            SELECT queue, outbox_id, lo FROM inbox
            WHERE queue = q.queue AND outbox_id <= :last AND handled_at < :before
            ORDER BY queue, outbox_id, lo LIMIT :most) i
        LIMIT :most)
    DELETE FROM inbox i USING old WHERE (i.queue, i.outbox_id, i.lo) = (old.queue, old.outbox_id, old.lo)
    """
)


def forget_handled(session: Session, *, before: datetime) -> int:
    """Forget what was handled before an instant, `FORGOTTEN_MAX` entries of the inbox at most; return how many.

    Queue by queue: whoever calls goes on until it is fewer, or the last queues would never have their turn.
    """
    _, last = ids_of_period(session, OutboxBundle.id, OutboxBundle.recorded_at, None, before)
    asked = {"last": last, "before": before, "most": FORGOTTEN_MAX}
    return cast(CursorResult[Any], session.execute(_FORGET, asked)).rowcount
