"""Threads that persevere: a database or a broker that is away means back-off and another try, not a dead thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.core.errors import Unavailable, reason_of
from app.database import DRIVER_AWAY

log = structlog.get_logger("events")

BACK_OFF_SECONDS_MAX = 5.0
DATABASE_AWAY = (OperationalError, PoolTimeout, *DRIVER_AWAY, Unavailable)


class Threads:
    """The named threads of one worker process, and the word to stop them."""

    def __init__(self, away: tuple[type[Exception], ...] = DATABASE_AWAY) -> None:
        self.stopping = threading.Event()
        self._away = away
        self._threads: list[threading.Thread] = []

    def spawn(self, name: str, work: Callable[[], None]) -> None:
        """Run `work` once, and again and again until it is time to stop; errors in `away` are expected, others are bugs."""
        thread = threading.Thread(target=self._persevere, args=(name, work), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def join(self, timeout_seconds: float) -> None:
        """Wait for every thread to finish what it has in hand."""
        self.stopping.set()
        for thread in self._threads:
            thread.join(timeout_seconds)

    def _persevere(self, name: str, work: Callable[[], None]) -> None:
        delay = 0.1
        while True:
            began = time.monotonic()
            try:
                work()
                delay = 0.1
            except Exception as error:
                if time.monotonic() - began > BACK_OFF_SECONDS_MAX:
                    delay = 0.1  # it was well for longer than we ever wait: this trouble is a new one
                if isinstance(error, self._away):
                    log.warning(
                        "away", thread=name, retry_seconds=delay, error=type(error).__name__, reason=reason_of(error)
                    )
                else:
                    log.exception("event thread failed", thread=name)
                self.stopping.wait(delay)
                delay = min(delay * 2, BACK_OFF_SECONDS_MAX)
            if self.stopping.is_set():
                return
