"""Guarantee: the balance at the end of each day is the one that the movements of that day left behind."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from app.core import clock
from app.database import unit_of_work
from app.ledger.models import LedgerKind
from app.transactions import requests
from tests.bank import Bank


def put(account_id: int, amount_minor: int, days_ago: int, hour: int = 12) -> None:
    at = datetime.combine(clock.business_date() - timedelta(days=days_ago), time(hour), tzinfo=clock.INDIA)
    with clock.at(at), unit_of_work() as session:
        requests.adjust_balance(
            session, admin_id=None, account_id=account_id, amount_minor=amount_minor, credit=True, reason="for the test",
            counterpart=LedgerKind.OPENING,
        )  # fmt: skip


class TestBalances:
    """S88: a balance by date."""

    def test_anonymous_is_401_and_a_stranger_404(self, bank: Bank) -> None:
        alice, mallory = bank.customer(), bank.customer()
        assert bank.api.get(f"/accounts/{alice.account}/balances").status_code == 401
        assert mallory.get(f"/accounts/{alice.account}/balances").status_code == 404

    def test_each_day_has_its_last_balance(self, bank: Bank) -> None:
        alice = bank.customer()
        for amount, days, hour in ((5_00, 9, 0), (10_00, 4, 0), (1_00, 4, 23), (20_00, 1, 5)):
            put(alice.account, amount, days, hour)
        today = clock.business_date()
        found = alice.get(f"/accounts/{alice.account}/balances", **{"from": str(today - timedelta(days=5))}).json()[
            "items"
        ]
        assert [item["balance"] for item in found] == [5.0, 16.0, 16.0, 16.0, 36.0, 36.0]
        assert [item["day"] for item in found] == [str(today - timedelta(days=days)) for days in range(5, -1, -1)]

    def test_thirty_days_unless_asked(self, bank: Bank) -> None:
        alice = bank.customer(7_00)
        found = alice.get(f"/accounts/{alice.account}/balances").json()["items"]
        assert (len(found), found[0]["balance"], found[-1]["balance"]) == (30, 0.0, 7.0)

    def test_impossible_periods(self, bank: Bank) -> None:
        alice = bank.customer()
        for since, until in (("2026-02-02", "2026-02-01"), ("2020-01-01", "2026-01-01"), ("2999-01-01", "2999-01-02")):
            answer = alice.get(f"/accounts/{alice.account}/balances", **{"from": since, "to": until})
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")

    def test_the_first_days_there_are(self, bank: Bank) -> None:
        alice = bank.customer()
        path = f"/accounts/{alice.account}/balances"
        for period in (
            {"to": "0001-01-05"},
            {"from": "0001-01-01", "to": "0001-01-02"},
            {"to": "1899-12-31"},
            {"from": "1899-12-31", "to": "1900-01-02"},
        ):
            answer = alice.get(path, **period)
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
            assert "1900-01-01" in answer.json()["detail"]
        found = alice.get(path, to="1900-01-01").json()["items"]
        assert (len(found), found[-1]) == (30, {"day": "1900-01-01", "balance": 0.0})
