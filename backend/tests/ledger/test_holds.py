"""Holds that time has run out for."""

from __future__ import annotations

from datetime import timedelta

from app.core import clock
from app.database import unit_of_work
from app.ledger.decide import Action, Group, Result
from app.ledger.engine import HOLD_DAYS_DEFAULT, settle
from app.ledger.holds import overdue_holds
from tests.ledger.conftest import SmallLedger
from tests.ledger.helpers import audit, explain, findings, settle_now, transfer


def overdue(days: float, limit: int = 100) -> list[int]:
    with unit_of_work() as session:
        return overdue_holds(session, now=clock.now() + timedelta(days=days), limit=limit)


class TestOverdueHolds:
    """C12: money that nobody decided about goes back by itself."""

    def test_only_pending_ones_whose_time_is_over_the_longest_first(self, ledger: SmallLedger) -> None:
        legs = (transfer(ledger.asha, ledger.ravi, 5), transfer(ledger.asha, ledger.cash, 1))
        for group_id, days in ((2, 3), (3, 2), (4, 1), (5, 9)):
            with unit_of_work() as session:
                until = clock.now() + timedelta(days=days)
                settle(session, [Group(group_id, legs, Action.HOLD)], hold_expires_at=until)
        settle_now(Group(4, (), Action.VOID_HOLD))
        assert overdue(0) == []
        assert overdue(5) == [3, 2]
        assert overdue(5, limit=1) == [3]

    def test_expired_once(self, ledger: SmallLedger) -> None:
        settle_now(Group(2, (transfer(ledger.asha, ledger.ravi, 5),), Action.HOLD))
        assert overdue(HOLD_DAYS_DEFAULT + 1) == [2]
        assert settle_now(Group(2, (), Action.EXPIRE_HOLD))[0].result is Result.EXPIRED
        assert overdue(HOLD_DAYS_DEFAULT + 1) == []
        assert settle_now(Group(2, (), Action.EXPIRE_HOLD))[0].result is Result.DUPLICATE
        assert findings(audit()) == []

    def test_it_reads_only_what_is_pending(self, ledger: SmallLedger, database: str) -> None:
        sql = "SELECT group_id FROM holds WHERE status = 'pending' AND expires_at <= now()"
        assert "ix_holds_expires_at_pending" in explain(database, ["SET enable_seqscan = off"], sql)
