"""Servers of other times, as far as their first words: what an old RabbitMQ or Elasticsearch answers to a client."""

from __future__ import annotations

import json
import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import ClassVar

from amqp.serialization import dumps


@contextmanager
def serving(handler: type[socketserver.BaseRequestHandler]) -> Iterator[int]:
    """Serve on a free loopback port."""
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class OldRabbit(socketserver.BaseRequestHandler):
    """The handshake of AMQP 0-9-1: start, tune, open, and the close that the client asks for."""

    version: ClassVar[str] = "3.8.9"

    def handle(self) -> None:
        connection: socket.socket = self.request
        connection.recv(8)
        properties = {"product": "RabbitMQ", "version": self.version}
        self._send((10, 10), dumps("ooFSS", (0, 9, properties, "PLAIN AMQPLAIN", "en_US")))
        self._receive()
        self._send((10, 30), dumps("BlB", (2_047, 131_072, 0)))
        self._receive()  # tune-ok
        self._receive()  # open
        self._send((10, 41), dumps("s", ("",)))
        self._receive()  # close
        self._send((10, 51), b"")

    def _send(self, method: tuple[int, int], arguments: bytes) -> None:
        payload = struct.pack(">HH", *method) + arguments
        self.request.sendall(struct.pack(">BHI", 1, 0, len(payload)) + payload + b"\xce")

    def _receive(self) -> None:
        _, _, size = struct.unpack(">BHI", self.request.recv(7, socket.MSG_WAITALL))
        self.request.recv(size + 1, socket.MSG_WAITALL)


class _Answer(BaseHTTPRequestHandler):
    status: ClassVar[int] = 200
    product: ClassVar[str] = "Elasticsearch"
    body: ClassVar[dict[str, object]] = {}

    def do_GET(self) -> None:
        content = json.dumps(self.body).encode()
        self.send_response(self.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if self.product:
            self.send_header("X-Elastic-Product", self.product)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


class OldElasticsearch(_Answer):
    """7.17, as it answers who doesn't ask for version 8 of its answers."""

    body: ClassVar[dict[str, object]] = {"nodes": {"x": {"version": "7.17.9"}}}


class RefusingElasticsearch(_Answer):
    """7.17, as it answers our client."""

    status = 400
    body: ClassVar[dict[str, object]] = {
        "error": {"type": "media_type_header_exception", "reason": "Accept version must be either version 7 or 6"},
        "status": 400,
    }


class SomethingElse(_Answer):
    """A web server that knows nothing of searching."""

    product = ""


class Locked(_Answer):
    """Elasticsearch with security on, asked with a wrong password."""

    status = 401
