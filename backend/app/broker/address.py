"""What an address of RabbitMQ means, for everybody who connects to one: py-amqp directly, and Celery through kombu."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from app.core.tls import options_of, tls_of


def amqp_arguments(address: str) -> dict[str, Any]:
    """Return the arguments of `amqp.Connection` for this `amqp[s]://user:password@host:port/vhost?options`.

    Raises:
        ValueError: an option about TLS has a name or a value that is none, or the address isn't `amqps://`.
    """
    parts = urlsplit(address)
    is_tls = parts.scheme == "amqps"
    host = parts.hostname or "localhost"
    options = options_of(address)
    if options and not is_tls:
        raise ValueError("its options are for amqps://")
    return {
        "host": f"{host}:{parts.port or (5671 if is_tls else 5672)}",
        "userid": unquote(parts.username or "guest"),
        "password": unquote(parts.password or "guest"),
        "virtual_host": unquote(parts.path[1:]) or "/",
        "ssl": amqp_tls(options, host) if is_tls else False,
    }


def amqp_tls(options: Mapping[str, Any], host: str) -> dict[str, Any]:
    """Return py-amqp's `ssl` for these `ssl_…` options. It compares a name only if it is told one.

    Raises:
        ValueError: an option has a name or a value that is none.
    """
    tls = tls_of(options)
    found = {
        "ca_certs": tls.ca_certs,
        "certfile": tls.certfile,
        "keyfile": tls.keyfile,
        "cert_reqs": ssl.CERT_REQUIRED if tls.is_verified else ssl.CERT_NONE,
        "server_hostname": host if tls.is_named else None,
    }
    return {name: value for name, value in found.items() if value is not None}  # kombu puts a name where it sees None
