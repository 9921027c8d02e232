"""Redis of the machine, in memory only: everything in it can be lost at any moment."""

from __future__ import annotations

import shutil
import socket
from typing import Final

from app.engines.engine import Engine, Launch, environment, write_file
from app.engines.folder import State

_MEMORY: Final = "256mb"  # counters and tickets; when it is full, writing fails and the bank counts by itself


class RedisEngine(Engine):
    """Redis on loopback, by password only."""

    name = "redis"
    title = "Redis"
    setting = "REDIS_URL"
    ports = ("port",)

    def missing_packages(self) -> list[str]:
        """Debian's redis-server."""
        return [] if shutil.which("redis-server") else ["redis-server"]

    def prepare(self, state: State) -> None:
        """Write its configuration: the password doesn't belong on a command line."""
        self.room.data.mkdir(mode=0o700, exist_ok=True)
        lines = (
            "bind 127.0.0.1",
            f"port {state.ports['port']}",
            f"requirepass {state.password}",
            f'dir "{self.room.data}"',
            'save ""',
            "appendonly no",
            f"maxmemory {_MEMORY}",
            "maxmemory-policy noeviction",  # a forgotten counter would let somebody try again; a refused one doesn't
        )
        write_file(self.room.path / "redis.conf", "\n".join(lines) + "\n")

    def launches(self, state: State) -> list[Launch]:
        """One server."""
        return [Launch(["redis-server", str(self.room.path / "redis.conf")], environment())]

    def is_ready(self, state: State) -> bool:
        """It answers, if only to ask for the password."""
        try:
            with socket.create_connection(("127.0.0.1", state.ports["port"]), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith((b"-NOAUTH", b"+PONG"))
        except OSError:
            return False

    def url(self, state: State) -> str:
        """The first of its databases."""
        return f"redis://:{state.password}@127.0.0.1:{state.ports['port']}/0"
