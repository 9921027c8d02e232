"""The relay takes recorded bundles out of `outbox_unsent` and hands them to the bus.

Embedded, the bus is the `deliveries` table: one statement moves each bundle into every queue bound to its topic.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.events.consumer import queues_for

RELAY_BUNDLES_MAX = 200

# One relay at a time, so that bundles reach their queues in the order in which they were recorded (S136). It is short, and
# its commit need not wait for the disk: a relayed bundle that is lost in a crash is still unsent, and a consumer that
# handles it commits durably, which flushes this commit before its own.
_BEGIN = text("SELECT set_config('synchronous_commit', 'off', true), pg_advisory_xact_lock(7811887806)")

# Rows of transactions not yet committed aren't visible; they come with the next turn. What is deleted here and not
# delivered comes back with the rollback.
_TAKE = text(
    """
    WITH taken AS (DELETE FROM outbox_unsent WHERE outbox_id IN (
        SELECT outbox_id FROM outbox_unsent ORDER BY outbox_id LIMIT :limit) RETURNING outbox_id)
    SELECT o.id, o.topic, o.count FROM taken JOIN outbox o ON o.id = taken.outbox_id ORDER BY o.id
    """
)
_DELIVER = text(
    """
    INSERT INTO deliveries (queue, outbox_id, lo, hi)
    SELECT d.queue, d.outbox_id, 0, d.hi
    FROM unnest(CAST(:queues AS text[]), CAST(:outbox_ids AS bigint[]), CAST(:his AS int[])) AS d(queue, outbox_id, hi)
    """
)


class Relayed(NamedTuple):
    """What one turn of the relay did: how many bundles it took, and the queues that got something."""

    bundles: int
    queues: set[str]

    @property
    def is_all(self) -> bool:
        """Whether nothing was left behind that could be seen."""
        return self.bundles < RELAY_BUNDLES_MAX


def relay_once(session: Session) -> Relayed:
    """Hand up to `RELAY_BUNDLES_MAX` bundles to the queues bound to their topics, in the session's transaction."""
    session.execute(_BEGIN)
    taken = session.execute(_TAKE, {"limit": RELAY_BUNDLES_MAX}).all()
    deliveries = [(queue, outbox_id, count) for outbox_id, topic, count in taken for queue in queues_for(topic)]
    if deliveries:
        queues, outbox_ids, counts = (list(column) for column in zip(*deliveries, strict=True))
        session.execute(_DELIVER, {"queues": queues, "outbox_ids": outbox_ids, "his": counts})
    return Relayed(len(taken), {queue for queue, _, _ in deliveries})
