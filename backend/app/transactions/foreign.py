"""What a foreign program's message may say about transactions: only what the bank has accepted through its own doors (C1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core import money
from app.core.cursors import ROW_ID_MAX
from app.core.errors import BankError
from app.events.catalogue import TransferInitiated
from app.transactions.models import INITIATE_ROUTE

# The key is kept per person; the person is whoever owns the account that the money would come from.
_ACCEPTED = text(
    """
    SELECT EXISTS (
        SELECT FROM accounts a
        JOIN idempotency_records r ON r.user_id = a.user_id AND r.route = :route AND r.key = :key
        JOIN transactions t ON t.id = r.transaction_id
        WHERE a.id = :src AND t.src_account = :src AND t.dest_account = :dest AND t.amount_minor = :amount_minor)
    """
)


def is_known(session: Session, topic: str, facts: Mapping[str, Any]) -> bool:
    """Return whether a message about a transfer repeats one that was accepted: the same key, accounts and amount."""
    src, dest, key = facts.get("src_account"), facts.get("dest_account"), facts.get("idempotency_key")
    if topic != TransferInitiated.topic or not (_is_row_id(src) and _is_row_id(dest) and isinstance(key, str)):
        return False
    try:
        amount_minor = money.parse_minor(str(facts.get("amount")), str(facts.get("currency", money.BASE_CURRENCY)))
    except BankError:
        return False
    parameters = {
        "route": INITIATE_ROUTE,
        "key": key.replace("\0", ""),
        "src": src,
        "dest": dest,
        "amount_minor": amount_minor,
    }
    return bool(session.scalar(_ACCEPTED, parameters))


def _is_row_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= ROW_ID_MAX
