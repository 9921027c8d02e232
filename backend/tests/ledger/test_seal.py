"""The seal: blocks that anybody can recompute, made beside a working bank."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from app.database import new_session, unit_of_work
from app.ledger import seal as seal_module
from app.ledger.decide import Group
from app.ledger.engine import settle
from app.ledger.seal import FIRST_PREVIOUS_HASH, head, seal
from tests.ledger.conftest import SmallLedger
from tests.ledger.helpers import audit, findings, rows, seal_now, settle_now, transfer

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(instant: object) -> int:
    assert isinstance(instant, datetime)
    return (instant - EPOCH) // timedelta(microseconds=1)


BLOCKS = "SELECT id, first_id, last_id, count, sealed_at FROM ledger_blocks ORDER BY id"
MOVEMENTS = """
    SELECT id, group_id, leg, debit_account_id, credit_account_id, amount_minor, currency, kind, value_date, posted_at,
           debit_balance_after, credit_balance_after
    FROM movements WHERE id BETWEEN {first} AND {last} ORDER BY id
"""


def recompute(database: str) -> list[bytes]:
    """Recompute every block as a third party would: SELECT, Python's hashlib and the description, nothing of ours."""
    hashes, previous = [], bytes(32)
    for number, first, last, count, sealed_at in rows(database, BLOCKS):
        lines = [f"{number}|{first}|{last}|{count}|{microseconds(sealed_at)}"]
        for *start, value_date, posted_at, debit, credit in rows(database, MOVEMENTS.format(first=first, last=last)):
            assert isinstance(value_date, date)
            days = (value_date - EPOCH.date()).days
            lines.append("|".join(str(part) for part in (*start, days, microseconds(posted_at), debit, credit)))
        previous = hashlib.sha256(previous + "\n".join(lines).encode()).digest()
        hashes.append(previous)
    return hashes


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> int:
    """Blocks of at most three movements."""
    sql = str(seal_module._NEXT_BLOCK)
    assert "LIMIT 10000" in sql
    monkeypatch.setattr(seal_module, "_NEXT_BLOCK", text(sql.replace("LIMIT 10000", "LIMIT 3")))
    return 3


class TestSeal:
    """S140.7: what has moved is chained, so that nobody changes the past unnoticed."""

    def test_nothing_to_seal(self, database: str) -> None:
        assert seal_now() is None
        with new_session() as session:
            assert head(session) is None

    def test_what_is_new_is_sealed_once(self, ledger: SmallLedger, database: str) -> None:
        assert seal_now() == 1
        assert seal_now() is None
        settle_now(
            Group(2, (transfer(ledger.asha, ledger.ravi, 5),)), Group(3, (transfer(ledger.asha, ledger.ravi, 5),))
        )
        assert seal_now() == 2
        assert rows(database, "SELECT id, first_id, last_id, count FROM ledger_blocks ORDER BY id") == [
            (1, 1, 1, 1),
            (2, 2, 3, 2),
        ]
        assert audit().unsealed == 0

    def test_a_third_party_can_recompute_it(self, ledger: SmallLedger, database: str, small_blocks: int) -> None:
        settle_now(*[Group(number, (transfer(ledger.asha, ledger.ravi, number),)) for number in range(2, 12)])
        seal_now()
        stored = rows(database, "SELECT previous_hash, hash FROM ledger_blocks ORDER BY id")
        expected = recompute(database)
        assert len(expected) == 4
        assert stored == list(zip([FIRST_PREVIOUS_HASH, *expected], expected, strict=False))
        assert findings(audit()) == []

    def test_gaps_left_by_rollbacks_are_no_matter(self, ledger: SmallLedger, small_blocks: int) -> None:
        for number in range(2, 8):
            with new_session() as session:
                settle(session, [Group(number, (transfer(ledger.asha, ledger.ravi, 1),))])
                session.rollback()
            settle_now(Group(number, (transfer(ledger.asha, ledger.ravi, 1),)))
            seal_now()
        assert findings(audit()) == []

    def test_it_takes_the_rest_next_time(
        self, ledger: SmallLedger, small_blocks: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(seal_module, "BLOCKS_PER_RUN_MAX", 2)
        settle_now(*[Group(number, (transfer(ledger.asha, ledger.ravi, 1),)) for number in range(2, 11)])
        assert [seal_now(), seal_now(), seal_now()] == [2, 4, None]

    def test_two_sealers_at_once_make_one_chain(self, ledger: SmallLedger, small_blocks: int) -> None:
        with ThreadPoolExecutor(6) as pool:
            for start in range(10, 100, 10):
                settle_now(*[Group(start + n, (transfer(ledger.asha, ledger.ravi, 1),)) for n in range(10)])
                list(pool.map(lambda _: seal_now(), range(6)))
        seal_now()
        report = audit()
        assert findings(report) == []
        assert report.unsealed == 0

    def test_it_waits_for_nobody_long(self, ledger: SmallLedger) -> None:
        """A movement that is written but not committed could appear behind the seal: then nothing is sealed yet."""
        with new_session() as slow:
            settle(slow, [Group(2, (transfer(ledger.asha, ledger.ravi, 5),))])
            started = datetime.now(UTC)
            assert seal_now() is None
            assert datetime.now(UTC) - started < timedelta(seconds=5)
            slow.commit()
        assert seal_now() == 1
        assert audit().unsealed == 0

    def test_nobody_waits_for_the_hashing(self, ledger: SmallLedger) -> None:
        """The lock against writers is gone as soon as the range is known, long before the sealer commits."""
        with new_session() as session:
            assert seal(session) == 1
            with ThreadPoolExecutor(1) as pool:
                settled = pool.submit(settle_now, Group(2, (transfer(ledger.asha, ledger.ravi, 5),)))
                assert settled.result(timeout=10)[0].refusal is None
            session.commit()
        assert findings(audit()) == []

    def test_an_old_snapshot_must_not_seal(self, ledger: SmallLedger) -> None:
        with pytest.raises(AssertionError, match="older snapshot"), unit_of_work() as session:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            seal(session)
