"""The relay takes recorded bundles out of `outbox_unsent` and hands them to the bus.

Embedded, the bus is the `deliveries` table: one statement moves each bundle into every queue bound to its topic.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy.orm import Session

from app.core import failpoints
from app.core.arrays import int_array, text_array
from app.database import PINNED_PLANS, driver_connection
from app.events import measured
from app.events.consumer import queues_for
from app.events.shards import RELAY_LOCK

RELAY_BUNDLES_MAX = 200

# One relay at a time, so that bundles reach their queues in the order in which they were recorded (S136). It is short, and
# its commit need not wait for the disk: a relayed bundle that is lost in a crash is still unsent, and a consumer that
# handles it commits durably, which flushes this commit before its own.
_BEGIN = f"SELECT {PINNED_PLANS}, set_config('synchronous_commit', 'off', true), pg_advisory_xact_lock({RELAY_LOCK})"

# Rows of transactions not yet committed aren't visible; they come with the next turn. What is deleted here and not
# delivered comes back with the rollback. A statement of its own: it must see what the relay before it has committed.
_TAKE = """
WITH taken AS (DELETE FROM outbox_unsent WHERE outbox_id IN (
    SELECT outbox_id FROM outbox_unsent ORDER BY outbox_id LIMIT %s) RETURNING outbox_id)
SELECT o.id, o.topic, o.count, (SELECT coalesce(max(shards), 1) FROM shard_plans)
FROM taken JOIN outbox o ON o.id = taken.outbox_id ORDER BY o.id
"""
_DELIVER = """
INSERT INTO deliveries (queue, outbox_id, lo, hi)
SELECT d.queue, d.outbox_id, 0, d.hi
FROM unnest(%s::text[], %s::bigint[], %s::int[]) AS d(queue, outbox_id, hi)
"""


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
    connection = driver_connection(session)
    connection.execute(_BEGIN, prepare=True)
    taken = connection.execute(_TAKE, (RELAY_BUNDLES_MAX,), prepare=True).fetchall()
    deliveries = [
        (queue, outbox_id, count)
        for outbox_id, topic, count, shards in taken
        for queue in queues_for(str(topic), int(str(shards)))
    ]
    deliveries = failpoints.twice("relay.twice", deliveries)
    if deliveries:
        queues, outbox_ids, counts = zip(*deliveries, strict=True)
        connection.execute(_DELIVER, (text_array(queues), int_array(outbox_ids), int_array(counts)), prepare=True)
    failpoints.reach("relay.taken")
    measured.relayed(connection, [row[0] for row in taken])  # type: ignore[misc]
    return Relayed(len(taken), set(queues) if deliveries else set())
