"""Guarantee: what waits on RabbitMQ is counted in events, with its true age, and raises the alarm like any other queue."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy import text

from app import config
from app.broker.connection import connected, declare, lengths
from app.broker.publish import Publisher
from app.broker.relay import relay_some
from app.broker.topology import topology
from app.consumers import consumers
from app.database import unit_of_work
from app.events.outbox import record
from app.operations import queues
from app.operations.queues import QueueHealth, check_queues
from tests.bank import Bank
from tests.conftest import point_at
from tests.events.test_runner import eventually
from tests.money import transfer_completed


@pytest.fixture
def on_rabbitmq(database: str, rabbitmq_vhost: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The bank's queues on a broker, which nobody consumes."""
    point_at(monkeypatch, database, rabbitmq_url=rabbitmq_vhost)
    with connected(rabbitmq_vhost, "test") as connection:
        declare(connection, topology(consumers().values()))
    return rabbitmq_vhost


@pytest.fixture
def publish(on_rabbitmq: str, database: str) -> Callable[..., None]:
    """Record completed transfers, one bundle each time, so many seconds ago, and relay them."""

    def send(*, bundles: int, events: int, seconds: int = 0) -> None:
        for _ in range(bundles):
            with unit_of_work() as session:
                record(session, *(transfer_completed() for _ in range(events)))
        with unit_of_work() as session:
            session.execute(text("ALTER TABLE outbox DISABLE TRIGGER append_only"))
            session.execute(
                text("UPDATE outbox SET recorded_at = recorded_at - make_interval(secs => :s)"), {"s": seconds}
            )
            session.execute(text("ALTER TABLE outbox ENABLE TRIGGER append_only"))
        with connected(on_rabbitmq, "test") as connection, psycopg.connect(database, autocommit=True) as outbox:
            while relay_some(outbox, Publisher(connection)):
                pass
        wanted = {"banking.notifications": bundles, "banking.audit": bundles, "banking.search": bundles}
        assert eventually(lambda: {n: c for n, c in lengths(on_rabbitmq, list(consumers())).items() if c} == wanted)

    return send


def health() -> dict[str, QueueHealth]:
    messages = queues.on_broker()
    with unit_of_work() as session:
        return {queue.queue: queue for queue in queues.health(session, messages) if queue.waiting}


class TestHealth:
    """S122, S162: `GET /admin/queues` on RabbitMQ."""

    def test_events_and_their_age(self, publish: Callable[..., None]) -> None:
        publish(bundles=3, events=4, seconds=100)
        found = health()
        assert set(found) == {"banking.notifications", "banking.audit", "banking.search"}
        assert found["banking.audit"].waiting == 12
        assert 100 <= found["banking.audit"].oldest_seconds < 110

    def test_what_was_handled_before_is_not_in_line(self, publish: Callable[..., None], on_rabbitmq: str) -> None:
        publish(bundles=2, events=5, seconds=1_000)
        with connected(on_rabbitmq, "test") as connection:
            connection.channel().queue_purge("banking.audit")
            connection.channel().queue_purge("banking.search")
            connection.channel().queue_purge("banking.notifications")
        publish(bundles=1, events=2, seconds=50)
        found = health()["banking.audit"]
        assert (found.waiting, found.oldest_seconds // 10) == (2, 5)

    def test_what_failed_before_is_counted_too(self, publish: Callable[..., None]) -> None:
        publish(bundles=1, events=2)
        with unit_of_work() as session:
            session.execute(
                text(
                    "INSERT INTO deliveries (queue, outbox_id, lo, hi, attempts) "
                    "SELECT 'banking.audit', id, 0, 1, 1 FROM outbox"
                )
            )
        found = health()["banking.audit"]
        assert (found.waiting, found.retrying) == (3, 1)

    def test_staff_see_it(
        self, bank: Bank, rabbitmq_vhost: str, database: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        admin = bank.admin()
        monkeypatch.setenv("RABBITMQ_URL", rabbitmq_vhost)
        config.get_settings.cache_clear()
        assert admin.get("/admin/queues").json()["broker_answers"] is True
        monkeypatch.setenv("RABBITMQ_URL", "amqp://nobody:x@127.0.0.1:9/none")
        config.get_settings.cache_clear()
        answer = admin.get("/admin/queues")
        assert (answer.status_code, answer.json()["broker_answers"]) == (200, False)


class TestCheck:
    """S162: `system.queue_overflow` for a queue on RabbitMQ."""

    def alarmed(self) -> list[str]:
        messages = queues.on_broker()
        with unit_of_work() as session:
            return sorted(alarm.queue for alarm in check_queues(session, messages))

    def test_too_long(self, publish: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
        publish(bundles=2, events=3)
        assert self.alarmed() == []
        monkeypatch.setenv("QUEUE_LENGTH_MAX", "5")
        config.get_settings.cache_clear()
        assert self.alarmed() == ["banking.audit", "banking.notifications", "banking.search"]

    def test_too_old(self, publish: Callable[..., None]) -> None:
        publish(bundles=1, events=1, seconds=61)
        assert self.alarmed() == ["banking.audit", "banking.notifications", "banking.search"]
        assert self.alarmed() == [], "once a minute"
