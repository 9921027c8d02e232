"""Guarantee: whatever lies in a dead-letter queue becomes one letter to the staff, and holds up nothing beside it."""

from __future__ import annotations

import threading
from typing import Any

import amqp
import pytest

from app.broker import dead_letters
from app.broker.connection import Broker, connected
from app.broker.connection import declare as declare_topology
from app.broker.topology import topology
from app.events.consumer import Consumer, consumers
from tests.broker.conftest import Publish
from tests.broker.test_bus import Runners, is_bound, letters
from tests.events.conftest import Effects, commit
from tests.events.test_runner import eventually


def lie(url: str, *messages: amqp.Message) -> None:
    """Put messages straight into the dead-letter queue, as anybody with the broker's password can."""
    with connected(url, "test") as connection:
        declare_topology(connection, topology(consumers().values()))
        channel = connection.channel()
        for message in messages:
            channel.basic_publish_confirm(message, exchange="", routing_key="test.queue.dlq")


class TestPoisonous:
    """C1: a foreign message that no text of PostgreSQL, no number and no encoding can hold."""

    @pytest.mark.parametrize(
        ("body", "properties", "stored"),
        [
            ('{"type":"\\u0000","data":{}}', {}, '{"type":"\\u0000","data":{}}'),
            ("a\0b", {}, "a\N{REPLACEMENT CHARACTER}b"),
            ("two", {"app_id": "nyord", "message_id": "²"}, "two"),
            ("\\ud800", {"content_encoding": "raw_unicode_escape"}, "?"),
        ],
        ids=["nul-in-its-name", "nul", "digit", "encoding"],
    )
    def test_its_neighbours_are_buried_once(
        self,
        queue: Consumer,
        effects: Effects,
        runners: Runners,
        publish: Publish,
        body: str,
        properties: dict[str, Any],
        stored: str,
    ) -> None:
        runners()
        assert eventually(lambda: is_bound(queue))
        publish("user.registered", body, **properties)
        publish("user.registered", "neighbour")
        commit(7)
        assert eventually(lambda: 7 in effects.seen), "the queue goes on"
        assert eventually(lambda: len(letters()) >= 2)
        publish("user.registered", "last")
        assert eventually(lambda: bool(letters()) and letters()[-1].message == "last")
        assert [letter.message for letter in letters()] == [stored, "neighbour", "last"]

    def test_one_that_died_nowhere(self, queue: Consumer, runners: Runners, rabbitmq_vhost: str) -> None:
        lie(
            rabbitmq_vhost, amqp.Message("forged", application_headers={"x-death": ["many"]}), amqp.Message("neighbour")
        )
        runners()
        assert eventually(lambda: len(letters()) >= 2)
        assert [(letter.message, letter.topic) for letter in letters()] == [("forged", ""), ("neighbour", "")]


class TestStop:
    """S161: a worker that stops leaves to the next one what it hasn't stored yet."""

    def test_in_the_middle_of_many(self, queue: Consumer, rabbitmq_vhost: str, monkeypatch: pytest.MonkeyPatch) -> None:
        wanted, stopping, stored = topology(consumers().values()), threading.Event(), []
        real = dead_letters._store

        def store(name: str, message: Any) -> None:
            real(name, message)
            stored.append(message)
            if len(stored) == 3:
                stopping.set()

        lie(rabbitmq_vhost, *(amqp.Message(f"foreign {number}") for number in range(30)))
        monkeypatch.setattr(dead_letters, "_store", store)
        broker = Broker(rabbitmq_vhost, wanted)
        dead_letters.drain_dead_letters(broker, [queue.queue], stopping)
        stopping.clear()
        rest = threading.Thread(target=dead_letters.drain_dead_letters, args=(broker, [queue.queue], stopping))
        rest.start()
        assert eventually(lambda: bool(letters()) and letters()[-1].message == "foreign 29")
        stopping.set()
        rest.join()
        assert [letter.message for letter in letters()] == [f"foreign {number}" for number in range(30)]
