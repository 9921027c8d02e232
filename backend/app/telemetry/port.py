"""A small `/metrics` of a process's own, on loopback, for those that serve no HTTP (workers) or share a port (gateways)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import structlog

from app.config import get_settings
from app.telemetry import exposition

log = structlog.get_logger("telemetry")

HOST = "127.0.0.1"
# Several processes of one machine have the same settings: each takes the first port that is free.
PORTS_MAX = 32


@contextmanager
def serving(role: str) -> Iterator[None]:
    """Serve this process's figures inside the block, if METRICS_PORT is set: there, or on one of the ports after it."""
    server = _bound(get_settings().metrics_port)
    if server is None:
        yield
        return
    log.info("metrics", role=role, port=server.server_port)
    thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def _bound(first_port: int) -> ThreadingHTTPServer | None:
    if not first_port:
        return None
    for port in range(first_port, first_port + PORTS_MAX):
        try:
            return _Server((HOST, port), _Handler)
        except OSError:
            continue
    # What the bank does matters more than being watched.
    log.warning("no port for metrics", first_port=first_port, ports=PORTS_MAX)
    return None


class _Server(ThreadingHTTPServer):
    """Not to be shared: a second process on our port would answer every other question."""

    daemon_threads = True
    allow_reuse_port = False


class _Handler(BaseHTTPRequestHandler):
    """Answers `GET /metrics`, and nothing else."""

    def do_GET(self) -> None:
        if self.path.partition("?")[0] != "/metrics":
            self.send_error(404)
            return
        body = exposition.text()
        self.send_response(200)
        self.send_header("Content-Type", exposition.CONTENT_TYPE)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the library's name)
        """A scrape isn't news."""
