"""What other people, logs and events may see of a number or an address."""

from __future__ import annotations

import re
from typing import Any

# Names of fields that hold what nobody but their owner may see.
_SECRET = re.compile(
    r"pass(word|wd|code)|secret|token|authorization|\bpin\b|cvv|cvc|\bpan\b|card_?number|aadhaar|otp", re.IGNORECASE
)
_MASK = "•••"
# Nothing of ours is nested so deep, and whoever writes an answer has to go down as far as it goes.
_DEPTH_MAX = 50


def mask_account_number(number: str) -> str:
    """Return the recipient view of an account number: `ACCT12345678` becomes `••••5678`."""
    return "••••" + number[-4:]


def masked(value: Any, depth: int = 0) -> Any:
    """Return JSON data with the values of fields whose names speak of a secret masked, and with them what lies too deep."""
    if depth > _DEPTH_MAX:
        return _MASK
    if isinstance(value, dict):
        return {name: _MASK if _SECRET.search(str(name)) else masked(inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, list):
        return [masked(inner, depth + 1) for inner in value]
    return value
