"""What this process counts. Adding is a dictionary look-up and two additions, because the busiest route does it too.

Prometheus's own objects would cost three times as much with every request; they are only made when somebody asks.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Final

Labels = tuple[str | int, ...]


class Spread:
    """How many values fell into each bucket (the last one: beyond every bound), and their sum."""

    __slots__ = ("counts", "total")

    def __init__(self, buckets: int) -> None:
        self.counts = [0] * buckets
        self.total = 0.0


class Spreads:
    """A figure with its labels: the spread of what was observed, for every combination of labels. Any thread may add.

    Labels must come from a small, closed set of ours (routes, queues): each combination is kept for ever.
    """

    def __init__(self, name: str, meaning: str, labels: Sequence[str], bounds: Sequence[float]) -> None:
        self.name = name
        self.meaning = meaning
        self.labels = tuple(labels)
        self.bounds = tuple(bounds)
        self._spreads: dict[Labels, Spread] = {}
        self._lock = threading.Lock()

    def add(self, labels: Labels, value: float, times: int = 1) -> None:
        """Note a value, or one that was seen several times."""
        with self._lock:
            spread = self._spreads.get(labels)
            if spread is None:
                spread = self._spreads[labels] = Spread(len(self.bounds) + 1)
            spread.counts[bisect_left(self.bounds, value)] += times
            spread.total += value * times

    def seen(self) -> Iterator[tuple[Labels, list[int], float]]:
        """Return each combination of labels with the counts of its buckets and its sum, as of one moment."""
        with self._lock:
            copies = [(labels, list(spread.counts), spread.total) for labels, spread in self._spreads.items()]
        return iter(copies)

    def forget(self) -> None:
        """Begin at nothing (for tests)."""
        with self._lock:
            self._spreads.clear()


_REQUEST_BOUNDS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0)
_LATENCY_BOUNDS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0)

HTTP_SECONDS: Final = Spreads(
    "nyord_http_request_seconds",
    "How long requests took, by route and status; POST /transactions/initiate is what accepting a transfer takes.",
    ("method", "route", "status"),
    _REQUEST_BOUNDS,
)
BATCH_EVENTS: Final = Spreads(
    "nyord_batch_events",
    "How many events a consumer handled in one transaction.",
    ("queue",),
    (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000),
)
BATCH_SECONDS: Final = Spreads(
    "nyord_batch_seconds", "How long such a transaction took, commit included.", ("queue",), _REQUEST_BOUNDS
)
EVENT_SECONDS: Final = Spreads(
    "nyord_event_latency_seconds",
    "From when something happened to when a consumer had committed what follows; banking.transactions is settlement.",
    ("queue",),
    _LATENCY_BOUNDS,
)
ALL: Final = (HTTP_SECONDS, BATCH_EVENTS, BATCH_SECONDS, EVENT_SECONDS)
