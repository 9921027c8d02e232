"""One line of log for every money event: JSON for machines (S175), and in it the text that people read (S172-S174).

    [2025-01-12 10:45:24] EVENT: transfer.completed
    USER: 10294
    AMOUNT: 2500
    BALANCE_AFTER: 78500
    STATUS: success

Times are UTC. `USER` is the customer whose money it is, `BALANCE_AFTER` what they have now. Nothing needs masking: an
event carries no secrets, and neither names nor notes are repeated here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import msgspec

from app.core.money import exponent, to_wire
from app.events.catalogue import (
    CATALOGUE,
    Event,
    FraudCheckRequired,
    FraudCleared,
    FraudSuspected,
    MoneyFacts,
    MoneyMoved,
    MoneyRefused,
)
from app.events.consumer import Envelope

SETTLEMENT_QUEUE = "banking.transactions"


class _Line(msgspec.Struct):
    """The fields of a JSON line, in its order."""

    timestamp: datetime
    event: str
    event_id: str
    request_id: str | None
    user_id: int | None
    transaction_id: int
    amount: float
    currency: str
    text: str
    level: str = "info"
    logger: str = "audit"


def block(event: MoneyFacts) -> str:
    """Return the specification's text for an event: the time and its name, then one fact a line."""
    return f"[{str(event.occurred_at)[:19]}] EVENT: {event.routing_key}\nUSER: {_user(event)}\n{_SPEAK[type(event)](event)}"


def json_lines(envelopes: Iterable[Envelope]) -> str:
    """Return one JSON object a line for the money events among these."""
    return b"".join(
        _json_line(envelope.event, envelope) for envelope in envelopes if isinstance(envelope.event, MoneyFacts)
    ).decode()


def text_blocks(envelopes: Iterable[Envelope]) -> str:
    """Return the text of the money events among these, an empty line after each."""
    return "".join(f"{block(event)}\n\n" for event, _ in envelopes if isinstance(event, MoneyFacts))


def _json_line(event: MoneyFacts, envelope: Envelope) -> bytes:
    line = _Line(
        timestamp=event.occurred_at,
        event=event.routing_key,
        event_id=envelope.id,
        request_id=event.trace,
        user_id=_user(event),
        transaction_id=event.transaction_id,
        amount=to_wire(event.amount_minor, event.currency),
        currency=event.currency,
        text=block(event),
    )
    return _encode(line) + b"\n"


_encode = msgspec.json.Encoder().encode


def _user(event: MoneyFacts) -> int | None:
    return event.src_user_id if event.src_user_id is not None else event.dest_user_id


def _plain(minor: int, currency: str) -> str:
    """`2500` and `2500.50`, as in the specification: no decimals where there is nothing to say."""
    decimals = exponent(currency)
    whole, fraction = divmod(abs(minor), 10**decimals)
    sign = "-" if minor < 0 else ""
    return f"{sign}{whole}.{fraction:0{decimals}d}" if fraction else f"{sign}{whole}"


def _amount(event: MoneyFacts) -> str:
    return f"AMOUNT: {_plain(event.amount_minor, event.currency)}"


def _requested(event: MoneyFacts) -> str:
    return f"{_amount(event)}\nSTATUS: processing\nQUEUE: {SETTLEMENT_QUEUE}"


def _moved(event: MoneyMoved) -> str:
    # Not by the user: cash names its customer on both sides, and only the side with an account has a balance.
    balance_minor = event.src_balance_minor if event.src_account is not None else event.dest_balance_minor
    after = f"\nBALANCE_AFTER: {_plain(balance_minor, event.currency)}" if balance_minor is not None else ""
    return f"{_amount(event)}{after}\nSTATUS: success"


def _refused(event: MoneyRefused) -> str:
    return f"{_amount(event)}\nREASON: {event.reason}\nSTATUS: failed"


def _held(event: FraudCheckRequired) -> str:
    return f"{_amount(event)}\nREASON: {event.reason}\nSTATUS: under_review"


def _suspected(event: FraudSuspected) -> str:
    return f"REASON: {event.reason}\nACTION: {event.action}"


def _cleared(event: FraudCleared) -> str:
    return f"{_amount(event)}\nSTATUS: cleared"


# What is worth a line depends on what kind of fact it is; a request is what remains.
_KINDS: tuple[tuple[type[MoneyFacts], Callable[[Any], str]], ...] = (
    (MoneyMoved, _moved),
    (MoneyRefused, _refused),
    (FraudCheckRequired, _held),
    (FraudSuspected, _suspected),
    (FraudCleared, _cleared),
    (MoneyFacts, _requested),
)
_SPEAK: dict[type[Event], Callable[[Any], str]] = {
    event: next(speak for kind, speak in _KINDS if issubclass(event, kind))
    for event in CATALOGUE.values()
    if issubclass(event, MoneyFacts)
}
