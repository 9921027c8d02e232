"""The data folder: everything that one embedded bank keeps. A copy made while it is stopped is a copy of the bank.

version        which format the folder has, and which PostgreSQL made the data
secrets.json   made once, 0600: the key that signs tokens, the password of the database
postgres/      the database
socket/        where it listens, for processes of this machine
search/        the index, which can be built again from the database
logs/          what gateway, worker and PostgreSQL had to say
lock           held (flock) by the one process that owns the folder; the lock is the truth, not the file
run.json       where a running bank answers, for commands beside it
demo.json      the demo bank has been offered, and who may sign in to it
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.embedded.errors import BankAlreadyRunning, HomeError, home_error
from app.embedded.network import reachable_host

FORMAT = 1  # raise when an older program could no longer read the folder
POSTGRESQL_MAJOR = 18

# What a new bank needs: the database itself, its first write-ahead log, and a year of demo life.
FREE_BYTES_NEW = 256 * 1024 * 1024
# What an existing bank needs to start and to finish a crash recovery.
FREE_BYTES_EXISTING = 64 * 1024 * 1024

_LOCK_POLL_SECONDS = 0.1
# What may stand in a folder that isn't a bank yet: our own first steps, and what file systems put there.
_NAMES_BEFORE_VERSION = {"lock", "version.new", "lost+found", ".DS_Store"}
_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH


def default_path() -> Path:
    """Return where a bank lives unless `--data` says otherwise: the platform's folder for a user's data."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "nyord"
    base = os.environ.get("XDG_DATA_HOME", "")
    # The XDG specification: a relative path is invalid and must be ignored.
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".local" / "share") / "nyord"


@dataclass(frozen=True)
class Secrets:
    """What the embedded bank made up for itself, once."""

    jwt_secret: str
    database_password: str


@dataclass(frozen=True)
class RunInfo:
    """Where a running bank answers."""

    pid: int
    host: str
    port: int
    database_url: str
    started_at: str

    @property
    def address(self) -> str:
        """The bank's address for a browser on this machine."""
        host = reachable_host(self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


class Home:
    """One data folder. Nothing on disk is touched before `owned`.

    Raises:
        HomeError: the path begins with a user's folder, and there is none.
    """

    def __init__(self, path: Path | str) -> None:
        try:
            self.path = Path(path).expanduser().absolute()
        except RuntimeError:
            raise HomeError(
                f"{path} is in the home folder of a user who has none: choose another with --data."
            ) from None
        self.postgres = self.path / "postgres"
        self.logs = self.path / "logs"
        self.run_file = self.path / "run.json"
        self.demo_file = self.path / "demo.json"

    @contextmanager
    def owned(self, patience_seconds: float = 0) -> Iterator[None]:
        """Own the folder inside the block, made (0700) if it isn't there. A process that dies lets go of it by itself.

        Raises:
            BankAlreadyRunning: a bank runs on it, or a command hasn't let go of it within the patience.
            HomeError: not writable, no space, not a bank's folder, or made by a newer version.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._refuse_foreign_folder()
        except OSError as error:
            raise home_error(error, self.path) from None
        lock = self._wait_for_lock(patience_seconds)
        try:
            self._prepare()
            yield
        finally:
            os.close(lock)

    def secrets(self) -> Secrets:
        """Return the folder's secrets, made on first use and never changed.

        Raises:
            HomeError: the file can't be written, or somebody damaged it.
        """
        path = self.path / "secrets.json"
        try:
            if not path.exists():
                fresh = Secrets(jwt_secret=secrets.token_hex(32), database_password=secrets.token_urlsafe(24))
                write_private(path, asdict(fresh))
            return Secrets(**json.loads(path.read_text()))
        except OSError as error:
            raise home_error(error, self.path) from None
        except (ValueError, TypeError):
            raise HomeError(
                f"{path} is damaged: restore it from a copy, or move {self.path} away to begin anew."
            ) from None

    def exists(self) -> bool:
        """Return whether there is a bank in the folder.

        Raises:
            HomeError: there can't be one: the path is too long, or closed to us.
        """
        return self._has("version")

    def running(self) -> RunInfo | None:
        """Return where the bank on this folder answers, or None when none runs (whatever an old run.json says).

        Raises:
            HomeError: see `exists`.
        """
        if not self._has("lock"):
            return None  # and none is made, because the folder may be anybody's
        lock = self._try_lock()
        if lock is not None:
            os.close(lock)
            return None
        try:
            return RunInfo(**json.loads(self.run_file.read_text()))
        except (OSError, ValueError, TypeError):
            return None  # it is just starting, just stopping, or the owner is a command

    @contextmanager
    def announced(self, info: RunInfo) -> Iterator[None]:
        """Tell commands on this folder where the bank answers, for as long as the block lasts. Needs the lock."""
        write_private(self.run_file, asdict(info))
        try:
            yield
        finally:
            self.run_file.unlink(missing_ok=True)

    def free_bytes(self) -> int:
        """Return how much space is left for the bank."""
        return shutil.disk_usage(self.path).free

    def _has(self, name: str) -> bool:
        try:
            return (self.path / name).exists()
        except OSError as error:
            raise home_error(error, self.path) from None

    def _refuse_foreign_folder(self) -> None:
        """Leave somebody's own files alone: nothing of ours is put between them, not even the lock.

        Nor is the folder of another user a place for a bank's secrets: its owner could put links where we write.
        """
        found = self.path.stat()
        if found.st_uid != os.geteuid():
            raise HomeError(
                f"{self.path} belongs to another user: run this as them, or choose a folder of your own with --data."
            )
        names = {entry.name for entry in self.path.iterdir()}
        if "version" not in names and names - _NAMES_BEFORE_VERSION:
            raise HomeError(
                f"{self.path} has files in it but isn't a Nyord data folder: choose an empty one with --data."
            )
        if found.st_mode & _OTHERS_MAY_WRITE:
            self.path.chmod(0o700)

    def _prepare(self) -> None:
        try:
            self.run_file.unlink(missing_ok=True)  # whose bank was killed; while we own the folder it would be believed
            self._check_version()
            self._check_space()
            self.logs.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise home_error(error, self.path) from None

    def _wait_for_lock(self, patience_seconds: float) -> int:
        deadline = time.monotonic() + patience_seconds
        while (lock := self._try_lock()) is None:
            if running := self.running():
                raise BankAlreadyRunning(
                    f"A bank already runs on {self.path} at {running.address}: "
                    "stop it first, or choose another folder with --data."
                )
            if time.monotonic() >= deadline:
                raise BankAlreadyRunning(
                    f"Another Nyord command is using {self.path}: "
                    "wait until it is done, or choose another folder with --data."
                )
            time.sleep(_LOCK_POLL_SECONDS)
        return lock

    def _try_lock(self) -> int | None:
        try:
            lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise home_error(error, self.path) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return None
        return lock

    def _check_version(self) -> None:
        path = self.path / "version"
        if not path.exists():
            write_private(path, {"format": FORMAT, "postgresql": POSTGRESQL_MAJOR})
            return
        try:
            found = json.loads(path.read_text())
            data_format, postgresql = int(found["format"]), int(found["postgresql"])
        except (ValueError, TypeError, KeyError):
            raise HomeError(
                f"{path} is damaged: restore it from a copy, or choose another folder with --data."
            ) from None
        if data_format > FORMAT or postgresql > POSTGRESQL_MAJOR:
            raise HomeError(
                f"{self.path} belongs to a newer version of Nyord: "
                "update this program, or choose another folder with --data."
            )
        if postgresql < POSTGRESQL_MAJOR:
            raise HomeError(
                f"{self.path} holds PostgreSQL {postgresql} data and this program brings {POSTGRESQL_MAJOR}: "
                "dump it with the version that made it, and load it into a new folder."
            )

    def _check_space(self) -> None:
        needed = FREE_BYTES_EXISTING if self.postgres.exists() else FREE_BYTES_NEW
        free = self.free_bytes()
        if free < needed:
            raise HomeError(
                f"The disk under {self.path} is full: {free // 1_000_000} MB are free and the bank needs "
                f"{needed // 1_000_000} MB; free some space, or choose another folder with --data."
            )


def write_private(path: Path, content: dict[str, Any]) -> None:
    """Write JSON that only the owner may read, whole or not at all, and on disk when this returns."""
    temporary = path.with_name(path.name + ".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
