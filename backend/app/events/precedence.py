"""Who goes first in a bank that has too much to do: money before news of it, and both before what nobody waits for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from sqlalchemy import text

from app.database import unit_of_work
from app.events.consumer import Consumer

# While the ordered queues are behind, the others give way to them, but not so long that a push would feel late.
PATIENCE_SECONDS_MAX: Final = 0.25
# So long after something was recorded the bank still counts as busy.
BUSY_SECONDS: Final = 1.0
_LOOK_EVERY_SECONDS: Final = 0.02

_BUSY: Final = text(
    "SELECT recorded_at > clock_timestamp() - make_interval(secs => :seconds) FROM outbox ORDER BY id DESC LIMIT 1"
)


def bank_is_busy() -> bool:
    """Return whether anything happened just now, in whichever process.

    Raises:
        sqlalchemy.exc.OperationalError: PostgreSQL is away.
    """
    with unit_of_work() as session:
        return bool(session.scalar(_BUSY, {"seconds": BUSY_SECONDS}))


class Precedence:
    """Shared by the consumers of one worker. An ordered queue is behind while its batches leave something waiting."""

    def __init__(self, stopping: threading.Event, is_busy: Callable[[], bool] = bank_is_busy) -> None:
        self._stopping = stopping
        self._is_busy = is_busy
        self._behind: set[str] = set()

    def rest(self, known: Consumer, *, more_waits: bool, worked_seconds: float) -> None:
        """Rest after a batch, so that the next one can grow; who is behind with money doesn't, and nobody gets in its way.

        A queue that may have only a share of the time keeps to it while the bank is busy. What it took is counted by the clock,
        because engines elsewhere work for it, too. Once the bank is quiet it catches up without a rest.

        Raises:
            sqlalchemy.exc.OperationalError: PostgreSQL is away.
        """
        if known.ordered and more_waits:
            self._behind.add(known.queue)
            return
        self._behind.discard(known.queue)
        self._stopping.wait(self._rest_seconds(known, more_waits=more_waits, worked_seconds=worked_seconds))
        if not known.ordered:
            until = time.monotonic() + PATIENCE_SECONDS_MAX
            while self._behind and time.monotonic() < until and not self._stopping.is_set():
                self._stopping.wait(_LOOK_EVERY_SECONDS)

    def _rest_seconds(self, known: Consumer, *, more_waits: bool, worked_seconds: float) -> float:
        if known.time_share_max == 1.0 or self._is_busy():
            return known.rest_seconds(worked_seconds)
        return 0.0 if more_waits else known.linger_seconds

    def caught_up(self, known: Consumer) -> None:
        """Nothing waits in the queue."""
        self._behind.discard(known.queue)
