"""Who waits when a machine has more to do than it can: said to the scheduler in both ways in which it listens.

A process's niceness counts against the others of its session. Where the kernel schedules by session (Linux's autogroups,
which most distributions switch on), sessions are weighed against each other by a number of their own, and ours are one per
process: niceness alone changes nothing there.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

# Without privileges the kernel takes such a word from anybody on the machine every 100 ms.
_TRIES_MAX: Final = 10
_AGAIN_SECONDS: Final = 0.11


def give_way(niceness: int) -> None:
    """Make this process so much nicer than it was, and all that it starts from now on.

    If it leads its session, the whole session gives way: with a shell's session, whoever shares it isn't touched.
    """
    nicer = os.nice(niceness)
    if os.getsid(0) == os.getpid():
        with suppress(OSError):  # another system, a kernel without autogroups, a /proc that is closed to us
            _weigh(Path("/proc/self/autogroup"), nicer)


def _weigh(autogroup: Path, niceness: int) -> None:
    for _ in range(_TRIES_MAX):
        try:
            autogroup.write_text(f"{niceness}\n")
        except BlockingIOError:
            time.sleep(_AGAIN_SECONDS)
        else:
            return
