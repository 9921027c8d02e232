"""Guarantee: what is recorded reaches every queue's consumer through RabbitMQ, once in effect, whatever fails in between."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.broker import consume
from app.broker.connection import connected, lengths
from app.broker.connection import declare as declare_topology
from app.broker.runner import BrokerRunner
from app.broker.topology import DELIVERY_LIMIT, topology
from app.core import clock
from app.database import unit_of_work
from app.events.catalogue import Event, UserRegistered
from app.events.consumer import Consumer, consumers
from app.events.models import DeadLetter
from app.events.outbox import record
from tests.broker.conftest import Publish
from tests.broker.wire import Wire
from tests.events.conftest import Effects, commit, count, make_due
from tests.events.test_runner import eventually

Runners = Callable[..., BrokerRunner]
Away = Callable[[int], list[float]]


class CardIssued(Event, frozen=True, kw_only=True):
    """An event that this program doesn't know."""

    topic = "card.issued"


def letters() -> list[DeadLetter]:
    with unit_of_work() as session:
        return list(session.scalars(select(DeadLetter).order_by(DeadLetter.id)))


class TestDelivery:
    """S131, S135, S136, S161: events travel over the topic exchange and are handled once, in order."""

    def test_in_order_and_once(self, queue: Consumer, effects: Effects, runners: Runners) -> None:
        runners()
        for number in range(1, 31):
            commit(number, number + 100)
        wanted = [one for number in range(1, 31) for one in (number, number + 100)]
        assert eventually(lambda: len(effects.seen) == 60)
        assert effects.seen == wanted
        assert count("outbox_unsent") == 0

    def test_what_was_recorded_before_the_broker_came(
        self, queue: Consumer, effects: Effects, runners: Runners, wire: Wire
    ) -> None:
        wire.cut()
        runners(wire.url)
        commit(1)
        time.sleep(0.5)
        assert (effects.seen, count("outbox_unsent")) == ([], 1)
        wire.mend()
        assert eventually(lambda: effects.seen == [1])

    def test_what_a_newer_program_recorded_holds_up_nobody(
        self, queue: Consumer, effects: Effects, runners: Runners
    ) -> None:
        """While a release is rolled out, or taken back, gateways may know more events than the worker that relays."""
        with unit_of_work() as session:
            record(session, CardIssued(occurred_at=clock.now()))
        commit(2)
        runners()
        assert eventually(lambda: effects.seen == [2])
        assert eventually(lambda: count("outbox_unsent") == 0)

    def test_a_queue_that_rests_takes_many_small_bundles_at_once(
        self, declare: Callable[..., Consumer], effects: Effects, runners: Runners
    ) -> None:
        sizes: list[int] = []

        def handler(session: Session, events: Sequence[UserRegistered]) -> None:
            sizes.append(len(events))
            effects.add(session, [event.user_id for event in events])

        declare(handler, linger_seconds=0.5)
        for number in range(1, 301):
            commit(number)
        runners()
        assert eventually(lambda: len(effects.seen) == 300)
        assert max(sizes) > 100, sizes

    def test_connections_cut_again_and_again(
        self, queue: Consumer, effects: Effects, runners: Runners, wire: Wire
    ) -> None:
        runners(wire.url)
        for number in range(1, 41):
            commit(number)
            if number % 10 == 0:
                wire.cut()
                time.sleep(0.05)
                wire.mend()
        assert eventually(lambda: len(effects.seen) >= 40, 30)
        time.sleep(0.3)
        assert sorted(effects.seen) == list(range(1, 41))

    def test_two_workers_share_and_nothing_doubles(
        self, declare: Callable[..., Consumer], effects: Effects, runners: Runners
    ) -> None:
        declare(lambda session, events: effects.add(session, [event.user_id for event in events]))
        runners()
        runners()
        for number in range(1, 51):
            commit(number)
        assert eventually(lambda: len(effects.seen) == 50)
        assert sorted(effects.seen) == list(range(1, 51))

    def test_an_ordered_queue_has_one_active_worker(
        self, declare: Callable[..., Consumer], effects: Effects, runners: Runners
    ) -> None:
        busy = threading.Semaphore(1)
        overlaps: list[int] = []

        def handler(session: Session, events: Sequence[UserRegistered]) -> None:
            if not busy.acquire(blocking=False):
                overlaps.append(events[0].user_id)
            time.sleep(0.01)
            effects.add(session, [event.user_id for event in events])
            busy.release()

        declare(handler, ordered=True, batch_max=1)
        first = runners()
        runners()
        for number in range(1, 21):
            commit(number)
        assert eventually(lambda: len(effects.seen) >= 5)
        first.stop()  # the other one takes over where this one ends
        assert eventually(lambda: len(effects.seen) == 20)
        assert (effects.seen, overlaps) == (list(range(1, 21)), [])


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Away:
    """Let the database be away the first so many times that bundles are handled; the list fills with when that was tried."""
    real = consume.handle_arrived

    def begin(times: int) -> list[float]:
        tries: list[float] = []

        def handle(consumer: Consumer, bundles: list[int], **more: Any) -> None:
            tries.append(time.monotonic())
            if len(tries) <= times:
                raise OperationalError("", {}, Exception("away"))
            real(consumer, bundles, **more)

        monkeypatch.setattr(consume, "handle_arrived", handle)
        return tries

    return begin


class TestFailure:
    """S133, S148, C13: a technical failure is retried in PostgreSQL, alone, and buried in the end; neighbours never wait."""

    def test_killed_between_commit_and_acknowledgement(
        self, queue: Consumer, effects: Effects, runners: Runners, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        handled: list[list[int]] = []
        real = consume.handle_arrived

        def dies_after(consumer: Consumer, bundles: list[int], **more: Any) -> None:
            real(consumer, bundles, **more)
            handled.append(bundles)
            if len(handled) == 1:
                raise ConnectionResetError("killed")

        monkeypatch.setattr(consume, "handle_arrived", dies_after)
        runners()
        commit(1, 2)
        assert eventually(lambda: len(handled) == 2)
        assert handled[0] == handled[1], "the same bundle came again"
        assert effects.seen == [1, 2]

    def test_a_poisoned_event_is_alone(
        self, declare: Callable[..., Consumer], effects: Effects, runners: Runners
    ) -> None:
        def handler(session: Session, events: Sequence[UserRegistered]) -> None:
            numbers = [event.user_id for event in events]
            if 13 in numbers:
                raise ValueError("poisoned")
            effects.add(session, numbers)

        declare(handler)
        runners()
        commit(11, 12, 13, 14)
        commit(15)
        assert eventually(lambda: sorted(effects.seen) == [11, 12, 14, 15])
        for _ in range(5):
            assert eventually(lambda: count("deliveries") == 1)
            make_due()
            time.sleep(1.2)
        assert eventually(lambda: len(letters()) == 1)
        assert (letters()[0].queue, letters()[0].position) == ("test.queue", 2)

    def test_the_database_is_away(self, queue: Consumer, effects: Effects, runners: Runners, away: Away) -> None:
        tries = away(2)
        runners()
        commit(1)
        assert eventually(lambda: effects.seen == [1])
        assert len(tries) == 3

    def test_away_for_long_it_waits_outside_and_comes_back(
        self, queue: Consumer, effects: Effects, runners: Runners, away: Away, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """S163: the message goes to the retry queue, and from there back."""
        monkeypatch.setattr(consume, "HOLD_SECONDS_MAX", 0.0)
        monkeypatch.setattr("app.broker.topology.RETRY_MILLISECONDS", 500)
        tries = away(1)
        runners()
        commit(1)
        assert eventually(lambda: effects.seen == [1])
        assert tries[1] - tries[0] > 0.4, "it didn't wait outside"

    def test_however_often_it_is_put_off_one_channel_is_used(
        self, queue: Consumer, effects: Effects, runners: Runners, away: Away, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A connection has some two thousand of them, and a database may be away for a day."""
        monkeypatch.setattr(consume, "HOLD_SECONDS_MAX", 0.0)
        monkeypatch.setattr("app.broker.topology.RETRY_MILLISECONDS", 100)
        channels: list[int] = []

        class Counted(consume.Publisher):
            def __init__(self, connection: Any) -> None:
                super().__init__(connection)
                channels.append(len(connection.channels))

        monkeypatch.setattr(consume, "Publisher", Counted)
        tries = away(4)
        runners()
        commit(1)
        assert eventually(lambda: effects.seen == [1])
        assert (len(tries), len(channels)) == (5, 1)

    def test_what_came_back_too_often_is_handled_piece_by_piece(
        self, queue: Consumer, effects: Effects, runners: Runners, rabbitmq_vhost: str
    ) -> None:
        commit(1)
        with unit_of_work() as session:
            bundle = session.scalar(text("SELECT id FROM outbox"))
        wanted = topology(consumers().values())
        with connected(rabbitmq_vhost, "test") as connection:
            declare_topology(connection, wanted)
            import amqp

            connection.channel().basic_publish_confirm(
                amqp.Message("[]", app_id="nyord", message_id=str(bundle)), exchange="", routing_key="test.queue.dlq"
            )
        with unit_of_work() as session:
            session.execute(text("DELETE FROM outbox_unsent"))
        runners()
        assert eventually(lambda: effects.seen == [1])
        assert letters() == []


class TestForeign:
    """C1: what a foreign program publishes is judged, and never crashes anything."""

    @pytest.mark.parametrize(
        ("key", "body", "why"),
        [
            ("user.registered", b"\xff\xfe not json", "isn't valid JSON"),
            ("user.registered", b"[1,2]", "isn't of the form"),
            ("user.registered", b'{"type":"user.became_rich","data":{}}', "no event called"),
            ("user.registered", b'{"type":"user.registered","data":{"user_id":1}}', "repeats nothing"),
            ("user.registered", b"{" + b" " * 70_000 + b"}", "larger than"),
            ("user.registered", b'{"data":{"password":"hunter22"}}', "repeats nothing"),
        ],
    )
    def test_what_is_not_believed_is_a_dead_letter(
        self, queue: Consumer, effects: Effects, runners: Runners, publish: Publish, key: str, body: bytes, why: str
    ) -> None:
        runners()
        assert eventually(lambda: is_bound(queue))
        publish(key, body)
        assert eventually(lambda: len(letters()) == 1)
        letter = letters()[0]
        assert (letter.queue, letter.topic, letter.outbox_id) == ("test.queue", key, None)
        assert why in letter.error
        commit(7)
        assert eventually(lambda: 7 in effects.seen), "the queue goes on"

    def test_a_forged_bundle_says_nothing_that_the_outbox_does_not(
        self, queue: Consumer, effects: Effects, runners: Runners, publish: Publish
    ) -> None:
        runners()
        commit(1)
        assert eventually(lambda: effects.seen == [1])
        forged = '[{"occurred_at":"2026-01-01T00:00:00Z","user_id":999,"username":"x","role":"admin"}]'
        publish("user.registered", forged, app_id="nyord", message_id="999999999999")
        commit(2)
        assert eventually(lambda: effects.seen == [1, 2])
        assert letters() == []

    def test_what_repeats_something_known_is_no_news(
        self,
        declare: Callable[..., Consumer],
        effects: Effects,
        runners: Runners,
        publish: Publish,
        rabbitmq_vhost: str,
    ) -> None:
        asked: list[tuple[str, Any]] = []

        def knows(session: Session, topic: str, facts: Any) -> bool:
            asked.append((topic, facts))
            return True

        one = declare(lambda session, events: None, recognise=knows)
        runners()
        assert eventually(lambda: is_bound(one))
        publish("user.registered", '{"type":"user.registered","data":{"user_id":1}}')
        assert eventually(lambda: asked == [("user.registered", {"user_id": 1})])
        assert eventually(
            lambda: lengths(rabbitmq_vhost, ["test.queue", "test.queue.dlq"]) == {"test.queue": 0, "test.queue.dlq": 0}
        )
        assert letters() == []

    def test_it_is_judged_when_the_database_is_back(
        self,
        declare: Callable[..., Consumer],
        runners: Runners,
        publish: Publish,
        rabbitmq_vhost: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """S163: however often it is asked meanwhile, and by whichever worker."""
        monkeypatch.setattr(consume, "BACK_OFF_SECONDS_MAX", 0.01)
        asked: list[str] = []
        is_back = threading.Event()

        def knows(session: Session, topic: str, facts: Any) -> bool:
            asked.append(topic)
            if not is_back.is_set():
                raise OperationalError("", {}, Exception("away"))
            return True

        one = declare(lambda session, events: None, recognise=knows)
        first = runners()
        assert eventually(lambda: is_bound(one))
        assert eventually(lambda: count("inbox") == count("outbox"))  # is_bound's own events, too
        publish("user.registered", '{"type":"user.registered","data":{"user_id":1}}')
        assert eventually(lambda: len(asked) > DELIVERY_LIMIT + 1)
        first.stop()
        waiting = ["test.queue", "test.queue.dlq"]
        assert eventually(lambda: lengths(rabbitmq_vhost, waiting) == {"test.queue": 1, "test.queue.dlq": 0})
        is_back.set()
        runners()
        assert eventually(lambda: lengths(rabbitmq_vhost, waiting) == {"test.queue": 0, "test.queue.dlq": 0})
        commit(7)
        assert eventually(lambda: count("inbox") == count("outbox"))
        assert letters() == []


def is_bound(consumer: Consumer) -> bool:
    """Whether the queue's thread has come so far that an event reaches it."""
    commit(0)
    with unit_of_work() as session:
        return bool(session.scalar(text("SELECT count(*) FROM inbox WHERE queue = :queue"), {"queue": consumer.queue}))
