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

from app.core import failpoints
from app.core.arrays import int_array
from app.core.errors import Unavailable
from app.database import PINNED_PLANS, driver_connection, unit_of_work
from app.events import measured
from app.events.catalogue import Event
from app.events.consumer import Consumer, Envelope
from app.events.dead_letters import bury
from app.events.models import DeadLetter
from app.events.outbox import PLACES_PER_BUNDLE, RECORDED, decode
from app.events.shards import mine, plan_for_handling

log = structlog.get_logger("events")

ATTEMPTS_MAX = 6
RETRY_SECONDS_MAX = 4 ** (ATTEMPTS_MAX - 2)  # see `retry_delay`
ERROR_CHARACTERS_MAX = 500

# A queue's turn: `nyord.wakes_relay` says who wakes the relay (see the trigger on the outbox); the lock keeps other workers
# out of an ordered queue until we commit.
_TURN = f"""
SELECT set_config('nyord.wakes_relay', %s, true), NOT %s OR pg_try_advisory_xact_lock(hashtextextended(%s, 0)), {PINNED_PLANS}
"""
# As many deliveries as make a batch, but always the first: a bundle may hold more events than the consumer would like.
# A statement of its own, so that it sees what the one before us has committed. Only what failed waits for a time, and for none
# that is further off than any retry: that one was written by a clock that has been set back.
_TAKE = f"""
WITH locked AS (
    SELECT * FROM deliveries WHERE queue = %s AND (attempts = 0
        OR available_at NOT BETWEEN clock_timestamp() AND clock_timestamp() + interval '{RETRY_SECONDS_MAX} seconds')
    ORDER BY outbox_id, lo LIMIT %s FOR UPDATE SKIP LOCKED),
counted AS (SELECT *, sum(hi - lo) OVER (ORDER BY outbox_id, lo, id) AS events FROM locked)
SELECT d.id, d.outbox_id, d.lo, d.hi, d.attempts, o.topic, o.payload, (SELECT count(*) FROM counted)
FROM counted d JOIN outbox o ON o.id = d.outbox_id
WHERE d.events <= %s OR d.events = d.hi - d.lo
ORDER BY d.outbox_id, d.lo, d.id
"""
# The same for what a broker delivers: wait for the turn, because the messages are in our hands already.
_ALONE = f"""
SELECT set_config('nyord.wakes_relay', 'on', true), CASE WHEN %s THEN pg_advisory_xact_lock(hashtextextended(%s, 0)) END,
    {PINNED_PLANS}
"""
# A message that comes twice, and the halves of a batch that failed, are handled one after the other.
_ONE_BY_ONE = """
SELECT pg_advisory_xact_lock(hashtextextended(%s, id)) FROM unnest(%s::bigint[]) AS b(id) ORDER BY id
"""
_ARRIVED = "SELECT 0, id, 0, count, 0, topic, payload FROM outbox WHERE id = ANY(%s::bigint[]) ORDER BY id"
# A bundle that was kept before is here still, whole or in pieces, each of them in line, handled, or a dead letter. A second
# copy beside its pieces would be handled beside them.
_KEEP = """
INSERT INTO deliveries (queue, outbox_id, lo, hi) SELECT w.queue, o.id, 0, o.count
FROM (SELECT CAST(%s AS text) AS queue) AS w, outbox o
WHERE o.id = ANY(%s::bigint[])
    AND NOT EXISTS (SELECT FROM deliveries d WHERE d.queue = w.queue AND d.outbox_id = o.id)
    AND NOT EXISTS (SELECT FROM dead_letters l WHERE l.queue = w.queue AND l.outbox_id = o.id)
ORDER BY o.id
"""
# Done and remembered in one statement, and in one commit with what the handler does. A bundle of which a part has been
# handled is in pieces already: the rest of it waits here by itself.
_REMEMBER = """
WITH done AS (DELETE FROM deliveries WHERE id = ANY(%s::bigint[]))
INSERT INTO inbox (queue, outbox_id, lo, hi)
SELECT %s, b.outbox_id, b.lo, b.hi FROM unnest(%s::bigint[], %s::int[], %s::int[]) AS b(outbox_id, lo, hi)
WHERE NOT EXISTS (SELECT FROM inbox i WHERE i.queue = %s AND i.outbox_id = b.outbox_id AND i.lo < b.hi AND i.hi > b.lo)
ON CONFLICT DO NOTHING RETURNING outbox_id, lo
"""
_DONE = text("DELETE FROM deliveries WHERE id = :id")
_SPLIT = text(
    """
    INSERT INTO deliveries (queue, outbox_id, lo, hi)
    VALUES (:queue, :outbox_id, :lo, :middle), (:queue, :outbox_id, :middle, :hi)
    """
)
_LATER = text("UPDATE deliveries SET attempts = :attempts, available_at = clock_timestamp() + :delay WHERE id = :id")
# Deliveries taken at once: this many, or a fifth of the batch, whichever is more.
DELIVERIES_MAX = 100


class Handled(NamedTuple):
    """How many events a batch held (0: nothing waits), and whether there was more than it could take."""

    events: int
    more_waits: bool


class Taken(NamedTuple):
    """A delivery under our lock: events `lo` up to `hi` of one bundle."""

    id: int
    outbox_id: int
    lo: int
    hi: int
    attempts: int
    topic: str
    payload: str

    def events(self) -> list[Event]:
        """Return the events, in order of recording."""
        return decode(self.topic, self.payload, self.lo, self.hi)

    def envelopes(self) -> list[Envelope]:
        """Return the events with their places in the log."""
        first = self.outbox_id * PLACES_PER_BUNDLE + self.lo
        return [Envelope(event, place) for place, event in enumerate(self.events(), first)]


def handle_waiting(consumer: Consumer, *, relay: Callable[[], None] | None = None) -> Handled:
    """Handle one batch of what waits in the consumer's queue.

    With `relay`, what the batch recorded is passed on by calling it after the commit, which then needn't notify anybody.

    Raises:
        sqlalchemy.exc.OperationalError: PostgreSQL is away. Nothing is lost; call again later.
    """
    taken: list[Taken] = []
    more_waits = has_recorded = False
    try:
        with unit_of_work() as session:
            if _is_our_turn(session, consumer, quiet=relay is not None):
                taken, more_waits = _take(session, consumer)
            if taken:
                _after_other_copies(session, consumer, taken)
                _handle(session, consumer, taken)
                failpoints.reach("inbox.before-commit")
                has_recorded = RECORDED in session.info
    except Exception as error:
        if _database_is_away(error):
            raise
        _set_aside(consumer, taken, error)
        more_waits = True  # the pieces
    failpoints.reach("inbox.committed")
    if has_recorded and relay is not None:
        relay()
    return Handled(sum(delivery.hi - delivery.lo for delivery in taken), more_waits)


def handle_arrived(consumer: Consumer, outbox_ids: Sequence[int], *, relay: Callable[[], None]) -> None:
    """Handle bundles that a broker has delivered, as recorded in the outbox: a message only names what the bank knows.

    A batch that fails is kept in the consumer's own queue here, where it is tried again in halves like any other; so when
    this returns the broker can forget the messages. Bundles handled before, or never recorded, change nothing.

    Raises:
        sqlalchemy.exc.OperationalError: PostgreSQL is away. The messages must wait; call again later.
    """
    has_recorded = False
    try:
        with unit_of_work() as session:
            connection = driver_connection(session)
            connection.execute(_ALONE, (consumer.ordered, consumer.queue), prepare=True)
            connection.execute(_ONE_BY_ONE, (consumer.queue, int_array(sorted(outbox_ids))), prepare=True)
            arrived = [Taken(*row) for row in connection.execute(_ARRIVED, (int_array(outbox_ids),), prepare=True)]  # type: ignore[arg-type]
            _handle(session, consumer, arrived)
            failpoints.reach("inbox.before-commit")
            has_recorded = RECORDED in session.info
    except Exception as error:
        if _database_is_away(error):
            raise
        log.warning("batch failed", queue=consumer.queue, error=_describe(error))
        with unit_of_work() as session:
            keep(session, consumer.queue, outbox_ids)
    failpoints.reach("inbox.committed")
    if has_recorded:
        relay()


def keep(session: Session, queue: str, outbox_ids: Sequence[int]) -> None:
    """Put bundles into a queue's deliveries, to be handled from there; those never recorded, or kept before, are left out."""
    connection, ids = driver_connection(session), int_array(sorted(outbox_ids))
    connection.execute(_ONE_BY_ONE, (queue, ids), prepare=True)
    connection.execute(_KEEP, (queue, ids), prepare=True)


def _take(session: Session, consumer: Consumer) -> tuple[list[Taken], bool]:
    """Lock what waits, oldest first, up to the consumer's batch (always at least one delivery); say whether more does."""
    limit = max(DELIVERIES_MAX, consumer.batch_max // 5)
    parameters = (consumer.queue, limit, consumer.batch_max)
    rows = driver_connection(session).execute(_TAKE, parameters, prepare=True).fetchall()
    seen = int(str(rows[0][-1])) if rows else 0
    return [Taken(*row[:-1]) for row in rows], seen > len(rows) or seen == limit  # type: ignore[arg-type]


def _is_our_turn(session: Session, consumer: Consumer, *, quiet: bool = False) -> bool:
    """Whether this worker may handle the queue now: always, unless it is ordered and another one does."""
    parameters = ("on" if quiet else "", consumer.ordered, consumer.queue)
    row = driver_connection(session).execute(_TURN, parameters, prepare=True).fetchone()
    assert row is not None
    return bool(row[1])


def _after_other_copies(session: Session, consumer: Consumer, taken: Sequence[Taken]) -> None:
    """Wait while others handle copies of these bundles. Copies that begin at their first event meet in the inbox instead."""
    if any(delivery.attempts or delivery.lo for delivery in taken):
        ids = int_array(sorted({delivery.outbox_id for delivery in taken}))
        driver_connection(session).execute(_ONE_BY_ONE, (consumer.queue, ids), prepare=True)


def _handle(session: Session, consumer: Consumer, taken: Sequence[Taken]) -> None:
    """Run the consumer on what its inbox doesn't know yet. A batch of nothing but duplicates is a no-op."""
    parameters = (
        int_array(delivery.id for delivery in taken),
        consumer.queue,
        int_array(delivery.outbox_id for delivery in taken),
        int_array(delivery.lo for delivery in taken),
        int_array(delivery.hi for delivery in taken),
        consumer.queue,
    )
    plan = plan_for_handling(session) if consumer.shard else None
    unhandled = set(driver_connection(session).execute(_REMEMBER, parameters, prepare=True))
    items: list[Event | Envelope] = []
    for delivery in taken:
        key = (delivery.outbox_id, delivery.lo)
        if key in unhandled:
            unhandled.remove(key)  # the same delivery may stand twice in one batch
            found = delivery.envelopes() if consumer.enveloped else delivery.events()
            items += mine(plan, consumer.shard, delivery.outbox_id, found) if plan and consumer.shard else found
    if items:
        measured.watch(session, consumer, items)
        consumer.handler(session, items)


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
                _after_other_copies(session, consumer, mine)
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
    session.execute(_DONE, {"id": delivery.id})


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
    bury(session, letter)
    session.execute(_DONE, {"id": delivery.id})


def _database_is_away(error: Exception) -> bool:
    """Whether to wait for PostgreSQL, a lock, or an engine that a consumer needs, rather than to blame the event.

    Class 54 is an operational error too, but means that the event itself breaks one of PostgreSQL's limits; it would
    break it again.
    """
    if isinstance(error, Unavailable):
        return True
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
