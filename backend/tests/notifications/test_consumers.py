"""Guarantee: every event is told once to everybody concerned, by one statement for the batch, in its transaction."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import event as sql_events
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.consumers import consumers
from app.core import clock
from app.database import new_session, unit_of_work
from app.events.catalogue import FraudSuspected, TransferCompleted
from app.events.consumer import Envelope
from app.events.outbox import record
from app.events.runner import drain
from app.identity.models import Role, User
from app.notifications.consumers import NOTIFY_BATCH_MAX, notify
from app.notifications.models import Notification
from app.notifications.schemas import NotificationOut
from app.realtime import service as realtime
from tests.money import ARJUN, MEERA, facts, transfer_completed

QUEUE = {"banking.notifications": consumers()["banking.notifications"]}


def told() -> list[tuple[int, str, int]]:
    """Return who was told what about which thing."""
    with unit_of_work() as session:
        rows = session.execute(text("SELECT user_id, type, related_id FROM notifications ORDER BY id"))
        return [(row[0], row[1], row[2]) for row in rows]


def deliver(*events: TransferCompleted | FraudSuspected) -> None:
    """Record events and let the notifications' consumer handle them."""
    with unit_of_work() as session:
        record(session, *events)
    drain(QUEUE)


class TestNotify:
    """S39, S100, S167: notifications are written once, however often an event arrives."""

    def test_both_sides_in_order(self, database: str) -> None:
        deliver(transfer_completed())
        assert told() == [(ARJUN, "transfer.sent", 41), (MEERA, "transfer.received", 41)]

    def test_delivered_twice_is_told_once(self, session: Session) -> None:
        for _ in range(2):  # past the inbox: the rows themselves know
            notify(session, [Envelope(transfer_completed(), 17_000)])
            session.commit()
        assert len(told()) == 2

    def test_the_same_event_twice_in_one_batch(self, session: Session) -> None:
        notify(session, [Envelope(transfer_completed(), 17_000)] * 2)
        session.commit()
        assert len(told()) == 2

    def test_rolled_back_is_untold(self, database: str) -> None:
        with new_session() as session:
            notify(session, [Envelope(transfer_completed(), 17_000)])
            session.rollback()
        assert told() == []

    @pytest.mark.parametrize("transfers", [1, 300])
    def test_a_batch_is_three_statements_whatever_its_size(self, session: Session, transfers: int) -> None:
        realtime.seen(session, gateway="g", user_ids=[ARJUN])
        session.commit()
        statements: list[str] = []
        engine = session.get_bind()
        sql_events.listen(engine, "before_cursor_execute", lambda *seen: statements.append(seen[2]))
        notify(session, [Envelope(transfer_completed(), 17_000 + number) for number in range(transfers)])
        session.commit()
        # Who is connected, and the push; the insert itself goes straight to the driver.
        assert [" ".join(statement.split())[:20] for statement in statements] == [
            "SELECT DISTINCT user",
            "SELECT pg_notify(%(c",
        ]
        assert len(told()) == 2 * transfers

    @pytest.mark.parametrize(
        "text_of_a_user", ["'; DROP TABLE users; --", '{"a":1}', "{1,2}", '"', "\\", "NULL", "ஓம் 😀", ""]
    )
    def test_whatever_a_user_writes_stays_text(self, database: str, text_of_a_user: str) -> None:
        deliver(transfer_completed(note=text_of_a_user, src_user_name=text_of_a_user or "x"))
        with unit_of_work() as session:
            received = select(Notification).where(Notification.type == "transfer.received")
            message = NotificationOut.of(session.scalars(received).one()).message
        assert message == f"You received ₹150.00 from {text_of_a_user or 'x'}" + (
            f": “{text_of_a_user}”" if text_of_a_user else "."
        )

    @pytest.mark.parametrize("note", ["lunch", '"}', "\\", "ஓம் 😀"])
    def test_which_sentence_it_is_and_its_facts_are_kept(self, database: str, note: str) -> None:
        deliver(transfer_completed(note=note))
        with unit_of_work() as session:
            rows = session.execute(text("SELECT user_id, sentence, facts FROM notifications ORDER BY user_id"))
            kept = [(user, sentence, json.loads(known)) for user, sentence, known in rows]
        amount = {"amount_minor": 150_00, "currency": "INR"}
        assert kept == [
            (ARJUN, "transfer.sent", {**amount, "name": "Meera Nair", "note": note}),
            (MEERA, "transfer.received", {**amount, "name": "Arjun Rao", "note": note}),
        ]

    def test_every_active_admin_hears_of_a_suspicion(self, session: Session) -> None:
        for number, (role, active) in enumerate(
            [(Role.ADMIN, True), (Role.ADMIN, False), (Role.CUSTOMER, True), (Role.ADMIN, True)]
        ):
            session.add(
                User(
                    username=f"u{number}",
                    email=f"u{number}@example.com",
                    hashed_password="!",
                    role=role,
                    is_active=active,
                )
            )
        session.commit()
        admins = session.scalars(text("SELECT id FROM users WHERE role = 'admin' AND is_active ORDER BY id")).all()
        deliver(FraudSuspected(**facts(), reason="high-value"))
        assert told() == [(admin, "fraud.suspected", 41) for admin in admins]
        assert len(admins) == 2

    def test_larger_batches_than_other_queues(self) -> None:
        assert QUEUE["banking.notifications"].batch_max == NOTIFY_BATCH_MAX == 1_000

    def test_the_time_is_the_events(self, session: Session) -> None:
        event = transfer_completed()
        notify(session, [Envelope(event, 17_000)])
        session.commit()
        assert session.scalars(text("SELECT DISTINCT created_at FROM notifications")).all() == [event.occurred_at]
        assert event.occurred_at <= clock.now()
