"""The specified commands, from `backend/`, as real processes."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from tests.conftest import BACKEND, JWT_SECRET
from tests.embedded.bank import Bank, eventually, free_port

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


# A gateway in which things go wrong that it doesn't foresee.
BROKEN = """
import logging, threading, warnings
from fastapi import WebSocket
from fastapi.responses import StreamingResponse
from app.main import app

@app.get("/half")
def half():
    def parts():
        yield b"half"
        raise RuntimeError("the other half")
    return StreamingResponse(parts())

@app.websocket("/socket")
async def socket(websocket: WebSocket):
    raise RuntimeError("no socket")

@app.get("/aside")
def aside():
    warnings.warn("old")
    logging.getLogger("files").error("no such file: \\udcff")
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()
    return {}
"""


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


def lines_of(text: str) -> list[dict[str, Any]]:
    """Read a log of which every line is an object."""
    return [json.loads(line) for line in text.splitlines()]


def refused(address: tuple[str, int], path: str) -> None:
    """Ask for something and take whatever comes."""
    connection = http.client.HTTPConnection(*address, timeout=10)
    try:
        connection.request("GET", path)
        connection.getresponse().read()
    except http.client.HTTPException:
        pass
    finally:
        connection.close()


@pytest.mark.slow
class TestLines:
    """S175: whatever a process says is one JSON object a line, from its first word to its last."""

    @pytest.mark.parametrize("options", [[], ["--http", "app.edge.one_write:Protocol", "--loop", "uvloop"]])
    def test_of_a_gateway(self, run: Run, database: str, tmp_path: Path, options: list[str]) -> None:
        (tmp_path / "broken.py").write_text(BROKEN)
        address = ("127.0.0.1", free_port())
        gateway = run(
            "uvicorn", "broken:app", "--port", str(address[1]), *options,
            DATABASE_URL=database, JWT_SECRET=JWT_SECRET, PYTHONPATH=str(tmp_path),
        )  # fmt: skip
        assert eventually(Bank(Path(), address[1], gateway, Path()).answers, 30), said(tmp_path)
        for path in ("/half", "/aside?q=secret", "/nowhere?q=secret"):
            refused(address, path)
        with pytest.raises(WebSocketException), connect(f"ws://127.0.0.1:{address[1]}/socket?token=secret") as opened:
            opened.recv()
        with socket.create_connection(address, timeout=10) as nonsense:
            nonsense.sendall(b"nonsense\r\n\r\n")
            assert nonsense.recv(1_000).startswith(b"HTTP/1.1 400 ")
        gateway.send_signal(signal.SIGTERM)
        gateway.wait(20)

        lines = lines_of(said(tmp_path))
        assert all({"event", "level", "logger", "role", "timestamp"} <= line.keys() for line in lines)
        told = [
            (line["logger"], line["level"], line["exception"][0]["exc_value"]) for line in lines if "exception" in line
        ]
        assert told == [
            ("app.access", "error", "the other half"),
            ("uvicorn.error", "error", "the other half"),
            ("app", "critical", "division by zero"),
            ("uvicorn.error", "error", "no socket"),
        ]
        by_logger = {line["logger"]: line for line in lines}
        assert "old" in by_logger["py.warnings"]["event"]
        assert by_logger["files"]["event"] == "no such file: \udcff"
        assert [line["route"] for line in lines if line["event"] == "request"][-3:] == ["/half", "/aside", None]
        assert "secret" not in said(tmp_path)

    def test_of_a_gateway_that_can_t_begin(self, run: Run, tmp_path: Path) -> None:
        nowhere = "postgresql://x:y@127.0.0.1:1/z"
        for number, settings in enumerate(
            ({"DATABASE_URL": "", "JWT_SECRET": JWT_SECRET}, {"DATABASE_URL": nowhere, "JWT_SECRET": "short"})
        ):
            assert run("uvicorn", "app.main:app", **settings).wait(30) != 0
            lines = lines_of(said(tmp_path, number))
            assert lines[-1]["event"].startswith("ConfigurationError: "), lines
            assert lines[-1]["level"] == "critical"

    @pytest.mark.parametrize(("role", "begun"), [("worker", " ready."), ("beat", "beat holds the schedule")])
    def test_of_celery(self, run: Run, database: str, tmp_path: Path, role: str, begun: str) -> None:
        process = run("celery", "-A", "app.celery_app", role, DATABASE_URL=database, JWT_SECRET=JWT_SECRET)
        assert eventually(lambda: begun in said(tmp_path), 30), said(tmp_path)
        process.send_signal(signal.SIGTERM)
        process.wait(20)

        lines = lines_of(said(tmp_path))
        assert all({"event", "level", "logger", "role", "timestamp"} <= line.keys() for line in lines)
        assert {line["role"] for line in lines} == {role}
        if role == "worker":
            assert lines[-1]["event"] == "worker: Warm shutdown (MainProcess)"
