"""A consumer is a function from a list of events to rows, in one transaction. This is how rooms declare theirs.

@consumer(queue="banking.notifications", on=[TransferCompleted, TransferFailed])
def notify(session: Session, events: Sequence[Event]) -> None: ...
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from app.events.catalogue import Event
from app.events.outbox import PLACES_PER_BUNDLE

Handler = Callable[[Session, Sequence[Any]], None]

BATCH_EVENTS_DEFAULT = 500


class Envelope(NamedTuple):
    """An event with what is known about its recording: its place in the log and the request that caused it.

    The place is one number, different for every event and growing with the order of recording.
    """

    event: Event
    place: int
    trace: str | None

    @property
    def id(self) -> str:
        """The event's id as people write it: bundle and position."""
        return "{}-{}".format(*divmod(self.place, PLACES_PER_BUNDLE))


class Consumer(NamedTuple):
    """A queue, the topics bound to it, and the function that handles its events, `batch_max` of them at once.

    An `ordered` queue is handled by one worker at a time, in the order of recording (S136); the others in parallel.
    The handler of an `enveloped` queue gets envelopes instead of bare events. After a batch, a queue that nobody waits for
    `linger_seconds` lets the next one grow: the first event is never delayed, a crowd costs fewer batches. A `patient`
    queue (nobody watches it) also gives way to the ordered ones while they work, for a second at most.
    """

    queue: str
    topics: frozenset[str]
    handler: Handler
    batch_max: int
    ordered: bool
    enveloped: bool = False
    linger_seconds: float = 0.0
    patient: bool = False


_registry: dict[str, Consumer] = {}


def consumer(
    *,
    queue: str,
    on: Sequence[type[Event]],
    batch_max: int = BATCH_EVENTS_DEFAULT,
    ordered: bool = False,
    enveloped: bool = False,
    linger_seconds: float = 0.0,
    patient: bool = False,
) -> Callable[[Handler], Handler]:
    """Declare the consumer of a queue. One queue has one consumer."""

    def declare(handler: Handler) -> Handler:
        known = _registry.get(queue)
        assert known is None or known.handler.__qualname__ == handler.__qualname__, f"{queue} has a consumer already"
        topics = frozenset(event.topic for event in on)
        _registry[queue] = Consumer(queue, topics, handler, batch_max, ordered, enveloped, linger_seconds, patient)
        return handler

    return declare


def consumers() -> dict[str, Consumer]:
    """Return every declared consumer by queue. The rooms must have been imported (see `app/consumers.py`)."""
    return dict(_registry)


def queues_for(topic: str) -> list[str]:
    """Return the queues that an event of this routing key goes to: those bound to it or to what it begins with."""
    return [
        known.queue
        for known in _registry.values()
        if topic in known.topics or any(topic.startswith(bound + ".") for bound in known.topics)
    ]
