"""What the broker's queues gave up on: our own bundles are tried again piece by piece, foreign messages go to the staff."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

import structlog

from app.broker import foreign
from app.broker.connection import connected, declare, drain
from app.broker.topology import Topology, dead_letter_queue
from app.database import unit_of_work
from app.events.dead_letters import bury
from app.events.inbox import keep
from app.events.models import DeadLetter

log = structlog.get_logger("events")

LOOK_EVERY_SECONDS = 1.0
TEXT_CHARACTERS_MAX = 10_000
_UNKNOWN = "It repeats nothing that the bank has accepted. Transfers are asked for through the API."


def drain_dead_letters(url: str, queues: Iterable[str], wanted: Topology, stopping: threading.Event) -> None:
    """Empty the dead-letter queues of these queues into PostgreSQL until it is time to stop.

    A bundle is there because it came too often without being handled (it may have killed its workers): from now on it is
    handled in halves, so that only the event that does the harm ends as a dead letter.

    Raises:
        sqlalchemy.exc.OperationalError, amqp.exceptions.AMQPError, OSError: something is away; nothing is lost, call again.
    """
    with connected(url, "nyord-dead-letters") as connection:
        declare(connection, wanted)
        channel = connection.channel()
        channel.basic_qos(0, 10, False)
        for queue in queues:

            def take(message: Any, queue: str = queue) -> None:
                _store(queue, message)
                channel.basic_ack(message.delivery_info["delivery_tag"])

            channel.basic_consume(dead_letter_queue(queue).name, callback=take)
        while not stopping.is_set():
            drain(connection, LOOK_EVERY_SECONDS)
            connection.heartbeat_tick()


def _store(queue: str, message: Any) -> None:
    number = message.properties.get("message_id", "")
    with unit_of_work() as session:
        if message.properties.get("app_id") == "nyord" and number.isdigit() and len(number) < 19:
            log.warning("bundle came back too often", queue=queue, bundle=number)
            keep(session, queue, [int(number)])
            return
        key = str(_original_key(message))[:80]
        body = message.body if isinstance(message.body, str) else bytes(message.body).decode("utf-8", "replace")
        try:
            foreign.read(message.body, key)
            error = _UNKNOWN
        except foreign.NotUnderstood as reason:
            error = str(reason)
        text = body.replace("\0", "\N{REPLACEMENT CHARACTER}")[:TEXT_CHARACTERS_MAX]
        bury(session, DeadLetter(queue=queue, message=text, topic=key, error=error, attempts=1))


def _original_key(message: Any) -> str:
    """Return the routing key under which the message was first published."""
    deaths = (message.headers or {}).get("x-death") or [{}]
    keys = deaths[-1].get("routing-keys") or [""]
    return str(keys[0])
