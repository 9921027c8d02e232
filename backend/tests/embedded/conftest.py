from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.embedded.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A data folder that doesn't exist yet, with a space in its path."""
    return Home(tmp_path / "a bank")


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
