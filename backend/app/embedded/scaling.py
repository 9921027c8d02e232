"""How many workers are right for what waits: more at once, fewer only after a calm while. Pure; `fleet` acts on it."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True)
class Scale:
    """Between how many workers we choose, and by what."""

    workers_min: int
    workers_max: int
    events_per_worker: int = 1_000  # about two seconds of one worker's work: a wait that nobody notices
    calm_seconds: float = 60.0  # a worker that goes comes back in seconds, but flapping would cost more than it saves


class Scaler:
    """Decides from one look at the queues to the next."""

    def __init__(self, scale: Scale) -> None:
        self._scale = scale
        self._busy_at: float | None = None

    def wanted(self, *, waiting: int | None, running: int, now: float) -> int:
        """Return how many workers there should be, `waiting` events in the queues, at `now` (monotonic seconds).

        As many as the events need at once, up to the most; one fewer after every `calm_seconds` in which fewer would have
        done. Who can't see the queues (None) changes nothing.
        """
        scale = self._scale
        if self._busy_at is None:
            self._busy_at = now
        if waiting is None:
            self._busy_at = now
            return min(max(running, scale.workers_min), scale.workers_max)
        needed = min(max(ceil(waiting / scale.events_per_worker), scale.workers_min), scale.workers_max)
        if needed >= running:
            self._busy_at = now
            return needed
        if now - self._busy_at < scale.calm_seconds:
            return running
        self._busy_at = now
        return running - 1
