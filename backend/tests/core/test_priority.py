"""Who gives way, does so within its session and, where the kernel weighs sessions, with it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.core import priority
from tests.conftest import BACKEND
from tests.priorities import niceness, session_niceness


@contextmanager
def giving_way(*niceness: int, leads: bool) -> Iterator[int]:
    """A process that gives way once or more and waits, in a session that it leads or that a shell leads."""
    script = (
        "import os, sys\nfrom app.core.priority import give_way\n"
        f"for each in {niceness}: give_way(each)\nprint(os.getpid(), flush=True)\nsys.stdin.read()"
    )
    command = [sys.executable, "-c", script]
    # With `exit` behind it the command stays the shell's child: a shell may become the last command that it is given.
    with subprocess.Popen(
        command if leads else ["sh", "-c", '"$@"; exit', "sh", *command],
        cwd=BACKEND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())


class TestGiveWay:
    def test_a_session_s_leader_takes_its_session_along(self) -> None:
        before = niceness(0)
        with giving_way(3, leads=True) as pid:
            assert niceness(pid) == before + 3
            assert session_niceness(pid) in (before + 3, None)

    def test_who_shares_a_session_leaves_it_as_it_was(self) -> None:
        with giving_way(3, leads=False) as pid:
            assert os.getsid(pid) != pid
            assert niceness(pid) == niceness(0) + 3
            assert session_niceness(pid) in (0, None)

    def test_it_adds_up_to_the_most_that_there_is(self) -> None:
        with giving_way(15, 15, leads=True) as pid:
            assert niceness(pid) == 19
            assert session_niceness(pid) in (19, None)


class TestWeigh:
    """The kernel says "later" to everybody but root for 100 ms after anybody's word."""

    def test_it_is_said_again(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        told: list[str] = []

        def write(_: Path, text: str) -> int:
            told.append(text)
            if len(told) < 3:
                raise BlockingIOError
            return len(text)

        monkeypatch.setattr(Path, "write_text", write)
        monkeypatch.setattr(priority, "_AGAIN_SECONDS", 0.0)
        priority._weigh(tmp_path / "autogroup", 5)
        assert told == ["5\n"] * 3

    def test_not_for_ever(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        told: list[str] = []

        def write(_: Path, text: str) -> int:
            told.append(text)
            raise BlockingIOError

        monkeypatch.setattr(Path, "write_text", write)
        monkeypatch.setattr(priority, "_AGAIN_SECONDS", 0.0)
        priority._weigh(tmp_path / "autogroup", 5)
        assert len(told) == 10
