"""A year of a busy branch: one million movements."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from app.ledger.decide import Group
from tests.ledger.bulk import fill
from tests.ledger.helpers import audit, findings, seal_now, settle_now, tamper, transfer

MOVEMENTS = 1_000_000
SECONDS_MAX = 20


@pytest.mark.slow
class TestAMillionMovements:
    """S140: the whole of a large ledger is proved while somebody waits for it."""

    def test_sealed_and_verified_in_time(
        self, own_database: str, record_property: Callable[[str, object], None]
    ) -> None:
        fill(own_database, accounts=2_000, movements=MOVEMENTS, holds=20_000)
        started = time.monotonic()
        assert seal_now() == MOVEMENTS / 10_000
        sealing = time.monotonic() - started
        report = audit()
        record_property("seal_seconds", round(sealing, 1))
        record_property("verify_seconds", round(report.seconds, 1))
        assert findings(report) == []
        assert (report.movements, report.holds, report.blocks, report.unsealed) == (MOVEMENTS, 20_000, 100, 0)
        assert report.seconds < SECONDS_MAX

        settle_now(Group(10**9, (transfer(2, 3, 1),)))
        tamper(own_database, "UPDATE movements SET kind = 'gift' WHERE id = 567890")
        report = audit()
        assert [finding.row for finding in report.findings] == ["movement 567890"]
        assert report.seconds < SECONDS_MAX
