"""Guarantee: however many beats run, one sends the ticks; when it ends or loses its lock, another one goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

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

    def test_a_clock_that_is_set_back_holds_nothing_up(self, beats: Beats, monkeypatch: pytest.MonkeyPatch) -> None:
        beat = beats()
        assert sent(beat) > 0
        now = beat.app.now
        monkeypatch.setattr(beat.app, "now", lambda: now() - timedelta(hours=1))
        assert sent(beat) > 0


class TestBacklog:
    """S137: when workers come back after an outage they do the newest tick, not each that was missed."""

    def test_every_tick_expires_when_the_next_one_comes(self, database: str) -> None:
        """But not within a minute: beat and worker may be on machines whose clocks differ."""
        from app.celery_app import celery

        schedule = celery.conf.beat_schedule
        assert len(schedule) == 6
        for entry in schedule.values():
            assert entry["options"] == {"expires": max(60, entry["schedule"].run_every.total_seconds())}

    def test_a_tick_says_when_it_expires(self, database: str) -> None:
        """Celery's workers pass over one that has; to run one here would make its settings this process's."""
        app = Celery("backlog", broker="memory://", set_as_current=False)
        app.conf.task_default_queue = "backlog"
        app.conf.beat_schedule = {"often": {"task": "tests.tick", "schedule": 0.0, "options": {"expires": 60.0}}}
        beat = OneBeat(app=app)
        beat.setup_schedule()
        assert sent(beat) > 0
        beat.close()
        with app.connection_for_read() as connection:
            tick = connection.SimpleQueue("backlog").get(timeout=5)
            left = datetime.fromisoformat(tick.headers["expires"]) - datetime.now(UTC)
            assert timedelta(0) < left <= timedelta(seconds=60)
