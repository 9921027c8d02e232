"""A Redis of the test's own, which it may stop, kill and lock."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from app.cache import circuit
from app.cache.circuit import Circuit
from tests.embedded.bank import free_port


class OwnRedis:
    """A server process, and the way to it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port()
        self.url = f"redis://:open-sesame@127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        """Start it, empty."""
        arguments = ("--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--requirepass", "open-sesame")
        self.process = subprocess.Popen(
            ["redis-server", *arguments],
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        with redis.Redis.from_url(self.url) as client:
            for _ in range(200):
                try:
                    client.ping()
                    return
                except redis.ConnectionError:
                    time.sleep(0.02)
        raise AssertionError("redis-server didn't start")

    def freeze(self) -> None:
        """It takes connections and answers nobody."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)

    def kill(self) -> None:
        """As kill -9: everything in it is lost."""
        self.process.kill()
        self.process.wait()

    def lock(self) -> None:
        """Change its password, and send everybody away who is in."""
        with redis.Redis.from_url(self.url) as client:
            client.config_set("requirepass", "another")
            client.client_kill_filter(_type="normal", skipme=True)


@pytest.fixture
def own_redis(redis_url: str, tmp_path: Path) -> Iterator[OwnRedis]:
    """Runs until the test ends (`redis_url` sees that the program is there)."""
    server = OwnRedis(tmp_path)
    yield server
    if server.process.poll() is None:
        server.thaw()
        server.kill()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask again sooner than in real life."""
    monkeypatch.setattr(circuit, "ASK_AGAIN_SECONDS", 0.3)


@pytest.fixture
def way(own_redis: OwnRedis, impatient: None) -> Iterator[Circuit]:
    """A way to it."""
    made = Circuit(own_redis.url)
    yield made
    made.close()
