"""Who goes first in a worker that has too much to do: money before news of it."""

from __future__ import annotations

import threading
import time
from typing import Final, NamedTuple

from app.events.consumer import Consumer

# While the ordered queues are behind, the others give way to them, but not for ever.
PATIENCE_SECONDS_MAX: Final = 1.0
# So long after the last batch of an ordered queue money still counts as moving.
MONEY_MOVES_SECONDS: Final = 1.0
_LOOK_EVERY_SECONDS: Final = 0.02


class Work(NamedTuple):
    """What a batch took: of this thread's processor time, and by the clock, in which engines elsewhere work for it, too."""

    processor_seconds: float
    seconds: float


class Stopwatch:
    """Measures the work of one batch, in the thread that does it."""

    def __init__(self) -> None:
        self._processor, self._clock = time.thread_time(), time.monotonic()

    def read(self) -> Work:
        """Return what it took until now."""
        return Work(time.thread_time() - self._processor, time.monotonic() - self._clock)


class Precedence:
    """Shared by the consumers of one worker. An ordered queue is behind while its batches leave something waiting."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping
        self._behind: set[str] = set()
        self._money_moved_at = -MONEY_MOVES_SECONDS

    def rest(self, known: Consumer, *, more_waits: bool, work: Work) -> None:
        """Rest after a batch, so that the next one can grow; who is behind doesn't, and nobody gets in its way.

        A queue that may have only a share of the time counts what its engine takes as its own while money moves, because that
        is taken from the money; else only what it takes of this worker, so that it catches up soon.
        """
        if known.ordered:
            self._money_moved_at = time.monotonic()
            if more_waits:
                self._behind.add(known.queue)
                return
        self._behind.discard(known.queue)
        money_moves = time.monotonic() - self._money_moved_at < MONEY_MOVES_SECONDS
        self._stopping.wait(known.rest_seconds(work.seconds if money_moves else work.processor_seconds))
        if not known.ordered:
            until = time.monotonic() + PATIENCE_SECONDS_MAX
            while self._behind and time.monotonic() < until and not self._stopping.is_set():
                self._stopping.wait(_LOOK_EVERY_SECONDS)

    def caught_up(self, known: Consumer) -> None:
        """Nothing waits in the queue."""
        self._behind.discard(known.queue)
