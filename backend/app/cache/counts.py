"""Counting how often, here and at every other gateway: decided at once from memory, made common through Redis in the background.

Nobody who is counted ever waits for Redis. A gateway adds its own counts to Redis several times a second and learns there what
the others have counted; in between it decides by what it knows. So several gateways together may let through what comes within
one such moment, and when Redis is away each counts for itself.

The limit slides: of the window before, as much counts as lies within the last period. Windows begin at whole periods of the
clock, so that gateways agree on them.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from app.cache.circuit import CacheAway, Circuit

SHARE_EVERY_SECONDS = 0.2
# Keys and numbers of one round; more of them wait for the next one.
ROUND_MAX = 1_000

# For each pair of keys (this window, the one before) and of numbers (uses to add, seconds to keep): add, return both totals.
_ADD = """
local totals = {}
for i = 1, #KEYS, 2 do
    local total = redis.call('INCRBY', KEYS[i], ARGV[i])
    if total == tonumber(ARGV[i]) then redis.call('EXPIRE', KEYS[i], ARGV[i + 1]) end
    totals[#totals + 1] = total
    totals[#totals + 1] = tonumber(redis.call('GET', KEYS[i + 1]) or 0)
end
return totals
"""


class Limit(NamedTuple):
    """So many within so many seconds."""

    amount: int
    seconds: int


class _Count:
    """One person's or address's uses within one window. `mine` is written by who counts, the rest by who shares."""

    __slots__ = ("before", "is_queued", "key", "key_before", "mine", "others", "seconds", "sent")

    def __init__(self, name: str, limit: Limit, window: int, before: int) -> None:
        self.key = f"nyord:count:{name}:{limit.seconds}:{window}"
        self.key_before = f"nyord:count:{name}:{limit.seconds}:{window - 1}"
        self.seconds = limit.seconds
        self.before = before
        self.mine = 0
        self.sent = 0
        self.others = 0
        self.is_queued = False


class _Windows:
    """Everybody's counts of this window and the one before; forgetting is letting go of the older one."""

    def __init__(self) -> None:
        self.window = 0
        self.now: dict[str, _Count] = {}
        self.before: dict[str, _Count] = {}

    def turn(self, window: int) -> None:
        """Begin a new window, if it has come."""
        if window != self.window:
            self.before = self.now if window == self.window + 1 else {}
            self.now = {}
            self.window = window


class Counts:
    """Counts of this process. `hit` belongs to one thread, the event loop's; `share_once` to another."""

    def __init__(self) -> None:
        self._windows: dict[int, _Windows] = {}
        self._unshared: deque[_Count] = deque()
        self.is_shared = False

    def hit(self, name: str, limit: Limit, now: float) -> float:
        """Count one use of a limit at `now` (epoch seconds), and return 0; or the seconds to wait, and count nothing."""
        window, elapsed = divmod(now, limit.seconds)
        windows = self._windows.get(limit.seconds)
        if windows is None:
            windows = self._windows[limit.seconds] = _Windows()
        windows.turn(int(window))
        count = windows.now.get(name)
        if count is None:
            earlier = windows.before.get(name)
            before = earlier.mine + earlier.others if earlier else 0
            count = windows.now[name] = _Count(name, limit, int(window), before)
        used = count.mine + count.others
        rest = 1 - elapsed / limit.seconds
        if used + int(count.before * rest) >= limit.amount:
            return _wait(limit, used, count.before, elapsed)
        count.mine += 1
        if self.is_shared and not count.is_queued:
            count.is_queued = True
            self._unshared.append(count)
        return 0.0

    def share_once(self, circuit: Circuit) -> bool:
        """Add what was counted since the last time to Redis, and learn what the others have; return whether more waits.

        What Redis was told and didn't confirm isn't told again: in doubt a little more is let through.
        """
        counts: list[_Count] = []
        while self._unshared and len(counts) < ROUND_MAX:
            counts.append(self._unshared.popleft())
        if not counts:
            return False
        keys: list[str] = []
        numbers: list[int] = []
        for count in counts:
            count.is_queued = False  # before `mine` is read: what is counted from here on queues it again
            added = count.mine - count.sent
            count.sent += added
            keys += (count.key, count.key_before)
            numbers += (added, 2 * count.seconds)
        try:
            totals: list[int] = circuit.ask(lambda client: client.eval(_ADD, len(keys), *keys, *numbers))
        except CacheAway:
            return False
        _learn(counts, totals)
        return bool(self._unshared)


def _learn(counts: Iterable[_Count], totals: list[int]) -> None:
    for count, total, before in zip(counts, totals[::2], totals[1::2], strict=True):
        count.others = max(0, total - count.sent)
        count.before = max(count.before, before)


def _wait(limit: Limit, used: int, before: int, elapsed: float) -> float:
    """Return after how many seconds one more use fits."""
    if used < limit.amount:  # enough of the window before has to slide out
        return max(limit.seconds * (1 - (limit.amount - used) / before) - elapsed, 0.001)
    return limit.seconds * (2 - limit.amount / used) - elapsed


class Sharing:
    """While entered: a thread that shares counts through Redis."""

    def __init__(self, counts: Counts, circuit: Circuit) -> None:
        self._counts = counts
        self._circuit = circuit
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="counts", daemon=True)

    def __enter__(self) -> Sharing:
        self._counts.is_shared = True
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._counts.is_shared = False
        self._stopping.set()
        self._thread.join(1.0)

    def _run(self) -> None:
        while not self._stopping.wait(SHARE_EVERY_SECONDS):
            while self._counts.share_once(self._circuit):
                time.sleep(0)
