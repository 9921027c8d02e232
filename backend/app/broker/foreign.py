"""Messages from programs that aren't the bank: read with suspicion, believed only where they repeat what the bank knows.

The broker's password isn't a customer's consent. A message can name an event under any of its names, but money moves only for
what was accepted through the API; whatever says more than that becomes a dead letter for a person to look at.
"""

from __future__ import annotations

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
    raw = body.encode() if isinstance(body, str) else bytes(body)
    if len(raw) > BODY_BYTES_MAX:
        raise NotUnderstood(f"It is larger than {BODY_BYTES_MAX} bytes.")
    try:
        message = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotUnderstood(f"It isn't valid JSON: {error}.") from None
    if not isinstance(message, dict) or not isinstance(message.get("data"), dict):
        raise NotUnderstood('It isn\'t of the form {"type": …, "data": {…}}.')
    named = message.get("type", routing_key)
    try:
        topic = canonical(str(named)).topic
    except KeyError:
        raise NotUnderstood(f"The bank knows no event called {str(named)[:80]}.") from None
    return Claim(topic, message["data"])
