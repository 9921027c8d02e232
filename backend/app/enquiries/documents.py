"""Events and rows as documents. Pure: what a document says depends on what it was made from and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any, overload

from sqlalchemy import Row

from app.audit.entries import facts_of, subject_of
from app.core.money import to_wire
from app.events.catalogue import FraudCheckRequired, FraudCleared, FraudSuspected, MoneyFacts, MoneyMoved, MoneyRefused
from app.events.consumer import Envelope
from app.search.documents import Document
from app.search.words import words
from app.transactions.models import Transaction, TransactionStatus

# A transaction only ever goes forward, so its state is its version: known to the event and to the row alike, and the
# same whichever of them the document was made from.
VERSIONS = {
    TransactionStatus.PENDING: 1,
    TransactionStatus.UNDER_REVIEW: 2,
    TransactionStatus.SUCCESS: 3,
    TransactionStatus.FAILED: 3,
    TransactionStatus.REVERSED: 4,
}
_STATUS_OF = (
    (MoneyMoved, TransactionStatus.SUCCESS),
    (MoneyRefused, TransactionStatus.FAILED),
    ((FraudCheckRequired, FraudSuspected, FraudCleared), TransactionStatus.UNDER_REVIEW),
    (MoneyFacts, TransactionStatus.PENDING),
)
# In other states an event's reason is a sentence of somebody's, and a row's the code of a hold that is over.
_WITH_REASON = (TransactionStatus.FAILED, TransactionStatus.UNDER_REVIEW)
_FACT_CHARACTERS_MAX = 2_000


def of_money_event(event: MoneyFacts) -> Document:
    """Return a transaction as an event tells it."""
    status = status_of(event)
    return _transaction(
        one=event.transaction_id, kind=event.kind, status=status, amount_minor=event.amount_minor,
        currency=event.currency, accounts=(event.src_account, event.dest_account),
        users=(event.src_user_id, event.dest_user_id), names=(event.src_user_name, event.dest_user_name),
        note=event.note, reason=getattr(event, "reason", None), created_at=event.requested_at,
    )  # fmt: skip


@lru_cache(maxsize=64)
def _status_of(kind: type[MoneyFacts]) -> TransactionStatus:
    return next(status for family, status in _STATUS_OF if issubclass(kind, family))


def status_of(event: MoneyFacts) -> TransactionStatus:
    """Return the state that an event says its transaction came to."""
    return _status_of(type(event))


def of_transaction_row(row: Row[Any]) -> Document:
    """Return a transaction as PostgreSQL has it; a row of `transactions.queries.listing`."""
    found: Transaction = row.Transaction
    return _transaction(
        one=found.id, kind=str(found.kind), status=TransactionStatus(found.status), amount_minor=found.amount_minor,
        currency=found.currency, accounts=(found.src_account, found.dest_account),
        users=(found.src_user_id, found.dest_user_id), names=(row.src_user_name or "", row.dest_user_name or ""),
        note=found.note, reason=found.reason, created_at=found.created_at,
    )  # fmt: skip


def _transaction(
    *,
    one: int,
    kind: str,
    status: TransactionStatus,
    amount_minor: int,
    currency: str,
    accounts: tuple[int | None, int | None],
    users: tuple[int | None, int | None],
    names: tuple[str, str],
    note: str,
    reason: str | None,
    created_at: datetime,
) -> Document:
    content = {
        "transaction_id": one,
        "src_account": accounts[0],
        "dest_account": accounts[1],
        "amount": to_wire(amount_minor, currency),
        "status": str(status),
        "timestamp": created_at.isoformat(),
        "kind": kind,
        "currency": currency,
        "amount_minor": amount_minor,
        "at": milliseconds(created_at),
        "account_ids": sorted({account for account in accounts if account is not None}),
        "user_ids": sorted({user for user in users if user is not None}),
        "reason": reason if status in _WITH_REASON else None,
        "note": note,
        "src_user_name": names[0],
        "dest_user_name": names[1],
    }
    parties = _cut(*names)
    return Document(
        one, VERSIONS[status], content, {"parties": parties, "text": [*parties, *_cut(note, kind), str(one)]}
    )


def of_customer(row: Row[Any], *, version: int) -> Document:
    """Return a user as staff find them; a row of `sources.customer_rows`. Account numbers are known by their last digits."""
    user = row.User
    kyc = "approved" if user.kyc_approved else "rejected" if user.kyc_rejected_at else "waiting"
    content = {
        "user_id": user.id,
        "username": user.username,
        "full_name": user.full_name,
        "role": str(user.role),
        "kyc": kyc,
        "activity": "active" if user.is_active else "switched_off",
        "at": milliseconds(user.created_at),
    }
    endings = [number[-4:] for number in row.account_numbers or ()]
    text = _cut(user.username, user.full_name, user.email, user.phone, " ".join(endings), str(user.id))
    return Document(user.id, version, content, {"text": text})


def of_act(envelope: Envelope) -> Document:
    """Return an entry of the audit trail: any event that isn't the everyday life of money."""
    event = envelope.event
    subject_type, subject_id = subject_of(event)
    facts = facts_of(event)
    content = {
        "action": event.routing_key,
        "reason": getattr(event, "reason", None),
        "actor_id": event.actor_id,
        "subject_type": subject_type,
        "subject_id": subject_id,
        "at": milliseconds(event.occurred_at),
        "occurred_at": event.occurred_at.isoformat(),
        "data": facts,
    }
    said = " ".join(_texts(facts))[:_FACT_CHARACTERS_MAX]
    return Document(envelope.place, 1, content, {"text": _cut(event.routing_key, subject_type, str(subject_id), said)})


@overload
def milliseconds(instant: datetime) -> int: ...
@overload
def milliseconds(instant: None) -> None: ...
def milliseconds(instant: datetime | None) -> int | None:
    """Return an instant as indexes have it: milliseconds since 1970, in UTC."""
    return None if instant is None else int(instant.timestamp() * 1_000)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)


def _cut(*texts: str) -> list[str]:
    return list(words(" ".join(texts)))
