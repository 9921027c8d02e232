"""The threads of a worker that move events: one relay, and one thread per consumer queue.

The relay is woken by NOTIFY from the outbox's trigger and wakes the consumers of the queues it filled. Everybody also
looks by themselves about once a second, so that a lost wake-up, a retry that came due or a dead worker's leftovers only
cost a moment.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress

import psycopg

from app.config import get_settings
from app.core.errors import Unavailable
from app.database import PATIENCE, unit_of_work
from app.events.consumer import Consumer
from app.events.inbox import handle_waiting
from app.events.precedence import Precedence
from app.events.relay import relay_once
from app.events.shards import adopt
from app.events.threads import Threads
from app.events.waker import between_turns_seconds

LOOK_EVERY_SECONDS = 1.0


class EventRunner:
    """Starts and stops the relay and the consumers of one worker process."""

    def __init__(self, consumers: dict[str, Consumer]) -> None:
        self._consumers = consumers
        self._wake = {queue: threading.Event() for queue in consumers}
        self._threads = Threads()
        self._precedence = Precedence(self._threads.stopping)

    def start(self) -> None:
        """Start the threads; each begins with what is waiting already."""
        self._threads.spawn("relay", self._relay)
        for known in self._consumers.values():
            self._threads.spawn(known.queue, lambda known=known: self._consume(known))  # type: ignore[misc]

    def stop(self, timeout_seconds: float = 10.0) -> None:
        """Let every thread finish the batch it is in, then return. What was not begun stays in its queue."""
        self._threads.stopping.set()
        for wake in self._wake.values():
            wake.set()
        self._threads.join(timeout_seconds)

    def _relay(self) -> None:
        pause_seconds = between_turns_seconds()
        with psycopg.connect(
            get_settings().libpq_url, autocommit=True, application_name="nyord-relay", **PATIENCE
        ) as listening:
            listening.execute("LISTEN outbox")
            while not self._threads.stopping.is_set():
                began = time.monotonic()
                self._relay_all()
                self._threads.stopping.wait(began + pause_seconds - time.monotonic())
                for _ in listening.notifies(timeout=LOOK_EVERY_SECONDS, stop_after=1):
                    pass

    def _relay_all(self) -> None:
        while True:
            with unit_of_work() as session:
                relayed = relay_once(session)
            for queue in relayed.queues & self._wake.keys():
                self._wake[queue].set()
            if relayed.is_all:
                return

    def _consume(self, known: Consumer) -> None:
        wake, stopping = self._wake[known.queue], self._threads.stopping
        if known.shard is not None:
            with unit_of_work() as session:
                adopt(session, known.shard)
        while not stopping.is_set():
            wake.clear()
            began = time.monotonic()
            handled = handle_waiting(known, relay=self._relay_all)
            if handled.events:
                worked_seconds = time.monotonic() - began
                self._precedence.rest(known, more_waits=handled.more_waits, worked_seconds=worked_seconds)
            # What came meanwhile set our event again. In an ordered queue it may have been another worker's, who saw that it
            # wasn't its turn: look once more.
            if not handled.more_waits and not (handled.events and known.ordered):
                self._precedence.caught_up(known)
                wake.wait(LOOK_EVERY_SECONDS)


def drain(consumers: dict[str, Consumer]) -> int:
    """Relay and handle everything that waits, here and now, and return how many events that was (seeds, tests)."""
    handled = 0
    while True:
        with unit_of_work() as session:
            relayed = relay_once(session)
        batch = 0
        for known in consumers.values():
            with suppress(Unavailable):  # its events wait for the engine that is away
                batch += handle_waiting(known).events
        handled += batch
        if relayed.bundles == 0 and batch == 0:
            return handled
