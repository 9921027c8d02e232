"""S212: the proxy of deploy/, in a real nginx before two gateways that do what they are told."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from app.engines import install
from app.engines.errors import NotHere
from app.transactions.accept import NotAccepted
from tests.conftest import BACKEND
from tests.embedded.bank import eventually, free_port

SHIPPED = (BACKEND.parent / "deploy" / "proxy" / "nginx.conf").read_text()
NOT_READY = b'{"detail": "Not ready.", "code": "not_ready", "data": {}}'
UNREADABLE = "The request couldn't be read: it isn't HTTP as we know it."
KEYED = {"Content-Type": "application/json", "Idempotency-Key": "rent-june"}

pytestmark = pytest.mark.slow


class Gateway(ThreadingHTTPServer):
    """Stands in for a gateway. `says` is the status of its answers; 0 hangs up in the middle of the request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.says = 200
        self.asked: list[tuple[str, str, dict[str, str]]] = []


class _Answers(BaseHTTPRequestHandler):
    server: Gateway
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append((self.command, self.path, {name.lower(): text for name, text in self.headers.items()}))
        if self.server.says == 0:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        is_away = self.server.says == 503 and self.path not in {"/", "/health/live"}
        self.send_response(503 if is_away else 200)
        if is_away:
            self.send_header("Retry-After", "7")
        body = NOT_READY if is_away else b"{}"
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _answer  # noqa: N815  (the names that http.server asks for)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (as http.server calls it)
        """Say nothing."""


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Proxy(NamedTuple):
    port: int
    gateways: tuple[Gateway, Gateway]
    folder: Path  # where it keeps what it can't hold in memory

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Reply:
        """Send one request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return Reply(answer.status, {name.lower(): text for name, text in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def hear(self, request: bytes) -> Reply:
        """Send these bytes and read one answer, whatever they are."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as caller:
            caller.sendall(request)
            answer = http.client.HTTPResponse(caller)
            answer.begin()
            return Reply(answer.status, {name.lower(): text for name, text in answer.getheaders()}, answer.read())

    def say(self, status: int) -> None:
        """Have both gateways answer so from now on, and forget what they were asked."""
        for gateway in self.gateways:
            gateway.says = status
            gateway.asked.clear()

    @property
    def asked(self) -> list[tuple[str, str, dict[str, str]]]:
        return [one for gateway in self.gateways for one in gateway.asked]


@pytest.fixture(scope="module")
def nginx() -> str:
    """The program; brought here where a run must not leave anything out."""
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
    if found is None and os.environ.get("CI", "").lower() in ("true", "1"):
        try:
            install.packages(["nginx-light"], print)
        except NotHere as error:
            pytest.fail(str(error))
        found = "/usr/sbin/nginx"
    if found is None:
        pytest.skip("no engine: nginx isn't installed")
    return found


@pytest.fixture(scope="module")
def running(nginx: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """The shipped file in an nginx of its own; only addresses are others, and what Debian's nginx doesn't know yet is out."""
    folder, port, gateways = tmp_path_factory.mktemp("proxy"), free_port(), (Gateway(), Gateway())
    for gateway in gateways:
        threading.Thread(target=gateway.serve_forever, daemon=True).start()
    first, second = (f"server 127.0.0.1:{gateway.server_port}" for gateway in gateways)
    text = SHIPPED
    for ours, here in {
        "listen 8080;": f"listen 127.0.0.1:{port};",
        "/tmp/": f"{folder}/",
        "resolver 127.0.0.11 valid=5s;": "",
        "server gateway:8000 resolve max_fails=0;": f"{first} max_fails=0; {second} max_fails=0;",
    }.items():
        assert ours in text
        text = text.replace(ours, here)
    configuration = folder / "nginx.conf"
    configuration.write_text(text)
    as_root = "user root; " if os.geteuid() == 0 else ""  # else its workers, as nobody, may not use our folder
    process = subprocess.Popen(
        [nginx, "-e", folder / "error.log", "-p", folder, "-c", configuration, "-g", f"{as_root}daemon off;"],
        stdin=subprocess.DEVNULL,
    )
    try:
        assert eventually(lambda: process.poll() is not None or _answers(port)), "it doesn't answer"
        assert process.poll() is None, (folder / "error.log").read_text()
        yield Proxy(port, gateways, folder)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        for gateway in gateways:
            gateway.shutdown()
            gateway.server_close()


def _answers(port: int) -> bool:
    with socket.socket() as door:
        return door.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def proxy(running: Proxy) -> Proxy:
    """The proxy, its gateways well again."""
    running.say(200)
    return running


def error_in(reply: Reply) -> dict[str, Any]:
    """Return the one shape of the bank's errors."""
    assert reply.headers["content-type"] == "application/json"
    said: dict[str, Any] = json.loads(reply.body)
    assert said.keys() == {"detail", "code", "data"}
    return said


class TestWhilePostgresqlIsAway:
    """Gateways that say 503 are gateways that answer."""

    def test_it_is_the_bank_s_own_answer_and_asked_for_once(self, proxy: Proxy) -> None:
        proxy.say(503)
        for number in range(1, 5):
            reply = proxy.ask("GET", "/health/ready")
            assert (reply.status, reply.headers["retry-after"], reply.body) == (503, "7", NOT_READY)
            assert len(proxy.asked) == number

    def test_pages_and_the_proxy_s_own_health_are_served_on(self, proxy: Proxy) -> None:
        proxy.say(503)
        for _ in range(4):
            assert proxy.ask("GET", "/health/ready").status == 503
        for path in ("/", "/health/live"):
            assert proxy.ask("GET", path).status == 200


class TestAGatewayThatIsKilled:
    """Its neighbour answers what may be asked again; the rest is told to come again with its key."""

    def test_a_post_is_answered_and_never_sent_twice(self, proxy: Proxy) -> None:
        proxy.say(0)
        for number in range(1, 4):
            reply = proxy.ask("POST", "/transactions/initiate", b"{}", **KEYED)
            assert reply.status == 503
            assert (reply.headers["retry-after"], reply.headers["cache-control"]) == ("2", "no-store")
            said = error_in(reply)
            assert (said["code"], said["data"]) == (NotAccepted.code, {"retry_after_seconds": 2})
            assert said["detail"] == "The bank can't be reached right now. Send it again with the same key."
            assert len(proxy.asked) == number
        proxy.say(200)
        assert proxy.ask("POST", "/transactions/initiate", b"{}", **KEYED).status == 200, "at once, not in ten seconds"

    def test_a_question_goes_to_its_neighbour(self, proxy: Proxy) -> None:
        proxy.gateways[0].says = 0
        for _ in range(4):
            assert proxy.ask("GET", "/accounts").status == 200
        assert proxy.gateways[0].asked, "it was tried"

    def test_without_a_neighbour_a_program_has_json_and_a_browser_a_page(self, proxy: Proxy) -> None:
        proxy.say(0)
        assert error_in(proxy.ask("GET", "/accounts", Accept="application/json"))["code"] == "try_again"
        page = proxy.ask("GET", "/accounts", Accept="text/html,application/xhtml+xml,*/*;q=0.8")
        assert (page.status, page.headers["content-type"]) == (503, "text/html; charset=utf-8")
        assert (page.headers["retry-after"], page.headers["cache-control"]) == ("2", "no-store")
        assert b"<h1>The bank can't be reached right now</h1>" in page.body


# What nginx refuses by itself: the request, and the status, code and sentence that it gets.
CANT_PASS = [
    pytest.param(request, status, code, sentence, id=name)
    for name, request, status, code, sentence in (
        ("no host", b"GET /accounts HTTP/1.1\r\n\r\n", 400, "invalid_request", UNREADABLE),
        ("two hosts", b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400, "invalid_request", UNREADABLE),
        ("no method", b"GE~T / HTTP/1.1\r\nHost: x\r\n\r\n", 400, "invalid_request", UNREADABLE),
        ("nonsense", b"nonsense\r\n\r\n", 400, "invalid_request", UNREADABLE),
        ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400, "invalid_request", UNREADABLE),
        ("version", b"GET / HTTP/3.1\r\nHost: x\r\n\r\n", 400, "invalid_request", UNREADABLE),
        ("coding", b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: br\r\n\r\n", 400, "invalid_request", UNREADABLE),
        (
            "address", b"GET /%b HTTP/1.1\r\nHost: x\r\n\r\n" % (b"x" * 40_000), 414, "head_too_large",
            "The request's address is longer than we accept.",
        ),
        (
            "head", b"GET / HTTP/1.1\r\nHost: x\r\nCookie: %b\r\n\r\n" % (b"x" * 40_000), 431, "head_too_large",
            "The request's head is larger than we accept.",
        ),
        (
            "method", b"TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", 405, "method_not_allowed",
            "This address doesn't know that method.",
        ),
        ("inside", b"GET /.proxy/fault HTTP/1.1\r\nHost: x\r\n\r\n", 404, "not_found", "There is nothing at this address."),
    )
]  # fmt: skip


class TestTheDoor:
    """What passes, and what doesn't."""

    def test_a_body_too_large_has_the_one_shape(self, proxy: Proxy) -> None:
        # who sends no byte of it is told, too
        reply = proxy.hear(b"POST /transactions/bulk HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n")
        assert (reply.status, error_in(reply)["code"]) == (413, "body_too_large")
        assert proxy.asked == []

    @pytest.mark.parametrize(("request_", "status", "code", "sentence"), CANT_PASS)
    def test_what_can_t_pass_has_the_one_shape(
        self, proxy: Proxy, request_: bytes, status: int, code: str, sentence: str
    ) -> None:
        reply = proxy.hear(request_)
        said = error_in(reply)
        assert (reply.status, said["code"], said["detail"], said["data"]) == (status, code, sentence, {})
        assert proxy.asked == []

    def test_a_fault_of_its_own_has_the_one_shape(self, proxy: Proxy) -> None:
        kept = proxy.folder / "body"
        kept.rename(proxy.folder / "elsewhere")
        try:
            reply = proxy.ask("POST", "/transactions/bulk", b"x" * 1_000_000)
        finally:
            (proxy.folder / "elsewhere").rename(kept)
        said = error_in(reply)
        assert (reply.status, said["code"], said["data"]) == (500, "internal_error", {})
        assert said["detail"] == "Something went wrong on our side. Try again in a moment."
        assert proxy.asked == []
        assert proxy.ask("POST", "/transactions/bulk", b"x" * 1_000_000).status == 200

    def test_metrics_are_closed(self, proxy: Proxy) -> None:
        reply = proxy.ask("GET", "/metrics")
        assert (reply.status, error_in(reply)["code"]) == (404, "not_found")
        assert proxy.asked == []

    def test_who_asks_is_what_the_proxy_says(self, proxy: Proxy) -> None:
        claimed = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
        assert proxy.ask("GET", "/accounts", **claimed).status == 200
        [(_, _, headers)] = proxy.asked
        assert (headers["x-forwarded-for"], headers["x-forwarded-proto"]) == ("127.0.0.1", "http")
