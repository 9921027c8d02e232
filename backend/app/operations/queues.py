"""How the queues are doing, and the alarm when one of them grows or stands still (S122, S162)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

import msgspec
import structlog
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.config import get_settings
from app.core import clock
from app.events.catalogue import QueueOverflowed
from app.events.consumer import consumers
from app.events.models import Unsent
from app.events.outbox import record

log = structlog.get_logger("operations")

ALARM_EVERY = timedelta(minutes=1)

# A delivery that was never tried still has the time of its arrival in `available_at`; one that failed has the time of
# its next try, and isn't standing in line.
_WAITING = text(
    """
    SELECT queue, sum(hi - lo)::bigint AS waiting,
        coalesce(sum(hi - lo) FILTER (WHERE attempts > 0), 0)::bigint AS retrying,
        coalesce(extract(epoch FROM clock_timestamp() - min(available_at) FILTER (WHERE attempts = 0)), 0)::bigint
            AS oldest_seconds
    FROM deliveries GROUP BY queue
    """
)
_LAST_ALARMS = text(
    """
    SELECT payload FROM outbox
    WHERE topic = :topic AND topic LIKE 'system.%' AND recorded_at > clock_timestamp() - CAST(:period AS interval)
    ORDER BY id DESC LIMIT 100
    """
)


class QueueHealth(NamedTuple):
    """One queue: events that wait, those among them that failed before, and how long the first has stood in line."""

    queue: str
    waiting: int
    retrying: int
    oldest_seconds: int


def health(session: Session) -> list[QueueHealth]:
    """Return every queue that this process knows or that something waits in, by name."""
    found = {name: QueueHealth(name, 0, 0, 0) for name in consumers()}
    for row in session.execute(_WAITING):
        found[row.queue] = QueueHealth(row.queue, row.waiting, row.retrying, max(0, row.oldest_seconds))
    return [found[name] for name in sorted(found)]


def unsent(session: Session) -> int:
    """Return how many bundles of events the relay hasn't handed to the queues yet."""
    return session.scalar(select(func.count()).select_from(Unsent)) or 0


def check_queues(session: Session) -> Sequence[QueueOverflowed]:
    """Record the alarm for every queue that is too long or too old, not more than once a minute for each.

    Returns:
        The alarms that were recorded.
    """
    settings = get_settings()
    troubled = [
        queue
        for queue in health(session)
        if queue.waiting > settings.queue_length_max or queue.oldest_seconds > settings.queue_age_seconds_max
    ]
    known = _alarmed_lately(session) if troubled else set()
    alarms = [
        QueueOverflowed(
            occurred_at=clock.now(), queue=queue.queue, length=queue.waiting, oldest_seconds=queue.oldest_seconds
        )
        for queue in troubled
        if queue.queue not in known
    ]
    for alarm in alarms:
        log.warning("queue overflow", queue=alarm.queue, length=alarm.length, oldest_seconds=alarm.oldest_seconds)
    record(session, *alarms)
    return alarms


def _alarmed_lately(session: Session) -> set[str]:
    payloads = session.scalars(_LAST_ALARMS, {"topic": QueueOverflowed.topic, "period": ALARM_EVERY})
    return {alarm.queue for payload in payloads for alarm in msgspec.json.decode(payload, type=list[QueueOverflowed])}
