"""`nyord verify`: the proof of the books, for a program or for a person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.cli_support import bank_session, fail


def prove(data: Path | None, trusted_head: str | None) -> tuple[dict[str, Any], str]:
    """Audit the bank that the command means; return the report as plain values, and the same in words."""
    with bank_session(data) as session:
        import app.checks  # noqa: F401  (every room adds its own checks when it is imported)
        from app.checks import verify

        try:
            report = verify(session, trusted_head=trusted_head)
        except ValueError as error:
            fail(str(error))
    facts = report.as_json()
    if report.is_clean:
        return facts, (
            f"The books hold: {report.movements:,} movements, {report.accounts:,} ledger accounts, "
            f"{report.holds:,} holds and {report.blocks:,} blocks proved in {report.seconds:.1f} s "
            f"({report.unsealed:,} movements not yet sealed). "
            f"Head of the chain: {report.head or 'none yet'}."
        )
    lines = "\n".join(f"  {finding.text}" for finding in report.findings)
    return facts, f"The books do NOT hold: {len(report.findings)} findings.\n{lines}"
