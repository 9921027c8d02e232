"""Guarantee: a worker's threads carry events by themselves, outlive lost connections, and leave no work half done."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.database import unit_of_work
from app.events.catalogue import UserRegistered
from app.events.consumer import Consumer, consumers
from app.events.runner import EventRunner, drain
from tests.events.conftest import Effects, commit, count

pytestmark = pytest.mark.slow


def eventually(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Wait until something is true, and say whether it became so."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


@pytest.fixture
def running(queue: Consumer) -> Iterator[EventRunner]:
    """A runner of the test's queue."""
    runner = EventRunner({queue.queue: queue})
    runner.start()
    yield runner
    runner.stop()


class TestRunner:
    """S140.4, S163: the worker's events."""

    def test_what_waits_already_is_handled(self, queue: Consumer, effects: Effects) -> None:
        commit(1)
        runner = EventRunner({queue.queue: queue})
        runner.start()
        try:
            assert eventually(lambda: effects.seen == [1])
        finally:
            runner.stop()

    def test_a_commit_wakes_it(self, running: EventRunner, effects: Effects) -> None:
        commit(0)
        assert eventually(lambda: effects.seen == [0])
        delays = []
        for number in range(1, 6):
            begun = time.monotonic()
            commit(number)
            assert eventually(lambda: len(effects.seen) == number + 1)  # noqa: B023
            delays.append(time.monotonic() - begun)
        assert sorted(delays)[2] < 0.5, f"a second is the fallback; the wake-up should be far quicker: {delays}"

    def test_it_survives_the_loss_of_every_connection(
        self, running: EventRunner, effects: Effects, database: str
    ) -> None:
        commit(1)
        assert eventually(lambda: effects.seen == [1])
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            # Recorded beside the app, whose own pooled connections have just been cut.
            connection.execute(
                "INSERT INTO outbox (topic, version, count, payload) VALUES ('user.registered', 1, 1, %s)",
                ['[{"user_id":2,"username":"b","role":"customer","occurred_at":"2026-01-01T00:00:00Z"}]'],
            )

            def both_seen() -> bool:
                return connection.execute("SELECT count(*) FROM effects").fetchone() == (2,)

            assert eventually(both_seen)

    def test_stop_finishes_the_batch_in_hand(self, declare: Callable[..., Consumer], effects: Effects) -> None:
        begun, go_on = threading.Event(), threading.Event()

        def handler(session: Session, events: Sequence[UserRegistered]) -> None:
            begun.set()
            go_on.wait(10)
            effects.add(session, [event.user_id for event in events])

        queue = declare(handler, batch_max=1)
        commit(1)
        runner = EventRunner({queue.queue: queue})
        runner.start()
        assert begun.wait(10)
        commit(2)
        stopping = threading.Thread(target=runner.stop)
        stopping.start()
        go_on.set()
        stopping.join()
        assert effects.seen[0] == 1
        assert len(effects.seen) + count("deliveries") + count("outbox_unsent") == 2, "nothing lost, nothing half done"

    def test_queues_of_other_workers_are_left_to_them(self, declare: Callable[..., Consumer], effects: Effects) -> None:
        for name in ("test.mine", "test.theirs"):
            declare(lambda session, events: effects.add(session, [event.user_id for event in events]), queue=name)
        runner = EventRunner({"test.mine": consumers()["test.mine"]})
        runner.start()
        try:
            commit(1)
            assert eventually(lambda: effects.seen == [1])
        finally:
            runner.stop()
        with unit_of_work() as session:
            assert session.scalars(text("SELECT queue FROM deliveries")).all() == ["test.theirs"]


class TestDrain:
    """Here and now, for seeds and tests."""

    def test_follows_events_that_cause_events(self, declare: Callable[..., Consumer], effects: Effects) -> None:
        from app.events.outbox import record
        from tests.events.conftest import happened

        def handler(session: Session, events: Sequence[UserRegistered]) -> None:
            effects.add(session, [event.user_id for event in events])
            record(session, *(happened(event.user_id - 1) for event in events if event.user_id > 0))

        queue = declare(handler)
        commit(3)
        assert drain({queue.queue: queue}) == 4
        assert effects.seen == [3, 2, 1, 0]

    def test_does_not_wait_for_what_was_put_off(self, declare: Callable[..., Consumer], effects: Effects) -> None:
        def handler(session: Session, events: Sequence[UserRegistered]) -> None:
            raise ValueError

        queue = declare(handler)
        commit(1)
        drain({queue.queue: queue})
        assert count("deliveries") == 1
