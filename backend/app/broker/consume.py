"""One queue's thread: takes messages in batches, hands their bundles to the inbox, and acknowledges after the commit."""

from __future__ import annotations

import math
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import structlog

from app.broker import foreign
from app.broker.connection import Broker, drain
from app.broker.publish import Outgoing, Publisher
from app.broker.topology import RETRY
from app.core import failpoints
from app.core.errors import reason_of
from app.database import unit_of_work
from app.events.consumer import Consumer
from app.events.inbox import handle_arrived, handle_waiting
from app.events.outbox import BUNDLE_EVENTS_MAX
from app.events.precedence import Precedence
from app.events.shards import adopt
from app.events.threads import BACK_OFF_SECONDS_MAX, DATABASE_AWAY

log = structlog.get_logger("events")

# A bundle has one event when people come one by one, and up to 500 in a crowd. So many of the small ones must be able to come
# in one batch: a queue that rests half a second between batches would fall behind otherwise. The large ones take no memory of
# ours: we read from the connection until a batch is full, and what we don't read stays with the broker.
PREFETCH_MESSAGES = 500
LOOK_EVERY_SECONDS = 1.0
# An ordered queue holds its messages however long the database is away; the others hand them to the waiting room.
HOLD_SECONDS_MAX = 30.0
# Who consumes an ordered queue first has it; without this the worker that starts first would have every shard.
SPREAD_SECONDS_MAX = 0.5


class Arrived(NamedTuple):
    """A message in our hands, not yet acknowledged."""

    tag: int
    bundle: int | None  # None: it isn't one of ours
    events: int
    message: Any


class QueueConsumer:
    """Consumes one queue over a connection of its own until it is time to stop.

    `judged` are the topics whose foreign messages some queue judges; elsewhere they are only overheard. `wake_relay` is called
    when a batch has recorded something.
    """

    def __init__(
        self, broker: Broker, consumer: Consumer, judged: frozenset[str], stopping: threading.Event, precedence: Precedence,
        wake_relay: Callable[[], None],
    ) -> None:  # fmt: skip
        self._broker = broker
        self._judged = judged
        self._consumer = consumer
        self._stopping = stopping
        self._precedence = precedence
        self._wake_relay = wake_relay
        self._arrived: deque[Arrived] = deque()
        self._publisher: Publisher | None = None  # of the connection at hand
        self._looked_at = 0.0

    def run(self) -> None:
        """Consume. Whatever isn't acknowledged when this ends comes again, to us or to another worker.

        Raises:
            amqp.exceptions.AMQPError, OSError, sqlalchemy.exc.OperationalError: the broker or PostgreSQL is away; call again.
            TopologyMismatch: something on the broker has our name and other arguments.
            ShardsMissing: this worker was told of too few shards.
        """
        self._arrived.clear()
        self._publisher = None
        with self._broker.connected(f"nyord-{self._consumer.queue}") as connection:
            self._take_share()
            channel = connection.channel()
            channel.basic_qos(0, PREFETCH_MESSAGES, False)
            channel.basic_consume(self._consumer.queue, callback=self._on_message)
            while not self._stopping.is_set():
                self._collect(connection)
                if self._arrived:
                    self._handle(connection, channel)
                else:
                    self._precedence.caught_up(self._consumer)
                self._look(connection)
                connection.heartbeat_tick()

    def _take_share(self) -> None:
        """Agree with the other workers on how events are split, and let chance spread the shards over them."""
        shard = self._consumer.shard
        if shard is None:
            return
        with unit_of_work() as session:
            adopt(session, shard)
        if shard.total > 1:
            self._stopping.wait(random.random() * SPREAD_SECONDS_MAX)  # noqa: S311  (the first to consume is the active one)

    def _on_message(self, message: Any) -> None:
        headers = message.headers or {}
        count = headers.get("count", 1)
        events = count if isinstance(count, int) and 0 < count <= BUNDLE_EVENTS_MAX else 1
        bundle = foreign.bundle_named(message)
        self._arrived.append(Arrived(message.delivery_info["delivery_tag"], bundle, events, message))

    def _collect(self, connection: Any) -> None:
        """Wait for a first message, then take what is there already, up to a batch."""
        if not self._arrived:
            drain(connection, LOOK_EVERY_SECONDS)
        while self._events_waiting() < self._consumer.batch_max and drain(connection, 0):
            pass

    def _events_waiting(self) -> int:
        return sum(one.events for one in self._arrived)

    def _handle(self, connection: Any, channel: Any) -> None:
        began = time.monotonic()
        batch = self._next_batch()
        ours = [one.bundle for one in batch if one.bundle is not None]
        if ours and not self._hold(connection, batch, ours):
            return
        for one in batch:
            if one.bundle is None and not self._insist(connection, partial(self._judge, channel, one)):
                return
        last = [one.tag for one in batch if one.bundle is not None]
        failpoints.reach("consume.before-ack")
        if last:
            channel.basic_ack(last[-1], multiple=True)
        # What didn't fit into this batch is in our hands; what filled it to the brim has probably more behind it.
        more_waits = bool(self._arrived) or sum(one.events for one in batch) >= self._consumer.batch_max
        self._precedence.rest(self._consumer, more_waits=more_waits, worked_seconds=time.monotonic() - began)

    def _next_batch(self) -> list[Arrived]:
        batch: list[Arrived] = []
        size = 0
        while self._arrived and (not batch or size + self._arrived[0].events <= self._consumer.batch_max):
            batch.append(self._arrived.popleft())
            size += batch[-1].events
        return batch

    def _hold(self, connection: Any, batch: list[Arrived], bundles: list[int]) -> bool:
        """Handle bundles, and hold them while the database is away; who isn't ordered hands them to the waiting room at last.

        Returns:
            Whether they may be acknowledged: not if it was time to stop first.
        """

        def handle() -> None:
            for again in failpoints.twice("consume.twice", [bundles]):
                handle_arrived(self._consumer, again, relay=self._wake_relay)

        seconds_max = math.inf if self._consumer.ordered else HOLD_SECONDS_MAX
        try:
            return self._insist(connection, handle, seconds_max)
        except DATABASE_AWAY:
            self._put_off(connection, batch)
            return True

    def _put_off(self, connection: Any, batch: list[Arrived]) -> None:
        """Move messages to the waiting room, from where they come back after their time (S163)."""
        if self._publisher is None:  # one channel for all: a database may be away for a day
            self._publisher = Publisher(connection)
        self._publisher.publish(
            Outgoing(
                RETRY, self._consumer.queue, one.message.body, str(one.bundle),
                one.message.properties.get("type", ""), one.message.properties.get("timestamp", 0),
                {"count": one.events},
            )
            for one in batch
            if one.bundle is not None
        )  # fmt: skip

    def _judge(self, channel: Any, one: Arrived) -> None:
        """Acknowledge a foreign message that repeats what we know; reject any other to the dead letters."""
        if self._is_known(one):
            channel.basic_ack(one.tag)
        else:
            channel.basic_reject(one.tag, requeue=False)

    def _is_known(self, one: Arrived) -> bool:
        key, recognise = one.message.delivery_info.get("routing_key", ""), self._consumer.recognise
        try:
            claim = foreign.read(one.message.body, key)
        except foreign.NotUnderstood as error:
            log.warning("foreign message refused", queue=self._consumer.queue, key=key, error=str(error))
            return False
        if recognise is None:
            return claim.topic in self._judged
        with unit_of_work() as session:
            return recognise(session, claim.topic, claim.facts)

    def _insist(self, connection: Any, work: Callable[[], None], seconds_max: float = math.inf) -> bool:
        """Do it, again and again while the database is away. What is in hand is kept, and the broker told that we live.

        Returns:
            Whether it is done: not if it was time to stop first.

        Raises:
            DATABASE_AWAY: it has been away for longer than `seconds_max`.
        """
        since, delay = time.monotonic(), 0.1
        while True:
            try:
                work()
            except DATABASE_AWAY as error:
                if time.monotonic() - since > seconds_max:
                    raise
                log.warning(
                    "database away", queue=self._consumer.queue, error=type(error).__name__, reason=reason_of(error)
                )
                if self._stopping.wait(delay):
                    return False
                delay = min(delay * 2, BACK_OFF_SECONDS_MAX)
                drain(connection, 0)
                connection.heartbeat_tick()
            else:
                return True

    def _look(self, connection: Any) -> None:
        """About once a second: what waits in PostgreSQL, retries that came due and replays among it."""
        if time.monotonic() - self._looked_at < LOOK_EVERY_SECONDS:
            return
        self._looked_at = time.monotonic()
        try:
            while handle_waiting(self._consumer, relay=self._wake_relay).events and not self._stopping.is_set():
                connection.heartbeat_tick()
        except DATABASE_AWAY as error:
            log.warning(
                "database away", queue=self._consumer.queue, error=type(error).__name__, reason=reason_of(error)
            )
