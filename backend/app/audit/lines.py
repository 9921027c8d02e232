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
from typing import Any

import msgspec

from app.core.money import exponent, to_wire
from app.events.catalogue import (
    FraudCheckRequired,
    FraudCleared,
    FraudSuspected,
    MoneyFacts,
    MoneyMoved,
    MoneyRefused,
)
from app.events.consumer import Envelope

SETTLEMENT_QUEUE = "banking.transactions"
Facts = dict[str, str | int]


def block(event: MoneyFacts, topic: str) -> str:
    """Return the specification's text for an event: the time and its name, then one fact a line."""
    first = f"[{event.occurred_at:%Y-%m-%d %H:%M:%S}] EVENT: {topic}"
    return "\n".join([first, f"USER: {_user(event)}", *(f"{name}: {value}" for name, value in _facts(event).items())])


def json_lines(envelopes: Iterable[Envelope]) -> str:
    """Return one JSON object a line for the money events among these."""
    return "".join(_json_line(envelope) for envelope in envelopes if isinstance(envelope.event, MoneyFacts))


def text_blocks(envelopes: Iterable[Envelope]) -> str:
    """Return the text of the money events among these, an empty line after each."""
    return "".join(
        f"{block(envelope.event, envelope.event.routing_key)}\n\n"
        for envelope in envelopes
        if isinstance(envelope.event, MoneyFacts)
    )


def _json_line(envelope: Envelope) -> str:
    event = envelope.event
    assert isinstance(event, MoneyFacts)
    line: dict[str, Any] = {
        "timestamp": event.occurred_at,
        "level": "info",
        "logger": "audit",
        "event": event.routing_key,
        "event_id": envelope.id,
        "request_id": envelope.trace,
        "user_id": _user(event),
        "transaction_id": event.transaction_id,
        "amount": to_wire(event.amount_minor, event.currency),
        "currency": event.currency,
        "text": block(event, event.routing_key),
    }
    return msgspec.json.encode(line).decode() + "\n"


def _user(event: MoneyFacts) -> int | None:
    return event.src_user_id if event.src_user_id is not None else event.dest_user_id


def _amount(minor: int, currency: str) -> str:
    """`2500` and `2500.50`, as in the specification: no decimals where there is nothing to say."""
    whole, fraction = divmod(abs(minor), 10 ** exponent(currency))
    sign = "-" if minor < 0 else ""
    return f"{sign}{whole}.{fraction:0{exponent(currency)}d}" if fraction else f"{sign}{whole}"


def _requested(event: MoneyFacts) -> Facts:
    return {"AMOUNT": _amount(event.amount_minor, event.currency), "STATUS": "processing", "QUEUE": SETTLEMENT_QUEUE}


def _moved(event: MoneyMoved) -> Facts:
    facts: Facts = {"AMOUNT": _amount(event.amount_minor, event.currency)}
    balance_minor = event.src_balance_minor if event.src_user_id is not None else event.dest_balance_minor
    if balance_minor is not None:
        facts["BALANCE_AFTER"] = _amount(balance_minor, event.currency)
    return facts | {"STATUS": "success"}


def _refused(event: MoneyRefused) -> Facts:
    return {"AMOUNT": _amount(event.amount_minor, event.currency), "REASON": event.reason, "STATUS": "failed"}


def _held(event: FraudCheckRequired) -> Facts:
    return {"AMOUNT": _amount(event.amount_minor, event.currency), "REASON": event.reason, "STATUS": "under_review"}


def _suspected(event: FraudSuspected) -> Facts:
    return {"REASON": event.reason, "ACTION": event.action}


def _cleared(event: FraudCleared) -> Facts:
    return {"AMOUNT": _amount(event.amount_minor, event.currency), "STATUS": "cleared"}


_SPEAK: tuple[tuple[type[MoneyFacts], Callable[[Any], Facts]], ...] = (
    (MoneyMoved, _moved),
    (MoneyRefused, _refused),
    (FraudCheckRequired, _held),
    (FraudSuspected, _suspected),
    (FraudCleared, _cleared),
    (MoneyFacts, _requested),
)


def _facts(event: MoneyFacts) -> Facts:
    """What is worth a line depends on what kind of fact it is; a request is what remains."""
    speak = next(speak for kind, speak in _SPEAK if isinstance(event, kind))
    return speak(event)
