"""`nyord worker`: real processes on RabbitMQ."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.conftest import JWT_SECRET
from tests.embedded.bank import command, environment, eventually, nyord

pytestmark = pytest.mark.slow

START_SECONDS_MAX = 90


@pytest.fixture
def settings(fresh_database: Callable[[], str], rabbitmq_vhost: str, tmp_path: Path) -> dict[str, str]:
    """A bank on a broker, with a data folder of its own."""
    return {
        "DATABASE_URL": fresh_database(),
        "RABBITMQ_URL": rabbitmq_vhost,
        "JWT_SECRET": JWT_SECRET,
        "XDG_DATA_HOME": str(tmp_path),
        "SEARCH_FOLDER": str(tmp_path / "search"),
    }


class Running:
    """A `nyord worker` and what it says."""

    def __init__(self, process: subprocess.Popen[bytes], console: Path) -> None:
        self.process = process
        self.console = console

    def said(self) -> str:
        return self.console.read_text()

    def steps(self) -> list[str]:
        """What was done to the workers, in order."""
        return re.findall(r"^(Added worker-\d|Removing worker-\d|Stopped worker-\d)", self.said(), re.MULTILINE)


@pytest.fixture
def start(settings: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Run `nyord worker` until the test ends."""
    started: list[subprocess.Popen[bytes]] = []

    def run(*arguments: str) -> Running:
        console = tmp_path / "console.txt"
        with console.open("wb") as output:
            process = subprocess.Popen(
                command("worker", *arguments),
                env=environment(**settings),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        started.append(process)
        return Running(process, console)

    yield run
    for process in started:
        if process.poll() is None:
            process.terminate()
            process.wait(60)


def record(url: str, *user_ids: int) -> None:
    """Record sign-ins, one bundle each."""
    with psycopg.connect(url, autocommit=True) as connection:
        for user_id in user_ids:
            connection.execute(
                "INSERT INTO outbox (topic, version, count, payload) VALUES ('user.logged_in', 1, 1, "
                f"""'[{{"occurred_at":"2026-01-01T00:00:00Z","user_id":{user_id},"session_id":1,"ip":"","user_agent":""}}]')"""
            )


def audited(url: str) -> int:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute("SELECT count(*) FROM audit_log WHERE action = 'user.logged_in'").fetchone()
        return int(row[0]) if row else 0


@pytest.mark.slow
class TestAutoscale:
    """S162: workers are added when events wait, replaced when they die, removed when it is calm, stopped in order."""

    def test_from_one_to_two_and_back(self, start: Callable[..., Running], settings: dict[str, str]) -> None:
        url = settings["DATABASE_URL"]
        running = start("--autoscale", "1-2", "--events-per-worker", "5", "--calm-seconds", "4")
        record(url, 1)
        assert eventually(lambda: audited(url) == 1, START_SECONDS_MAX), running.said()

        [(pid,)] = [re.findall(r"Added worker-1 \(process (\d+)\)", running.said())]
        with psycopg.connect(url) as locking:  # nothing is handled while the trail is locked, so events wait
            locking.execute("LOCK TABLE inbox")
            record(url, *range(2, 60))
            assert eventually(lambda: "Added worker-2" in running.said(), START_SECONDS_MAX), running.said()
            os.kill(int(pid), signal.SIGKILL)
            assert eventually(lambda: "starting it again" in running.said(), 30), running.said()
        assert eventually(lambda: audited(url) == 59, START_SECONDS_MAX), running.said()
        assert eventually(lambda: "Removing worker-2" in running.said(), START_SECONDS_MAX), running.said()

        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(60) == 0
        assert running.steps() == ["Added worker-1", "Added worker-2", "Removing worker-2", "Stopped worker-1"]
        assert audited(url) == 59, "each once"

    def test_one_worker_is_the_worker_itself(self, start: Callable[..., Running], settings: dict[str, str]) -> None:
        running = start()
        record(settings["DATABASE_URL"], 1)
        assert eventually(lambda: audited(settings["DATABASE_URL"]) == 1, START_SECONDS_MAX), running.said()
        running.process.terminate()
        assert running.process.wait(60) == 0


class TestRefused:
    """One sentence each."""

    def refused(self, *arguments: str, **more: str) -> str:
        done = nyord("worker", *arguments, **more)
        assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1)
        return done.stderr

    def test_the_embedded_bank_has_one_already(self) -> None:
        assert "`nyord up` runs the embedded bank's worker itself" in self.refused()

    @pytest.mark.parametrize("text", ["4", "4-1", "0-2", "1-99", "a-b"])
    def test_no_range(self, text: str, database: str) -> None:
        sentence = self.refused("--autoscale", text, DATABASE_URL=database, JWT_SECRET=JWT_SECRET)
        assert "--autoscale takes two numbers" in sentence

    @pytest.mark.slow
    def test_a_broker_that_is_not_there(self, database: str) -> None:
        sentence = self.refused(
            DATABASE_URL=database, JWT_SECRET=JWT_SECRET, RABBITMQ_URL="amqp://a:secret@127.0.0.1:9/x"
        )
        assert "RABBITMQ_URL" in sentence
        assert "secret" not in sentence
