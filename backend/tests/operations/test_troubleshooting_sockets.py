"""docs/operations/troubleshooting.md about sockets, held against a bank that has the trouble (S182, S183).

A restart of RabbitMQ is in broker/test_gateway_and_sockets.
"""

from __future__ import annotations

import logging
import re

import psycopg
import pytest
from starlette.testclient import WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from app.consumers import consumers
from app.events.runner import drain
from app.realtime import errors as closing
from tests.bank import Bank, Person, without_index
from tests.conftest import point_at
from tests.embedded.bank import eventually
from tests.operations.test_troubleshooting import SECTIONS, rows
from tests.realtime.test_socket import connect, ending


class TestNoConnection:
    """S182: who listens, the address with its token, and the page's origin."""

    SECTION = SECTIONS["A WebSocket doesn't connect"]

    def test_the_bank_can_t_listen(
        self, bank: Bank, database: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        arjun = bank.customer(accounts=0)
        hub = bank.api.app.state.hub  # type: ignore[attr-defined]
        assert eventually(hub._listening.is_set), "a connection that isn't there yet can't be cut"
        monkeypatch.setattr("app.realtime.hub.READY_SECONDS_MAX", 0.2)
        real = hub._settings
        away = real.model_copy(update={"database_url": "postgresql://nobody@127.0.0.1:1/nowhere"})
        hub._settings = away
        try:
            with caplog.at_level(logging.WARNING, "realtime"):
                with psycopg.connect(database, autocommit=True) as connection:
                    connection.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'nyord-realtime'"
                    )
                assert eventually(lambda: caplog.text.count("not listening") > 1)
            with connect(arjun) as socket:
                assert ending(socket)[0] == 1013
        finally:
            hub._settings = real
        assert eventually(hub._listening.is_set, 20), "it comes back by itself"

    def test_ready_names_what_is_away(self, bank: Bank, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
        point_at(monkeypatch, database, rabbitmq_url="amqp://nobody:x@127.0.0.1:1/none")
        answer = bank.api.get("/health/ready")
        found = answer.json()["dependencies"]
        assert (answer.status_code, found["broker"], found["database"]) == (200, "away", "up")
        point_at(monkeypatch, "postgresql://nobody@127.0.0.1:1/nowhere")
        assert bank.api.get("/health/ready").status_code == 503

    def test_the_codes(self, bank: Bank) -> None:
        told = {int(code): words for code, words in rows(self.SECTION)}
        names = ("CLOSE_UNAUTHENTICATED", "CLOSE_TOO_MANY", "CLOSE_RESTART", "CLOSE_OVERLOADED")
        assert set(told) == {getattr(closing, name) for name in names}
        for query in ("", "?token=nonsense", "?ticket=nonsense"):
            with bank.api.websocket_connect(f"/ws{query}") as socket:
                code, reason = ending(socket)
            assert code in told
            assert reason.endswith(".")

    def test_the_origin(self, bank: Bank, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
        arjun = bank.customer(accounts=0)
        with pytest.raises((WebSocketDisconnect, WebSocketDenialResponse)):
            connect(arjun, origin="https://web.example").__enter__()
        point_at(monkeypatch, database, frontend_url="http://localhost:3000,https://web.example")
        with connect(arjun, origin="https://web.example") as socket:
            socket.send_json({"type": "ping"})
            assert socket.receive_json() == {"type": "pong"}


class TestNothingComes:
    """S183: a worker forwards, and the bank knows whose sockets are open."""

    SECTION = SECTIONS["A WebSocket is open and nothing comes"]

    def waiting(self, admin: Person) -> int:
        queues = {one["queue"]: one for one in admin.get("/admin/queues").json()["queues"]}
        return int(queues["banking.notifications"]["waiting"])

    def present(self, database: str) -> list[int]:
        [statement] = re.findall(r"```sql\n(.+?)```", self.SECTION, flags=re.DOTALL)
        with psycopg.connect(database) as connection:
            return [row[0] for row in connection.execute(statement)]

    def test_nobody_forwards(self, bank: Bank) -> None:
        arjun, meera, admin = bank.customer(100_00), bank.customer(), bank.admin()
        bank.settle()
        known = without_index(consumers())
        with connect(meera) as hers:
            arjun.send(meera, 1)
            drain({"banking.transactions": known["banking.transactions"]})
            hers.send_json({"type": "ping"})
            assert hers.receive_json() == {"type": "pong"}, "nobody has forwarded anything"
            assert self.waiting(admin) > 0
            bank.settle()
            assert self.waiting(admin) == 0
            assert hers.receive_json()["type"] == "notification"

    def test_whose_sockets_are_open(self, bank: Bank, database: str) -> None:
        arjun = bank.customer(accounts=0)
        assert self.present(database) == []
        with connect(arjun) as socket:
            assert self.present(database) == [arjun.id]
            arjun.post("/auth/logout")
            bank.settle()
            assert ending(socket)[0] == 4401
        assert eventually(lambda: self.present(database) == [])
