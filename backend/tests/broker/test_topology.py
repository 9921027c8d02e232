"""Guarantee: the broker has what the bank needs, however often it is declared, or the bank says what is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from app.broker.connection import TopologyMismatch, connected, declare
from app.broker.topology import described, drawn, keys_of, topology
from app.consumers import consumers
from app.events.catalogue import CATALOGUE
from app.events.consumer import Consumer


class TestTopology:
    """S131-S138, C3-C5, C14."""

    def test_the_specified_names(self) -> None:
        found = topology(consumers().values())
        names = {queue.name for queue in found.queues}
        assert {"banking.transactions", "banking.notifications", "banking.audit", "banking.transactions.dlq"} <= names
        assert ("banking.events", "topic") in found.exchanges
        assert ("banking.completed", "fanout") in found.exchanges
        assert ("banking.dlq", "direct") in found.exchanges

    def test_quorum_limits_and_ttl(self) -> None:
        for queue in topology(consumers().values()).queues:
            arguments = queue.arguments
            assert arguments["x-queue-type"] == "quorum"
            assert ("x-message-ttl" in arguments) == queue.name.endswith(".retry"), (
                "a TTL on a work queue loses transfers"
            )
            is_work = not queue.name.endswith((".dlq", ".retry"))
            assert ("x-delivery-limit" in arguments) == is_work
            if is_work:
                assert arguments["x-dead-letter-exchange"] == "banking.dlq"
                assert ("x-single-active-consumer" in arguments) == (queue.name == "banking.transactions")

    def test_every_topic_reaches_a_queue(self) -> None:
        found = topology(consumers().values())
        keys = {binding.key for binding in found.bindings}
        for topic in CATALOGUE:
            assert set(keys_of(topic)) <= keys

    def test_two_declare_at_once_and_again(self, rabbitmq_vhost: str) -> None:
        found = topology(consumers().values())
        for _ in range(2):
            with connected(rabbitmq_vhost, "one") as one, connected(rabbitmq_vhost, "two") as two:
                declare(one, found)
                declare(two, found)

    def test_an_exchange_of_another_kind_is_named(self, rabbitmq_vhost: str) -> None:
        with connected(rabbitmq_vhost, "somebody") as connection:
            connection.channel().exchange_declare("banking.events", "fanout", durable=True, auto_delete=False)
        with (
            connected(rabbitmq_vhost, "bank") as connection,
            pytest.raises(TopologyMismatch, match=r"RABBITMQ_URL: .* exchange banking.events .*type"),
        ):
            declare(connection, topology(consumers().values()))

    def test_a_queue_with_other_arguments_is_named(
        self, rabbitmq_vhost: str, declare_one: Callable[[], Consumer]
    ) -> None:
        one = declare_one()
        with connected(rabbitmq_vhost, "somebody") as connection:
            connection.channel().queue_declare(one.queue, durable=True, auto_delete=False)
        with connected(rabbitmq_vhost, "bank") as connection, pytest.raises(TopologyMismatch, match=one.queue):
            declare(connection, topology([one]))

    def test_as_json_and_as_a_picture(self) -> None:
        found = topology(consumers().values())
        assert json.loads(json.dumps(described(found)))["exchanges"][0] == {"name": "banking.events", "type": "topic"}
        picture = drawn(found)
        assert picture.startswith("flowchart LR")
        assert 'banking_transactions["banking.transactions"]' in picture


@pytest.fixture
def declare_one() -> Callable[[], Consumer]:
    """One of the bank's own consumers."""
    return lambda: consumers()["banking.transactions"]
