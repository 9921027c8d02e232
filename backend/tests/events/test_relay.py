"""Guarantee: every recorded bundle reaches every queue bound to its topic, once, whoever relays, in whatever order."""

from __future__ import annotations

import threading
from collections.abc import Callable

from sqlalchemy import text

from app.database import new_session, unit_of_work
from app.events.catalogue import TransferFailed, UserLoggedIn
from app.events.consumer import Consumer, consumer, queues_for
from app.events.outbox import record
from app.events.relay import RELAY_BUNDLES_MAX, relay_once
from app.events.runner import drain
from tests.events.conftest import Effects, commit, count, happened, relay


def deliveries() -> list[int]:
    """Return the bundles in the queues."""
    with unit_of_work() as session:
        return list(session.scalars(text("SELECT outbox_id FROM deliveries ORDER BY outbox_id, queue")))


class TestRelay:
    """S140.3, S162: from the log into the queues."""

    def test_nothing_waiting(self, queue: Consumer) -> None:
        with unit_of_work() as session:
            assert relay_once(session).bundles == 0

    def test_every_queue_of_the_topic_gets_it(self, declare: Callable[..., Consumer], database: str) -> None:
        for name in ("test.one", "test.two"):
            declare(lambda session, events: None, queue=name)
        commit(1, 2)
        with unit_of_work() as session:
            assert relay_once(session).queues == {"test.one", "test.two"}
        assert (len(deliveries()), count("outbox_unsent")) == (2, 0)

    def test_an_event_that_nobody_wants_is_done_with(self, queue: Consumer) -> None:
        with unit_of_work() as session:
            record(
                session,
                UserLoggedIn(occurred_at=happened(1).occurred_at, user_id=1, session_id=1, ip="", user_agent=""),
            )
        with unit_of_work() as session:
            assert relay_once(session).queues == set()
        assert (count("deliveries"), count("outbox_unsent"), count("outbox")) == (0, 0, 1)

    def test_at_most_so_many_at_once(self, queue: Consumer) -> None:
        for number in range(RELAY_BUNDLES_MAX + 1):
            commit(number)
        with unit_of_work() as session:
            relay_once(session)
        assert (count("deliveries"), count("outbox_unsent")) == (RELAY_BUNDLES_MAX, 1)

    def test_a_relay_that_dies_has_done_nothing(self, queue: Consumer) -> None:
        commit(1)
        with new_session() as session:
            relay_once(session)
            session.rollback()
        assert (count("deliveries"), count("outbox_unsent")) == (0, 1)

    def test_a_late_commit_with_a_lower_id_is_not_skipped(self, queue: Consumer, effects: Effects) -> None:
        with new_session() as late:
            record(late, happened(1))
            commit(2)
            relay()
            assert len(deliveries()) == 1
            late.commit()
        assert drain({queue.queue: queue}) == 2
        assert sorted(effects.seen) == [1, 2]

    def test_two_relays_neither_skip_nor_double(self, queue: Consumer) -> None:
        recorded = 300
        done = threading.Event()

        def work() -> None:
            while not done.is_set() or count("outbox_unsent"):
                with unit_of_work() as session:
                    relay_once(session)

        relays = [threading.Thread(target=work) for _ in range(3)]
        for thread in relays:
            thread.start()
        for number in range(recorded):
            commit(number)
        done.set()
        for thread in relays:
            thread.join()
        relay()
        assert len(deliveries()) == len(set(deliveries())) == recorded


class TestQueuesFor:
    """A queue bound to a topic gets what begins with it, and nothing that merely looks similar."""

    def test_reasons_come_under_their_topic(self, declare: Callable[..., Consumer]) -> None:
        declare(lambda session, events: None)
        consumer(queue="test.failures", on=[TransferFailed])(lambda session, events: None)
        assert queues_for("transfer.failed.insufficient_funds") == ["test.failures"]
        assert queues_for("transfer.failed") == ["test.failures"]
        assert queues_for("transfer.failedly") == []
        assert queues_for("user.registered") == ["test.queue"]
