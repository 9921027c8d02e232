"""The relay to RabbitMQ: what the outbox holds is published with confirms, and only then no longer unsent.

One relay at a time in the whole bank, so that bundles arrive in the order in which they were recorded; the others stand by and
take over when its connection to PostgreSQL ends. If it dies between the confirm and the delete, the bundle is published again,
and the inbox makes twice once.
"""

from __future__ import annotations

import threading
import time
from typing import Any

import msgspec
import psycopg
import structlog

from app.broker.connection import Broker, drain
from app.broker.publish import Outgoing, Publisher
from app.broker.topology import EVENTS
from app.config import get_settings
from app.core import failpoints
from app.core.arrays import int_array
from app.database import PATIENCE, PINS, first_words
from app.events import measured
from app.events.catalogue import Event, canonical
from app.events.consumer import queues_for
from app.events.outbox import decode
from app.events.waker import between_turns_seconds

log = structlog.get_logger("events")

# What is in hand is limited by events, too: a hundred bundles of a crowd would be fifty thousand of them, many times over in
# memory (as PostgreSQL sent them, as text, as messages).
RELAY_BUNDLES_MAX = 100
RELAY_EVENTS_MAX = 5_000
LOOK_EVERY_SECONDS = 1.0
RELAY_LOCK = 7811887805

_UNSENT = """
SELECT id, topic, version, trace, count, payload, extract(epoch FROM recorded_at)::bigint
FROM (SELECT o.*, sum(count) OVER (ORDER BY id) - count AS before
    FROM (SELECT outbox_id FROM outbox_unsent ORDER BY outbox_id LIMIT %s) AS oldest
    JOIN outbox o ON o.id = oldest.outbox_id) AS counted
WHERE before < %s ORDER BY id
"""
# A bundle that is deleted here and comes back in a crash is published once more; so this needn't wait for the disk.
_SENT = "DELETE FROM outbox_unsent WHERE outbox_id = ANY(%s::bigint[])"


def relay(broker: Broker, stopping: threading.Event) -> None:
    """Relay until it is time to stop.

    Raises:
        DRIVER_AWAY, amqp.exceptions.AMQPError, OSError: PostgreSQL or the broker is away. Everything unsent
            stays in the outbox; call again.
        TopologyMismatch: something on the broker has our name and other arguments.
    """
    pause_seconds = between_turns_seconds()
    with psycopg.connect(
        get_settings().libpq_url, autocommit=True, application_name="nyord-relay", **PATIENCE
    ) as database:
        database.execute(first_words({"synchronous_commit": "off", **PINS}))
        if not _is_ours(database, stopping):
            return
        database.execute("LISTEN outbox")
        with broker.connected("nyord-relay") as connection:
            publisher = Publisher(connection)
            while not stopping.is_set():
                began = time.monotonic()
                while relay_some(database, publisher) and not stopping.is_set():
                    pass
                stopping.wait(began + pause_seconds - time.monotonic())
                for _ in database.notifies(timeout=LOOK_EVERY_SECONDS, stop_after=1):
                    pass
                drain(connection, 0)  # heartbeats, and the word that the broker is closing
                connection.heartbeat_tick()


def _is_ours(database: psycopg.Connection[Any], stopping: threading.Event) -> bool:
    while not stopping.is_set():
        row = database.execute("SELECT pg_try_advisory_lock(%s)", (RELAY_LOCK,)).fetchone()
        if row and row[0]:
            return True
        stopping.wait(LOOK_EVERY_SECONDS)
    return False


def relay_some(database: psycopg.Connection[Any], publisher: Publisher) -> bool:
    """Publish the oldest bundles that are unsent, as many as one takes in hand; return whether there may be more."""
    unsent = database.execute(_UNSENT, (RELAY_BUNDLES_MAX, RELAY_EVENTS_MAX), prepare=True).fetchall()
    if unsent:
        failpoints.reach("relay.before-publish")
        publisher.publish(outgoing(*row) for row in failpoints.twice("relay.twice", unsent))
        failpoints.reach("relay.published")
        database.execute(_SENT, (int_array(row[0] for row in unsent),), prepare=True)
        failpoints.reach("relay.marked")
        measured.relayed(database, [row[0] for row in unsent])
    return len(unsent) == RELAY_BUNDLES_MAX or sum(row[4] for row in unsent) >= RELAY_EVENTS_MAX


def outgoing(
    outbox_id: int, topic: str, version: int, trace: str | None, count: int, payload: str, recorded_at: int
) -> Outgoing:
    """Return the message of a bundle. The events themselves say when, who and about what; the headers are for routing."""
    headers: dict[str, Any] = {"schema_version": version, "count": count}
    if names := _names(topic, payload):
        headers["CC"] = names
    if trace:
        headers["trace"] = trace
    is_wanted = bool(queues_for(topic))
    return Outgoing(EVENTS, topic, payload, str(outbox_id), topic, recorded_at, headers, mandatory=is_wanted)


def _names(topic: str, payload: str) -> list[str]:
    """Return the other names of a bundle. Few events must be read for it: those whose names aren't always true."""
    try:
        kind = canonical(topic)
        if kind.names is Event.names:
            return list(kind.aliases)
        return sorted({name for event in decode(topic, payload) for name in event.names})
    except (KeyError, msgspec.DecodeError):
        return []  # a newer program recorded it and this one relays for a while: nobody else's events may wait for that
