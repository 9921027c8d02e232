"""Guarantee: what is asked for at a counter, and what staff book at once, moves money once or says why not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.ledger.decide import Group, Outcome
from app.transactions import requests
from tests.bank import Bank, Person


class TestRefund:
    """S71, S117, S226: a transfer is given back once, by a new movement."""

    def settled(self, bank: Bank) -> tuple[Person, Person, int]:
        alice, bob = bank.customer(100_00), bank.customer()
        transaction_id = alice.send(bob, 40).json()["transaction_id"]
        bank.settle()
        return alice, bob, transaction_id

    def test_the_sender_and_strangers_may_not(self, bank: Bank) -> None:
        alice, _, transaction_id = self.settled(bank)
        for person in (alice, bank.customer()):
            assert person.post(f"/transactions/{transaction_id}/refund", {"reason": "want it back"}).status_code == 404

    def test_the_recipient_gives_it_back(self, bank: Bank) -> None:
        alice, bob, transaction_id = self.settled(bank)
        answer = bob.post(f"/transactions/{transaction_id}/refund", {"reason": "paid twice", "idempotency_key": "r1"})
        assert answer.status_code == 201
        assert (answer.json()["kind"], answer.json()["reverses_id"]) == ("refund", transaction_id)
        assert (alice.balance(), bob.balance()) == (100.0, 0.0)
        original = alice.get(f"/transactions/{transaction_id}").json()
        assert (original["status"], original["refund_id"]) == ("REVERSED", answer.json()["id"])
        again = bob.post(f"/transactions/{transaction_id}/refund", {"reason": "paid twice", "idempotency_key": "r1"})
        assert again.headers["idempotency-hit"] == "true"
        assert bank.findings() == []

    def test_twice_is_refused(self, bank: Bank) -> None:
        _, bob, transaction_id = self.settled(bank)
        bob.post(f"/transactions/{transaction_id}/refund", {"reason": "paid twice"})
        answer = bob.post(f"/transactions/{transaction_id}/refund", {"reason": "paid twice"})
        assert (answer.status_code, answer.json()["code"]) == (422, "not_refundable")
        assert bob.balance() == 0.0

    def test_spent_money_cant_be_given_back_and_nothing_changes(self, bank: Bank) -> None:
        _, bob, transaction_id = self.settled(bank)
        bob.post("/transactions/withdraw", {"account_id": bob.account, "amount": 40})
        bank.settle()
        answer = bank.admin().post(f"/transactions/{transaction_id}/refund", {"reason": "fraud report"})
        assert answer.json() == {
            "detail": "Not given back: ₹40.00 is more than the ₹0.00 available. Nothing has moved.",
            "code": "insufficient_funds", "data": {"available": 0.0},
        }  # fmt: skip
        assert bank.status(transaction_id) == "SUCCESS"
        assert bank.findings() == []


def short_of(available: float, detail: str) -> dict[str, Any]:
    """The whole answer to who asks for more than is there."""
    wrong = {"field": "amount", "code": "insufficient_funds", "message": detail, "facts": {}}
    return {"detail": detail, "code": "insufficient_funds", "data": {"available": available, "errors": [wrong]}}


class TestCash:
    """S67, S68, S107, S112, S142: deposits and withdrawals by request."""

    def test_a_deposit_is_settled_by_the_worker(self, bank: Bank) -> None:
        alice = bank.customer()
        answer = alice.post(
            "/transactions/deposit", {"account_id": alice.account, "amount": 250.5, "idempotency_key": "d"}
        )
        assert (answer.status_code, answer.json()["status"]) == (201, "PENDING")
        assert alice.balance() == 0.0
        bank.settle()
        assert alice.balance() == 250.5
        alice.post("/transactions/deposit", {"account_id": alice.account, "amount": 250.5, "idempotency_key": "d"})
        bank.settle()
        assert alice.balance() == 250.5
        assert bank.findings() == []

    def test_a_withdrawal_needs_the_money_twice(self, bank: Bank) -> None:
        alice = bank.customer(100_00)
        body = {"account_id": alice.account, "amount": 70}
        first, second = (alice.post("/transactions/withdraw", body).json()["transaction_id"] for _ in range(2))
        bank.settle()
        assert (bank.status(first), bank.status(second)) == ("SUCCESS", "FAILED")
        assert alice.post("/transactions/withdraw", body).json() == short_of(
            30.0, "Not paid out: ₹70.00 is more than the ₹30.00 available. Nothing has left your account."
        )
        assert alice.balance() == 30.0
        assert bank.findings() == []

    def test_other_peoples_accounts_are_not_found(self, bank: Bank) -> None:
        alice, bob = bank.customer(), bank.customer(100_00)
        for path in ("/transactions/deposit", "/transactions/withdraw"):
            assert alice.post(path, {"account_id": bob.account, "amount": 1}).status_code == 404

    @pytest.mark.parametrize("amount", ["0", "-5", "1.001", '"5"', "true", "1e400", "NaN"])
    def test_bad_amounts_change_nothing(self, bank: Bank, amount: str) -> None:
        alice = bank.customer(100_00)
        for path in ("/transactions/deposit", "/transactions/withdraw"):
            answer = alice.post(path, content=f'{{"account_id":{alice.account},"amount":{amount}}}')
            assert answer.status_code == 422
        assert [one["kind"] for one in alice.get("/transactions/me").json()["items"]] == ["adjustment"]

    def test_a_large_deposit_is_held(self, bank: Bank) -> None:
        alice, admin = bank.customer(), bank.admin()
        made = alice.post("/transactions/deposit", {"account_id": alice.account, "amount": 60_000}).json()[
            "transaction_id"
        ]
        bank.settle()
        assert (bank.status(made), alice.balance()) == ("UNDER_REVIEW", 0.0)
        admin.post(f"/admin/transactions/{made}/review", {"action": "clear", "reason": "salary bonus"})
        assert alice.balance() == 60_000.0


class TestAdjustment:
    """S58, S180: staff correct a balance by a movement with a reason."""

    def test_customers_may_not(self, bank: Bank) -> None:
        alice = bank.customer()
        body = {"amount": 100, "reason": "I'd like that"}
        assert alice.post(f"/admin/accounts/{alice.account}/adjust-balance", body).status_code == 403

    def test_credit_and_debit(self, bank: Bank) -> None:
        alice, admin = bank.customer(), bank.admin()
        path = f"/admin/accounts/{alice.account}/adjust-balance"
        assert admin.post(path, {"amount": 100, "reason": "cash found"}).status_code == 201
        assert admin.post(path, {"amount": 30.5, "direction": "debit", "reason": "counted twice"}).status_code == 201
        assert alice.balance() == 69.5
        too_much = admin.post(path, {"amount": 70, "direction": "debit", "reason": "by mistake"})
        assert too_much.status_code == 422
        assert too_much.json() == short_of(
            69.5, "Not booked: ₹70.00 is more than the ₹69.50 available. Nothing has moved."
        )
        assert bank.findings() == []

    def test_an_account_that_is_switched_off(self, bank: Bank) -> None:
        alice, admin = bank.customer(100_00), bank.admin()
        admin.put(f"/admin/accounts/{alice.account}/toggle-active", {"active": False})
        body = {"amount": 1, "direction": "debit", "reason": "counted twice"}
        refused = admin.post(f"/admin/accounts/{alice.account}/adjust-balance", body)
        assert refused.json()["detail"] == "One of the accounts can't be used at the moment. Nothing has moved."

    def test_a_refusal_tells_what_is_there_after_whoever_was_quicker(
        self, bank: Bank, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        alice, admin = bank.customer(100_00), bank.admin()
        path = f"/admin/accounts/{alice.account}/adjust-balance"
        body = {"amount": 80, "direction": "debit", "reason": "counted twice"}
        settle, others = requests.settle, iter([body])

        def after_another(session: Session, batch: Sequence[Group]) -> list[Outcome]:
            for quicker in others:  # the account has been looked at, and isn't locked yet
                assert admin.post(path, quicker).status_code == 201
            return settle(session, batch)

        monkeypatch.setattr(requests, "settle", after_another)
        assert admin.post(path, body).json() == short_of(
            20.0, "Not booked: ₹80.00 is more than the ₹20.00 available. Nothing has moved."
        )
        assert bank.findings() == []
