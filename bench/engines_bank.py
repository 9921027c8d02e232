"""A fresh bank on fresh engines: PostgreSQL, RabbitMQ, Redis and Elasticsearch of its own, and `nyord up` on them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from app.embedded.binaries import ends_with_parent
from app.engines import control
from app.engines.folder import Room
from app.torture import processes

from bench import rest
from bench.load import require_wrk
from bench.memory import family_megabytes
from bench.server import BACKEND, Server, free_port, prepared, wait_until_alive

WORKERS: Final = 2
STOP_SECONDS_MAX: Final = 60


@dataclass(frozen=True)
class Engines:
    """The run's engines: their folder, and the bank's database among them."""

    folder: Path
    server: Server

    def megabytes(self, name: str) -> float:
        """Return the proportional set size of one of them, such as `rabbitmq`."""
        return sum(family_megabytes(record.pid) for record in Room(self.folder, name).state().processes)


@contextmanager
def fresh_engines() -> Iterator[Engines]:
    """Start engines in a folder of their own, migrate the bank's database, and stop them by their ids at the end.

    Raises:
        EngineError: one of them can't be installed or started here.
    """
    require_wrk()  # now, not in the middle of what is measured
    with TemporaryDirectory(prefix="nyord-bench-") as name:
        folder = Path(name) / "engines"
        try:
            urls = control.up(folder, say=_say)
            with prepared(urls["DATABASE_URL"], urls) as server:
                yield Engines(folder, server)
        finally:
            control.down(folder)


@dataclass(frozen=True)
class Bank:
    """A running bank: where it listens, the process of `nyord up`, and how long that took to the first answer."""

    port: int
    supervisor: int
    start_seconds: float

    def parts(self, name: str) -> list[int]:
        """Return the processes of a part (`gateway`, `worker`, `beat`), the one that has run longest first."""
        return processes.parts(self.supervisor)[name]


@contextmanager
def whole_bank(engines: Engines, settings: Mapping[str, str] | None = None) -> Iterator[Bank]:
    """Run `nyord up --profile engines`, as it is delivered: two gateways, two workers and beat.

    Raises:
        TimeoutError: it doesn't come up; the console in the engines' folder says why.
    """
    port = free_port()
    started = time.perf_counter()
    with (engines.folder / "console").open("ab") as console:
        arguments = ["up", "--profile", "engines", "--data", str(engines.folder / "bank"), "--port", str(port)]
        up = subprocess.Popen(
            ends_with_parent([sys.executable, "-P", "-m", "app.cli", *arguments, "--no-demo", "--no-web"], "TERM"),
            env={**os.environ, **(settings or {}), "PYTHONPATH": str(BACKEND)},
            stdin=subprocess.DEVNULL, stdout=console, stderr=console, start_new_session=True,
        )  # fmt: skip
    try:
        wait_until_alive(port)
        bank = Bank(port, up.pid, time.perf_counter() - started)
        rest.wait_until_taken(WORKERS)
        yield bank
    finally:
        up.terminate()
        with suppress(subprocess.TimeoutExpired):
            up.wait(STOP_SECONDS_MAX)
        processes.send(processes.descendants(up.pid) if up.poll() is None else [], signal.SIGKILL)
        up.wait()


def _say(line: str) -> None:
    print(f"  {line}", flush=True)
