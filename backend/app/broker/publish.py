"""Publishing with confirms: what this returns from is on the broker's disks, or it raises and everything is still ours."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any, NamedTuple

import amqp

from app.broker.connection import drain

CONFIRM_SECONDS = 10


class Outgoing(NamedTuple):
    """A message, and where it goes."""

    exchange: str
    key: str
    body: str
    message_id: str
    type: str
    timestamp: int
    headers: dict[str, Any]
    mandatory: bool = True  # somebody must want it


class NotConfirmed(OSError):
    """The broker refused a message, could not route it, or didn't say in time that it has it."""


class Publisher:
    """One confirming channel of a connection."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._channel = connection.channel()
        self._channel.confirm_select()
        self._sent = 0
        self._unconfirmed: set[int] = set()
        self._refused: str | None = None
        self._channel.events["basic_ack"].add(self._on_ack)
        self._channel.events["basic_nack"].add(self._on_nack)
        self._channel.events["basic_return"].add(self._on_return)

    def publish(self, messages: Iterable[Outgoing]) -> None:
        """Publish persistent messages in order and return when the broker has them all.

        Raises:
            NotConfirmed: at least one of them isn't safe; publishing them again is (receivers know the bundle).
        """
        self._refused = None
        for message in messages:
            self._channel.basic_publish(
                amqp.Message(
                    message.body, content_type="application/json", delivery_mode=2, message_id=message.message_id,
                    type=message.type, timestamp=message.timestamp, app_id="nyord", application_headers=message.headers,
                ),
                exchange=message.exchange, routing_key=message.key, mandatory=message.mandatory,
            )  # fmt: skip
            self._sent += 1
            self._unconfirmed.add(self._sent)
        until = time.monotonic() + CONFIRM_SECONDS
        while self._unconfirmed and self._refused is None:
            if time.monotonic() > until:
                raise NotConfirmed(f"The broker didn't confirm within {CONFIRM_SECONDS} seconds.")
            drain(self._connection, 1.0)
        if self._refused is not None:
            raise NotConfirmed(self._refused)

    def _on_ack(self, delivery_tag: int, multiple: bool) -> None:
        if multiple:
            self._unconfirmed = {tag for tag in self._unconfirmed if tag > delivery_tag}
        else:
            self._unconfirmed.discard(delivery_tag)

    def _on_nack(self, delivery_tag: int, multiple: bool) -> None:
        self._refused = "The broker refused a message (is its queue full?)."

    def _on_return(self, error: Exception, exchange: str, routing_key: str, message: Any) -> None:
        self._refused = f"The broker has no queue for {routing_key}."
