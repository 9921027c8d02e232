"""The specified commands, from `backend/`, as real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.conftest import BACKEND, JWT_SECRET
from tests.embedded.bank import eventually, free_port

Run = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Start a module as its user would; whatever still runs afterwards is ended."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*command: str, **environment: str) -> subprocess.Popen[bytes]:
        ours = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "JWT_SECRET")}
        output = (tmp_path / f"{len(started)}.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=BACKEND, env=ours | environment, stdin=subprocess.DEVNULL,
            stdout=output, stderr=output,
        )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def said(tmp_path: Path, number: int = 0) -> str:
    return (tmp_path / f"{number}.log").read_text()


@pytest.mark.slow
class TestEntryPoints:
    """S6, S14, S177, S178: uvicorn app.main:app, celery worker, celery beat."""

    def test_without_a_database_one_sentence(self, run: Run, tmp_path: Path) -> None:
        for number, command in enumerate((("uvicorn", "app.main:app"), ("celery", "-A", "app.celery_app", "worker"))):
            assert run(*command, DATABASE_URL="", JWT_SECRET=JWT_SECRET).wait(30) != 0
            assert "DATABASE_URL is not set" in said(tmp_path, number)

    def test_a_short_secret_is_refused(self, run: Run, tmp_path: Path) -> None:
        assert run("uvicorn", "app.main:app", DATABASE_URL="postgresql://x@/y", JWT_SECRET="short").wait(30) != 0
        assert "JWT_SECRET must have 32 bytes or more" in said(tmp_path)

    def test_gateway_answers_and_stops(self, run: Run, database: str) -> None:
        port = str(free_port())
        gateway = run("uvicorn", "app.main:app", "--port", port, DATABASE_URL=database, JWT_SECRET=JWT_SECRET)
        from tests.embedded.bank import Bank

        assert eventually(Bank(Path(), int(port), gateway, Path()).answers, 30)
        gateway.send_signal(signal.SIGTERM)
        assert gateway.wait(20) in (0, -signal.SIGTERM)

    def test_worker_settles_what_waits_and_beat_ticks(self, run: Run, database: str, tmp_path: Path) -> None:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(
                "INSERT INTO outbox (topic, version, count, payload) VALUES ('user.logged_in', 1, 1, "
                """'[{"occurred_at":"2026-01-01T00:00:00Z","user_id":1,"session_id":1,"ip":"","user_agent":""}]')"""
            )
            worker = run("celery", "-A", "app.celery_app", "worker", DATABASE_URL=database, JWT_SECRET=JWT_SECRET)
            beat = run("celery", "-A", "app.celery_app", "beat", DATABASE_URL=database, JWT_SECRET=JWT_SECRET)
            audited = "SELECT count(*) FROM audit_log WHERE action = 'user.logged_in'"
            assert eventually(lambda: connection.execute(audited).fetchone() == (1,), 30), said(tmp_path)
        assert beat.poll() is None, said(tmp_path, 1)
        for process in (beat, worker):
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) in (0, -signal.SIGTERM)
