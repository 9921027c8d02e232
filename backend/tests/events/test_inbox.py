"""Guarantee: every consumer handles every event exactly once, and a poisoned one never holds up its neighbours."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta

import msgspec
import pytest
import sqlalchemy.exc
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.database import unit_of_work
from app.events.catalogue import UserRegistered, WorkerFailed
from app.events.consumer import Consumer, Envelope
from app.events.inbox import ATTEMPTS_MAX, DELIVERIES_MAX, handle_waiting, retry_delay
from app.events.models import DeadLetter
from tests.events.conftest import Effects, commit, count, happened, make_due, relay

_SECONDS_LEFT = text("SELECT extract(epoch FROM available_at - clock_timestamp()) FROM deliveries")


class Killed(BaseException):
    """Stands for kill -9: nothing catches it, nothing is tidied up."""


def readable(number: int) -> str:
    """Return an event as the outbox keeps it."""
    return msgspec.json.encode(happened(number)).decode()


def deliver_again() -> None:
    """Put a second copy of everything that waits into the queue, as a bus may after a crash."""
    with unit_of_work() as session:
        session.execute(
            text("INSERT INTO deliveries (queue, outbox_id, lo, hi) SELECT queue, outbox_id, lo, hi FROM deliveries")
        )


def handle_all(queue: Consumer) -> None:
    """Handle until nothing waits that may be tried now."""
    while handle_waiting(queue).events:
        pass


class TestTwice:
    """S166, S167: delivered twice is handled once."""

    def test_twice_in_one_batch(self, queue: Consumer, effects: Effects) -> None:
        commit(1, 2)
        relay()
        deliver_again()
        handle_all(queue)
        assert (effects.seen, count("deliveries")) == ([1, 2], 0)

    def test_it_says_whether_there_was_more_than_a_batch(self, declare: Callable[..., Consumer]) -> None:
        """A bundle that doesn't fit is more, though the batch isn't full."""
        queue = declare(lambda session, events: None, batch_max=3)
        commit(1, 2)
        commit(3, 4)
        relay()
        assert handle_waiting(queue) == (2, True)
        assert handle_waiting(queue) == (2, False)
        assert handle_waiting(queue) == (0, False)

    def test_a_batch_of_nothing_but_duplicates_is_a_no_op(self, queue: Consumer, effects: Effects) -> None:
        commit(1, 2)
        relay()
        handle_all(queue)
        with unit_of_work() as session:
            session.execute(
                text("INSERT INTO deliveries (queue, outbox_id, lo, hi) SELECT queue, outbox_id, lo, hi FROM inbox")
            )
        assert handle_waiting(queue).events == 2
        assert handle_waiting(queue).events == 0
        assert effects.seen == [1, 2]

    def test_killed_between_handler_and_commit(self, declare: Callable[..., Consumer], effects: Effects) -> None:
        kills = iter([True])

        def handler(session: Session, events: Sequence[UserRegistered]) -> None:
            effects.add(session, [event.user_id for event in events])
            if next(kills, False):
                raise Killed

        queue = declare(handler)
        commit(1, 2)
        relay()
        with pytest.raises(Killed):
            handle_waiting(queue)
        assert effects.seen == []
        handle_all(queue)
        assert effects.seen == [1, 2]

    def test_two_workers_on_the_same_delivery(self, queue: Consumer, effects: Effects) -> None:
        for number in range(40):
            commit(number)
        relay()
        deliver_again()
        threads = [threading.Thread(target=handle_all, args=(queue,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        handle_all(queue)
        assert sorted(effects.seen) == list(range(40))


class TestBatches:
    """A batch is as large as its consumer wants, and never smaller than one delivery."""

    def test_up_to_the_limit(self, declare: Callable[..., Consumer], effects: Effects) -> None:
        sizes: list[int] = []
        queue = declare(lambda session, events: sizes.append(len(events)), batch_max=5)
        for start in range(0, 12, 2):
            commit(start, start + 1)
        relay()
        handle_all(queue)
        assert sizes == [4, 4, 4]

    def test_a_bundle_larger_than_the_limit_is_one_batch(self, declare: Callable[..., Consumer]) -> None:
        sizes: list[int] = []
        queue = declare(lambda session, events: sizes.append(len(events)), batch_max=5)
        commit(*range(9))
        relay()
        handle_all(queue)
        assert sizes == [9]

    def test_deliveries_are_bounded_too(self, declare: Callable[..., Consumer]) -> None:
        sizes: list[int] = []
        queue = declare(lambda session, events: sizes.append(len(events)))
        for number in range(DELIVERIES_MAX + 1):
            commit(number)
        relay()
        handle_all(queue)
        assert sizes == [DELIVERIES_MAX, 1]

    def test_envelopes_say_which_event_it_is(self, declare: Callable[..., Consumer]) -> None:
        got: list[Envelope] = []
        queue = declare(lambda session, envelopes: got.extend(envelopes), enveloped=True)
        commit(5, 6)
        relay()
        handle_all(queue)
        with unit_of_work() as session:
            bundle = session.scalar(text("SELECT id FROM outbox"))
        assert [(one.id, one.event.user_id) for one in got if isinstance(one.event, UserRegistered)] == [
            (f"{bundle}-0", 5),
            (f"{bundle}-1", 6),
        ]


class TestOrder:
    """S136: an ordered queue is handled by one worker at a time, in the order of recording."""

    def test_one_worker_at_a_time(self, declare: Callable[..., Consumer], effects: Effects) -> None:
        inside, entered, leave = [], threading.Event(), threading.Event()

        def handler(session: Session, events: Sequence[UserRegistered]) -> None:
            inside.append(len(events))
            entered.set()
            leave.wait(10)
            effects.add(session, [event.user_id for event in events])

        queue = declare(handler, ordered=True, batch_max=1)
        commit(1)
        commit(2)
        relay()
        first = threading.Thread(target=handle_waiting, args=(queue,))
        first.start()
        assert entered.wait(10)
        assert handle_waiting(queue).events == 0, "a second worker took work of an ordered queue"
        leave.set()
        first.join()
        handle_all(queue)
        assert effects.seen == [1, 2]

    def test_poison_does_not_change_it(self, declare: Callable[..., Consumer], effects: Effects) -> None:
        def handler(session: Session, events: Sequence[UserRegistered]) -> None:
            effects.add(session, [event.user_id for event in events])
            if any(event.user_id == 5 for event in events):
                raise ValueError

        queue = declare(handler, ordered=True)
        for start in range(0, 16, 4):
            commit(*range(start, start + 4))
        relay()
        handle_all(queue)
        assert effects.seen == [number for number in range(16) if number != 5]

    def test_others_are_shared(self, declare: Callable[..., Consumer], effects: Effects) -> None:
        entered, leave = threading.Event(), threading.Event()

        def handler(session: Session, events: Sequence[UserRegistered]) -> None:
            if events[0].user_id == 1:
                entered.set()
                leave.wait(10)
            effects.add(session, [event.user_id for event in events])

        queue = declare(handler, batch_max=1)
        commit(1)
        relay()
        first = threading.Thread(target=handle_waiting, args=(queue,))
        first.start()
        assert entered.wait(10)
        commit(2)
        relay()
        assert handle_waiting(queue).events == 1
        leave.set()
        first.join()
        assert effects.seen == [2, 1]


class TestPoison:
    """S148, C13: a technical failure is retried, then a dead letter and an alarm; everybody else goes on."""

    POISONED = 137

    @pytest.fixture
    def queue(self, declare: Callable[..., Consumer], effects: Effects) -> Consumer:
        def handler(session: Session, events: Sequence[UserRegistered]) -> None:
            effects.add(session, [event.user_id for event in events])
            if any(event.user_id == self.POISONED for event in events):
                raise ValueError("poisoned")

        return declare(handler)

    @pytest.mark.parametrize("bundle_events", [1, 7, 200])
    def test_its_neighbours_are_handled_once(self, queue: Consumer, effects: Effects, bundle_events: int) -> None:
        for start in range(0, 200, bundle_events):
            commit(*range(start, min(start + bundle_events, 200)))
        relay()
        handle_all(queue)
        assert sorted(effects.seen) == [number for number in range(200) if number != self.POISONED]
        with unit_of_work() as session:
            left = session.execute(text("SELECT hi - lo, attempts, available_at > clock_timestamp() FROM deliveries"))
            assert [tuple(row) for row in left] == [(1, 1, True)], "it waits alone for its next try"

    def test_it_is_tried_later_and_later_and_then_buried(self, queue: Consumer, effects: Effects) -> None:
        commit(self.POISONED)
        relay()
        waits: list[int] = []
        for _ in range(ATTEMPTS_MAX - 1):
            handle_all(queue)
            with unit_of_work() as session:
                waits.append(
                    round(
                        session.scalar(
                            text("SELECT extract(epoch FROM available_at - clock_timestamp()) FROM deliveries")
                        )
                    )
                )
            make_due()
        assert waits == [1, 4, 16, 64, 256] == [retry_delay(tries).total_seconds() for tries in range(1, ATTEMPTS_MAX)]
        handle_all(queue)
        assert (count("deliveries"), effects.seen) == (0, [])
        with unit_of_work() as session:
            letter = session.scalars(select(DeadLetter)).one()
            assert (letter.queue, letter.topic, letter.position) == ("test.queue", "user.registered", 0)
            assert (letter.error, letter.attempts, letter.status) == ("ValueError: poisoned", ATTEMPTS_MAX, "waiting")
            assert session.scalar(text("SELECT count(*) FROM outbox WHERE topic = 'system.worker_failed'")) == 1

    def test_a_failed_alarm_raises_no_alarm(self, declare: Callable[..., Consumer], database: str) -> None:
        from app.events.consumer import consumer, consumers
        from app.events.outbox import record

        def broken(session: Session, events: Sequence[WorkerFailed]) -> None:
            raise ValueError

        declare(lambda session, events: None)
        consumer(queue="test.alarms", on=[WorkerFailed])(broken)
        with unit_of_work() as session:
            record(
                session,
                WorkerFailed(occurred_at=session.scalar(text("SELECT now()")), queue="q", dead_letter_id=1, error="e"),
            )
        relay()
        for _ in range(ATTEMPTS_MAX):
            handle_all(consumers()["test.alarms"])
            make_due()
        assert (count("dead_letters"), count("outbox"), count("deliveries")) == (1, 1, 0)

    def test_an_unreadable_event_is_buried_alone(self, queue: Consumer, effects: Effects) -> None:
        with unit_of_work() as session:
            session.execute(
                text("INSERT INTO outbox (topic, version, count, payload) VALUES ('user.registered', 1, 3, :payload)"),
                {"payload": f"[{readable(1)},{{}},{readable(3)}]"},
            )
        relay()
        for _ in range(ATTEMPTS_MAX):
            handle_all(queue)
            make_due()
        assert sorted(effects.seen) == [1, 3]
        with unit_of_work() as session:
            letter = session.scalars(select(DeadLetter)).one()
            assert (letter.position, letter.error.split(":")[0]) == (1, "ValidationError")

    def test_errors_tell_nothing_about_the_batch(self, declare: Callable[..., Consumer], effects: Effects) -> None:
        def handler(session: Session, events: Sequence[UserRegistered]) -> None:
            session.execute(text("SELECT CAST(:secret AS int)"), {"secret": "kingfisher"})

        queue = declare(handler)
        commit(1)
        relay()
        for _ in range(ATTEMPTS_MAX):
            handle_all(queue)
            make_due()
        with unit_of_work() as session:
            error = session.scalars(select(DeadLetter.error)).one()
        assert error.startswith("InvalidTextRepresentation")
        assert "parameters" not in error


class TestClock:
    """The database's clock may be set back, or another machine with another clock become the database."""

    @staticmethod
    def set_back() -> None:
        """What was written by the old clock lies in the future now."""
        with unit_of_work() as session:
            session.execute(text("UPDATE deliveries SET available_at = available_at + interval '5 hours 30 minutes'"))

    def test_what_was_never_tried_neither_waits_nor_is_overtaken(self, queue: Consumer, effects: Effects) -> None:
        commit(1)
        relay()
        self.set_back()
        commit(2)
        relay()
        assert handle_waiting(queue) == (2, False)
        assert effects.seen == [1, 2]

    def test_a_retry_waits_no_longer_than_the_longest_delay(
        self, declare: Callable[..., Consumer], effects: Effects
    ) -> None:
        failures = iter([ValueError("once")])

        def handler(session: Session, events: Sequence[UserRegistered]) -> None:
            for error in failures:
                raise error
            effects.add(session, [event.user_id for event in events])

        queue = declare(handler)
        commit(1)
        relay()
        handle_all(queue)
        assert effects.seen == [], "it is put off"
        self.set_back()
        handle_all(queue)
        assert effects.seen == [1]


class TestDatabaseAway:
    """S163: while PostgreSQL is away nothing is lost, and nothing counts as a failure of the event."""

    @pytest.mark.parametrize(
        "trouble",
        ["SELECT pg_terminate_backend(pg_backend_pid())", "SET TRANSACTION READ ONLY; SELECT nextval('outbox_id_seq')"],
    )
    def test_the_error_reaches_the_runner_and_the_event_waits_untouched(
        self, declare: Callable[..., Consumer], effects: Effects, trouble: str
    ) -> None:
        breaks = iter([True])

        def handler(session: Session, events: Sequence[UserRegistered]) -> None:
            if next(breaks, False):
                session.execute(text(trouble))
            effects.add(session, [event.user_id for event in events])

        queue = declare(handler)
        commit(1)
        relay()
        with pytest.raises(sqlalchemy.exc.OperationalError):
            handle_waiting(queue)
        with unit_of_work() as session:
            assert session.scalar(text("SELECT attempts FROM deliveries")) == 0
        handle_all(queue)
        assert effects.seen == [1]

    def test_a_limit_that_the_event_itself_breaks_is_no_outage(
        self, declare: Callable[..., Consumer], effects: Effects
    ) -> None:
        def handler(session: Session, events: Sequence[UserRegistered]) -> None:
            effects.add(session, [event.user_id for event in events])
            if any(event.user_id == 2 for event in events):
                session.execute(text("DO $$ BEGIN RAISE 'too large' USING ERRCODE = '54000'; END $$"))

        queue = declare(handler)
        commit(1, 2, 3)
        relay()
        handle_all(queue)
        assert sorted(effects.seen) == [1, 3]

    def test_a_delay_is_a_quarter_of_the_next(self) -> None:
        assert [retry_delay(tries + 1) / retry_delay(tries) for tries in range(1, 5)] == [4.0] * 4
        assert retry_delay(1) == timedelta(seconds=1)
