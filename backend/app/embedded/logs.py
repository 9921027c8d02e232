"""Logs of the child processes: kept in the data folder, never larger than a few files of ten megabytes."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

LOG_BYTES_MAX = 10_000_000
LOGS_KEPT = 3  # the current file is not counted


def trim(path: Path) -> None:
    """Move the log aside if it has grown too large; the oldest copy goes. Whoever opens it next begins a new one."""
    if path.exists() and path.stat().st_size >= LOG_BYTES_MAX:
        rotate(path)


def rotate(path: Path) -> None:
    """Make room: `x.log` becomes `x.log.1`, that becomes `x.log.2`, and so on."""
    for number in range(LOGS_KEPT - 1, 0, -1):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(f"{path.name}.{number}").replace(path.with_name(f"{path.name}.{number + 1}"))
    path.replace(path.with_name(f"{path.name}.1"))
