"""Telling the relay, in whichever process it is, that something was recorded: over a connection of its own.

PostgreSQL lets one notifying transaction commit at a time, and one that is being written to the disk holds up the others. So
nobody who has something better to do waits for a notification, and those that come due while one is on its way are one.
"""

from __future__ import annotations

import threading
from typing import Final

import psycopg

from app.config import get_settings
from app.database import DRIVER_AWAY, PATIENCE, first_words
from app.events.threads import Threads

# In a crowd, so long lies between two words to the relay, and between two of its turns: each turn costs worker and PostgreSQL
# half a millisecond however little it moves, and over a broker every queue's consumer a batch. What comes alone is passed on at
# once.
_BETWEEN_TURNS_SECONDS: Final = 0.01
_BETWEEN_TURNS_OVER_A_BROKER_SECONDS: Final = 0.02

_WAKE: Final = "SELECT pg_notify('outbox', '')"
_HURRY: Final = {"synchronous_commit": "off"}  # nothing is written, so there is no disk to wait for
_JOIN_SECONDS_MAX: Final = 5.0


def between_turns_seconds() -> float:
    """Return how far apart the relay's turns are in a crowd, in seconds."""
    return _BETWEEN_TURNS_OVER_A_BROKER_SECONDS if get_settings().events_broker_url else _BETWEEN_TURNS_SECONDS


class Waker:
    """Wakes the relay when asked. Should it fail, the relay looks by itself about once a second."""

    def __init__(self) -> None:
        self._due = threading.Event()
        self._threads = Threads()

    def wake(self) -> None:
        """Have the relay woken soon; returns at once. Call it after the commit that recorded something."""
        self._due.set()

    def start(self) -> None:
        """Start the thread that tells."""
        self._threads.spawn("waker", self._tell)

    def stop(self, timeout_seconds: float = _JOIN_SECONDS_MAX) -> None:
        """Tell what is due, and stop."""
        self._threads.stopping.set()
        self._due.set()
        self._threads.join(timeout_seconds)

    def _tell(self) -> None:
        pause_seconds = between_turns_seconds()
        with psycopg.connect(
            get_settings().libpq_url, autocommit=True, application_name="nyord-waker", **PATIENCE
        ) as connection:
            connection.execute(first_words(_HURRY))
            while True:
                self._due.wait()
                is_last = self._threads.stopping.is_set()
                self._due.clear()
                try:
                    connection.execute(_WAKE)
                except DRIVER_AWAY:
                    self._due.set()  # told again over the next connection
                    raise
                if is_last:
                    return
                self._threads.stopping.wait(pause_seconds)
