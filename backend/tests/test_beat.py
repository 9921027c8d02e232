"""Guarantee: however many beats run, one sends the ticks; when it ends or loses its lock, another one goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest
from celery import Celery

from app.beat import STAND_BY_SECONDS, OneBeat

Beats = Callable[[], OneBeat]


@pytest.fixture
def beats(database: str) -> Iterator[Beats]:
    """Make beats of one schedule; what they send is counted, not sent."""
    made: list[OneBeat] = []

    def make() -> OneBeat:
        app = Celery("beats", broker="memory://", set_as_current=False)
        app.conf.beat_schedule = {"often": {"task": "tests.nothing", "schedule": 0.0}}
        beat = OneBeat(app=app)
        beat.setup_schedule()
        made.append(beat)
        return beat

    yield make
    for beat in made:
        beat.close()


def sent(beat: OneBeat) -> int:
    """Tick a few times and count what was sent by it."""
    before = beat.schedule["often"].total_run_count
    for _ in range(3):
        beat.tick()
    return int(beat.schedule["often"].total_run_count - before)


class TestOneBeat:
    """S137: two beats do the work once."""

    def test_the_second_stands_by(self, beats: Beats) -> None:
        first, second = beats(), beats()
        assert sent(first) > 0
        assert sent(second) == 0
        assert second.tick() == STAND_BY_SECONDS

    def test_it_takes_over(self, beats: Beats) -> None:
        first, second = beats(), beats()
        assert sent(first) > 0
        first.close()
        assert sent(second) > 0

    def test_a_lost_connection_is_a_lost_lock(self, beats: Beats, database: str) -> None:
        first, second = beats(), beats()
        assert sent(first) > 0
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'nyord-beat'"
            )
        assert first.tick() == STAND_BY_SECONDS
        assert sent(second) > 0
        assert sent(first) == 0, "the first one comes back and finds the lock taken"
