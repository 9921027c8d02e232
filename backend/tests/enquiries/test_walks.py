"""The specification's walks through the bank, step by step, from the request to the line that staff find in the index."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, text

from app.broker.relay import outgoing
from app.core import clock
from app.database import unit_of_work
from app.enquiries.indexes import LOGS
from app.enquiries.shipping import OwnLines
from app.events.models import OutboxBundle
from app.search.engine import search_engine
from tests.bank import Bank, Person

pytestmark = pytest.mark.slow

Searchable = Callable[[], None]


def topics(transaction_id: int) -> list[str]:
    """Return what was recorded about a transaction, in order."""
    query = select(OutboxBundle.topic).where(OutboxBundle.payload.contains(f'"transaction_id":{transaction_id},'))
    with unit_of_work() as session:
        return list(session.scalars(query.order_by(OutboxBundle.id)))


def found(person: Person, path: str, **params: Any) -> list[dict[str, Any]]:
    """Return what a search finds in the index (and not in PostgreSQL instead)."""
    answer = person.get(path, **params).json()
    assert answer["degraded"] is False, answer
    items: list[dict[str, Any]] = answer["items"]
    return items


class TestTransfer:
    """S140.8, S140.9, S168: a transfer is findable, and tells of its success under both names."""

    def test_step_by_step(self, either_engine: str, bank: Bank, searchable: Searchable) -> None:
        asha, rohan = bank.customer(1_000_00, name="Asha Raman"), bank.customer(name="Rohan Mehta")
        transaction = asha.send(rohan, 150, note="dinner").json()["transaction_id"]
        assert topics(transaction) == ["transfer.initiated"]
        searchable()
        assert topics(transaction) == ["transfer.initiated", "transfer.completed"]
        message = outgoing(1, "transfer.completed", 1, None, 1, "[]", 0)
        assert {"transfer.success", "transaction.completed"} <= set(message.headers["CC"])
        for person in (asha, rohan):
            assert [item["id"] for item in found(person, "/search", q="dinner")] == [transaction]


class TestDeposit:
    """S142.2, S142.3, S142.4, S142.5, S142.6, S142.7, S142.8, S142.10: cash comes in, asked for and settled under a lock."""

    def test_step_by_step(self, either_engine: str, bank: Bank, searchable: Searchable) -> None:
        asha = bank.customer()
        request = {"account_id": asha.account, "amount": 500, "note": "birthday money"}
        assert bank.api.post("/transactions/deposit", json=request).status_code == 401
        assert asha.post("/transactions/deposit", request | {"amount": 0}).status_code == 422
        deposit = asha.post("/transactions/deposit", request).json()["transaction_id"]
        assert (topics(deposit), bank.status(deposit), asha.balance()) == (["deposit.requested"], "PENDING", 0.0)

        ledger = "SELECT l.id FROM ledger_accounts l JOIN accounts a ON a.ledger_account_id = l.id WHERE a.id = :id"
        worker = threading.Thread(target=bank.settle)
        with unit_of_work() as session:
            session.execute(text(f"{ledger} FOR UPDATE"), {"id": asha.account})
            worker.start()
            worker.join(0.5)
            assert worker.is_alive(), "the worker needs the account's row, and waits for it"
            assert topics(deposit) == ["deposit.requested"]
        worker.join(20)
        assert (bank.status(deposit), asha.balance()) == ("SUCCESS", 500.0)
        with unit_of_work() as session:
            session.execute(text(f"{ledger} FOR UPDATE NOWAIT"), {"id": asha.account})  # and has let go of it
            moved = session.execute(
                text("SELECT kind, amount_minor FROM movements WHERE group_id = :id"), {"id": deposit}
            )
            assert [tuple(row) for row in moved] == [("deposit", 500_00)]
        assert topics(deposit) == ["deposit.requested", "deposit.completed"]
        searchable()
        assert [item["id"] for item in found(asha, "/search", q="birthday")] == [deposit]


class TestFraud:
    """S145.1, S145.3, S145.4, S153.8: what is held is suspected, staff are told, and what they say is an event."""

    def test_step_by_step(self, bank: Bank, searchable: Searchable) -> None:
        asha, rohan, admin = bank.customer(100_000_00), bank.customer(), bank.admin()
        held = asha.send(rohan, 60_000).json()["transaction_id"]
        searchable()
        assert topics(held) == ["transfer.initiated", "fraud.check_required", "fraud.suspected"]
        told = admin.get("/notifications").json()["items"]
        assert [item["related_id"] for item in told if item["type"].startswith("fraud")] == [held]
        answer = admin.post(f"/admin/transactions/{held}/review", {"action": "clear", "reason": "she called us"})
        assert answer.status_code == 200, answer.text
        searchable()
        assert set(topics(held)[3:]) == {"fraud.cleared", "transfer.completed"}
        assert (bank.status(held), rohan.balance()) == ("SUCCESS", 60_000.0)


class TestLog:
    """S141.6, S151, S161, S175: sign-ins and refusals are found in the log and in the trail."""

    def test_a_refusal_for_want_of_money(self, either_engine: str, bank: Bank, searchable: Searchable) -> None:
        asha, rohan, admin = bank.customer(100_00), bank.customer(), bank.admin()
        before = clock.now().isoformat()
        first, second = (asha.send(rohan, 80).json()["transaction_id"] for _ in range(2))
        searchable()
        assert (bank.status(first), bank.status(second)) == ("SUCCESS", "FAILED")
        after = clock.now().isoformat()
        for period, refused in ({"from": before, "to": after}, [second]), ({"from": after}, []), ({"to": before}, []):
            lines = found(admin, "/admin/logs/search", q="insufficient_funds", **period)
            assert [line["data"]["transaction_id"] for line in lines] == refused

    def test_a_refusal_at_the_door(self, either_engine: str, bank: Bank, searchable: Searchable) -> None:
        """Nothing was accepted, so there is no event; the line of the request says why."""
        asha, rohan, admin = bank.customer(100_00), bank.customer(), bank.admin()
        lines = OwnLines()
        logging.getLogger().addHandler(lines)
        try:
            for again in (False, True):
                answer = asha.send(rohan, 1_000, key="too-much")
                assert (answer.status_code, "idempotency-hit" in answer.headers) == (422, again)
            kept = asha.post(
                "/transactions/withdraw", {"account_id": asha.account, "amount": 1_000}, **{"Idempotency-Key": "cash"}
            )
            assert kept.status_code == 422
        finally:
            logging.getLogger().removeHandler(lines)
        searchable()
        search_engine().write(LOGS, lines.take())
        search_engine().refresh(LOGS)
        said = found(admin, "/admin/logs/search", q="insufficient_funds")
        assert [(one["user_id"], one["data"]["route"]) for one in said] == [
            (asha.id, "/transactions/withdraw"),
            (asha.id, "/transactions/initiate"),
            (asha.id, "/transactions/initiate"),
        ]

    def test_a_sign_in(self, either_engine: str, bank: Bank, searchable: Searchable) -> None:
        admin = bank.admin()
        bank.api.post(
            "/auth/register", json={"username": "zoya", "email": "zoya@example.com", "password": "calm seas 2026"}
        )
        answer = bank.api.post("/auth/login", json={"username": "zoya", "password": "calm seas 2026"})
        assert answer.status_code == 200, answer.text
        searchable()
        groups = admin.get("/admin/search", q="logged_in").json()
        assert "user.logged_in" in str(groups)
