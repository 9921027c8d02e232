"""Messages from programs that aren't the bank: read with suspicion, believed only where they repeat what the bank knows.

The broker's password isn't a customer's consent. A message can name an event under any of its names, but money moves only for
what was accepted through the API; whatever says more than that becomes a dead letter for a person to look at.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import msgspec

from app.events.catalogue import canonical

BODY_BYTES_MAX = 65_536


class Claim(NamedTuple):
    """What a foreign message says has happened: the canonical topic and its facts."""

    topic: str
    facts: dict[str, Any]


class NotUnderstood(ValueError):
    """The message isn't of the published form; the text says why."""


def read(body: str | bytes, routing_key: str) -> Claim:
    """Return what a message says: `{"type": "transaction.initiated", "data": {…}}`, under any of the event's names.

    Raises:
        NotUnderstood: it is too large, not JSON, of another form, or names no event of the bank.
    """
    raw = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else bytes(body)
    if len(raw) > BODY_BYTES_MAX:
        raise NotUnderstood(f"It is larger than {BODY_BYTES_MAX} bytes.")
    try:
        message = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotUnderstood(f"It isn't valid JSON: {error}.") from None
    claim = message if isinstance(message, dict) else {}
    named, facts = claim.get("type", routing_key), claim.get("data")
    if not isinstance(named, str) or not isinstance(facts, dict):
        raise NotUnderstood('It isn\'t of the form {"type": …, "data": {…}}.')
    try:
        topic = canonical(named).topic
    except KeyError:
        raise NotUnderstood(f"The bank knows no event called {named[:80]}.") from None
    return Claim(topic, facts)


def bundle_named(message: Any) -> int | None:
    """Return the bundle that a message names as the bank's own do; None: it is foreign, whatever else it says."""
    number = message.properties.get("message_id", "")
    is_ours = message.properties.get("app_id") == "nyord" and re.fullmatch(r"[0-9]{1,18}", number)
    return int(number) if is_ours else None
