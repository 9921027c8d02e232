"""A consumer is a function from a list of events to rows, in one transaction. This is how rooms declare theirs.

@consumer(queue="banking.notifications", on=[TransferCompleted, TransferFailed])
def notify(session: Session, events: Sequence[Event]) -> None: ...
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from app.events.catalogue import Event
from app.events.outbox import PLACES_PER_BUNDLE
from app.events.shards import SHARDS_MAX, Shard, ShardKey, queue_name

Handler = Callable[[Session, Sequence[Any]], None]
# Whether a foreign message (its topic and facts) repeats what the bank knows already.
Recogniser = Callable[[Session, str, Mapping[str, Any]], bool]

BATCH_EVENTS_DEFAULT = 500


class Envelope(NamedTuple):
    """An event and its place in the log: one number, different for every event and growing with the order of recording."""

    event: Event
    place: int

    @property
    def id(self) -> str:
        """The event's id as people write it: bundle and position."""
        return "{}-{}".format(*divmod(self.place, PLACES_PER_BUNDLE))


class Consumer(NamedTuple):
    """A queue, the topics bound to it, and the function that handles its events, `batch_max` of them at once.

    An `ordered` queue is handled by one worker at a time, in the order of recording (S136); the others in parallel.
    The handler of an `enveloped` queue gets envelopes instead of bare events. After a batch, a queue waits for
    `linger_seconds` and lets the next one grow: the first event is never delayed, a crowd costs fewer batches. While
    the bank is busy, at most `time_share_max` of the time is spent on the queue: what nobody waits for leaves it to
    the others. `recognise` judges messages that foreign programs publish to this queue's topics. With a `shard` it
    handles only its share of them.
    """

    queue: str
    topics: frozenset[str]
    handler: Handler
    batch_max: int
    ordered: bool
    enveloped: bool = False
    linger_seconds: float = 0.0
    recognise: Recogniser | None = None
    shard: Shard | None = None
    time_share_max: float = 1.0

    def rest_seconds(self, worked_seconds: float) -> float:
        """Return how long to rest after a batch that took so long, in a bank that is busy."""
        return max(self.linger_seconds, worked_seconds * (1 / self.time_share_max - 1))


_registry: dict[str, Consumer] = {}


def consumer(
    *,
    queue: str,
    on: Sequence[type[Event]],
    batch_max: int = BATCH_EVENTS_DEFAULT,
    ordered: bool = False,
    enveloped: bool = False,
    linger_seconds: float = 0.0,
    recognise: Recogniser | None = None,
    time_share_max: float = 1.0,
    shards: int = 1,
    shard_by: ShardKey | None = None,
) -> Callable[[Handler], Handler]:
    """Declare the consumer of a queue. One queue has one consumer.

    With `shard_by`, the account in whose line an event stands, there are `shards` queues with a share of the accounts each.
    """
    assert 1 <= shards <= SHARDS_MAX

    def declare(handler: Handler) -> Handler:
        known = _registry.get(queue)
        assert known is None or known.handler.__qualname__ == handler.__qualname__, f"{queue} has a consumer already"
        topics = frozenset(event.topic for event in on)
        whole = Consumer(queue, topics, handler, batch_max, ordered, enveloped, linger_seconds, recognise)
        whole = whole._replace(time_share_max=time_share_max)
        _registry[queue] = whole
        for number in range(shards if shard_by else 0):
            # A foreign message comes to every shard, and is judged once.
            _registry[queue_name(queue, number)] = whole._replace(
                queue=queue_name(queue, number),
                recognise=recognise if number == 0 else None,
                shard=Shard(number, shards, shard_by),  # type: ignore[arg-type]
            )
        return handler

    return declare


def consumers() -> dict[str, Consumer]:
    """Return every declared consumer by queue. The rooms must have been imported (see `app/consumers.py`)."""
    return dict(_registry)


def queues_for(topic: str, shards: int = 1) -> list[str]:
    """Return the queues that an event of this routing key goes to: those bound to it or to what it begins with.

    `shards` is the most ways that the bank splits events; other workers may know more of them than this one.
    """
    queues: list[str] = []
    for known in _registry.values():
        if topic in known.topics or any(topic.startswith(bound + ".") for bound in known.topics):
            queues.append(known.queue)
            if known.shard is not None and known.shard.number == 0:
                queues += [queue_name(known.queue, number) for number in range(known.shard.total, shards)]
    return queues
