"""A process that outlives us, and how it is found again: by its id and the moment it began, never by a name."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_POLL_SECONDS: Final = 0.05

# Children of this very process stay here, so that they are reaped when they end; others are init's.
_ours: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True)
class Record:
    """Which process it was. An id alone may be somebody else's by now; with the time of its start it can't be."""

    pid: int
    started: str  # the boot, and the clock ticks from there to the process's start; empty if it ended at once

    def alive(self) -> bool:
        """Return whether that very process still runs."""
        if (child := _ours.get(self.pid)) is not None and child.poll() is not None:
            del _ours[self.pid]
        return bool(self.started) and started_at(self.pid) == self.started

    def members(self) -> list[int]:
        """Return the processes that belong to it: itself, and what it started in its session, even after its own end.

        As long as one of them lives, the kernel gives the session's number to nobody else; if the number is a
        stranger's, no process of ours is left.
        """
        self.alive()
        if started_at(self.pid) not in (self.started, ""):
            return []
        return [pid for pid, session in _sessions() if session == self.pid]

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process itself, if it still runs."""
        if self.alive():
            _send(self.pid, number)

    def kill(self) -> None:
        """End it and what it started, with no chance to object, and return when all of them are gone."""
        while members := self.members():
            for pid in members:
                _send(pid, signal.SIGKILL)
            time.sleep(_POLL_SECONDS)

    def ends_within(self, seconds: float) -> bool:
        """Wait until it and what it started have ended; return whether they did."""
        deadline = time.monotonic() + seconds
        while self.members():
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL_SECONDS)
        return True


def spawn(command: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path) -> Record:
    """Start a process in a session of its own; what it says goes to the end of the log.

    It holds nothing of ours: a pipe that a server inherits would hang the shell that started us.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    _ours[process.pid] = process
    return Record(process.pid, started_at(process.pid))


def started_at(pid: int) -> str:
    """Return when the process began, in words that no other process of this machine shares; empty if it has ended."""
    fields = _stat(pid)
    if not fields or fields[0] == "Z":
        return ""
    return f"{Path('/proc/sys/kernel/random/boot_id').read_text().strip()}:{fields[19]}"


def _sessions() -> list[tuple[int, int]]:
    """Return every process that runs and its session."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))) and fields[0] != "Z":
            found.append((int(entry.name), int(fields[3])))
    return found


def _stat(pid: int) -> list[str]:
    """Return /proc/PID/stat from the third field (the state) on; nothing if there is no such process."""
    try:
        # The second field is a name in brackets, with whatever its owner put there.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return []


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):  # it was quicker
        os.kill(pid, number)
