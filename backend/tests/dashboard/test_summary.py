"""Guarantee: the first page's sums are the sums of the payments, in the bank's months, and nobody else's."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import clock
from app.dashboard import service, summary
from app.database import unit_of_work
from app.identity.models import User
from app.transactions.categories import NAMES, category_of
from app.transactions.own import Spent
from tests.bank import Bank

TODAY = date(2026, 3, 10)


def spent(at: datetime, amount_minor: int, note: str = "", payee: int = 2) -> Spent:
    return Spent(at, "transfer", amount_minor, "INR", note, payee, f"Person {payee}")


class TestMonths:
    """S85.4: spending by month and by kind."""

    def test_months_are_the_banks_own(self) -> None:
        late = datetime(2026, 2, 28, 18, 29, tzinfo=UTC)  # 23:59 in India
        found = summary.by_month([spent(late, 1_00), spent(late + timedelta(minutes=1), 2_00)], TODAY)
        assert [month.amount_minor for month in found] == [0, 0, 0, 0, 1_00, 2_00]
        assert found[0].first_day == date(2025, 10, 1)

    @given(st.lists(st.tuples(st.integers(0, 150), st.integers(1, 10**9), st.integers(1, 9)), max_size=40))
    def test_every_way_to_add_gives_the_same(self, payments: list[tuple[int, int, int]]) -> None:
        made = [spent(datetime(2026, 3, 10, tzinfo=UTC) - timedelta(days=d), a, payee=p) for d, a, p in payments]
        this_month = summary.by_month(made, TODAY)[-1].amount_minor
        assert sum(share.amount_minor for share in summary.by_category(made, TODAY)) == this_month
        assert sum(payee.amount_minor for payee in summary.by_payee(made, TODAY)) <= this_month

    @pytest.mark.parametrize(
        ("kind", "note", "name", "category"),
        [
            ("transfer", "Rent March", "Meera", "rent"),
            ("transfer", "", "City Metro Rail", "transport"),
            ("transfer", "Groceries", "", "groceries"),
            ("transfer", "Currently parenting", "Asha", "people"),
            ("withdrawal", "Cash machine", "", "cash"),
            ("transfer", "Electricity May", "", "bills"),
        ],
    )
    def test_categories(self, kind: str, note: str, name: str, category: str) -> None:
        assert category_of(kind, note, name) == category
        assert category in NAMES


class TestSummary:
    """S63, S85, S91: one answer for the first page."""

    def test_anonymous_is_401(self, bank: Bank) -> None:
        assert bank.api.get("/dashboard/summary").status_code == 401

    def test_nothing_yet(self, bank: Bank) -> None:
        found = bank.customer(accounts=0).get("/dashboard/summary").json()
        assert [found[name] for name in ("accounts", "recent", "waiting", "people", "categories", "payees")] == [[]] * 6
        assert [month["amount"] for month in found["months"]] == [0.0] * 6

    def test_what_one_sees(self, bank: Bank) -> None:
        alice, bob = bank.customer(100_000_00, accounts=2), bank.customer()
        alice.send(bob, 150, note="Rent")
        alice.post(
            "/accounts/transfer-between-accounts",
            {"src_account": alice.accounts[0], "dest_account": alice.accounts[1], "amount": 10},
        )
        alice.send(bob, 60_000)
        bank.settle()
        alice.send(bob, 1)
        found = alice.get("/dashboard/summary").json()
        assert [person["id"] for person in found["people"]] == [bob.id]
        assert {one["status"] for one in found["waiting"]} == {"PENDING", "UNDER_REVIEW"}
        assert found["months"][-1] == {"month": str(clock.business_date().replace(day=1)), "amount": 150.0}
        assert found["categories"] == [{"category": "rent", "amount": 150.0}]
        assert found["payees"][0]["amount"] == 150.0
        assert len(found["recent"]) == 5, "the opening among them"
        assert bob.get("/dashboard/summary").json()["months"][-1]["amount"] == 0.0

    def test_people_are_those_who_can_be_paid(self, bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(service, "PEOPLE_MAX", 2)
        alice = bank.customer(100_000_00)
        others = [bank.customer() for _ in range(5)]
        for one in others:
            alice.send(one, 5)
        bank.settle()
        with unit_of_work() as session:
            for gone in others[-2:]:
                session.get_one(User, gone.id).is_active = False
        people = [person["id"] for person in alice.get("/dashboard/summary").json()["people"]]
        assert people == [others[2].id, others[1].id], "the latest two who are still there"

    def test_cash_that_was_taken_out_is_spent_and_nobody_is_paid(self, bank: Bank) -> None:
        alice = bank.customer(100_00)
        alice.post("/transactions/deposit", {"account_id": alice.account, "amount": 5})
        alice.post("/transactions/withdraw", {"account_id": alice.account, "amount": 3})
        bank.settle()
        found = alice.get("/dashboard/summary").json()
        assert found["months"][-1]["amount"] == 3.0
        assert found["categories"] == [{"category": "cash", "amount": 3.0}]
        assert (found["people"], found["payees"]) == ([], [])

    def test_what_was_given_back_is_spent_by_neither(self, bank: Bank) -> None:
        alice, bob = bank.customer(100_00), bank.customer()
        sent = alice.send(bob, 15).json()["transaction_id"]
        bank.settle()
        assert bob.post(f"/transactions/{sent}/refund", {"reason": "paid twice"}).status_code == 201
        bank.settle()
        for person in (alice, bob):
            found = person.get("/dashboard/summary").json()
            assert found["months"][-1]["amount"] == 0.0
            assert [found[name] for name in ("people", "categories", "payees")] == [[]] * 3
