"""A whole bank as its user has it: `nyord up` as a process of its own, on a folder and a port of its own."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BACKEND = Path(__file__).parents[2]
# With the demo people, on a machine that has other things to do; a start that fails is noticed at once.
START_SECONDS_MAX = 180
_NOT_OURS = (
    "DATABASE_URL",
    "JWT_SECRET",
    "BROKER_URL",
    "RABBITMQ_URL",
    "REDIS_URL",
    "SEARCH_URL",
    "FRONTEND_URL",
    "NYORD_LIFELINE_FD",
)


def environment(**more: str) -> dict[str, str]:
    """An environment in which nothing points at another bank."""
    ours = {name: value for name, value in os.environ.items() if name not in _NOT_OURS}
    return {**ours, "PYTHONPATH": str(BACKEND), **more}


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-P", "-m", "app.cli", *map(str, arguments)]


def nyord(*arguments: str | Path, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        command(*arguments),
        env=environment(**more),
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def eventually(condition: Callable[[], bool], seconds: float = 20) -> bool:
    """Whether the condition comes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


def processes_naming(text: str) -> list[int]:
    """The processes with this text on their command line: who works on a data folder of a test."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                state = (entry / "stat").read_text().rsplit(")", 1)[1].split()[0]
            except OSError:
                continue
            if text in command and state != "Z":
                found.append(int(entry.name))
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def copy_of(made: Path, folder: Path) -> Path:
    """A bank of its own for a test, in a fraction of the time that making one takes."""
    shutil.copytree(made, folder, ignore=shutil.ignore_patterns("socket", "logs"))
    return folder


@dataclass
class Bank:
    folder: Path
    port: int
    process: subprocess.Popen[bytes]
    console: Path

    def answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/health/live")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def asked(self, path: str, seconds: float) -> int:
        """The status of one question over one connection, which waits so long for its answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    def said(self) -> str:
        return self.console.read_text()

    def processes(self) -> dict[str, int]:
        """The process ids of the bank's parts, by name."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        found = {}
        for pid in children:
            line = Path(f"/proc/{pid}/cmdline").read_bytes()
            for name, mark in (
                ("gateway", b"uvicorn"),
                ("worker", b"celery"),
                ("postgres", b"unix_socket_directories"),
            ):
                if mark in line:
                    found[name] = int(pid)
        return found

    def run_info(self) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads((self.folder / "run.json").read_text())
        return facts

    def left_over(self) -> list[int]:
        """Processes that still work for this bank."""
        return [*processes_naming(str(self.folder)), *processes_naming(f"--port {self.port}")]

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)


@contextmanager
def bank(folder: Path, *arguments: str) -> Iterator[Bank]:
    """Run a bank until the block ends, however it ends."""
    port = free_port()
    folder.parent.mkdir(parents=True, exist_ok=True)
    console = folder.parent / f"console-{port}.txt"
    with console.open("wb") as output:
        process = subprocess.Popen(
            command("up", "--data", folder, "--port", str(port), "--no-demo", "--no-web", *arguments),
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    running = Bank(folder, port, process, console)
    try:
        assert eventually(lambda: running.answers() or process.poll() is not None, START_SECONDS_MAX), running.said()
        assert process.poll() is None, running.said()
        assert eventually(lambda: "Ctrl-C stops the bank" in running.said()), running.said()
        yield running
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
