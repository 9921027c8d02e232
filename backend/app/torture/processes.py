"""Finding the processes of a bank: by whose children they are and what they run, never by a name alone."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

_MARKS: Final = {
    "gateway": b"app.main:app",
    "worker": b"\0worker\0",
    "beat": b"\0beat\0",
    "postgres": b"unix_socket_directories",
}


def parts(supervisor: int) -> dict[str, list[int]]:
    """Return the children of a supervisor, by what they are."""
    found: dict[str, list[int]] = {name: [] for name in _MARKS}
    for pid in _children(supervisor):
        with suppress(OSError):
            line = Path(f"/proc/{pid}/cmdline").read_bytes()
            for name in (name for name, mark in _MARKS.items() if mark in line):
                found[name].append(pid)
    return found


def descendants(pid: int) -> list[int]:
    """Return a process and everything that it and its children have started (PostgreSQL's each have their own session)."""
    return [pid, *(other for child in _children(pid) for other in descendants(child))]


def send(pids: Iterable[int], number: signal.Signals) -> None:
    """Send a signal to those that still run."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def owner_of(port: int, candidates: Iterable[int]) -> int | None:
    """Return which of the processes has a TCP connection from this port of the loopback address."""
    wanted = f"0100007F:{port:04X}"
    lines = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    inodes = {f"socket:[{fields[9]}]" for fields in lines if fields[1] == wanted}
    for pid in candidates:
        with suppress(OSError):
            for descriptor in Path(f"/proc/{pid}/fd").iterdir():
                with suppress(OSError):
                    if str(descriptor.readlink()) in inodes:
                        return pid
    return None


def _children(pid: int) -> list[int]:
    found: list[int] = []
    with suppress(OSError):
        # A child belongs to the thread that started it.
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):
                found += map(int, (thread / "children").read_text().split())
    return found
