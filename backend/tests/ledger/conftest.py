"""A small ledger to try things on: cash and two customers, the first with ₹1,000.00."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg
import pytest

from app.database import forget_engine, unit_of_work
from app.ledger import verify
from app.ledger.accounts import bank_account, open_customer_account
from app.ledger.decide import Group
from app.ledger.models import LedgerKind
from tests.conftest import point_at
from tests.ledger.helpers import deposit, settle_now

OPENING_MINOR = 1_000_00


@pytest.fixture(autouse=True)
def ledger_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Audit the ledger only: the movements of these tests have no transactions, which the room above would report."""
    monkeypatch.setattr(verify, "_of_rooms_above", {})


@dataclass(frozen=True)
class SmallLedger:
    """Ids of the accounts. Group 1 paid the opening deposit."""

    cash: int
    asha: int
    ravi: int


@pytest.fixture
def database(database: str) -> str:
    """An empty bank's database in which ids begin at 1, so that tests can name rows."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("ALTER TABLE movements ALTER id RESTART; ALTER TABLE ledger_accounts ALTER id RESTART")
    return database


@pytest.fixture
def own_database(fresh_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database for a test that changes its schema."""
    url = fresh_database()
    point_at(monkeypatch, url)
    yield url
    forget_engine()


@pytest.fixture
def ledger(database: str) -> SmallLedger:
    """A fresh bank with cash, Asha (₹1,000.00) and Ravi (nothing)."""
    with unit_of_work() as session:
        small = SmallLedger(
            cash=bank_account(session, LedgerKind.CASH),
            asha=open_customer_account(session),
            ravi=open_customer_account(session),
        )
    settle_now(Group(1, (deposit(small.cash, small.asha, OPENING_MINOR),)))
    return small
