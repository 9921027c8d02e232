"""How nice a process is, to the others of its session and with its session to other sessions."""

from __future__ import annotations

import os
from pathlib import Path


def niceness(pid: int) -> int:
    return os.getpriority(os.PRIO_PROCESS, pid)


def session_niceness(pid: int | str = "self") -> int | None:
    """Return what the kernel says of a process's session: "/autogroup-117 nice 5"; nothing where it has none."""
    path = Path(f"/proc/{pid}/autogroup")
    return int(path.read_text().rsplit(" ", 1)[1]) if path.exists() else None
