"""Every room's part of `nyord verify`, imported once."""

import app.transactions.invariants  # noqa: F401
from app.ledger.verify import Report, verify

__all__ = ["Report", "verify"]
