"""Money events for tests that need no bank around them."""

from __future__ import annotations

from typing import Any

from app.core import clock
from app.events.catalogue import TransferCompleted, TransferFailed, TransferInitiated

ARJUN, MEERA = 7, 9

CASH: dict[str, Any] = {"src_user_id": None, "src_account": None, "src_user_name": "Cash"}
"""Cash paid in has nobody on its source's side; cash paid out, nobody on its destination's."""
PAID_OUT: dict[str, Any] = {"dest_user_id": None, "dest_account": None, "dest_user_name": "Cash", "kind": "withdrawal"}
BALANCES: dict[str, Any] = {"src_balance_minor": 785_00, "dest_balance_minor": 200_00}


def facts(**changes: Any) -> dict[str, Any]:
    """Return the facts of ₹150.00 from Arjun (7) to Meera Nair (9), with changes."""
    now = clock.now()
    return {
        "occurred_at": now,
        "actor_id": ARJUN,
        "transaction_id": 41,
        "kind": "transfer",
        "amount_minor": 150_00,
        "currency": "INR",
        "src_account": 1,
        "dest_account": 2,
        "src_ledger_account": 101,
        "dest_ledger_account": 102,
        "src_user_id": ARJUN,
        "dest_user_id": MEERA,
        "src_user_name": "Arjun Rao",
        "dest_user_name": "Meera Nair",
        "requested_at": now,
    } | changes


def transfer_initiated(**changes: Any) -> TransferInitiated:
    """Return an accepted transfer."""
    return TransferInitiated(**facts(**changes))


def transfer_completed(**changes: Any) -> TransferCompleted:
    """Return a settled transfer; Arjun has ₹785.00 left and Meera ₹200.00."""
    return TransferCompleted(**facts(**(BALANCES | changes)))


def transfer_failed(**changes: Any) -> TransferFailed:
    """Return a refused transfer."""
    sentence = "₹150.00 is more than the ₹120.00 available."
    return TransferFailed(**facts(**({"reason": "insufficient_funds", "detail": sentence} | changes)))
