"""S53: staff see every transaction, narrowed by what they ask for, page by page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.core import clock
from tests.bank import Bank, Person


@pytest.fixture
def staff(bank: Bank) -> Person:
    return bank.admin()


def ids(staff: Person, **wanted: Any) -> list[int]:
    answer = staff.get("/admin/transactions", **wanted)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


class TestAllTransactions:
    def test_anonymous_is_401_and_a_customer_403(self, bank: Bank) -> None:
        assert bank.api.get("/admin/transactions").status_code == 401
        assert bank.customer().get("/admin/transactions").status_code == 403

    def test_without_a_filter_everything_newest_first(self, bank: Bank, staff: Person) -> None:
        alice, bob = bank.customer(1000_00), bank.customer()
        sent = [alice.send(bob, amount).json()["transaction_id"] for amount in (1, 2)]
        bank.settle()
        found = staff.get("/admin/transactions").json()["items"]
        assert [item["id"] for item in found][:2] == sent[::-1]
        assert (found[0]["src_user_name"], found[0]["dest_user_name"]) == (alice.username, bob.username)
        assert found[2]["kind"] == "adjustment"

    def test_each_filter_narrows_it(self, bank: Bank, staff: Person) -> None:
        alice, bob, carol = bank.customer(1000_00), bank.customer(), bank.customer(5_00)
        (before,) = ids(staff, user_id=carol.id)
        sent = alice.send(bob, 1).json()["transaction_id"]
        assert ids(staff, status="PENDING") == [sent]
        bank.settle()
        assert ids(staff, status="PENDING") == []
        assert ids(staff, kind="transfer") == [sent]
        assert ids(staff, user_id=bob.id) == [sent]
        assert ids(staff, account_id=carol.account) == [before]
        soon, just_now = clock.now() + timedelta(minutes=1), clock.now() - timedelta(minutes=1)
        assert ids(staff, **{"from": soon.isoformat()}) == []
        assert len(ids(staff, **{"from": just_now.isoformat(), "to": soon.isoformat()})) == 3

    def test_pages_follow_each_other_without_a_gap(self, bank: Bank, staff: Person) -> None:
        for _ in range(5):
            bank.customer(1_00)
        everything, cursor, seen = ids(staff), None, []
        while True:
            page = staff.get("/admin/transactions", limit=2, **({"cursor": cursor} if cursor else {})).json()
            seen += [item["id"] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert seen == everything
        assert len(seen) == 5
