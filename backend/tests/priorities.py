"""How nice a process is, to the others of its session and with its session to other sessions."""

from __future__ import annotations

import os
from pathlib import Path


def niceness(pid: int) -> int:
    return os.getpriority(os.PRIO_PROCESS, pid)


def session_niceness(pid: int) -> int | None:
    """Return what the kernel says of a process's session: "/autogroup-117 nice 5".

    Nothing where the kernel has none, or has none for this session: what init's own processes read is empty.
    """
    path = Path(f"/proc/{pid}/autogroup")
    said = path.read_text() if path.exists() else ""
    return int(said.rsplit(" ", 1)[1]) if said else None
