"""Log lines as documents (S151, S175): who said what, when and why, without anything that a log may not say."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import Any

import msgspec

from app.audit.lines import block
from app.core import clock
from app.enquiries.documents import milliseconds
from app.events.catalogue import FraudCheckRequired, FraudCleared, FraudSuspected, MoneyFacts, MoneyRefused
from app.events.consumer import Envelope
from app.search.documents import Document
from app.search.words import words

LINE_CHARACTERS_MAX = 4_000
_DEPTH_MAX = 6

# Nothing that we write says these. A library's line, or a mistake of tomorrow's, might.
_SECRET_NAMES = re.compile(
    r"pass(word|wd)?$|secret|token|authorization|cookie|^pin$|cvv|otp|^pan$|card_number|aadhaar", re.I
)
_SECRETS = (
    (re.compile(r"eyJ[\w-]{4,}\.[\w-]{4,}\.[\w-]*"), "[token]"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), r"\1 [token]"),
    (re.compile(r"(?i)\b(token|password|secret|key)=[^\s&\"']+"), r"\1=[hidden]"),
    (re.compile(r"://[^/\s:@]+:[^/\s@]+@"), "://[hidden]@"),
    (re.compile(r"(?<![\w.-])\d(?:[ -]?\d){11,18}(?![\w-])"), "[number]"),
)
_OWN = {"timestamp", "level", "logger", "role", "event", "request_id", "user_id"}
# What happened to money every day is in the index of transactions; its lines would only repeat it.
_NOTABLE = (MoneyRefused, FraudCheckRequired, FraudSuspected, FraudCleared)


def of_line(line: dict[str, Any]) -> Document | None:
    """Return a structured log line as a document, or None if it isn't one of ours."""
    try:
        at = datetime.fromisoformat(str(line["timestamp"]))
        said, level = str(line["event"]), str(line["level"])
    except (KeyError, ValueError):
        return None
    user_id = line.get("user_id")
    return _document(
        at=at, level=level, logger=str(line.get("logger", "")), role=str(line.get("role", "")), said=said,
        request_id=str(line["request_id"]) if line.get("request_id") else None,
        user_id=user_id if type(user_id) is int else None,
        data={name: value for name, value in line.items() if name not in _OWN},
    )  # fmt: skip


def of_event(envelope: Envelope) -> Document | None:
    """Return the line of an event of money that isn't an everyday one (S161, S172-S174), or None."""
    event = envelope.event
    if not isinstance(event, MoneyFacts) or not isinstance(event, _NOTABLE):
        return None
    return _document(
        at=event.occurred_at, level="info" if isinstance(event, FraudCleared) else "warning", logger="audit",
        role="worker", said=event.routing_key, request_id=event.trace,
        user_id=event.src_user_id if event.src_user_id is not None else event.dest_user_id,
        data={"transaction_id": event.transaction_id, "event_id": envelope.id, "text": block(event)},
    )  # fmt: skip


def _document(
    *, at: datetime, level: str, logger: str, role: str, said: str, request_id: str | None, user_id: int | None,
    data: dict[str, Any],
) -> Document:  # fmt: skip
    at = at if at.tzinfo is not None else at.replace(tzinfo=clock.now().tzinfo)
    content = {
        "at": milliseconds(at),
        "timestamp": at.isoformat(),
        "level": level,
        "logger": logger,
        "role": role,
        "event": masked(said)[:LINE_CHARACTERS_MAX],
        "request_id": request_id,
        "user_id": user_id,
        "data": masked(data),
    }
    encoded = msgspec.json.encode(content)
    # The same line, read twice, is one document. 53 bits, as every id; a million lines meet once in ten thousand times.
    number = int.from_bytes(hashlib.blake2b(encoded, digest_size=8).digest()) >> 11
    text = f"{content['event']} {logger} {' '.join(_texts(content['data']))}"[:LINE_CHARACTERS_MAX]
    return Document(number, 1, content, {"text": list(words(text))})


def masked(value: Any, depth: int = 0) -> Any:
    """Return a value without what no log may say: passwords, tokens, PINs, and numbers as long as a card's."""
    if isinstance(value, str):
        for pattern, instead in _SECRETS:
            value = pattern.sub(instead, value[:LINE_CHARACTERS_MAX])
        return value
    if depth >= _DEPTH_MAX:
        return "…"
    if isinstance(value, dict):
        return {
            str(name): "[hidden]" if _SECRET_NAMES.search(str(name)) else masked(inner, depth + 1)
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [masked(inner, depth + 1) for inner in value[:100]]
    return value if value is None or isinstance(value, bool | int | float) else masked(str(value), depth)


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    return [] if value is None else [str(value)]
