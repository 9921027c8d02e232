"""The threads of a worker whose bus is RabbitMQ: the relay, a consumer per queue, and the dead letters."""

from __future__ import annotations

from app.broker.connection import AWAY, Broker
from app.broker.consume import QueueConsumer
from app.broker.dead_letters import drain_dead_letters
from app.broker.relay import relay
from app.broker.topology import topology
from app.events.consumer import Consumer
from app.events.precedence import Precedence
from app.events.threads import Threads
from app.events.waker import Waker


class BrokerRunner:
    """Starts and stops them. Any number of workers may run; what must be done by one is done by one."""

    def __init__(self, url: str, consumers: dict[str, Consumer]) -> None:
        self._url = url
        self._consumers = consumers
        self._threads = Threads(away=AWAY)
        self._precedence = Precedence(self._threads.stopping)
        self._waker = Waker()

    def start(self) -> None:
        """Start the threads; each begins with what is waiting already."""
        broker, stopping = Broker(self._url, topology(self._consumers.values())), self._threads.stopping
        judged = frozenset(topic for one in self._consumers.values() if one.recognise for topic in one.topics)
        self._waker.start()
        self._threads.spawn("relay", lambda: relay(broker, stopping))
        self._threads.spawn("dead-letters", lambda: drain_dead_letters(broker, self._consumers, stopping))
        for known in self._consumers.values():
            consumer = QueueConsumer(broker, known, judged, stopping, self._precedence, self._waker.wake)
            self._threads.spawn(known.queue, consumer.run)

    def stop(self, timeout_seconds: float = 10.0) -> None:
        """Let every thread finish the batch in hand; what isn't acknowledged comes again, here or in another worker."""
        self._threads.join(timeout_seconds)
        self._waker.stop()
