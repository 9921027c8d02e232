"""An account's history: statements with a running balance, and the balance at any past instant."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import psycopg
import pytest

from app.core import clock
from app.database import unit_of_work
from app.ledger.decide import Group
from app.ledger.history import _BEFORE, _UP_TO, Entry, balance_at, closing_balances, statement_page
from tests.ledger.conftest import SmallLedger
from tests.ledger.helpers import deposit, explain, settle_now, transfer

NOON = datetime(2027, 5, 4, 12, 0, tzinfo=UTC)


def page(account_id: int, before_id: int | None = None, limit: int = 50) -> list[Entry]:
    with unit_of_work() as session:
        return statement_page(session, account_id, before_id=before_id, limit=limit)


class TestStatementPage:
    """S35: what happened on an account, newest first, with the balance right after each movement."""

    def test_both_sides_see_the_same_movement(self, ledger: SmallLedger) -> None:
        with clock.at(NOON):
            settle_now(Group(2, (transfer(ledger.asha, ledger.ravi, 150_00),)))
        asha, ravi = page(ledger.asha)[0], page(ledger.ravi)[0]
        assert (asha.change_minor, asha.balance_minor, asha.counterpart_id) == (-150_00, 850_00, ledger.ravi)
        assert (ravi.change_minor, ravi.balance_minor, ravi.counterpart_id) == (150_00, 150_00, ledger.asha)
        assert asha.movement_id == ravi.movement_id
        assert (asha.group_id, asha.kind, asha.currency, asha.posted_at) == (2, "transfer", "INR", NOON)

    def test_pages_join_without_gap_or_repetition(self, ledger: SmallLedger) -> None:
        there, back = transfer(ledger.asha, ledger.ravi, 3), transfer(ledger.ravi, ledger.asha, 2)
        settle_now(*[Group(number, (there if number % 3 else back,)) for number in range(2, 40)])
        whole = page(ledger.asha)
        assert len(whole) == 39
        collected: list[Entry] = []
        while chunk := page(ledger.asha, collected[-1].movement_id if collected else None, limit=7):
            collected += chunk
            settle_now(Group(1_000 + len(collected), (there,)))  # what arrives meanwhile disturbs no page
        assert collected == whole
        assert all(newer.balance_minor - newer.change_minor == older.balance_minor for newer, older in pairwise(whole))

    def test_an_account_that_nothing_happened_on(self, ledger: SmallLedger) -> None:
        assert page(ledger.ravi) == []

    @pytest.mark.parametrize("statement", [_BEFORE, _UP_TO], ids=["page", "balance_at"])
    def test_it_is_two_index_scans(self, ledger: SmallLedger, database: str, statement: object) -> None:
        for number in range(2, 10):
            groups = range(number * 1_000, number * 1_000 + 500)
            settle_now(*[Group(group, (deposit(ledger.cash, ledger.asha, 1),)) for group in groups])
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("ANALYZE movements")
        values = {"account": ledger.ravi, "before": 10**9, "instant": "now()", "limit": 20}
        sql = str(statement)
        for name, value in values.items():
            sql = sql.replace(f":{name}", str(value))
        plan = explain(database, [], sql)
        assert "Seq Scan" not in plan, plan
        assert {"ix_movements_debit_account_id", "ix_movements_credit_account_id"} <= set(plan.split()), plan


class TestBalanceAt:
    """S35: the balance as it was at any past instant."""

    def test_at_before_and_between(self, ledger: SmallLedger) -> None:
        for hour, amount in enumerate([100, 50, 25]):
            with clock.at(NOON + timedelta(hours=hour)):
                settle_now(Group(10 + hour, (transfer(ledger.asha, ledger.ravi, amount),)))
        moments = [
            (NOON - timedelta(microseconds=1), 0),
            (NOON, 100),
            (NOON + timedelta(minutes=59), 100),
            (NOON + timedelta(hours=1), 150),
            (NOON + timedelta(days=365), 175),
        ]
        with unit_of_work() as session:
            for instant, balance in moments:
                assert balance_at(session, ledger.ravi, instant) == balance
                assert balance_at(session, ledger.asha, instant) == 1_000_00 - balance


class TestClosingBalances:
    """S88: what an account held at the end of each day is what it had at that day's last instant."""

    def test_a_clock_that_is_set_back_over_midnight_loses_no_money(self, ledger: SmallLedger) -> None:
        midnight = datetime(2027, 5, 5, tzinfo=clock.INDIA)
        # The second movement knows an earlier time than the first: another worker's clock, or one that was set.
        for number, minutes, amount in ((10, -60, 1), (11, 5, 20), (12, -5, 300)):
            with clock.at(midnight + timedelta(minutes=minutes)):
                settle_now(Group(number, (transfer(ledger.asha, ledger.ravi, amount),)))
        first, last = midnight.date() - timedelta(days=2), midnight.date() + timedelta(days=2)
        with unit_of_work() as session:
            closing = closing_balances(session, ledger.ravi, first=first, last=last)
            assert [balance for _, balance in closing] == [0, 321, 321, 321, 321]
            for day, balance in closing:
                end = datetime.combine(day + timedelta(days=1), time(), tzinfo=clock.INDIA) - timedelta(microseconds=1)
                assert balance_at(session, ledger.ravi, end) == balance

    def test_nor_where_the_period_begins_between_them(self, ledger: SmallLedger) -> None:
        midnight = datetime(2027, 5, 5, tzinfo=clock.INDIA)
        for number, minutes, amount in ((11, 5, 20), (12, -5, 300)):
            with clock.at(midnight + timedelta(minutes=minutes)):
                settle_now(Group(number, (transfer(ledger.asha, ledger.ravi, amount),)))
        with unit_of_work() as session:
            closing = closing_balances(session, ledger.ravi, first=midnight.date(), last=midnight.date())
        assert closing == [(midnight.date(), 320)]
