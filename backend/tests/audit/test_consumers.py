"""Guarantee: every act of a person is kept once and for ever; everyday money is in the event log and not here."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
import sqlalchemy.exc
from sqlalchemy import text
from sqlalchemy.orm import Session

from app import config
from app.audit import consumers as audit
from app.audit import entries
from app.consumers import consumers
from app.core import clock
from app.database import unit_of_work
from app.events.catalogue import CATALOGUE, BalanceAdjusted, Event, KYCStatusChanged, MoneyFacts, UserLoggedIn
from app.events.outbox import record
from app.events.runner import drain
from tests.bank import Bank
from tests.money import facts, transfer_completed, transfer_failed, transfer_initiated

QUEUE = {"banking.audit": consumers()["banking.audit"]}


def login(user_id: int = 7) -> UserLoggedIn:
    """Return somebody's sign-in."""
    return UserLoggedIn(
        occurred_at=clock.now(), actor_id=user_id, user_id=user_id, session_id=3, ip="203.0.113.7", user_agent="x"
    )


def deliver(*events: Event) -> None:
    """Record events and let the audit handle them."""
    with unit_of_work() as session:
        record(session, *events)
    drain(QUEUE)


def trail() -> list[Any]:
    """Return what the trail holds."""
    with unit_of_work() as session:
        return list(session.execute(text("SELECT * FROM audit_log ORDER BY id")))


class TestKeep:
    """S141.6, S111: sign-ins, acts of staff and changes of state."""

    def test_who_did_what_to_whom(self, database: str) -> None:
        event = login()
        deliver(event)
        [row] = trail()
        assert (row.at, row.action, row.actor_id) == (event.occurred_at, "user.logged_in", 7)
        assert (row.subject_type, row.subject_id) == ("user", 7)
        assert row.data == {"user_id": 7, "session_id": 3, "ip": "203.0.113.7", "user_agent": "x"}

    def test_delivered_twice_is_kept_once(self, database: str) -> None:
        deliver(login())
        with unit_of_work() as session:
            session.execute(
                text("INSERT INTO deliveries (queue, outbox_id, lo, hi) SELECT queue, outbox_id, lo, hi FROM inbox")
            )
        drain(QUEUE)
        assert len(trail()) == 1

    def test_everyday_money_is_not_written_a_second_time(self, database: str) -> None:
        deliver(transfer_initiated(), transfer_completed(), transfer_failed())
        assert trail() == []
        with unit_of_work() as session:
            assert session.scalar(text("SELECT sum(count) FROM outbox")) == 3

    def test_an_adjustment_by_staff_is_an_act(self, database: str) -> None:
        event = BalanceAdjusted(
            **facts(actor_id=1, kind="adjustment"), src_balance_minor=None, dest_balance_minor=1, reason="goodwill"
        )
        deliver(event)
        [row] = trail()
        assert (row.action, row.actor_id, row.subject_type, row.subject_id) == (
            "balance.adjusted",
            1,
            "transaction",
            41,
        )
        assert row.data["reason"] == "goodwill"

    def test_every_event_of_the_catalogue_has_a_subject(self) -> None:
        assert entries.unnamed() == []
        assert all(issubclass(kind, MoneyFacts) for kind in entries.BULK)

    def test_every_event_of_the_catalogue_is_delivered(self) -> None:
        assert QUEUE["banking.audit"].topics == set(CATALOGUE)

    @pytest.mark.parametrize(
        "change", ["UPDATE audit_log SET actor_id = 1", "DELETE FROM audit_log", "TRUNCATE audit_log"]
    )
    def test_nothing_can_be_changed(self, database: str, change: str) -> None:
        deliver(login())
        with pytest.raises(sqlalchemy.exc.IntegrityError, match="append-only"), unit_of_work() as session:
            session.execute(text(change))
        assert len(trail()) == 1

    def test_no_secret_enters(self, bank: Bank) -> None:
        """Rule 19: a password that was used everywhere is found nowhere."""
        secret = "Kingfisher-over-the-Ganga-47"
        api = bank.api
        answer = api.post(
            "/auth/register", json={"username": "canary", "email": "canary@example.com", "password": secret}
        )
        assert answer.status_code == 201
        token = answer.json()["access_token"]
        api.post("/auth/login", json={"username": "canary", "password": secret})
        api.post("/auth/login", json={"username": "canary", "password": secret + "x"})
        bank.settle()
        everything = repr(trail())
        with unit_of_work() as session:
            everything += repr(session.execute(text("SELECT payload FROM outbox")).all())
        assert "user.registered" in everything
        assert "user.login_failed" in everything
        for hidden in (secret, token, api.cookies.get("nyord_refresh") or "nothing"):
            assert hidden not in everything


class TestPrint:
    """S172-S175: money goes to standard output."""

    def test_json_for_machines(self, database: str, capsys: pytest.CaptureFixture[str]) -> None:
        deliver(transfer_completed())
        [line] = [line for line in capsys.readouterr().out.splitlines() if '"logger":"audit"' in line]
        assert json.loads(line)["event"] == "transfer.completed"

    def test_text_for_people(
        self, database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("LOG_FORMAT", "console")
        config.get_settings.cache_clear()
        deliver(transfer_completed())
        assert "EVENT: transfer.completed\nUSER: 7\nAMOUNT: 150\n" in capsys.readouterr().out

    def test_a_log_that_nobody_reads_stops_nothing(self, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
        class Broken:
            def write(self, _: str) -> None:
                raise BrokenPipeError

        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", Broken())
            audit.keep(session, [audit.Envelope(transfer_completed(), 1_000), audit.Envelope(login(), 2_000)])
        session.commit()
        assert len(trail()) == 1


class TestStaff:
    """Acts of staff arrive here by themselves."""

    def test_a_kyc_decision(self, database: str) -> None:
        deliver(KYCStatusChanged(occurred_at=clock.now(), actor_id=1, user_id=7, status="rejected", reason="blurred"))
        [row] = trail()
        assert (row.actor_id, row.subject_id, row.data["reason"]) == (1, 7, "blurred")
