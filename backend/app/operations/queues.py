"""How the queues are doing, and the alarm when one of them grows or stands still (S122, S162).

With a broker, events wait in two places: in its queues, and, after a failure, in `deliveries`. RabbitMQ says how many messages
a queue has; that many of the newest bundles of the queue's topics are what it holds, and the log knows when they were recorded.
So nothing has to be taken out of a queue to learn its age, and a queue that nobody consumes has one, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

import msgspec
import structlog
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.broker.connection import BROKER_AWAY, lengths
from app.config import get_settings
from app.core import clock
from app.core.errors import reason_of
from app.events.catalogue import QueueOverflowed
from app.events.consumer import Consumer, consumers
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
# The newest bundles of these topics, as many as the broker has messages; what it hasn't got yet comes before them.
_HELD = text(
    """
    SELECT coalesce(sum(held.count), 0)::bigint,
        coalesce(extract(epoch FROM clock_timestamp() - min(held.recorded_at)), 0)::bigint
    FROM (SELECT o.count, o.recorded_at FROM outbox o
        WHERE o.topic LIKE ANY(:topics) AND NOT EXISTS (SELECT FROM outbox_unsent u WHERE u.outbox_id = o.id)
        ORDER BY o.id DESC LIMIT :messages) held
    """
)
# Looking further back would cost more than the answer is worth: the queue is long past its limit.
MESSAGES_LOOKED_AT_MAX = 20_000
# What lies in the future was raised before a clock was set back.
_LAST_ALARMS = text(
    """
    SELECT payload FROM outbox
    WHERE topic = :topic AND topic LIKE 'system.%'
        AND recorded_at > clock_timestamp() - CAST(:period AS interval) AND recorded_at <= clock_timestamp()
    ORDER BY id DESC LIMIT 100
    """
)


class QueueHealth(NamedTuple):
    """One queue: events that wait, those among them that failed before, and how long the first has stood in line."""

    queue: str
    waiting: int
    retrying: int
    oldest_seconds: int


def on_broker() -> dict[str, int] | None:
    """Return how many messages wait on the broker for each queue; None: it can't be asked now. Without a broker: none.

    Asked before a transaction is begun: a broker that is slow shouldn't hold one open.
    """
    url = get_settings().events_broker_url
    if not url:
        return {}
    try:
        return lengths(url, list(consumers()))
    except BROKER_AWAY as error:
        log.warning("broker away", error=type(error).__name__, reason=reason_of(error))
        return None


def health(session: Session, messages: Mapping[str, int] | None = None) -> list[QueueHealth]:
    """Return every queue that this process knows or that something waits in, by name; `messages` are those `on_broker`."""
    found = {name: QueueHealth(name, 0, 0, 0) for name in consumers()}
    for row in session.execute(_WAITING):
        found[row.queue] = QueueHealth(row.queue, row.waiting, row.retrying, max(0, row.oldest_seconds))
    for name, count in (messages or {}).items():
        if count and name in consumers():
            waiting, oldest_seconds = _held(session, consumers()[name], count)
            here = found[name]
            found[name] = QueueHealth(
                name, here.waiting + waiting, here.retrying, max(here.oldest_seconds, oldest_seconds)
            )
    return [found[name] for name in sorted(found)]


def _held(session: Session, consumer: Consumer, messages: int) -> tuple[int, int]:
    """Return how many events so many messages of a queue are, and how long ago the first of them was recorded."""
    patterns = [pattern for topic in consumer.topics for pattern in (topic, f"{topic}.%")]
    row = session.execute(_HELD, {"topics": patterns, "messages": min(messages, MESSAGES_LOOKED_AT_MAX)}).one()
    beyond = max(0, messages - MESSAGES_LOOKED_AT_MAX)
    # Foreign messages aren't in the log; a queue never holds less than what the broker counts.
    return max(row[0] + beyond, messages), max(0, row[1])


def unsent(session: Session) -> int:
    """Return how many bundles of events the relay hasn't handed to the queues yet."""
    return session.scalar(select(func.count()).select_from(Unsent)) or 0


def check_queues(session: Session, messages: Mapping[str, int] | None = None) -> Sequence[QueueOverflowed]:
    """Record the alarm for every queue that is too long or too old, not more than once a minute for each.

    `messages` are those `on_broker`.

    Returns:
        The alarms that were recorded.
    """
    settings = get_settings()
    troubled = [
        queue
        for queue in health(session, messages)
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
