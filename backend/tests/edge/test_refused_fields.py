"""A refusal that is about one field of the body says which, as a mistake that is found while it is read does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from app.database import unit_of_work
from app.identity import passwords
from app.identity.models import User
from tests.bank import Bank, Person

PASSWORD = "correct horse battery staple"
BOOKED_MAX = 90_071_992_547_409.91


@pytest.fixture
def asha(bank: Bank) -> Person:
    """A customer with ₹1,000 and a password."""
    person = bank.customer(1000_00, accounts=2)
    with unit_of_work() as session:
        session.get_one(User, person.id).hashed_password = passwords.hash_password(PASSWORD)
    return person


@pytest.fixture
def ravi(bank: Bank) -> Person:
    """Another customer, whom the bank doesn't know well yet."""
    return bank.customer(90_000_00, kyc=False)


def said(answer: httpx2.Response) -> tuple[int, str, list[dict[str, Any]]]:
    """Return a refusal's status and code, and what it says of fields."""
    body = answer.json()
    for one in body["data"].get("errors", []):
        assert (one.pop("message"), one.pop("facts")) == (body["detail"], {})
    return answer.status_code, body["code"], body["data"].get("errors", [])


def of(field: str, code: str) -> list[dict[str, str]]:
    return [{"field": field, "code": code}]


class TestIdentity:
    """S29, S75: what is wrong with a name, an address or a password."""

    @pytest.mark.parametrize(
        ("status", "code", "field", "change"),
        [
            (409, "username_taken", "username", lambda asha: {"username": asha.username.upper()}),
            (409, "email_taken", "email", lambda asha: {"email": f"{asha.username}@example.com"}),
            (422, "weak_password", "password", lambda asha: {"password": "password12345"}),
            (422, "weak_password", "password", lambda asha: {"password": "newcomer-newcomer"}),
        ],
    )
    def test_registering(
        self, bank: Bank, asha: Person, status: int, code: str, field: str, change: Callable[[Person], dict[str, str]]
    ) -> None:
        body = {"username": "newcomer", "email": "new@example.org", "password": PASSWORD} | change(asha)

        assert said(bank.api.post("/auth/register", json=body)) == (status, code, of(field, code))

    @pytest.mark.parametrize(
        ("status", "code", "field", "current", "new"),
        [
            (403, "wrong_password", "current_password", "not the password", PASSWORD + " two"),
            (422, "weak_password", "new_password", PASSWORD, "password12345"),
        ],
    )
    def test_another_password(self, asha: Person, status: int, code: str, field: str, current: str, new: str) -> None:
        answer = asha.post("/auth/change-password", {"current_password": current, "new_password": new})

        assert said(answer) == (status, code, of(field, code))

    def test_another_address(self, asha: Person, ravi: Person) -> None:
        taken = {"current_password": PASSWORD, "email": f"{ravi.username}@example.com"}

        assert said(asha.post("/auth/change-email", taken)) == (409, "email_taken", of("email", "email_taken"))
        wrong = taken | {"current_password": "not the password"}
        assert said(asha.post("/auth/change-email", wrong))[2] == of("current_password", "wrong_password")

    def test_another_name(self, asha: Person) -> None:
        answer = asha.put("/auth/me", {"full_name": "Somebody Else"})

        assert said(answer) == (403, "name_checked", of("full_name", "name_checked"))

    def test_who_signs_in_isn_t_told_which(self, bank: Bank, asha: Person) -> None:
        answer = bank.api.post("/auth/login", json={"username": asha.username, "password": "not the password"})

        assert said(answer) == (401, "wrong_credentials", [])


TRANSFERS: list[tuple[int, str, str, dict[str, Any]]] = [
    (404, "recipient_not_found", "dest_account", {"dest_account": 10**9}),
    (422, "same_account", "dest_account", {"dest_account": "own"}),
    (404, "account_not_found", "src_account", {"src_account": "other's"}),
    (422, "insufficient_funds", "amount", {"amount": 1000.01}),
    (422, "invalid_amount", "amount", {"amount": 0}),
    (422, "invalid_amount", "amount", {"amount": BOOKED_MAX + 1}),
    (422, "invalid_amount", "amount", {"amount": 1.005}),
    (422, "unknown_currency", "currency", {"currency": "XXX"}),
    (422, "currency_mismatch", "currency", {"currency": "USD"}),
    (422, "invalid_request", "note", {"note": "two\nlines"}),
    (422, "invalid_request", "metadata", {"metadata": {"long": "x" * 5_000}}),
]


class TestMoney:
    """S29, S75: what is wrong with a payment."""

    def body(self, asha: Person, ravi: Person, change: dict[str, Any]) -> dict[str, Any]:
        accounts = {"own": asha.account, "other's": ravi.account}
        made = {"src_account": asha.account, "dest_account": ravi.account, "amount": 1} | change
        return {name: accounts.get(value, value) if isinstance(value, str) else value for name, value in made.items()}

    @pytest.mark.parametrize(("status", "code", "field", "change"), TRANSFERS)
    def test_a_transfer(
        self, asha: Person, ravi: Person, status: int, code: str, field: str, change: dict[str, Any]
    ) -> None:
        answer = asha.post("/transactions/initiate", self.body(asha, ravi, change))

        assert said(answer) == (status, code, of(field, code))

    def test_of_several_each_has_its_own(self, asha: Person, ravi: Person) -> None:
        transfers = [self.body(asha, ravi, change) for change in ({}, {"dest_account": 10**9})]

        answer = asha.post("/transactions/bulk", {"transfers": transfers}).json()["results"][1]["answer"]

        assert [(one["field"], one["code"]) for one in answer["data"]["errors"]] == [
            ("dest_account", "recipient_not_found")
        ]

    def test_of_several_one_that_refuses_all(self, asha: Person, ravi: Person) -> None:
        transfers = [self.body(asha, ravi, change) for change in ({}, {"amount": 0})]

        answer = asha.post("/transactions/bulk", {"transfers": transfers})

        assert said(answer) == (422, "invalid_amount", of("transfers.1.amount", "invalid_amount"))
        assert answer.json()["data"]["transfer"] == 1

    def test_to_an_account_that_isn_t_one_s_own(self, asha: Person, ravi: Person) -> None:
        answer = asha.post("/accounts/transfer-between-accounts", self.body(asha, ravi, {}))

        assert said(answer)[2] == of("dest_account", "recipient_not_found")

    def test_more_than_the_bank_lets_a_stranger_move(self, asha: Person, ravi: Person) -> None:
        for path, accounts in (
            ("initiate", {"src_account": ravi.account, "dest_account": asha.account}),
            ("withdraw", {"account_id": ravi.account}),
        ):
            answer = ravi.post(f"/transactions/{path}", accounts | {"amount": 80_000})
            assert said(answer) == (403, "kyc_required", of("amount", "kyc_required"))

    def test_an_account_that_can_t_be_used(self, bank: Bank, asha: Person, ravi: Person) -> None:
        closed = bank.open_account(asha, approved=False)
        sent = asha.post("/transactions/initiate", self.body(asha, ravi, {"src_account": closed}))
        paid_in = asha.post("/transactions/deposit", {"account_id": closed, "amount": 1})

        assert said(sent)[2] == of("src_account", "account_not_usable")
        assert said(paid_in)[2] == of("account_id", "account_not_usable")

    def test_cash(self, asha: Person, ravi: Person) -> None:
        too_much = asha.post("/transactions/withdraw", {"account_id": asha.account, "amount": 1000.01})
        others = asha.post("/transactions/deposit", {"account_id": ravi.account, "amount": 1})

        assert said(too_much) == (422, "insufficient_funds", of("amount", "insufficient_funds"))
        assert said(others) == (404, "account_not_found", of("account_id", "account_not_found"))

    def test_a_correction_and_a_refund(self, bank: Bank, asha: Person, ravi: Person) -> None:
        admin = bank.admin()
        sent = asha.send(ravi, 1000).json()["transaction_id"]
        bank.settle()
        ravi.post("/transactions/withdraw", {"account_id": ravi.account, "amount": 49_000})
        ravi.post("/transactions/withdraw", {"account_id": ravi.account, "amount": 41_999})
        bank.settle()
        correction = {"amount": 2000, "direction": "debit", "reason": "found in the till"}

        adjusted = admin.post(f"/admin/accounts/{asha.account}/adjust-balance", correction)
        refunded = ravi.post(f"/transactions/{sent}/refund", {"reason": "paid twice"})

        assert said(adjusted) == (422, "insufficient_funds", of("amount", "insufficient_funds"))
        assert said(refunded) == (422, "insufficient_funds", [])  # its body has no amount

    def test_a_repetition_is_told_the_same(self, asha: Person, ravi: Person) -> None:
        first, second = (asha.send(ravi, 1000.01, key="one") for _ in range(2))

        assert second.headers["Idempotency-Hit"] == "true"
        assert first.json() == second.json()
        assert said(second)[2] == of("amount", "insufficient_funds")

    @pytest.mark.parametrize("name", ["amount_min", "amount_max"])
    def test_an_amount_to_search_for(self, asha: Person, name: str) -> None:
        assert said(asha.get("/search", **{name: "much"})) == (422, "invalid_amount", of(name, "invalid_amount"))
