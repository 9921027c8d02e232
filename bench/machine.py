"""Start-up and memory of the whole bank, as `./nyord up` runs it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from bench.memory import family_megabytes
from bench.server import free_port, wait_until_alive

ROOT = Path(__file__).parents[1]
IDLE_SECONDS = 20


class Machine(NamedTuple):
    """Seconds from the command to the first HTTP answer, and what the idle bank occupies in memory."""

    first_start_seconds: float
    second_start_seconds: float
    idle_megabytes: float


def machine() -> Machine:
    """Start a new bank with its demo people, start it again, let it idle, and return what that took."""
    with TemporaryDirectory(prefix="nyord-bench-") as folder:
        first, _ = _start(folder, idle_seconds=0)
        second, megabytes = _start(folder, idle_seconds=IDLE_SECONDS)
    return Machine(first, second, megabytes)


def _start(folder: str, *, idle_seconds: int) -> tuple[float, float]:
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "JWT_SECRET")}
    started = time.perf_counter()
    bank = subprocess.Popen(
        [ROOT / "nyord", "up", "--data", folder, "--port", str(port)], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        wait_until_alive(port)
        seconds = time.perf_counter() - started
        time.sleep(idle_seconds)
        return seconds, family_megabytes(bank.pid)
    finally:
        bank.send_signal(signal.SIGINT)
        bank.wait(60)
