"""Guarantee: over a real server and a real network, no token is logged and no slow reader holds up the others."""

from __future__ import annotations

import logging
import socket
import struct
import time
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from app.database import unit_of_work
from app.realtime import service
from tests.bank import Bank, Person
from tests.serving import serving

MESSAGES, MESSAGE_BYTES = 250, 100_000


@pytest.fixture
def address(bank: Bank, gateway: Any) -> Iterator[str]:
    """The address of the same gateway behind a real server."""
    with serving(bank, gateway, ws_ping_interval=0.2) as found:
        yield found


def opened(address: str, person: Person) -> ClientConnection:
    """Open a socket as a browser would."""
    return connect(f"ws://{address}/ws?token={person.token}")


def half_open(address: str, person: Person) -> socket.socket:
    """Open a socket and read nothing from it."""
    host, port = address.split(":")
    made = socket.create_connection((host, int(port)))
    made.sendall(
        f"GET /ws?token={person.token} HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    assert made.recv(4096).startswith(b"HTTP/1.1 101")
    return made


def read_to_the_end(connection: socket.socket) -> bytes:
    """Return all that still comes, up to the frame that closes the socket for reading too slowly."""
    connection.settimeout(15)
    received = b""
    while b"reads too slowly" not in received[-200:]:
        chunk = connection.recv(1_000_000)
        assert chunk, "the server hung up without a word"
        received += chunk
    return received


def push(person: Person, **message: Any) -> None:
    """Push one message."""
    with unit_of_work() as session:
        service.push(session, [(person.id, message)])


class TestLogs:
    """S101: the token stands in the address, and in no log."""

    def test_the_server_does_not_log_it(
        self, bank: Bank, address: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
    ) -> None:
        arjun = bank.customer(accounts=0)
        ticket = arjun.post("/ws/ticket").json()["ticket"]
        with caplog.at_level(logging.DEBUG):
            with opened(address, arjun), connect(f"ws://{address}/ws?ticket={ticket}"):
                pass
            with connect(f"ws://{address}/ws?token=kingfisher") as refused, pytest.raises(ConnectionClosed):
                refused.recv()
        uvicorns = [record.getMessage() for record in caplog.records if record.name.startswith("uvicorn")]
        assert any('"WebSocket /ws" [accepted]' in message for message in uvicorns)
        ours = [record for record in caplog.records if not record.name.startswith(("websockets.client", "httpx"))]
        everything = "\n".join(record.getMessage() for record in ours) + "".join(capfd.readouterr())
        for secret in (arjun.token, ticket, "kingfisher"):
            assert secret not in everything


class TestNetwork:
    """What only a real connection can show."""

    def test_from_a_commit_to_the_socket_within_a_tenth_of_a_second(self, bank: Bank, address: str) -> None:
        arjun = bank.customer(accounts=0)
        delays = []
        with opened(address, arjun) as mine:
            for number in range(20):
                begun = time.perf_counter()
                push(arjun, number=number)
                assert mine.recv(5) == f'{{"number":{number}}}'
                delays.append(time.perf_counter() - begun)
        assert sorted(delays)[len(delays) // 2] < 0.1

    def test_the_close_code_is_readable(self, bank: Bank, address: str) -> None:
        with connect(f"ws://{address}/ws?token=nonsense") as mine, pytest.raises(ConnectionClosed) as closed:
            mine.recv(5)
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4401, "This token isn't valid. Sign in again.")

    @pytest.mark.slow
    def test_a_slow_reader_is_dropped_and_the_others_go_on(self, bank: Bank, address: str) -> None:
        slow, quick = bank.customer(accounts=0), bank.customer(accounts=0)
        with half_open(address, slow) as sluggish, opened(address, quick) as brisk:
            for number in range(MESSAGES):
                push(slow, filler="x" * MESSAGE_BYTES)
                if number % 50 == 0:
                    push(quick, number=number)
                    assert brisk.recv(5) == f'{{"number":{number}}}'
            received = read_to_the_end(sluggish)
            assert len(received) < MESSAGES * MESSAGE_BYTES / 2, "what it didn't read was kept for it"
            assert struct.pack("!H", 1013) in received[-200:]
            push(quick, number=-1)
            assert brisk.recv(5) == '{"number":-1}'

    def test_a_client_that_vanishes_is_noticed(self, bank: Bank, address: str) -> None:
        arjun = bank.customer(accounts=0)
        half_open(address, arjun).close()
        deadline = time.monotonic() + 10
        connected = {arjun.id}
        while connected and time.monotonic() < deadline:
            with unit_of_work() as session:
                connected = service.connected_among(session, [arjun.id])
            time.sleep(0.05)
        assert connected == set()
