"""`verify`: whatever is tampered with, by somebody who may do anything to the database, is found and named."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.database import new_session, unit_of_work
from app.ledger import verify as verify_module
from app.ledger.accounts import open_customer_account
from app.ledger.books import BOOKS
from app.ledger.decide import Action, Group
from app.ledger.engine import settle
from app.ledger.report import FINDINGS_PER_CHECK_MAX, Discrepancy
from app.ledger.verify import check, query, verify
from tests.ledger.conftest import SmallLedger
from tests.ledger.helpers import audit, deposit, findings, rows, seal_now, settle_now, tamper, transfer

pytestmark = pytest.mark.slow

# The blocks of `lived_in`: movement 1; 2 to 5; 6 and 7. Holds: 6 posted, 7 pending, 8 voided.
MOVEMENTS = 7


@pytest.fixture
def lived_in(ledger: SmallLedger) -> SmallLedger:
    """A ledger in which everything has happened once, sealed in three blocks. Account ids are 1 (cash), 2 and 3."""
    assert (ledger.cash, ledger.asha, ledger.ravi) == (1, 2, 3)
    there, back, fee = transfer(2, 3, 100_00), transfer(3, 2, 40_00), transfer(2, 1, 1_00)
    seal_now()
    settle_now(Group(2, (there,)), Group(3, (back,)), Group(4, (there, fee)))
    seal_now()
    settle_now(*[Group(number, (there,), Action.HOLD) for number in (6, 7, 8)])
    settle_now(Group(6, (), Action.POST_HOLD), Group(8, (), Action.VOID_HOLD), Group(5, (back,)))
    seal_now()
    assert findings(audit()) == []
    return ledger


class TestACleanLedger:
    """S140: the proof is an empty list."""

    def test_the_report_says_what_was_read(self, lived_in: SmallLedger) -> None:
        settle_now(Group(9, (transfer(2, 3, 1),)))
        report = audit()
        assert report.is_clean
        assert (report.movements, report.accounts, report.holds, report.blocks) == (MOVEMENTS + 1, 3, 3, 3)
        assert report.unsealed == 1
        assert json.loads(json.dumps(report.as_json()))["ok"] is True

    def test_an_empty_bank_is_clean(self, database: str) -> None:
        report = audit()
        assert (report.is_clean, report.head, report.movements) == (True, None, 0)

    def test_it_writes_nothing(self, lived_in: SmallLedger) -> None:
        with new_session() as session:
            verify(session)
            with pytest.raises(Exception, match="read-only transaction"):
                open_customer_account(session)

    def test_a_session_that_has_read_already_is_refused(self, lived_in: SmallLedger) -> None:
        with new_session() as session:
            open_customer_account(session)
            with pytest.raises(Exception, match="must be called before any query"):
                verify(session)


BALANCES = {
    "posted balance raised": (
        "UPDATE ledger_accounts SET credits_posted = credits_posted + 1 WHERE id = 3",
        {"ledger account 3", "currency INR"},
    ),
    "posted on both sides": (
        "UPDATE ledger_accounts SET credits_posted = credits_posted + 1, debits_posted = debits_posted + 1 "
        "WHERE id = 3",
        {"ledger account 3"},
    ),
    "money made, in balance": (
        "UPDATE ledger_accounts SET credits_posted = credits_posted + (id = 3)::int, "
        "debits_posted = debits_posted + (id = 1)::int",
        {"ledger account 1", "ledger account 3"},
    ),
    "reserved money freed": (
        "UPDATE ledger_accounts SET debits_pending = 0 WHERE id = 2",
        {"ledger account 2", "currency INR"},
    ),
    "account deleted": ("DELETE FROM ledger_accounts WHERE id = 3", {"ledger account 3", "currency INR"}),
}
MOVED = {
    "amount": ("UPDATE movements SET amount_minor = amount_minor + 1 WHERE id = 2", {"movement 2", "ledger account 2"}),
    "huge amount": ("UPDATE movements SET amount_minor = 9223372036854775807 WHERE id = 2", {"movement 2"}),
    "balance after": ("UPDATE movements SET debit_balance_after = 0 WHERE id = 2", {"movement 2"}),
    "beneficiary": ("UPDATE movements SET credit_account_id = 1 WHERE id = 2", {"movement 2", "ledger account 1"}),
    "nobody's account": (
        "UPDATE movements SET credit_account_id = 77 WHERE id = 2",
        {"movement 2", "ledger account 77", "ledger account 3"},
    ),
    "currency": ("UPDATE movements SET currency = 'USD' WHERE id = 2", {"movement 2"}),
    "kind": ("UPDATE movements SET kind = 'gift' WHERE id = 2", {"movement 2"}),
    "value date": ("UPDATE movements SET value_date = value_date - 1 WHERE id = 2", {"movement 2"}),
    "no date at all": (
        "UPDATE movements SET value_date = 'infinity', posted_at = '-infinity' WHERE id = 2",
        {"movement 2"},
    ),
    "instant": ("UPDATE movements SET posted_at = posted_at + interval '1 microsecond' WHERE id = 2", {"movement 2"}),
    "group": ("UPDATE movements SET group_id = 99 WHERE id = 2", {"movement 2"}),
    "leg": ("UPDATE movements SET leg = 1 WHERE id = 2", {"movement 2", "group 2"}),
    "deleted": ("DELETE FROM movements WHERE id = 3", {"movement 3", "ledger account 2", "ledger account 3"}),
    "half of a group deleted": ("DELETE FROM movements WHERE id = 4", {"movement 4", "group 4"}),
    "all deleted": ("DELETE FROM movements", {f"movement {number}" for number in range(1, MOVEMENTS + 1)}),
    "renumbered": (
        "WITH gone AS (DELETE FROM movements WHERE id = 2 RETURNING *) INSERT INTO movements OVERRIDING SYSTEM VALUE "
        "SELECT 50, group_id, leg, debit_account_id, credit_account_id, amount_minor, currency, kind, value_date, "
        "posted_at, debit_balance_after, credit_balance_after FROM gone",
        {"movement 2"},
    ),
    "inserted behind the seal": (
        "INSERT INTO movements OVERRIDING SYSTEM VALUE "
        "SELECT -5, 66, 0, 2, 3, 1, 'INR', 'transfer', now(), now(), -1, 1",
        {"movement -5"},
    ),
}
HELD = {
    "pending becomes voided": (
        "UPDATE holds SET status = 'voided', resolved_at = now() WHERE group_id = 7",
        {"ledger account 2", "ledger account 3"},
    ),
    "pending becomes posted": (
        "UPDATE holds SET status = 'posted', resolved_at = now() WHERE group_id = 7",
        {"hold 7/0"},
    ),
    "voided becomes pending": (
        "UPDATE holds SET status = 'pending', resolved_at = NULL WHERE group_id = 8",
        {"ledger account 2", "ledger account 3"},
    ),
    "posted becomes voided": ("UPDATE holds SET status = 'voided' WHERE group_id = 6", {"hold 6/0"}),
    "posted hold's amount": ("UPDATE holds SET amount_minor = 1 WHERE group_id = 6", {"hold 6/0"}),
    "posted hold's beneficiary": ("UPDATE holds SET credit_account_id = 1 WHERE group_id = 6", {"hold 6/0"}),
    "pending hold's amount": ("UPDATE holds SET amount_minor = 1 WHERE group_id = 7", {"ledger account 2"}),
    "currency": ("UPDATE holds SET currency = 'USD' WHERE group_id = 8", {"hold 8/0"}),
    "deleted": ("DELETE FROM holds WHERE group_id = 7", {"ledger account 2", "ledger account 3"}),
    "leg renumbered": ("UPDATE holds SET leg = 1 WHERE group_id = 6", {"hold 6", "hold 6/1", "movement 6"}),
}
CHAINED = {
    "hash": ("UPDATE ledger_blocks SET hash = sha256('other') WHERE id = 2", {"block 2", "block 3"}),
    "link": ("UPDATE ledger_blocks SET previous_hash = sha256('other') WHERE id = 2", {"block 2"}),
    "count": ("UPDATE ledger_blocks SET count = 99 WHERE id = 2", {"block 2"}),
    "time": ("UPDATE ledger_blocks SET sealed_at = now() WHERE id = 2", {"block 2"}),
    "stretched": (
        "UPDATE ledger_blocks SET last_id = 9223372036854775807 WHERE id = 2",
        {"block 2", "block 3", "movement 6"},
    ),
    "moved up": ("UPDATE ledger_blocks SET first_id = 3 WHERE id = 2", {"movement 2"}),
    "shrunk": ("UPDATE ledger_blocks SET last_id = 4 WHERE id = 2", {"movement 5"}),
    "deleted": ("DELETE FROM ledger_blocks WHERE id = 2", {"block 2", "block 3", "movement 2"}),
    "the first one deleted": ("DELETE FROM ledger_blocks WHERE id = 1", {"block 1", "block 2", "movement 1"}),
}
EVERYTHING = {
    f"{what}: {how}": case
    for what, cases in (("balance", BALANCES), ("movement", MOVED), ("hold", HELD), ("chain", CHAINED))
    for how, case in cases.items()
}


class TestTampering:
    """S140: a row that was changed behind the bank's back is named."""

    @pytest.mark.parametrize(("statement", "named"), EVERYTHING.values(), ids=EVERYTHING.keys())
    def test_the_row_is_named(self, lived_in: SmallLedger, database: str, statement: str, named: set[str]) -> None:
        tamper(database, statement)
        report = audit()
        assert named <= {finding.row for finding in report.findings}, findings(report)
        assert all(finding.text.startswith(f"{finding.row}: ") for finding in report.findings)

    @pytest.mark.parametrize("table", ["movements", "holds", "ledger_blocks", "ledger_accounts"])
    def test_every_column_is_watched(self, lived_in: SmallLedger, database: str, table: str) -> None:
        """No column of a sealed movement, and none that money depends on elsewhere, can be changed unseen."""
        settings_of_the_bank = {"kind", "overdraft_limit_minor", "is_frozen", "opened_at"}
        blind = {
            "holds": {"created_at", "expires_at", "resolved_at"},  # say when and why, not how much
            "ledger_blocks": {"marks"},  # helps to find a row, and proves nothing
            "ledger_accounts": settings_of_the_bank,
        }.get(table, set())
        columns = rows(
            database,
            "SELECT column_name, data_type FROM information_schema.columns "
            f"WHERE table_name = '{table}' AND is_identity = 'NO' ORDER BY 1",
        )
        key = "group_id = 6" if table == "holds" else "id = 2"
        unseen = set()
        for column, kind in columns:
            change = f"UPDATE {table} SET {column} = {_other(str(column), str(kind))} WHERE {key}"
            with new_session() as session:
                session.execute(text("SET LOCAL session_replication_role = replica"))
                try:
                    session.execute(text(change))
                except IntegrityError:
                    continue  # PostgreSQL itself refuses
                if not any(list(find(session)) for find in verify_module._LEDGER.values()):
                    unseen.add(column)
        assert unseen == blind

    def test_a_customer_below_the_limit(self, lived_in: SmallLedger) -> None:
        with new_session() as session:
            session.execute(
                text("ALTER TABLE ledger_accounts DROP CONSTRAINT ck_ledger_accounts_available_above_limit")
            )
            session.execute(text("UPDATE ledger_accounts SET debits_pending = 10_000_00 WHERE id = 2"))
            assert [row for row, _ in BOOKS["limits"](session)] == ["ledger account 2"]

    def test_a_whole_chain_rewritten_is_told_by_a_head_kept_elsewhere(
        self, lived_in: SmallLedger, database: str
    ) -> None:
        kept = audit().head
        assert kept is not None
        tamper(
            database,
            "UPDATE movements SET kind = 'gift' WHERE id = 2",
            "DELETE FROM ledger_blocks",
        )
        seal_now()
        assert findings(audit()) == []  # the chain holds in itself …
        report = audit(trusted_head=kept)  # … but isn't the one that we knew
        assert [finding.row for finding in report.findings] == ["block 3"]
        assert "is gone" in report.findings[0].text

    def test_a_rewritten_block_is_told_by_a_head_kept_elsewhere(self, lived_in: SmallLedger, database: str) -> None:
        kept = audit().head
        tamper(database, "UPDATE ledger_blocks SET hash = sha256('other') WHERE id = 3")
        assert "trusted head" in {finding.check for finding in audit(trusted_head=kept).findings}

    def test_the_head_of_an_older_report_still_holds(self, lived_in: SmallLedger) -> None:
        kept = audit().head
        settle_now(Group(9, (transfer(2, 3, 1),)))
        seal_now()
        assert findings(audit(trusted_head=kept)) == []

    @pytest.mark.parametrize("head", ["", "3", "3:", "x:00", "3:zz", "3:abcd", f"{10**22}:{'0' * 64}"])
    def test_a_head_that_is_none(self, lived_in: SmallLedger, head: str) -> None:
        with pytest.raises(ValueError, match=r"A head is a block's number, a colon and 64 hexadecimal digits"):
            audit(trusted_head=head)

    def test_a_ruined_ledger_gives_a_report_of_bearable_size(self, ledger: SmallLedger, database: str) -> None:
        settle_now(*[Group(number, (deposit(ledger.cash, ledger.asha, 1),)) for number in range(2, 300)])
        tamper(database, "UPDATE movements SET amount_minor = 7, kind = 'gift'")
        counts: dict[str, int] = {}
        for finding in audit().findings:
            counts[finding.check] = counts.get(finding.check, 0) + 1
        assert counts["running balances"] == FINDINGS_PER_CHECK_MAX
        assert max(counts.values()) == FINDINGS_PER_CHECK_MAX


class TestCheck:
    """S140: rooms above add what must hold between them and the ledger."""

    def test_it_is_part_of_every_audit(self, lived_in: SmallLedger) -> None:
        check("names", query("SELECT 'user ' || 5, 'has no name' WHERE true"))
        check("limits of mine", self._too_many)
        report = audit()
        assert findings(report)[0] == "user 5: has no name"
        assert len(report.findings) == 1 + FINDINGS_PER_CHECK_MAX
        assert {finding.check for finding in report.findings} == {"names", "limits of mine"}

    @pytest.mark.parametrize("name", ["chain", "posted balances", "twice"])
    def test_a_name_is_taken_once(self, name: str) -> None:
        verify_module._of_rooms_above["twice"] = query("SELECT 'a', 'b'")
        with pytest.raises(AssertionError, match="exists already"):
            check(name, query("SELECT 'a', 'b'"))

    @staticmethod
    def _too_many(session: Session) -> Iterable[Discrepancy]:
        return (Discrepancy(f"row {number}", "is one of very many") for number in range(10**9))


class TestBesideARunningBank:
    """S165: an audit beside a working bank sees one instant, so it never gives a false alarm."""

    def test_no_false_alarm_while_money_moves_and_blocks_are_sealed(self, ledger: SmallLedger) -> None:
        stop, numbers = threading.Event(), iter(range(2, 10**6))

        def work() -> None:
            while not stop.is_set():
                group = next(numbers)
                batch = [
                    Group(group, (transfer(ledger.asha, ledger.ravi, 2),), Action.HOLD),
                    Group(group, (), Action.POST_HOLD),
                ]
                settle_now(*batch)
                settle_now(Group(next(numbers), (transfer(ledger.ravi, ledger.asha, 1),)))
                seal_now()

        worker = threading.Thread(target=work)
        worker.start()
        try:
            reports = [audit() for _ in range(25)]
        finally:
            stop.set()
            worker.join()
        assert [findings(report) for report in reports] == [[]] * 25
        assert reports[-1].movements > reports[0].movements

    def test_it_holds_up_nobody(self, ledger: SmallLedger) -> None:
        with new_session() as auditing:
            verify(auditing)
            settle_now(Group(2, (transfer(ledger.asha, ledger.ravi, 1),)))
            assert seal_now() == 1
            with unit_of_work() as session:
                settle(session, [Group(3, (transfer(ledger.asha, ledger.ravi, 1),))])


def _other(column: str, kind: str) -> str:
    """Return SQL of another value that the constraints would let pass."""
    if column == "kind":
        return "'fees'"
    if column == "status":
        return "'expired'"
    if column in {"debit_account_id", "credit_account_id"}:
        return f"CASE {column} WHEN 1 THEN 4 ELSE 1 END"
    by_kind = {
        "bytea": "sha256('other')",
        "boolean": "true",
        "date": f"{column} + 1",
        "timestamp with time zone": f"{column} + interval '1 second'",
        "character varying": "'USD'",
    }
    return by_kind.get(kind, f"{column} + 1000")
