"""Guarantee: staff who are customers, too, decide neither about themselves nor about their own money."""

from __future__ import annotations

from typing import Any

import pytest

from app.database import unit_of_work
from app.identity.models import User
from tests.bank import Bank, Person


@pytest.fixture
def clerk(bank: Bank) -> Person:
    """A member of staff with ₹1,00,000.00 of their own."""
    clerk = bank.admin()
    clerk.accounts.append(bank.open_account(clerk))
    bank.fund(clerk.account, 100_000_00)
    return clerk


def refused(answer: Any) -> None:
    assert (answer.status_code, answer.json()["code"]) == (403, "own_matter"), answer.text


class TestOwnMatters:
    """S25, S45, S56, S58, S59, S71: asking and deciding are the duties of two people."""

    def test_an_account(self, bank: Bank, clerk: Person) -> None:
        asked = bank.open_account(clerk, approved=False)
        decision = {"account_id": asked, "action": "approve"}
        refused(clerk.post("/accounts/approve", decision))
        refused(clerk.put(f"/admin/accounts/{clerk.account}/toggle-active", {"active": False, "reason": "a try"}))

        assert bank.admin().post("/accounts/approve", decision).status_code == 200

    def test_a_correction(self, bank: Bank, clerk: Person) -> None:
        correction = {"amount": 5_000, "direction": "credit", "reason": "a gift"}
        path = f"/admin/accounts/{clerk.account}/adjust-balance"
        refused(clerk.post(path, correction))

        assert clerk.balance() == 100_000
        assert bank.admin().post(path, correction).status_code == 201

    @pytest.mark.parametrize("is_payer", [True, False])
    @pytest.mark.parametrize("action", ["clear", "reject"])
    def test_a_held_payment(self, bank: Bank, clerk: Person, action: str, is_payer: bool) -> None:
        other = bank.customer(100_000_00)
        payer, payee = (clerk, other) if is_payer else (other, clerk)
        held = payer.send(payee, 60_000).json()["transaction_id"]
        bank.settle()
        decision = {"action": action, "reason": "it is mine"}
        refused(clerk.post(f"/admin/transactions/{held}/review", decision))

        assert bank.status(held) == "UNDER_REVIEW"
        assert bank.admin().post(f"/admin/transactions/{held}/review", decision).status_code == 200

    def test_money_that_they_paid_comes_back_by_a_colleague(self, bank: Bank, clerk: Person) -> None:
        paid = clerk.send(bank.customer(), 500).json()["transaction_id"]
        bank.settle()
        refused(clerk.post(f"/transactions/{paid}/refund", {"reason": "I want it back"}))

        assert bank.status(paid) == "SUCCESS"
        assert bank.admin().post(f"/transactions/{paid}/refund", {"reason": "paid twice"}).status_code == 201

    def test_money_that_they_got_is_theirs_to_give_back(self, bank: Bank, clerk: Person) -> None:
        got = bank.customer(1_000_00).send(clerk, 500).json()["transaction_id"]
        bank.settle()

        assert clerk.post(f"/transactions/{got}/refund", {"reason": "not for me"}).status_code == 201

    def test_their_identity(self, bank: Bank, clerk: Person) -> None:
        refused(clerk.post("/admin/approve-kyc", {"user_id": clerk.id, "action": "reject", "reason": "a try"}))

        with unit_of_work() as session:
            assert session.get_one(User, clerk.id).kyc_approved
