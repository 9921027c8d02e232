"""Recording facts: one INSERT into the append-only log, in the transaction that made them true.

A trigger on the table queues the bundle for the relay and wakes it, so recording can't be done halfway.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

import msgspec
import structlog
from msgspec.structs import replace
from sqlalchemy.orm import Session

from app.core.arrays import int_array, text_array
from app.database import driver_connection
from app.events.catalogue import Event, canonical

# A bundle is the unit of delivery; this keeps one message well below every broker's and socket's comfort.
BUNDLE_EVENTS_MAX = 500
# An event's place in the log as one number: its bundle, and its position among at most this many.
PLACES_PER_BUNDLE = 1_000
assert BUNDLE_EVENTS_MAX <= PLACES_PER_BUNDLE

# A session that has recorded something says so in its `info`.
RECORDED = "nyord.recorded"

INSERT = """
INSERT INTO outbox (topic, version, trace, count, payload)
SELECT topic, version, trace, count, payload
FROM unnest(%s::text[], %s::smallint[], %s::text[], %s::int[], %s::text[]) AS o(topic, version, trace, count, payload)
"""


class Bundle(NamedTuple):
    """One row of the outbox before it is written: its columns, in their order."""

    topic: str
    version: int
    trace: str | None
    count: int  # type: ignore[assignment]  # named after its column; nobody counts the fields of a bundle
    payload: str


def bundles(events: Iterable[Event]) -> list[Bundle]:
    """Return the outbox rows for these events: one per topic, in order, of at most `BUNDLE_EVENTS_MAX` events each.

    A message has its names for all of its events, so that events of other names begin another bundle.
    A bundle's trace is its events' common one; the requests of a group commit each have their own, in their events.
    """
    made: list[Bundle] = []
    ordered = sorted(events, key=lambda event: event.routing_key)  # stable: within a topic the order of recording stays
    for (topic, _), same in groupby(ordered, key=lambda event: (event.routing_key, event.names)):
        group = list(same)
        for start in range(0, len(group), BUNDLE_EVENTS_MAX):
            part = group[start : start + BUNDLE_EVENTS_MAX]
            traces = {event.trace for event in part}
            trace = traces.pop() if len(traces) == 1 else None
            made.append(Bundle(topic, part[0].version, trace, len(part), msgspec.json.encode(part).decode()))
    return made


def record(session: Session, *events: Event) -> None:
    """Record facts in the session's transaction. They are published once it commits, and never if it doesn't."""
    if not events:
        return
    session.info[RECORDED] = True
    trace = structlog.contextvars.get_contextvars().get("request_id")
    traced = [event if event.trace or not trace else replace(event, trace=trace) for event in events]
    driver_connection(session).execute(INSERT, columns(bundles(traced)), prepare=True)


def columns(recorded: Iterable[Bundle]) -> tuple[str, str, str, str, str]:
    """Return the parameters of `INSERT`: the texts of one array per column."""
    topics, versions, traces, counts, payloads = list(zip(*recorded, strict=True)) or [()] * 5
    return text_array(topics), int_array(versions), text_array(traces), int_array(counts), text_array(payloads)


def decode(topic: str, payload: str, lo: int = 0, hi: int | None = None) -> list[Event]:
    """Return the events of one outbox row from position `lo` up to `hi`.

    Events outside this range may be unreadable: they don't spoil their neighbours.

    Raises:
        KeyError: the topic isn't in the catalogue.
        msgspec.DecodeError: the payload isn't JSON, or an event of the range doesn't fit its class.
    """
    kind = canonical(topic)
    try:
        events: list[Event] = msgspec.json.decode(payload, type=list[kind])  # type: ignore[valid-type]
        return events[lo:hi]
    except msgspec.ValidationError:
        return [
            msgspec.json.decode(raw, type=kind) for raw in msgspec.json.decode(payload, type=list[msgspec.Raw])[lo:hi]
        ]
