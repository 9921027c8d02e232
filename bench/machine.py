"""Start-up and memory of the whole bank, as `./nyord up` runs it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

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
        return seconds, sum(_proportional_kilobytes(pid) for pid in _family(bank.pid)) / 1024
    finally:
        bank.send_signal(signal.SIGINT)
        bank.wait(60)


def _family(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    children = [
        int(child) for task in Path(f"/proc/{pid}/task").glob("*/children") for child in task.read_text().split()
    ]
    return [pid, *(one for child in children for one in _family(child))]


def _proportional_kilobytes(pid: int) -> int:
    """Return a process's proportional set size: what it shares is counted once among those who share it."""
    found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    return int(found[1]) if found else 0
