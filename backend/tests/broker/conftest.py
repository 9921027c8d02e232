"""A bank of the test's own on a virtual host of its own, and a wire to the broker that can be cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import amqp
import pytest

from app.broker.connection import connected
from app.broker.runner import BrokerRunner
from app.events.consumer import Consumer, consumers
from tests.broker.wire import Wire
from tests.events.conftest import declare, effects, queue  # noqa: F401  (fixtures)

Publish = Callable[..., None]


@pytest.fixture
def runners(rabbitmq_vhost: str) -> Iterator[Callable[..., BrokerRunner]]:
    """Start runners of the declared queues; they stop at the end."""
    started: list[BrokerRunner] = []

    def start(url: str = rabbitmq_vhost, known: dict[str, Consumer] | None = None) -> BrokerRunner:
        runner = BrokerRunner(url, known or consumers())
        runner.start()
        started.append(runner)
        return runner

    yield start
    for runner in started:
        runner.stop()


@pytest.fixture
def wire(rabbitmq_vhost: str) -> Iterator[Wire]:
    """A wire to the broker; `wire.url` is its other end."""
    with Wire(rabbitmq_vhost) as made:
        yield made


@pytest.fixture
def publish(rabbitmq_vhost: str) -> Publish:
    """Publish as a foreign program does."""

    def send(key: str, body: bytes | str, **properties: Any) -> None:
        with connected(rabbitmq_vhost, "foreign") as connection:
            channel = connection.channel()
            channel.exchange_declare("banking.events", "topic", durable=True, auto_delete=False)
            channel.basic_publish_confirm(
                amqp.Message(body, delivery_mode=2, **properties), exchange="banking.events", routing_key=key
            )

    return send
