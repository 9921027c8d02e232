"""Guarantee: the relay takes no more in hand than it needs, however much waits, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import psycopg
import pytest

from app.broker import relay
from app.broker.connection import connected, declare, lengths
from app.broker.publish import Publisher
from app.broker.relay import outgoing, relay_some
from app.broker.topology import topology
from app.config import get_settings
from app.core import clock
from app.database import unit_of_work
from app.events.catalogue import KYCStatusChanged
from app.events.consumer import Consumer, consumers
from app.events.outbox import record
from tests.events.conftest import commit, count

Hand = tuple[psycopg.Connection[tuple[object, ...]], Publisher]


@pytest.fixture
def hand(queue: Consumer, rabbitmq_vhost: str) -> Iterator[Hand]:
    """A connection to the outbox and one to the broker, as the relay has them."""
    with (
        psycopg.connect(get_settings().libpq_url, autocommit=True) as outbox,
        connected(rabbitmq_vhost, "test") as connection,
    ):
        declare(connection, topology(consumers().values()))
        yield outbox, Publisher(connection)


class TestRelaySome:
    """S131: what was recorded is published, oldest first, in portions."""

    def test_nothing_waits(self, hand: Hand) -> None:
        assert relay_some(*hand) is False

    def test_few_go_at_once(self, hand: Hand, rabbitmq_vhost: str) -> None:
        for number in range(3):
            commit(number, number + 100)
        assert relay_some(*hand) is False
        assert count("outbox_unsent") == 0
        assert lengths(rabbitmq_vhost, ["test.queue"]) == {"test.queue": 3}

    def test_a_portion_is_limited_by_events(self, hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(relay, "RELAY_EVENTS_MAX", 10)
        for first in range(0, 40, 4):
            commit(*range(first, first + 4))
        left = []
        while relay_some(*hand):
            left.append(count("outbox_unsent"))
        assert left == [7, 4, 1], "twelve events a time: the bundle that reaches the limit still goes"
        assert count("outbox_unsent") == 0

    def test_a_bundle_larger_than_a_portion_goes_alone(self, hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(relay, "RELAY_EVENTS_MAX", 2)
        commit(*range(50))
        commit(51)
        assert relay_some(*hand) is True
        assert count("outbox_unsent") == 1
        assert relay_some(*hand) is False
        assert count("outbox_unsent") == 0

    def test_a_portion_is_limited_by_bundles(self, hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(relay, "RELAY_BUNDLES_MAX", 2)
        for number in range(5):
            commit(number)
        assert [relay_some(*hand), relay_some(*hand), relay_some(*hand)] == [True, True, False]
        assert count("outbox_unsent") == 0


class TestNames:
    """S103, S108, S114, S118: a decision about somebody's identity is heard under the names that are true of it."""

    @pytest.mark.parametrize(
        ("name", "heard"),
        [
            ("kyc.status_changed", ["approved", "rejected"]),
            ("kyc.status_changed.#", ["approved", "rejected"]),
            ("kyc.completed", ["approved", "rejected"]),
            ("kyc.approved", ["approved"]),
            ("kyc.verified", ["approved"]),
            ("kyc.rejected", ["rejected"]),
        ],
    )
    def test_who_listens_for_a_name(self, hand: Hand, rabbitmq_vhost: str, name: str, heard: list[str]) -> None:
        with connected(rabbitmq_vhost, "stranger") as connection:
            channel = connection.channel()
            channel.queue_declare("stranger", exclusive=True)
            channel.queue_bind("stranger", "banking.events", name)
            with unit_of_work() as session:
                for status in ("approved", "rejected"):
                    record(session, KYCStatusChanged(occurred_at=clock.now(), user_id=7, status=status))
            relay_some(*hand)
            came = list(iter(lambda: channel.basic_get("stranger", no_ack=True), None))
        assert [msgspec.json.decode(message.body)[0]["status"] for message in came] == heard
        assert {message.delivery_info["routing_key"] for message in came} == {"kyc.status_changed"}

    @pytest.mark.parametrize("payload", ["nonsense", "[{}]", '[{"status":7}]'])
    def test_nobody_waits_for_one_that_can_not_be_read(self, payload: str) -> None:
        message = outgoing(1, "kyc.status_changed", 1, None, 1, payload, 0)
        assert (message.key, "CC" in message.headers) == ("kyc.status_changed", False)
