"""Words of the ledger's tests."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

import psycopg
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.database import unit_of_work
from app.ledger.decide import Group, Leg, Outcome
from app.ledger.engine import settle
from app.ledger.models import LedgerAccount
from app.ledger.seal import seal
from app.ledger.verify import Report, verify


def transfer(debit: int, credit: int, amount_minor: int, currency: str = "INR") -> Leg:
    """A customer's transfer."""
    return Leg(debit, credit, amount_minor, currency, "transfer")


def deposit(cash: int, credit: int, amount_minor: int) -> Leg:
    """Cash paid in."""
    return Leg(cash, credit, amount_minor, "INR", "deposit")


def settle_now(*batch: Group) -> list[Outcome]:
    """Settle and commit."""
    with unit_of_work() as session:
        return settle(session, batch)


class Position(NamedTuple):
    """What an account has: posted, and what of it may still be spent (holds off, limit on), in minor units."""

    balance_minor: int
    available_minor: int


def positions(session: Session, account_ids: Collection[int]) -> dict[int, Position]:
    """What each account that exists has, by id."""
    balance = LedgerAccount.credits_posted - LedgerAccount.debits_posted
    available = balance - LedgerAccount.debits_pending + LedgerAccount.overdraft_limit_minor
    found = session.execute(select(LedgerAccount.id, balance, available).where(LedgerAccount.id.in_(account_ids)))
    return {account_id: Position(*amounts) for account_id, *amounts in found}


def total_of_balances(session: Session) -> dict[str, int]:
    """The sum of all balances per currency; in a sound ledger each is zero."""
    balance = LedgerAccount.credits_posted - LedgerAccount.debits_posted
    found = session.execute(select(LedgerAccount.currency, func.sum(balance)).group_by(LedgerAccount.currency))
    return {currency: int(total) for currency, total in found}


def seal_now() -> int | None:
    """Seal and commit."""
    with unit_of_work() as session:
        return seal(session)


def audit(*, trusted_head: str | None = None) -> Report:
    """Verify the books as they are committed."""
    with unit_of_work() as session:
        return verify(session, trusted_head=trusted_head)


def findings(report: Report) -> list[str]:
    """The sentences of a report."""
    return [finding.text for finding in report.findings]


def tamper(database: str, *statements: str) -> None:
    """Do what only the server's superuser can: change rows with every trigger and foreign key switched off."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        for statement in statements:
            changed = connection.execute(statement.encode()).rowcount
            assert changed != 0, f"nothing was tampered with: {statement}"


def rows(database: str, statement: str) -> list[tuple[object, ...]]:
    """Read as somebody who isn't the bank's own code."""
    with psycopg.connect(database, autocommit=True) as connection:
        return connection.execute(statement.encode()).fetchall()


def explain(database: str, settings: Iterable[str], statement: str) -> str:
    """Return the plan of a statement under these settings."""
    with psycopg.connect(database) as connection:
        for setting in settings:
            connection.execute(setting.encode())
        return "\n".join(str(row[0]) for row in connection.execute(f"EXPLAIN {statement}".encode()).fetchall())
