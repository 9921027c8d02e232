"""A process of the bank under the supervisor: started so that it can't outlive us, stopped politely, then firmly."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from app.embedded.binaries import ends_with_parent
from app.embedded.lifeline import LIFELINE_VARIABLE
from app.embedded.logs import LogPump

STEADY_SECONDS: Final = 10.0  # who has run for so long had come up; the next delay is short again
_DELAY_SECONDS_FIRST: Final = 0.2
_DELAY_SECONDS_MAX: Final = 10.0
_FAILURES_MAX_NEW: Final = 3  # in a row, of something that never came up: it can't
_FAILURES_MAX: Final = 10  # in a row, of something that once did


class Lifeline:
    """The pipe whose end every child watches. We hold the other end until we are gone (see `lifeline.watch`)."""

    def __init__(self) -> None:
        self.read_end, self._write_end = os.pipe()

    def close(self) -> None:
        """Let go: children that still run end themselves."""
        os.close(self.read_end)
        os.close(self._write_end)


class Backoff:
    """How long to wait before the next start, twice as long each time, and when to give up."""

    def __init__(self) -> None:
        self._failures = 0
        self._started = 0.0
        self._came_up = False

    def started(self) -> None:
        """Remember when it was started."""
        self._started = time.monotonic()

    def failed(self) -> float:
        """Count one more failure; return the delay before the next start in seconds."""
        if time.monotonic() - self._started > STEADY_SECONDS:
            self._came_up = True
            self._failures = 0
        self._failures += 1
        return float(min(_DELAY_SECONDS_FIRST * 2 ** (self._failures - 1), _DELAY_SECONDS_MAX))

    def is_hopeless(self) -> bool:
        """Return whether it has failed so often that it will not heal by itself."""
        return self._failures >= (_FAILURES_MAX if self._came_up else _FAILURES_MAX_NEW)


class Child:
    """One Python process of the bank, gateway or worker, with its log."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        alarm: Callable[[str], None],
        descriptors: Sequence[int] = (),
    ) -> None:
        self.name = name
        self._descriptors = tuple(descriptors)  # what it inherits beside the lifeline
        self.backoff = Backoff()
        self.restart_at: float | None = None  # monotonic; None while it runs
        self._command = command
        self._log = log
        self._alarm = alarm
        self._process: subprocess.Popen[bytes] | None = None
        self._pump: LogPump | None = None

    def start(self, environment: Mapping[str, str], folder: Path, lifeline: Lifeline) -> None:
        """Start the process. Its output goes to its log, its life hangs on the lifeline."""
        self._process = subprocess.Popen(
            ends_with_parent(self._command, "TERM"),
            env={**environment, LIFELINE_VARIABLE: str(lifeline.read_end)},
            cwd=folder,
            pass_fds=(lifeline.read_end, *self._descriptors),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C in the terminal is for the supervisor, which stops us in order
        )
        assert self._process.stdout is not None
        self._pump = LogPump(self._process.stdout, self._log, self._alarm)
        self.restart_at = None
        self.backoff.started()

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def was_killed(self) -> bool:
        """Return whether a signal ended it, which says nothing about its health."""
        return self._process is not None and (self._process.poll() or 0) < 0

    def why(self) -> str:
        """Return why it ended: the signal that somebody sent, or its own last line."""
        if self._process is None or self._pump is None:
            return "it was never started"
        code = self._process.poll() or 0
        return f"killed by {_name_of(-code)}" if code < 0 else self._pump.last_words()

    def stop(self, patience_seconds: float, hurry: Callable[[], bool]) -> None:
        """Ask it to finish what it has begun; end it when the patience is over or somebody is in a hurry."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        deadline = time.monotonic() + patience_seconds
        while self._process.poll() is None and time.monotonic() < deadline and not hurry():
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(0.1)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def _name_of(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"  # a real-time one: these have no names
