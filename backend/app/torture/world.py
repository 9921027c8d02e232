"""The bank as its operators have it: the engines, the wires to them, and `nyord up` as a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Final

import psycopg

from app.config import get_settings
from app.core import failpoints
from app.database import forget_engine
from app.embedded import network
from app.embedded.errors import EmbeddedError
from app.engines import control
from app.search.engine import forget_search_engines
from app.torture import processes
from app.torture.plan import ENGINES
from app.torture.wire import Wire

BACKEND: Final = Path(__file__).resolve().parents[2]
START_SECONDS_MAX: Final = 180.0
# RabbitMQ 3.10 notes every half second which quorum queues it has; whoever kills it before that has killed the queue.
TOPOLOGY_SETTLES_SECONDS: Final = 2.0

# The bank as it is delivered, but for what exists to stop this kind of load, and for a token that outlives the run.
_SETTINGS: Final = {
    "RATE_LIMIT_PER_USER": "1000000/minute",
    "RATE_LIMIT_ANONYMOUS": "1000000/minute",
    "TRANSACTIONS_PER_MINUTE_MAX": "0",
    "ACCESS_TOKEN_SECONDS": "86400",
}
_RELAYS: Final = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'nyord-relay'"
_WIRED: Final = {"postgres": "DATABASE_URL", "rabbitmq": "RABBITMQ_URL"}
_FOREIGN: Final = ("_URL", "_URL_FILE", "JWT_SECRET", "JWT_SECRET_FILE", "NYORD_DATA", "NYORD_LIFELINE_FD")


class WorldError(EmbeddedError):
    """The bank doesn't come up."""


class World:
    """One bank in one folder, with everything that it needs. Made by entering the block, gone after it."""

    def __init__(self, folder: Path, profile: str) -> None:
        self.folder = folder
        self.profile = profile
        self.port = _free_port()
        self.wires: dict[str, Wire] = {}
        self.rules = folder / "failpoints"
        self._bank: subprocess.Popen[bytes] | None = None
        self._environment = {name: text for name, text in os.environ.items() if not name.endswith(_FOREIGN)}
        self._direct: dict[str, str] = {}

    async def __aenter__(self) -> World:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._environment |= _SETTINGS | {failpoints.VARIABLE: f"@{self.rules}", "PYTHONPATH": str(BACKEND)}
        try:
            if self.profile == ENGINES:
                await self._start_engines()
            await self.start_bank()
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        forget_engine()
        if self._bank is not None and self._bank.poll() is None:
            self._bank.terminate()
            try:
                await asyncio.to_thread(self._bank.wait, 60)
            except subprocess.TimeoutExpired:
                processes.send(processes.descendants(self._bank.pid), signal.SIGKILL)
        for wire in self.wires.values():
            await wire.close()
        if self.profile == ENGINES:
            await asyncio.to_thread(control.down, self.engines_folder)

    @property
    def engines_folder(self) -> Path:
        """Where this world's own engines live."""
        return self.folder / "engines"

    @property
    def supervisor(self) -> int:
        """The process of `nyord up`."""
        assert self._bank is not None
        return self._bank.pid

    @property
    def console(self) -> str:
        """What `nyord up` said."""
        return (self.folder / "console").read_text(errors="replace")

    async def start_bank(self) -> None:
        """Start `nyord up` and return when it answers and every part of it runs. Point this process at its database.

        Raises:
            WorldError: it doesn't come up; the sentence has its last words.
        """
        deadline = time.monotonic() + START_SECONDS_MAX
        while not await self._comes_up(deadline):
            if time.monotonic() > deadline:
                raise WorldError(f"The bank doesn't come up: {self.console.strip().splitlines()[-1:]}.")
            # As a service manager does: the parts of a killed one may still be letting go, an engine may be away, too.
            await asyncio.sleep(1)
        if self.profile != ENGINES:
            running = json.loads((self.folder / "bank" / "run.json").read_text())
            kept = json.loads((self.folder / "bank" / "secrets.json").read_text())
            self._direct = {"DATABASE_URL": running["database_url"], "JWT_SECRET": kept["jwt_secret"]}
            self._direct["NYORD_DATA"] = str(self.folder / "bank")
        self.look_directly()
        while not await asyncio.to_thread(self._works):  # a worker loads for seconds before it takes anything
            await asyncio.sleep(0.1)

    def look_directly(self) -> None:
        """Make this process see the bank past all wires, on fresh connections."""
        os.environ.update(_SETTINGS | self._direct)
        get_settings.cache_clear()
        forget_engine()
        forget_search_engines()

    def complete(self) -> bool:
        """Return whether every part of the bank runs."""
        found = processes.parts(self.supervisor)
        many = 2 if self.profile == ENGINES else 1
        enough = len(found["gateway"]) == many and len(found["worker"]) == many
        return enough and len(found["beat" if many == 2 else "postgres"]) == 1

    def _works(self) -> bool:
        """Return whether every worker's relay has come to the database."""
        try:
            with psycopg.connect(get_settings().libpq_url, autocommit=True, connect_timeout=3) as database:
                row = database.execute(_RELAYS).fetchone()
        except psycopg.OperationalError:
            return False
        return row is not None and int(row[0]) >= (2 if self.profile == ENGINES else 1)

    async def _comes_up(self, deadline: float) -> bool:
        arguments = ["up", "--data", str(self.folder / "bank"), "--port", str(self.port), "--no-demo", "--no-web"]
        with (self.folder / "console").open("ab") as output:
            self._bank = subprocess.Popen(  # in this very thread: its children die with the thread that made them
                [sys.executable, "-P", "-m", "app.cli", *arguments, "--profile", self.profile],
                env=self._environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip
        while time.monotonic() < deadline and self._bank.poll() is None:
            if self.complete() and await asyncio.to_thread(network.answers, "127.0.0.1", self.port, "/health/live"):
                return True
            await asyncio.sleep(0.1)
        if self._bank.poll() is None:
            self._bank.kill()
        self._bank.wait()
        return False

    async def _start_engines(self) -> None:
        urls = await asyncio.to_thread(control.up, self.engines_folder)
        self._direct = {**urls, "JWT_SECRET": secrets.token_hex(32)}
        wired = dict(self._direct)
        for name, setting in _WIRED.items():
            self.wires[name] = Wire(name, urls[setting])
            await self.wires[name].open()
            wired[setting] = self.wires[name].url
        self._environment |= wired


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
