"""The bank's own PostgreSQL: made, started, recovered and stopped inside the data folder, from the wheel's programs."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Final
from urllib.parse import quote

from app.embedded import postmaster
from app.embedded.binaries import binary, ends_with_parent, without_root
from app.embedded.errors import PostgresError, home_error
from app.embedded.home import Home
from app.embedded.logs import trim

USER: Final = "nyord"
DATABASE: Final = "nyord"

# Sized for one laptop: the whole bank stays under 400 MB. Durability is never traded.
SETTINGS: Final[Mapping[str, str]] = {
    "listen_addresses": "",  # a socket in a private folder is faster than TCP and closed to everyone else
    "max_connections": "60",
    "shared_buffers": "128MB",
    "max_wal_size": "2GB",  # with the long checkpoint: fewer full-page images under load
    "checkpoint_timeout": "15min",
    "huge_pages": "off",
    "jit": "off",  # compiling costs more than our short statements take
    "fsync": "on",
    "synchronous_commit": "on",
    "autovacuum": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
    "log_error_verbosity": "terse",  # PostgreSQL's details quote the row: a taken e-mail address would stand in its log
}

# The same order of text on every machine, checksums on every page, and a password even on the socket.
INITDB_OPTIONS: Final = (
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--data-checksums",
)

_READY_POLL_SECONDS = 0.02
_FOLDER_PATIENCE_SECONDS = 30  # two commands at once take turns
_ORPHANS_PATIENCE_SECONDS = 30  # after kill -9, how long backends of the old server may hold its shared memory
_STOP_PATIENCE_SECONDS = 60  # a fast stop writes a checkpoint; then it is told to drop everything
_SOCKET_PATH_BYTES_MAX = 107  # sun_path of a Unix socket, without the closing zero
_SOCKET_NAME = ".s.PGSQL.5432"


def _never() -> bool:
    return False


class EmbeddedPostgres:
    """One PostgreSQL on one data folder.

    As a context manager it owns the folder, gives itself with `.url` ready to use, and stops at the end.
    The supervisor owns the folder by itself and calls `start` and `stop`.
    """

    def __init__(self, home: Home, settings: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.settings = {**SETTINGS, **(settings or {})}
        self.log = home.logs / "postgres.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._socket_folder: Path | None = None
        self._exit = ExitStack()

    @property
    def url(self) -> str:
        """The address of the bank's database, password included; valid until the server stops."""
        return f"postgresql://{USER}:{quote(self.home.secrets().database_password)}@/{DATABASE}?host={quote(str(self._sockets()))}"

    def start(self, cancelled: Callable[[], bool] = _never) -> None:
        """Return when the database takes statements: made if it isn't there, recovered if it was killed.

        A crash recovery takes as long as it takes; `cancelled` ends the waiting (and leaves the server for `stop`).

        Raises:
            PostgresError: it can't be made or doesn't come up; the sentence has PostgreSQL's own reason.
            HomeError: the disk is full or not writable.
        """
        if not self.home.postgres.exists():
            self._create()
        deadline = time.monotonic() + _ORPHANS_PATIENCE_SECONDS
        while not cancelled():
            postmaster.settle(self.home.postgres)
            log_start = self._spawn()
            if self._comes_up(cancelled):
                return
            reason = self._complaint(log_start)
            # Right after kill -9 orphaned backends still hold the old shared memory; they notice within moments.
            if "pre-existing shared memory" not in reason or time.monotonic() > deadline:
                raise self._failure("start", reason)
            time.sleep(0.2)

    def alive(self) -> bool:
        """Return whether the server process runs."""
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """Stop the server: clients are cut off, everything is on disk, no process is left. Safe to call twice."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # PostgreSQL's "fast": roll back, checkpoint, end
            try:
                self.process.wait(_STOP_PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)  # "immediate": the next start recovers from the log
                self.process.wait()
        self.process = None
        if self._socket_folder is not None and not self._socket_folder.is_relative_to(self.home.path):
            shutil.rmtree(self._socket_folder, ignore_errors=True)
        self._socket_folder = None

    def scalar(self, statement: str) -> str:
        """Return the one value of a statement as text, by psql: no driver has to be loaded for one question.

        Raises:
            PostgresError: the statement failed.
        """
        command = [binary("psql"), "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]
        answer = subprocess.run(
            [*command, f"--command={statement}"],
            env=self.client_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode != 0:
            raise PostgresError(f"The database didn't answer: {_reason(answer.stderr)}.")
        return answer.stdout.strip()

    def client_environment(self) -> dict[str, str]:
        """Return an environment in which libpq programs reach the bank; the password never stands on a command line."""
        return {
            **_environment(),
            "PGHOST": str(self._sockets()),
            "PGUSER": USER,
            "PGDATABASE": DATABASE,
            "PGPASSWORD": self.home.secrets().database_password,
        }

    def __enter__(self) -> EmbeddedPostgres:
        with ExitStack() as stack:
            stack.enter_context(self.home.owned(_FOLDER_PATIENCE_SECONDS))
            stack.callback(self.stop)
            self.start()
            self._exit = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._exit.close()

    def _create(self) -> None:
        """Make the database beside its place and move it there whole: a half-made one is never taken for real."""
        draft = self.home.path / "postgres.new"
        password_file = self.home.path / "password.new"
        options = [f"--pgdata={draft}", f"--username={USER}", f"--pwfile={password_file}", *INITDB_OPTIONS]
        try:
            shutil.rmtree(draft, ignore_errors=True)
            password_file.touch(mode=0o600)
            password_file.write_text(self.home.secrets().database_password)
            self._run([binary("initdb"), *options])
            # Without a server, so that a database that is there is always complete.
            self._run([binary("postgres"), "--single", "-D", str(draft), "postgres"], f"CREATE DATABASE {DATABASE};\n")
            draft.rename(self.home.postgres)
        except OSError as error:
            raise home_error(error, self.home.path) from None
        finally:
            password_file.unlink(missing_ok=True)
            shutil.rmtree(draft, ignore_errors=True)

    def _run(self, command: list[str], stdin: str = "") -> None:
        done = subprocess.run(
            without_root(ends_with_parent(command, "KILL")),
            input=stdin,
            env=_environment(),
            cwd=self.home.path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        # `postgres --single` ends with 0 whatever happened to the statement, so its words count, too.
        if done.returncode != 0 or "ERROR:" in done.stdout:
            raise self._failure("make", done.stdout)

    def _spawn(self) -> int:
        """Start the server process; return how long its log was before."""
        options = {**self.settings, "unix_socket_directories": str(self._sockets())}
        command = [
            binary("postgres"),
            "-D",
            str(self.home.postgres),
            *(f"--{name}={value}" for name, value in options.items()),
        ]
        try:
            trim(self.log)
            with self.log.open("ab") as log:
                log_start = log.tell()  # before it speaks: it shares our place in the file
                self.process = subprocess.Popen(
                    without_root(ends_with_parent(command, "INT")),
                    env=_environment(),
                    cwd=self.home.path,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=log,
                    start_new_session=True,  # Ctrl-C in the terminal is for the supervisor, which stops us last
                )
                return log_start
        except OSError as error:
            raise home_error(error, self.home.path) from None

    def _comes_up(self, cancelled: Callable[[], bool]) -> bool:
        assert self.process is not None
        while self.process.poll() is None:
            if cancelled() or postmaster.is_ready(self.home.postgres, self.process.pid):
                return True
            time.sleep(_READY_POLL_SECONDS)
        return False

    def _sockets(self) -> Path:
        """Return the folder of the socket: in the data folder, unless that path can't be a socket's.

        It can't when it is too long, and when it has a comma: to libpq that separates two hosts.
        """
        if self._socket_folder is None:
            folder = self.home.path / "socket"
            if len(os.fsencode(folder / _SOCKET_NAME)) > _SOCKET_PATH_BYTES_MAX or "," in str(folder):
                folder = Path(tempfile.mkdtemp(prefix="nyord-"))
            folder.mkdir(mode=0o700, exist_ok=True)
            self._socket_folder = folder
        return self._socket_folder

    def _complaint(self, log_start: int) -> str:
        with self.log.open("rb") as log:
            log.seek(log_start)
            return log.read(65_536).decode(errors="replace")

    def _failure(self, verb: str, output: str) -> Exception:
        if "No space left on device" in output:
            return home_error(OSError(28, ""), self.home.path)
        return PostgresError(f"The embedded PostgreSQL couldn't {verb}: {_reason(output)}; see {self.log}.")


def _environment() -> dict[str, str]:
    """Return our environment without libpq's variables: a user's PGDATA or PGPORT must not reach the bank's server."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def _reason(output: str) -> str:
    """Return why a program of PostgreSQL gave up: its last complaint, else the last thing it said."""
    complaints = re.findall(r"(?:FATAL|PANIC|ERROR|error): +(.+)", output)
    lines = complaints or output.strip().splitlines() or ["it said nothing"]
    return str(lines[-1]).rstrip(".")
