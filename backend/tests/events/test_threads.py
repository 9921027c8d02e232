"""Guarantee: a thread that was started has done its work once, however soon it is told to stop; trouble is tried again."""

from __future__ import annotations

import threading
from collections.abc import MutableMapping
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from app.core.errors import Unavailable
from app.events import threads as threads_module
from app.events.threads import BACK_OFF_SECONDS_MAX, Threads


class Waits(threading.Event):
    """The word to stop, which doesn't wait for it but notes how long it should have."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.seconds.append(timeout)
        return self.is_set()


def lines_of(error: Exception) -> list[MutableMapping[str, Any]]:
    """Return what is logged of a thread that runs into this once."""
    threads = Threads()

    def work() -> None:
        threads.stopping.set()
        raise error

    with capture_logs() as lines:
        threads.spawn("tried", work)
        threads.join(5)
    return lines


class TestThreads:
    """The relay, the waker and every consumer persevere by it."""

    def test_told_to_stop_before_it_began_it_works_once(self) -> None:
        threads, done = Threads(), []
        threads.stopping.set()
        threads.spawn("late", lambda: done.append("work"))
        threads.join(5)
        assert done == ["work"]

    @pytest.mark.parametrize("error", [psycopg.OperationalError("gone"), Unavailable("busy"), ZeroDivisionError()])
    def test_it_tries_again_after_trouble(self, error: Exception) -> None:
        threads, tries = Threads(), []

        def work() -> None:
            tries.append(1)
            if len(tries) == 1:
                raise error
            threads.stopping.set()

        threads.spawn("tried", work)
        for thread in threads._threads:
            thread.join(5)
        assert len(tries) == 2

    @pytest.mark.parametrize(
        ("error", "told"),
        [
            (psycopg.OperationalError("gone"), "away"),
            (psycopg.errors.ReadOnlySqlTransaction("on a standby"), "away"),
            (Unavailable("busy"), "away"),
            (ZeroDivisionError(), "event thread failed"),
        ],
    )
    def test_only_a_bug_is_told_with_where_it_is(self, error: Exception, told: str) -> None:
        assert [line["event"] for line in lines_of(error)] == [told]

    @pytest.mark.parametrize(
        ("said", "reason"),
        [
            (
                'connection failed: connection to server at "10.0.0.7", port 5432 failed: '
                'FATAL:  password authentication failed for user "nyord"\nconnection to server at "10.0.0.7", port 5432 failed: '
                'FATAL:  no pg_hba.conf entry',
                'password authentication failed for user "nyord"',
            ),
            ("failed to resolve host 'db.internal': [Errno -2] Not known", "[Errno -2] Not known"),
            ("connection timeout expired\nMultiple connection attempts failed.", "connection timeout expired"),
            ("consuming input failed: server closed the connection\n\tThis probably means", "server closed the connection"),
            ("", ""),
        ],
    )  # fmt: skip
    def test_it_says_why_and_not_where(self, said: str, reason: str) -> None:
        refused = psycopg.OperationalError(said)
        for error in (refused, OperationalError("SELECT 1", {}, refused)):
            (line,) = lines_of(error)
            assert (line["event"], line["error"], line["reason"]) == ("away", "OperationalError", reason)

    def test_the_reason_of_a_real_refusal(self) -> None:
        with pytest.raises(psycopg.OperationalError) as refused:
            psycopg.connect("postgresql://nyord:s3cret@127.0.0.1:1/nyord")
        (line,) = lines_of(refused.value)
        assert line["reason"] == "Connection refused"

    @pytest.mark.parametrize("error", [psycopg.OperationalError("gone"), ZeroDivisionError()])
    def test_it_waits_longer_each_time_until_it_was_well(
        self, monkeypatch: pytest.MonkeyPatch, error: Exception
    ) -> None:
        """Trouble that was over long ago says nothing about how long the next one lasts."""
        now, works_seconds = 0.0, iter([0, 0, 0, 0, 0, 0, 0, BACK_OFF_SECONDS_MAX + 1, 0, BACK_OFF_SECONDS_MAX + 1])
        monkeypatch.setattr(threads_module, "time", SimpleNamespace(monotonic=lambda: now), raising=False)
        threads, waits = Threads(), Waits()
        threads.stopping = waits

        def work() -> None:
            nonlocal now
            seconds = next(works_seconds, None)
            if seconds is None:
                threads.stopping.set()
            else:
                now += seconds
                raise error

        threads.spawn("tried", work)
        for thread in threads._threads:
            thread.join(5)
        assert waits.seconds == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 0.1, 0.2, 0.1]
