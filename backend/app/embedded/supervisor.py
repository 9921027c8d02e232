"""`nyord up`: PostgreSQL, gateway and worker as one thing that starts, heals and stops as one.

Everything happens in the main thread, because the kernel ties a child's life to the thread that made it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

from app.core import clock
from app.embedded import commands, network
from app.embedded.child import Backoff, Child, Lifeline
from app.embedded.errors import HomeError, PostgresError, StartRefused
from app.embedded.home import Home, RunInfo
from app.embedded.logs import trim
from app.embedded.postgres import EmbeddedPostgres
from app.embedded.signals import StopSignals

COMMAND_PATIENCE_SECONDS: Final = 10.0  # how long `up` waits for a short command that uses the folder
READY_SECONDS_MAX: Final = 60.0
DRAIN_SECONDS: Final = 15.0  # what a request or a batch in hand may take before it is cut off
ALARM_EVERY_SECONDS: Final = 60.0  # the console stays calm; the log has every line
LOW_SPACE_BYTES: Final = 100_000_000

_TICK_SECONDS = 1.0
_START_TICK_SECONDS = 0.05
_HOUSEKEEPING_SECONDS = 30.0


@dataclass(frozen=True)
class Plan:
    """What to run: where it listens, on which database, and whether an empty bank gets the demo people."""

    host: str
    port: int
    demo: bool
    environment: Mapping[str, str]  # DATABASE_URL, JWT_SECRET and the rest, for gateway and worker
    embedded: bool  # whether the database is ours to start and stop
    gateways: int = 1  # on the one port
    workers: int = 1
    beat: bool = False  # a scheduler of its own: with the in-memory broker the worker keeps the schedule itself


class Supervisor:
    """Runs one bank on one data folder until it is told to stop."""

    def __init__(self, home: Home, plan: Plan) -> None:
        self._home = home
        self._plan = plan
        self._postgres = EmbeddedPostgres(home) if plan.embedded else None
        self._postgres_backoff = Backoff()
        self._environment = dict(plan.environment)
        self._signals = StopSignals()
        self._lifeline = Lifeline()
        self._alarmed_at: dict[str, float] = {}
        self._housekeeping_at = time.monotonic() + _HOUSEKEEPING_SECONDS
        self._gateways: list[Child] = []
        self._workers: list[Child] = []

    def run(self) -> None:
        """Bring the bank up, keep it up, and return when it was told to stop and every process has ended.

        Raises:
            EmbeddedError: it can't start, or a part of it can't be kept alive. Whatever ran is stopped by then.
        """
        with ExitStack() as stack:
            listener = stack.enter_context(network.listen(self._plan.host, self._plan.port))
            stack.enter_context(self._signals)
            stack.enter_context(self._home.owned(COMMAND_PATIENCE_SECONDS))
            stack.callback(self._lifeline.close)
            self._make_children(listener.fileno())
            if self._postgres is not None:
                stack.callback(self._postgres.stop)
                self._start_postgres(self._postgres)
            self._prepare()
            # Pushed in this order and stopped in the other: no new requests, then no new work, then the database.
            for child in (*self._workers, *self._gateways):
                stack.callback(child.stop, DRAIN_SECONDS, self._signals.in_a_hurry)
            stack.callback(listener.close)  # who comes while the bank stops is turned away, not left waiting
            stack.enter_context(self._home.announced(self._run_info()))
            # One after the other: both load for a second, and the person at the browser waits for the gateway.
            self._start(self._gateways[0])
            self._wait_until_it_answers()
            for child in (*self._workers, *self._gateways[1:]):
                self._start(child)
            while not self._signals.stopping():
                self._tend()
                self._signals.sleep(_TICK_SECONDS)
            say("Stopping: what was begun is finished first (Ctrl-C again to hurry).")
        say("Stopped. Everything is kept; `./nyord up` goes on from here.")

    def _start_postgres(self, postgres: EmbeddedPostgres) -> None:
        if not self._home.postgres.exists():
            say(f"Making a new bank in {self._home.path} (once).")
        postgres.start(self._signals.stopping)
        self._postgres_backoff.started()
        self._environment["DATABASE_URL"] = postgres.url
        self._environment["JWT_SECRET"] = self._home.secrets().jwt_secret

    def _prepare(self) -> None:
        """Bring tables and demo people up to date; on an ordinary start that is one question to the database."""
        if self._signals.stopping():
            return
        if self._postgres is None or commands.needs_migration(self._postgres):
            commands.migrate(self._environment, self._signals)
        if self._plan.demo and not self._home.demo_file.exists() and not self._signals.stopping():
            say("Filling the bank with a year of demo life (once, about ten seconds).")
            commands.offer_demo(self._home, self._environment, self._signals)

    def _wait_until_it_answers(self) -> None:
        host = network.reachable_host(self._plan.host)
        deadline = time.monotonic() + READY_SECONDS_MAX
        while not self._signals.stopping():
            if self._gateways[0].pid is None:
                raise StartRefused(f"The gateway ended at once: {self._gateways[0].why()}")
            if network.answers(host, self._plan.port, "/health/live"):
                self._welcome()
                return
            if time.monotonic() > deadline:
                raise StartRefused(
                    f"The gateway doesn't answer after {READY_SECONDS_MAX:.0f} seconds; see {self._home.logs}."
                )
            self._signals.sleep(_START_TICK_SECONDS)

    def _welcome(self) -> None:
        say(f"Nyord is open at {self._run_info().address}")
        for login in commands.demo_logins(self._home) if self._plan.demo else []:
            say(f"  {login['role']:<9} {login['username']:<16} {login['password']}")
        say(f"Logs are in {self._home.logs}. Ctrl-C stops the bank.")

    def _tend(self) -> None:
        """Heal what has ended, and keep house now and then."""
        if self._postgres is not None and not self._postgres.alive():
            self._heal_postgres(self._postgres)
        for child in (*self._workers, *self._gateways):
            if child.pid is None and not self._signals.stopping():
                self._heal(child)
        if time.monotonic() > self._housekeeping_at:
            self._housekeeping_at = time.monotonic() + _HOUSEKEEPING_SECONDS
            self._keep_house()

    def _heal(self, child: Child) -> None:
        if child.restart_at is None:
            delay_seconds = child.backoff.failed()
            if child.backoff.is_hopeless() and not child.was_killed():
                raise StartRefused(f"The {child.name} ends again and again: {child.why()}")
            say(f"The {child.name} ended unexpectedly ({child.why()}); starting it again.")
            child.restart_at = time.monotonic() + delay_seconds
        if time.monotonic() >= child.restart_at:
            self._start(child)

    def _heal_postgres(self, postgres: EmbeddedPostgres) -> None:
        say("PostgreSQL ended unexpectedly; starting it again. Nothing that was acknowledged is lost.")
        while not self._signals.stopping():
            self._signals.sleep(self._postgres_backoff.failed())
            try:
                self._start_postgres(postgres)
            except (PostgresError, HomeError) as error:  # a disk that is full for a moment, too
                if self._postgres_backoff.is_hopeless():
                    raise
                self._alarm("PostgreSQL", str(error))
            else:
                return

    def _keep_house(self) -> None:
        with suppress(OSError):
            if self._postgres is not None:
                trim(self._postgres.log)
            if self._home.free_bytes() < LOW_SPACE_BYTES:
                self._alarm("disk", f"less than {LOW_SPACE_BYTES // 1_000_000} MB are free under {self._home.path}")

    def _make_children(self, listener: int) -> None:
        plan = self._plan
        for name in _names("gateway", plan.gateways):
            self._gateways.append(self._child(name, commands.gateway(listener), (listener,)))
        self._workers += [self._child(name, commands.worker(name)) for name in _names("worker", plan.workers)]
        if plan.beat:
            self._workers.append(self._child("beat", commands.beat()))

    def _child(self, name: str, command: list[str], descriptors: tuple[int, ...] = ()) -> Child:
        return Child(name, command, self._home.logs / f"{name}.log", partial(self._alarm, name), descriptors)

    def _start(self, child: Child) -> None:
        if not self._signals.stopping():
            child.start(self._environment, commands.BACKEND, self._lifeline)

    def _alarm(self, who: str, what: str) -> None:
        """Tell the console of an error, once in a while; called from the threads of the logs, too."""
        if time.monotonic() - self._alarmed_at.get(who, -ALARM_EVERY_SECONDS) >= ALARM_EVERY_SECONDS:
            self._alarmed_at[who] = time.monotonic()
            say(f"{who}: {what} (details in {self._home.logs})")

    def _run_info(self) -> RunInfo:
        return RunInfo(
            pid=os.getpid(),
            host=self._plan.host,
            port=self._plan.port,
            database_url=self._environment["DATABASE_URL"],
            started_at=clock.now().isoformat(),
        )


def _names(role: str, count: int) -> list[str]:
    return [role] if count == 1 else [f"{role}-{number}" for number in range(1, count + 1)]


def say(text: str) -> None:
    """Say one line on the console, if there still is one."""
    with suppress(OSError):
        print(text, flush=True)
