"""What an address of RabbitMQ means."""

from __future__ import annotations

import pytest
from amqp.transport import to_host_port

from app.broker.address import amqp_arguments


@pytest.mark.parametrize(
    ("address", "host", "port"),
    [
        ("amqp://u:p@rabbit.example/bank", "rabbit.example", 5672),
        ("amqps://u:p@rabbit.example/bank", "rabbit.example", 5671),
        ("amqp://u:p@10.0.0.7:5673/bank", "10.0.0.7", 5673),
        ("amqp://u:p@[::1]/bank", "::1", 5672),
        ("amqps://u:p@[2001:db8::7]:5673/bank", "2001:db8::7", 5673),
        ("amqp:///bank", "localhost", 5672),
    ],
)
def test_where_it_is(address: str, host: str, port: int) -> None:
    assert to_host_port(amqp_arguments(address)["host"]) == (host, port)
