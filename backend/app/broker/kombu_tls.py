"""Celery's way to RabbitMQ over TLS, with the options of the address as the bank's own connections read them.

kombu takes `ssl_…` options out of an address and hands them on under names that py-amqp doesn't know; and without a name to
compare, py-amqp takes the certificate of any host. Importing this module puts both right for every `amqps://` of the process.
"""

from __future__ import annotations

from typing import Any

from kombu.transport import TRANSPORT_ALIASES
from kombu.transport.pyamqp import SSLTransport

from app.broker.address import amqp_tls


class Transport(SSLTransport):
    """kombu's transport for `amqps://`; of a cluster each node is asked for its own name."""

    def establish_connection(self) -> Any:
        """Connect. The client is left as it was: kombu makes others after its example."""
        client: Any = self.client
        host, options = client.hostname, client.ssl
        try:
            client.ssl = amqp_tls(options if isinstance(options, dict) else {}, host or "localhost")
            return super().establish_connection()  # type: ignore[no-untyped-call]
        finally:
            client.hostname, client.ssl = host, options  # kombu writes 127.0.0.1 for localhost


TRANSPORT_ALIASES["amqps"] = f"{__name__}:{Transport.__name__}"
