"""How a child process notices that its supervisor is gone, even by kill -9: the pipe between them reaches its end."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Final

LIFELINE_VARIABLE: Final = "NYORD_LIFELINE_FD"
HARD_EXIT_SECONDS: Final = 5.0  # how long an orderly end may take before the process simply ends


def watch() -> None:
    """End this process when its supervisor dies: SIGTERM to itself, and a hard exit five seconds later.

    Without a supervisor (the variable isn't set) nothing happens.
    """
    descriptor = os.environ.pop(LIFELINE_VARIABLE, "")
    if descriptor.isdigit():
        os.set_inheritable(int(descriptor), False)  # ours alone: a child of ours has no claim on it
        threading.Thread(target=_wait, args=(int(descriptor),), name="lifeline", daemon=True).start()


def _wait(descriptor: int) -> None:
    while os.read(descriptor, 1):  # nobody ever writes: this returns at the end of the supervisor's life
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(HARD_EXIT_SECONDS)
    os._exit(1)
