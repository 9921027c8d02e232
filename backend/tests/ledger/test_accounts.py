"""Ledger accounts: opening, freezing, limits, closing, and the bank's own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.database import unit_of_work
from app.ledger.accounts import (
    LedgerAccountNotEmpty,
    LedgerAccountNotFound,
    OverdraftInUse,
    bank_account,
    close,
    set_frozen,
    set_overdraft_limit,
)
from app.ledger.decide import Action, Group, Refusal, Result
from app.ledger.models import BANK_KINDS, LedgerKind
from tests.ledger.conftest import SmallLedger
from tests.ledger.helpers import (
    Position,
    audit,
    deposit,
    findings,
    positions,
    settle_now,
    total_of_balances,
    transfer,
)


class TestBankAccount:
    """S34: every rupee has a counterpart, so the bank has accounts of its own, one of each kind and currency."""

    def test_the_first_asker_opens_it_and_everybody_gets_the_same(self, database: str) -> None:
        def ask(_: int) -> int:
            with unit_of_work() as session:
                return bank_account(session, LedgerKind.FEES)

        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(ask, range(16)))) == 1

    def test_kinds_and_currencies_are_apart(self, database: str) -> None:
        with unit_of_work() as session:
            ids = {bank_account(session, kind, currency) for kind in BANK_KINDS for currency in ("INR", "USD")}
        assert len(ids) == 2 * len(BANK_KINDS)

    def test_customers_have_accounts_of_their_own(self, database: str) -> None:
        with pytest.raises(AssertionError), unit_of_work() as session:
            bank_account(session, LedgerKind.CUSTOMER)


class TestPositions:
    """S34: the balance is what is posted; what may be spent is that without holds, with the limit."""

    def test_holds_come_off_and_the_limit_comes_on(self, ledger: SmallLedger) -> None:
        settle_now(Group(2, (transfer(ledger.asha, ledger.ravi, 300_00),), Action.HOLD))
        with unit_of_work() as session:
            set_overdraft_limit(session, ledger.asha, limit_minor=50_00)
        with unit_of_work() as session:
            assert positions(session, [ledger.asha, ledger.ravi, 999]) == {
                ledger.asha: Position(1_000_00, 750_00),
                ledger.ravi: Position(0, 0),
            }
            assert total_of_balances(session) == {"INR": 0}


class TestFreeze:
    """S164: while an account is frozen nothing goes in or out."""

    def test_frozen_and_thawed(self, ledger: SmallLedger) -> None:
        with unit_of_work() as session:
            set_frozen(session, ledger.ravi, frozen=True)
        refused = settle_now(Group(2, (transfer(ledger.asha, ledger.ravi, 5),)))[0]
        assert refused.refusal is Refusal.ACCOUNT_FROZEN
        with unit_of_work() as session:
            set_frozen(session, ledger.ravi, frozen=False)
        assert settle_now(Group(2, (transfer(ledger.asha, ledger.ravi, 5),)))[0].result is Result.POSTED

    def test_unknown_account(self, database: str) -> None:
        with pytest.raises(LedgerAccountNotFound), unit_of_work() as session:
            set_frozen(session, 999, frozen=True)


class TestOverdraftLimit:
    """S164: the limit is how far below zero an account may go, to the paisa."""

    def test_spent_to_the_limit_and_not_beyond(self, ledger: SmallLedger) -> None:
        with unit_of_work() as session:
            set_overdraft_limit(session, ledger.asha, limit_minor=50_00)
        beyond, within = settle_now(
            Group(2, (transfer(ledger.asha, ledger.ravi, 1_050_01),)),
            Group(3, (transfer(ledger.asha, ledger.ravi, 1_050_00),)),
        )
        assert (beyond.refusal, within.result) == (Refusal.INSUFFICIENT_FUNDS, Result.POSTED)
        with pytest.raises(OverdraftInUse), unit_of_work() as session:
            set_overdraft_limit(session, ledger.asha, limit_minor=49_99)
        assert findings(audit()) == []

    def test_unknown_account(self, database: str) -> None:
        with pytest.raises(LedgerAccountNotFound), unit_of_work() as session:
            set_overdraft_limit(session, 999, limit_minor=1)


class TestClose:
    """S34: an account is closed empty, and for ever."""

    def test_with_money_it_stays_open(self, ledger: SmallLedger) -> None:
        with pytest.raises(LedgerAccountNotEmpty), unit_of_work() as session:
            close(session, ledger.asha)

    def test_with_money_on_its_way_it_stays_open(self, ledger: SmallLedger) -> None:
        settle_now(Group(2, (transfer(ledger.asha, ledger.ravi, 5),), Action.HOLD))
        with pytest.raises(LedgerAccountNotEmpty), unit_of_work() as session:
            close(session, ledger.ravi)

    def test_closed_is_closed(self, ledger: SmallLedger) -> None:
        for _ in range(2):
            with unit_of_work() as session:
                close(session, ledger.ravi)
        assert settle_now(Group(2, (deposit(ledger.cash, ledger.ravi, 5),)))[0].refusal is Refusal.ACCOUNT_CLOSED

    def test_unknown_account(self, database: str) -> None:
        with pytest.raises(LedgerAccountNotFound), unit_of_work() as session:
            close(session, 999)
