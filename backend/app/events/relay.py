"""The relay takes recorded bundles out of `outbox_unsent` and hands them to the bus.

Embedded, the bus is the `deliveries` table: one statement moves each bundle into every queue bound to its topic.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.events.consumer import queues_for

RELAY_BUNDLES_MAX = 200

# Rows that another relay holds are skipped, rows of transactions not yet committed aren't visible: nothing is lost, and
# nothing waits. What is deleted here and not delivered comes back with the rollback.
_TAKE = text(
    """
    DELETE FROM outbox_unsent WHERE outbox_id IN (
        SELECT outbox_id FROM outbox_unsent ORDER BY outbox_id LIMIT :limit FOR UPDATE SKIP LOCKED)
    RETURNING outbox_id
    """
)
_READ = text("SELECT id, topic, count FROM outbox WHERE id = ANY(:ids) ORDER BY id")
_DELIVER = text(
    """
    INSERT INTO deliveries (queue, outbox_id, lo, hi)
    SELECT d.queue, d.outbox_id, 0, d.hi
    FROM unnest(CAST(:queues AS text[]), CAST(:outbox_ids AS bigint[]), CAST(:his AS int[])) AS d(queue, outbox_id, hi)
    """
)
# A relayed bundle that is lost in a crash is still unsent, so this commit need not wait for the disk. A consumer that
# handles the bundle commits durably, which flushes this commit before its own.
_RELAXED_COMMIT = text("SET LOCAL synchronous_commit = off")


def relay_once(session: Session) -> set[str] | None:
    """Hand up to `RELAY_BUNDLES_MAX` bundles to the queues bound to their topics, in the session's transaction.

    Returns:
        The queues that got something, or None when nothing was waiting.
    """
    session.execute(_RELAXED_COMMIT)
    taken = session.scalars(_TAKE, {"limit": RELAY_BUNDLES_MAX}).all()
    if not taken:
        return None
    deliveries = [
        (queue, outbox_id, count)
        for outbox_id, topic, count in session.execute(_READ, {"ids": list(taken)})
        for queue in queues_for(topic)
    ]
    if deliveries:
        queues, outbox_ids, counts = (list(column) for column in zip(*deliveries, strict=True))
        session.execute(_DELIVER, {"queues": queues, "outbox_ids": outbox_ids, "his": counts})
    return {queue for queue, _, _ in deliveries}
