"""S6, S162, S212: gateways, workers and beat on the real engines, by their URLs alone."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conftest import JWT_SECRET
from tests.embedded.bank import Bank, command, environment, eventually, free_port, nyord
from tests.engine_fixtures import own_database


@pytest.fixture
def settings(engines: dict[str, str], rabbitmq_vhost: str) -> Iterator[dict[str, str]]:
    """All four engines, with a database and a virtual host of the test's own."""
    name = f"profile_{os.getpid()}"
    with own_database(name) as url:
        yield engines | {
            "DATABASE_URL": url,
            "RABBITMQ_URL": rabbitmq_vhost,
            "SEARCH_PREFIX": f"{name}_",
            "JWT_SECRET": JWT_SECRET,
        }


def children(bank: Bank) -> dict[str, list[int]]:
    """The supervisor's processes, by what they are."""
    pids = Path(f"/proc/{bank.process.pid}/task/{bank.process.pid}/children").read_text().split()
    found: dict[str, list[int]] = {"gateway": [], "worker": [], "beat": []}
    marks = {"gateway": b"app.main:app", "worker": b"\0worker\0", "beat": b"\0beat\0"}
    for pid in pids:
        line = Path(f"/proc/{pid}/cmdline").read_bytes()
        for name in (name for name, mark in marks.items() if mark in line):
            found[name].append(int(pid))
    return found


@pytest.fixture
def up(tmp_path: Path, settings: dict[str, str]) -> Iterator[Callable[..., Bank]]:
    """Run a bank on the engines until the test ends."""
    started: list[Bank] = []

    def start(*more: str) -> Bank:
        port, console = free_port(), tmp_path / "console.txt"
        arguments = (
            "up",
            "--profile",
            "engines",
            "--data",
            tmp_path / "bank",
            "--port",
            str(port),
            "--no-demo",
            "--no-web",
        )
        with console.open("wb") as output:
            process = subprocess.Popen(
                command(*map(str, arguments), *more),
                env=environment(**settings),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        bank = Bank(tmp_path / "bank", port, process, console)
        started.append(bank)
        assert eventually(lambda: bank.answers() or process.poll() is not None, 90), bank.said()
        assert process.poll() is None, bank.said()
        return bank

    yield start
    for bank in started:
        if bank.process.poll() is None:
            bank.process.terminate()
            bank.process.wait(60)


@pytest.mark.slow
class TestUpOnEngines:
    def test_two_gateways_two_workers_and_beat_each_started_again_when_killed(
        self, up: Callable[..., Bank], settings: dict[str, str]
    ) -> None:
        bank = up()
        expected = {"gateway": 2, "worker": 2, "beat": 1}
        assert eventually(lambda: {name: len(pids) for name, pids in children(bank).items()} == expected, 60)
        before = children(bank)
        for pids in before.values():
            os.kill(pids[0], signal.SIGKILL)
        with socket.create_connection(("127.0.0.1", bank.port), timeout=1):
            pass  # the port is the supervisor's: nobody is turned away meanwhile
        assert eventually(bank.answers, 30), "the other gateway takes what comes"
        assert eventually(
            lambda: {name: len(pids) for name, pids in children(bank).items()} == expected and children(bank) != before,
            60,
        )
        with psycopg.connect(settings["DATABASE_URL"], autocommit=True) as connection:
            assert connection.info.server_version // 10_000 >= 15
            connection.execute(
                "INSERT INTO outbox (topic, version, count, payload) VALUES ('user.logged_in', 1, 1, "
                """'[{"occurred_at":"2026-01-01T00:00:00Z","user_id":1,"session_id":1,"ip":"","user_agent":""}]')"""
            )
            audited = "SELECT count(*) FROM audit_log WHERE action = 'user.logged_in'"
            assert eventually(lambda: connection.execute(audited).fetchone() == (1,), 60)
        bank.process.send_signal(signal.SIGINT)
        assert bank.process.wait(60) == 0
        assert bank.left_over() == []

    def test_as_many_as_are_asked_for(self, up: Callable[..., Bank]) -> None:
        bank = up("--gateways", "3", "--workers", "1")
        assert eventually(
            lambda: {n: len(p) for n, p in children(bank).items()} == {"gateway": 3, "worker": 1, "beat": 1}, 60
        )


class TestRefused:
    """One sentence each."""

    def refused(self, *arguments: str, **more: Any) -> str:
        done = nyord("up", "--no-web", "--no-demo", *arguments, **more)
        assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1)
        return done.stderr

    def test_without_engines(self, tmp_path: Path) -> None:
        sentence = self.refused("--profile", "engines", XDG_DATA_HOME=str(tmp_path))
        assert "start the engines with `nyord engines up`" in sentence

    def test_two_gateways_on_the_embedded_bank(self, tmp_path: Path) -> None:
        sentence = self.refused("--gateways", "2", "--data", str(tmp_path / "bank"))
        assert "more need `--profile engines`" in sentence
