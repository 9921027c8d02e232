"""Connections to RabbitMQ: one per thread, with time limits on everything, and the errors that mean "away"."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import amqp

from app.broker.address import amqp_arguments
from app.broker.topology import Topology
from app.core.errors import BankError
from app.events.threads import DATABASE_AWAY

CONNECT_SECONDS = 5
# A broker that is full stops reading; a thread that writes to it must come back and say so.
WRITE_SECONDS = 10
HEARTBEAT_SECONDS = 20

BROKER_AWAY = (amqp.exceptions.AMQPError, OSError, EOFError)
AWAY = (*DATABASE_AWAY, *BROKER_AWAY)


class TopologyMismatch(BankError):
    """Something on the broker has our name and other arguments."""

    code = "topology_mismatch"


# Of several addresses, the one that let us in last: a node that is gone isn't asked first each time.
_last_good: dict[str, str] = {}


@contextmanager
def connected(url: str, name: str) -> Iterator[Any]:
    """Give a connection to the broker of this address (see `address`), closed at the end.

    Of several, with `;` between them, it is the first that lets us in, beginning with the one that did last.

    Raises:
        amqp.exceptions.AMQPError, OSError: the broker is away, or refuses us; of several, all of them.
    """
    connection = _connect(url, name)
    try:
        yield connection
    finally:
        with suppress(*BROKER_AWAY):
            connection.close()


def _connect(url: str, name: str) -> Any:
    several = url.split(";")
    start = several.index(_last_good.get(url, several[0]))
    refusal: Exception | None = None
    for address in several[start:] + several[:start]:
        connection = _connection(address, name)
        try:
            connection.connect()
        except BROKER_AWAY as error:
            refusal = error
            with suppress(*BROKER_AWAY):
                connection.close()
        else:
            _last_good[url] = address
            return connection
    assert refusal
    raise refusal


def _connection(address: str, name: str) -> Any:
    return amqp.Connection(
        **amqp_arguments(address),
        connect_timeout=CONNECT_SECONDS,
        write_timeout=WRITE_SECONDS,
        heartbeat=HEARTBEAT_SECONDS,
        client_properties={"connection_name": name},
    )


def declare(connection: Any, wanted: Topology) -> None:
    """Make sure that everything exists. Any number of processes may do this at any time.

    Raises:
        TopologyMismatch: an exchange or a queue exists already with other arguments.
    """
    for exchange in wanted.exchanges:
        with _own_channel(connection, f"exchange {exchange.name}") as channel:
            channel.exchange_declare(exchange.name, exchange.type, durable=True, auto_delete=False)
    for queue in wanted.queues:
        with _own_channel(connection, f"queue {queue.name}") as channel:
            channel.queue_declare(queue.name, durable=True, auto_delete=False, arguments=queue.arguments)
    with _own_channel(connection, "bindings") as channel:
        for binding in wanted.bindings:
            bind = channel.exchange_bind if binding.to_exchange else channel.queue_bind
            bind(binding.destination, binding.source, binding.key)


class Broker:
    """The broker of one worker, whose threads have a connection each.

    Whoever connects first declares what must exist; the others need not ask the broker the same two hundred things again.
    After any of them was cut off it is done anew: the broker may have come back empty, or somebody has deleted a queue.
    """

    def __init__(self, url: str, wanted: Topology) -> None:
        self._url = url
        self._wanted = wanted
        self._lock = threading.Lock()
        self._is_declared = False

    @contextmanager
    def connected(self, name: str) -> Iterator[Any]:
        """Give a connection to a broker on which everything exists, closed at the end.

        Raises:
            TopologyMismatch: an exchange or a queue exists already with other arguments.
            amqp.exceptions.AMQPError, OSError: the broker is away, or refuses us.
        """
        try:
            with connected(self._url, name) as connection:
                with self._lock:
                    if not self._is_declared:
                        declare(connection, self._wanted)
                        self._is_declared = True
                yield connection
        except BROKER_AWAY:
            self._is_declared = False
            raise


@contextmanager
def _own_channel(connection: Any, what: str) -> Iterator[Any]:
    """A channel for one declaration: the broker closes it when it disagrees."""
    channel = connection.channel()
    try:
        yield channel
    except amqp.exceptions.PreconditionFailed as error:
        raise TopologyMismatch(
            f"RABBITMQ_URL: the broker has another {what} already ({error.reply_text}). "
            "Delete it there, or use a virtual host of the bank's own."
        ) from None
    with suppress(*BROKER_AWAY):
        channel.close()


def drain(connection: Any, seconds: float) -> bool:
    """Handle what the broker has sent, waiting up to `seconds` for something; return whether there was anything."""
    try:
        connection.drain_events(timeout=seconds or 0.000_1)
    except TimeoutError:
        return False
    except OSError as error:
        if "timed out" in str(error):
            return False
        raise
    return True


def lengths(url: str, queues: list[str]) -> dict[str, int]:
    """Return how many messages wait in each of these queues; a queue that doesn't exist yet is left out.

    Raises:
        amqp.exceptions.AMQPError, OSError: the broker is away.
    """
    found: dict[str, int] = {}
    with connected(url, "nyord-lengths") as connection:
        for queue in queues:
            channel = connection.channel()
            with suppress(amqp.exceptions.NotFound):
                found[queue] = channel.queue_declare(queue, passive=True).message_count
                channel.close()
    return found
