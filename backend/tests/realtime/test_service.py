"""Guarantee: a push leaves with the commit that made it true, reaches whoever is connected, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.database import new_session
from app.realtime import service
from app.realtime.frames import Unpacker


class Ear:
    """A gateway's listening connection."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url, autocommit=True)
        self.connection.execute("LISTEN realtime")

    def heard(self) -> list[tuple[int, str]]:
        """Return the messages that have arrived by now."""
        unpacker = Unpacker()
        return [
            message
            for notification in self.connection.notifies(timeout=0.3)
            for message in unpacker.feed(notification.payload).messages
        ]


@pytest.fixture
def ear(database: str) -> Iterator[Ear]:
    """Somebody who listens."""
    made = Ear(database)
    yield made
    made.connection.close()


class TestPush:
    """S100, S127."""

    def test_only_to_who_is_connected(self, session: Session, ear: Ear) -> None:
        service.seen(session, gateway="a", user_ids=[7])
        assert service.push(session, [(7, {"type": "x"}), (8, {"type": "y"}), (7, b'{"type":"z"}')]) == 2
        session.commit()
        assert ear.heard() == [(7, '{"type":"x"}'), (7, '{"type":"z"}')]

    def test_what_is_rolled_back_is_never_heard(self, session: Session, ear: Ear) -> None:
        service.seen(session, gateway="a", user_ids=[7])
        session.commit()
        service.push(session, [(7, {"type": "x"})])
        session.rollback()
        assert ear.heard() == []

    def test_nobody_connected_is_no_notification(self, session: Session, ear: Ear) -> None:
        assert service.push(session, [(7, {"type": "x"})]) == 0
        assert service.push(session, []) == 0
        session.commit()
        assert ear.heard() == []

    def test_a_large_message_and_many(self, session: Session, ear: Ear) -> None:
        service.seen(session, gateway="a", user_ids=range(300))
        sent = [(user_id, {"type": "₹" * (5_000 if user_id == 150 else 50)}) for user_id in range(300)]
        service.push(session, sent)
        session.commit()
        assert [user_id for user_id, _ in ear.heard()] == list(range(300))

    def test_large_messages_that_begin_alike(self, session: Session, ear: Ear) -> None:
        """PostgreSQL drops the second of two equal payloads of a transaction; their parts must not be equal."""
        service.seen(session, gateway="a", user_ids=[7])
        sent = [(7, ("x" * 20_000 + end)) for end in "ab"]
        for user_id, message in sent:
            service.push(session, [(user_id, {"type": message})])
        session.commit()
        assert ear.heard() == [(user_id, f'{{"type":"{message}"}}') for user_id, message in sent]


class TestPresence:
    """Who is connected: seen by some gateway within ninety seconds."""

    def test_at_two_gateways_until_both_are_left(self, session: Session) -> None:
        for gateway in ("a", "b"):
            service.seen(session, gateway=gateway, user_ids=[7])
        service.gone(session, gateway="a", user_ids=[7])
        assert service.connected_among(session, [7, 8]) == {7}
        service.gone(session, gateway="b", user_ids=[7])
        assert service.connected_among(session, [7, 8]) == set()

    def test_a_gateway_that_closes(self, session: Session) -> None:
        service.seen(session, gateway="a", user_ids=[7, 8])
        service.seen(session, gateway="b", user_ids=[8])
        service.closed(session, gateway="a")
        assert service.connected_among(session, [7, 8]) == {8}

    def test_a_gateway_that_died_is_forgotten(self, session: Session) -> None:
        service.seen(session, gateway="a", user_ids=[7, 8])
        age = timedelta(seconds=service.SEEN_WITHIN_SECONDS + 1)
        session.execute(text("UPDATE connected_users SET seen_at = seen_at - CAST(:age AS interval)"), {"age": age})
        assert service.connected_among(session, [7, 8]) == set()
        service.seen(session, gateway="a", user_ids=[8])
        service.sweep(session)
        assert session.scalars(text("SELECT user_id FROM connected_users")).all() == [8]

    def test_two_gateways_that_wake_at_once_do_not_wait_for_each_other(self, session: Session) -> None:
        """Each holds its own rows, which the other would sweep."""
        for gateway, user_id in (("a", 7), ("b", 8)):
            service.seen(session, gateway=gateway, user_ids=[user_id])
        session.execute(text("UPDATE connected_users SET seen_at = seen_at - interval '2 minutes'"))
        session.commit()
        with new_session() as other:
            for one, gateway, user_id in ((session, "a", 7), (other, "b", 8)):
                one.execute(text("SET LOCAL lock_timeout = '500ms'"))
                service.seen(one, gateway=gateway, user_ids=[user_id])
            for one in (session, other):
                service.sweep(one)
            session.commit()
            other.commit()
        assert service.connected_among(session, [7, 8]) == {7, 8}
