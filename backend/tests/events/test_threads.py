"""Guarantee: a thread that was started has done its work once, however soon it is told to stop; trouble is tried again."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import psycopg
import pytest
import structlog

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
    def test_only_a_bug_is_told_with_where_it_is(
        self, monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
    ) -> None:
        capture = structlog.testing.LogCapture()
        monkeypatch.setattr(threads_module, "log", structlog.wrap_logger(None, processors=[capture]))
        threads = Threads()

        def work() -> None:
            threads.stopping.set()
            raise error

        threads.spawn("troubled", work)
        threads.join(5)
        assert [entry["event"] for entry in capture.entries] == [told]

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
