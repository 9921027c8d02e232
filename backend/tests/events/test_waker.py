"""Guarantee: whoever recorded something never waits for the relay to be told, and it is told whatever happens to a connection."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from app.config import get_settings
from app.events.waker import Waker
from tests.events.test_runner import eventually

Listener = psycopg.Connection[Any]


@pytest.fixture
def listener(database: str) -> Iterator[Listener]:
    """Somebody who listens as the relay does."""
    with psycopg.connect(get_settings().libpq_url, autocommit=True) as connection:
        connection.execute("LISTEN outbox")
        yield connection


@pytest.fixture
def waker(database: str) -> Iterator[Waker]:
    made = Waker()
    made.start()
    yield made
    made.stop()


def heard(listener: Listener, seconds: float = 5.0) -> bool:
    return any(True for _ in listener.notifies(timeout=seconds, stop_after=1))


class TestWaker:
    """S131, S161: what was recorded is passed on at once, not when the relay next looks by itself."""

    def test_it_tells(self, waker: Waker, listener: Listener) -> None:
        waker.wake()
        assert heard(listener)
        assert not heard(listener, 0.2), "once"

    def test_a_thousand_calls_are_few_notifications(self, waker: Waker, listener: Listener) -> None:
        for _ in range(1_000):
            waker.wake()
        assert heard(listener)
        assert sum(1 for _ in listener.notifies(timeout=0.5)) < 500

    def test_the_last_call_before_it_stops_is_told(self, database: str, listener: Listener) -> None:
        waker = Waker()
        waker.start()
        waker.wake()
        waker.stop()
        assert heard(listener)

    def test_it_comes_back_when_its_connection_is_cut(self, waker: Waker, listener: Listener) -> None:
        waker.wake()
        assert heard(listener)
        cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'nyord-waker'"
        assert eventually(lambda: listener.execute(cut).fetchone() == (1,))
        waker.wake()
        assert heard(listener), "told over the next connection"
