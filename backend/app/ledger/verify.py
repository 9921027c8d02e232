"""`verify`: prove the books. Reads one snapshot, so it runs beside a working bank; writes nothing.

What must hold in the ledger is in `books` and `chain`. Rooms above add what must hold between them and the ledger:

    verify.check("transactions", verify.query("SELECT 'transaction ' || id, 'is SUCCESS, but no money moved' FROM …"))
"""

from __future__ import annotations

import time

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.ledger import chain
from app.ledger.books import BOOKS
from app.ledger.models import Block, Hold, LedgerAccount, Movement
from app.ledger.report import FINDINGS_PER_CHECK_MAX, Check, Discrepancy, Finding, Report, query
from app.ledger.seal import head

__all__ = ["Check", "Discrepancy", "Finding", "Report", "check", "query", "verify"]

# Sorting two million sides in memory instead of on disk, in this transaction only.
_SETTINGS = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
    "SET LOCAL work_mem = '64MB'",
    "SET LOCAL jit = off",
)

_LEDGER: dict[str, Check] = {**BOOKS, "chain": chain.discrepancies}
_of_rooms_above: dict[str, Check] = {}


def check(name: str, find: Check) -> None:
    """Add a check to every audit from now on, under a name of its own. Called once, when a room above is imported."""
    assert name not in _LEDGER and name not in _of_rooms_above, f"a check named {name!r} exists already"
    _of_rooms_above[name] = find


def verify(session: Session, *, trusted_head: str | None = None) -> Report:
    """Audit the whole bank and return what was found; an empty list of findings is the proof.

    Every balance is derived again from the movements and the holds, and every block's hash from its movements. The
    session must be fresh (no statement yet in its transaction), and can only read until that transaction ends.

    Args:
        trusted_head: the `head` of an earlier report, kept outside of the bank; it must still be part of the chain.

    Raises:
        ValueError: `trusted_head` isn't of the form `number:hash`.
    """
    started = time.monotonic()
    for setting in _SETTINGS:
        session.execute(text(setting))
    checks = _LEDGER | _of_rooms_above
    if trusted_head is not None:
        expected = trusted_head
        checks["trusted head"] = lambda session: chain.trusted_head_discrepancies(session, expected)
    findings = [finding for name, find in checks.items() for finding in _run(session, name, find)]
    newest = head(session)
    sealed_up_to = newest.last_id if newest else 0
    return Report(
        findings=findings,
        movements=_count(session, Movement),
        accounts=_count(session, LedgerAccount),
        holds=_count(session, Hold),
        blocks=_count(session, Block),
        unsealed=session.scalar(select(func.count()).select_from(Movement).where(Movement.id > sealed_up_to)) or 0,
        head=str(newest) if newest else None,
        seconds=time.monotonic() - started,
    )


def _run(session: Session, name: str, find: Check) -> list[Finding]:
    findings: list[Finding] = []
    for row, problem in find(session):
        findings.append(Finding(name, row, f"{row}: {problem}"))
        if len(findings) == FINDINGS_PER_CHECK_MAX:
            break
    return findings


def _count(session: Session, table: type[Movement | LedgerAccount | Hold | Block]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0
