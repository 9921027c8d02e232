"""The last line of defence: what PostgreSQL refuses even to somebody who writes SQL by hand."""

from __future__ import annotations

import psycopg
import pytest
from psycopg.errors import CheckViolation, RestrictViolation, UniqueViolation

from app.ledger.decide import Action, Group
from tests.ledger.conftest import SmallLedger
from tests.ledger.helpers import audit, findings, seal_now, settle_now, transfer

MOVEMENT = """
    INSERT INTO movements (group_id, leg, debit_account_id, credit_account_id, amount_minor, currency, kind,
                           value_date, posted_at, debit_balance_after, credit_balance_after)
    VALUES (%s, 0, %s, %s, %s, 'INR', 'transfer', now(), now(), 0, 0)
"""
OVERDRAW = "UPDATE ledger_accounts SET overdraft_limit_minor = 5, debits_posted = credits_posted + %s WHERE id = %s"


class TestConstraints:
    """S34, C22: a customer can't have less than nothing plus the limit, whatever the code does."""

    @pytest.mark.parametrize(
        "change",
        [
            "debits_posted = credits_posted + 1",
            "debits_pending = credits_posted + 1",
            "debits_posted = 600_00, debits_pending = 400_01",
            "credits_posted = -1",
            "debits_pending = -1",
            "credits_pending = -1",
            "overdraft_limit_minor = -1",
            "kind = 'friend'",
            "is_closed = true",
        ],
    )
    def test_an_impossible_account_is_refused(self, ledger: SmallLedger, database: str, change: str) -> None:
        with psycopg.connect(database) as connection, pytest.raises(CheckViolation):
            connection.execute(f"UPDATE ledger_accounts SET {change} WHERE id = {ledger.asha}".encode())

    def test_the_overdraft_limit_is_the_limit(self, ledger: SmallLedger, database: str) -> None:
        with psycopg.connect(database) as connection:
            connection.execute(OVERDRAW, (5, ledger.asha))
            with pytest.raises(CheckViolation):
                connection.execute(OVERDRAW, (6, ledger.asha))

    def test_the_bank_has_one_account_of_a_kind(self, ledger: SmallLedger, database: str) -> None:
        with psycopg.connect(database) as connection, pytest.raises(UniqueViolation):
            connection.execute("INSERT INTO ledger_accounts (kind, currency) VALUES ('cash', 'INR')")

    @pytest.mark.parametrize("amount", [0, -1])
    def test_a_movement_moves_something(self, ledger: SmallLedger, database: str, amount: int) -> None:
        with psycopg.connect(database) as connection, pytest.raises(CheckViolation):
            connection.execute(MOVEMENT, (2, ledger.asha, ledger.ravi, amount))

    def test_a_movement_has_two_sides(self, ledger: SmallLedger, database: str) -> None:
        with psycopg.connect(database) as connection, pytest.raises(CheckViolation):
            connection.execute(MOVEMENT, (2, ledger.asha, ledger.asha, 1))

    def test_a_group_moves_once(self, ledger: SmallLedger, database: str) -> None:
        """S166: the key of a group is unique, so even two workers with the same batch can't both write it."""
        with psycopg.connect(database) as connection, pytest.raises(UniqueViolation):
            connection.execute(MOVEMENT, (1, ledger.cash, ledger.asha, 1))


class TestAppendOnly:
    """S140.7: what has been written stays written; a correction is a new movement."""

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE movements SET amount_minor = amount_minor + 1",
            "UPDATE movements SET kind = kind",
            "DELETE FROM movements",
            "TRUNCATE movements",
            "UPDATE ledger_blocks SET count = 9",
            "DELETE FROM ledger_blocks",
            "TRUNCATE ledger_blocks",
            "DELETE FROM holds",
            "TRUNCATE holds",
            "UPDATE holds SET amount_minor = 1",
            "UPDATE holds SET expires_at = now()",
            "DELETE FROM ledger_accounts",
            "TRUNCATE ledger_accounts CASCADE",
        ],
    )
    def test_changing_the_past_is_refused(self, ledger: SmallLedger, database: str, statement: str) -> None:
        settle_now(Group(2, (transfer(ledger.asha, ledger.ravi, 5),), Action.HOLD))
        seal_now()
        with psycopg.connect(database) as connection, pytest.raises(RestrictViolation):
            connection.execute(statement.encode())
        assert findings(audit()) == []

    @pytest.mark.parametrize("status", ["pending", "posted", "expired"])
    def test_a_resolved_hold_never_changes_again(self, ledger: SmallLedger, database: str, status: str) -> None:
        """C12: money leaves a hold once."""
        settle_now(Group(2, (transfer(ledger.asha, ledger.ravi, 5),), Action.HOLD), Group(2, (), Action.VOID_HOLD))
        with psycopg.connect(database) as connection, pytest.raises(RestrictViolation):
            connection.execute("UPDATE holds SET status = %s", (status,))
