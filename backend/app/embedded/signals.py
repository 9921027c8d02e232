"""Being told to stop, and being woken when a child ends, without a signal handler that does anything."""

from __future__ import annotations

import os
import select
import signal
from types import FrameType, TracebackType
from typing import Any


class StopSignals:
    """While entered: Ctrl-C, SIGTERM and a closed terminal are requests to stop, and `sleep` ends early for them."""

    def __init__(self) -> None:
        self.requests = 0
        self._previous: dict[int, Any] = {}
        self._read_end = self._write_end = -1

    def __enter__(self) -> StopSignals:
        self._read_end, self._write_end = os.pipe()
        os.set_blocking(self._read_end, False)
        os.set_blocking(self._write_end, False)
        signal.set_wakeup_fd(self._write_end, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self._previous[number] = signal.signal(number, self._count)
        # Without a handler of Python's the end of a child would not reach the wake-up pipe.
        self._previous[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        signal.set_wakeup_fd(-1)
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        os.close(self._read_end)
        os.close(self._write_end)

    def stopping(self) -> bool:
        """Return whether we were told to stop."""
        return self.requests > 0

    def in_a_hurry(self) -> bool:
        """Return whether we were told so more than once."""
        return self.requests > 1

    def sleep(self, seconds: float) -> None:
        """Wait, but not longer than until the next signal."""
        if select.select([self._read_end], [], [], seconds)[0]:
            os.read(self._read_end, 4_096)

    def _count(self, number: int, frame: FrameType | None) -> None:
        self.requests += 1
