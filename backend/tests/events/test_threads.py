"""Guarantee: a thread that was started has done its work once, however soon it is told to stop; trouble is tried again."""

from __future__ import annotations

import psycopg
import pytest

from app.core.errors import Unavailable
from app.events.threads import Threads


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
