"""Servers with TLS on loopback: Redis and PostgreSQL themselves, and TLS in front of a server that hasn't got it."""

from __future__ import annotations

import os
import shutil
import socket
import socketserver
import ssl
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

import psycopg
import redis

from app.engines import control
from tests.embedded.bank import eventually, free_port
from tests.engine_fixtures import tls_listener
from tests.engines import old_servers
from tests.engines.certificates import Authority, Certificate

PASSWORD = "s3cret"


@contextmanager
def rabbit(
    address: str,
    folder: Path,
    certificate: Certificate,
    authority: Authority,
    *,
    port: int = 0,
    asks_for_certificates: bool = False,
) -> Iterator[str]:
    """Lend a way with TLS to the RabbitMQ of this address."""
    chosen = port or free_port()
    with tls_listener(folder, chosen, certificate, authority.file, asks_for_certificates=asks_for_certificates):
        yield with_port("amqps", address, chosen)


def with_port(scheme: str, address: str, port: int) -> str:
    """Return the address with another scheme and port."""
    parts = urlsplit(address)
    return parts._replace(scheme=scheme, netloc=f"{parts.username}:{parts.password}@127.0.0.1:{port}").geturl()


@contextmanager
def redis_server(
    folder: Path, certificate: Certificate, authority: Authority, *, asks_for_certificates: bool = False
) -> Iterator[str]:
    """Run a Redis that has a port for TLS and none without."""
    port = free_port()
    options = {
        "bind": "127.0.0.1",
        "port": "0",
        "tls-port": str(port),
        "tls-cert-file": str(certificate.file),
        "tls-key-file": str(certificate.key),
        "tls-ca-cert-file": str(authority.file),
        "tls-auth-clients": "yes" if asks_for_certificates else "no",
        "requirepass": PASSWORD,
        "dir": str(folder),
        "save": "",
    }
    command = ["redis-server", *(word for name, value in options.items() for word in (f"--{name}", value))]
    url = f"rediss://:{PASSWORD}@127.0.0.1:{port}/0"
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            shown = {"ssl_certfile": str(certificate.file), "ssl_keyfile": str(certificate.key)}
            with redis.Redis.from_url(url, ssl_cert_reqs="none", **shown) as client:
                assert eventually(lambda: _answers(client), 10)
            yield url
        finally:
            server.terminate()


def _answers(client: redis.Redis) -> bool:
    with suppress(redis.ConnectionError):
        return bool(client.ping())
    return False


class Postgres:
    """A PostgreSQL of one's own whose certificate can be changed. `plain` is its address without a word about TLS."""

    def __init__(self, folder: Path) -> None:
        self._data = folder / "postgres" / "data"
        self.plain = control.start(folder, "postgres")
        self.port = int(urlsplit(self.plain).port or 0)

    def show(self, certificate: Certificate | None) -> None:
        """Present this certificate from now on; None: no TLS at all."""
        owner = self._data.stat()
        for source, name in ((certificate.file, "server.crt"), (certificate.key, "server.key")) if certificate else ():
            target = self._data / name
            shutil.copy(source, target)
            os.chown(target, owner.st_uid, owner.st_gid)
            target.chmod(0o600)
        with psycopg.connect(self.plain, autocommit=True) as connection:
            connection.execute(f"ALTER SYSTEM SET ssl = {'on' if certificate else 'off'}".encode())
            connection.execute("SELECT pg_reload_conf()")
        assert eventually(lambda: self._shown() == (certificate and certificate.file.read_text()), 10)

    def _shown(self) -> str | None:
        """Return the certificate that it shows just now."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as bare:
            bare.sendall(struct.pack("!ii", 8, 80_877_103))  # SSLRequest, the first word of the protocol
            if bare.recv(1) != b"S":
                return None
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            with context.wrap_socket(bare) as wrapped:
                return ssl.DER_cert_to_PEM_cert(wrapped.getpeercert(binary_form=True) or b"")


@contextmanager
def postgres(folder: Path) -> Iterator[Postgres]:
    """Run a PostgreSQL of one's own."""
    try:
        yield Postgres(folder)
    finally:
        control.kill(folder, "postgres")


@contextmanager
def front(
    address: str,
    certificate: Certificate,
    asks_for: Authority | None = None,
    *,
    scheme: str = "https",
    delay_seconds: float = 0,
) -> Iterator[str]:
    """Put TLS in front of the server of this address; it may ask for certificates of an authority, and begin late."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.file, certificate.key)
    if asks_for:
        context.load_verify_locations(asks_for.file)
        context.verify_mode = ssl.CERT_REQUIRED
    place = urlsplit(address)

    class Behind(socketserver.BaseRequestHandler):
        behind: ClassVar[tuple[str, int]] = (str(place.hostname), int(place.port or 80))

        def handle(self) -> None:
            time.sleep(delay_seconds)
            with (
                suppress(OSError),
                context.wrap_socket(self.request, server_side=True) as here,
                socket.create_connection(self.behind) as there,
            ):
                back = threading.Thread(target=_carry, args=(there, here))
                back.start()
                _carry(here, there)
                back.join()

    with old_servers.serving(Behind) as port:
        yield place._replace(scheme=scheme, netloc=place.netloc.replace(f":{place.port}", f":{port}")).geturl()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65_536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_RDWR)
