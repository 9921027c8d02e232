"""Guarantee: whatever the bus needs on the broker exists, and a worker asks for it no more often than it must."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from app.broker import connection as connection_module
from app.broker.connection import connected, lengths
from app.broker.runner import BrokerRunner
from app.events.consumer import Consumer
from tests.broker.wire import Wire
from tests.events.conftest import Effects, commit
from tests.events.test_runner import eventually

Runners = Callable[..., BrokerRunner]


class TestDeclaration:
    """S131, S139: what must exist is made by whoever comes first, and again when it may be gone."""

    @pytest.fixture
    def declared(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Which threads have declared."""
        real, threads = connection_module.declare, []

        def declare(*arguments: Any) -> None:
            threads.append(threading.current_thread().name)
            real(*arguments)

        monkeypatch.setattr(connection_module, "declare", declare)
        return threads

    def test_once_for_all_threads_and_again_after_the_broker_was_away(
        self, queue: Consumer, effects: Effects, runners: Runners, wire: Wire, declared: list[str]
    ) -> None:
        runners(wire.url)
        commit(1)
        assert eventually(lambda: effects.seen == [1])
        assert len(declared) == 1
        wire.cut()
        commit(2)
        wire.mend()
        assert eventually(lambda: effects.seen == [1, 2])
        assert len(declared) >= 2

    def test_a_queue_that_somebody_deletes_comes_back(
        self, queue: Consumer, effects: Effects, runners: Runners, rabbitmq_vhost: str
    ) -> None:
        runners()
        commit(1)
        assert eventually(lambda: effects.seen == [1])
        with connected(rabbitmq_vhost, "an operator") as connection:
            connection.channel().queue_delete(queue.queue)
        assert eventually(lambda: queue.queue in lengths(rabbitmq_vhost, [queue.queue]))
        commit(2)
        assert eventually(lambda: effects.seen == [1, 2])


class TestSeveralAddresses:
    """S139, S140: RabbitMQ in threes. A node that is lost costs a reconnect, and one that is away isn't asked again and again."""

    def test_the_first_of_them_is_dead(
        self, queue: Consumer, effects: Effects, runners: Runners, rabbitmq_vhost: str
    ) -> None:
        several = f"amqp://nyord:away@127.0.0.1:1/elsewhere;{rabbitmq_vhost}"
        runners(several)
        commit(1)
        assert eventually(lambda: effects.seen == [1])
        assert lengths(several, [queue.queue]) == {queue.queue: 0}

    def test_the_node_that_we_are_connected_to_is_lost(
        self, queue: Consumer, effects: Effects, runners: Runners, wire: Wire, rabbitmq_vhost: str
    ) -> None:
        runners(f"{wire.url};{rabbitmq_vhost}")
        commit(1)
        assert eventually(lambda: effects.seen == [1])
        wire.cut()
        commit(2)
        assert eventually(lambda: effects.seen == [1, 2])

    def test_the_last_one_that_answered_is_asked_first(self, wire: Wire, rabbitmq_vhost: str) -> None:
        wire.cut()
        several = f"{wire.url};{rabbitmq_vhost}"
        with connected(several, "finds the second"):
            pass
        wire.mend()
        with connected(several, "stays there") as connection:
            assert connection.host == rabbitmq_vhost.rpartition("@")[2].partition("/")[0]

    def test_all_are_away(self) -> None:
        with pytest.raises(ConnectionRefusedError), connected("amqp://a@127.0.0.1:1/;amqp://a@127.0.0.1:2/", "nobody"):
            pass
