"""Guarantee: a person's sockets get that person's news at once, and only as long as their session lives."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from starlette.testclient import TestClient, WebSocketDenialResponse, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from app.config import get_settings
from app.core import clock
from app.database import unit_of_work
from app.edge import limits
from app.realtime import service
from app.realtime.admission import TICKET_SECONDS
from tests.bank import Bank, Person
from tests.conftest import point_at


def connect(person: Person, **headers: str) -> WebSocketTestSession:
    """Open a socket with the person's token."""
    return person.api.websocket_connect(f"/ws?token={person.token}", headers=headers)


def ticket(person: Person) -> str:
    """Return a ticket for one socket."""
    answer = person.post("/ws/ticket")
    assert answer.json()["expires_in"] == TICKET_SECONDS == 30
    return str(answer.json()["ticket"])


def refusal(bank: Bank, path: str) -> tuple[int, str]:
    """Return the code and the reason that a socket is closed with at once."""
    with bank.api.websocket_connect(path) as socket:
        return ending(socket)


def ending(socket: WebSocketTestSession) -> tuple[int, str]:
    """Return the code and the reason that an open socket is closed with."""
    with pytest.raises(WebSocketDisconnect) as closed:
        socket.receive_json()
    return closed.value.code, closed.value.reason


def is_silent(socket: WebSocketTestSession) -> bool:
    """Whether nothing has come: the answer to a ping is the next thing."""
    socket.send_json({"type": "ping"})
    return bool(socket.receive_json() == {"type": "pong"})


def tell(*user_ids: int, **message: Any) -> None:
    """Push a message to users in a commit of its own, as a worker would."""
    with unit_of_work() as session:
        service.push(session, [(user_id, {"type": "test"} | message) for user_id in user_ids])


def eventually(condition: Callable[[], bool]) -> bool:
    """Wait until something is true, and say whether it became so."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and not condition():
        time.sleep(0.02)
    return condition()


def present() -> list[int]:
    """Return who is connected somewhere."""
    with unit_of_work() as session:
        return list(session.scalars(text("SELECT user_id FROM connected_users ORDER BY user_id")))


class TestTransfer:
    """S98, S99, S100, S127, S129, S130, S140.10: both sides of a transfer see it happen, each their own balance."""

    def test_both_sides(self, bank: Bank) -> None:
        arjun, meera = bank.customer(1_000_00, name="Arjun Rao"), bank.customer(50_00, name="Meera Nair")
        bank.settle()
        with connect(arjun) as his, connect(meera) as hers:
            transaction_id = arjun.send(meera, 150.00).json()["transaction_id"]
            bank.settle()
            sent, left = his.receive_json(), his.receive_json()
            received, arrived = hers.receive_json(), hers.receive_json()
        notification = meera.get("/notifications", limit=1).json()["items"][0]
        assert received == {"type": "notification", "data": notification}
        assert sent["data"]["message"] == "You sent ₹150.00 to Meera Nair."
        assert received["data"]["message"] == "You received ₹150.00 from Arjun Rao."
        known = {"amount_minor": 150_00, "currency": "INR", "name": "Arjun Rao", "note": ""}
        assert (received["data"]["sentence"], received["data"]["facts"]) == ("transfer.received", known)
        common = {"type": "transaction.success", "transaction_id": transaction_id, "amount": 150.0}
        assert left == common | {"new_src_balance": 850.0, "new_dest_balance": None}
        assert arrived == common | {"new_src_balance": None, "new_dest_balance": 200.0}

    def test_a_bystander_sees_nothing(self, bank: Bank) -> None:
        arjun, meera, eve = bank.customer(1_000_00), bank.customer(), bank.customer()
        bank.settle()
        with connect(eve) as hers:
            arjun.send(meera, 150.00)
            bank.settle()
            assert is_silent(hers)

    def test_every_tab_of_the_person(self, bank: Bank) -> None:
        arjun = bank.customer()
        with connect(arjun) as first, connect(arjun) as second:
            tell(arjun.id, number=1)
            assert first.receive_json() == second.receive_json() == {"type": "test", "number": 1}

    def test_a_suspicion_alerts_the_staff_at_once(self, bank: Bank) -> None:
        """S159: the dashboard's real-time alert."""
        arjun, meera, admin = bank.customer(100_000_00), bank.customer(), bank.admin()
        bank.settle()
        with connect(admin) as theirs:
            arjun.send(meera, 50_000.01)
            bank.settle()
            assert theirs.receive_json()["data"]["type"] == "fraud.suspected"


class TestAdmission:
    """S72, S101: with a token or a ticket; whoever isn't admitted can read why."""

    @pytest.mark.parametrize("query", ["", "?token=", "?token=nonsense", "?ticket=", "?ticket=nonsense"])
    def test_nobody(self, bank: Bank, query: str) -> None:
        code, reason = refusal(bank, f"/ws{query}")
        assert code == 4401
        assert reason.endswith((".", "new one."))

    def test_an_expired_token(self, bank: Bank) -> None:
        from app.identity import tokens

        arjun = bank.customer()
        expired = clock.now().timestamp() + get_settings().access_token_seconds + 1
        claims = tokens.verified(arjun.token)
        assert claims.expires_at < expired
        from datetime import UTC, datetime, timedelta

        with clock.at(datetime.now(UTC) - timedelta(hours=1)):
            old = tokens.issue(
                user_id=arjun.id,
                role="customer",
                permissions=[],
                session_id=arjun.session_id,
                auth_time=clock.now(),
            )
        assert refusal(bank, f"/ws?token={old}") == (4401, "Your sign-in has run out. Refresh it or sign in again.")

    def test_a_revoked_session(self, bank: Bank) -> None:
        arjun = bank.customer()
        arjun.post("/auth/logout")
        assert refusal(bank, f"/ws?token={arjun.token}") == (4401, "This session has ended. Sign in again.")

    def test_a_ticket_is_good_once(self, bank: Bank) -> None:
        arjun = bank.customer()
        path = f"/ws?ticket={ticket(arjun)}"
        with bank.api.websocket_connect(path) as socket:
            assert is_silent(socket)
        assert refusal(bank, path)[0] == 4401

    def test_a_ticket_runs_out(self, bank: Bank) -> None:
        arjun = bank.customer()
        path = f"/ws?ticket={ticket(arjun)}"
        with unit_of_work() as session:
            session.execute(text("UPDATE socket_tickets SET expires_at = now() - interval '1 second'"))
        assert refusal(bank, path) == (4401, "This ticket was used or has run out. Ask for a new one.")

    def test_a_ticket_of_before_a_clock_was_set_back_has_run_out(self, bank: Bank) -> None:
        arjun = bank.customer()
        path = f"/ws?ticket={ticket(arjun)}"
        with unit_of_work() as session:
            session.execute(text("UPDATE socket_tickets SET expires_at = expires_at + interval '1 hour'"))
        assert refusal(bank, path) == (4401, "This ticket was used or has run out. Ask for a new one.")

    def test_a_ticket_of_a_gateway_whose_clock_is_a_little_ahead_is_good(self, bank: Bank) -> None:
        arjun = bank.customer()
        path = f"/ws?ticket={ticket(arjun)}"
        with unit_of_work() as session:
            session.execute(text("UPDATE socket_tickets SET expires_at = expires_at + interval '5 seconds'"))
        with bank.api.websocket_connect(path) as socket:
            assert is_silent(socket)

    def test_a_ticket_dies_with_its_session(self, bank: Bank) -> None:
        arjun = bank.customer()
        path = f"/ws?ticket={ticket(arjun)}"
        arjun.post("/auth/logout")
        assert refusal(bank, path)[0] == 4401

    def test_a_ticket_is_stored_as_a_hash_and_old_ones_are_swept(self, bank: Bank) -> None:
        arjun = bank.customer()
        secret = ticket(arjun)
        with unit_of_work() as session:
            stored = session.execute(text("SELECT * FROM socket_tickets")).all()
            assert secret not in repr(stored)
            assert secret.encode() not in repr(stored).encode()
        for out in ("- interval '1 second'", "+ interval '1 hour'"):
            with unit_of_work() as session:
                session.execute(text(f"UPDATE socket_tickets SET expires_at = now() {out}"))
            ticket(arjun)
            with unit_of_work() as session:
                assert session.scalar(text("SELECT count(*) FROM socket_tickets")) == 1, out

    def test_a_ticket_needs_somebody(self, bank: Bank) -> None:
        assert bank.api.post("/ws/ticket").status_code == 401

    @pytest.mark.parametrize("origin", ["http://localhost:3000", "http://testserver", "https://testserver"])
    def test_our_pages_may(self, bank: Bank, origin: str) -> None:
        with connect(bank.customer(), origin=origin) as socket:
            assert is_silent(socket)

    @pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://testserver.evil.example", ""])
    def test_pages_of_others_may_not(self, bank: Bank, origin: str) -> None:
        arjun = bank.customer()
        with pytest.raises((WebSocketDisconnect, WebSocketDenialResponse)), connect(arjun, origin=origin):
            raise AssertionError("it was accepted")


class TestSessions:
    """A socket ends with its session, at once."""

    def test_logout(self, bank: Bank) -> None:
        arjun = bank.customer(accounts=0)
        with connect(arjun) as socket:
            arjun.post("/auth/logout")
            bank.settle()
            assert ending(socket) == (4401, "Your session has ended. Sign in again.")

    def test_a_user_who_is_switched_off(self, bank: Bank) -> None:
        arjun, admin = bank.customer(accounts=0), bank.admin()
        with connect(arjun) as socket:
            assert admin.put(f"/admin/users/{arjun.id}", {"is_active": False}).status_code == 200
            bank.settle()
            assert ending(socket)[0] == 4401

    def test_other_sessions_stay(self, bank: Bank) -> None:
        arjun, meera = bank.customer(accounts=0), bank.customer(accounts=0)
        with connect(meera) as socket:
            arjun.post("/auth/logout")
            bank.settle()
            assert is_silent(socket)


class TestLimits:
    """Everything has a limit."""

    def test_sockets_of_a_person(self, bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bank.api.app.state.hub._settings, "sockets_per_user_max", 2)  # type: ignore[attr-defined]
        arjun, meera = bank.customer(), bank.customer()
        with connect(arjun), connect(arjun):
            with connect(arjun) as third:
                assert ending(third)[0] == 4429
            with connect(meera) as hers:
                assert is_silent(hers)
        assert eventually(lambda: present() == [])
        with connect(arjun) as again:
            assert is_silent(again)

    def test_bad_tokens_from_one_network(self, bank: Bank, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """With IPv6 everybody has more addresses than could be counted."""
        point_at(monkeypatch, database, rate_limit_enabled="true", rate_limit_anonymous="3/minute")
        limits.forget_all()
        codes = []
        for number in range(5):
            strangers = TestClient(bank.api.app, client=(f"2001:db8:1:2::{number}", 5_000))
            with strangers.websocket_connect("/ws?token=nonsense") as socket:
                codes.append(ending(socket)[0])
        assert codes == [4401, 4401, 4401, 4429, 4429]

    def test_a_large_message(self, bank: Bank) -> None:
        with connect(bank.customer()) as socket:
            socket.send_text("x" * 1_025)
            assert ending(socket)[0] == 1009

    def test_many_messages(self, bank: Bank) -> None:
        with connect(bank.customer()) as socket:
            for _ in range(121):
                socket.send_text("x")
            assert ending(socket)[0] == 1008

    @pytest.mark.parametrize("said", ["", "x", "[]", '{"type":7}', '{"type":"notification"}', "null"])
    def test_whatever_else_is_said_is_ignored(self, bank: Bank, said: str) -> None:
        with connect(bank.customer()) as socket:
            socket.send_text(said)
            socket.send_bytes(b"\xff\x00")
            assert is_silent(socket)


class TestPresence:
    """S13: the gateway knows its sockets, and pushes go where the person is."""

    def test_from_the_first_socket_to_the_last(self, bank: Bank) -> None:
        arjun = bank.customer()
        with connect(arjun):
            assert present() == [arjun.id]
            with connect(arjun):
                assert present() == [arjun.id]
            assert present() == [arjun.id]
        assert eventually(lambda: present() == [])

    def test_the_gateway_says_goodbye_for_everybody(self, database: str, gateway: Any) -> None:
        from fastapi.testclient import TestClient

        with TestClient(gateway) as api:
            arjun = Bank(api).customer()
            socket = connect(arjun)
            socket.__enter__()
            assert present() == [arjun.id]
            socket.__exit__(None, None, None)
        assert present() == []

    def test_many_come_and_go_at_once(self, bank: Bank) -> None:
        people = [bank.customer(accounts=0) for _ in range(4)]

        def visit(person: Person) -> None:
            for _ in range(5):
                with connect(person) as socket:
                    tell(person.id, number=person.id)
                    assert socket.receive_json()["number"] == person.id

        threads = [threading.Thread(target=visit, args=(person,)) for person in people for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert eventually(lambda: present() == [])


class TestDatabaseAway:
    """An open socket has missed nothing: when we can't be sure, it is closed and the client reloads."""

    def test_the_listening_connection_breaks(self, bank: Bank, database: str) -> None:
        arjun = bank.customer()
        with connect(arjun) as socket:
            with psycopg.connect(database, autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND application_name = 'nyord-realtime'"
                )
            assert ending(socket) == (1012, "We may have missed something for you. Connect again and reload.")
        with connect(arjun) as again:
            tell(arjun.id, number=2)
            assert again.receive_json()["number"] == 2
