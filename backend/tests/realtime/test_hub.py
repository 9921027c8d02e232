"""Guarantee: what no event tells the gateway, its heartbeat finds out: sessions that ended, presence that was lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.consumers import consumers
from app.core import clock
from app.database import unit_of_work
from app.events.catalogue import SessionRevoked
from app.events.outbox import record
from app.events.runner import drain
from app.realtime import hub, service
from app.realtime.frames import Unpacker
from tests.bank import Bank, Person
from tests.realtime.test_socket import connect, ending, eventually, is_silent, present, tell

_NEWS = """
    INSERT INTO notifications (id, user_id, type, related_id, title, message, created_at)
    VALUES (1, %s, 'test', 1, 'Late news', 'It came while you came.', now())
"""


@pytest.fixture
def writing(database: str) -> Iterator[psycopg.Connection]:
    """A worker's connection, in the middle of a batch."""
    with psycopg.connect(database) as connection:
        yield connection


def titles_once_open(person: Person) -> list[str]:
    """Open a socket, and return the titles of what there is to read in this moment."""
    with connect(person):
        return [one["title"] for one in person.get("/notifications").json()["items"]]


@pytest.fixture
def beating(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Bank:
    """A bank whose gateway's heart beats twenty times a second."""
    monkeypatch.setattr(hub, "HEARTBEAT_SECONDS", 0.05)
    bank: Bank = request.getfixturevalue("bank")
    return bank


def execute(statement: str, **parameters: object) -> None:
    """Change the database behind everybody's back."""
    with unit_of_work() as session:
        session.execute(text(statement), parameters)


class TestHeartbeat:
    """Every beat looks at every session again, in one query, and says who is here."""

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE sessions SET revoked_at = now(), revoked_reason = 'test' WHERE user_id = :user",
            "UPDATE sessions SET expires_at = now() WHERE user_id = :user",
            "UPDATE users SET is_active = false WHERE id = :user",
        ],
    )
    def test_a_session_that_ended(self, beating: Bank, change: str) -> None:
        arjun, meera = beating.customer(accounts=0), beating.customer(accounts=0)
        with connect(arjun) as his, connect(meera) as hers:
            execute(change, user=arjun.id)
            assert ending(his) == (4401, "Your session has ended. Sign in again.")
            assert is_silent(hers)

    @pytest.mark.parametrize(
        "loss",
        [
            "DELETE FROM connected_users",
            "UPDATE connected_users SET seen_at = seen_at - interval '2 minutes' WHERE user_id = :user",
        ],
        ids=["crash", "sleep"],
    )
    def test_presence_that_was_lost(self, beating: Bank, loss: str) -> None:
        """A crash of PostgreSQL empties the unlogged table of who is connected; a laptop that slept is seen too late."""
        arjun = beating.customer(accounts=0)
        with connect(arjun) as socket:
            execute(loss, user=arjun.id)
            assert ending(socket) == (1012, "We may have missed something for you. Connect again and reload.")
        with connect(arjun) as socket:
            assert present() == [arjun.id]
            tell(arjun.id)
            assert socket.receive_json() == {"type": "test"}

    def test_a_second_tab_does_not_hide_what_the_first_missed(self, bank: Bank) -> None:
        arjun = bank.customer(accounts=0)
        with connect(arjun) as first:
            execute("UPDATE connected_users SET seen_at = seen_at - interval '2 minutes'")
            tell(arjun.id, missed=True)
            with connect(arjun) as second:
                tell(arjun.id)
                assert second.receive_json() == {"type": "test"}
            assert ending(first)[0] == 1012

    def test_a_dead_gateways_users_are_swept(self, beating: Bank) -> None:
        with unit_of_work() as session:
            service.seen(session, gateway="dead", user_ids=[4])
        execute("UPDATE connected_users SET seen_at = now() - interval '91 seconds'")
        assert eventually(lambda: present() == [])


class TestNewsOnTheirWay:
    """Who has news for a person while their socket comes takes them for gone: the socket opens when that is over."""

    def test_what_is_committed_meanwhile_is_there_to_be_read(self, bank: Bank, writing: psycopg.Connection) -> None:
        arjun = bank.customer(accounts=0)
        with writing.transaction():
            writing.execute(_NEWS, [arjun.id])
            read = ThreadPoolExecutor(1).submit(titles_once_open, arjun)
            assert eventually(lambda: present() == [arjun.id])
            assert not wait([read], timeout=0.3).done
        assert read.result() == ["Late news"]

    def test_nobody_waits_for_ever(
        self, bank: Bank, writing: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(hub, "EARLIER_SECONDS_MAX", 0.05)
        arjun = bank.customer(accounts=0)
        with writing.transaction():
            writing.execute(_NEWS, [arjun.id])
            assert titles_once_open(arjun) == []


class TestUnreadable:
    """A push that nobody can read hurts nobody."""

    def test_the_next_one_arrives(self, bank: Bank, database: str) -> None:
        arjun = bank.customer(accounts=0)
        with connect(arjun) as socket, psycopg.connect(database, autocommit=True) as connection:
            for payload in ("", "nonsense", "[[", '{"recheck":"x"}', f'[[{arjun.id},{{"type":"after"}}]]'):
                connection.execute("SELECT pg_notify('realtime', %s)", [payload])
            assert socket.receive_json() == {"type": "after"}


class TestRecheckConsumer:
    """`banking.realtime`: twice is once, because looking again changes nothing that is in order."""

    def test_each_user_once_a_batch(self, session: Session, database: str) -> None:
        queue = {"banking.realtime": consumers()["banking.realtime"]}
        with psycopg.connect(database, autocommit=True) as ear:
            ear.execute("LISTEN realtime")
            for _ in range(2):
                record(session, *revoked(7, 7, 9))
            session.commit()
            drain(queue)
            heard = [Unpacker().feed(notification.payload).recheck for notification in ear.notifies(timeout=0.3)]
        assert heard == [[7, 9]]

    def test_delivered_twice(self, bank: Bank) -> None:
        arjun = bank.customer(accounts=0)
        with connect(arjun) as socket:
            with unit_of_work() as session:
                for _ in range(2):
                    consumers()["banking.realtime"].handler(session, revoked(arjun.id))
            assert is_silent(socket)


def revoked(*user_ids: int) -> Sequence[SessionRevoked]:
    """Return news about sessions of these users (which may have others that live)."""
    at = clock.now() - timedelta(seconds=1)
    return [SessionRevoked(occurred_at=at, user_id=user_id, session_id=1, reason="logout") for user_id in user_ids]
