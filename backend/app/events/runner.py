"""The threads of a worker that move events: one relay, and one thread per consumer queue.

The relay is woken by NOTIFY from the outbox's trigger and wakes the consumers of the queues it filled. Everybody also
looks by themselves about once a second, so that a lost wake-up, a retry that came due or a dead worker's leftovers only
cost a moment.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import psycopg
import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.config import get_settings
from app.database import unit_of_work
from app.events.consumer import Consumer
from app.events.inbox import handle_waiting
from app.events.relay import relay_once

log = structlog.get_logger("events")

LOOK_EVERY_SECONDS = 1.0
# Gateways notify with every commit; those of a few milliseconds are relayed together.
RELAY_LINGER_SECONDS = 0.003
PATIENCE_SECONDS_MAX = 1.0
BACK_OFF_SECONDS_MAX = 5.0
_DATABASE_AWAY = (OperationalError, PoolTimeout, psycopg.OperationalError)


class EventRunner:
    """Starts and stops the relay and the consumers of one worker process."""

    def __init__(self, consumers: dict[str, Consumer]) -> None:
        self._consumers = consumers
        self._stopping = threading.Event()
        self._wake = {queue: threading.Event() for queue in consumers}
        self._busy: set[str] = set()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start the threads; each begins with what is waiting already."""
        self._spawn("relay", self._relay)
        for known in self._consumers.values():
            self._spawn(known.queue, lambda known=known: self._consume(known))  # type: ignore[misc]

    def stop(self, timeout_seconds: float = 10.0) -> None:
        """Let every thread finish the batch it is in, then return. What was not begun stays in its queue."""
        self._stopping.set()
        for wake in self._wake.values():
            wake.set()
        for thread in self._threads:
            thread.join(timeout_seconds)

    def _spawn(self, name: str, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=self._persevere, args=(name, work), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _persevere(self, name: str, work: Callable[[], None]) -> None:
        """Run a loop for ever: a database that is away, or a bug, means back-off and another try, not a dead thread."""
        delay = 0.1
        while not self._stopping.is_set():
            try:
                work()
                delay = 0.1
            except _DATABASE_AWAY as error:
                log.warning("database away", thread=name, retry_seconds=delay, error=type(error).__name__)
                self._stopping.wait(delay)
                delay = min(delay * 2, BACK_OFF_SECONDS_MAX)
            except Exception:
                log.exception("event thread failed", thread=name)
                self._stopping.wait(delay)
                delay = min(delay * 2, BACK_OFF_SECONDS_MAX)

    def _relay(self) -> None:
        with psycopg.connect(get_settings().libpq_url, autocommit=True, application_name="nyord-relay") as listening:
            listening.execute("LISTEN outbox")
            while not self._stopping.is_set():
                self._relay_all()
                self._stopping.wait(RELAY_LINGER_SECONDS)
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
        wake = self._wake[known.queue]
        while not self._stopping.is_set():
            wake.clear()
            while handle_waiting(known, relay=self._relay_all) and not self._stopping.is_set():
                self._busy.add(known.queue)
                self._rest(known)
            self._busy.discard(known.queue)
            wake.wait(LOOK_EVERY_SECONDS)

    def _rest(self, known: Consumer) -> None:
        """Let the next batch grow, and let those go first whom people wait for."""
        self._stopping.wait(known.linger_seconds)
        if known.patient:
            until = time.monotonic() + PATIENCE_SECONDS_MAX
            while self._is_settling() and time.monotonic() < until and not self._stopping.is_set():
                self._stopping.wait(0.02)

    def _is_settling(self) -> bool:
        return any(self._consumers[queue].ordered for queue in list(self._busy))


def drain(consumers: dict[str, Consumer]) -> int:
    """Relay and handle everything that waits, here and now, and return how many events that was (seeds, tests)."""
    handled = 0
    while True:
        with unit_of_work() as session:
            relayed = relay_once(session)
        batch = sum(handle_waiting(known) for known in consumers.values())
        handled += batch
        if relayed.bundles == 0 and batch == 0:
            return handled
