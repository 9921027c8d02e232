"""What can keep a bank from starting. Each text is one sentence for a person, with the next step."""

from __future__ import annotations

import errno
import os
from pathlib import Path


class EmbeddedError(Exception):
    """The embedded bank can't go on; the text says why and what to do."""


class HomeError(EmbeddedError):
    """The data folder can't be used."""


class BankAlreadyRunning(HomeError):
    """Another process holds the data folder."""


class PostgresError(EmbeddedError):
    """The embedded PostgreSQL can't be made, started or reached."""


class StartRefused(EmbeddedError):
    """The bank can't start here: the port is taken, or a part of it dies again and again."""


def home_error(error: OSError, path: Path) -> HomeError:
    """Return what an operating system's error on a file of the data folder means to a person."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return HomeError(f"The disk under {path} is full: free some space, or choose another folder with --data.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return HomeError(
            f"The data folder {path} can't be written to: fix its permissions, or choose another with --data."
        )
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return HomeError(f"{path} is not a folder: choose another with --data.")
    reason = os.strerror(error.errno) if error.errno else str(error)
    return HomeError(f"The data folder {path} can't be used ({reason}): choose another with --data.")
