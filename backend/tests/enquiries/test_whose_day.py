"""docs/operations/time.md: the bank's day is India's, wherever it is asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from app.config import get_settings
from app.core import clock
from app.database import unit_of_work
from app.ledger.models import Movement
from app.transactions.batch import Batch, Wanted
from tests.bank import Bank, Person

# New Year's Eve in London, New Year's Day in Kolkata; and the last moment before.
NEW_YEAR = datetime(2027, 12, 31, 18, 30, tzinfo=UTC)
BEFORE = NEW_YEAR - timedelta(seconds=1)


def send(sender: Person, to: Person, rupees: int) -> None:
    """Send money as the gateway's group commit does, which lives in a task of its own and wouldn't see the test's clock."""
    wanted = Wanted(
        sender.id, sender.session_id, sender.account, to.account, rupees * 100, "INR", f"new year {rupees}", "00" * 32
    )
    with unit_of_work() as session:
        [answer] = Batch([wanted], get_settings()).commit_in(session)
    assert answer.status == 201


@pytest.mark.slow
class TestTheTurnOfTheYear:
    """Balances, value dates, the dashboard's months, lists and analytics agree whose day a payment is of."""

    def test_of_two_payments_a_second_apart(self, bank: Bank, searchable: Callable[[], None]) -> None:
        with clock.at(BEFORE - timedelta(minutes=5)):
            asha, ravi, admin = bank.customer(100_00), bank.customer(), bank.admin()
        for at, amount in ((BEFORE, 1), (NEW_YEAR, 2)):
            with clock.at(at):
                send(asha, ravi, amount)
                bank.settle()
        searchable()
        with clock.at(NEW_YEAR + timedelta(minutes=5)):
            path = f"/accounts/{asha.account}/balances"
            items = asha.get(path, **{"from": "2027-12-30"}).json()["items"]
            months = asha.get("/dashboard/summary").json()["months"][-2:]
            period = {"from": "2028-01-01T00:00:00+05:30", "to": "2028-02-01T00:00:00+05:30"}
            listed = asha.get("/transactions/me", **period).json()["items"]
            trends = admin.get("/admin/analytics/trends", interval="month").json()["periods"][-2:]
        assert [(item["day"], item["balance"]) for item in items] == [
            ("2027-12-30", 0.0), ("2027-12-31", 99.0), ("2028-01-01", 97.0),
        ]  # fmt: skip
        assert [(month["month"], month["amount"]) for month in months] == [("2027-12-01", 1.0), ("2028-01-01", 2.0)]
        assert [payment["amount"] for payment in listed] == [2.0]
        assert [period["start"] for period in trends] == ["2027-12-01T00:00:00+05:30", "2028-01-01T00:00:00+05:30"]
        assert trends[1]["amount"] == 2.0
        with unit_of_work() as session:
            dates = [row.value_date for row in session.query(Movement).order_by(Movement.id)]
        assert dates == [date(2027, 12, 31), date(2027, 12, 31), date(2028, 1, 1)]
