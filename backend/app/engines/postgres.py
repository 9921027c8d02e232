"""PostgreSQL of the machine, the oldest that the bank supports if there are several: tuned like the embedded one."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
from pathlib import Path
from typing import ClassVar, Final
from urllib.parse import quote

from app.embedded import postmaster
from app.embedded.binaries import without_root
from app.embedded.postgres import DATABASE, SETTINGS, USER
from app.engines.engine import Engine, Launch, environment
from app.engines.errors import EngineError
from app.engines.folder import State

MAJOR_MIN: Final = 15

# Two gateways and two workers with a full pool each, beat, commands, and as many again for tests beside them.
CONNECTIONS_MAX: Final = 300


class PostgresEngine(Engine):
    """PostgreSQL on loopback, by password only."""

    name = "postgres"
    title = "PostgreSQL"
    setting = "DATABASE_URL"
    ports = ("port",)
    stop_signal: ClassVar[signal.Signals] = signal.SIGINT  # its "fast" stop: roll back, checkpoint, end

    def missing_packages(self) -> list[str]:
        """Debian's default PostgreSQL, if none from 15 on is here."""
        return [] if _programs() else ["postgresql"]

    def prepare(self, state: State) -> None:
        """Make the database, or let the last server of a killed one come to its end."""
        if self.room.data.exists():
            postmaster.settle(self.room.data)
        else:
            self._create(state.password)

    def launches(self, state: State) -> list[Launch]:
        """One server."""
        options = {
            **SETTINGS,
            "listen_addresses": "127.0.0.1",
            "port": str(state.ports["port"]),
            "unix_socket_directories": "",
            "max_connections": str(CONNECTIONS_MAX),
            # Only bundles of events are long enough to be compressed. Its default costs 5 µs an event, this one little.
            "default_toast_compression": "lz4",
        }
        command = [
            _program("postgres"),
            "-D",
            str(self.room.data),
            *(f"--{key}={text}" for key, text in options.items()),
        ]
        return [Launch(without_root(command), environment())]

    def is_ready(self, state: State) -> bool:
        """As pg_ctl finds out: the server's own file says so."""
        return postmaster.is_ready(self.room.data, state.processes[-1].pid)

    def url(self, state: State) -> str:
        """The bank's database."""
        return f"postgresql://{USER}:{quote(state.password)}@127.0.0.1:{state.ports['port']}/{DATABASE}"

    def complaint(self, output: str) -> str:
        """Its last FATAL or ERROR."""
        found = re.findall(r"(?:FATAL|PANIC|ERROR|error): +(.+)", output)
        return str(found[-1]).rstrip(".") if found else super().complaint(output)

    def _create(self, password: str) -> None:
        """Make the database beside its place and move it there whole."""
        draft = self.room.path / "data.new"
        password_file = self.room.path / "password.new"
        shutil.rmtree(draft, ignore_errors=True)
        options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"]
        try:
            password_file.touch(mode=0o600)
            password_file.write_text(password)
            self._run(
                [_program("initdb"), f"--pgdata={draft}", f"--username={USER}", f"--pwfile={password_file}", *options]
            )
            self._run(
                [_program("postgres"), "--single", "-D", str(draft), "postgres"], f"CREATE DATABASE {DATABASE};\n"
            )
            draft.rename(self.room.data)
        finally:
            password_file.unlink(missing_ok=True)
            shutil.rmtree(draft, ignore_errors=True)

    def _run(self, command: list[str], stdin: str = "") -> None:
        done = subprocess.run(
            without_root(command),
            input=stdin,
            env=environment(),
            cwd=self.room.path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        # `postgres --single` ends with 0 whatever happened to the statement, so its words count, too.
        if done.returncode != 0 or "ERROR:" in done.stdout:
            raise EngineError(f"PostgreSQL couldn't make its data folder: {self.complaint(done.stdout)}.")


def _programs() -> Path | None:
    """Return the folder of the oldest PostgreSQL here that the bank supports: if it runs there, it runs on the newer."""
    found = [
        (int(path.parents[1].name), path.parent)
        for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")
        if path.parents[1].name.isdigit()
    ]
    return min((item for item in found if item[0] >= MAJOR_MIN), default=(0, None))[1]


def _program(name: str) -> str:
    folder = _programs()
    if folder is None:
        raise EngineError("PostgreSQL's programs are gone from /usr/lib/postgresql: install postgresql again.")
    return str(folder / name)
