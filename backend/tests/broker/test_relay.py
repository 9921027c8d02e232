"""Guarantee: the relay takes no more in hand than it needs, however much waits, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from app.broker import relay
from app.broker.connection import connected, declare, lengths
from app.broker.publish import Publisher
from app.broker.relay import relay_some
from app.broker.topology import topology
from app.config import get_settings
from app.events.consumer import Consumer, consumers
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
