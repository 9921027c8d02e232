"""`nyord worker --autoscale`: as many workers as the queues need (S162), each started again when it dies, stopped in order.

As in the supervisor, everything but looking at the queues happens in the main thread, because the kernel ties a child's life
to the thread that made it.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final

from app.embedded import commands
from app.embedded.child import Child, Lifeline
from app.embedded.errors import StartRefused
from app.embedded.scaling import Scale, Scaler
from app.embedded.signals import StopSignals
from app.embedded.supervisor import DRAIN_SECONDS, say

LOOK_EVERY_SECONDS: Final = 1.0


class Gauge:
    """Looks at the queues about once a second, in a thread of its own: a broker that is slow may not hold up the others."""

    def __init__(self, look: Callable[[], int | None]) -> None:
        self.waiting: int | None = None
        self._look = look
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="gauge", daemon=True)

    def __enter__(self) -> Gauge:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_EVERY_SECONDS):
            self.waiting = self._look()


class Fleet:
    """Runs workers until it is told to stop."""

    def __init__(
        self, scale: Scale, look: Callable[[], int | None], environment: Mapping[str, str], logs: Path
    ) -> None:
        self._scale = scale
        self._scaler = Scaler(scale)
        self._look = look
        self._environment = environment
        self._logs = logs
        self._signals = StopSignals()
        self._lifeline = Lifeline()
        self._workers: list[Child] = []

    def run(self) -> None:
        """Keep as many workers as are needed, and return when every one of them has ended.

        Raises:
            StartRefused: workers end again and again. The others are stopped by then.
        """
        self._logs.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            stack.enter_context(self._signals)
            stack.callback(self._lifeline.close)
            stack.callback(self._stop_all)
            gauge = stack.enter_context(Gauge(self._look))
            while not self._signals.stopping():
                self._resize(gauge.waiting)
                for worker in self._workers:
                    if worker.pid is None and not self._signals.stopping():
                        self._heal(worker)
                self._signals.sleep(LOOK_EVERY_SECONDS)
            say("Stopping: what was begun is finished first (Ctrl-C again to hurry).")

    def _resize(self, waiting: int | None) -> None:
        running = len(self._workers)
        wanted = self._scaler.wanted(waiting=waiting, running=running, now=time.monotonic())
        for number in range(running + 1, wanted + 1):
            self._add(number, waiting)
        while len(self._workers) > wanted and not self._signals.stopping():
            worker = self._workers.pop()
            say(f"Removing {worker.name}: {waiting} events wait, {len(self._workers)} workers will do.")
            worker.stop(DRAIN_SECONDS, self._signals.in_a_hurry)

    def _add(self, number: int, waiting: int | None) -> None:
        name = f"worker-{number}"
        # Two fleets of one machine may not give their workers the same names: Celery would take them for one.
        command = commands.worker(f"{name}.{os.getpid()}")
        worker = Child(name, command, self._logs / f"{name}.log", partial(self._alarm, name))
        self._workers.append(worker)
        self._start(worker)
        why = f"{waiting} events wait" if number > self._scale.workers_min else f"never fewer than {number}"
        say(f"Added {name} (process {worker.pid}): {why}.")

    def _start(self, worker: Child) -> None:
        worker.start(self._environment, commands.BACKEND, self._lifeline)

    def _heal(self, worker: Child) -> None:
        if worker.restart_at is None:
            delay_seconds = worker.backoff.failed()
            if worker.backoff.is_hopeless() and not worker.was_killed():
                raise StartRefused(f"The {worker.name} ends again and again: {worker.why()}")
            say(f"The {worker.name} ended unexpectedly ({worker.why()}); starting it again.")
            worker.restart_at = time.monotonic() + delay_seconds
        if time.monotonic() >= worker.restart_at:
            self._start(worker)

    def _stop_all(self) -> None:
        """The newest first: the oldest have the ordered queues, and hand them over to nobody."""
        for worker in reversed(self._workers):
            worker.stop(DRAIN_SECONDS, self._signals.in_a_hurry)
            say(f"Stopped {worker.name}.")

    def _alarm(self, name: str, what: str) -> None:
        say(f"{name}: {what} (details in {self._logs})")
