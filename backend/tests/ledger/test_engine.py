"""Settlement on a real PostgreSQL: what is decided is what is written, all or nothing, whoever else is writing."""

from __future__ import annotations

import copy
import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from app.core import clock
from app.database import driver_connection, new_session, unit_of_work
from app.ledger import engine
from app.ledger.accounts import close, open_customer_account, set_frozen
from app.ledger.decide import Action, Group, Refusal, Result
from app.ledger.engine import settle
from tests.ledger.conftest import SmallLedger
from tests.ledger.helpers import audit, deposit, findings, rows, seal_now, settle_now, transfer
from tests.ledger.oracle import NaiveLedger
from tests.ledger.strategies import CASH, CLOSED, FROZEN, UNKNOWN, WORLD, batches
from tests.waiting import wait_for_a_waiter

_worlds = itertools.count(1)
_GROUPS_PER_WORLD = 1_000
_NOBODY = 2**52


def found_world() -> dict[int, int]:
    """Open the accounts of `WORLD` (a new cash account each time, too) and return their ids."""
    with unit_of_work() as session:
        ids: dict[int, int] = {UNKNOWN: _NOBODY}
        for number, account in WORLD.items():
            ids[number] = open_customer_account(session, currency=account.currency, overdraft_limit_minor=account.limit)
        # The bank has one cash account; each world wants one of its own, to compare sums.
        session.execute(text("UPDATE ledger_accounts SET kind = 'cash' WHERE id = :id"), {"id": ids[CASH]})
        set_frozen(session, ids[FROZEN], frozen=True)
        close(session, ids[CLOSED])
    return ids


def in_world(group: Group, ids: dict[int, int], base: int) -> Group:
    legs = tuple(leg._replace(debit=ids[leg.debit], credit=ids[leg.credit]) for leg in group.legs)
    return Group(base + group.id, legs, group.action)


def stored(database: str, ids: dict[int, int]) -> dict[int, tuple[object, ...]]:
    sums = "debits_posted, credits_posted, debits_pending, credits_pending"
    found = rows(database, f"SELECT id, {sums} FROM ledger_accounts ORDER BY id")
    by_id = {row[0]: row[1:] for row in found}
    return {number: by_id[account_id] for number, account_id in ids.items() if account_id in by_id}


@pytest.mark.slow
class TestSettleAgainstTheOracle:
    """S140.6, S164: what PostgreSQL holds afterwards is what the oracle says, and the books verify."""

    def test_any_batches(self, own_database: str) -> None:
        with psycopg.connect(own_database, autocommit=True) as connection:
            connection.execute("DROP INDEX uq_ledger_accounts_bank")  # so that each example has cash of its own

        @given(batches)
        @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        def check(asked: list[list[Group]]) -> None:
            oracle, ids = NaiveLedger(copy.deepcopy(WORLD)), found_world()
            base = next(_worlds) * _GROUPS_PER_WORLD
            for batch in asked:
                expected = [(base + group.id, *oracle.ask(group)) for group in batch]
                outcomes = settle_now(*[in_world(group, ids, base) for group in batch])
                assert [(o.group_id, o.result, o.refusal) for o in outcomes] == expected
            for number, sums in stored(own_database, ids).items():
                assert sums == (
                    oracle.debited(number),
                    oracle.credited(number),
                    oracle.to_be_debited(number),
                    oracle.to_be_credited(number),
                )
            written = rows(
                own_database,
                "SELECT group_id, leg, debit_account_id, credit_account_id, amount_minor, debit_balance_after, "
                f"credit_balance_after FROM movements WHERE group_id >= {base} ORDER BY id",
            )
            assert written == [
                (base + group, number, ids[leg.debit], ids[leg.credit], leg.amount_minor, debit, credit)
                for group, number, leg, debit, credit in oracle.statement()
            ]

        check()
        seal_now()
        assert findings(audit()) == []


class TestSettle:
    """S140.6, S166: one call, one transaction, once per group."""

    def test_nothing_asked_is_nothing_done(self, ledger: SmallLedger) -> None:
        assert settle_now() == []

    def test_delivered_twice_moves_once(self, ledger: SmallLedger, database: str) -> None:
        """S166, S226: the same batch again answers DUPLICATE and writes nothing."""
        there, back = transfer(ledger.asha, ledger.ravi, 150_00), transfer(ledger.ravi, ledger.asha, 1)
        batch = [Group(2, (there,)), Group(3, (back,))]
        settle_now(*batch)
        before = rows(database, "SELECT * FROM ledger_accounts ORDER BY id")
        assert [outcome.result for outcome in settle_now(*batch)] == [Result.DUPLICATE, Result.DUPLICATE]
        assert rows(database, "SELECT * FROM ledger_accounts ORDER BY id") == before
        assert rows(database, "SELECT count(*) FROM movements") == [(3,)]

    def test_outcomes_carry_the_balances_right_after_the_group(self, ledger: SmallLedger) -> None:
        first, second = settle_now(
            Group(2, (transfer(ledger.asha, ledger.ravi, 150_00),)),
            Group(3, (transfer(ledger.asha, ledger.ravi, 50_00),)),
        )
        assert (first.debit_balance_after, first.credit_balance_after) == (850_00, 150_00)
        assert (second.debit_balance_after, second.credit_balance_after) == (800_00, 200_00)

    def test_the_instant_is_the_clocks_and_the_value_date_is_indias(self, ledger: SmallLedger, database: str) -> None:
        with clock.at(datetime(2026, 3, 31, 20, 0, tzinfo=UTC)):  # half past one on 1 April in Mumbai
            settle_now(Group(2, (transfer(ledger.asha, ledger.ravi, 1),)))
        when = rows(database, "SELECT value_date, posted_at AT TIME ZONE 'UTC' FROM movements WHERE group_id = 2")
        assert when == [(date(2026, 4, 1), datetime(2026, 3, 31, 20, 0))]

    def test_a_value_date_may_be_given(self, ledger: SmallLedger, database: str) -> None:
        with unit_of_work() as session:
            settle(session, [Group(2, (transfer(ledger.asha, ledger.ravi, 1),))], value_date=date(2026, 1, 15))
        assert rows(database, "SELECT value_date FROM movements WHERE group_id = 2") == [(date(2026, 1, 15),)]

    def test_a_hold_lives_as_long_as_it_is_told(self, ledger: SmallLedger, database: str) -> None:
        until = datetime(2027, 1, 1, tzinfo=UTC)
        with unit_of_work() as session:
            settle(session, [Group(2, (transfer(ledger.asha, ledger.ravi, 1),), Action.HOLD)], hold_expires_at=until)
        assert rows(database, "SELECT status, expires_at FROM holds") == [("pending", until)]

    def test_a_hold_is_resolved_in_a_later_batch(self, ledger: SmallLedger, database: str) -> None:
        """C12: reserved first, moved or given back later, with the legs of the hold and no others."""
        legs = (transfer(ledger.asha, ledger.ravi, 70), transfer(ledger.asha, ledger.cash, 30))
        settle_now(Group(2, legs, Action.HOLD), Group(3, legs, Action.HOLD))
        other = (transfer(ledger.ravi, ledger.asha, 9),)
        posted, voided = settle_now(Group(2, other, Action.POST_HOLD), Group(3, (), Action.VOID_HOLD))
        assert (posted.result, voided.result) == (Result.POSTED, Result.VOIDED)
        assert rows(database, "SELECT group_id, status, resolved_at IS NULL FROM holds ORDER BY group_id, leg") == [
            (2, "posted", False), (2, "posted", False), (3, "voided", False), (3, "voided", False),
        ]  # fmt: skip
        moved = rows(database, "SELECT leg, amount_minor FROM movements WHERE group_id = 2 ORDER BY leg")
        assert moved == [(0, 70), (1, 30)]
        assert findings(audit()) == []

    def test_nothing_is_written_if_the_callers_transaction_fails(self, ledger: SmallLedger, database: str) -> None:
        with pytest.raises(RuntimeError), unit_of_work() as session:
            settle(session, [Group(2, (transfer(ledger.asha, ledger.ravi, 1),))])
            raise RuntimeError("the caller's own rows failed")
        assert rows(database, "SELECT count(*) FROM movements") == [(1,)]
        assert findings(audit()) == []

    def test_the_pinned_plans_end_with_the_transaction(self, ledger: SmallLedger) -> None:
        with new_session() as session:
            settle(session, [Group(2, (transfer(ledger.asha, ledger.ravi, 1),))])
            assert session.scalar(text("SHOW enable_seqscan")) == "off"
            session.commit()
            assert session.scalar(text("SHOW enable_seqscan")) == "on"


class TestSettleTogether:
    """S164, S165: two at once behave like one after the other."""

    def test_the_second_batch_sees_what_the_first_one_did_while_it_waited(self, ledger: SmallLedger) -> None:
        """The look for duplicates is a later statement than the lock: its snapshot isn't older than its wait."""
        group = Group(2, (transfer(ledger.asha, ledger.ravi, 600_00),))
        with new_session() as first:
            settle(first, [group])
            with ThreadPoolExecutor(1) as pool:
                second = pool.submit(settle_now, group, group._replace(id=3))
                wait_for_a_waiter()
                first.commit()
                outcomes = second.result(timeout=20)
        assert [outcome.result for outcome in outcomes] == [Result.DUPLICATE, Result.REFUSED]
        assert outcomes[1].refusal is Refusal.INSUFFICIENT_FUNDS
        assert findings(audit()) == []

    def test_accounts_are_locked_in_id_order(self, ledger: SmallLedger, database: str) -> None:
        """Whoever waits for an account holds those with lower ids and none above it: so nobody waits in a circle."""
        low, middle, high = sorted([ledger.cash, ledger.asha, ledger.ravi])
        batch = Group(2, (transfer(high, middle, 1), transfer(middle, low, 1)))
        with new_session() as first:
            first.execute(text("SELECT FROM ledger_accounts WHERE id = :id FOR UPDATE"), {"id": middle})
            with ThreadPoolExecutor(1) as pool:
                second = pool.submit(settle_now, batch)
                wait_for_a_waiter()
                free = rows(database, "SELECT id FROM ledger_accounts ORDER BY id FOR UPDATE SKIP LOCKED")
                first.commit()
                second.result(timeout=20)
        assert free == [(high,)]

    def test_the_same_hold_at_once_over_other_accounts_reserves_once(self, ledger: SmallLedger) -> None:
        """Without a common account nothing makes the second wait, so it must fail, not pay for the first one's hold."""
        with unit_of_work() as session:
            meena, omar = open_customer_account(session), open_customer_account(session)
        settle_now(Group(2, (deposit(ledger.cash, meena, 500),)))
        with new_session() as first:
            settle(first, [Group(3, (transfer(ledger.asha, ledger.ravi, 5),), Action.HOLD)])
            with ThreadPoolExecutor(1) as pool:
                second = pool.submit(settle_now, Group(3, (transfer(meena, omar, 5),), Action.HOLD))
                wait_for_a_waiter()
                first.commit()
                with pytest.raises(IntegrityError):
                    second.result(timeout=20)
        assert findings(audit()) == []
        assert settle_now(Group(3, (transfer(meena, omar, 5),), Action.HOLD))[0].result is Result.DUPLICATE

    def test_a_hold_is_resolved_once_by_two_at_once(self, ledger: SmallLedger) -> None:
        """C12: cleared and rejected at the same moment: one wins, and the money leaves the hold exactly once."""
        settle_now(Group(2, (transfer(ledger.asha, ledger.ravi, 5),), Action.HOLD))
        barrier = threading.Barrier(2)

        def resolve(action: Action) -> Result:
            barrier.wait()
            return settle_now(Group(2, (), action))[0].result

        with ThreadPoolExecutor(2) as pool:
            results = set(pool.map(resolve, [Action.POST_HOLD, Action.VOID_HOLD]))
        assert results in ({Result.POSTED, Result.DUPLICATE}, {Result.VOIDED, Result.DUPLICATE})
        assert findings(audit()) == []


class TestCrash:
    """S140: a settlement that dies at any point leaves everything or nothing."""

    @pytest.mark.parametrize("moment", ["_lock_and_look", "_write_movements", "_write_holds", "_write_balances"])
    def test_connection_killed_in_the_middle(
        self, ledger: SmallLedger, database: str, monkeypatch: pytest.MonkeyPatch, moment: str
    ) -> None:
        before = rows(database, "SELECT * FROM ledger_accounts ORDER BY id")
        batch = [
            Group(2, (transfer(ledger.asha, ledger.ravi, 5),)),
            Group(3, (transfer(ledger.asha, ledger.ravi, 5),), Action.HOLD),
        ]
        original = getattr(engine, moment)

        def die(connection: psycopg.Connection[object], *args: object) -> object:
            result = original(connection, *args)
            kill(database, connection.info.backend_pid)
            return result

        # OperationalError is what the worker takes for "the database is away", not for a bad batch.
        with monkeypatch.context() as patch, pytest.raises(OperationalError):
            patch.setattr(engine, moment, die)
            settle_now(*batch)
        assert rows(database, "SELECT * FROM ledger_accounts ORDER BY id") == before
        assert rows(database, "SELECT count(*) FROM movements") == [(1,)]
        assert rows(database, "SELECT count(*) FROM holds") == [(0,)]
        assert [outcome.result for outcome in settle_now(*batch)] == [Result.POSTED, Result.HELD]
        assert findings(audit()) == []

    def test_the_batch_can_simply_be_delivered_again(self, ledger: SmallLedger, database: str) -> None:
        group = Group(2, (transfer(ledger.asha, ledger.ravi, 5),))
        with new_session() as session:
            settle(session, [group])
            kill(database, driver_connection(session).info.backend_pid)
            with pytest.raises(OperationalError):
                session.commit()
        assert settle_now(group)[0].result is Result.POSTED
        assert findings(audit()) == []


def kill(database: str, pid: int) -> None:
    """End a server process, as the operating system or an administrator might."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
