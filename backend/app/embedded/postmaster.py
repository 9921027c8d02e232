"""What `postmaster.pid` says, and what to do about the one of a server that was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

_STATUS_LINE = 7  # postmaster.pid, eighth line: starting, stopping, ready, standby
# A server whose supervisor was killed is already stopping by itself; then it is asked, then it is told.
_BY_ITSELF_SECONDS = 10
_ASKED_SECONDS = 30


def is_ready(data: Path, pid: int) -> bool:
    """Return whether the server with this process id accepts connections: what pg_ctl waits for, too."""
    lines = _lines(data)
    return len(lines) > _STATUS_LINE and lines[0].strip() == str(pid) and lines[_STATUS_LINE].strip() == "ready"


def settle(data: Path) -> None:
    """Wait until no server of an earlier run works on this data, and remove what it left. The caller owns the folder.

    A process id may have been given to somebody else since, so only a process that names this folder is ours to stop.
    """
    lines = _lines(data)
    if not lines or not lines[0].strip().isdigit():
        return
    pid = int(lines[0])
    for patience_seconds, then in (
        (_BY_ITSELF_SECONDS, signal.SIGINT),
        (_ASKED_SECONDS, signal.SIGQUIT),
        (_ASKED_SECONDS, signal.SIGKILL),
    ):
        if _gone(data, pid, patience_seconds):
            break
        os.kill(pid, then)
    if _lines(data)[:1] == lines[:1]:
        # Killed, or the machine went down. PostgreSQL would refuse to start if that number is now another process's.
        (data / "postmaster.pid").unlink(missing_ok=True)


def _lines(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except (FileNotFoundError, UnicodeDecodeError):
        return []


def _gone(data: Path, pid: int, patience_seconds: float) -> bool:
    deadline = time.monotonic() + patience_seconds
    while _works_on(data, pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _works_on(data: Path, pid: int) -> bool:
    """Return whether that process is a server that was started on this very data folder."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return False
        command = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, check=False).stdout
    except OSError:
        return False
    return b"postgres" in command and os.fsencode(data) in command
