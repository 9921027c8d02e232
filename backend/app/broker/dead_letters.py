"""What the broker's queues gave up on: our own bundles are tried again piece by piece, foreign messages go to the staff."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from typing import Any

import structlog

from app.broker import foreign
from app.broker.connection import Broker, drain
from app.broker.topology import dead_letter_queue
from app.database import unit_of_work
from app.events.dead_letters import bury
from app.events.inbox import keep
from app.events.models import DeadLetter

log = structlog.get_logger("events")

LOOK_EVERY_SECONDS = 1.0
TEXT_CHARACTERS_MAX = 10_000
_UNKNOWN = "It repeats nothing that the bank has accepted. Transfers are asked for through the API."


def drain_dead_letters(broker: Broker, queues: Iterable[str], stopping: threading.Event) -> None:
    """Empty the dead-letter queues of these queues into PostgreSQL until it is time to stop.

    A bundle is there because it came too often without being handled (it may have killed its workers): from now on it is
    handled in halves, so that only the event that does the harm ends as a dead letter.

    Raises:
        sqlalchemy.exc.OperationalError, amqp.exceptions.AMQPError, OSError: something is away; nothing is lost, call again.
        TopologyMismatch: something on the broker has our name and other arguments.
    """
    with broker.connected("nyord-dead-letters") as connection:
        channel = connection.channel()
        channel.basic_qos(0, 10, False)
        # They come while the connection is being closed, too, when no acknowledgement is heard any more: so they are stored
        # outside the callback, and what isn't stored when it ends comes again.
        arrived: deque[tuple[str, Any]] = deque()
        for queue in queues:

            def take(message: Any, queue: str = queue) -> None:
                arrived.append((queue, message))

            channel.basic_consume(dead_letter_queue(queue).name, callback=take)
        while not stopping.is_set():
            drain(connection, LOOK_EVERY_SECONDS)
            while arrived and not stopping.is_set():
                queue, message = arrived.popleft()
                _store(queue, message)
                channel.basic_ack(message.delivery_info["delivery_tag"])
            connection.heartbeat_tick()


def _store(queue: str, message: Any) -> None:
    bundle = foreign.bundle_named(message)
    with unit_of_work() as session:
        if bundle is not None:
            log.warning("bundle came back too often", queue=queue, bundle=bundle)
            keep(session, queue, [bundle])
            return
        key = _original_key(message)[:80]
        body = message.body if isinstance(message.body, str) else bytes(message.body).decode("utf-8", "replace")
        try:
            foreign.read(message.body, key)
            error = _UNKNOWN
        except foreign.NotUnderstood as reason:
            error = str(reason)
        text = _storable(body[:TEXT_CHARACTERS_MAX])
        letter = DeadLetter(queue=queue, message=text, topic=_storable(key), error=_storable(error), attempts=1)
        bury(session, letter)


def _original_key(message: Any) -> str:
    """Return the routing key under which the message was first published."""
    try:
        return str(message.headers["x-death"][-1]["routing-keys"][0])
    except (LookupError, TypeError):
        return ""  # it didn't die in a queue of ours: somebody put it there


def _storable(text: str) -> str:
    """Return it without what no text of PostgreSQL can hold: NUL, and halves of a surrogate pair."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")
