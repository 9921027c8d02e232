"""What an audit of the books says: a finding names one row and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session


class Discrepancy(NamedTuple):
    """One row that is not as it should be: its name (`ledger account 17`) and what is wrong with it."""

    row: str
    problem: str


# A check reads the books and yields what is wrong; nothing is the good answer.
Check = Callable[[Session], Iterable[Discrepancy]]

# A ruined ledger could fill the memory with findings; this many of each check are enough to act on.
FINDINGS_PER_CHECK_MAX = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """Something is off. `text` is for a person and begins with the row's name."""

    check: str
    row: str
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """The result of one audit: what was found, how much was read, how long it took.

    `head` is the newest block as `number:hash`. A copy kept elsewhere proves later that nobody rewrote the chain.
    """

    findings: list[Finding]
    movements: int
    accounts: int
    holds: int
    blocks: int
    unsealed: int
    head: str | None
    seconds: float

    @property
    def is_clean(self) -> bool:
        """Whether the books hold."""
        return not self.findings

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain values, ready for a JSON encoder."""
        return {"ok": self.is_clean, **asdict(self), "seconds": round(self.seconds, 3)}


def query(statement: str) -> Check:
    """Return the check that a SELECT makes whose rows are discrepancies: the row's name and the problem, both text."""

    def find(session: Session) -> Iterable[Discrepancy]:
        limited = text(f"SELECT * FROM ({statement}) AS found LIMIT {FINDINGS_PER_CHECK_MAX}")
        return [Discrepancy(row, problem) for row, problem in session.execute(limited)]

    return find
