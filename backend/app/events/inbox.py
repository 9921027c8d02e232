"""Handling deliveries: take what waits, remember it in the inbox, run the consumer, all in one transaction.

When a batch fails, nothing of it is kept and it is tried again in halves, until the poisoned event stands alone. That
one is tried again later and later, and in the end becomes a dead letter. Its neighbours never wait for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import structlog
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.core import clock
from app.database import unit_of_work
from app.events.catalogue import Event, WorkerFailed
from app.events.consumer import Consumer, Envelope
from app.events.models import DeadLetter
from app.events.outbox import PLACES_PER_BUNDLE, RECORDED, decode, record

log = structlog.get_logger("events")

ATTEMPTS_MAX = 6
ERROR_CHARACTERS_MAX = 500

# As many deliveries as make a batch, but always the first: a bundle may hold more events than the consumer would like.
_TAKE = text(
    """
    WITH locked AS (
        SELECT * FROM deliveries WHERE queue = :queue AND available_at <= clock_timestamp()
        ORDER BY outbox_id, lo LIMIT :deliveries_max FOR UPDATE SKIP LOCKED),
    counted AS (SELECT *, sum(hi - lo) OVER (ORDER BY outbox_id, lo, id) AS events FROM locked)
    SELECT d.id, d.outbox_id, d.lo, d.hi, d.attempts, o.topic, o.trace, o.payload
    FROM counted d JOIN outbox o ON o.id = d.outbox_id
    WHERE d.events <= :batch_max OR d.events = d.hi - d.lo
    ORDER BY d.outbox_id, d.lo, d.id
    """
)
_REMEMBER = text(
    """
    INSERT INTO inbox (queue, outbox_id, lo, hi)
    SELECT :queue, b.outbox_id, b.lo, b.hi
    FROM unnest(CAST(:outbox_ids AS bigint[]), CAST(:los AS int[]), CAST(:his AS int[])) AS b(outbox_id, lo, hi)
    ON CONFLICT DO NOTHING RETURNING outbox_id, lo
    """
)
_DONE = text("DELETE FROM deliveries WHERE id = ANY(:ids)")
_SPLIT = text(
    """
    INSERT INTO deliveries (queue, outbox_id, lo, hi)
    VALUES (:queue, :outbox_id, :lo, :middle), (:queue, :outbox_id, :middle, :hi)
    """
)
_LATER = text("UPDATE deliveries SET attempts = :attempts, available_at = clock_timestamp() + :delay WHERE id = :id")
_ONE_WORKER = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:queue, 0))")
_QUIETLY = text("SET LOCAL nyord.wakes_relay = on")  # see the trigger on the outbox
DELIVERIES_MAX = 100


class Taken(NamedTuple):
    """A delivery under our lock: events `lo` up to `hi` of one bundle."""

    id: int
    outbox_id: int
    lo: int
    hi: int
    attempts: int
    topic: str
    trace: str | None
    payload: str

    def events(self) -> list[Event]:
        """Return the events, in order of recording."""
        return decode(self.topic, self.payload, self.lo, self.hi)

    def envelopes(self) -> list[Envelope]:
        """Return the events with their ids and their trace."""
        first = self.outbox_id * PLACES_PER_BUNDLE + self.lo
        return [Envelope(event, place, self.trace) for place, event in enumerate(self.events(), first)]


def handle_waiting(consumer: Consumer, *, relay: Callable[[], None] | None = None) -> int:
    """Handle one batch of what waits in the consumer's queue and return how many events it held; 0: nothing waits.

    With `relay`, what the batch recorded is passed on by calling it after the commit, which then needn't notify anybody.

    Raises:
        sqlalchemy.exc.OperationalError: PostgreSQL is away. Nothing is lost; call again later.
    """
    taken: list[Taken] = []
    has_recorded = False
    try:
        with unit_of_work() as session:
            if _is_our_turn(session, consumer, quiet=relay is not None):
                taken = _take(session, consumer)
            if taken:
                _handle(session, consumer, taken)
                has_recorded = RECORDED in session.info
    except Exception as error:
        if _database_is_away(error):
            raise
        _set_aside(consumer, taken, error)
    if has_recorded and relay is not None:
        relay()
    return sum(delivery.hi - delivery.lo for delivery in taken)


def _take(session: Session, consumer: Consumer) -> list[Taken]:
    """Lock what waits, oldest first, up to the consumer's batch (always at least one delivery)."""
    limits = {"batch_max": consumer.batch_max, "deliveries_max": DELIVERIES_MAX}
    return [Taken(*row) for row in session.execute(_TAKE, {"queue": consumer.queue, **limits})]


def _is_our_turn(session: Session, consumer: Consumer, *, quiet: bool = False) -> bool:
    """Whether this worker may handle the queue now: always, unless it is ordered and another one does."""
    if quiet:
        session.execute(_QUIETLY)
    return not consumer.ordered or bool(session.scalar(_ONE_WORKER, {"queue": consumer.queue}))


def _handle(session: Session, consumer: Consumer, taken: Sequence[Taken]) -> None:
    """Run the consumer on what its inbox doesn't know yet. A batch of nothing but duplicates is a no-op."""
    fresh = session.execute(
        _REMEMBER,
        {
            "queue": consumer.queue,
            "outbox_ids": [delivery.outbox_id for delivery in taken],
            "los": [delivery.lo for delivery in taken],
            "his": [delivery.hi for delivery in taken],
        },
    )
    unhandled = {(row.outbox_id, row.lo) for row in fresh}
    items: list[Event | Envelope] = []
    for delivery in taken:
        key = (delivery.outbox_id, delivery.lo)
        if key in unhandled:
            unhandled.remove(key)  # the same delivery may stand twice in one batch
            items += delivery.envelopes() if consumer.enveloped else delivery.events()
    if items:
        consumer.handler(session, items)
    session.execute(_DONE, {"ids": [delivery.id for delivery in taken]})


def _set_aside(consumer: Consumer, taken: Sequence[Taken], error: Exception) -> None:
    """Try a failed batch again in smaller pieces; put off or bury an event that fails alone."""
    if len(taken) > 1:
        middle = len(taken) // 2
        if _retry(consumer, taken[:middle]) or not consumer.ordered:
            _retry(consumer, taken[middle:])
        return
    if not taken:
        raise error
    delivery = taken[0]
    with unit_of_work() as session:
        if not session.scalar(text("SELECT 1 FROM deliveries WHERE id = :id FOR UPDATE"), {"id": delivery.id}):
            return  # somebody else has dealt with it meanwhile
        if delivery.hi - delivery.lo > 1:
            _split(session, consumer, delivery)
        elif delivery.attempts + 1 < ATTEMPTS_MAX:
            _put_off(session, consumer, delivery, error)
        else:
            _bury(session, consumer, delivery, error)


def _retry(consumer: Consumer, half: Sequence[Taken]) -> bool:
    """Handle half of a failed batch, and return whether that went well: in an ordered queue nothing may overtake it."""
    try:
        with unit_of_work() as session:
            if not _is_our_turn(session, consumer):
                return False
            locked = set(
                session.scalars(
                    text("SELECT id FROM deliveries WHERE id = ANY(:ids) ORDER BY id FOR UPDATE SKIP LOCKED"),
                    {"ids": [delivery.id for delivery in half]},
                )
            )
            mine = [delivery for delivery in half if delivery.id in locked]
            if mine:
                _handle(session, consumer, mine)
    except Exception as error:
        if _database_is_away(error):
            raise
        _set_aside(consumer, half, error)
        return False
    return True


def _split(session: Session, consumer: Consumer, delivery: Taken) -> None:
    middle = (delivery.lo + delivery.hi) // 2
    place: dict[str, Any] = {
        "queue": consumer.queue,
        "outbox_id": delivery.outbox_id,
        "lo": delivery.lo,
        "hi": delivery.hi,
    }
    session.execute(_SPLIT, place | {"middle": middle})
    session.execute(_DONE, {"ids": [delivery.id]})


def _put_off(session: Session, consumer: Consumer, delivery: Taken, error: Exception) -> None:
    attempts = delivery.attempts + 1
    delay = retry_delay(attempts)
    session.execute(_LATER, {"id": delivery.id, "attempts": attempts, "delay": delay})
    log.warning(
        "event put off",
        queue=consumer.queue,
        topic=delivery.topic,
        event_id=event_id(delivery.outbox_id, delivery.lo),
        attempts=attempts,
        retry_seconds=delay.total_seconds(),
        error=_describe(error),
    )


def _bury(session: Session, consumer: Consumer, delivery: Taken, error: Exception) -> None:
    letter = DeadLetter(
        queue=consumer.queue,
        outbox_id=delivery.outbox_id,
        position=delivery.lo,
        topic=delivery.topic,
        error=_describe(error),
        attempts=delivery.attempts + 1,
    )
    session.add(letter)
    session.flush()
    session.execute(_DONE, {"ids": [delivery.id]})
    failed = WorkerFailed(occurred_at=clock.now(), queue=consumer.queue, dead_letter_id=letter.id, error=letter.error)
    if delivery.topic != WorkerFailed.topic:  # a failure to report failures must not report itself for ever
        record(session, failed)
    log.error(
        "event became a dead letter",
        queue=consumer.queue,
        topic=delivery.topic,
        event_id=event_id(delivery.outbox_id, delivery.lo),
        dead_letter_id=letter.id,
        error=letter.error,
    )


def _database_is_away(error: Exception) -> bool:
    """Whether to wait for PostgreSQL, or for a lock, rather than to blame the event.

    Class 54 is an operational error too, but means that the event itself breaks one of PostgreSQL's limits; it would
    break it again.
    """
    if not isinstance(error, OperationalError):
        return False
    return not (getattr(error.orig, "sqlstate", None) or "").startswith("54")


def retry_delay(attempts: int) -> timedelta:
    """Return how long to wait before try number `attempts + 1`: 1, 4, 16, 64, 256 seconds."""
    return timedelta(seconds=4.0 ** (attempts - 1))


def event_id(outbox_id: int, position: int) -> str:
    """Return the id of an event: its bundle and its place in it."""
    return f"{outbox_id}-{position}"


def _describe(error: Exception) -> str:
    """Name the error without its parameters: SQLAlchemy's text would repeat the whole batch."""
    original = getattr(error, "orig", None) or error
    return f"{type(original).__name__}: {original}"[:ERROR_CHARACTERS_MAX]
