"""What is noted when events are passed on and handled: figures always, spans where they are wanted. Nothing here may fail."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec
import psycopg
import structlog
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.orm import Session

from app.core import clock
from app.core.arrays import int_array
from app.events.catalogue import Event
from app.events.consumer import Consumer, Envelope
from app.telemetry import spans
from app.telemetry.figures import BATCH_EVENTS, BATCH_SECONDS, EVENT_SECONDS

log = structlog.get_logger("events")

_RELAYED = "SELECT topic, recorded_at, payload FROM outbox WHERE id = ANY(%s::bigint[]) ORDER BY id"


class _Traced(msgspec.Struct):
    """The one fact of an event that its passing on is noted by."""

    trace: str | None = None


_traces = msgspec.json.Decoder(list[_Traced]).decode


def relayed(connection: psycopg.Connection[Any], outbox_ids: Sequence[int]) -> None:
    """Note that bundles have just reached the bus: a span `relay` per event, which began when it was recorded."""
    if not (spans.is_on() and outbox_ids):
        return
    for topic, recorded_at, payload in connection.execute(_RELAYED, (int_array(outbox_ids),)):
        seconds = (clock.now() - recorded_at).total_seconds()
        try:
            traces = {event.trace for event in _traces(payload)}
        except msgspec.DecodeError:
            continue  # whoever has to handle it will say so
        for trace in traces:
            spans.record("relay", trace, seconds=seconds, kind="PRODUCER", attributes={"messaging.topic": topic})


def watch(session: Session, consumer: Consumer, items: Sequence[Event | Envelope]) -> None:
    """Have a batch that begins now noted once the session's transaction commits; what is undone isn't noted."""
    started = time.perf_counter()

    def committed(_: Session) -> None:
        try:
            _note(consumer, [one.event if isinstance(one, Envelope) else one for one in items], started)
        except Exception:  # the batch is committed: to fail now would have it handled again
            log.exception("batch not measured", queue=consumer.queue)

    sqlalchemy_event.listen(session, "after_commit", committed, once=True)


def _note(consumer: Consumer, events: Sequence[Event], started: float) -> None:
    seconds, now, queue = time.perf_counter() - started, clock.now(), consumer.queue
    BATCH_EVENTS.add((queue,), len(events))
    BATCH_SECONDS.add((queue,), seconds)
    # The events of a group commit have one time.
    for occurred_at, times in Counter(event.occurred_at for event in events).items():
        EVENT_SECONDS.add((queue,), max(0.0, (now - occurred_at).total_seconds()), times)
    if spans.is_on():
        for event in events:
            spans.record(
                consumer.handler.__name__, event.trace, seconds=seconds, kind="CONSUMER",
                attributes={
                    "messaging.destination.name": queue, "messaging.topic": event.topic,
                    "messaging.batch.message_count": len(events),
                },
            )  # fmt: skip
