"""What exists on the broker: exchanges, queues and bindings, in one place, pure; `connection.declare` makes it so.

    banking.events      topic     every event, under its canonical name and, by sender-selected keys, its aliases (C3-C6)
    banking.completed   fanout    "a transfer is completed", to everybody concerned (S138)
    banking.dlq         direct    what a queue gave up on, to that queue's own `.dlq` (S133)
    banking.retry       direct    what must wait for the database, to that queue's `.retry`, and back after its time (C14)

Queues are quorum queues: classic ones have lost acknowledged messages in public tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from app.events.catalogue import CATALOGUE, TransferCompleted
from app.events.consumer import Consumer

EVENTS = "banking.events"
COMPLETED = "banking.completed"
DEAD_LETTERS = "banking.dlq"
RETRY = "banking.retry"

# Every return of a message counts: a worker killed with it in hand, a closed channel. A batch that fails counts nothing (it
# is kept in PostgreSQL and acknowledged), so this is only reached by messages that kill workers.
DELIVERY_LIMIT = 20
RETRY_MILLISECONDS = 60_000  # the specification's x-message-ttl, on the queue where it does no harm


class Exchange(NamedTuple):
    """An exchange of the bank; all are durable."""

    name: str
    type: str


class Queue(NamedTuple):
    """A durable queue and its arguments."""

    name: str
    arguments: dict[str, Any]


class Binding(NamedTuple):
    """What of `source` goes to `destination` (a queue, or an exchange)."""

    source: str
    key: str
    destination: str
    to_exchange: bool = False


class Topology(NamedTuple):
    """All of it, in the order in which it must be declared."""

    exchanges: tuple[Exchange, ...]
    queues: tuple[Queue, ...]
    bindings: tuple[Binding, ...]


EXCHANGES = (
    Exchange(EVENTS, "topic"),
    Exchange(COMPLETED, "fanout"),
    Exchange(DEAD_LETTERS, "direct"),
    Exchange(RETRY, "direct"),
)


def topology(consumers: Iterable[Consumer]) -> Topology:
    """Return what these consumers need: a queue, its dead letters and its waiting room each, and their bindings."""
    queues: list[Queue] = []
    bindings = [Binding(EVENTS, key, COMPLETED, to_exchange=True) for key in keys_of(TransferCompleted.topic)]
    for consumer in sorted(consumers, key=lambda one: one.queue):
        name = consumer.queue
        queues += [_work_queue(consumer), dead_letter_queue(name), retry_queue(name)]
        bindings += [
            Binding(DEAD_LETTERS, name, dead_letter_queue(name).name),
            Binding(RETRY, name, retry_queue(name).name),
        ]
        for topic in sorted(consumer.topics):
            if topic == TransferCompleted.topic:
                bindings.append(Binding(COMPLETED, "", name))
            else:
                bindings += [Binding(EVENTS, key, name) for key in keys_of(topic)]
    return Topology(EXCHANGES, tuple(queues), tuple(bindings))


def keys_of(topic: str) -> list[str]:
    """Return the binding keys of a topic: its name with whatever follows it, and the specification's other spellings."""
    return [f"{topic}.#", *CATALOGUE[topic].aliases]


def dead_letter_queue(queue: str) -> Queue:
    """Return where a queue's dead letters wait to be looked at."""
    return Queue(f"{queue}.dlq", {"x-queue-type": "quorum"})


def retry_queue(queue: str) -> Queue:
    """Return where a queue's messages wait while the database is away; after their time they come back by themselves."""
    arguments = {
        "x-queue-type": "quorum",
        "x-message-ttl": RETRY_MILLISECONDS,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": queue,
    }
    return Queue(f"{queue}.retry", arguments)


def _work_queue(consumer: Consumer) -> Queue:
    arguments: dict[str, Any] = {
        "x-queue-type": "quorum",
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
        "x-dead-letter-exchange": DEAD_LETTERS,
        "x-dead-letter-routing-key": consumer.queue,
    }
    if consumer.ordered:
        arguments["x-single-active-consumer"] = True  # S136: one worker at a time, the others stand by
    return Queue(consumer.queue, arguments)


def described(found: Topology) -> Mapping[str, Any]:
    """Return the topology as plain facts, for `nyord topology --json` and the documentation."""
    return {
        "exchanges": [exchange._asdict() for exchange in found.exchanges],
        "queues": [queue._asdict() for queue in found.queues],
        "bindings": [binding._asdict() for binding in found.bindings],
    }


def drawn(found: Topology) -> str:
    """Return the topology as a Mermaid flow chart, the picture of `docs/events/topology.md`."""
    # A queue bound to all that there is would be a label longer than the picture; completed transfers come by their fanout.
    everything = sum(len(keys_of(topic)) for topic in CATALOGUE if topic != TransferCompleted.topic)
    lines = ["flowchart LR"]
    lines += [f'    {_id(one.name)}{{{{"{one.name}<br>{one.type}"}}}}' for one in found.exchanges]
    lines += [f'    {_id(one.name)}["{one.name}"]' for one in found.queues]
    keys: dict[tuple[str, str], list[str]] = {}
    for binding in found.bindings:
        keys.setdefault((binding.source, binding.destination), []).append(binding.key)
    for (source, destination), labels in keys.items():
        label = "every other event" if len(labels) >= everything else "<br>".join(key for key in labels if key)
        arrow = f'-- "{label}" -->' if label else "-->"
        lines.append(f"    {_id(source)} {arrow} {_id(destination)}")
    return "\n".join(lines) + "\n"


def _id(name: str) -> str:
    return name.replace(".", "_")
